"""Passes over single expressions: what they come to, and that they are worth the same.

Seen to fail when `and` with an operand that is not known becomes not known, when `or` drops operands that are not
known, when a total is taken to be always known, when `not not a` becomes `not a`, when an `or` is flattened into the
`and` around it, and when of two operands of one kind only one stays.
"""

from typing import Any

import pytest
from hypothesis import given, settings

from segdsl.engines.reference.evaluate import View, evaluate
from segdsl.plan import nodes as p
from segdsl.plan.passes import optimised_part
from segdsl.plan.passes.facts import Facts
from segdsl.plan.walk import rewritten
from segdsl.values.instants import DAY
from segdsl.values.numbers import SCALE
from tests.plan.passes.expressions import PLAN, joined, numbers, truths, views

FACTS = Facts.of(PLAN)
C = p.Constant
A, B, M = p.Attribute("flag"), p.Attribute("again"), p.Member("In")
UNKNOWN = C(None)


@settings(max_examples=400)
@given(truths(3), views())
def test_a_condition_is_worth_what_it_was(condition: p.Expression, view: View) -> None:
    assert evaluate(optimised_part(condition, FACTS), view) is evaluate(condition, view)


@settings(max_examples=200)
@given(joined(truths(0) | joined(truths(0) | joined(truths(0)))), views())
def test_operands_in_any_number_are_worth_what_they_were(condition: p.Expression, view: View) -> None:
    assert evaluate(optimised_part(condition, FACTS), view) is evaluate(condition, view)


@settings(max_examples=200)
@given(numbers(3), views())
def test_a_number_is_worth_what_it_was(number: p.Expression, view: View) -> None:
    assert evaluate(optimised_part(number, FACTS), view) == evaluate(number, view)


@settings(max_examples=200)
@given(truths(3))
def test_what_was_optimised_stays_as_it_is(condition: p.Expression) -> None:
    once = optimised_part(condition, FACTS)
    assert optimised_part(once, FACTS) is once


def both(*operands: p.Expression) -> p.Expression:
    return p.Both(operands)


def either(*operands: p.Expression) -> p.Expression:
    return p.Either(operands)


DEAR = p.Recall("recent")
"""A count in a window, which takes longer than a look at an attribute."""

MANY = p.Compare(">", DEAR, C(2 * SCALE))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param(both(A, C(True)), A, id="true never decides an and"),
        pytest.param(both(A, C(False)), C(False), id="false decides an and"),
        pytest.param(either(A, C(False)), A, id="false never decides an or"),
        pytest.param(either(A, C(True)), C(True), id="true decides an or"),
        pytest.param(
            both(A, UNKNOWN), both(A, UNKNOWN), id="what is not known stays in an and, where it never decides"
        ),
        pytest.param(either(UNKNOWN, C(False)), UNKNOWN, id="not known or false is not known"),
        pytest.param(both(UNKNOWN, C(False)), C(False), id="not known and false is false"),
        pytest.param(both(UNKNOWN, UNKNOWN, A), both(A, UNKNOWN), id="not known is said once"),
        pytest.param(both(C(True), C(True)), C(True), id="nothing left of an and is true"),
        pytest.param(either(C(False)), C(False), id="nothing left of an or is false"),
        pytest.param(both(A, both(B, M)), both(M, A, B), id="an and in an and"),
        pytest.param(either(A, either(B, M)), either(M, A, B), id="an or in an or"),
        pytest.param(either(both(A, B), M), either(M, both(A, B)), id="an and stays in an or"),
        pytest.param(both(both(A, M), either(A, B)), both(M, A, either(A, B)), id="an or stays in an and"),
        pytest.param(p.Negation(p.Negation(A)), A, id="not not"),
        pytest.param(p.Negation(p.Negation(p.Negation(A))), p.Negation(A), id="not not not"),
        pytest.param(p.Negation(UNKNOWN), UNKNOWN, id="not of what is not known"),
        pytest.param(both(A, B, A), both(A, B), id="equal operands once"),
        pytest.param(either(A, A), A, id="a single operand by itself"),
        pytest.param(both(both(A, C(True)), A), A, id="equal after its parts were folded"),
        pytest.param(both(MANY, A), both(A, MANY), id="an attribute before a window"),
        pytest.param(both(B, A), both(B, A), id="of equal costs the first written"),
        pytest.param(p.Known(p.Attribute("points")), C(True), id="an attribute with a default is known"),
        pytest.param(p.Known(p.Attribute("mark")), p.Known(p.Attribute("mark")), id="another may not be"),
        pytest.param(p.Known(p.Recall("counted")), C(True), id="a count is known"),
        pytest.param(p.Known(p.Recall("total")), p.Known(p.Recall("total")), id="a total may be too large"),
        pytest.param(p.Known(M), C(True), id="in segment is known"),
        pytest.param(p.Known(UNKNOWN), C(False), id="what is not known is not known"),
        pytest.param(p.Arithmetic("+", C(SCALE), C(2 * SCALE)), C(3 * SCALE), id="a sum"),
        pytest.param(p.Arithmetic("/", C(SCALE), C(0)), UNKNOWN, id="division by zero"),
        pytest.param(p.Arithmetic("*", A, p.Arithmetic("/", C(SCALE), C(0))), UNKNOWN, id="with what is never known"),
        pytest.param(p.Compare("<", C(1), C(2)), C(True), id="a comparison"),
        pytest.param(p.Compare("<", A, UNKNOWN), UNKNOWN, id="a comparison with what is not known"),
        pytest.param(p.Contains(UNKNOWN, p.Field("page")), UNKNOWN, id="a list that is not known"),
        pytest.param(p.OneOf(C(1), (1, 2)), C(True), id="one of some values"),
        pytest.param(p.TestText("ends with", C("ab"), C("b")), C(True), id="a test of text"),
        pytest.param(p.Fold(C("STRASSE")), C("strasse"), id="text without its case"),
        pytest.param(p.Start(C(0)), C(5 * DAY // 24), id="the start of a day in the zone"),
        pytest.param(p.DateOf(C(0)), C(-1), id="the date of an instant in the zone"),
        pytest.param(p.Shift(C(0), 1, 0, "date"), C(31), id="a month later"),
        pytest.param(p.Start(C(10**9)), UNKNOWN, id="a day beyond the calendar"),
        pytest.param(p.Recall("kept", both(A, C(True))), p.Recall("kept", A), id="inside a filter"),
    ],
)
def test_an_expression_becomes(before: p.Expression, after: p.Expression) -> None:
    assert optimised_part(before, FACTS) == after


def test_one_is_not_true() -> None:
    one, true = (p.Compare("=", A, C(value)) for value in (1, True))
    assert optimised_part(both(one, true), FACTS) == both(one, true)


def test_what_nothing_was_changed_in_is_the_same_object() -> None:
    rule = p.Rule("id", "a.seg:1", (p.EventTrigger("pings", A),), both(A, B), (p.Gate(M),))
    assert optimised_part(rule, FACTS) is rule


def test_every_expression_is_changed_innermost_first() -> None:
    seen: list[Any] = []

    def see(node: p.Expression) -> p.Expression:
        seen.append(node)
        return node

    rewritten((p.Negation(both(A, p.Known(B))),), see)
    assert seen == [A, B, p.Known(B), both(A, p.Known(B)), p.Negation(both(A, p.Known(B)))]
