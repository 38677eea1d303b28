"""What of the rules the tests beside them have seen (language.md section 7): rules that fired, paths that were taken,
waits that went on or ended unanswered, limits and holds that held something back, and conditions that were true, false,
or not known.

Comes in: a checked program, whose tests are run on the engine of reference with a witness. Goes out: `Coverage`. All is
counted on the plan, so that it does not depend on how a text is laid out: a condition counts as a whole, and so does
each part that `and` and `or` join; of a `not` what stands behind it counts.
"""

from collections.abc import Iterator

from attrs import define, field

from segdsl.compiler.checked import CheckedProgram
from segdsl.compiler.pipeline import compile_program
from segdsl.compiler.written import Written
from segdsl.diagnostics.errors import CompileError
from segdsl.diagnostics.render import render_all
from segdsl.diagnostics.span import Span
from segdsl.engines import reference
from segdsl.engines.reference.witness import Sighting
from segdsl.host.trials.running import TestResult, Trial, result_of, tests_named
from segdsl.plan import nodes as p
from segdsl.plan.needs import pauses
from segdsl.syntax import ast
from segdsl.syntax.format_rules import plain_step, trigger
from segdsl.syntax.format_values import expression

NOT_KNOWN = "not known"
KINDS = ("rule", "path", "wait", "limit", "condition")
"""What is counted, in the order of reports."""

_OUTCOMES = {True: "true", False: "false", None: NOT_KNOWN}


@define(eq=False)
class Part:
    """A part of the rules that tests can see: its kind, place and text, what can be seen of it (`wanted`, and of a
    condition also *not known*, which often cannot be), and what was `seen`."""

    kind: str
    span: Span
    place: str
    text: str
    wanted: tuple[str, ...]
    seen: set[str] = field(factory=set)

    def missing(self, *, unknown: bool = False) -> list[str]:
        """What was never seen of it."""
        return [each for each in self.counted(unknown=unknown) if each not in self.seen]

    @property
    def was_unknown(self) -> bool:
        """Whether it was seen not known."""
        return NOT_KNOWN in self.seen

    def in_order(self) -> list[str]:
        """What was seen of it, in the order of what can be."""
        return [each for each in (*self.wanted, NOT_KNOWN) if each in self.seen]

    def counted(self, *, unknown: bool = False) -> tuple[str, ...]:
        """What counts of it; with `unknown` also that a condition was not known."""
        return (*self.wanted, NOT_KNOWN) if unknown and self.kind == "condition" else self.wanted


@define(eq=False)
class Coverage:
    """All parts of a program's rules, in the order of the text. With `unknown`, *not known* counts as well."""

    parts: list[Part]
    unknown: bool = False

    @property
    def kinds(self) -> tuple[str, ...]:
        """What is counted, in the order of reports; limits only where there are any."""
        limited = any(each.kind == "limit" for each in self.parts)
        return tuple(kind for kind in KINDS if kind != "limit" or limited)

    def counts(self, kind: str = "", file: str = "") -> tuple[int, int]:
        """How much was seen, and of how much: of one kind, of one file, or of all."""
        chosen = [e for e in self.parts if kind in ("", e.kind) and file in ("", e.place.rpartition(":")[0])]
        of = sum(len(each.counted(unknown=self.unknown)) for each in chosen)
        return of - sum(len(each.missing(unknown=self.unknown)) for each in chosen), of

    @property
    def share(self) -> float:
        """In hundredths; of nothing, all was seen."""
        seen, of = self.counts()
        return 100 * seen / of if of else 100.0

    @property
    def files(self) -> list[str]:
        """The files with rules, in the order of the program."""
        return list(dict.fromkeys(each.place.rpartition(":")[0] for each in self.parts))

    def never_seen(self) -> Iterator[tuple[Part, list[str]]]:
        """The parts of which something was never seen, with what that is."""
        for part in self.parts:
            missing = part.missing(unknown=self.unknown)
            if missing:
                yield part, missing


def cover(checked: CheckedProgram, *, named: str = "", unknown: bool = False) -> tuple[list[TestResult], Coverage]:
    """Run the tests whose name holds a text, and tell what they have seen of the rules.

    Raises CompileError when the program has mistakes.
    """
    plan, errors = compile_program(checked, tests=True)
    if plan is None:
        raise CompileError(errors, render_all(errors, checked.sources), checked.sources)
    watch = _Watch(checked, checked.written)
    for segment in plan.segments:
        watch.expect_segment(segment)
    for promotion in plan.promotions:
        watch.expect_promotion(promotion)
    for rule in plan.rules:
        watch.expect_rule(rule)
    for limit in plan.limits:
        watch.expect_limit(limit)
    for hold in plan.holds:
        watch.expect_limit(hold)
    prepared = reference.prepare(plan, watch.see)
    results = []
    for test in tests_named(checked, named):
        trial = Trial(checked, prepared, test)
        results.append(result_of(checked, trial))
        watch.see_end(trial)
    return results, Coverage(sorted(watch.parts.values(), key=_in_text), unknown)


def _in_text(part: Part) -> tuple[int, int, int, int]:
    """The order of the text: what is around something before it."""
    return part.span.source, part.span.start, -part.span.end, KINDS.index(part.kind)


