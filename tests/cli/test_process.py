"""The command as a process: `python -m segdsl`, a closed pipe, and what a start costs."""

import os
import resource
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import RULES

ROOT = Path(__file__).resolve().parents[2]
SLACK = 3.0
"""A busy machine may take so many times longer."""


@pytest.fixture(scope="module")
def warm(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """An environment with byte code kept, used once; the tables are in the user's cache, as in use."""
    kept = tmp_path_factory.mktemp("kept")
    environment = {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "PYTHONPYCACHEPREFIX": str(kept / "code"),
    }
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    command(["check", "-"], environment, given=RULES)
    return environment


def command(args: list[str], environment: dict[str, str], given: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "segdsl", *args],
        input=given,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_it_runs_as_a_module(warm: dict[str, str]):
    result = command(["check", "-"], warm, RULES)
    assert (result.returncode, result.stdout) == (0, "no mistakes: 5 segments, 3 rules\n")


@pytest.mark.parametrize(("args", "seconds"), [(["--version"], 0.08), (["check", "-"], 0.2)])
def test_a_start_costs_little(warm: dict[str, str], args: list[str], seconds: float):
    costs = []
    for _ in range(3):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        assert command(args, warm, RULES).returncode == 0
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        costs.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    assert min(costs) < seconds * SLACK


@pytest.mark.parametrize(
    ("args", "unwanted"),
    [
        (["--version"], {"lark", "msgspec", "segdsl.host", "segdsl.compiler", "segdsl.syntax", "sqlite3"}),
        (["--help"], {"segdsl.compiler", "segdsl.engines", "segdsl.backends", "segdsl.readers", "sqlite3", "whenever"}),
        (["check", "-"], {"segdsl.engines", "segdsl.backends", "segdsl.readers", "segdsl.state", "sqlite3", "csv"}),
        (["words"], {"lark", "msgspec", "segdsl.compiler", "sqlite3"}),
    ],
    ids=lambda value: value[0] if isinstance(value, list) else "",
)
def test_a_start_imports_what_it_needs(warm: dict[str, str], args: list[str], unwanted: set[str]):
    result = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "segdsl", *args], input=RULES, env=warm, capture_output=True,
        text=True, check=True,
    )  # fmt: skip
    imported = {line.rpartition("|")[2].strip() for line in result.stderr.splitlines()}
    assert "click" in imported
    assert not unwanted & imported


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no pipes of this kind")
def test_a_closed_pipe_ends_quietly(warm: dict[str, str]):
    rules = "".join(f"segment S{n} if nothing{n} > 1\n" for n in range(90))
    running = subprocess.Popen(
        [sys.executable, "-m", "segdsl", "check", "--json", "-"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, env=warm,
    )  # fmt: skip
    assert running.stdout is not None
    running.stdout.close()
    said = _fed(running, rules.encode())
    assert said == b""
    assert running.returncode == 141


def _fed(running: "subprocess.Popen[bytes]", given: bytes) -> bytes:
    assert running.stdin is not None and running.stderr is not None
    running.stdin.write(given)
    running.stdin.close()
    with running.stderr:
        said = running.stderr.read()
    running.wait()
    return said


def test_events_from_standard_input(warm: dict[str, str], tmp_path: Path):
    (tmp_path / "shop.seg").write_text(RULES)
    event = '{"event": "registers", "customer": "ann", "time": "2026-03-01T10:00:00Z"}\n'
    result = command(["run", str(tmp_path / "shop.seg"), "--events", "-"], warm, event)
    assert result.stdout.startswith("1 event at 2026-03-01T10:00:00Z\n")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no pipes of this kind")
def test_events_from_a_named_pipe(warm: dict[str, str], tmp_path: Path):
    (tmp_path / "shop.seg").write_text(RULES)
    os.mkfifo(tmp_path / "pipe")
    running = subprocess.Popen(
        [sys.executable, "-m", "segdsl", "run", "shop.seg", "--events", "pipe"], cwd=tmp_path, env=warm, text=True,
        stdout=subprocess.PIPE,
    )  # fmt: skip
    (tmp_path / "pipe").write_text('{"event": "registers", "customer": "ann", "time": "2026-03-01T10:00:00Z"}\n')
    said, _ = running.communicate(timeout=60)
    assert running.returncode == 0
    assert said.startswith("1 event at 2026-03-01T10:00:00Z\n")
