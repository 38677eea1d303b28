"""A file of lines to a store: read whole and in order, or nothing of it is kept."""

import gzip
import sys
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO, cast

from msgspec import MsgspecError

from segdsl.backends.base import Backend, Content
from segdsl.diagnostics.errors import InputError
from segdsl.diagnostics.printable import printable
from segdsl.host.care import written
from segdsl.host.care.exporting import Told, nobody, watched
from segdsl.plan.nodes import VERSION as PLAN
from segdsl.state.life import CODING

PACKED = b"\x1f\x8b"
"""With what a file begins that is packed with gzip."""

SHOWN = 200
"""Characters that are shown of what is wrong with a line."""


class Reading:
    """The lines of an exported store, whose first one is read at once. `name` is what errors call the file.

    Raises InputError, with the number of the line, for a file that is none, is of another version, was changed, or
    ends too early: at once, or when that line is come to."""

    def __init__(self, lines: Iterable[bytes], name: str) -> None:
        self.name = name
        self.counts: Counter[str] = Counter()
        self._lines = iter(lines)
        self._seen = sha256()
        self._number = 0
        self._begin()

    def contents(self) -> Iterator[Content]:
        """The parts of the store, up to the end of the file."""
        for line in self._following():
            if line.startswith(b'{"end"'):
                self._finish(line)
                return
            try:
                content = written.content_of(line)
            except MsgspecError as error:
                raise self._wrong(f"is damaged: {printable(str(error))[:SHOWN]}") from error
            self._seen.update(line)
            self.counts[written.kind_of(content)] += 1
            yield content
        raise InputError(
            f"{self.name} ends after line {self._number:,} without the line that says it is whole: it was cut off; "
            "export the store again"
        )

    def _following(self) -> Iterator[bytes]:
        try:
            for line in self._lines:
                self._number += 1
                yield line
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            raise InputError(
                f"{self.name} is damaged or was cut off after line {self._number:,}: it cannot be unpacked any further"
            ) from error

    def _begin(self) -> None:
        line = next(self._following(), b"")
        try:
            header = written.decode_header(line)
        except MsgspecError:
            header = None
        if header is None or header.format != written.FORMAT:
            raise InputError(f"{self.name} is not an exported store: `seg store export STORE -o FILE` writes one")
        for what, found, known in (
            ("format", header.version, written.VERSION),
            ("states", header.states, CODING),
            ("plans", header.plan, PLAN),
        ):
            if found > known:
                raise InputError(
                    f"{self.name}, line 1: it was written by a newer version of segdsl ({what} {found}, this one reads "
                    f"{known}): upgrade segdsl"
                )
            if found < known:
                raise InputError(
                    f"{self.name}, line 1: it was written by an older version of segdsl ({what} {found}, this one "
                    f"reads {known}): import it with that one, then `seg store migrate` the store"
                )
        self._seen.update(line)

    def _finish(self, line: bytes) -> None:
        try:
            end = written.decode_end(line).end
        except MsgspecError as error:
            raise self._wrong("is damaged: it is not a whole last line") from error
        if (end.lines, end.sha256) != (self._number - 1, self._seen.hexdigest()):
            raise self._wrong(
                f"says that {end.lines:,} lines come before it, with another content than is there: something was "
                "changed or lost; export the store again"
            )
        if next(self._following(), None) is not None:
            raise self._wrong("comes after the end: something was added")

    def _wrong(self, what: str) -> InputError:
        return InputError(f"{self.name}, line {self._number:,} {what}")


@contextmanager
def reading_of(path: str) -> Iterator[Reading]:
    """The exported store in a file, packed or not; `-` is standard input. Raises InputError as `Reading` does, and for
    a file that is not there or cannot be read."""
    with ExitStack() as opened:
        if path == "-":
            yield Reading(sys.stdin.buffer, "standard input")
            return
        try:
            file = opened.enter_context(Path(path).open("rb"))
            packed = file.peek(2)[:2] == PACKED
        except OSError as error:
            raise InputError(f"{path} cannot be read: {(error.strerror or str(error)).lower()}") from error
        yield Reading(cast(BinaryIO, gzip.GzipFile(fileobj=file)) if packed else file, path)


def fill(reading: Reading, backend: Backend, told: Told = nobody) -> Counter[str]:
    """Put an exported store into a store that is empty. Gives how many parts there are of each kind.

    Raises InputError for what `Reading` says of the file, StoreError when the store holds something already; nothing is
    kept then."""
    backend.fill(watched(reading.contents(), told))
    return reading.counts
