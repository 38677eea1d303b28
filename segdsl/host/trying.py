"""Rules tried out in memory, sentence by sentence: what the prompt of `seg repl` does to an engine.

Comes in: an engine on `memory://` and sentences of a checked program. Goes out: outcomes, and answers to questions that
the program itself does not ask. `overlay.py` brings a customer of another store along.
"""

from collections.abc import Iterator, Sequence
from itertools import count
from pathlib import Path
from typing import Any

from attrs import evolve

from segdsl.backends.base import Batch, StoredInputs, StoredState
from segdsl.compiler.checked import CheckedProgram
from segdsl.compiler.lengths import instant_of
from segdsl.host.engine import Engine
from segdsl.host.trials.running import Failure, Trial
from segdsl.host.trials.sentences import CannotRun, Given, happening, later, made_true, test_of
from segdsl.readers import read_events
from segdsl.readers.ordering import in_order
from segdsl.records.inputs import Event, Input
from segdsl.records.outcomes import Because, Change, Effect, Outcome, Reject
from segdsl.state.customer import State, Waiting
from segdsl.state.life import Life, Taken, decode, encode, encode_inputs
from segdsl.syntax import ast
from segdsl.values.instants import LATEST
from segdsl.values.kinds import Kind
from segdsl.values.zones import Zone


def events_of(engine: Engine, path: str | Path, format: str | None, mapping: str | None) -> list[Event | Reject]:
    """The events of a file in the order of time, after what cannot be taken. Raises InputError."""
    with read_events(path, engine.shape, format=format, mapping=mapping) as reading:
        return list(in_order(reading))


def moment_of(line: ast.Happens | ast.Later, now: int, zone: Zone) -> int:
    """The instant that a line of a test goes on to."""
    match line:
        case ast.Happens(moment):
            assert moment is not None, "only a table has columns here"
            return instant_of(moment, zone)
        case ast.Later(delay):
            assert delay is not None, "only a table has columns here"
            return later(delay, now, zone)


def happen(
    engine: Engine, checked: CheckedProgram, node: ast.Occurrence, customer: str, instant: int, id: str
) -> Outcome:
    """Have the event of a checked sentence happen to a customer. Raises CannotRun for one that is no event."""
    test = test_of(checked, node.span)
    if test is None:
        raise CannotRun(f"`{node.name.text}`, which has happened, would not be an event any more")
    name, fields = happening(test, node, checked.scope.zone)
    received = fields.pop("received", None)
    return engine.take([Event(id, name, customer, instant, fields, {}, received)], vouched=LATEST, settled=True)[0]


def give(engine: Engine, checked: CheckedProgram, line: Given, customer: str, instant: int, id: str) -> Outcome:
    """Make true of a customer what is given, without an event that a rule could see. The instant is not before the
    customer's last step."""
    state = state_of(engine, customer, instant) or engine.prepared.fresh(customer, instant)
    numbers = count(1)
    before = {m.segment for m in engine.backend.memberships(customer)}
    known = bool(engine.backend.load([customer]))
    taken: list[Taken] = []

    def heard(arrivals: int, entry: Input) -> None:
        taken.append(Taken(arrivals, entry))

    step = made_true(checked, engine.prepared, state, instant, [line], lambda: f"{id}/{next(numbers)}", heard)
    fresh = [] if known else _entered(state, before, step.changes)
    settled = engine.history(customer, instant)[len(engine.backend.history(customer)) :] if known else fresh
    keep(engine, step.state, [*settled, *step.changes], step.effects, instant, taken)
    return Outcome(
        "accepted", customer, tuple(step.changes), tuple(step.effects), tuple(step.fired), held=tuple(step.held)
    )


def _entered(state: State, before: set[str], changes: list[Change]) -> list[Change]:
    """The memberships of a customer of whom nothing was known, as changes."""
    made = [Change(state.customer, name, True, at, 0, 0, Because("condition")) for name, at in state.members.items()]
    return [change for change in made if change.segment not in before]


def keep(
    engine: Engine, state: State, changes: Sequence[Change], effects: Sequence[Effect], instant: int,
    taken: Sequence[Taken] = (),
) -> None:  # fmt: skip
    """Put a state in place of the one kept of its customer, with the changes that lie between, and what was taken."""
    stored = StoredState(state.customer, encode(Life(state)), state.clock, state.due, state.timer)
    journal = [StoredInputs(state.customer, encode_inputs(list(taken)))] if taken else []
    engine.backend.commit(Batch([stored], changes=list(changes), effects=list(effects), clock=instant, journal=journal))


def state_of(engine: Engine, customer: str, instant: int) -> State | None:
    """A customer's state at an instant not before its last step; None for one never seen."""
    data = engine.backend.load([customer]).get(customer)
    return engine.prepared.settle(decode(data).head, instant).state if data is not None else None


def waits_of(engine: Engine, customer: str, instant: int) -> list[Waiting]:
    """Where a customer's flows stand."""
    state = state_of(engine, customer, instant)
    return list(state.waits) if state is not None else []


def ahead(engine: Engine, customer: str, until: int) -> tuple[list[Change], list[Effect]]:
    """What the clock alone brings about for a customer up to an instant, as if nothing else came."""
    data = engine.backend.load([customer]).get(customer)
    if data is None:
        return [], []
    step = engine.prepared.settle(decode(data).head, until)
    return step.changes, step.effects


def answers(engine: Engine, checked: CheckedProgram, customer: str, instant: int) -> list[tuple[Kind, Any]]:
    """The kinds and values, for a customer at an instant, of what a program was asked. The engine's plan must be that
    of the program, questions and all."""
    state = state_of(engine, customer, instant) or engine.prepared.fresh(customer, instant)
    found: list[tuple[Kind, Any]] = []
    for question in checked.asked:
        value = engine.prepared.ask(state, question.node, instant)
        if question.since and value is not None:  # the plan holds the instant since when, to be compared with
            value = instant - value
        found.append((question.kind, value))
    return found


def failures(
    engine: Engine,
    checked: CheckedProgram,
    line: ast.Expect | ast.ExpectEffect | ast.ExpectPromotion,
    customer: str,
    instant: int,
    effects: Sequence[Effect],
) -> Iterator[Failure]:
    """What a customer does not fulfil of an expectation. The engine's plan must be that of the program with tests."""
    state = state_of(engine, customer, instant) or engine.prepared.fresh(customer, instant)
    # By its place: another test may expect the same in the same words.
    test = next(each for each in checked.tests if any(one.span == line.span for one in each.lines))
    alone = evolve(test, lines=(line,))
    trial = Trial(
        checked, engine.prepared, alone, explain=False, state=state, now=instant, effects=list(effects),
        customer=customer,
    )  # fmt: skip
    return trial.run()
