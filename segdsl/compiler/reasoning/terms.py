"""What a plain condition asks, and of what: the *term* (an attribute, a count, a field ...) and its values for which
the condition is true, and for which it is false; for the others it is not known (language.md sections 4 and 5.8)."""

from __future__ import annotations

from typing import Any, Literal, NamedTuple

import msgspec
from attrs import frozen

from segdsl.compiler.reasoning.values import (
    ANYTHING,
    ENDLESS,
    KNOWN,
    NOTHING,
    UNKNOWN,
    Numbers,
    Texts,
    Values,
    between,
    only,
)
from segdsl.plan import nodes as p
from segdsl.values.instants import DAY
from segdsl.values.kinds import WEEKDAYS
from segdsl.values.numbers import SCALE


class Term(NamedTuple):
    """Something that has a value for each customer at each instant.

    `value`: that of an expression. `count`: how many events a memory speaks of, however many it keeps. `elapsed`: the
    time since a moment, below zero before it. `since`: that since the latest event. `member`: for how long the customer
    has been in a segment, not known outside it. `draw`: of a chance. `order`: whether the first of two values is
    smaller (-1), equal or larger (1). `truth`: of a condition that is not looked into. `plain`: of one without
    variables."""

    what: Literal["value", "count", "elapsed", "since", "member", "draw", "order", "truth", "plain"]
    of: Any


@frozen
class Question:
    """A plain condition: it is true for these values of the term, false for those."""

    term: Term
    true: Values
    false: Values


Memories = dict[str, p.Memory]
MIRRORED: dict[str, str] = {"<": ">", ">": "<", "<=": ">=", ">=": "<=", "=": "=", "!=": "!="}
YES, NO = only(1), only(0)


def question(node: p.Expression, memories: Memories) -> Question:
    """What a condition without `and`, `or` and `not` asks."""
    match node:
        case p.Compare(operator, left, right):
            return _compared(operator, left, right, memories)
        case p.OneOf(operand, values):
            wanted = only(*values)
            return Question(value_of(operand, memories), wanted, wanted.complement().known_only())
        case p.Known(operand):
            return Question(value_of(operand, memories), KNOWN, UNKNOWN)
        case p.TestText(asked, left, p.Constant(str() as text)):
            texts = Texts(None, frozenset(), frozenset({(asked, text, True)}))
            term = value_of(left, memories)
            return Question(term, Values(texts, False), Values(texts.complement(), False))
        case p.Member(segment, lasting):
            member = between(lasting or 0, ENDLESS)
            return Question(Term("member", segment), member, member.complement())
        case p.Chance(seed, purpose, share):
            drawn = between(0, share - 1)
            return Question(Term("draw", (seed, purpose)), drawn, drawn.complement().known_only())
        case p.Attribute() | p.Field() | p.ItemField() | p.Recall():
            return Question(value_of(node, memories), YES, NO)
    return Question(Term("truth", node), YES, NO)


def _compared(operator: str, left: p.Expression, right: p.Expression, memories: Memories) -> Question:
    match left, right:
        case p.Constant(one), p.Constant(other) if one is not None and other is not None:
            return _plain(operator, one, other)
        case p.Now("instant"), _ if not isinstance(right, p.Constant):
            return _elapsed(operator, right, memories)
        case _, p.Constant(value) if value is not None and _has_order(value, operator):
            return _against(operator, value_of(left, memories), value)
        case p.Constant(value), _ if value is not None and _has_order(value, operator):
            return _against(MIRRORED[operator], value_of(right, memories), value)
    if repr(left) > repr(right):
        operator, left, right = MIRRORED[operator], right, left
    return _against(operator, Term("order", (left, right)), 0)


def _plain(operator: str, one: Any, other: Any) -> Question:
    order = (one > other) - (one < other)
    holds = not _against(operator, Term("plain", ()), 0).true.meet(only(order)).empty
    true = KNOWN if holds else NOTHING
    return Question(Term("plain", ()), true, NOTHING if holds else KNOWN)


def _has_order(value: Any, operator: str) -> bool:
    return not isinstance(value, str) or operator in ("=", "!=")


