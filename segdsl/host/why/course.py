"""A customer's life played again up to an instant, with a witness: what happened, what was judged, what changed.

Comes in: the inputs of a journal. Goes out: a `Course`. Steps are pure, so it comes to what the store holds; and with
an input left out, or one more, to what would be then.
"""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from attrs import define, field
from msgspec.structs import replace

from segdsl.engines.base import Step
from segdsl.engines.reference import Reference, prepare
from segdsl.engines.reference.witness import Sighting, Witness
from segdsl.plan import nodes as p
from segdsl.records.inputs import Event, Exclude, Include, Input, Link, Load, Unlist
from segdsl.records.outcomes import Because, Change, Effect, Held
from segdsl.state.customer import State
from segdsl.state.life import Taken

Key = tuple[int, int, int]
"""The order key of a step: instant, arrival, round."""

EVERY = 50
"""Inputs from one state that is kept to the next."""

HOST = {Include: "include", Exclude: "exclude", Unlist: "unlist"}


@define
class Course:
    """What happened up to `now`, in order. `entered` are the events that went into the history, with their steps,
    `fields` and all. `stations` are the states before every so many inputs, from which a life can be played again in
    part. `loaded` is the instant at which the rules were put in place of others (None: they were there from the first
    input on); the memberships of then count as changes."""

    customer: str
    now: int
    state: State | None = None
    changes: list[Change] = field(factory=list)
    effects: list[Effect] = field(factory=list)
    held: list[Held] = field(factory=list)
    sightings: list[Sighting] = field(factory=list)
    inputs: dict[str, Input] = field(factory=dict)
    stations: list[State | None] = field(factory=list)
    loaded: int | None = None

    @property
    def entered(self) -> list[Sighting]:
        return [each for each in self.sightings if each.what == "entered"]

    def standing(self, segment: str) -> bool:
        return self.state is not None and segment in self.state.members

    def since(self, segment: str) -> int | None:
        return self.state.members.get(segment) if self.state is not None else None

    def members_at(self, key: Key) -> dict[str, int]:
        """Since when the customer was in which segment, as a step sees it."""
        since: dict[str, int] = {}
        for change in self.changes:
            if (change.instant, change.arrival, change.round) > key:
                break
            if change.entered:
                since[change.segment] = change.instant
            else:
                since.pop(change.segment, None)
        return since

    def last_change(self, segment: str, entered: bool) -> Change | None:
        """The last time the customer came into a segment, or left it."""
        found = [each for each in self.changes if each.segment == segment and each.entered is entered]
        return found[-1] if found else None


