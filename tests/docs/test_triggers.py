"""The table of triggers in the reference: each of them can be written as it stands there."""

import re
from pathlib import Path

import pytest

import segdsl
from segdsl.diagnostics.diagnostic import Severity

REFERENCE = Path(__file__).parents[2] / "grammar" / "README.md"
WORDS = "attribute contract end: date\nsegment Fans by activities\nsegment Regulars if count of places order > 3\n"
LETTERS = {"E": "searches", "F": "places order", "S": "Regulars", "once at": "once at 2026-03-01T09:00"}


def triggers() -> list[str]:
    _, _, table = REFERENCE.read_text("utf-8").partition("| trigger | fires |\n|---|---|\n")
    rows = table.partition("\n\n")[0].splitlines()
    return [each for row in rows for each in re.findall(r"`([^`]+)`", row.split("|")[1])]


@pytest.mark.parametrize("trigger", triggers())
def test_every_trigger_of_the_table_is_one(trigger: str) -> None:
    written = LETTERS.get(trigger) or re.sub(r"\b[EFS]\b", lambda found: LETTERS[found.group()], trigger)
    checked = segdsl.check_texts([("t.seg", f"{WORDS}when {written} then add to Fans\n".encode())])
    assert [each.message for each in checked.collector if each.severity is Severity.ERROR] == []


def test_a_date_alone_is_no_trigger() -> None:
    checked = segdsl.check_texts([("t.seg", f"{WORDS}when contract end then add to Fans\n".encode())])
    assert [each.code for each in checked.collector if each.severity is Severity.ERROR] == ["SEG202"]