def _against(operator: str, term: Term, value: Any) -> Question:
    """A term compared with a plain value."""
    match operator:
        case "=" | "!=":
            true = only(value)
        case "<" | ">=":
            true = between(-ENDLESS, int(value) - 1)
        case _:
            true = between(-ENDLESS, int(value))
    false = true.complement().known_only()
    return Question(term, true, false) if operator in ("=", "<", "<=") else Question(term, false, true)


def _elapsed(operator: str, moment: p.Expression, memories: Memories) -> Question:
    """Now compared with a moment and a length: how long ago the moment is, compared with the length."""
    length = 0
    match moment:
        case p.Arithmetic("+" | "-" as sign, inner, p.Constant(int() as added), "whole"):
            moment, length = inner, added if sign == "+" else -added
    if isinstance(moment, p.Recall) and memories[moment.memory].measure == "when":
        return _against(operator, Term("since", _remembered(moment, memories)), length)
    return _against(operator, Term("elapsed", moment), length)


def value_of(node: p.Expression, memories: Memories) -> Term:
    """The term whose value an expression reads. A text without its case is the text: what is compared without regard
    to case is always so compared."""
    while isinstance(node, p.Fold):
        node = node.text
    if isinstance(node, p.Recall) and memories[node.memory].measure == "count":
        return Term("count", _remembered(node, memories))
    return Term("value", node)


class Remembered(NamedTuple):
    """The events that a memory speaks of: of a name, meeting all `tests`, in a window."""

    event: str
    tests: frozenset[p.Expression]
    window: p.Window | None


def _remembered(node: p.Recall, memories: Memories) -> Remembered:
    memory = memories[node.memory]
    return Remembered(memory.event, tests_of(memory.where) | tests_of(node.filter), memory.window)


def tests_of(node: p.Expression | None) -> frozenset[p.Expression]:
    """The conditions that have to hold for a condition to hold: those joined by `and`."""
    if node is None:
        return frozenset()
    if isinstance(node, p.Both):
        return frozenset().union(*map(tests_of, node.operands))
    return frozenset({node})


def of_event_at_hand(node: Any) -> Any:
    """A condition on an event as one on the event at hand."""
    match node:
        case p.ItemField(name):
            return p.Field(name)
        case tuple():
            return tuple(of_event_at_hand(each) for each in node)
        case msgspec.Struct():
            changed = {
                name: of_event_at_hand(value)
                for name in node.__struct_fields__
                if isinstance(value := getattr(node, name), msgspec.Struct | tuple)
            }
            return msgspec.structs.replace(node, **changed)
    return node


@frozen
class Domains:
    """What terms can be worth at all. `choices` are the values of attributes that have few, `given` those that are
    never unknown."""

    choices: dict[str, Values]
    given: frozenset[str]
    memories: Memories

    def of(self, term: Term) -> Values:
        match term.what:
            case "count":
                return Values(Numbers(((0, ENDLESS),), SCALE), False)
            case "since" | "member":
                return Values(Numbers(((0, ENDLESS),)), True)
            case "draw":
                return between(0, SCALE - 1)
            case "order":
                return Values(Numbers(((-1, 1),)), True)
            case "truth":
                return Values(Numbers(((0, 1),)), True)
            case "plain":
                return KNOWN
            case "elapsed":
                return ANYTHING
        return self._of_value(term.of)

    def _of_value(self, node: p.Expression) -> Values:
        match node:
            case p.Attribute(name):
                found = self.choices.get(name, ANYTHING)
                return found.known_only() if name in self.given else found
            case p.Now("weekday"):
                return only(*WEEKDAYS)
            case p.Now("time of day"):
                return between(0, DAY - 1)
            case p.Now():
                return KNOWN
            case p.Age():
                return Values(Numbers(((0, ENDLESS),), SCALE), True)
            case p.Aggregate("count" | "distinct", p.Items()):
                return Values(Numbers(((0, ENDLESS),), SCALE), False)
            case p.Aggregate("count" | "distinct"):
                return Values(Numbers(((0, ENDLESS),), SCALE), True)
            case p.Recall(key) if self.memories[key].measure == "distinct":
                return Values(Numbers(((0, ENDLESS),), SCALE), False)
        return ANYTHING
