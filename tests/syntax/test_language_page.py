"""Every example of the language page is accepted as it is written there."""

import os
import re
from pathlib import Path

import pytest

from segdsl.syntax.format import format_module
from tests.syntax.reading import read

DESIGN = Path(os.environ.get("SEGDSL_DESIGN") or Path(__file__).parents[3] / "shared" / "design")
PAGE = DESIGN / "language.md"
_FENCED = re.compile(r"^```\w*\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def _examples() -> list[str]:
    return _FENCED.findall(PAGE.read_text(encoding="utf-8")) if PAGE.is_file() else []


EXAMPLES = _examples()
pytestmark = pytest.mark.skipif(not EXAMPLES, reason="the language page is not beside this checkout (SEGDSL_DESIGN)")


def test_the_page_has_examples() -> None:
    assert len(EXAMPLES) >= 4


@pytest.mark.parametrize("number", range(len(EXAMPLES)))
def test_an_example_parses_without_a_word(number: int) -> None:
    assert read(EXAMPLES[number])[1] == []


@pytest.mark.parametrize("number", range(len(EXAMPLES)))
def test_an_example_formats_to_an_equal_tree(number: int) -> None:
    module = read(EXAMPLES[number])[0]
    assert read(format_module(module, EXAMPLES[number]))[0] == module


@pytest.mark.parametrize("number", range(len(EXAMPLES)))
def test_formatting_an_example_is_idempotent(number: int) -> None:
    once = format_module(read(EXAMPLES[number])[0], EXAMPLES[number])
    assert format_module(read(once)[0], once) == once
