"""Where events come from: one file a format, found by the file's name (`events.csv` is read by `csv.py`).

Comes in: a path or `-` for standard input, and the shape of the program's events. Goes out: a `Reading`, an iterator of
`Event` and `Reject`. Imports `plan`, `records` and, here only, the reader that is asked for. A new reader is a new file
with `open_reader(shape, source, mapping, limit)`; see `base.py` for the contract, and `objects.py` for that of JSON.
The files in `NO_FORMATS` serve the readers and their callers.
"""

import gzip
import sys
from collections import Counter
from collections.abc import Generator, Iterator
from contextlib import ExitStack
from importlib import import_module
from importlib.resources import files
from itertools import chain
from pathlib import Path
from typing import BinaryIO, cast

from segdsl.diagnostics.errors import InputError
from segdsl.diagnostics.suggest import nearest
from segdsl.readers import detecting
from segdsl.readers.base import EventShape, Lot, Reader
from segdsl.readers.lines import PACKED, Stream
from segdsl.records.inputs import PLAIN, Event
from segdsl.records.outcomes import Reject
from segdsl.values.limits import EVENT_BYTES

STANDARD_INPUT = "-"
TABLE = "csv"
"""The format of what a mapping describes and whose name does not say another."""

ENDINGS = {"json": PLAIN, "jsonl": PLAIN, PLAIN: PLAIN, "ndjson": PLAIN, "pq": "parquet", "tsv": TABLE}
"""Endings of names that are not those of formats, with the format where a mapping is given."""

NO_FORMATS = (
    "__init__", "base", "cells", "cutting", "detecting", "forms", "growing", "lenient", "lines", "mapping", "objects",
    "ordering", "rows", "traits", "written",
)  # fmt: skip


class Reading(Iterator[Event | Reject]):
    """An input being read: the items in the order of the input, as they arrive. Closes the input at its end, on an
    error, and as a context manager."""

    def __init__(self, name: Path, reader: Reader, lots: Iterator[Lot], closing: ExitStack) -> None:
        self._name = name
        self._reader = reader
        self._read = lots
        self._lots = self._guarded()
        self._items: Iterator[Event | Reject] = chain.from_iterable(self._lots)
        self._closing = closing

    def __next__(self) -> Event | Reject:
        return next(self._items)

    def lots(self) -> Iterator[Lot]:
        """The items in lots, as the reader gives them. What was taken one by one is not in them."""
        return self._lots

    def _guarded(self) -> Generator[Lot, None, None]:
        try:
            yield from self._read
        except InputError as error:
            raise of_the_file(error, self._reader.source, self._name) from error
        finally:
            self._closing.close()

    def __enter__(self) -> "Reading":
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    def close(self) -> None:
        """Closes the input; there is nothing more to read then. Standard input stays open."""
        self._items = iter(())
        self._lots.close()
        self._closing.close()

    @property
    def passed_over(self) -> Counter[str]:
        """What was passed over on purpose up to now, by what it is: rows that no rule of the mapping fits, and the
        like. Ignored fields are counted by the shape."""
        return self._reader.passed_over

    @property
    def skipped_rows(self) -> int:
        """How much was passed over up to now."""
        return self._reader.skipped_rows


def formats() -> list[str]:
    """The formats that can be read."""
    names = [entry.name.removesuffix(".py") for entry in files(__name__).iterdir() if entry.name.endswith(".py")]
    return sorted(name for name in names if name not in NO_FORMATS)


