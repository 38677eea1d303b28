"""Colour: on every command, and where the environment says something of it."""

from io import StringIO
from pathlib import Path

import click
import pytest

from segdsl.cli import _found, seg
from segdsl.cli.parts.colors import colorful
from segdsl.diagnostics.diagnostic import Collector
from segdsl.diagnostics.render import render, wrapped
from segdsl.diagnostics.source import Source, SourceMap
from segdsl.diagnostics.span import Span
from tests.cli.conftest import Seg

SAID = ("NO_COLOR", "FORCE_COLOR", "SEGDSL_COLOR")


@pytest.fixture(autouse=True)
def nothing_said(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in SAID:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm")


@pytest.mark.parametrize("name", _found())
def test_every_command_can_be_told(run: Seg, name: str):
    assert "--color / --no-color" in run(name, "--help").stdout


@pytest.mark.parametrize("options", [["--color"], []])
def test_a_table_has_a_bold_head_where_it_is_wanted(shop: Path, run: Seg, options: list[str]):
    run("run", "shop.seg", "--events", "events.jsonl")
    shown = run("segments", "--store", "shop.store", *options).stdout
    assert shown.startswith("\x1b[1m" if options else "segment ")


@pytest.mark.parametrize(
    ("said", "terminal", "painted"),
    [
        ({}, True, True), ({}, False, False), ({"NO_COLOR": "1"}, True, False), ({"NO_COLOR": ""}, True, True),
        ({"FORCE_COLOR": "1"}, False, True), ({"FORCE_COLOR": "0"}, False, False),
        ({"FORCE_COLOR": "1", "NO_COLOR": "1"}, True, False), ({"TERM": "dumb"}, True, False),
        ({"TERM": "dumb", "FORCE_COLOR": "3"}, False, True),
    ],
)  # fmt: skip
def test_the_environment_is_heard(monkeypatch: pytest.MonkeyPatch, said: dict[str, str], terminal: bool, painted: bool):
    for name, value in said.items():
        monkeypatch.setenv(name, value)
    stream = StringIO()
    monkeypatch.setattr(stream, "isatty", lambda: terminal, raising=False)
    assert colorful(None, stream) is painted
    assert colorful(True, stream) and not colorful(False, stream)


@pytest.mark.parametrize(("value", "painted"), [("yes", True), ("no", False)])
def test_a_variable_stands_for_the_option(
    place: Path, run: Seg, monkeypatch: pytest.MonkeyPatch, value: str, painted: bool
):
    monkeypatch.setenv("SEGDSL_COLOR", value)
    assert ("\x1b[" in run("check", "-", given="segment").stderr) is painted
    assert "\x1b[" not in run("check", "--no-color", "-", given="segment").stderr


def test_colour_can_be_forced_for_all_that_is_printed(place: Path, run: Seg, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert run("explain", "SEG203").stdout.startswith("\x1b[1m")


def test_no_command_takes_the_option_twice():
    with click.Context(seg) as ctx:
        for name in _found():
            for _ in range(2):
                command = seg.get_command(ctx, name)
            assert command is not None
            assert [param.name for param in command.params].count("color") == 1


# ------------------------------------------------------------------------------------------------------------- wrapping


def test_sentences_are_broken_at_the_width_of_a_terminal_and_lines_of_source_are_not():
    sources, collector = SourceMap(), Collector()
    sources.add(Source("a.seg", "segment A if " + "income > 1 and " * 5 + "income"))
    message = "a sentence that is a little longer than the terminal is wide"
    collector.error("SEG110", Span(0, 0, 7), message, help=message)
    [diagnostic] = collector
    assert render(diagnostic, sources, columns=40).splitlines() == [
        "error[SEG110]: a sentence that is a",
        "  little longer than the terminal is",
        "  wide",
        "  --> a.seg:1:1",
        "   1 | segment A if " + "income > 1 and " * 5 + "income",
        "     | ^^^^^^^",
        "  help: a sentence that is a little",
        "        longer than the terminal is wide",
    ]
    assert render(diagnostic, sources).splitlines()[0] == f"error[SEG110]: {message}"


def test_a_word_that_is_wider_than_the_terminal_stays_whole():
    assert wrapped("a " + "b" * 50 + " c", 30, 0, 2) == "a\n  " + "b" * 50 + "\n  c"


def test_wide_letters_count_twice():
    assert wrapped("日本語日本語 日本語日本語 日本語日本語", 30, 0, 2) == "日本語日本語 日本語日本語\n  日本語日本語"
