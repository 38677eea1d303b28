"""What is easily got wrong about what is not known, or never happened (language.md section 5.8), in a few words."""

from collections.abc import Container, Iterable, Iterator

from segdsl.pages.document import Phrase, Word, listed, say
from segdsl.pages.names import At, Names
from segdsl.syntax import ast

_HOLDS = {
    "=": lambda number: number == 0, "!=": lambda number: number != 0, "<": lambda number: number > 0,
    "<=": lambda number: number >= 0, ">": lambda number: number < 0, ">=": lambda number: number <= 0,
}  # fmt: skip


def read_by(node: ast.Expression) -> Iterator[str]:
    """The names whose being not known keeps what stands under a `not` from holding, whatever else is so."""
    match node:
        case ast.Brackets(inner):
            yield from read_by(inner)
        case ast.Mention(name, None, None, None):
            yield name.text
        case ast.Comparison(left, _, right) | ast.TextTest(left, _, right) | ast.Is(left, _, right):
            yield from read_by(left)
            yield from read_by(right)
        case ast.In(operand) | ast.Between(operand):
            yield from read_by(operand)
        case ast.Either(operands):
            for operand in operands:
                yield from read_by(operand)
        case _:
            pass


def unknown_note(names: Iterable[str], at: At, known: Names) -> Phrase:
    """That what is not known does not match."""
    attributes, fields = [], []
    for name in dict.fromkeys(names):
        bare = name.removeprefix("this ")
        if bare in (at.event if at.item is None or bare != name else at.item):
            if not known.is_time(bare):
                fields.append(say("{}", Word(bare)))
        elif at.item is not None:
            continue
        elif (own := name.removeprefix("customer ")) in known.scope.attributes and not known.has_default(own):
            attributes.append(say("{}", Word(own)))
        elif name == "age":
            attributes.append(say("age"))
    if attributes:
        return say(" (a customer whose {} is not known does not match)", listed(attributes, "or"))
    if fields:
        return say(" (an event whose {} is not known does not match)", listed(fields, "or"))
    return ()


def without_any(left: ast.Expression, operator: str, right: ast.Expression, collections: Container[str] = ()) -> str:
    """Whether a comparison of a measure also holds for who never did what it looks at, or has nothing in a collection:
    counts and totals are 0 then, the others not known."""
    source = left.source if isinstance(left, ast.Aggregate | ast.CountOf | ast.CountDistinct) else None
    who = "who has none in it" if source is not None and source.name.text in collections else "who never did"
    match left:
        case ast.CountOf() | ast.CountDistinct() | ast.Aggregate("total"):
            if isinstance(right, ast.Number) and _HOLDS[operator](right.value):
                return f" (also for a customer {who}: it is 0 then)"
        case ast.Aggregate("average" | "smallest" | "largest") if operator in ("<", "<=", "!="):
            return f" (a customer {who} does not match)"
        case _:
            pass
    return ""
