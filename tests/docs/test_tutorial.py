"""The tutorial, from its beginning to its end: each file is written as it says, each command answers as it says.

A fenced block `console` holds commands behind `$ ` and their output; `prompt` a command and what is typed at its
prompt; one whose language is followed by a path is the new text of that file; `seg-part` is a piece of rules that only
parses.
"""

import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from attrs import define, frozen
from click.testing import CliRunner

from segdsl.cli import ORDER, seg
from segdsl.diagnostics.diagnostic import Collector
from segdsl.diagnostics.source import Source
from segdsl.repl.rules import Rules
from segdsl.repl.session import Session
from segdsl.syntax.parse import parse
from tests.repl.conftest import transcript

TUTORIAL = Path(__file__).resolve().parents[2] / "examples" / "tutorial" / "README.md"
BEGINNINGS = {
    "flow.svg": "<svg",
    "segments.svg": "<svg",
    "report.html": "<!DOCTYPE html>",
    "shop/cem-tests.seg": 'test "cem, as in shop.store" {',
    "shop.html": "<!DOCTYPE html>",
    "seg.bash": "_seg_completion() {",
}
"""How the files begin that commands write and the page does not show."""

TYPED = re.compile(r"^me [-0-9]+ [:0-9]+> (.*)$", re.MULTILINE)
FENCE = re.compile(r"^```([^\n]+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@frozen
class Asked:
    """A command and what it answers, with the line on which it stands."""

    line: int
    command: str
    answer: str


@frozen
class Prompted:
    """A session at the prompt, with the line on which its command stands."""

    line: int
    command: str
    session: str


@frozen
class Written:
    """A file and its text."""

    path: str
    text: str


def blocks(text: str) -> Iterator[tuple[int, str, str]]:
    """Line, what stands behind the fence, and content."""
    for found in FENCE.finditer(text):
        yield text.count("\n", 0, found.start()) + 1, found[1], found[2]


def parts(text: str) -> Iterator[Asked | Prompted | Written]:
    for line, info, content in blocks(text):
        language, _, path = info.partition(" ")
        if language == "console":
            for command in re.split(r"^\$ ", content, flags=re.MULTILINE)[1:]:
                asked, _, answer = command.partition("\n")
                yield Asked(line, asked, answer)
        elif language == "prompt":
            asked, _, session = content.removeprefix("$ ").partition("\n")
            yield Prompted(line, asked, session)
        elif path:
            yield Written(path, content)


@define
class Shell:
    """So much of a shell as the page needs: `seg` and `python`, `< FILE` and `> FILE`, and `echo $?`."""

    code: int = 0

    def answer(self, command: str) -> str:
        """Do what a line says, and give what is then seen."""
        if command == "echo $?":
            return f"{self.code}\n"
        program, *words = shlex.split(command)
        given = self._behind("<", words)
        target = self._behind(">", words)
        if program == "python":
            return subprocess.run([sys.executable, *words], capture_output=True, text=True, check=True).stdout
        assert program == "seg"
        typed = Path(given).read_text("utf-8") if given else ""
        result = CliRunner().invoke(seg, words, input=typed, prog_name="seg", terminal_width=100)
        self.code = result.exit_code
        if not target:
            return result.output
        Path(target).write_text(result.stdout, encoding="utf-8")
        return result.stderr

    @staticmethod
    def _behind(sign: str, words: list[str]) -> str | None:
        """The file behind a sign, both taken out of the words."""
        if sign not in words:
            return None
        place = words.index(sign)
        _, file = words[place : place + 2]
        del words[place : place + 2]
        return file


def session_of(command: str) -> Session:
    """The session that `seg repl FOLDER` begins."""
    _, _, folder = command.split()
    files = sorted(Path(folder).glob("*.seg"))
    return Session.begin(Rules.of([(file.as_posix(), file.read_text("utf-8")) for file in files]))


@pytest.fixture
def fresh(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder to work in, without colour."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("NO_COLOR", "1")
    return tmp_path


def test_all_of_it(fresh: Path) -> None:
    asked, shell, formatted, compared = 0, Shell(), False, False
    for part in parts(TUTORIAL.read_text("utf-8")):
        match part:
            case Written(path, text):
                if formatted:  # behind `seg fmt` stands what it made of the file
                    assert Path(path).read_text("utf-8") == text
                compared, formatted = compared or formatted, False
                Path(path).write_text(text, encoding="utf-8")
            case Asked(line, command, answer):
                formatted = command.startswith("seg fmt")
                assert shell.answer(command) == answer, f"{TUTORIAL.name}:{line}: {command}"
                asked += 1
            case Prompted(line, command, session):
                played = transcript(session_of(command), "\n".join(TYPED.findall(session)))
                assert played == session, f"{TUTORIAL.name}:{line}: {command}"
                asked += 1
    assert (asked > 30, compared) == (True, True)
    for name, beginning in BEGINNINGS.items():
        assert (fresh / name).read_text("utf-8").startswith(beginning), name


def test_each_file_that_a_command_writes_is_looked_at() -> None:
    text = TUTORIAL.read_text("utf-8")
    shown = {part.path for part in parts(text) if isinstance(part, Written)}
    asked = [part.command for part in parts(text) if isinstance(part, Asked)]
    written = {found for each in asked for found in re.findall(r"(?:--output|>) (\S+)", each)}
    read = {found for each in asked for found in re.findall(r"python (\S+)", each)}
    assert read <= shown
    assert written - set(BEGINNINGS) == {"march.json"}


def test_every_command_is_met() -> None:
    text = TUTORIAL.read_text("utf-8")
    asked = [part.command for part in parts(text) if not isinstance(part, Written)]
    assert set(ORDER) - {each.split()[1] for each in asked if each.startswith("seg ")} == set()


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
