"""Streams that wait for more: a file that somebody writes to, and a pipe.

Comes in: a path, or standard input. Goes out: a stream for a reader, whose `read1` gives what has come and waits when
nothing has. Made to be read in a thread of its own: `stop()` ends it from another one. Is no format.
"""

import io
import os
import select
import sys
from collections.abc import Callable
from pathlib import Path
from threading import Event
from typing import Literal

from segdsl.diagnostics.errors import InputError
from segdsl.readers.lines import PACKED, Stream

POLL = 0.2
"""Seconds between two looks at what has come."""

Renewal = Literal["", "truncated", "replaced"]
"""What became of a file by which it is another one now."""

Wait = Callable[[float], bool]
"""Waits for some seconds; true when it is to stop."""


class Waiting(Stream):
    """What both have in common. `listen` hears of every look at what has come: false before it is taken, true when
    there is nothing. `waits`: there was nothing at the last look. `renewed` says why a file ended, if it did."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.listen: Callable[[bool], None] = lambda _waits: None
        self.waits = False
        self.renewed: Renewal = ""
        self.offset = 0
        self._stopped = Event()

    def stop(self) -> None:
        """There is nothing more to read: `read1` gives the end, at the latest after one more look."""
        self._stopped.set()

    def let_go(self) -> None:
        """Close what was opened. For the one who reads."""

    def read1(self, size: int | None = -1, /) -> bytes:
        """What has come, as soon as something has; nothing at the end. Raises InputError for what is packed."""
        self.listen(False)
        data = self._next(size if size is not None and size > 0 else io.DEFAULT_BUFFER_SIZE)
        if self.offset == 0 and data.startswith(PACKED):
            raise InputError(f"{self.name} is packed: unpack it, as in `zcat FILE | seg run ... --events - --follow`")
        self.offset += len(data)
        return data

    def _next(self, size: int) -> bytes:
        raise NotImplementedError

    def _nothing_yet(self) -> None:
        self.waits = True
        self.listen(True)


class Growing(Waiting):
    """A regular file: at its end it waits for more, until it is truncated or another file has taken its place.

    A file that is gone is read on, since its writer may still have it open, until there is a new one. A last line
    without an end is not there yet: who cuts the stream at line ends waits with it.
    """

    def __init__(self, path: Path, wait: Wait | None = None) -> None:
        super().__init__(str(path))
        self.path = path
        self._wait = wait or self._stopped.wait
        try:
            self.file = path.open("rb", buffering=0)
        except OSError as error:
            raise InputError(f"{path} cannot be opened: {error.strerror or error}") from error

    def let_go(self) -> None:
        self.file.close()

    def _next(self, size: int) -> bytes:
        while not self._stopped.is_set():
            # What has become of the file is looked up before its end is: what was written before that is read.
            renewed = self._renewal()
            data = self.file.read(size)
            if data:
                self.waits = False
                return data
            if renewed:
                self.renewed = renewed
                return b""
            self._nothing_yet()
            if self._wait(POLL):
                break
        return b""

    def _renewal(self) -> Renewal:
        mine = os.fstat(self.file.fileno())
        if mine.st_size < self.offset:
            return "truncated"
        try:
            there = self.path.stat()
        except OSError:
            return ""
        return "" if os.path.samestat(mine, there) else "replaced"


class Flowing(Waiting):
    """A pipe, by its path, or standard input: what comes, until the other side closes it."""

    def __init__(self, path: Path | None) -> None:
        super().__init__(str(path) if path is not None else "standard input")
        self.path = path
        self.number = _standard_input() if path is None else _opened(path)

    def let_go(self) -> None:
        if self.path is not None and self.number is not None:
            os.close(self.number)

    def _next(self, size: int) -> bytes:
        while not self._stopped.is_set():
            if self._has_come():
                # Not through `sys.stdin`: a thread that sleeps in there holds its lock when the process ends.
                data = os.read(self.number, size) if self.number is not None else sys.stdin.buffer.read(size)
                self.waits = False
                return data
            self._nothing_yet()
        return b""

    def _has_come(self) -> bool:
        """Whether there is something to read, or the end, within a moment. Where nobody can tell, reading waits."""
        if self.number is None or not hasattr(select, "poll"):
            self._nothing_yet()
            return True
        looking = select.poll()
        looking.register(self.number, select.POLLIN)
        return bool(looking.poll(POLL * 1_000))


def _opened(path: Path) -> int:
    """A pipe, without waiting for a writer: so it can be stopped while there is none."""
    try:
        return os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
    except OSError as error:
        raise InputError(f"{path} cannot be opened: {error.strerror or error}") from error


def _standard_input() -> int | None:
    """Its number; None where a host program has put something else in its place."""
    try:
        return sys.stdin.fileno()
    except (OSError, ValueError):
        return None
