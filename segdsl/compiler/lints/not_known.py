"""SEG909: `is not`, `not in` and `not (... is ...)` of an attribute that may not be known: who has none is left out."""

from collections.abc import Iterator

from segdsl.compiler.alongside import Asked, Part, unbracketed
from segdsl.compiler.lints.base import Ground, said, warning
from segdsl.diagnostics.diagnostic import Diagnostic
from segdsl.plan import nodes as p
from segdsl.plan.walk import walk
from segdsl.syntax import ast

CODE = "SEG909"


def find(ground: Ground) -> Iterator[Diagnostic]:
    for asked in ground.asked:
        if asked.path is not None and _has_otherwise(asked):
            continue
        for part in _negated(asked.part):
            attribute = _attribute(part.condition)
            if attribute is None or not _open(ground, asked, attribute, part):
                continue
            yield warning(
                CODE,
                part.node.span,
                f"{said(part.node)} does not hold for a customer whose `{attribute}` is not known",
                help=_help(part, attribute, held=asked.hold is not None),
            )


def _help(part: Part, attribute: str, *, held: bool) -> str:
    text = said(part.node).strip("`")
    whole = f"({attribute} is not known or {text})" if text != "this" else f"({attribute} is not known or ...)"
    if held:
        return f"nothing is held back from them; if it is to be write `{whole}`, else `{attribute} is known and ...`"
    return f"if they are meant as well write `{whole}`, else `{attribute} is known and ...`"


def _negated(part: Part) -> Iterator[Part]:
    """The parts that deny a comparison of an attribute, outermost first."""
    node = unbracketed(part.node)
    match node:
        case ast.Is(_, True) | ast.In(_, True):
            yield part
        case ast.Not(operand) if isinstance(unbracketed(operand), ast.Is | ast.In):
            yield part
        case ast.Not():
            return
        case _:
            for each in part.operands():
                yield from _negated(each)


def _attribute(condition: p.Expression) -> str | None:
    """The attribute of which a plain comparison is denied."""
    match condition:
        case p.Compare("!=", left, p.Constant()):
            return _read(left)
        case p.Negation(p.OneOf(operand) | p.Compare("=", operand, p.Constant())):
            return _read(operand)
    return None


def _read(node: p.Expression) -> str | None:
    node = node.text if isinstance(node, p.Fold) else node
    return node.name if isinstance(node, p.Attribute) else None


def _open(ground: Ground, asked: Asked, attribute: str, part: Part) -> bool:
    """Whether nothing else tells what is to become of those without a value: no default, no other question about the
    attribute in the condition or before it."""
    if ground.program.defaults.get(attribute) is not None:
        return False
    others = [each.condition for each in asked.part.plain() if not _within(each, part)]
    others += [each.part.condition for each in asked.earlier if each.holds]
    return not any(isinstance(node, p.Attribute) and node.name == attribute for node in walk(tuple(others)))


def _within(part: Part, whole: Part) -> bool:
    return any(each.condition is part.condition for each in whole.plain())


def _has_otherwise(asked: Asked) -> bool:
    """Whether those for whom no path of the branch holds have one."""
    return asked.rule is not None and any(
        branch.paths[-1].otherwise and any(path is asked.path for path in branch.paths)
        for branch in _branches(asked.rule.node.steps)
    )


def _branches(nodes: tuple[ast.Step, ...]) -> Iterator[ast.Branch]:
    for node in nodes:
        if isinstance(node, ast.Branch):
            yield node
            for path in node.paths:
                yield from _branches(path.steps)
