"""The lines of an input: bytes cut at line ends, with what is wrong with a line said and no more held than need be.

Comes in: an open binary stream, unpacked or read through gzip. Goes out: `Block`s of lines with which nothing is wrong,
as many as have come together, and each other line by itself; or one line after another. Places are counted from 1.
Stands before every reader whose format is made of lines; `cutting.py` cuts JSON that is not.
"""

import gzip
import io
import zlib
from collections.abc import Iterable, Iterator
from typing import Literal, NamedTuple

from segdsl.diagnostics.errors import InputError

CHUNK = 1 << 16
"""Bytes read at once: some hundreds of lines, so that what is made of them stays in the processor's cache."""

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


class Block(NamedTuple):
    """Lines that have come together: whole ones, none longer than the limit, each with its `\\n`. `place` is that of
    the first, `size` how many they are."""

    place: int
    text: bytes
    size: int

    @property
    def lines(self) -> list[bytes]:
        """Its lines, without their ends."""
        return self.text.split(b"\n")[:-1]


def lines(stream: Stream, limit: int, source: str) -> Iterator[Line]:
    """The lines of a stream, as they arrive. A byte-order mark at the start is left out.

    A line longer than `limit` bytes is never held whole. A packed input that stops short gives a last line with the
    flaw `cut`, after all that could be unpacked. Raises InputError, with `source` and the place, when the input is not
    text, cannot be unpacked from its start, or cannot be read on.
    """
    for part in blocks_of(chunks(stream, source), limit):
        if isinstance(part, Line):
            yield part
        else:
            for place, line in enumerate(part.lines, part.place):
                yield Line(place, line, "")


def blocks_of(arriving: Iterable[bytes | None], limit: int) -> Iterator[Block | Line]:
    """The lines of bytes that have been read, as `chunks` gives them: those with a flaw one by one, the others in
    blocks. All lines that end in a chunk are given before the next chunk is asked for."""
    place, rest, long = 1, b"", False
    for chunk in arriving:
        if chunk is None:
            yield Line(place, rest, "cut")
            return
        whole = rest + chunk if rest else chunk
        end = whole.rfind(b"\n") + 1
        text, rest = whole[:end], whole[end:]
        if long and text:
            line, _, text = text.partition(b"\n")
            yield Line(place, line[:HEAD], "long")
            place, long = place + 1, False
        block = Block(place, text, text.count(b"\n"))
        if len(text) > limit:
            yield from _one_by_one(block, limit)
        elif text:
            yield block
        place += block.size
        if long or len(rest) > limit:
            rest, long = rest[:HEAD], True
    if rest:
        yield Line(place, rest, "long" if long else "open")


def parted(block: Block, size: int) -> Iterator[Block]:
    """A block as blocks of so many lines at most."""
    lines = block.lines
    for at in range(0, len(lines), size):
        part = lines[at : at + size]
        yield Block(block.place + at, b"\n".join(part) + b"\n", len(part))


def _one_by_one(block: Block, limit: int) -> Iterator[Block | Line]:
    """Lines of which one may be too long."""
    for place, line in enumerate(block.lines, block.place):
        yield Line(place, line[:HEAD], "long") if len(line) > limit else Block(place, line + b"\n", 1)


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
