"""SEG918: a limit or a hold that no effect of any rule can meet."""

from collections.abc import Iterator

import msgspec

from segdsl.compiler.lints.base import Ground, warning
from segdsl.compiler.reasoning import Facts
from segdsl.diagnostics.diagnostic import Diagnostic
from segdsl.plan import nodes as p
from segdsl.plan.walk import structs
from segdsl.syntax import ast

CODE = "SEG918"


def find(ground: Ground) -> Iterator[Diagnostic]:
    if not ground.program.rules:
        return  # a file of limits alone: its rules stand elsewhere
    done: dict[str, list[p.Emit]] = {}
    for rule in ground.program.rules:
        for node in structs(rule.steps):
            if isinstance(node, p.Emit):
                done.setdefault(node.action, []).append(node)
    limits: list[p.Limit | p.Hold] = [*ground.program.limits, *ground.program.holds]
    for limit in limits:
        written = ground.program.written.get(limit)
        if isinstance(written, ast.Limit | ast.Hold):
            yield from _of(limit, written, done, ground)


def _of(
    limit: p.Limit | p.Hold, written: ast.Limit | ast.Hold, done: dict[str, list[p.Emit]], ground: Ground
) -> Iterator[Diagnostic]:
    what = "limited" if isinstance(written, ast.Limit) else "held back"
    idle = [name for name in written.actions if name.text not in done]
    for name in idle:
        yield warning(
            CODE,
            name.span,
            f"`{name.text}` is {what}, and no rule does it",
            help="leave it out here, or write the rule that does it",
        )
    wanted = [emit for name in written.actions for emit in done.get(name.text, ())]
    if limit.where is None or written.where is None or not wanted:
        return
    if all(ground.reasoner.never(limit.where, _known_of(emit, limit.where, ground)) for emit in wanted):
        yield warning(
            CODE,
            written.where.span,
            f"no rule does what is {what} here with such fields",
            help=f"the fields that rules give it: {_given(limit.where, wanted)}",
        )


def _known_of(emit: p.Emit, where: p.Expression, ground: Ground) -> Facts:
    """What is certain of the fields in question of an effect: the plain values that the rule gives, and that the others
    are not known. What is worked out only when the rule runs stays open."""
    given = dict(emit.fields)
    facts = Facts()
    for name in _read(where):
        value = given.get(name, p.Constant(None))
        if not isinstance(value, p.Constant):
            continue
        field = p.ItemField(name)
        equal, known = p.Compare("=", field, value), p.Known(field)
        so = (equal, "true") if value.value is not None else (known, "false")
        facts = facts.also(ground.reasoner.claim(*so))
    return facts


def _read(where: p.Expression) -> list[str]:
    return sorted({node.name for node in structs(where) if isinstance(node, p.ItemField)})


def _given(where: p.Expression, wanted: list[p.Emit]) -> str:
    """The plain values that rules give to the fields in question."""
    read = _read(where)
    found: dict[str, None] = {}
    for emit in wanted:
        for name, value in emit.fields:
            if name in read and isinstance(value, p.Constant):
                found[f"{name} = {msgspec.json.encode(value.value).decode()}"] = None
    return ", ".join(found) or "none of these"
