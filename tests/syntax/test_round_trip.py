"""Formatting a tree and parsing the text gives an equal tree; formatting again changes nothing; comments stay."""

import re

from hypothesis import given
from hypothesis import strategies as st

from segdsl.syntax import ast
from segdsl.syntax.format import format_module
from tests.strategies.syntax_trees import modules
from tests.syntax.reading import read


@given(modules())
def test_the_text_of_a_tree_parses_to_an_equal_tree(module: ast.Module) -> None:
    text = format_module(module)
    found, messages = read(text)
    assert messages == [], text
    assert found.declarations == module.declarations, text


@given(modules())
def test_formatting_is_idempotent(module: ast.Module) -> None:
    once = format_module(module)
    assert format_module(read(once)[0], once) == once


@given(modules(), st.data())
def test_comments_are_kept_and_formatting_with_them_is_idempotent(module: ast.Module, data: st.DataObject) -> None:
    text = _commented(format_module(module), data)
    found, messages = read(text)
    assert messages == [], text
    once = format_module(found, text)
    again, messages = read(once)
    assert messages == [], once
    assert again.declarations == module.declarations
    assert [c.text for c in found.comments] == _split([c.text for c in again.comments]), once
    assert format_module(again, once) == once, text


def _commented(text: str, data: st.DataObject) -> str:
    """The text with comments at the ends of some lines, inside some, on lines of their own, and blank lines."""
    lines = []
    for number, line in enumerate(text.split("\n")):
        kind = data.draw(st.integers(0, 5))
        if kind == 0:
            line = _interrupted(line, f" # inside {number}\n")
        elif kind == 1:
            line += f" # end {number}"
        elif kind == 2:
            line += f"\n   # own {number}"
        elif kind == 3:
            line += "\n\n"
        lines.append(line)
    return "\n".join(lines)


def _interrupted(line: str, comment: str) -> str:
    """The line with a comment behind its second comma or bracket outside texts, if it has so many."""
    places = [m.end() for m in re.finditer(r'"(?:[^"\\]|\\.)*"|[,({]', line) if not m.group().startswith('"')]
    return line[: places[1]] + comment + line[places[1] :] if len(places) > 1 else line


def _split(comments: list[str]) -> list[str]:
    """Two comments that came to stand on one line are one comment now."""
    return [f"# {part}" for comment in comments for part in comment.removeprefix("# ").split("  # ")]
