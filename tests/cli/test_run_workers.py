"""`seg run --workers`: what is written, what is refused, and what is said of a worker that was ended."""

import json
from pathlib import Path

import pytest

from segdsl.diagnostics.errors import WorkerError
from tests.cli.conftest import Seg
from tests.support.splitting import RULES, Here, lines, write

FILES = ("changes", "effects", "rejects", "held")
RUN = ("run", "shop.seg", "--events", "events.jsonl")


@pytest.fixture
def shop(place: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Rules and events of which some are bad, and workers that are no processes."""
    monkeypatch.setattr("segdsl.host.workers.dividing.WORTH", 1)
    monkeypatch.setattr("segdsl.host.workers.dividing.Crew", Here)
    (place / "shop.seg").write_text(RULES)
    write(place / "events.jsonl", lines(200, 1))
    return place


def test_files_and_summary_are_those_of_one_process(shop: Path, run: Seg):
    said = []
    for name, workers in (("one", 1), ("several", 3)):
        outs = [part for each in FILES for part in (f"--{each}", f"{each}.{name}")]
        result = run(*RUN, "--store", f"{name}.store", "--workers", workers, "--json", *outs)
        assert result.exit_code == 0, result.stderr
        said.append(json.loads(result.stdout) | {"store": ""})
    assert said[0] == said[1]
    for each in FILES:
        one, several = ((shop / f"{each}.{name}").read_text().splitlines() for name in ("one", "several"))
        assert sorted(one) == sorted(several) != []


def test_a_file_that_nobody_asked_for_costs_no_telling(shop: Path, run: Seg, monkeypatch: pytest.MonkeyPatch):
    told = []
    take = "segdsl.cli.run.Outputs.take"
    monkeypatch.setattr(take, lambda self, outcomes: told.extend(outcomes))
    assert run(*RUN, "--workers", 2).exit_code == 0
    assert {each.status for each in told} <= {"rejected", "advanced"}


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--events", "events.jsonl", "--follow"], "--follow and --workers do not go together"),
        (["--events", "-"], "standard input can be read only once"),
        (["--events", "events.jsonl", "--store", "memory://"], "one in memory is for one process"),
        (["--events", "events.jsonl", "--workers", "0"], "0 is not in the range 1<=x<=64"),
    ],
)
def test_what_does_not_go_together(shop: Path, run: Seg, options: list[str], said: str):
    result = run("run", "shop.seg", "--workers", "2", *options)
    assert result.exit_code == 2
    assert said in result.stderr


def test_a_worker_that_was_ended_is_a_sentence(shop: Path, run: Seg, monkeypatch: pytest.MonkeyPatch):
    def ended(self: Here) -> None:
        raise WorkerError("a worker has ended before its time")

    monkeypatch.setattr(Here, "work", ended)
    result = run(*RUN, "--workers", 2)
    assert result.exit_code == 2
    assert result.stderr == "seg: a worker has ended before its time\n"
