"""Why a rule cannot be found by what it asks for, in the words of its author, and what to write instead.

Comes in: what a trigger asks of the event, and the condition of its rule, where `index.access` found no part to go by.
Goes out: a `Reason`. It is about the part that could be mended the most easily.
"""

from attrs import frozen

from segdsl.plan import nodes as p
from segdsl.plan.index import conjuncts
from segdsl.plan.walk import structs


@frozen
class Reason:
    """`why` is a clause, about `part` of what is asked for where there is one; `instead` is what would help, empty
    where nothing does. `of_item`: the part speaks of the event as the item."""

    why: str
    instead: str = ""
    part: p.Expression | None = None
    of_item: bool = False


NOTHING_ASKED = Reason("it asks for nothing but the event: each one starts it")


def reason(match: p.Expression | None, condition: p.Expression | None) -> Reason:
    """Why neither part of a rule's start can be looked up."""
    parts = [(part, True) for part in conjuncts(match)] + [(part, False) for part in conjuncts(condition)]
    found = [_of_part(part, of_item) for part, of_item in parts]
    return min(found, key=lambda each: not each.instead) if found else NOTHING_ASKED


def _of_part(part: p.Expression, of_item: bool) -> Reason:
    why, instead = _why(part)
    if not instead and not of_item and _holds_between_events(part):
        instead = "declare a segment with this condition, and ask `if in segment ...`: memberships can be looked up"
    return Reason(why, instead, part, of_item)


def _why(part: p.Expression) -> tuple[str, str]:
    match part:
        case p.Either():
            return "its alternatives ask for different things", _EITHER
        case p.TestText():
            return "it looks for a part of a text", "where the whole text is meant, `is` or `in (...)` can be looked up"
        case p.Compare("!=") | p.Negation():
            return "what is not so cannot be looked up", "" if _is_of_customer(part) else _NAMED
        case p.Known():
            return "that something is known cannot be looked up", ""
        case p.Contains():
            return "a list may hold many values", ""
        case p.Chance():
            return "a draw cannot be looked up", ""
        case p.OnDays():
            return _CLOCK, ""
    return _of_what_it_reads(part)


def _of_what_it_reads(part: p.Expression) -> tuple[str, str]:
    kinds = {type(node) for node in structs(part)}
    for kind, why in _READS.items():
        if kind in kinds:
            return why, ""
    if isinstance(part, p.Compare) and not any(isinstance(side, p.Constant) for side in (part.left, part.right)):
        return "it compares two things neither of which is a value", ""
    return "it is neither equal to a value, nor a membership, nor a number's bound", ""


def _holds_between_events(part: p.Expression) -> bool:
    """Whether a segment could have this condition: it reads nothing of an event, nor the day and time."""
    return not any(
        isinstance(node, p.Field | p.ItemField | p.OnDays) or (isinstance(node, p.Now) and node.what != "instant")
        for node in _outside_histories(part)
    )


def _outside_histories(part: object) -> list[object]:
    """The nodes of a condition, without those that speak of remembered events and items."""
    match part:
        case p.Recall(_, filter):
            return [node for node in structs(filter) if isinstance(node, p.Field)] if filter is not None else []
        case p.Aggregate(_, items, where, operand):
            held = [node for node in structs((where, operand)) if not isinstance(node, p.ItemField)]
            return [*_outside_histories(items), *held]
        case tuple():
            return [node for each in part for node in _outside_histories(each)]
    fields = getattr(part, "__struct_fields__", ())
    return [part, *(node for name in fields for node in _outside_histories(getattr(part, name)))]


def _is_of_customer(part: p.Expression) -> bool:
    return not any(isinstance(node, p.Field | p.ItemField) for node in structs(part))


_CLOCK = "it asks for the day or the time"
_EITHER = "alternatives of one thing can be looked up, `in (...)` or `in segment any(...)`; or write a rule for each"
_NAMED = "where they are few, name those that are meant: `in (...)` can be looked up"

_READS: dict[type, str] = {
    p.Recall: "it asks for the past",
    p.Aggregate: "it adds up items",
    p.OnDays: _CLOCK,
    p.Now: _CLOCK,
    p.Age: "it asks for the age",
    p.Arithmetic: "it asks for something worked out",
}
"""Why, by what a part reads, the first that it does."""
