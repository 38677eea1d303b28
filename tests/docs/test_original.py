"""The table for those who come from HCL Commerce: it has all that the original has, and each of its sentences stands in
the program of the corpus that it names, where tests show what it does."""

import re
from functools import cache
from pathlib import Path

import pytest
from attrs import frozen

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "grammar" / "hcl-commerce.md"
PROGRAMS = ROOT / "tests" / "corpus" / "original"

TRIGGERS = [
    "E-Marketing Spot", "Customer Submits Search", "Wait", "Customer Registers", "Customer Places Order",
    "Customer Checks Out With Promotion", "Customer Abandons Shopping Cart", "Customer Is In Segment",
    "Customer Celebrates Birthday", "Customer Searches", "Wait for Event", "Customer Participates in Social Commerce",
    "Recurring Order Event", "Subscription Event", "Customer Checks In", "Custom trigger",
]  # fmt: skip
TARGETS = [
    "Customer Segment", "Shopping Cart", "Purchase History", "Catalog Browsing Behavior", "Online Behavior",
    "Current Page", "External Site Referral", "Social Commerce Participation", "Day and Time",
    "Search Criteria and Result", "Cookie Contents", "Promotion Checker", "User data match", "Custom target",
]  # fmt: skip
ACTIONS = [
    "Add To or Remove From Customer Segment", "Send Message", "Issue Coupon", "Recommend Content", "Recommend Category",
    "Recommend Catalog Entry", "Recommend Promotion", "Display Merchandising Association", "Display Best Sellers",
    "Display Top Browsed", "Display Recently Viewed", "Display Promotional Price", "Display Location-based Content",
    "Display Recommendation From External System", "Display (Digital/product recommendations)", "Display Title",
    "E-Marketing Spot Properties", "Change Search Result Order", "Specify Top Search Result",
    "Add or Replace Search Criteria", "Custom action",
]  # fmt: skip
ATTRIBUTES = [
    "Registration status", "Registration date", "Last registration update", "Gender", "Current age", "Age group",
    "Annual income", "Marital status", "Children", "Household size", "Company", "Interests", "Ordered before",
    "Amount spent since registration", "Number of (fulfilled) orders", "Last purchase date", "City",
    "State or province", "Country or region", "ZIP or postal code", "Phone", "E-mail", "Preferred language",
    "Preferred currency", "Preferred communication method", "Time zone", "Job", "Last visit",
    "Account or organization", "Other segments", "Explicit customers", "Custom attribute",
]  # fmt: skip
ELEMENTS = {
    "Triggers": TRIGGERS, "Targets": TARGETS, "Actions": ACTIONS, "Attributes of customer segments": ATTRIBUTES,
}  # fmt: skip
"""What the original has, by the chapter of the page."""


@frozen
class Row:
    """`of` is what the original calls it, with the variant behind a colon; `sentence` is None where there is none."""

    chapter: str
    of: str
    sentence: str | None
    program: str
    note: str


def rows() -> list[Row]:
    found = []
    for chapter in PAGE.read_text("utf-8").split("\n## ")[1:]:
        title, _, text = chapter.partition("\n")
        for line in re.findall(r"^\|(.*)\|$", text, re.MULTILINE)[2:]:
            of, sentence, program, note = (cell.strip() for cell in line.split("|"))
            found.append(Row(title, of, None if sentence == "none" else sentence.strip("`"), program.strip("`"), note))
    return found


ROWS = rows()
SAID = [row for row in ROWS if row.sentence is not None]


def plain(text: str) -> str:
    """A text on one line; what is a comment is no sentence."""
    return " ".join(re.sub(r"^\s*#.*$", "", text, flags=re.MULTILINE).split())


@cache
def rules(program: str) -> str:
    """The rules of a program, without its tests."""
    return plain(re.split(r"^test ", (PROGRAMS / program).read_text("utf-8"), maxsplit=1, flags=re.MULTILINE)[0])


@pytest.mark.parametrize("row", SAID, ids=lambda row: row.of)
def test_the_sentence_of_a_row_stands_in_the_rules_of_its_program(row: Row) -> None:
    assert row.sentence is not None
    assert re.search(rf"(?<![^\s(]){re.escape(plain(row.sentence))}(?![^\s)])", rules(row.program))


@pytest.mark.parametrize("row", [row for row in ROWS if row.sentence is None], ids=lambda row: row.of)
def test_a_row_without_a_sentence_says_why(row: Row) -> None:
    assert row.program == ""
    assert len(row.note.split()) >= 8


@pytest.mark.parametrize(("chapter", "of"), [(title, of) for title, names in ELEMENTS.items() for of in names])
def test_all_that_the_original_has_is_in_the_table(chapter: str, of: str) -> None:
    assert [row for row in ROWS if row.chapter == chapter and row.of.partition(": ")[0] == of]


def test_no_row_stands_twice() -> None:
    named = [(row.chapter, row.of) for row in ROWS]
    assert len(set(named)) == len(named)


@pytest.mark.parametrize("path", sorted(PROGRAMS.glob("*.seg")), ids=lambda path: path.stem)
def test_every_program_is_named_by_a_row(path: Path) -> None:
    assert [row for row in ROWS if row.program == path.name]
