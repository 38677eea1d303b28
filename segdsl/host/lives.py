"""A customer's life, input by input, and what a late input changes of it (language.md section 5.15).

Comes in: a life as it is kept, and an input or an instant of the clock. Goes out: the life after it, and what came of
it. Steps are pure, so an input that finds later steps already taken is handled as if it had come on time: the steps
since are taken twice, without and with it, and the difference is handed out.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import TypeVar

import msgspec
from attrs import define, field

from segdsl.engines.base import Prepared, Step
from segdsl.records.inputs import FORGET, Event, Input, Link
from segdsl.records.outcomes import Because, Change, Effect, Held, Outcome, Reject
from segdsl.state.customer import State
from segdsl.state.life import Life, Taken
from segdsl.values import limits

Made = TypeVar("Made", Change, Effect)


@define
class Course:
    """What some steps did, one after the other, and the state they came to. `full` are the collections that had no room
    for what an input would have put in, each time."""

    state: State | None
    changes: list[Change] = field(factory=list)
    effects: list[Effect] = field(factory=list)
    fired: list[str] = field(factory=list)
    fired_at: list[int] = field(factory=list)
    full: list[str] = field(factory=list)
    held: list[Held] = field(factory=list)

    def add(self, step: Step) -> None:
        self.state = step.state
        self.changes += step.changes
        self.effects += step.effects
        self.fired += step.fired
        self.fired_at += step.fired_at
        self.full += step.full
        self.held += step.held


@define
class Lives:
    """Lives under one program. `lateness` is how much earlier than a customer's latest input one may be (microseconds;
    0: an earlier one is never taken)."""

    prepared: Prepared
    lateness: int

    @property
    def straight(self) -> dict[str, tuple[str, ...]]:
        """The events that come to one step each, with the fields that must be empty for that: those of their lines."""
        events = self.prepared.plan.events
        return {event.name: tuple(name for name, _ in event.lines) for event in events if event.name != FORGET}

    def take(self, life: Life | None, entry: Input) -> tuple[Life | None, Outcome]:
        """Take in an input, not earlier than the customer's latest by more than the lateness. A `Link` that renames is
        an input of the guest's life, which is the new customer's from then on. An event with which a collection would
        come to hold too many items, then or later, is refused, and the life stays as it was."""
        if life is not None and entry.instant < life.head.clock:
            return self._take_late(life, entry)
        taken = Taken(life.head.arrivals if life is not None else 0, entry)
        course = self._run(life.head if life is not None else None, [taken])
        if course.full and isinstance(entry, Event):
            return life, _without_room(entry, course.full[0])
        outcome = Outcome(
            "accepted", entry.customer, tuple(_named(entry.customer, course.changes)),
            tuple(_named(entry.customer, course.effects)), tuple(course.fired), fired_at=tuple(course.fired_at),
            held=tuple(_named_held(entry.customer, course.held)),
        )  # fmt: skip
        return self.after(life, taken, _state(course)), outcome

    def after(self, before: Life | None, taken: Taken, head: State) -> Life:
        """The life with an input that came on time, which brought it to `head`."""
        if not self.lateness:
            return Life(head)
        base, tail = (before.base, before.tail) if before is not None else (None, ())
        return self._kept(head, base, (*tail, taken))

    def advance(self, life: Life, until: int) -> tuple[Life, Outcome]:
        """Let the clock run for a customer. What is kept of the time before can still take in an input of then."""
        step = self.prepared.settle(life.head, until)
        outcome = Outcome(
            "advanced", life.head.customer, tuple(step.changes), tuple(step.effects), tuple(step.fired),
            fired_at=tuple(step.fired_at), held=tuple(step.held),
        )  # fmt: skip
        return Life(step.state, life.origin(), life.tail), outcome

    def end(self, life: Life, instant: int, cause: str) -> tuple[State, Outcome]:
        """End the life of a guest who turns out to be a customer, at an instant that is not before the latest input.
        What the clock did to the guest after it is taken back. Gives the guest as they are then."""
        head = life.head
        if head.clock <= instant:
            step = self.prepared.settle(head, instant)
            state, changes = step.state, step.changes
            outcome = Outcome("accepted", head.customer, (), tuple(step.effects), tuple(step.fired),
                              fired_at=tuple(step.fired_at), held=tuple(step.held))  # fmt: skip
        else:
            before, after = self._run(life.origin(), life.tail), self._run(life.origin(), life.tail)
            before.add(self.prepared.settle(_state(before), head.clock))
            after.add(self.prepared.settle(_state(after), instant))
            state, outcome = _state(after), _difference(before, after, "")
            changes = list(outcome.changes)
        why = Because("joined", "", "", cause)
        left = [
            Change(head.customer, segment, False, instant, state.arrivals + 1, 0, why)
            for segment in sorted(state.members)
        ]
        return state, msgspec.structs.replace(outcome, changes=(*changes, *left))

    # ----------------------------------------------------------------------------------------------------- late inputs

    def _take_late(self, life: Life, entry: Input) -> tuple[Life, Outcome]:
        """Take the steps since anew, with the input among them."""
        head, base = life.head, life.origin()
        tail = tuple(sorted([*life.tail, Taken(head.arrivals, entry)], key=lambda each: each.place))
        before, after = self._run(base, life.tail), self._run(base, tail)
        if len(after.full) > len(before.full) and isinstance(entry, Event):
            return life, _without_room(entry, (Counter(after.full) - Counter(before.full)).most_common(1)[0][0])
        as_of = _state(after)
        as_of.arrivals = head.arrivals + sum(not _renames(each) for each in self._entries(entry))
        for course in (before, after):
            course.add(self.prepared.settle(_state(course), head.clock))
        outcome = _difference(before, after, "late" if entry.instant < head.latest else "")
        if self.lateness:
            return self._kept(_state(after), base, tail), outcome
        return Life(_state(after), as_of if as_of.clock < _state(after).clock else None), outcome

    def _kept(self, head: State, base: State | None, tail: tuple[Taken, ...]) -> Life:
        """A life without the inputs before which no late one can come any more: they go into its base."""
        oldest = head.latest - self.lateness
        while tail and tail[0].entry.instant <= oldest:
            base, tail = self._run(base, tail[:1]).state, tail[1:]
        return Life(head, base, tail)

    def _run(self, state: State | None, inputs: Iterable[Taken]) -> Course:
        course = Course(state)
        for taken in inputs:
            for number, entry in enumerate(self._entries(taken.entry)):
                arrivals = taken.before + number
                if course.state is not None and course.state.arrivals != arrivals:
                    course.state = course.state.copy()
                    course.state.arrivals = arrivals
                course.add(self.prepared.step(course.state, entry))
        return course

    def _entries(self, entry: Input) -> Sequence[Input]:
        return self.prepared.expand(entry) if isinstance(entry, Event) else [entry]


def _renames(entry: Input) -> bool:
    """A customer's new name is no arrival."""
    return isinstance(entry, Link) and entry.renames


