"""The table of codes holds every code of the source, and its examples are examples of them."""

import re
from pathlib import Path

import pytest

import segdsl
from segdsl.diagnostics.codes import CODES

NOT_SHOWN = {"SEG100", "SEG114"}
"""Codes that no short text can show: what cannot be read, and what is too long."""

PACKAGE = Path(segdsl.__file__).parent


def test_every_code_of_the_source_is_in_the_table():
    texts = [path.read_text("utf-8") for path in PACKAGE.rglob("*.py") if path.name != "codes.py"]
    used = {code for text in texts for code in re.findall(r"\bSEG\d{3}\b", text)}
    assert used == set(CODES)


def test_the_table_is_in_order():
    assert list(CODES) == sorted(CODES)


@pytest.mark.parametrize("code", sorted(CODES))
def test_the_examples_are_examples(code):
    entry = CODES[code]
    assert (entry.wrong is None) == (code in NOT_SHOWN) and (entry.right is None) == (code in NOT_SHOWN)
    if entry.wrong is None or entry.right is None:
        return
    assert code in found(entry.wrong)
    assert found(entry.right) == []


def found(text: str) -> list[str]:
    checked = segdsl.check_texts([("example.seg", text)])
    return [diagnostic.code for diagnostic in checked.collector]
