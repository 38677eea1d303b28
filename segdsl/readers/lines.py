"""The lines of an input: bytes cut at line ends, with what is wrong with a line said and no more held than need be.

Comes in: an open binary stream, unpacked or read through gzip. Goes out: `(place, line, flaw)`, the place counted from
1. Stands before every reader whose format is made of lines; `cutting.py` cuts JSON that is not.
"""

import gzip
import io
import zlib
from collections.abc import Iterable, Iterator
from typing import Literal, NamedTuple

from segdsl.diagnostics.errors import InputError

CHUNK = 1 << 18
HEAD = 2_000
"""Bytes kept of a line that is too long: enough for the 500 characters that a reject shows."""

PACKED = b"\x1f\x8b"
"""How a gzip file begins."""

PARQUET = b"PAR1"
"""How a Parquet file begins."""

BYTE_ORDER_MARK = b"\xef\xbb\xbf"

Stream = io.BufferedIOBase

Flaw = Literal["", "long", "open", "cut"]
"""`long`: longer than the limit, and only its head is given. `open`: the last line, without a line end. `cut`: the
packed input is damaged or stops here; the line is what could still be unpacked of it."""


class Line(NamedTuple):
    """A line without its `\\n`; its place in the input, from 1; its flaw."""

    place: int
    text: bytes
    flaw: Flaw


def lines(stream: Stream, limit: int, source: str) -> Iterator[Line]:
    """The lines of a stream, as they arrive. A byte-order mark at the start is left out.

    A line longer than `limit` bytes is never held whole. A packed input that stops short gives a last line with the
    flaw `cut`, after all that could be unpacked. Raises InputError, with `source` and the place, when the input is not
    text, cannot be unpacked from its start, or cannot be read on.
    """
    return lines_of(chunks(stream, source), limit)


def lines_of(pieces: Iterable[bytes | None], limit: int) -> Iterator[Line]:
    """The lines of bytes that have been read, as `chunks` gives them."""
    place, rest, long = 0, b"", False
    for chunk in pieces:
        if chunk is None:
            yield Line(place + 1, rest, "cut")
            return
        parts = chunk.split(b"\n")
        parts[0] = rest + parts[0]
        rest = parts.pop()
        for part in parts:
            place += 1
            if long or len(part) > limit:
                yield Line(place, part[:HEAD], "long")
                long = False
            else:
                yield Line(place, part, "")
        if long or len(rest) > limit:
            rest, long = rest[:HEAD], True
    if rest:
        yield Line(place + 1, rest, "long" if long else "open")


def chunks(stream: Stream, source: str) -> Iterator[bytes | None]:
    """The bytes as they come, without byte-order mark; None at the end of a packed input that is damaged. Raises
    InputError as `lines` does."""
    read = 0
    while True:
        try:
            chunk = stream.read1(CHUNK)
            while not read and 0 < len(chunk) < len(BYTE_ORDER_MARK) and (more := stream.read1(CHUNK)):
                chunk += more
        except (EOFError, zlib.error, gzip.BadGzipFile):
            if not read:
                raise InputError(f"{source} cannot be unpacked: it is damaged from its start") from None
            yield None
            return
        except OSError as error:
            raise InputError(f"{source} cannot be read on after byte {read:,}: {error.strerror or error}") from error
        if not chunk:
            return
        if not read:
            _check_text(chunk, source)
            chunk = chunk.removeprefix(BYTE_ORDER_MARK)
        read += len(chunk)
        yield chunk


def _check_text(start: bytes, source: str) -> None:
    """A wrong file gives one sentence instead of a reject for each of its lines."""
    if start.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise InputError(f"{source} is UTF-16 text: save it as UTF-8")
    if start.startswith(PARQUET):
        raise InputError(f"{source} is a Parquet file: read it with --format parquet")
    is_json = start.lstrip()[:1] in (b"{", b"[") and start.lstrip()[1:2] != b"\0"
    if b"\0" in start[:1024] and not is_json:  # in JSON, it harms one line
        raise InputError(f"{source} is not a text file")
