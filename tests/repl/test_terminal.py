"""The prompt on a real terminal: a pseudo-terminal, and an emulator that says what is on its screen."""

import os
import select
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

pty = pytest.importorskip("pty")
pyte = pytest.importorskip("pyte")
pytest.importorskip("prompt_toolkit")

DEADLINE = 30.0
"""Seconds for anything to appear; then it does not."""

ROOT = Path(__file__).parents[2]


class Terminal:
    """A program on a pseudo-terminal of its own, and what its screen shows."""

    def __init__(self, folder: Path, *args: str, **settings: str) -> None:
        self.screen = pyte.Screen(100, 50)
        self.stream = pyte.ByteStream(self.screen)
        self.seen = b""
        master, slave = pty.openpty()
        os.set_blocking(master, False)
        environment = {**os.environ, "PYTHONPATH": str(ROOT), "TERM": "xterm-256color", "LINES": "50",
                       "COLUMNS": "100", "XDG_STATE_HOME": str(folder / "state"), **settings}  # fmt: skip
        environment.pop("SEGDSL_STATE", None)
        if "NO_COLOR" not in settings:
            environment.pop("NO_COLOR", None)
        self.master = master
        self.process = subprocess.Popen(
            [sys.executable, "-m", "segdsl", "repl", *args], stdin=slave, stdout=slave, stderr=slave,
            cwd=folder, env=environment, close_fds=True, start_new_session=True,
        )  # fmt: skip
        os.close(slave)

    def type(self, text: str) -> None:
        os.write(self.master, text.encode())

    def shown(self) -> str:
        return "\n".join(line.rstrip() for line in self.screen.display).rstrip()

    def wait(self, until: Callable[[str], bool]) -> str:
        """What the screen shows as soon as it shows what is wanted."""
        end = time.monotonic() + DEADLINE
        while not until(self.shown()):
            left = end - time.monotonic()
            assert left > 0, f"this did not appear; the screen shows:\n{self.shown()}"
            ready, _, _ = select.select([self.master], [], [], left)
            if ready:
                self._read()
        return self.shown()

    def wait_for(self, text: str) -> str:
        return self.wait(lambda shown: text in shown)

    def _read(self) -> None:
        try:
            data = os.read(self.master, 65_536)
        except BlockingIOError:
            return
        except OSError:  # the other end is closed
            data = b""
        assert data, f"the program has ended; the screen shows:\n{self.shown()}"
        self.seen += data
        self.stream.feed(data)
        if b"\x1b[6n" in data:  # the program asks where the cursor is
            self.type(f"\x1b[{self.screen.cursor.y + 1};{self.screen.cursor.x + 1}R")

    def end(self) -> int:
        """The exit code, once the program has ended."""
        end = time.monotonic() + DEADLINE
        while self.process.poll() is None:
            assert time.monotonic() < end, f"it did not end; the screen shows:\n{self.shown()}"
            if select.select([self.master], [], [], 0.05)[0]:
                try:
                    self.seen += os.read(self.master, 65_536)
                except OSError:
                    continue
        return self.process.returncode

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        os.close(self.master)


Open = Callable[..., Terminal]


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Open]:
    """Opens `seg repl` on a terminal, with arguments and environment."""
    terminals: list[Terminal] = []

    def opened(*args: str, **settings: str) -> Terminal:
        terminals.append(Terminal(tmp_path, *args, **settings))
        terminals[-1].wait_for("me 2026-03-01 10:00>")
        return terminals[-1]

    yield opened
    for terminal in terminals:
        terminal.close()


def test_a_rule_and_an_event(opened: Open):
    terminal = opened()
    terminal.type("segment Skiers by activities\r")
    terminal.wait_for("\nnew: segment Skiers\n")
    terminal.type('when searches "skis" then add to Skiers for 30 days\r')
    terminal.wait_for("rule at typed 2:1")
    terminal.type('searches "skis"\r')
    terminal.wait_for("enters Skiers  (added at typed 2:1)")
    terminal.wait_for("next, by the clock: 2026-03-31 10:00, in 30 days: leaves Skiers")
    terminal.type(":after 31 days\r")
    terminal.wait_for("me 2026-04-01 10:00>")


