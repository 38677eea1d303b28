"""Widths of text: what stands in the same column does so in a terminal."""

import pytest

from segdsl.cli.parts.tables import table
from segdsl.diagnostics.diagnostic import Collector
from segdsl.diagnostics.render import render
from segdsl.diagnostics.source import Source, SourceMap
from segdsl.diagnostics.span import Span
from segdsl.diagnostics.width import width

WIDTHS = [
    ("", 0), ("Skiers", 6), ("café", 4), ("cafe\u0301", 4), ("日本", 4), ("ｆｕｌｌ", 8), ("한글", 4),
    ("\u1112\u1161\u11ab", 2), ("🎿", 2), ("⛷", 1), ("⛷\ufe0f", 2), ("❤\ufe0f", 2), ("⌚", 2), ("👍🏽", 2),
    ("👩\u200d🚀", 2), ("👨\u200d👩\u200d👧\u200d👦", 2), ("🇩🇪", 2), ("🇩🇪🇫🇷", 4), ("1\ufe0f\u20e3", 2),
    ("a\u200bb", 2), ("x\u202ey", 2), ("שלום", 4), ("ไทย", 3), ("ที่", 1), ("نَص", 2), ("🏴\u200d☠\ufe0f", 2),
]  # fmt: skip


@pytest.mark.parametrize(("text", "columns"), WIDTHS, ids=[ascii(text) for text, _ in WIDTHS])
def test_the_columns_of_a_text(text: str, columns: int) -> None:
    assert width(text) == columns


@pytest.mark.parametrize("text", [text for text, _ in WIDTHS], ids=[ascii(text) for text, _ in WIDTHS])
def test_a_column_of_a_table_begins_where_it_does_in_the_head(text: str) -> None:
    lines = table(
        [("segment", "members"), (text.replace("\u200d", "").replace("\u200b", "").replace("\u202e", ""), "7")]
    )
    head, row = lines
    assert width(head[: head.index("members")]) == width(row[: row.rindex("7")])


@pytest.mark.parametrize("before", [text for text, _ in WIDTHS], ids=[ascii(text) for text, _ in WIDTHS])
def test_the_underline_stands_under_what_is_meant(before: str) -> None:
    text = f"{before}\twrong 日 end"
    sources = SourceMap()
    sources.add(Source("a.seg", text))
    collector = Collector()
    start = text.index("wrong")
    collector.error("SEG110", Span(0, start, start + len("wrong 日")), "here")
    [diagnostic] = collector
    _, _, line, under = render(diagnostic, sources).splitlines()
    assert width(under[: under.index("^")]) == width(line[: line.index("wrong")])
    assert under.count("^") == 8


def test_what_would_turn_or_hide_is_shown_as_a_dot() -> None:
    sources = SourceMap()
    sources.add(Source("a.seg", "a\u202eb\u200bc👩\u200d🚀\u00a0d"))
    collector = Collector()
    collector.error("SEG110", Span(0, 0, 1), "here")
    [diagnostic] = collector
    assert "a·b·c👩\u200d🚀 d" in render(diagnostic, sources)
