"""A run that kills its own process, with SIGKILL, at a point that was chosen before.

A run goes through phases: it opens the store, works, asks the store, and commits; as soon as it is sure that the batch
will land it tells of it, and then the batch lands. The point is in one of them: the n-th call of a Python or C function
from its beginning, its end, or so many microseconds after its beginning, wherever the run is then: also within a
statement, or while it waits for the server.
"""

import mmap
import os
import signal
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from functools import wraps
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages
from random import Random
from statistics import median
from tempfile import TemporaryDirectory
from threading import Thread
from typing import Any
from unittest.mock import patch

from attrs import frozen

import segdsl
from segdsl import backends
from segdsl.backends import open_backend
from segdsl.backends.base import Backend, nothing
from segdsl.cli.parts.lines import Lines, change_lines, effect_lines
from segdsl.host.objects import change_line
from segdsl.records.outcomes import Change, Outcome
from segdsl.values.instants import DAY, LATEST
from tests.faults import shop

PHASES = ("opening", "working", "asking", "committing", "telling", "landing")
OPENING, WORKING, ASKING, COMMITTING, TELLING, LANDING = range(len(PHASES))
IN_COMMITS = PHASES[COMMITTING:]
END = 1 << 62
"""A call that no phase comes to: its end."""

WRITING = ("commit", "install")

PROGRAM = segdsl.loads(shop.RULES)


@frozen
class Point:
    """The `call`-th call in the `time`-th phase of a kind, or `delay` seconds after its beginning."""

    phase: int
    time: int
    call: int = 0
    delay: float | None = None

    @classmethod
    def drawn(cls, random: Random, ahead: int, calls: Sequence[int]) -> "Point":
        """A point within about the next `ahead` commits, in which it is more often than elsewhere. `calls` are those
        that a phase of each kind usually has."""
        phase, kind = random.choices(range(len(PHASES)), (1, 2, 2, 4, 1, 4))[0], random.random()
        begun = random.randint(1, 1 if phase == OPENING else ahead * {WORKING: 8, ASKING: 6}.get(phase, 1))
        if kind < 0.25:
            return cls(phase, begun, delay=random.uniform(0, 0.001 if phase == LANDING else 0.008))
        return cls(phase, begun, END if kind < 0.35 else random.randint(1, calls[phase]))


class Killing:
    """Counts phases, and kills at the point. `shared` is a file of one byte: the phase in which the process is."""

    def __init__(self, point: Point | None, shared: Path) -> None:
        with shared.open("r+b") as file:
            self.now = mmap.mmap(file.fileno(), 1)
        self.point = point
        self.begun: Counter[int] = Counter()
        self.calls = 0
        self.armed = False
        self.counts: list[list[int]] | None = None

    def count(self) -> None:
        """Kill nobody, and count the calls in each phase instead."""
        self.counts = [[] for _ in PHASES]
        sys.setprofile(self._count)

    def turn(self, phase: int) -> None:
        """Another phase begins."""
        if self.armed:  # the phase of the point had fewer calls
            self.kill()
        if self.counts is not None:
            self.counts[self.now[0]].append(self.calls)
            self.calls = 0
        self.now[0] = phase
        self.begun[phase] += 1
        point = self.point
        if point is None or (point.phase, point.time) != (phase, self.begun[phase]):
            return
        if point.delay is not None:
            Thread(target=self._kill_later, args=(point.delay,), daemon=True).start()
        else:
            self.armed = True
            sys.setprofile(self._count)

    def _kill_later(self, delay: float) -> None:
        time.sleep(delay)
        self.kill()

    def _count(self, frame: Any, event: str, argument: Any) -> None:
        self.calls += 1
        if self.point is not None and self.calls >= self.point.call:
            self.kill()

    @staticmethod
    def kill() -> None:
        os.kill(os.getpid(), signal.SIGKILL)
        signal.pause()  # the thread that is not the main one may be told first

    def watch(self, backend: Backend) -> None:
        """Have the calls of a backend be phases."""
        inside = False

        def watched(name: str, method: Callable[..., Any]) -> Callable[..., Any]:
            @wraps(method)
            def call(*given: Any) -> Any:
                nonlocal inside
                if inside:  # one method of the backend calls another
                    return method(*given)
                inside = True
                try:
                    self.turn(COMMITTING if name in WRITING else ASKING)
                    if name == "commit":
                        given = (given[0], self._sure(given[1] if len(given) > 1 else nothing))
                    return method(*given)
                finally:
                    inside = False
                    self.turn(WORKING)

            return call

        names = {name for name in vars(Backend) if not name.startswith("_")} - {"close"}
        for name in names:
            setattr(backend, name, watched(name, getattr(backend, name)))

    def _sure(self, sure: Callable[[], object]) -> Callable[[], object]:
        def call() -> None:
            self.turn(TELLING)
            sure()
            self.turn(LANDING)

        return call


def run(
    url: str, inputs: Sequence[str], lines: str, shared: str, batch: int, point: dict[str, Any] | None = None
) -> None:
    """Run some inputs into a store; a process that comes to the point is killed there."""
    killing = Killing(Point(**point) if point is not None else None, Path(shared))
    killing.turn(OPENING)
    with open_backend(url) as backend:
        killing.watch(backend)
        told(backend, inputs, lines, batch)


def counted(url: str, inputs: Sequence[str], lines: str, shared: str, batch: int) -> list[int]:
    """The same, of a run that is not killed: how many calls a phase of each kind usually has."""
    killing = Killing(None, Path(shared))
    killing.turn(OPENING)
    killing.count()
    with open_backend(url) as backend:
        killing.watch(backend)
        told(backend, inputs, lines, batch)
        sys.setprofile(None)
    return [int(max(median(found), 1)) for found in killing.counts or ()]


def told(backend: Backend, inputs: Sequence[str], lines: str, batch: int) -> None:
    """Run some inputs into a store, and add what is told of to the file `lines`, as `seg run` does."""
    with patch("segdsl.host.batches.secrets.token_bytes", bytes):  # so that two stores can be compared
        engine = segdsl.Engine(PROGRAM, backend, clock=lambda: LATEST - DAY)
    with engine, Lines(lines, on=True) as file:

        def tell(outcomes: list[Outcome]) -> None:
            file.write(line for each in outcomes for line in (*effect_lines(each), *change_lines(each)))

        def tell_changes(changes: list[Change]) -> None:
            file.write(map(change_line, changes))

        for path in inputs:
            segdsl.replay(engine, path, batch=batch, listener=segdsl.Listener(tell, tell_changes))


def warm() -> None:
    """Have done whatever a process does only once, so that those who are forked need not."""
    for module in walk_packages(backends.__path__, f"{backends.__name__}."):
        import_module(module.name)
    with TemporaryDirectory() as folder, open_backend("memory://") as backend:
        inputs = [str(shop.write(Path(folder) / "events.jsonl", shop.events(300, 0)))]
        told(backend, inputs, f"{folder}/lines.jsonl", 100)
