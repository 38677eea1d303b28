"""Changes, effects and rejects as lines of JSON, in files that grow with a run."""

import os
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, Self

from msgspec.json import Encoder

import segdsl
from segdsl.cli.parts.writing import made_with, writing_to
from segdsl.host.objects import change_line, effect_line, held_line

encode = Encoder(decimal_format="number").encode
"""JSON in which numbers keep all their digits."""

MADE = {
    "changes": made_with("customer", "segment", "change"), "effects": made_with("id", "action", "priority"),
    "rejects": made_with("reason", "detail", "line"), "held": made_with("id", "action", "held_by"),
}  # fmt: skip
"""How the files of a run are known, which may be replaced, or added to by the next run on the same store."""

_PART = 1 << 16


class Lines:
    """A file of JSON lines, `-` for standard output. With `on` it is added to, else written anew.

    Lines are written with each batch, before it is committed: after a crash, some may be written twice, none is lost.
    """

    def __init__(self, path: str, *, on: bool) -> None:
        self.path = path
        self.file: BinaryIO | None = None
        if path != "-":
            with writing_to(path):
                self.file = Path(path).open("r+b" if on and Path(path).exists() else "wb")  # noqa: SIM115 - see __exit__
                if Path(path).is_file():
                    _cut_half_line(self.file)

    def write(self, objects: Iterable[dict[str, Any]]) -> None:
        """Write a batch of objects, and see that they have left this process."""
        data = b"".join(encode(each) + b"\n" for each in objects)
        if not data:
            return
        stream = self.file or sys.stdout.buffer
        stream.write(data)
        stream.flush()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.file is not None:
            self.file.close()


def _cut_half_line(file: BinaryIO) -> None:
    """Go to the end; a line that an earlier run was stopped in goes, since its batch comes again."""
    end = file.seek(0, os.SEEK_END)
    while end > 0:
        start = max(0, end - _PART)
        file.seek(start)
        found = file.read(end - start).rfind(b"\n")
        end = start + found + 1 if found >= 0 else start
        if found >= 0:
            break
    file.seek(end)
    file.truncate()


def print_lines(objects: Iterable[dict[str, Any]]) -> None:
    """Objects to standard output, as they come."""
    stream = sys.stdout.buffer
    for each in objects:
        stream.write(encode(each) + b"\n")
    stream.flush()


def change_lines(outcome: "segdsl.Outcome") -> Iterator[dict[str, Any]]:
    """The changes of membership of an outcome; those that a late event takes back first, the last of them first."""
    for change in reversed(outcome.undone):
        yield {**change_line(change), "undone": True}
    yield from map(change_line, outcome.changes)


def effect_lines(outcome: "segdsl.Outcome") -> Iterator[dict[str, Any]]:
    """The effects of an outcome; those that a late event takes back first."""
    yield from map(effect_line, outcome.withdrawn)
    yield from map(effect_line, outcome.effects)


def held_lines(outcome: "segdsl.Outcome") -> Iterator[dict[str, Any]]:
    """The effects of an outcome that limits and holds kept back."""
    yield from map(held_line, outcome.held)
