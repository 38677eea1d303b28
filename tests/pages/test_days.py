"""Spans of days, and what was counted laid out over them."""

import pytest

from segdsl.pages.days import PARTS, Span, levels, sums, total, widest


@pytest.mark.parametrize(("days", "part"), [(1, 1), (130, 1), (131, 7), (910, 7), (911, 28), (3641, 91), (11831, 364)])
def test_days_are_taken_together_where_there_are_many(days: int, part: int):
    assert Span(100, 100 + days - 1).part == part


@pytest.mark.parametrize("days", [1, 129, 131, 2_000, 100_000, 1_000_000])
def test_a_chart_has_no_more_parts_than_can_be_told_apart(days: int):
    assert 1 <= len(Span(0, days - 1).parts()) <= PARTS


def test_sums_have_every_part_and_nothing_from_outside():
    assert sums(Span(-1, 2), {-2: 5, -1: 1, 1: 2, 2: 3, 3: 7}) == [(-1, 1), (0, 0), (1, 2), (2, 3)]


def test_sums_of_weeks_begin_with_the_first_day():
    span = Span(3, 3 + 139)
    assert sums(span, {3: 1, 9: 2, 10: 4, 142: 8})[:2] == [(3, 3), (10, 4)]
    assert sums(span, {142: 8})[-1] == (3 + 133, 8)


def test_levels_go_on_from_before_the_span():
    assert levels(Span(0, 2), {-5: 3, 0: -1, 2: 4, 9: 100}) == [(0, 2), (1, 2), (2, 6)]


def test_the_total_is_that_of_the_span():
    assert total(Span(0, 2), {-1: 1, 0: 2, 2: 4, 3: 8}) == 6


@pytest.mark.parametrize(("first", "found"), [(None, Span(2, 9)), (5, Span(5, 9))])
def test_a_span_begins_with_the_earliest_day_unless_another_is_said(first: int | None, found: Span):
    assert widest([4, 2, 12], first, 9) == found
