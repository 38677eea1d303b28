"""SEG914: a derived segment, or a promotion, for those who have *not* done something lately, and so for all who never
did anything."""

from collections.abc import Iterator

from segdsl.compiler.alongside import Part
from segdsl.compiler.lints.base import Ground, warning
from segdsl.compiler.reasoning import Facts
from segdsl.diagnostics.diagnostic import Diagnostic
from segdsl.plan import nodes as p
from segdsl.plan.walk import walk

CODE = "SEG914"
STRANGER = Facts(blank=True)


def find(ground: Ground) -> Iterator[Diagnostic]:
    for asked in ground.asked:
        condition, derived = asked.part.condition, ground.program.scope.segments.get(asked.segment)
        if not asked.promotion and (derived is None or derived.kind != "derived"):
            continue
        lately = _lately(ground, asked.part)
        if lately is None or not ground.reasoner.always(condition, STRANGER) or ground.reasoner.always(condition):
            continue
        whom = "every customer who never did so, and guests of whom nothing is known"
        yield warning(
            CODE,
            lately.node.span,
            f'"{asked.segment}" also holds {whom}' if derived else f'"{asked.promotion}" is also for {whom}',
            help=f"if only those are meant who did so before, add it: `and {_event(ground, lately)}`",
        )


def _lately(ground: Ground, part: Part) -> Part | None:
    """A part that asks for few or no events within a while."""
    for plain in part.plain():
        for node in walk(plain.condition):
            if isinstance(node, p.Recall):
                memory = ground.program.memories[node.memory]
                if memory.measure == "count" and memory.window is not None and _few(ground, plain, part):
                    return plain
    return None


def _few(ground: Ground, plain: Part, whole: Part) -> bool:
    """Whether the stranger meets the whole because of this part: without events, and not with any number of them."""
    asked = plain.condition
    met = ground.reasoner.always(asked, STRANGER)
    under_not = ground.reasoner.never(asked, STRANGER) and whole.condition != asked
    return met or under_not


def _event(ground: Ground, part: Part) -> str:
    return next(ground.program.memories[n.memory].event for n in walk(part.condition) if isinstance(n, p.Recall))
