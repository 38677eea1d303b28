"""The way to the server: commands go, answers come, and a lost connection is made anew.

One connection (`line.py`), asked by one thread. Questions change nothing, so they are simply asked again; what changes
the store goes through `writing.py`. With every question goes one for the store's mark: a server that has lost the
store, or in whose place there is another one meanwhile, is not taken for an empty one.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from segdsl.backends.redis.address import Address
from segdsl.backends.redis.failures import LostError
from segdsl.backends.redis.layout import Command, Keys
from segdsl.backends.redis.line import Line
from segdsl.diagnostics.errors import StoreError

PATIENCE = 30.0
"""Seconds for which a server that is not there is asked again."""

FIRST_PAUSE, LONGEST_PAUSE = 0.05, 2.0


class Wire:
    """`marks` are those that the store may have, once it is open; until then nobody looks at it. `pause` and `now` are
    those of the machine."""

    def __init__(
        self,
        address: Address,
        patience: float = PATIENCE,
        pause: Callable[[float], object] = time.sleep,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self.address = address
        self.keys = Keys(address.prefix)
        self.marks: tuple[bytes, ...] = ()
        self.pause = pause
        self._patience = patience
        self._now = now
        self._line: Line | None = None
        self._closed = False
        self._lost = ""  # what was said last of a connection that was lost
        self.connections = 0
        """How often a connection was made: what was learnt through an older one may be out of date."""

    def close(self) -> None:
        self._closed = True
        self._drop()

    def connect(self) -> Line:
        """Have a connection. Raises LostError, and StoreError when the server does not let us in."""
        if self._closed:
            raise StoreError(f"the store {self.address} is closed")
        if self._line is None:
            self._line = Line(self.address)
            self.connections += 1
        return self._line

    def hand_over(self) -> Line:
        """Give the connection away, for what has to go through this one: whatever else is asked meanwhile goes through
        another."""
        line = self.connect()
        self._line = None
        return line

    def take_back(self, line: Line) -> None:
        """Use a connection again that was handed over."""
        if self._line is not None or self._closed:
            self._drop()
            self.connections += 1
        self._line = line
        if self._closed:
            self._drop()

    @property
    def run(self) -> bytes:
        """The id of the server's process."""
        return self.connect().run

    @property
    def client(self) -> int:
        """The id of the connection."""
        return self.connect().client

    def send(self, commands: Sequence[Command]) -> list[Any]:
        """The answers to some commands, an error among them as what it is. Raises LostError when the connection is lost
        or the server cannot answer yet: some of the commands may have been carried out."""
        return self._through(lambda line: line.send(commands))

    def checked(self, commands: Sequence[Command]) -> list[Any]:
        """The same; an error is raised, as StoreError, or as LostError if the server will answer by and by."""
        return self._through(lambda line: line.checked(commands))

    def _through(self, do: Callable[[Line], list[Any]]) -> list[Any]:
        try:
            return do(self.connect())
        except LostError as error:
            self._lost = str(error)
            self._drop()
            raise
        except StoreError:
            raise
        except BaseException:
            self._drop()
            raise

    def tries(self) -> Iterator[None]:
        """Once, then again after growing pauses, until the patience is at its end, from the first time that something
        was lost. A caller tries each time, and stops when nothing was lost. Raises StoreError at the end."""
        limit = self._patience
        wait = FIRST_PAUSE
        yield
        begun = self._now()
        while self._now() - begun + wait <= limit:
            self.pause(wait)
            wait = min(2 * wait, LONGEST_PAUSE)
            yield
        raise StoreError(
            f"the server of the store {self.address} was not reached, or did not answer, for {limit:g} seconds: see "
            f"that it runs, then go on; what was committed is kept ({self._lost})"
        )

    def ask(self, commands: Sequence[Command]) -> list[Any]:
        """The answers to some questions, asked again when the connection is lost. Raises StoreError when the store is
        no longer there."""
        for _ in self.tries():
            try:
                mark, *answers = self.checked([("GET", self.keys.mark), *commands])
            except LostError:
                continue
            self.see(mark)
            return answers
        raise AssertionError("tries() ends with an error")

    def see(self, mark: bytes | None) -> None:
        """Look at a mark that was read. Raises StoreError when it is not that of the store that was opened."""
        if not self.marks or mark in self.marks:
            return
        if mark is None:
            raise StoreError(
                f"the store {self.address} is gone: somebody removed it, or the server was started anew and had not "
                "kept it (appendonly no); build it anew from the inputs, or restore the server from a backup"
            )
        raise StoreError(f"the store {self.address} was made anew by somebody else: open it again")

    def _drop(self) -> None:
        if self._line is not None:
            self._line.close()
            self._line = None
