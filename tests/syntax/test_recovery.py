"""All of a file's mistakes come at once: one for each broken declaration, and none hides what stands beside it."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from segdsl.diagnostics.diagnostic import Severity
from segdsl.syntax import ast
from tests.syntax.reading import diagnose, read

GOOD = (
    'zone "UTC"',
    "attribute income: number default 0",
    "event searches { term: text ignoring case, results: list of text }",
    'event places order as "Order" {\n  order: text,\n  event: number,\n  items: list of { price: number }\n}',
    "event buys for each items of places order",
    "collection cart of adds to cart by product {\n  drop removes from cart\n  clear places order\n}",
    "action send email { template: text }",
    "define amount spent as total of amount of places order",
    "segment Golfers by activities",
    "segment Rich if (income >= 100000 and\n  income is known)\n  or in segment any(Golfers, Staff)",
    'when registers if in segment any(Rich) then add to "Skiers"',
    "when places order\nif income > 5\nthen wait 7 days\nthen add to Golfers",
    "when registers\nthen branch all {\n  path if buys then add to Golfers\n  otherwise then add to Staff\n}",
    "dialog activity Sports priority 3 {\n  when places order\n  then add to Golfers\n  stop when leaves Rich\n}",
    "activity Flush left {\nwhen registers\nthen add to Golfers\nstop when leaves Rich\n}",
    'search rule Acme fans { when searches "Acme" then add to Acme Fans }',
    "promotion Summer from 2026-03-01 until 2026-03-08\n  if in segment Rich",
    'test "one" {\n  given income is 5\n  on 2026-03-01 registers\n  expect in segment Rich\n}',
)

BROKEN = (
    "zone America/Toronto",
    "zone",
    "lateness two days",
    "attribute income number",
    "attribute income: float",
    "atribute income: number",
    "event searches { term: text",
    "event searches { term: text results: text }",
    "event { }",
    "Event searches { term: text }",
    "collection cart of adds to cart {\n  drop removes\n}",
    "collection cart of adds by product {\n  drop removes",
    "action send email template: text }",
    "define amount spent = 5",
    "define amount spent as (5 + 3",
    "define amount spent as 5 + 3)",
    "segment Bed and Bath listed",
    "segment Golfers",
    'segment "Golfers by activities',
    "segmnet Golfers listed",
    "segment Rich if income == 5",
    "segment Rich if (income > 5 or (income < 3)",
    "segment Rich if in segment any(A, B",
    "When registers then add to A",
    "when registers Then add to A",
    "when registers add to A",
    "when registers then add to A if income > 5 then add to B",
    'when registers then send "hello',
    'when registers then send “hello”',
    "when registers\nthen branch all {\n  path if income > 5 then add to A\n  path then add to B",
    "when registers\nthen branch all\n  path if income > 5 then add to A\n}",
    "when registers then add to A }",
    "activity Sports {\n  when registers then add to A\n  when places order then add to B",
    "activity Sports\n  when registers then add to A\n}",
    "activity Sports {\n  when registers then branch all {\n    path then do it\n  when places order then add to B\n}",
    "activity Sports {\n  when registers then branch all\n    path then add to A\n  }\n  when a then add to B\n}",
    "activity Sports {\n  when registers then @ add to A\n  when places order then add to B\n  stop when leaves A\n}",
    'activity "Sports {\n  when registers then add to A\n}',
    "activity Sports priority high {\n  when registers then add to A\n}",
    "searchrule Acme { when searches then add to A }",
    "promotion Summer from tomorrow",
    "promotion Summer if",
    'test "one" {\n  given income 5\n  on 2026-03-01 registers\n}',
    'test "one {\n  given income is 5\n  expect income is 5\n}',
    'test "one" {\n  given income is 5\n  on 2026-03-01 registers',
    'test "one" {\n  given income is "5\n  expect income is 5\n}',
    "$ what is this",
    "if income > 5 then add to A",
    "// a comment of another language",
)  # fmt: skip


def joined(parts: list[str]) -> str:
    return "\n\n".join(f"# number {number}\n{part}" for number, part in enumerate(parts)) + "\n"


def errors(text: str) -> list[str]:
    return [found.message for found in diagnose(text)[1] if found.severity is Severity.ERROR]


@pytest.mark.parametrize("good", GOOD)
def test_the_good_ones_are_good(good: str) -> None:
    assert read(good)[1] == []


@pytest.mark.parametrize("broken", BROKEN)
def test_a_broken_one_between_good_ones_is_one_error(broken: str) -> None:
    assert len(errors(joined([GOOD[8], broken, GOOD[9], GOOD[10]]))) == 1


@pytest.mark.parametrize("broken", BROKEN)
def test_a_broken_one_leaves_its_neighbours_whole(broken: str) -> None:
    module = read(joined([GOOD[13], broken, GOOD[10], GOOD[8]]))[0]
    kinds = [type(declaration) for declaration in module.declarations]
    assert kinds == [ast.Activity, ast.Broken, ast.Rule, ast.SegmentDeclaration]


@given(st.lists(st.sampled_from(BROKEN), min_size=10, max_size=10), st.data())
def test_ten_broken_declarations_are_ten_errors(broken: list[str], data: st.DataObject) -> None:
    parts: list[str] = []
    for part in broken:
        parts += [*data.draw(st.lists(st.sampled_from(GOOD), max_size=2)), part]
    text = joined(parts)
    assert len(errors(text)) == 10, text


@given(st.lists(st.sampled_from(BROKEN), min_size=1, max_size=10), st.data())
def test_the_good_ones_between_are_parsed(broken: list[str], data: st.DataObject) -> None:
    parts: list[tuple[str, bool]] = []
    for part in broken:
        parts += [(good, True) for good in data.draw(st.lists(st.sampled_from(GOOD), min_size=1, max_size=2))]
        parts.append((part, False))
    text = joined([part for part, _ in parts])
    found = read(text)[0].declarations
    assert [not isinstance(declaration, ast.Broken) for declaration in found] == [good for _, good in parts], text
    whole = tuple(declaration for declaration in found if not isinstance(declaration, ast.Broken))
    assert whole == read(joined([part for part, good in parts if good]))[0].declarations


@given(st.sampled_from(GOOD), st.data())
def test_a_fault_planted_anywhere_hides_no_other(good: str, data: st.DataObject) -> None:
    at = data.draw(st.integers(1, len(good)))
    fault = data.draw(st.sampled_from(("@", "}", ")", '"', " (", " {", " then then ", " , , ")))
    broken = good[:at] + fault + good[at:]
    assume(errors(broken))
    text = joined([GOOD[0], broken, GOOD[8], "segment A", GOOD[13], "zone 5", GOOD[17]])
    found, messages = read(text)
    assert len(messages) >= 3, text
    kinds = [type(declaration) for declaration in found.declarations[-5:]]
    assert kinds == [ast.SegmentDeclaration, ast.Broken, ast.Activity, ast.Broken, ast.TestDeclaration], text


def test_declarations_that_are_indented_alike_are_told_apart() -> None:
    text = "\n".join("  " + line for line in joined([GOOD[13], BROKEN[0], GOOD[10], BROKEN[17], GOOD[9]]).split("\n"))
    assert len(errors(text)) == 2


def test_a_line_that_goes_on_with_a_word_that_opens_declarations_is_not_cut() -> None:
    text = "segment A if\n  segment size > 5 and\n  test score > 3 +\n  event count\n\nsegment B"
    assert [type(found) for found in read(text)[0].declarations] == [ast.SegmentDeclaration, ast.Broken]


def test_a_deep_declaration_hides_no_other() -> None:
    text = f"segment A if {'(' * 100}x{')' * 100}\nsegment B listed\nsegment C\n"
    found, messages = read(text)
    assert [type(declaration) for declaration in found.declarations] == [ast.Broken, ast.SegmentDeclaration, ast.Broken]
    assert len(messages) == 2


def test_a_long_declaration_hides_no_other() -> None:
    text = "segment A if x" + " or x" * 100_000 + "\nsegment B listed\nsegment C\n"
    found = read(text)[0].declarations
    assert [type(declaration) for declaration in found] == [ast.Broken, ast.SegmentDeclaration, ast.Broken]
