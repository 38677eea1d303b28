"""Which format a JSON input has, seen by the shape of its objects, one by one.

Comes in: decoded objects. Goes out: the `Dialect` by which each is read. An object that looks like one format only is
read by that one, so an input may hold several among one another. One that has the look of none (a part is missing, say)
is read as the object before it was, or as plain JSON at the start: so the reject speaks of the format that is meant.
Finds the formats by their files, and is no format.
"""

from collections.abc import Iterable, Iterator
from importlib import import_module
from typing import Any

from segdsl.diagnostics.errors import InputError
from segdsl.diagnostics.suggest import nearest
from segdsl.readers.base import EventShape, Reader
from segdsl.readers.objects import Choice, Dialect, Object, Objects, always
from segdsl.records.inputs import Event
from segdsl.records.outcomes import Reject
from segdsl.values.limits import EVENT_BYTES

DIALECTS = ("jsonlines", "segment", "ga4", "cloudevents")
"""Formats that are known by their shape; the first is read where nothing is seen."""


AUTO = "auto"
"""In place of a format: the one that is seen."""


def open_reader(shape: EventShape, source: str, limit: int) -> Reader:
    """A reader of JSON of any format that is known by its shape."""
    return Objects(shape, source, Detecting(shape), limit)


def items_of(
    objects: Iterable[Any], shape: EventShape, format: str, source: str, limit: int = EVENT_BYTES
) -> Iterator[Event | Reject]:
    """The events of objects that somebody holds already: decoded ones, or their JSON as bytes or text. `format` is one
    of `DIALECTS`, or `auto`. The place is the object's number, from 1.

    Raises InputError for another format. What is wrong with an object is a reject.
    """
    if format not in (AUTO, *DIALECTS):
        meant = nearest(format, (AUTO, *DIALECTS))
        raise InputError(
            f"objects cannot be read as {format!r}{f'; did you mean {meant}?' if meant else ''} (but as "
            f"{', '.join((AUTO, *DIALECTS))})"
        )
    choice: Choice = Detecting(shape) if format == AUTO else always(dialect_of(format, shape))
    reader = Objects(shape, source, choice, limit)
    for place, obj in enumerate(objects, 1):
        if not isinstance(obj, str | bytes):
            yield from reader.items(obj, place)
            continue
        text = obj.encode("utf-8", "surrogatepass") if isinstance(obj, str) else obj
        yield from reader.texts(text, place)


def dialect_of(format: str, shape: EventShape) -> Dialect:
    """The dialect of a format of JSON."""
    made: Dialect = import_module(f"{__package__}.{format}").dialect(shape)
    return made


class Detecting(Choice):
    """Chooses a dialect for each object of one input."""

    def __init__(self, shape: EventShape) -> None:
        self.dialects = tuple(dialect_of(name, shape) for name in DIALECTS)
        self.last = self.dialects[0]

    def choose(self, obj: Object) -> Dialect:
        if not self.last.knows(obj):
            self.last = next((each for each in self.dialects if each.knows(obj)), self.last)
        return self.last