def test_tab_completes_names_and_commands(opened: Open):
    terminal = opened()
    terminal.type("segment High-Income Earners by activities\r")
    terminal.wait_for("\nnew: segment High-Income Earners\n")
    terminal.type("in segment Hi\t")
    terminal.wait_for("> in segment High-Income Earners")
    terminal.type("\r")
    terminal.wait_for("\nfalse\n")
    terminal.type(":wh\t")
    terminal.wait_for("> :why")
    terminal.type("\x03places o\t")
    terminal.wait_for("> places order")


def test_an_enter_right_behind_tab_takes_what_was_completed(opened: Open):
    terminal = opened()
    terminal.type("total of amount of places o\t\r")
    terminal.wait_for("\n0\n")
    terminal.type(":custome\t ann\r")
    terminal.wait_for("the customer is ann, of whom nothing is known yet")


def test_alt_enter_goes_on_with_what_could_end(opened: Open):
    terminal = opened()
    terminal.type("places order\x1b\rwith amount = 40\r")
    terminal.wait_for("it has happened")
    terminal.type("total of amount of places order\r")
    terminal.wait_for("\n40\n")


def test_an_unfinished_sentence_goes_on_and_an_empty_line_ends_it(opened: Open):
    terminal = opened()
    terminal.type("when registers\r")
    terminal.wait_for("...")
    terminal.type('then send email "hello"\r')
    terminal.wait_for("rule at typed 1:1")
    terminal.type("income >\r")
    terminal.wait(lambda shown: shown.count("...") == 2)
    terminal.type("\r")
    terminal.wait_for("this ends too early; a value was expected")


def test_ctrl_c_clears_the_line_and_ctrl_d_ends(opened: Open):
    terminal = opened()
    terminal.type("segment Sk")
    terminal.wait_for("> segment Sk")
    terminal.type("\x03")
    terminal.wait(lambda shown: shown.rstrip().endswith("me 2026-03-01 10:00>"))
    terminal.type("2 + 2\r")
    terminal.wait_for("\n4\n")
    terminal.type("\x04")
    assert terminal.end() == 0
    assert b"Traceback" not in terminal.seen


def test_a_mistake_is_underlined_and_ends_nothing(opened: Open):
    terminal = opened()
    terminal.type("serches (\r\r")
    terminal.wait_for("^")
    terminal.type('serches "Acme"\r')
    terminal.wait_for("did you mean `searches`?")
    terminal.type(":quit\r")
    assert terminal.end() == 0


def test_a_text_that_is_pasted_is_taken_sentence_by_sentence(opened: Open):
    terminal = opened()
    terminal.type("\x1b[200~segment A by activities\nwhen registers\nthen add to A\nregisters\x1b[201~")
    terminal.wait_for("then add to A")
    terminal.type("\r")
    terminal.wait_for("enters A  (added at typed 2:1)")


def test_words_are_coloured_unless_that_is_not_wanted(opened: Open):
    coloured, plain = opened(), opened(NO_COLOR="1")
    for terminal in (coloured, plain):
        terminal.type('searches "skis"')
        terminal.wait_for('> searches "skis"')
        terminal.type("\r:frobnicate\r")
        terminal.wait_for("`:help` lists the commands")
    assert b"\x1b[0;32m" in coloured.seen
    assert b"\x1b[1;31m" in coloured.seen
    assert b"32m" not in plain.seen
    assert b"31m" not in plain.seen


def test_what_was_typed_is_remembered_in_a_private_file(opened: Open, tmp_path: Path):
    terminal = opened()
    terminal.type("2 + 40\r")
    terminal.wait_for("\n42\n")
    terminal.type("\x04")
    terminal.end()
    history = tmp_path / "state" / "segdsl" / "repl_history"
    assert stat.S_IMODE(history.stat().st_mode) == 0o600
    assert stat.S_IMODE(history.parent.stat().st_mode) == 0o700
    again = opened()
    again.type("\x1b[A")
    again.wait_for("> 2 + 40")
