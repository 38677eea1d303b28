"""The workers of a run: processes that are started, answered, and ended in order.

Comes in: a task for each, and events that are dealt out as they ask for them. Goes out: what they bring about, to the
run's listener, before it is committed; at the end their reports. Workers are processes of Python that is started anew:
nothing that is open here is open there. They are in a session of their own, so that Ctrl-C is for the run alone, which
then stops them in order; and they end by themselves when the run is gone.
"""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from queue import SimpleQueue

from attrs import define, field

from segdsl.diagnostics import errors
from segdsl.diagnostics.errors import SegdslError, StoreError, WorkerError
from segdsl.host.running import Running
from segdsl.host.runs import Progress
from segdsl.host.workers.feeding import Feeding
from segdsl.host.workers.talk import Done, End, Failed, Go, Heard, Items, Line, More, Reached, Stop, Task, Word
from segdsl.records.outcomes import Held

MODULE = "segdsl.host.workers"

LEAVING = 10.0
"""Seconds that a worker has to close its store and leave."""

ASKED = -1
"""In the place of a worker's number: an end is asked for."""

Inbox = SimpleQueue[tuple[int, Word | Items | None]]


class Member:
    """One worker: its process, and a thread that hears it. `done` is what it said at its end."""

    def __init__(self, number: int, task: Task, inbox: Inbox) -> None:
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(each or os.curdir for each in sys.path)}
        self.process = subprocess.Popen(  # noqa: S603 - the Python that runs this, with a module of ours
            [sys.executable, "-P", "-m", MODULE], stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment,
            start_new_session=True, creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
        )  # fmt: skip
        assert self.process.stdin is not None and self.process.stdout is not None
        self.line = Line(self.process.stdout, self.process.stdin)  # type: ignore[arg-type]
        self.done: Done | None = None
        self.reached = Reached(0, 0)
        self.asks = self.wants_more = False
        self.held: list[Held] = []
        self._number, self._inbox = number, inbox
        self._thread = threading.Thread(target=self._hear, name=f"segdsl-worker-{number}", daemon=True)
        with suppress(EOFError):  # if it is gone already, the thread finds out
            self.line.say(task)
        self._thread.start()

    def _hear(self) -> None:
        with suppress(EOFError):
            while True:
                self._inbox.put((self._number, self.line.hear()))
        self._inbox.put((self._number, None))

    def answer(self, said: Word | Items) -> None:
        """Answer what it asked. One that is gone is heard of otherwise."""
        self.asks = self.wants_more = False
        with suppress(EOFError):
            self.line.say(said)

    def end(self, patience: float = 0.0) -> None:
        """See that it is gone. One that has said all it has to is given some time to leave."""
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(patience)
        self.process.kill()
        self.process.wait()
        self._thread.join()
        self.line.close()