def _without_room(event: Event, collection: str) -> Outcome:
    """What becomes of an event with which a collection would hold too much (language.md section 2)."""
    detail = f"with it, `{collection}` would come to hold more than {limits.ITEMS:,} items"
    reject = Reject("full collection", detail, event.place, event.id, event.customer)
    return Outcome("rejected", event.customer, reject=reject)


def _state(course: Course) -> State:
    assert course.state is not None, "steps were taken"
    return course.state


def _difference(before: Course, after: Course, mark: str) -> Outcome:
    """What is different after an input that came late: what is taken back, and what is new. What a customer did under
    another name, as a guest, stands under the new one by now."""
    customer = _state(after).customer
    undone, changes = _changes(_named(customer, before.changes), _named(customer, after.changes))
    was, is_ = _named(customer, before.effects), _named(customer, after.effects)
    given, due = _by_id(was), _by_id(is_)
    withdrawn = [msgspec.structs.replace(e, mark="withdrawn") for e in was if not _is_in(e, due)]
    effects = [msgspec.structs.replace(e, mark=mark) for e in is_ if not _is_in(e, given)]
    known = _by_id([each.effect for each in before.held])
    held = [
        msgspec.structs.replace(each, effect=msgspec.structs.replace(each.effect, mark=mark))
        for each in _named_held(customer, after.held)
        if not _is_in(each.effect, known)
    ]
    fired = _fired(before, after)
    return Outcome(
        "accepted", customer, tuple(changes), tuple(effects), tuple(rule for rule, _ in fired), None,
        tuple(undone), tuple(withdrawn), tuple(instant for _, instant in fired), tuple(held),
    )  # fmt: skip


def _named_held(customer: str, held: list[Held]) -> list[Held]:
    """What was held back in some steps, under the customer's name."""
    named = _named(customer, [each.effect for each in held])
    return [msgspec.structs.replace(each, effect=effect) for each, effect in zip(held, named, strict=True)]


def _named(customer: str, made: list[Made]) -> list[Made]:
    """What came of some steps, under the customer's name."""
    return [each if each.customer == customer else msgspec.structs.replace(each, customer=customer) for each in made]


def _fired(before: Course, after: Course) -> list[tuple[str, int]]:
    """The rules that fired more often, with instants at which they did not fire before. One that fired as often at
    other instants did not fire anew."""
    more = Counter(after.fired) - Counter(before.fired)
    firings = Counter(zip(after.fired, after.fired_at, strict=True))
    firings -= Counter(zip(before.fired, before.fired_at, strict=True))
    fired = []
    for rule, instant in firings.elements():
        if more[rule] > 0:
            more[rule] -= 1
            fired.append((rule, instant))
    return fired


def _by_id(effects: list[Effect]) -> dict[str, Effect]:
    return {effect.id: effect for effect in effects}


def _is_in(effect: Effect, others: dict[str, Effect]) -> bool:
    other = others.get(effect.id)
    return other is not None and (other.fields, other.instant) == (effect.fields, effect.instant)


def _changes(before: list[Change], after: list[Change]) -> tuple[list[Change], list[Change]]:
    """For each segment the changes from the first that is different on: those taken back and those in their place,
    both in the order in which they happen."""
    undone: list[tuple[int, Change]] = []
    made: list[tuple[int, Change]] = []
    for segment in {change.segment for change in (*before, *after)}:
        old = [(at, change) for at, change in enumerate(before) if change.segment == segment]
        new = [(at, change) for at, change in enumerate(after) if change.segment == segment]
        same = 0
        while same < min(len(old), len(new)) and old[same][1] == new[same][1]:
            same += 1
        undone += old[same:]
        made += new[same:]
    return [c for _, c in sorted(undone, key=_place)], [c for _, c in sorted(made, key=_place)]


def _place(numbered: tuple[int, Change]) -> int:
    return numbered[0]
