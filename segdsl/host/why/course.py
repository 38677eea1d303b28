"""A customer's life played again up to an instant, with a witness: what happened, what was judged, what changed.

Comes in: the inputs of a journal. Goes out: a `Course`. Steps are pure, so it comes to what the store holds; and with
an input left out, or one more, to what would be then.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from attrs import define, field

from segdsl.engines.base import Step
from segdsl.engines.reference import Reference, prepare
from segdsl.engines.reference.witness import Sighting, Witness
from segdsl.plan import nodes as p
from segdsl.records.inputs import Event, Exclude, Include, Input, Unlist
from segdsl.records.outcomes import Change
from segdsl.state.customer import State
from segdsl.state.life import Taken

Key = tuple[int, int, int]
"""The order key of a step: instant, arrival, round."""

HOST = {Include: "include", Exclude: "exclude", Unlist: "unlist"}


@define
class Course:
    """What happened up to `now`, in order. `entered` are the events that went into the history, with their steps,
    `fields` and all; `state` is None where nothing ever happened."""

    customer: str
    now: int
    state: State | None = None
    changes: list[Change] = field(factory=list)
    sightings: list[Sighting] = field(factory=list)
    inputs: dict[str, Input] = field(factory=dict)

    @property
    def entered(self) -> list[Sighting]:
        return [each for each in self.sightings if each.what == "entered"]

    def standing(self, segment: str) -> bool:
        return self.state is not None and segment in self.state.members

    def since(self, segment: str) -> int | None:
        return self.state.members.get(segment) if self.state is not None else None

    def last_change(self, segment: str, entered: bool) -> Change | None:
        """The last time the customer came into a segment, or left it."""
        found = [each for each in self.changes if each.segment == segment and each.entered is entered]
        return found[-1] if found else None


@define
class Player:
    """Plays lives under one plan, on the engine that is the meaning."""

    plan: p.Plan
    engine: Reference = field(init=False)
    witness: Witness | None = None

    def __attrs_post_init__(self) -> None:
        self.engine = prepare(self.plan, self._tell)

    def _tell(self, sighting: Sighting) -> None:
        if self.witness is not None:
            self.witness(sighting)

    def play(
        self, customer: str, inputs: Sequence[Taken], until: int, witness: Witness | None = None, without: str = ""
    ) -> Course:
        """The course of the inputs up to an instant, that instant in, without the input whose id is `without`. The
        witness is told of everything beside the course itself."""
        course = Course(customer, until)

        def watch(sighting: Sighting) -> None:
            course.sightings.append(sighting)
            if witness is not None:
                witness(sighting)

        self.witness = watch
        try:
            for taken in inputs:
                if taken.entry.instant > until or taken.entry.id == without:
                    continue
                course.inputs[taken.entry.id] = taken.entry
                _take(self.engine, course, taken)
            if course.state is not None:
                _add(course, self.engine.settle(course.state, until))
            else:
                course.state = self.engine.fresh(customer, until)
        finally:
            self.witness = None
        return course

    def go_on(self, state: State | None, inputs: Iterable[Input], until: int) -> State:
        """The state after some more inputs (of a customer never seen, there must be some), and at an instant."""
        for entry in inputs:
            for each in self.engine.expand(entry) if isinstance(entry, Event) else [entry]:
                state = self.engine.step(state, each).state
        assert state is not None, "something happened"
        return self.engine.settle(state, until).state

    def looking(self, state: State, now: int) -> Callable[[p.Expression], Any]:
        """What expressions are worth in a state, at an instant up to which the clock has been let run."""
        return self.engine.looking(state, now)


def _take(engine: Reference, course: Course, taken: Taken) -> None:
    """One input, with the arrival numbers that its steps had in the store."""
    entries = engine.expand(taken.entry) if isinstance(taken.entry, Event) else [taken.entry]
    for number, entry in enumerate(entries):
        arrivals = taken.before + number
        if course.state is not None and course.state.arrivals != arrivals:
            course.state = course.state.copy()
            course.state.arrivals = arrivals
        _add(course, engine.step(course.state, entry))


def _add(course: Course, step: Step) -> None:
    course.state = step.state
    course.changes += step.changes
