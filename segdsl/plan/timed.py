"""Which parts of a condition the clock alone can turn (language.md section 5.13)."""

from collections.abc import Iterator, Mapping

from segdsl.plan import nodes as p
from segdsl.plan.walk import walk
from segdsl.values.numbers import SCALE

Timed = p.Recall | p.Items | p.Compare | p.Age | p.Member


def timed_parts(condition: p.Expression | None, memories: Mapping[str, p.Memory]) -> Iterator[Timed]:
    """The parts of a condition whose answer the clock alone can change. Of a count that is compared with a number it is
    the comparison."""
    for node in walk(condition, lambda node: least(node, memories) is None):
        match node:
            case p.Compare() if least(node, memories) is not None:
                yield node
            case p.Recall(key) if memories[key].window is not None:
                yield node
            case p.Items(_, window) if window is not None:
                yield node
            case p.Compare(_, p.Now("instant"), _):
                yield node
            case p.Age():
                yield node
            case p.Member(_, lasting) if lasting is not None:
                yield node
            case _:
                pass


def least(part: object, memories: Mapping[str, p.Memory]) -> int | None:
    """How many events there have to be in a window for the answer to a comparison of their count with a number to be
    another one than with one event less; so only then does the clock change it, as the first of so many leaves. None
    for other comparisons, and for windows into which events come later than they happen."""
    match part:
        case p.Compare(operator, p.Recall(key, None), p.Constant(int(number))) if operator in ("<", "<=", ">", ">="):
            memory = memories[key]
            if memory.measure != "count" or memory.fields or memory.window is None or looks_past(memory.window):
                return None
            many = -(-number // SCALE) if operator in ("<", ">=") else number // SCALE + 1
            return many if many > 0 else None
    return None


def looks_past(window: p.Window) -> bool:
    """Whether the latest events are not in the window yet, as in `from 90 days to 30 days ago`."""
    return bool(window.younger or window.younger_months or window.younger_days)
