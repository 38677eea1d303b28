"""`seg run --follow`: what it says and writes, and how it ends."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import segdsl
from segdsl.cli.parts.stopping import stopping
from segdsl.cli.parts.telling import Telling
from tests.cli.conftest import EVENTS, RULES, Seg, order, write_events
from tests.cli.test_process import ROOT

FOLLOW = ("run", "shop.seg", "--follow", "--events")


def test_the_end_of_standard_input_is_the_end_of_the_run(shop: Path, run: Seg):
    followed = run(*FOLLOW, "-", "--store", "memory://", given=(shop / "events.jsonl").read_text())
    ordinary = run("run", "shop.seg", "--events", "events.jsonl", "--store", "memory://")
    assert (followed.exit_code, followed.stderr) == (0, "")
    assert followed.stdout == ordinary.stdout


def test_it_has_no_end_of_its_own(shop: Path, run: Seg):
    result = run(*FOLLOW, "events.jsonl", "--until", "2026-03-02")
    assert result.exit_code == 2
    assert "--follow and --until do not go together" in result.stderr


def test_a_wrong_name(shop: Path, run: Seg):
    result = run(*FOLLOW, "nix.jsonl")
    assert (result.exit_code, result.stderr) == (2, "seg: there is no file nix.jsonl\n")
    assert not (shop / "shop.store").exists()


def test_a_new_file_is_told_of(shop: Path, run: Seg, monkeypatch: pytest.MonkeyPatch):
    def follow(_engine: segdsl.Engine, _events: str, *, listener: segdsl.Listener, **_more: object) -> segdsl.Report:
        listener.renewed("truncated")
        return segdsl.Report()

    monkeypatch.setattr(segdsl, "follow", follow, raising=False)
    result = run(*FOLLOW, "events.jsonl")
    assert result.exit_code == 0
    assert result.stderr == "seg: events.jsonl was truncated: going on with the new one from its start\n"


def test_progress_shows_the_clock(capsys: pytest.CaptureFixture[str]):
    seconds = [0.0]
    telling = Telling(True, lambda: seconds[0])
    for seconds[0], clock in ((1.0, 0), (5.0, 1_772_359_200_900_000), (6.0, 0)):
        telling.tell(segdsl.Progress(9, 4, 4, 1_234, 7, clock))
    assert capsys.readouterr().err == "followed: 1,234 events, the clock is at 2026-03-01T10:00:00Z\n"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_first_signal_asks_and_the_second_ends(number: signal.Signals):
    def ended(_number: int, _frame: object) -> None:
        raise KeyboardInterrupt

    before = signal.signal(number, ended)
    try:
        with pytest.raises(KeyboardInterrupt), stopping() as stop:
            assert not stop()
            os.kill(os.getpid(), number)
            assert stop()
            os.kill(os.getpid(), number)
        assert signal.getsignal(number) is ended
        signal.signal(number, signal.SIG_IGN)
        with stopping() as stop:
            os.kill(os.getpid(), number)
            assert not stop()
    finally:
        signal.signal(number, before)


@pytest.mark.skipif(os.name == "nt", reason="this system has no signals of this kind")
def test_it_goes_with_the_file_until_ctrl_c(tmp_path: Path):
    (tmp_path / "shop.seg").write_text(RULES)
    write_events(tmp_path / "events.jsonl", EVENTS)
    changes = tmp_path / "changes.jsonl"
    running = subprocess.Popen(
        [sys.executable, "-m", "segdsl", *FOLLOW, "events.jsonl", "--changes", "changes.jsonl"], cwd=tmp_path,
        text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env={**os.environ, "PYTHONPATH": str(ROOT)},
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )  # fmt: skip
    try:
        await_change(changes, running, "e4")
        with (tmp_path / "events.jsonl").open("a") as file:
            file.write(json.dumps(order("e5", "dan", "2026-03-13T09:30:00Z", "Golf")) + "\n")
        await_change(changes, running, "e5")
        running.send_signal(signal.SIGINT)
        said, complained = running.communicate(timeout=60)
    finally:
        running.kill()
    assert (running.returncode, complained) == (0, "")
    assert said.startswith("5 events from 2026-03-01T10:00:00Z to 2026-03-13T09:30:00Z\n")
    assert "store: shop.store" in said


def await_change(path: Path, running: "subprocess.Popen[str]", event: str) -> None:
    """Wait until a change is there that an event brought about."""
    deadline = time.monotonic() + 60
    while not (path.exists() and f'"event":"{event}"' in path.read_text()):
        assert running.poll() is None and time.monotonic() < deadline, "it does not come"
        time.sleep(0.02)
