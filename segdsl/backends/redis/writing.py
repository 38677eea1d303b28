"""How something is written: all of it or nothing, once, also where the answer was lost.

Everybody who writes holds the store's lock: a key with a time to live. It saves work but carries no promise. What does
is `WATCH`: the server refuses a transaction (`MULTI`, `EXEC`) if the lock was touched since it was taken, by its end or
by somebody else. So between the reading for a transaction and its landing nobody else has written anything.

All of a transaction is sent, and kept ready by the server, before `sure` is called; after that only the word to carry
it out goes there. So who is killed between the two was killed within a moment.

A transaction also writes down its number under the name of its writer. When the answer is lost, the lock is taken
again, which makes what may still be on its way on the old connection void, and the number tells whether it had landed.

A lock whose holder's connection is gone is taken over at once; one whose holder is silent after `LEASE`.
"""

import secrets
from collections.abc import Callable, Sequence
from itertools import count
from typing import Any, NamedTuple, TypeVar

from redis import exceptions

from segdsl.backends.redis.failures import DAMAGED, LostError
from segdsl.backends.redis.layout import Ask, Command
from segdsl.backends.redis.line import Line
from segdsl.backends.redis.names import Names
from segdsl.backends.redis.wire import Wire
from segdsl.diagnostics.errors import StoreError

LEASE = 60_000
"""Milliseconds: of a lock from when it was taken."""

REMEMBERED = 86_400_000
"""Milliseconds for which the number of a writer's last transaction is kept."""

WAITING = 120.0
"""Seconds to wait for others who write."""

FIRST_PAUSE, LONGEST_PAUSE = 0.001, 0.02

TIMES = 5
"""How often a transaction is tried for which the lock did not last."""

T = TypeVar("T")


class Meta(NamedTuple):
    """Numbers of the store as a transaction finds them."""

    clock: int | None
    generation: int
    sequence: int


FIELDS = ("clock", "generation", "sequence", "run")

Work = Callable[[Ask, Meta], tuple[list[Command], T]]
"""What reads through `ask` what it has to, and gives commands, with what to give back once they have landed. It may be
called several times."""


