"""What a worker does: it opens the store, takes the events that it is given, and says what came of them.

Comes in: a `Line` to the run. All of it goes through the same `Running` as a run of one process.
"""

import traceback
from collections.abc import Iterator

from attrs import define, field
from msgspec.structs import replace

from segdsl.diagnostics.errors import SegdslError
from segdsl.host.engine import Engine
from segdsl.host.input import Input
from segdsl.host.runs import Listener, Progress, Report, handed_over, nobody
from segdsl.host.tidying import seldom_tidied
from segdsl.host.workers.parted import Parted
from segdsl.host.workers.splitting import name_of
from segdsl.host.workers.talk import Counted, Done, End, Failed, Go, Heard, Items, Line, More, Reached, Task, Word
from segdsl.records.inputs import Event
from segdsl.records.outcomes import Outcome

PARTS_OF_AN_OUTCOME = {
    "changes": ("changes", "undone"), "effects": ("effects", "withdrawn"), "held": ("held",), "rejects": ("reject",),
    "fired": ("fired", "fired_at"),
}  # fmt: skip
"""What a listener may want to hear of, with the fields of an outcome that hold it."""


PATIENCE = 600.0
"""Seconds that a worker waits for its turn to commit, where only one can at a time."""


class Stopped(Exception):  # noqa: N818 - nothing is wrong
    """The run has said that no more is to be kept."""


def work(line: Line) -> None:
    """Do one task, and say that it is done, or what has gone wrong. Ends when the run is gone, without a word."""
    try:
        task = line.hear()
        assert isinstance(task, Task)
        line.say(_done(task, line))
    except EOFError:
        pass
    except MemoryError:
        line.say(
            Failed("WorkerError", "a worker has run out of memory: run the same command again with fewer --workers")
        )
    except SegdslError as error:
        line.say(Failed(type(error).__name__, str(error)))
    except Exception as error:
        notes = "".join(f"\n{note}" for note in getattr(error, "__notes__", ()))
        line.say(Failed(type(error).__name__, f"{error}{notes}", traceback.format_exc()))


def _done(task: Task, line: Line) -> Done:
    handlers = dict.fromkeys(task.actions, handed_over)
    withdrawn = handed_over if task.notices else None
    with (
        seldom_tidied(),
        Engine(None, task.url, engine=task.engine, handlers=handlers, withdrawn=withdrawn) as engine,
    ):
        engine.backend.wait_for_others(PATIENCE)
        worker = Worker(line, task)
        running = worker.running(engine)
        try:
            running.run(worker.events())
        except Stopped:
            running.held.clear()
        return Done(Counted.of(running.report), sorted(running.stepped), list(running.held.items()))


@define(eq=False)
class Worker:
    """A worker at its task. `parts` are by the names of the events that came."""

    line: Line
    task: Task
    parts: dict[str, int] = field(factory=dict)

    def running(self, engine: Engine) -> Parted:
        """The run of this worker's parts."""
        task = self.task
        source = Input(task.key, task.label, task.path)
        listener = Listener(self.tell if task.wanted else nobody, progress=self.reach)
        running = Parted(
            engine, source, listener, task.until, task.batch, None, Report(), parts=task.parts, part_of=self.part_of,
            places=task.places, own=task.own,
        )  # fmt: skip
        running.told = task.told
        return running

    def part_of(self, event: Event) -> int:
        return self.parts[name_of(event)] if len(self.task.parts) > 1 else self.task.parts[0]

    def events(self) -> Iterator[Event]:
        """All that the run gives. Raises Stopped."""
        while not isinstance(answer := self._ask(More()), End):
            assert isinstance(answer, Items)
            events = answer.read()
            if len(self.task.parts) > 1:
                self.parts.update(dict.fromkeys(map(name_of, events), answer.part))
            yield from events

    def tell(self, outcomes: list[Outcome]) -> None:
        """Have the run hear of a batch before it is committed. Raises Stopped."""
        kept = {name for wanted in self.task.wanted for name in PARTS_OF_AN_OUTCOME[wanted]}
        left_out = {
            name: None if name == "reject" else ()
            for names in PARTS_OF_AN_OUTCOME.values() for name in names if name not in kept
        }  # fmt: skip
        said = [each for each in outcomes if any(getattr(each, name) for name in kept)]
        if said:
            self._ask(Heard([replace(each, **left_out) for each in said] if left_out else said))

    def reach(self, progress: Progress) -> None:
        """Say how far it is. Raises Stopped."""
        self._ask(Reached(progress.handled, progress.events))

    def _ask(self, said: Word) -> Word | Items:
        self.line.say(said)
        answer = self.line.hear()
        if isinstance(answer, Go | Items | End):
            return answer
        raise Stopped
