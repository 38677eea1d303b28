"""Programs with mistakes: each wrong line says in a comment which diagnostic it gets, and no other line gets one."""

import re
from pathlib import Path

import pytest

import segdsl
from segdsl.diagnostics.diagnostic import Diagnostic
from tests.support.diagnosed import checked, diagnostics, expected, missing_and_further

CORPUS = Path(__file__).parent.parent / "corpus"
ERRORS = CORPUS / "errors"
FILES = sorted(ERRORS.glob("*.seg"))
LINTS = sorted((CORPUS / "lints").glob("*.seg"))
COMPILER = Path(segdsl.__file__).parent / "compiler"
NOT_IN_A_FILE = {"SEG303", "SEG113", "SEG114"}
"""Codes that have tests of their own below."""


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_exactly_the_diagnostics_that_the_comments_tell(path: Path) -> None:
    assert missing_and_further(path.read_text("utf-8")) == ([], [])


def test_every_code_of_the_compiler_is_in_the_corpus() -> None:
    codes = {c for path in COMPILER.rglob("*.py") for c in re.findall(r"SEG\d{3}", path.read_text("utf-8"))}
    told = {code for path in [*FILES, *LINTS] for _, code, _ in expected(path.read_text("utf-8"))}
    assert codes - told - NOT_IN_A_FILE == set()


def only(text: str) -> Diagnostic:
    (found,) = diagnostics(checked(text))
    return found


def test_a_name_declared_twice_shows_both_places() -> None:
    text = "segment A listed\nsegment B listed\nsegment A by activities"
    found = only(text)
    assert [found.span.start, *(label.span.start for label in found.labels)] == [text.rindex("A"), text.index("A")]


def test_adding_to_a_derived_segment_says_how_to_declare_it() -> None:
    found = only("segment High Earners if income > 3\nwhen registers then add to High Earners")
    assert found.help is not None
    assert 'segment "High Earners" by activities' in found.help


def test_an_unknown_segment_shows_the_nearest_and_the_declaration_to_add() -> None:
    found = only("segment Skiers by activities\nwhen registers then add to Skirs")
    assert found.help == 'did you mean "Skiers"? if not, declare it: segment Skirs by activities'


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("segment A if incme > 3", "`income`"),
        ("segment A if places ordr where amount > 3", "`places order`"),
        ("segment A if places order where amout > 3", "`amount`"),
        ("when registers then send emial", "`send email`"),
        ("when registers then send email with temlate = country", "`template`"),
        ('segment A if gender is "femal"', '"female"'),
        ("when registers then set incme = 3", "`income`"),
    ],
)
def test_an_unknown_name_shows_the_nearest(text: str, meant: str) -> None:
    assert only(text).help == f"did you mean {meant}?"


def test_a_cycle_shows_each_segment_of_it() -> None:
    found = only("segment A if in segment B\nsegment B if in segment any(C)\nsegment C if not in segment A")
    assert [label.message for label in found.labels] == ['reads "B"', 'reads "C"', 'reads "A"']


def test_the_cycle_is_told_alike_whatever_the_order_of_its_search() -> None:
    found = only("segment Outer if in segment B\nsegment B if in segment A\nsegment A if in segment B")
    assert found.message.endswith("B → A → B")


def test_a_collection_is_no_condition() -> None:
    text = "collection cart of adds to cart by product\nsegment A if cart"
    assert [d.code for d in diagnostics(checked(text))] == ["SEG303"]


def test_a_list_is_no_define() -> None:
    found = diagnostics(checked("attribute tags: list of text\ndefine marks as tags"))
    assert [d.code for d in found] == ["SEG303"]


def test_a_mistake_in_a_trigger_brings_no_further_ones_about_its_fields() -> None:
    text = 'segment A by activities\nwhen serches "x" if amount > 3 and income > 3 and term contains "x" then add to A'
    assert [d.code for d in diagnostics(checked(text))] == ["SEG202"]


def test_a_broken_declaration_makes_its_name_no_unknown_one() -> None:
    found = diagnostics(checked("segment Skiers buy activities\nwhen registers then add to Skiers"))
    assert [d.code for d in found] == ["SEG110"]


def test_defines_that_use_one_another_in_a_long_row_are_refused() -> None:
    chain = "\n".join(f"define d{n} as d{n - 1} + 1" for n in range(1, 400))
    found = {d.code for d in diagnostics(checked(f"define d0 as income\n{chain}\nsegment A if d399 > 3"))}
    assert found == {"SEG113"}


def test_defines_that_double_one_another_are_refused() -> None:
    chain = "\n".join(f"define d{n} as d{n - 1} + d{n - 1}" for n in range(1, 40))
    found = {d.code for d in diagnostics(checked(f"define d0 as income\n{chain}\nsegment A if d39 > 3"))}
    assert found == {"SEG114"}


@pytest.mark.parametrize("source", ["count of bagg >= 2", "any item of bagg", "total of price of bagg > 3"])
def test_a_misspelt_collection_shows_the_nearest(source: str) -> None:
    found = only(f"collection bag of adds to cart by product\nsegment A if {source}")
    assert found.help == "did you mean `bag`?"


def test_a_collection_of_the_vocabulary_whose_event_is_replaced_without_its_key_is_left_out() -> None:
    text = "event adds to cart { sku: text }\nsegment A if adds to cart"
    assert diagnostics(checked(text)) == []
