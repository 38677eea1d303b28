"""A test of what a real customer did (language.md section 7): the inputs of one customer, and what came of them.

Comes in: a checked program and the customer's inputs. Goes out: the text of a `test` that holds as it stands. What a
test cannot say is left out, with a comment that says so; the test is run before it is given out, and an expectation
that does not hold in it, since chance goes by the customer's name, becomes a comment as well.
"""

from collections.abc import Iterable, Iterator, Sequence
from operator import attrgetter
from pathlib import Path
from typing import Any

from attrs import define, field, frozen

from segdsl.compiler.checked import CheckedProgram
from segdsl.compiler.pipeline import compile_program
from segdsl.diagnostics.errors import CompileError, InputError
from segdsl.diagnostics.render import render_all
from segdsl.diagnostics.suggest import nearest
from segdsl.engines import DEFAULT, prepare
from segdsl.engines.base import Prepared, Step
from segdsl.host.engine import Engine
from segdsl.host.moments import Moment, instant_of
from segdsl.host.program import build, check_texts
from segdsl.host.trials.literals import instant_literal, literal_of
from segdsl.host.trials.running import run_tests
from segdsl.plan import nodes as p
from segdsl.plan.walk import structs
from segdsl.readers import read_events
from segdsl.readers.base import EventShape
from segdsl.records.inputs import FORGET, Event, Exclude, Include, Input, Link, Listing, Load, Unlist
from segdsl.records.outcomes import Change, Effect, Reject
from segdsl.state.customer import State
from segdsl.syntax import ast
from segdsl.syntax.format import test_line
from segdsl.syntax.format_values import quoted
from segdsl.values import instants, wire
from segdsl.values.instants import instant_text
from segdsl.values.kinds import Kind
from segdsl.values.zones import Zone

_LINE_WORDS = ("after", "expect", "given")
"""Words that begin a line of a test, so that no event that begins with one stands behind `after`."""

HINTS = 10_000
"""So many customers are looked through for the one that may have been meant."""

_DAY = 86_400 * instants.SECOND


@frozen
class RecordedTest:
    """The text of a test, and what it leaves out, a line each (also said in its comments)."""

    text: str
    left_out: tuple[str, ...] = ()


def record_test(
    checked: CheckedProgram,
    events: str | Path,
    customer: str,
    *,
    format: str | None = None,
    mapping: str | Path | None = None,
    until: Moment | None = None,
    name: str | None = None,
    steps: bool = False,
) -> RecordedTest:
    """The test of one customer's events in an input, up to the instant `until` (None: the latest of them).

    With `steps` memberships are expected after each event that changes some, not only at the end. Raises CompileError
    when the program has mistakes, InputError when the input cannot be read or has no event of the customer.
    """
    plan = _plan(checked)
    seen: set[str] = set()
    with read_events(events, EventShape(plan), format=format, mapping=mapping) as reading:
        inputs = _of_customer(checked, customer, _events(reading, seen))
    if not inputs:
        meant = nearest(customer, seen)
        hint = f": did you mean {meant!r}?" if meant else ""
        raise InputError(f"{events} has no event of a customer {customer!r}{hint}")
    source = "standard input" if str(events) == "-" else Path(events).name
    return record_inputs(checked, inputs, name=name or f"{customer}, as in {source}", until=until, steps=steps)


def _plan(checked: CheckedProgram) -> p.Plan:
    plan, errors = compile_program(checked)
    if plan is None:
        raise CompileError(errors, render_all(errors, checked.sources), checked.sources)
    return plan


def _of_customer(checked: CheckedProgram, customer: str, events: Iterable[Event]) -> list[Input]:
    """The inputs of one customer. Where events name visitors, it is settled first whose they are."""
    found = [event for event in events if event.visitor or event.customer == customer]
    if not any(event.visitor for event in found):
        return [*found]
    with Engine(build(checked), "memory://") as engine:
        engine.take(sorted(found, key=attrgetter("instant")), vouched=instants.LATEST)
        return engine.inputs(customer)


def _events(items: Iterable[Event | Reject], seen: set[str]) -> Iterator[Event]:
    """The events of an input; their customers are added to `seen`, up to so many as are worth a hint."""
    for item in items:
        if isinstance(item, Event):
            if len(seen) < HINTS and item.customer:
                seen.add(item.customer)
            yield item


def record_inputs(
    checked: CheckedProgram,
    inputs: Iterable[Input],
    *,
    name: str,
    until: Moment | None = None,
    steps: bool = False,
    engine: str = DEFAULT,
) -> RecordedTest:
    """The same, of inputs that are at hand already, all of one customer, in any order."""
    plan = _plan(checked)
    if any(test.name == name for test in checked.tests):
        raise InputError(f"there is a test of the name {name!r} already: give this one another")
    recorder = _Recorder(checked, prepare(plan, engine), steps)
    end = instant_of(until, Zone(plan.zone)) if until is not None else None
    taken = _in_order(inputs, end, recorder)
    if not taken and recorder.left_out:
        raise InputError(f"there is nothing to make a test of: left out was {', and '.join(recorder.left_out)}")
    if not taken:
        raise InputError("there is nothing to make a test of: no event of this customer up to then")
    recorder.take(taken)
    recorder.end(end)
    return _held(checked, name, recorder)