def read_events(
    path: str | Path,
    shape: EventShape,
    *,
    format: str | None = None,
    mapping: str | Path | None = None,
    source: str | None = None,
    limit: int = EVENT_BYTES,
) -> Reading:
    """Open an input and read its events; `-` is standard input. A gzip file is known by its first bytes.

    `format` is one of `formats()`; not given, it is that of the ending of the file's name (`.gz` apart), if it has one.
    Else it is `csv` where a mapping is given, and JSON where none is: each object is read by the shape that it has, see
    `detecting.py`. `source` goes into the ids of events that have none: it must be the
    same whenever the same input is read, and another for another input; not given, it is the file's name without
    folders. An event longer than `limit` bytes is a reject.

    Raises InputError when the input or its mapping cannot be opened or is not of the format; reading on may raise it
    too. A packed input that stops short is a reject at that place, after all that could be unpacked.
    """
    standard = str(path) == STANDARD_INPUT
    name = Path("standard input") if standard else Path(path)
    reader = reader_of(name, shape, format=format, mapping=mapping, source=source, limit=limit)
    with ExitStack() as opened:
        stream = _unpacked(sys.stdin.buffer if standard else _open(name, opened), name, opened)
        try:
            lots = reader.lots(stream)
        except InputError as error:
            raise of_the_file(error, reader.source, name) from error
        return Reading(name, reader, lots, opened.pop_all())


def reader_of(
    name: Path,
    shape: EventShape,
    *,
    format: str | None = None,
    mapping: str | Path | None = None,
    source: str | None = None,
    limit: int = EVENT_BYTES,
) -> Reader:
    """The reader of an input of that name, for a stream that is opened elsewhere. The rest is as for `read_events`."""
    chosen = format or _format_of(name, mapping is not None)
    if not chosen:
        return detecting.open_reader(shape, source or name.name, limit)
    if chosen not in formats():
        meant = nearest(chosen, formats())
        known = ", ".join(formats())
        raise InputError(
            f"no reader is called {chosen!r}{f'; did you mean {meant}?' if meant else ''} (there are {known})"
        )
    member = import_module(f"{__name__}.{chosen}")
    called = source or name.name
    try:
        reader: Reader = member.open_reader(shape, called, Path(mapping) if mapping is not None else None, limit)
    except InputError as error:
        raise of_the_file(error, called, name) from error
    return reader


def of_the_file(error: InputError, source: str, name: Path) -> InputError:
    """What is wrong with an input as a whole, told of the file: the source is a mark for the ids of its events."""
    said = str(error)
    return InputError(f"{name}{said.removeprefix(source)}") if said.startswith(f"{source} ") else error


def _format_of(name: Path, mapped: bool) -> str:
    """The format that a name says; empty where the input itself has to say it."""
    ending = (name.with_suffix("") if name.suffix.lower() == ".gz" else name).suffix.lower().removeprefix(".")
    if ending in formats() and ending != PLAIN:
        return ending
    if ENDINGS.get(ending, PLAIN) != PLAIN:
        return ENDINGS[ending]
    return "" if not mapped else ENDINGS.get(ending, TABLE)


def _open(path: Path, opened: ExitStack) -> BinaryIO:
    try:
        return opened.enter_context(path.open("rb"))
    except FileNotFoundError:
        raise InputError(f"there is no file {path}") from None
    except IsADirectoryError:
        raise InputError(f"{path} is a directory: name a file in it") from None
    except PermissionError:
        raise InputError(f"{path} may not be read: permission denied") from None
    except (OSError, ValueError) as error:
        raise InputError(f"{path} cannot be opened: {getattr(error, 'strerror', None) or error}") from error


def _unpacked(stream: BinaryIO, name: Path, opened: ExitStack) -> Stream:
    """The stream itself, or read through gzip. Only looks ahead, so that it works for what cannot be rewound."""
    buffered = cast("_Peeking", stream)
    try:
        packed = buffered.peek(len(PACKED))[: len(PACKED)] == PACKED
    except OSError as error:
        raise InputError(f"{name} cannot be read: {error.strerror or error}") from error
    return opened.enter_context(gzip.GzipFile(fileobj=buffered, mode="rb")) if packed else buffered


class _Peeking(Stream):
    """What files and standard input are: a stream that can be looked ahead in."""

    def peek(self, size: int = 0, /) -> bytes:
        raise NotImplementedError
