"""What a lint gets and gives: a `Ground` in, warnings out. Lints know this file and not each other."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cached_property

from attrs import define

from segdsl.compiler.alongside import Asked, Written, unbracketed
from segdsl.compiler.checked import CheckedProgram
from segdsl.compiler.deeds import Deed, deeds_of
from segdsl.compiler.judging import Because, Judging, Verdict
from segdsl.compiler.reasoning import Reasoner
from segdsl.diagnostics.diagnostic import Diagnostic, Fix, Label, Severity
from segdsl.diagnostics.span import Span
from segdsl.plan import nodes as p
from segdsl.plan.walk import structs
from segdsl.syntax import ast
from segdsl.syntax.format_values import expression


@define(eq=False, slots=False)
class Ground:
    """What lints look at: the checked program, its rules as written beside the plan's, and a reasoner over its
    conditions. `emptied` are, by events, the collections (by their keys) that such an event leaves empty. What several
    lints ask is worked out once."""

    program: CheckedProgram
    reasoner: Reasoner
    written: Written
    emptied: Mapping[str, frozenset[str]]

    @classmethod
    def of(cls, program: CheckedProgram) -> Ground:
        scope, conditions = program.scope, program.table.conditions
        reasoner = Reasoner.of(
            {name: info.kind for name, info in scope.attributes.items()},
            frozenset(name for name, value in program.defaults.items() if value is not None),
            program.memories,
            {name: each for name, each in conditions.items() if scope.segments[name].kind == "derived"},
            {name: each for name, each in conditions.items() if scope.segments[name].kind == "added"},
            emptied := _emptied(program),
        )
        return cls(program, reasoner, Written.of(program, reasoner), emptied)

    @cached_property
    def asked(self) -> list[Asked]:
        """Every condition of segments, promotions, holds and rules."""
        return list(self.written.asked())

    @cached_property
    def deeds(self) -> list[Deed]:
        """All that rules do at once, without waiting."""
        return [deed for rule in self.written.rules for deed in deeds_of(rule)]

    @property
    def conditions(self) -> Mapping[str, p.Expression]:
        """The conditions of segments."""
        return self.program.table.conditions

    @cached_property
    def verdicts(self) -> list[Verdict]:
        """The conditions, and parts of conditions, that never or always hold, with the reason."""
        return list(Judging(self.written).all(self.asked))


def _emptied(program: CheckedProgram) -> dict[str, frozenset[str]]:
    """Not by an event that is put into what it clears, nor by one that rules record: others may come with it."""
    recorded = {node.event for node in structs(tuple(program.rules)) if isinstance(node, p.Record)}
    emptied: dict[str, frozenset[str]] = {}
    for collection in program.collections.values():
        for event in {*collection.clears} - {collection.event} - recorded:
            emptied[event] = emptied.get(event, frozenset()) | {collection.key}
    return emptied


Find = Callable[[Ground], Iterator[Diagnostic]]


def warning(
    code: str, span: Span, message: str, *, help: str, labels: Iterable[Label] = (), fix: Fix | None = None
) -> Diagnostic:
    """A lint's warning: `message` in the author's words, `help` with what to write instead."""
    return Diagnostic(code, message, span, Severity.WARNING, tuple(labels), help, fix)


LONG = 70


def said(node: ast.Expression) -> str:
    """A condition in its author's words; a long one is not written out, for it is underlined anyway."""
    text = expression(unbracketed(node))
    return f"`{text}`" if len(text) <= LONG and "\n" not in text else "this"


def labels_of(ground: Ground, verdict: Verdict) -> list[Label]:
    """The places that a verdict rests on: the condition before it, the trigger, the segments it asks for."""
    found: list[Label] = []
    if verdict.before is not None and verdict.before.part.node.span.source >= 0:
        found.append(Label(verdict.before.part.node.span, "asked here"))
    if verdict.because is Because.MATCH and verdict.asked.rule is not None:
        found += [Label(trigger.span, "the rule starts here") for trigger in verdict.asked.rule.node.triggers]
    segments = ground.program.scope.segments
    found += [Label(segments[name].span, "its condition") for name in verdict.segments if name in ground.conditions]
    return found


def quoted(names: Iterable[str]) -> str:
    """`"A" and "B"`."""
    return " and ".join(f'"{name}"' for name in names)
