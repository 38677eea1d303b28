"""SEG918: a limit or a hold that no effect of any rule can meet."""

from collections.abc import Iterator
from typing import Any

import msgspec
from msgspec import Struct

from segdsl.compiler.lints.base import Ground, warning
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
    if all(ground.reasoner.never(_of_effect(limit.where, emit)) for emit in wanted):
        yield warning(
            CODE,
            written.where.span,
            f"no rule does what is {what} here with such fields",
            help=f"the fields that rules give it: {_given(limit.where, wanted)}",
        )


def _of_effect(where: Any, emit: p.Emit) -> Any:
    """What is asked of an effect's fields, with what the rule gives in their place. What is worked out only when the
    rule runs stays open."""
    if isinstance(where, p.ItemField):
        given = dict(emit.fields).get(where.name, p.Constant(None))
        return given if isinstance(given, p.Constant) else where
    if isinstance(where, tuple):
        return tuple(_of_effect(part, emit) for part in where)
    if isinstance(where, Struct):
        parts = {name: _of_effect(getattr(where, name), emit) for name in where.__struct_fields__}
        return msgspec.structs.replace(where, **parts)
    return where


def _given(where: p.Expression, wanted: list[p.Emit]) -> str:
    """The plain values that rules give to the fields in question."""
    read = {node.name for node in structs(where) if isinstance(node, p.ItemField)}
    found: dict[str, None] = {}
    for emit in wanted:
        for name, value in emit.fields:
            if name in read and isinstance(value, p.Constant):
                found[f"{name} = {msgspec.json.encode(value.value).decode()}"] = None
    return ", ".join(found) or "none of these"
