"""An input by which its place is remembered: a file that is known again, also when it has grown.

Comes in: a path, or `-` for standard input. Goes out: the keys under which the store keeps how far it is handled, and
the label of which the ids of events without one are made.
"""

import os
from hashlib import sha256
from pathlib import Path

from attrs import frozen

from segdsl.backends.base import Backend, Position
from segdsl.diagnostics.errors import InputError
from segdsl.host import files
from segdsl.readers.lines import PARQUET

HEAD = 65_536
"""Bytes by which a file is known again."""


@frozen
class Input:
    """An input by which its place is remembered: `key` for the store (empty where it cannot be read twice), `label` for
    the ids of events without one. A file is known again by its path and the hash of its first `length` bytes, so that
    it may grow; `length` is kept in the store under `path`. `ended`: its last line has an end, if it has lines."""

    key: str
    label: str
    path: str = ""
    length: int = 0
    ended: bool = True

    @classmethod
    def known(cls, events: str | Path, backend: Backend) -> "Input":
        if str(events) == "-":
            return cls("", "standard input")
        path = Path(events)
        if path.exists() and not path.is_file() and not path.is_dir():
            return cls("", "a pipe")
        try:
            with path.open("rb") as file:
                head = file.read(HEAD)
                file.seek(-1 if head else 0, os.SEEK_END)
                ended = file.read(1) in (b"\n", b"") or head.startswith(PARQUET)
        except IsADirectoryError:
            raise InputError(f"{path} is a directory: name a file in it") from None
        except FileNotFoundError:
            raise InputError(f"there is no file {path}") from None
        except OSError as error:
            raise InputError(f"{path} cannot be read: {error.strerror or error}") from error
        place = files.shown(path.resolve())
        before = backend.position(place)
        length = before.places if before is not None and before.places <= len(head) else len(head)
        known = sha256(head[:length]).hexdigest()
        if backend.position(f"{place}#{known[:24]}") is None:
            length, known = len(head), sha256(head).hexdigest()
        return cls(f"{place}#{known[:24]}", f"{files.shown(Path(path.name))}#{known[:8]}", place, length, ended)

    def handled(self, position: Position) -> dict[str, Position]:
        """What the store keeps of how far the input is handled."""
        return {self.key: position, self.path: Position(self.length, 0, 0)} if self.key else {}

    def since(self, position: Position | None) -> dict[str, Position | None]:
        """What the store must still say while one run alone handles the input: how far it is handled, and that nobody
        has split it (`workers/splitting.py`)."""
        return {self.key: position, self.split: None} if self.key else {}

    @property
    def split(self) -> str:
        """Under this the store keeps that the input is split, and how."""
        return f"{self.key}/split"

    def part(self, number: int) -> str:
        """Under this the store keeps how far a part of it is handled."""
        return f"{self.key}/part {number}"
