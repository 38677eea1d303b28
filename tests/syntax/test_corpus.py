"""Every form of the language, written down in `tests/corpus/syntax`, parses and formats to itself, comments kept."""

from pathlib import Path

import pytest

from segdsl.syntax import ast
from segdsl.syntax.format import format_module
from tests.syntax.reading import read
from tests.syntax.walking import kinds_of_node, walk

CORPUS = sorted((Path(__file__).parent.parent / "corpus" / "syntax").glob("*.seg"))


@pytest.fixture(params=CORPUS, ids=lambda path: path.stem)
def text(request: pytest.FixtureRequest) -> str:
    path: Path = request.param
    return path.read_text(encoding="utf-8")


def formatted(text: str) -> str:
    return format_module(read(text)[0], text)


def test_it_parses_without_a_word(text: str) -> None:
    assert read(text)[1] == []


def test_its_formatted_text_parses_to_an_equal_tree(text: str) -> None:
    assert read(formatted(text)) == read(text)


def test_formatting_is_idempotent(text: str) -> None:
    once = formatted(text)
    assert formatted(once) == once


def test_formatting_keeps_the_comments_in_their_order(text: str) -> None:
    once, at = formatted(text), 0
    for comment in read(text)[0].comments:
        at = once.index(comment.text, at) + len(comment.text)


def test_no_line_is_left_with_blanks_at_its_end(text: str) -> None:
    assert [line for line in formatted(text).split("\n") if line != line.rstrip()] == []


def test_every_kind_of_node_stands_in_the_corpus() -> None:
    found = {type(node) for path in CORPUS for node in walk(read(path.read_text(encoding="utf-8"))[0])}
    assert kinds_of_node() - found - {ast.Broken} == set()


def test_every_node_lies_within_the_one_that_holds_it(text: str) -> None:
    module = read(text)[0]
    outside = [
        (parent, child)
        for parent in walk(module)
        for child in walk(parent)
        if not parent.span.start <= child.span.start <= child.span.end <= parent.span.end
    ]
    assert outside == []


def test_every_name_is_where_its_span_says(text: str) -> None:
    names = [node for node in walk(read(text)[0]) if isinstance(node, ast.Name)]
    shown = [text[name.span.start : name.span.end] for name in names]
    unlike = [name.text for name, there in zip(names, shown, strict=True) if there != name.text and there[0] != '"']
    assert unlike == []