def _in_order(inputs: Iterable[Input], until: int | None, recorder: "_Recorder") -> list[Event | Listing]:
    """The inputs up to an instant, each once, by instant; only those since the customer was last forgotten."""
    seen: set[str] = set()
    taken: list[Event | Listing] = []
    for each in sorted(inputs, key=lambda each: each.instant):
        if until is not None and each.instant > until:
            continue
        if isinstance(each, Link):
            if not each.renames:
                recorder.leave_out(f"that {each.guest} was another customer until {instant_text(each.instant)}")
            continue
        if isinstance(each, Load):
            recorder.leave_out(f"what was before {instant_text(each.instant)}, when other rules were in place")
            continue
        if each.id in seen:
            continue
        seen.add(each.id)
        if isinstance(each, Event) and each.name == FORGET:
            recorder.leave_out(f"what was before {instant_text(each.instant)}, when the customer was forgotten")
            taken = []
        else:
            taken.append(each)
    return taken


# ---------------------------------------------------------------------------------------------------- a test on its way


@define
class _Recorder:
    """Takes inputs one by one and writes the lines of the test. `lines` are texts, comments among them."""

    checked: CheckedProgram
    prepared: Prepared
    steps: bool
    zone: Zone = field(init=False)
    lines: list[str] = field(factory=list)
    left_out: list[str] = field(factory=list)
    state: State | None = None
    now: int | None = None
    effects: list[Effect] = field(factory=list)

    def __attrs_post_init__(self) -> None:
        self.zone = Zone(self.prepared.plan.zone)

    def leave_out(self, what: str) -> None:
        if what not in self.left_out:
            self.left_out.append(what)
            self.lines.append(f"# left out: {what}")

    def take(self, inputs: Sequence[Event | Listing]) -> None:
        for each in inputs:
            if isinstance(each, Event):
                self._event(each)
            else:
                self._listing(each)

    def _step(self, entry: Input) -> None:
        before = set(self.state.members) if self.state is not None else set()
        for each in self.prepared.expand(entry) if isinstance(entry, Event) else [entry]:
            self._keep(self.prepared.step(self.state, each))
        assert self.state is not None
        if self.steps:
            self._expect_changes(before, set(self.state.members))

    def _keep(self, step: Step) -> list[Change]:
        self.state = step.state
        self.effects += step.effects
        return step.changes

    # ------------------------------------------------------------------------------------------------------ the inputs

    def _event(self, event: Event) -> None:
        self._given(event)
        for each in self.prepared.expand(event):
            self._happens(each)
        self._step(event)

    def _given(self, event: Event) -> None:
        """Attributes that come with an event are given just before it."""
        for name, value in event.attributes.items():
            literal = None if value is None else literal_of(self.checked.scope.attributes[name].kind, value, self.zone)
            if literal is None:
                self.leave_out(f"`{name}` that came with `{event.name}` at {instant_text(event.instant)}")
            else:
                self.lines.append(test_line(ast.Given(ast.Name(name), literal)))

    def _happens(self, event: Event) -> None:
        kinds = self.checked.scope.events[event.name].kinds()
        fields = dict(event.fields) | ({"received": event.received} if event.received is not None else {})
        assignments = []
        for name, value in fields.items():
            literal = literal_of(kinds[name], value, self.zone)
            if literal is not None:
                assignments.append(ast.Assignment(ast.Name(name), literal))
            elif (name, event.name) not in self._made_into_lines():
                self.leave_out(f"`{name}` of `{event.name}` at {instant_text(event.instant)}")
        occurrence = ast.Occurrence(ast.Name(event.name), None, tuple(assignments))
        self.lines.append(test_line(self._when(event.instant, occurrence)))
        self.now = event.instant

    def _made_into_lines(self) -> set[tuple[str, str]]:
        """Lists whose items are events of their own, which the test has."""
        return {(items, event.name) for event in self.prepared.plan.events for items, _ in event.lines}

    def _when(self, instant: int, occurrence: ast.Occurrence) -> ast.Happens | ast.Later:
        """After a round length of time, or at an instant."""
        gap = None if self.now is None else _round_length(instant - self.now)
        if gap is None or occurrence.name.text.split(" ")[0] in _LINE_WORDS:
            return ast.Happens(instant_literal(instant, self.zone), occurrence)
        return ast.Later(gap, occurrence)

    def _listing(self, entry: Include | Exclude | Unlist) -> None:
        """What the host said before the first event is given; a test cannot say it later."""
        segment = ast.Name(entry.segment)
        if self.now is None and isinstance(entry, Exclude):
            self.lines.append(test_line(ast.GivenExcluded(segment)))
        elif self.now is None and isinstance(entry, Include):
            self.lines.append(test_line(ast.GivenMember(segment)))
        else:
            did = {Include: "included in", Exclude: "excluded from", Unlist: "unlisted from"}[type(entry)]
            self.leave_out(f'that the customer was {did} "{entry.segment}" at {instant_text(entry.instant)}')
            return
        self._step(entry)

    # ----------------------------------------------------------------------------------------------- what came of them

    def _expect_changes(self, before: set[str], after: set[str]) -> None:
        for segment in sorted(after - before):
            self._expect(ast.InSegment(ast.Name(segment)))
        for segment in sorted(before - after):
            self._expect(ast.Not(ast.InSegment(ast.Name(segment))))

    def _expect(self, condition: ast.Expression) -> None:
        self.lines.append(test_line(ast.Expect(condition)))

    def end(self, until: int | None) -> None:
        """Let the clock run to the end, and expect what is so there."""
        assert self.state is not None and self.now is not None, "there was an event"
        if until is not None and until > self.now:
            for length in _lengths(until - self.now):
                self.lines.append(test_line(ast.Later(length)))
                self.now += length.count * instants.UNITS[length.unit]
        self._keep(self.prepared.settle(self.state, self.now))
        members = sorted(self.state.members)
        for segment in members:
            self._expect(ast.InSegment(ast.Name(segment)))
        others = sorted({segment.name for segment in self.prepared.plan.segments} - set(members))
        if others:
            self._expect(_none_of(others))
        done = dict.fromkeys(self._effect_line(effect) for effect in self.effects)
        self.lines += done
        for action in sorted(self._could_be_done() - {effect.action for effect in self.effects}):
            self.lines.append(test_line(ast.ExpectEffect(ast.Name(action), absent=True)))

    def _effect_line(self, effect: Effect) -> str:
        kinds = {name: info.kind for name, info in self.checked.scope.actions[effect.action].fields.items()}
        given = ((name, kinds[name], raw) for name, raw in effect.fields.items())
        assignments = tuple(_assignments(given, self.zone))
        return test_line(ast.ExpectEffect(ast.Name(effect.action), None, assignments))

    def _could_be_done(self) -> set[str]:
        """The actions that some rule does."""
        return {node.action for node in structs(self.prepared.plan.rules) if isinstance(node, p.Emit)}


