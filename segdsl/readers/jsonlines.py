"""Plain JSON: objects in the shape of language.md section 8, one a line, or as the items of an array.

Comes in: the bytes of a stream. Goes out: an event or a reject for every line that is not blank; the place is the
line's number, from 1. With a mapping, the objects may have any shape: the file says where in them is what, see
`mapping.py`. What is JSON and what is not is told in `objects.py`.
"""

from pathlib import Path

from segdsl.readers.base import EventShape, Reader
from segdsl.readers.mapping import Mapping
from segdsl.readers.objects import Dialect, Object, Objects, always
from segdsl.readers.rows import Rows

FORMAT = "jsonlines"


def open_reader(shape: EventShape, source: str, mapping: Path | None, limit: int) -> Reader:
    """A reader of plain JSON, or of any by a mapping. Raises InputError when the mapping cannot be read or used."""
    dialect = Plain(shape) if mapping is None else Rows(shape, Mapping.load(mapping), FORMAT)
    return Objects(shape, source, always(dialect), limit)


def dialect(shape: EventShape) -> Dialect:
    """How plain JSON is read, for an input in which several ways stand among one another."""
    return Plain(shape)


class Plain(Dialect):
    """The shape that all others are turned into."""

    format = FORMAT
    exact = True
    is_plain = True

    def knows(self, obj: Object) -> bool:
        return "event" in obj and ("customer" in obj or "time" in obj or "visitor" in obj)

    def plain(self, obj: Object) -> list[Object]:
        return [obj]
