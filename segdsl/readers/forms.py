"""The short way to events: what objects of one form have in common is looked up once.

Objects that hold the same event under the same keys in the same order have one form. Comes in: objects that
`EventShape` has made events of. Goes out: for each form that has come often enough, a function that makes the event of
the next such object in one pass. Its text is written from the plan's declarations and the places of the keys; of an
input it holds nothing. Whatever is unusual, the function refuses with one of `UNUSUAL`, before it has changed anything:
then `EventShape` says what it means. Serves `EventShape`, and is no format.
"""

import linecache
from collections import Counter
from collections.abc import Callable, Mapping
from functools import lru_cache
from hashlib import sha256
from types import CodeType
from typing import Any

from segdsl.records.inputs import Event
from segdsl.values.kinds import Kind
from segdsl.values.limits import IDENTITY_CHARACTERS, TEXT_CHARACTERS
from segdsl.values.quick import Moments, Read, reader
from segdsl.values.wire import as_text

Form = tuple[str, ...]
"""The keys of an object, in their order."""

Chosen = Mapping[str, tuple[str, Kind]]
"""What is declared of an object: by key, the names and kinds; in the order in which an event has them."""

Ignored = tuple[tuple[str, str], ...]
"""What is not declared, by the keys under which it is counted."""

Make = Callable[[dict[str, Any], int, str, str, str], Event]
"""Makes the event of an object: with its place, the source, the part and the format, as `EventShape.to_event` has."""

SIGHTS = 8
"""How often a form comes before a function is made for it."""

FORMS = 2_000
"""Functions that are made at most."""

KEYS = 100
"""Of an object with more keys no form is kept."""

SEEN = 10_000
"""Forms that are counted at once."""

IDENTITIES = ("id", "customer", "visitor")


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
        self._attributes: dict[Form, tuple[list[tuple[str, str, Read]], Ignored]] = {}

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
            "ignored": ignored, "hours": self.moments.hours.get, "rests": self.moments.rests.get,
            "moment": self.moments.of, "text": as_text,
        }  # fmt: skip
        namespace |= {f"read{form.index(key)}": self._reader(kind) for key, (_, kind) in fields.items()}
        exec(_compiled(_source(name, form, fields, bool(ignored))), namespace)  # noqa: S102 - text of our own
        self.known.setdefault(written, {})[form] = namespace["make"]

    def keeps_attributes(self, raw: dict[str, Any]) -> bool:
        """Whether the form of attributes is kept, or is not to be."""
        many = len(raw) > KEYS or len(self._attributes) >= FORMS
        return many or tuple(raw) in self._attributes or not all(type(key) is str for key in raw)

    def keep_attributes(self, form: Form, attributes: Chosen, ignored: Ignored) -> None:
        """Keep the form of attributes."""
        reads = [(key, name, self._reader(kind)) for key, (name, kind) in attributes.items()]
        self._attributes[form] = reads, ignored

    def attributes_of(self, raw: Any) -> tuple[dict[str, Any], Ignored]:
        """The attributes that come with an event, and what is ignored of them."""
        if type(raw) is not dict:
            raise TypeError("attributes are an object")
        reads, ignored = self._attributes[tuple(raw)]
        return {name: None if (value := raw[key]) is None else read(value) for key, name, read in reads}, ignored

    def _reader(self, kind: Kind) -> Read:
        if kind not in self._readers:
            self._readers[kind] = reader(kind, self.moments)
        return self._readers[kind]


def _source(name: str, form: Form, fields: Chosen, ignores: bool) -> str:
    """The text of the function for a form. Objects have their values where the form has their keys."""
    held = {key: f"v{at}" for at, key in enumerate(form) if key in fields or key in _HELD}
    targets = "".join(f"{held.get(key, '_')}, " for key in form)
    lines = [f"{targets.rstrip()} = obj.values()"]
    for key in IDENTITIES:
        made = "f'{source}:{place}{part}'" if key == "id" else "''"
        if key in held:
            lines += _identity(held[key], made)
    lines += _somebody(held)
    lines += [
        f"hour, rest = hours({held['time']}[:13]), rests({held['time']}[13:])",
        f"instant = hour + rest if hour is not None and rest is not None else moment({held['time']})",
        "fields = {}",
    ]
    for key, (field, kind) in fields.items():
        lines += _field(held[key], form.index(key), field, kind)
    ending = "ignored" if ignores else "()"
    if "attributes" in held:
        lines += [f"attributes, more = attributes_of({held['attributes']}) if {held['attributes']} else ({{}}, ())"]
        ending = "ignored + more" if ignores else "more"
    if "received" in held:
        lines += [f"if {held['received']} is not None:", f"    {held['received']} = moment({held['received']})"]
    if ending != "()":
        lines += [f"all_ignored = {ending}", "for key in all_ignored:", "    counts[key] += 1"]
        ending = "all_ignored"
    given = [
        held.get("id", "f'{source}:{place}{part}'"), repr(name), held.get("customer", "''"), "instant", "fields",
        "attributes" if "attributes" in held else "{}", held.get("received", "None"), "place", ending, "format",
        held.get("visitor", "''"),
    ]  # fmt: skip
    lines += [f"return Event({', '.join(given)})"]
    return "def make(obj, place, source, part, format):\n" + "".join(f"    {line}\n" for line in lines)


_HELD = (*IDENTITIES, "time", "received", "attributes")


def _identity(value: str, empty: str) -> list[str]:
    """An ordinary one is ASCII and does not begin with a blank."""
    return [
        f"if type({value}) is not str or {value} < '!' or not {value}.isascii() or len({value}) > "
        f"{IDENTITY_CHARACTERS}:",
        f"    {value} = identity({value}) or {empty}",
    ]


def _somebody(held: Mapping[str, str]) -> list[str]:
    """Nobody named is no event."""
    named = " or ".join(held[key] for key in ("customer", "visitor") if key in held)
    return [f"if not ({named}):", "    raise ValueError('nobody')"]


def _field(value: str, at: int, name: str, kind: Kind) -> list[str]:
    """One that is null is not known, and left out."""
    if kind.name not in ("text", "text ignoring case"):
        return [f"if {value} is not None:", f"    fields[{name!r}] = read{at}({value})"]
    return [
        f"if {value} is not None:",
        f"    if type({value}) is not str or not {value}.isascii() or len({value}) > {TEXT_CHARACTERS}:",
        f"        {value} = text({value})",
        f"    fields[{name!r}] = {value}",
    ]


@lru_cache(maxsize=FORMS)
def _compiled(source: str) -> CodeType:
    """The same text is compiled once, and shown where a debugger or traceback asks for it."""
    file = f"<segdsl events {sha256(source.encode()).hexdigest()[:12]}>"
    linecache.cache[file] = (len(source), None, source.splitlines(keepends=True), file)
    return compile(source, file, "exec")