@define
class Player:
    """Plays lives under one plan, on the engine that is the meaning: with a witness where something is to be told of
    it, else without one. `guest` gives the inputs of a guest."""

    plan: p.Plan
    guest: Callable[[str], Sequence[Taken]]
    engine: Reference = field(init=False)
    telling: Reference = field(init=False)
    witness: Witness | None = None
    steps: int = 0

    def __attrs_post_init__(self) -> None:
        self.engine = prepare(self.plan)
        self.telling = prepare(self.plan, self._tell)

    def _tell(self, sighting: Sighting) -> None:
        if self.witness is not None:
            self.witness(sighting)

    def play(self, customer: str, inputs: Sequence[Taken], until: int) -> Course:
        """The course of the inputs up to an instant, that instant in."""
        course = Course(customer, until)

        def watch(sighting: Sighting) -> None:
            # How segments were judged is told again where it matters: it would be most of all that is seen.
            if sighting.what != "judged":
                course.sightings.append(sighting)
            elif not isinstance(sighting.node, p.Segment):
                course.sightings.append(replace(sighting, value=None))

        self.witness = watch
        try:
            for number, taken in enumerate(inputs):
                if taken.entry.instant > until:
                    break
                if number % EVERY == 0:
                    course.stations.append(course.state)
                if isinstance(taken.entry, Link):
                    course.sightings += self._of_guest(taken.entry)
                elif isinstance(taken.entry, Load):
                    course.loaded = taken.entry.instant
                else:
                    course.inputs[taken.entry.id] = taken.entry
                _take(self.telling, course, taken)
                if isinstance(taken.entry, Load):
                    course.changes += self._standing(course)
            if course.state is not None:
                _add(course, self.telling.settle(course.state, until))
            else:
                course.state = self.telling.fresh(customer, until)
        finally:
            self.witness = None
        return course

    def _standing(self, course: Course) -> list[Change]:
        """The memberships of a customer when the rules were put in place, as changes of before."""
        state = course.state
        assert state is not None, "a state was put in place"
        places = {segment.name: segment.place for segment in self.plan.segments}
        found = []
        for name, since in sorted(state.members.items(), key=lambda each: each[1]):
            why = Because("loaded", places[name])
            if name in state.added:
                why = Because("loaded", state.added[name].because.place, state.added[name].because.rule)
            found.append(Change(course.customer, name, True, since, 0, 0, why))
        return found

    def _of_guest(self, link: Link) -> list[Sighting]:
        """The events that go into a customer's history because a guest turned out to be them, as seen from then on."""
        if link.renames:
            return []
        seen: list[Sighting] = []
        watching, self.witness = self.witness, seen.append
        try:
            course = Course(link.guest, link.instant)
            for taken in self.guest(link.guest):
                if isinstance(taken.entry, Link):
                    seen += self._of_guest(taken.entry)
                _take(self.telling, course, taken)
            if course.state is not None:
                self.telling.settle(course.state, link.instant)
        finally:
            self.witness = watching
        return [
            replace(each, key=(link.instant, 0, 0), reason="recorded" if each.recorded else "", value=None)
            for each in seen if each.what == "entered"
        ]  # fmt: skip

    def tell(self, course: Course, inputs: Sequence[Taken], instant: int, witness: Witness) -> None:
        """Have a witness told once more of all that happened at an instant, and of some of what was just before."""
        number = bisect_left(inputs, instant, key=lambda taken: taken.entry.instant)
        station = max(0, number - 1) // EVERY
        other = Course(course.customer, instant, course.stations[station] if course.stations else None)
        self.witness = witness
        try:
            for taken in inputs[station * EVERY :]:
                if taken.entry.instant > instant:
                    break
                _take(self.telling, other, taken)
            if other.state is not None:
                self.telling.settle(other.state, instant)
        finally:
            self.witness = None

    def rest(self, course: Course, inputs: Sequence[Taken], id_: str) -> int:
        """How many inputs have come since one."""
        number = next(number for number, taken in enumerate(inputs) if taken.entry.id == id_)
        return len(course.inputs) - number

    def without(self, course: Course, inputs: Sequence[Taken], id_: str) -> State:
        """The state at the course's end as it would be without one input."""
        number = next(number for number, taken in enumerate(inputs) if taken.entry.id == id_)
        others = (taken for taken in inputs[number - number % EVERY :] if taken.entry.id != id_)
        return self.state_at(course.customer, others, course.now, course.stations[number // EVERY])

    def state_at(self, customer: str, inputs: Iterable[Taken], until: int, state: State | None = None) -> State:
        """The state that inputs come to at an instant, that instant in, from a state or from nothing."""
        course = Course(customer, until, state)
        for taken in inputs:
            if taken.entry.instant > until:
                break
            _take(self.engine, course, taken)
        if course.state is None:
            return self.engine.fresh(customer, until)
        return self.engine.settle(course.state, until).state

    def go_on(self, state: State | None, inputs: Iterable[Input], until: int) -> State:
        """The state after some more inputs (of a customer never seen, there must be some), and at an instant. The steps
        that this takes are counted. An input for which there is no room in a collection is not taken."""
        for entry in inputs:
            before, full = state, False
            for each in self.engine.expand(entry) if isinstance(entry, Event) else [entry]:
                step = self.engine.step(self._run(state, each.instant) if state is not None else None, each)
                state, full = step.state, full or bool(step.full)
                self.steps += 1
            state = before if full and before is not None else state
        assert state is not None, "something happened"
        return self._run(state, until)

    def _run(self, state: State, until: int) -> State:
        """The clock, instant by instant."""
        while state.due is not None and state.due <= until:
            state = self.engine.settle(state, state.due).state
            self.steps += 1
        return state

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
    course.effects += step.effects
    course.held += step.held