@define(eq=False)
class Crew:
    """The workers on one run. `running` is the run that tells of what they do; `tasks` are what each is to do."""

    running: Running
    feeding: Feeding
    tasks: Sequence[Task]
    members: dict[int, Member] = field(factory=dict)
    inbox: Inbox = field(factory=SimpleQueue)
    stopping: bool = False
    done: list[Done] = field(factory=list)

    def work(self) -> None:
        """Have all of them do their tasks.

        Raises KeyboardInterrupt when that was asked for with Ctrl-C, WorkerError when one of them was ended, and what
        went wrong in one of them or in who listens. The others have been stopped then, with what they have committed.
        """
        try:
            with self._asking():
                try:
                    for number, task in enumerate(self.tasks):
                        self.members[number] = Member(number, task, self.inbox)
                    self._converse()
                except BaseException:
                    self._stop()
                    raise
        finally:
            for member in self.members.values():
                member.end()

    def _converse(self) -> None:
        """Answer them until all are gone."""
        while self.members:
            number, said = self.inbox.get()
            if number == ASKED:
                raise KeyboardInterrupt
            if said is None:
                self._left(number)
            elif self.stopping:
                self._answer_at_the_end(number, said)
            else:
                self._answer(number, said)

    def _answer(self, number: int, said: Word | Items) -> None:
        member = self.members[number]
        self._landed(member)
        member.asks = True
        match said:
            case More():
                member.wants_more = True
                self._feed()
            case Heard(outcomes):
                self.running.listener.outcomes(outcomes)
                member.held = [held for each in outcomes for held in each.held]
                member.answer(Go())
            case Reached():
                member.reached = said
                self.tell_progress()
                member.answer(Go())
            case Done():
                self._is_done(member, said)
            case Failed():
                raise _error(said)
            case _:
                raise AssertionError(f"no worker says {type(said).__name__}")

    def _landed(self, member: Member) -> None:
        """It goes on, so what it has told of last is committed."""
        for held in member.held:
            if self.running.engine.held is not None:
                self.running.engine.held(held)
        member.held = []

    def _feed(self) -> None:
        """Give events to those who want some. Whoever takes some may make room for another."""
        is_fed = True
        while is_fed:
            wanting = [(number, member) for number, member in self.members.items() if member.wants_more]
            is_fed = sum(self._is_fed(number, member) for number, member in wanting) > 0

    def _is_fed(self, number: int, member: Member) -> bool:
        items = self.feeding.next_for(number)
        if items is None and not self.feeding.is_over(number):
            return False
        member.answer(items or End())
        return True

    def _is_done(self, member: Member, said: Done) -> None:
        member.done = said
        member.reached = Reached(member.reached.handled, 0)
        self.done.append(said)
        self.running.report.join(said.counted.report())
        self.tell_progress()

    def _left(self, number: int) -> None:
        """One has ended."""
        member = self.members.pop(number)
        member.end(LEAVING)
        self.running.handled += member.reached.handled
        if member.done is None and not self.stopping:
            raise WorkerError(_how(member.process.returncode))

    def tell_progress(self) -> None:
        """Tell how far all of them are together."""
        running, reached = self.running, [member.reached for member in self.members.values()]
        count = running.count
        handled = running.handled + sum(each.handled for each in reached)
        events = running.report.events + sum(each.events for each in reached)
        running.listener.progress(Progress(count.places, handled, count.events + count.rejects, events))

    # ---------------------------------------------------------------------------------------------------- to an end

    @contextmanager
    def _asking(self) -> Iterator[None]:
        """Have the first Ctrl-C come between two answers, so that no answer is cut in two; a second one is at once."""
        before = signal.getsignal(signal.SIGINT)
        if threading.current_thread() is not threading.main_thread() or before is not signal.default_int_handler:
            yield
            return

        def ask(_number: int, _frame: object) -> None:
            signal.signal(signal.SIGINT, before)
            self.inbox.put((ASKED, None))

        signal.signal(signal.SIGINT, ask)
        try:
            yield
        finally:
            signal.signal(signal.SIGINT, before)

    def _stop(self) -> None:
        """Stop all that are there, each at its next question, and hear what they have done."""
        self.stopping = True
        for member in self.members.values():
            if member.asks:
                member.answer(Stop())
        self._converse()

    def _answer_at_the_end(self, number: int, said: Word | Items) -> None:
        member = self.members[number]
        match said:
            case Done():
                self._is_done(member, said)
            case Failed():
                pass
            case _:
                member.answer(Stop())


def _how(code: int | None) -> str:
    """What to say of a worker that has ended by itself."""
    how = f"by signal {-code}" if code is not None and code < 0 else f"with exit code {code}"
    return (
        f"a worker has ended before its time, {how}; what was committed is kept: run the same command again, and it "
        "goes on from there (with fewer --workers, if memory ran out)"
    )


def _error(failed: Failed) -> Exception:
    """What has gone wrong in a worker, to be raised here."""
    kind = getattr(errors, failed.kind, StoreError)
    if not failed.trace and isinstance(kind, type) and issubclass(kind, SegdslError):
        return kind(failed.said)
    error = RuntimeError(f"in a worker: {failed.kind}: {failed.said}")
    error.add_note(failed.trace)
    return error