@define(eq=False)
class _Watch:
    """The parts of a plan that can be seen, by kind and place in the text; and the conditions behind the nodes that a
    witness is told of, by the nodes' identity."""

    checked: CheckedProgram
    written: Written
    parts: dict[tuple[str, Span], Part] = field(factory=dict)
    by_node: dict[int, Part] = field(factory=dict)
    conditions: dict[int, list[tuple[p.Expression, Part]]] = field(factory=dict)
    rules: dict[str, Part] = field(factory=dict)
    waits: dict[tuple[str, str], Part] = field(factory=dict)

    # -------------------------------------------------------------------------------------------- what there is to see

    def expect_segment(self, segment: p.Segment) -> None:
        if segment.condition is not None:
            self._condition(segment, segment.condition)

    def expect_promotion(self, promotion: p.Promotion) -> None:
        if promotion.condition is not None:
            self._condition(promotion, promotion.condition)

    def expect_rule(self, rule: p.Rule) -> None:
        node = self.written.get(rule)
        if not isinstance(node, ast.Rule) or self._is_shipped(node.span):
            return
        self.rules[rule.id] = self._part("rule", node.span, "when " + " or ".join(map(trigger, node.triggers)), "fired")
        if rule.condition is not None:
            self._condition(rule, rule.condition)
        self._steps(rule.steps)
        for pause, _ in pauses(rule.steps):
            if id(pause) in self.by_node:
                self.waits[rule.id, pause.key] = self.by_node[id(pause)]

    def expect_limit(self, limit: p.Limit | p.Hold) -> None:
        node = self.written.get(limit)
        if node is None or self._is_shipped(node.span):
            return
        self.by_node[id(limit)] = self._part("limit", node.span, limit.text, "held back")
        if isinstance(limit, p.Hold):
            self._condition(limit, limit.condition)

    def _steps(self, steps: tuple[p.Step, ...]) -> None:
        for step in steps:
            match step:
                case p.Gate(condition):
                    self._condition(step, condition)
                case p.Branch(_, paths):
                    for path in paths:
                        self._path(path)
                case p.Wait() | p.WaitUntil() | p.WaitFor():
                    self._wait(step)
                case p.Act():
                    pass

    def _path(self, path: p.Path) -> None:
        node = self.written.get(path)
        if isinstance(node, ast.Path):
            condition = f" if {expression(node.condition)}" if node.condition is not None else ""
            text = "otherwise" if node.otherwise else f"path{f' {node.share.written}' if node.share else ''}{condition}"
            self.by_node[id(path)] = self._part("path", node.span, text, "taken")
        if path.condition is not None:
            self._condition(path, path.condition)
        self._steps(path.steps)

    def _wait(self, pause: p.Pause) -> None:
        node = self.written.get(pause)
        if isinstance(node, ast.Wait | ast.WaitUntil | ast.WaitFor):
            ends = isinstance(pause, p.WaitFor) and pause.within is not None
            wanted = ("gone on", "ended unanswered") if ends else ("gone on",)
            self.by_node[id(pause)] = self._part("wait", node.span, plain_step(node), *wanted)

    def _condition(self, holder: object, condition: p.Expression) -> None:
        self.conditions[id(holder)] = [
            (node, self._part("condition", written.span, expression(written), "true", "false"))
            for node, written in self._judged(condition)
            if not self._is_shipped(written.span)
        ]

    def _judged(self, node: p.Expression) -> Iterator[tuple[p.Expression, ast.Expression]]:
        """A condition and its parts, as far as they were written down as conditions."""
        written = self.written.get(node)
        match node, written:
            case p.Negation(operand), ast.Not() | ast.InAny():
                yield from self._judged(operand)
            case ((p.Both(operands) | p.Either(operands)), ast.Both() | ast.Either() | ast.InAny()):
                yield node, written
                for operand in operands:
                    yield from self._judged(operand)
            case ((p.Both(operands) | p.Either(operands)), None):
                for operand in operands:
                    yield from self._judged(operand)
            case _ if isinstance(written, ast.Expression):
                yield node, written

    def _part(self, kind: str, span: Span, text: str, *wanted: str) -> Part:
        return self.parts.setdefault((kind, span), Part(kind, span, self.checked.place(span), text, wanted))

    def _is_shipped(self, span: Span) -> bool:
        return self.checked.sources[span.source].shipped

    # ---------------------------------------------------------------------------------------------------- what is seen

    def see(self, sighting: Sighting) -> None:
        """Take note of what the witness is told."""
        match sighting.what:
            case "judged" if sighting.value is not None:
                for condition, part in self.conditions.get(id(sighting.node), ()):
                    part.seen.add(_OUTCOMES[sighting.value(condition)])
            case "taken":
                self._see(sighting.node, "taken")
            case "held":
                self._see(sighting.node, "held back")
            case "goes on":
                self._see(sighting.node, "gone on")
            case "left" if sighting.reason == "it did not come in time":
                self._see(sighting.node, "ended unanswered")
            case _:
                pass

    def _see(self, node: object, what: str) -> None:
        part = self.by_node.get(id(node))
        if part is not None:
            part.seen.add(what)

    def see_end(self, trial: Trial) -> None:
        """Take note of the rules that fired in a trial, and of the waits that had ended unanswered at its end: of those
        nothing is told until something else happens."""
        for rule in trial.fired & set(self.rules):
            self.rules[rule].seen.add("fired")
        for wait in trial.state.waits if trial.state is not None else ():
            if wait.deadline is not None and trial.now is not None and wait.deadline <= trial.now:
                self.waits[wait.rule, wait.key].seen.add("ended unanswered")
