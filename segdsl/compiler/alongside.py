"""Rules as they were written beside what they were lowered to, and each condition with what is certain where it stands.

Comes in: a checked program without errors, in which tree and plan have the same shape. Goes out: pairs of both, for the
lints.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import assert_never

from attrs import define, evolve, frozen

from segdsl.compiler.checked import CheckedProgram
from segdsl.compiler.reasoning import Facts, Happened, Reasoner
from segdsl.compiler.reasoning.terms import of_event_at_hand, tests_of
from segdsl.diagnostics.span import NOWHERE
from segdsl.plan import nodes as p
from segdsl.plan.walk import walk
from segdsl.syntax import ast

REFUSED = 100
"""Of so many paths before a path it is kept that they do not hold, so that long branches take no more time."""


@frozen(eq=False)
class WrittenRule:
    """A rule, with the activity around it."""

    node: ast.Rule
    plan: p.Rule
    activity: ast.Activity | None


@frozen
class Part:
    """A condition, or a part of one, as it was written and as it is judged."""

    node: ast.Expression
    condition: p.Expression

    def operands(self) -> list[Part]:
        """The parts that `and`, `or` or `not` join; none of a plain condition."""
        node = unbracketed(self.node)
        match node, self.condition:
            case (ast.Both(nodes), p.Both(conditions)) | (ast.Either(nodes), p.Either(conditions)):
                return [Part(*pair) for pair in zip(nodes, conditions, strict=True)]
            case ast.Not(operand), p.Negation(condition):
                return [Part(operand, condition)]
        return []

    def plain(self) -> Iterator[Part]:
        """The plain conditions of which it is made."""
        operands = self.operands()
        if not operands:
            yield self
        for operand in operands:
            yield from operand.plain()


def unbracketed(node: ast.Expression) -> ast.Expression:
    while isinstance(node, ast.Brackets):
        node = node.inner
    return node


@frozen
class Earlier:
    """A condition that is certain here: one on the way (`holds`), or that of an earlier path, which does not hold."""

    part: Part
    holds: bool


@frozen(eq=False)
class Asked:
    """A condition where it stands: in a `rule`, a `segment` or a `promotion`. `begun` is what is certain by the rule's
    triggers, one for each of them; `earlier` what is certain by the conditions before, in the same step. `path` is the
    path it belongs to."""

    part: Part
    rule: WrittenRule | None = None
    segment: str = ""
    hold: p.Hold | None = None
    promotion: str = ""
    begun: tuple[Facts, ...] = (Facts(),)
    earlier: tuple[Earlier, ...] = ()
    path: ast.Path | None = None
    waited: bool = False


@define(eq=False)
class Written:
    """All rules and conditions of a program."""

    program: CheckedProgram
    reasoner: Reasoner
    rules: list[WrittenRule]

    @classmethod
    def of(cls, program: CheckedProgram, reasoner: Reasoner) -> Written:
        plans = {program.spans[rule.id]: rule for rule in program.rules}
        scope = program.scope
        nodes: list[tuple[ast.Rule, ast.Activity | None]] = [(rule, None) for rule in scope.rules]
        nodes += [(part, each) for each in scope.activities for part in each.body if isinstance(part, ast.Rule)]
        rules = [WrittenRule(node, plans[node.span], around) for node, around in nodes if node.span in plans]
        return cls(program, reasoner, rules)

    def asked(self) -> Iterator[Asked]:
        """Every condition of segments, promotions, holds and rules."""
        for name, condition in self.program.table.conditions.items():
            node = self.program.scope.segments[name].node.condition
            if node is not None:
                yield Asked(Part(node, condition), segment=name)
        for name, promotion in self.program.table.promotions.items():
            node = self.program.scope.promotions[name].condition
            if node is not None and promotion.condition is not None:
                yield Asked(Part(node, promotion.condition), promotion=name)
        for hold in self.program.holds:
            written = self.program.written.get(hold)
            if isinstance(written, ast.Hold):
                yield Asked(Part(written.condition, hold.condition), hold=hold)
        for rule in self.rules:
            yield from self.asked_by(rule)

    def asked_by(self, rule: WrittenRule) -> Iterator[Asked]:
        """Every condition of a rule, in its order."""
        start = Asked(NOTHING, rule, begun=tuple(self._begun(trigger) for trigger in rule.plan.triggers))
        if rule.node.condition is not None and rule.plan.condition is not None:
            part = Part(rule.node.condition, rule.plan.condition)
            yield evolve(start, part=part)
            start = evolve(start, earlier=(Earlier(part, True),))
        yield from self._steps(rule.node.steps, rule.plan.steps, start)

    def _steps(self, nodes: tuple[ast.Step, ...], steps: tuple[p.Step, ...], here: Asked) -> Iterator[Asked]:
        for node, step in zip(nodes, steps, strict=True):
            match node, step:
                case ast.Gate(written), p.Gate(condition):
                    part = Part(written, condition)
                    yield evolve(here, part=part)
                    here = evolve(here, earlier=(*here.earlier, Earlier(part, True)))
                case ast.Branch(), p.Branch():
                    yield from self._branch(node, step, here)
                case _, p.Wait() | p.WaitUntil() | p.WaitFor():
                    here = self._after(step, here)
                case _:
                    pass

    def _branch(self, node: ast.Branch, step: p.Branch, here: Asked) -> Iterator[Asked]:
        refused = here.earlier
        for written, path in zip(node.paths, step.paths, strict=True):
            inside = evolve(here, earlier=refused)
            part = NOTHING
            if written.condition is not None and path.condition is not None:
                part = Part(written.condition, path.condition)
            asked = evolve(inside, part=part, path=written)
            if written.condition is not None or node.kind == "first":
                yield asked
            if step.kind == "first" and len(refused) < REFUSED:
                refused = (*refused, Earlier(part, False))
            yield from self._steps(
                written.steps, path.steps, evolve(inside, earlier=(*inside.earlier, Earlier(part, True)))
            )

    # ------------------------------------------------------------------------------------------------ what is certain

    def _begun(self, trigger: p.Trigger) -> Facts:
        match trigger:
            case p.EventTrigger(event, match) | p.CountTrigger(_, event, match):
                return self._happened(event, match, now=True)
            case p.AfterTrigger(_, event, match):
                return self._happened(event, match, now=False)
            case p.DateTrigger() | p.ScheduleTrigger() | p.EntersTrigger() | p.LeavesTrigger():
                return Facts()
        assert_never(trigger)

    def _happened(self, event: str, match: p.Expression | None, *, now: bool) -> Facts:
        tests = frozenset(t for t in tests_of(match) if not any(isinstance(node, p.Field) for node in walk(t)))
        so = tuple(self.reasoner.claim(of_event_at_hand(test), "true") for test in tests)
        return Facts(so, (Happened(event, tests, now),))

    def _after(self, pause: p.Pause, here: Asked) -> Asked:
        """What is still certain when a wait is over: only what has happened."""
        begun = tuple(facts.later() for facts in here.begun)
        if isinstance(pause, p.WaitFor) and isinstance(pause.trigger, p.EventTrigger | p.CountTrigger):
            answered = self._happened(pause.trigger.event, pause.trigger.match, now=True)
            begun = tuple(evolve(answered, happened=(*answered.happened, *facts.happened)) for facts in begun)
        return evolve(here, begun=begun, earlier=(), waited=True)

    def facts(self, asked: Asked, *, paths: bool = True) -> tuple[Facts, ...]:
        """What is certain where a condition stands, for each trigger; without `paths`, as if no earlier path of a
        branch had been refused."""
        so = tuple(
            self.reasoner.claim(each.part.condition, "true" if each.holds else "not true")
            for each in asked.earlier
            if paths or each.holds
        )
        return tuple(facts.also(*so) for facts in asked.begun)


_TRUE = p.Both(())
NOTHING = Part(ast.Both((), span=NOWHERE), _TRUE)
"""The condition of what has none: it always holds."""
