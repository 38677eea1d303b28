"""The short way to events: what objects of one form have in common is looked up once.

Objects that hold the same event under the same keys in the same order have one form. Comes in: objects that
`EventShape` has made events of. Goes out: for each form that has come often enough, a function that makes the event of
the next such object in one pass; `written.py` writes its text. Whatever is unusual, the function refuses with one of
`UNUSUAL`, before it has changed anything: then `EventShape` says what it means. Serves `EventShape`, and is no format.
"""

import linecache
from collections import Counter
from collections.abc import Callable
from functools import lru_cache
from hashlib import sha256
from types import CodeType
from typing import Any

from segdsl.readers.written import Chosen, Form, attributes_source, event_source
from segdsl.records.inputs import Event
from segdsl.values.kinds import Kind
from segdsl.values.quick import Moments, Read, reader

Ignored = tuple[tuple[str, str], ...]
"""What is not declared, by the keys under which it is counted."""

Make = Callable[[dict[str, Any], int, int, str, str, str], Event]
"""Makes the event of an object: with its instant, its place, the source, the part and the format, as
`EventShape.to_event` has."""

SIGHTS = 8
"""How often a form comes before a function is made for it."""

FORMS = 2_000
"""Functions that are made at most."""

KEYS = 100
"""Of an object with more keys no form is kept."""

SEEN = 10_000
"""Forms that are counted at once."""


class Forms:
    """The forms of a program's events. `known` holds the functions, by the name of the event as it is written, then by
    form. `identity` reads customers and ids, `counts` is how often what is not declared was met, and `sights` how often
    a form comes before it is kept."""

    def __init__(
        self, moments: Moments, identity: Read, counts: Counter[tuple[str, str]], sights: int = SIGHTS
    ) -> None:
        self.known: dict[str, dict[Form, Make]] = {}
        self.moments = moments
        self.identity = identity
        self.counts = counts
        self.sights = sights
        self._made = 0
        self._seen: Counter[tuple[str, Form]] = Counter()
        self._readers: dict[Kind, Read] = {}
        self._attributes: dict[Form, Read] = {}

    def is_wanted(self, name: str, obj: dict[str, Any]) -> bool:
        """Whether an object, of which an event was made, has a form that is to be kept now."""
        form = tuple(obj)
        if len(form) > KEYS or self._made >= FORMS or form in self.known.get(name, ()):
            return False
        if len(self._seen) >= SEEN:
            self._seen.clear()
        self._seen[name, form] += 1
        return self._seen[name, form] >= self.sights and all(type(key) is str for key in form)

    def keep(self, written: str, form: Form, name: str, fields: Chosen, ignored: Ignored) -> None:
        """Make the function of a form. `written` is the event as the objects name it, `name` as it is called, `ignored`
        under which keys it counts what is not declared."""
        self._made += 1
        self._seen.pop((written, form), None)
        namespace: dict[str, Any] = {
            "Event": Event, "attributes_of": self.attributes_of, "counts": self.counts, "identity": self.identity,
            "ignored": ignored, "moment": self.moments.of,
        }  # fmt: skip
        namespace |= {f"read{form.index(key)}": self._reader(kind) for key, (_, kind) in fields.items()}
        exec(_compiled(event_source(name, form, fields, bool(ignored))), namespace)  # noqa: S102 - text of our own
        self.known.setdefault(written, {})[form] = namespace["make"]

    def keeps_attributes(self, raw: dict[str, Any]) -> bool:
        """Whether the form of attributes is kept, or is not to be."""
        many = len(raw) > KEYS or len(self._attributes) >= FORMS
        return many or tuple(raw) in self._attributes or not all(type(key) is str for key in raw)

    def keep_attributes(self, form: Form, attributes: Chosen, ignored: Ignored) -> None:
        """Make the function of a form of attributes."""
        namespace: dict[str, Any] = {"ignored": ignored}
        namespace |= {f"read{form.index(key)}": self._reader(kind) for key, (_, kind) in attributes.items()}
        exec(_compiled(attributes_source(form, attributes)), namespace)  # noqa: S102 - text of our own
        self._attributes[form] = namespace["make"]

    def attributes_of(self, raw: Any) -> tuple[dict[str, Any], Ignored]:
        """The attributes that come with an event, and what is ignored of them."""
        if type(raw) is not dict:
            raise TypeError("attributes are an object")
        made: tuple[dict[str, Any], Ignored] = self._attributes[tuple(raw)](raw)
        return made

    def _reader(self, kind: Kind) -> Read:
        if kind not in self._readers:
            self._readers[kind] = reader(kind, self.moments)
        return self._readers[kind]


@lru_cache(maxsize=FORMS)
def _compiled(source: str) -> CodeType:
    """The same text is compiled once, and shown where a debugger or traceback asks for it."""
    file = f"<segdsl events {sha256(source.encode()).hexdigest()[:12]}>"
    linecache.cache[file] = (len(source), None, source.splitlines(keepends=True), file)
    return compile(source, file, "exec")
