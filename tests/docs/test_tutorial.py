"""The tutorial, from its beginning to its end: each file is written as it says, each command answers as it says.

A fenced block `console` holds commands behind `$ ` and their output; one whose language is followed by a path is the
new text of that file; `seg-part` is a piece of rules that only parses.
"""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest
from attrs import frozen
from click.testing import CliRunner

from segdsl.cli import seg
from segdsl.diagnostics.diagnostic import Collector
from segdsl.diagnostics.source import Source
from segdsl.syntax.parse import parse

TUTORIAL = Path(__file__).resolve().parents[2] / "examples" / "tutorial" / "README.md"
FENCE = re.compile(r"^```([^\n]+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@frozen
class Asked:
    """A command and what it answers, with the line on which it stands."""

    line: int
    command: str
    answer: str


@frozen
class Written:
    """A file and its text."""

    path: str
    text: str


def blocks(text: str) -> Iterator[tuple[int, str, str]]:
    """Line, what stands behind the fence, and content."""
    for found in FENCE.finditer(text):
        yield text.count("\n", 0, found.start()) + 1, found[1], found[2]


def parts(text: str) -> Iterator[Asked | Written]:
    for line, info, content in blocks(text):
        language, _, path = info.partition(" ")
        if language == "console":
            for command in re.split(r"^\$ ", content, flags=re.MULTILINE)[1:]:
                asked, _, answer = command.partition("\n")
                yield Asked(line, asked, answer)
        elif path:
            yield Written(path, content)


def test_all_of_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("NO_COLOR", "1")
    asked = 0
    for part in parts(TUTORIAL.read_text("utf-8")):
        match part:
            case Written(path, text):
                Path(path).write_text(text, encoding="utf-8")
            case Asked(line, command, answer):
                program, *arguments = shlex.split(command)
                assert program == "seg"
                result = CliRunner().invoke(seg, arguments, prog_name="seg", terminal_width=100)
                assert result.output == answer, f"{TUTORIAL.name}:{line}: {command}"
                asked += 1
    assert asked > 10


def test_what_fmt_leaves_is_what_the_page_shows(tmp_path: Path) -> None:
    """A file that is shown again behind `seg fmt` is just what `seg fmt` made of it."""
    before: dict[str, str] = {}
    formatted = False
    for part in parts(TUTORIAL.read_text("utf-8")):
        match part:
            case Asked(_, command, _):
                formatted = formatted or command.startswith("seg fmt")
                for path, text in before.items() if formatted else ():
                    (tmp_path / "x.seg").write_text(text, encoding="utf-8")
                    CliRunner().invoke(seg, ["fmt", str(tmp_path / "x.seg")])
                    before[path] = (tmp_path / "x.seg").read_text("utf-8")
            case Written(path, text) if path.endswith(".seg"):
                if formatted and path in before:
                    assert text == before[path]
                    return
                before[path] = text
    raise AssertionError("no file is shown behind `seg fmt`")


def test_pieces_of_rules_parse() -> None:
    pieces = [text for _, info, text in blocks(TUTORIAL.read_text("utf-8")) if info == "seg-part"]
    collector = Collector()
    for piece in pieces:
        parse(Source("piece", piece), 0, collector)
    assert (bool(pieces), [each.message for each in collector]) == (True, [])


def test_each_file_is_named_in_the_text_before_it() -> None:
    text = TUTORIAL.read_text("utf-8")
    for part in parts(text):
        if isinstance(part, Written):
            assert f"`{part.path}`" in text


def test_links_lead_somewhere() -> None:
    for link in re.findall(r"\]\(([^)]+)\)", TUTORIAL.read_text("utf-8")):
        assert (TUTORIAL.parent / link).exists()