class Writing:
    """Writes for one backend. `names` are told what a transaction added to them."""

    def __init__(self, wire: Wire, names: Names) -> None:
        self._wire = wire
        self._names = names
        self._writer = secrets.token_hex(8).encode()
        self._numbers = count(1)
        self._busy = False

    def write(self, work: Work[T], sure: Callable[[], object] | None = None) -> T:
        """Carry out what `work` gives. `sure` is called once, right before; what it raises goes on, and nothing is
        written. It may ask the store questions, and not write to it."""
        if self._busy:
            raise StoreError(f"the store {self._wire.address} is in the middle of a batch: nothing was written")
        self._busy = True
        try:
            return self._write(work, sure)
        finally:
            self._busy = False

    def _write(self, work: Work[T], sure: Callable[[], object] | None) -> T:
        wire = self._wire
        number = b"%d" % next(self._numbers)
        called = sent = False
        outrun = 0
        results: list[T] = []  # of each time that it was worked out
        for _ in wire.tries():
            try:
                meta, landed = self._lock()
                if sent and landed == number:
                    self._unlock()
                    return results[-1]
                sent = False
                try:
                    self._names.refresh(self._asked)
                    commands, result = work(self._asked, meta)
                except LostError:
                    raise
                except BaseException:
                    self._unlock_quietly()
                    raise
                results.append(result)
                line = self._queued(commands, number)
                if sure is not None and not called:
                    called = True
                    self._sure(sure, line)
                sent = True
                if self._carried_out(line):
                    self._names.settle()
                    return result
                outrun += 1
                if outrun == TIMES:
                    raise StoreError(
                        f"the store {wire.address} could not be written: the server takes longer than {LEASE // 1000} "
                        "seconds for one batch; see what keeps it busy, or take smaller batches"
                    )
            except LostError:
                continue
            finally:
                self._names.forget_unsettled()
        raise AssertionError("tries() ends with an error")

    def _asked(self, commands: Sequence[Command]) -> list[Any]:
        return self._wire.checked(commands) if commands else []

    def _lock(self) -> tuple[Meta, bytes | None]:
        """Take the lock, however long others have it; what the store says then, and the number that landed last."""
        wire, keys = self._wire, self._wire.keys
        wire.connect()
        waited, wait = 0.0, FIRST_PAUSE
        while True:
            mine = self._mine()
            taken, _, holder, mark, landed, meta = wire.checked(
                [
                    ("SET", keys.lock, mine, "NX", "PX", LEASE),
                    ("WATCH", keys.lock),
                    ("GET", keys.lock),
                    ("GET", keys.mark),
                    ("GET", keys.landed(self._writer)),
                    ("HMGET", keys.meta, *FIELDS),
                ]
            )
            if taken is None or holder != mine:
                wire.see(mark)
            else:
                try:
                    wire.see(mark)
                except StoreError:
                    self._unlock_quietly()  # it is another store's
                    raise
                if meta[FIELDS.index("run")] == wire.run:
                    return self._meta(meta), landed
                self._note_restart(meta)
                continue
            if holder is not None and self._gone(holder):
                self._unlock()  # it is watched: if somebody else was faster, nothing happens
                continue
            wire.checked([("UNWATCH",)])
            if waited > WAITING:
                raise StoreError(
                    f"the store {wire.address} is being written to by others all the time: waited {WAITING:g} seconds"
                )
            wire.pause(wait)
            waited, wait = waited + wait, min(2 * wait, LONGEST_PAUSE)

    def _mine(self) -> bytes:
        return b"%s %d" % (self._writer, self._wire.client)

    def _gone(self, holder: bytes) -> bool:
        """Whether the connection of who holds the lock is gone: then so is what it wanted to write. It may be an older
        one of our own."""
        writer, _, client = holder.partition(b" ")
        if writer == self._writer:
            return True
        (answer,) = self._wire.send([("CLIENT", "LIST", "ID", client)])
        if isinstance(answer, exceptions.ResponseError):  # older than 6.2, or no right to ask: the lock will end
            return False
        return isinstance(answer, bytes) and not answer.strip()

    def _meta(self, values: Sequence[bytes | None]) -> Meta:
        clock, generation, sequence, _ = values
        return Meta(None if clock is None else int(clock), int(generation or 0), int(sequence or 0))

    def _note_restart(self, values: Sequence[bytes | None]) -> None:
        """The server was started anew since the last transaction, or is another one: have the generation be one that
        never was, so that nothing lands that was worked out from what may have been lost."""
        wire, keys = self._wire, self._wire.keys
        ((seconds, microseconds),) = wire.checked([("TIME",)])
        now = int(seconds) * 1000 + int(microseconds) // 1000
        generation = max(int(values[FIELDS.index("generation")] or 0) + 1, now)
        wire.checked(
            [
                ("MULTI",),
                ("HSET", keys.meta, "generation", generation, "run", wire.run),
                ("DEL", keys.lock),
                ("EXEC",),
            ]
        )

    def _queued(self, commands: Sequence[Command], number: bytes) -> Line:
        """Have the server keep a transaction ready. Gives the connection that watches the lock, through which nothing
        else goes until it is carried out. Raises StoreError when the server does not take it."""
        wire, keys = self._wire, self._wire.keys
        line = wire.hand_over()
        try:
            answers = line.send(
                [
                    ("MULTI",),
                    *commands,
                    *self._names.additions(),
                    ("HINCRBY", keys.meta, "commits", 1),
                    ("SET", keys.landed(self._writer), number, "PX", REMEMBERED),
                    ("DEL", keys.lock),
                ]
            )
            for answer in answers:
                line.check(answer)
        except BaseException:
            self._give_up(line)
            raise
        return line

    def _sure(self, sure: Callable[[], object], line: Line) -> None:
        try:
            sure()
        except BaseException:
            self._give_up(line)
            raise

    def _carried_out(self, line: Line) -> bool:
        """Whether what was kept ready has landed. If not, the lock was lost on the way."""
        try:
            (answers,) = line.checked([("EXEC",)])
        except BaseException:
            line.close()
            raise
        self._wire.take_back(line)
        for answer in answers or ():
            if isinstance(answer, exceptions.RedisError):
                raise StoreError(f"the store {self._wire.address} {DAMAGED} ({str(answer)[:200]})")
        return answers is not None

    def _give_up(self, line: Line) -> None:
        """Have nothing of a transaction be carried out. The lock is let go of if it is still ours."""
        wire, keys = self._wire, self._wire.keys
        try:
            line.send([("DISCARD",)])
            wire.take_back(line)
            _, holder = wire.send([("WATCH", keys.lock), ("GET", keys.lock)])
            wire.send([("MULTI",), ("DEL", keys.lock), ("EXEC",)] if holder == self._mine() else [("UNWATCH",)])
        except (LostError, StoreError):
            line.close()  # then it ends by itself

    def _unlock(self) -> None:
        """Let go of the lock that was just taken, and is watched: if it is another's by now, nothing happens."""
        self._wire.checked([("MULTI",), ("DEL", self._wire.keys.lock), ("EXEC",)])

    def _unlock_quietly(self) -> None:
        try:
            self._unlock()
        except (LostError, StoreError):
            return  # then it ends by itself