def _assignments(fields: Iterable[tuple[str, Kind, Any]], zone: Zone) -> Iterator[ast.Assignment]:
    """What a test can say of an effect's fields; those that it does not name may be anything."""
    for name, kind, raw in fields:
        literal = literal_of(kind, wire.decode(kind, raw, zone), zone)
        if literal is not None:
            yield ast.Assignment(ast.Name(name), literal)


def _none_of(segments: list[str]) -> ast.Expression:
    names = tuple(map(ast.Name, segments))
    return ast.InAny("none", names) if len(names) > 1 else ast.Not(ast.InSegment(names[0]))


def _round_length(gap: int) -> ast.Duration | None:
    """A gap as a person would say it; None where an instant says it better."""
    for unit in ("day", "hour", "minute"):
        count, rest = divmod(gap, instants.UNITS[unit])
        if count and not rest and count <= 100:
            return ast.Duration(count, unit)
    return None


def _lengths(gap: int) -> Iterator[ast.Duration]:
    """A gap in days, hours, minutes and seconds; parts of a second are not said."""
    days, rest = divmod(gap, _DAY)
    if days:
        yield ast.Duration(days, "day")
    for unit in ("hour", "minute", "second"):
        count, rest = divmod(rest, instants.UNITS[unit])
        if count:
            yield ast.Duration(count, unit)


# -------------------------------------------------------------------------------------------------------- tried at once


def _held(checked: CheckedProgram, name: str, recorder: _Recorder) -> RecordedTest:
    """The test's text, after it was run: what does not hold in it is a comment. A line of an expectation has its number
    in the text, so that a failure leads back to it."""
    lines = list(recorder.lines)
    texts = [(source.name, source.text) for source in checked.sources if not source.shipped]
    trial = _text(name, lines)
    tried = check_texts([*texts, ("recorded", trial)])
    while True:
        failed = _failed_lines(tried, name)
        if not failed:
            return RecordedTest(trial, tuple(recorder.left_out))
        for number in failed:
            recorder.left_out.append(f"{lines[number]}: it is not so in a test")
            lines[number] = f"# not so in a test, of another customer: {lines[number]}"
        trial = _text(name, lines)
        tried = check_texts([*texts, ("recorded", trial)])


def _failed_lines(tried: CheckedProgram, name: str) -> list[int]:
    """Which of the lines do not hold."""
    result = next(result for result in run_tests(tried) if result.place.startswith("recorded:") and result.name == name)
    return sorted({int(failure.place.rpartition(":")[2]) - 2 for failure in result.failures})


def _text(name: str, lines: list[str]) -> str:
    return "\n".join([f"test {quoted(name)} {{", *(f"  {line}" for line in lines), "}"]) + "\n"
