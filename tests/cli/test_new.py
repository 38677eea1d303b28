"""`seg new`: the folder it makes runs as it stands, and nothing that was there is touched."""

from pathlib import Path

import pytest

from tests.cli.conftest import Seg


@pytest.fixture
def made(place: Path, run: Seg) -> Path:
    assert run("new", "shop").exit_code == 0
    return place / "shop"


def test_what_it_says(place: Path, run: Seg, snapshot):
    assert run("new", "shop").stdout == snapshot


def test_a_name_with_a_blank_is_quoted_in_what_to_try(place: Path, run: Seg):
    assert "  seg run 'my shop' --events 'my shop/events.jsonl' --until" in run("new", "my shop").stdout


@pytest.mark.usefixtures("made")
@pytest.mark.parametrize(
    "args",
    [
        ("check", "shop"),
        ("fmt", "--check", "shop"),
        ("test", "shop"),
        ("run", "shop", "--events", "shop/events.jsonl", "--until", "2026-05-01"),
    ],
    ids=lambda args: args[0],
)
def test_what_it_makes_runs(run: Seg, args: tuple[str, ...]):
    assert run(*args).exit_code == 0


@pytest.mark.usefixtures("made")
def test_every_rule_fires_on_its_events(run: Seg):
    result = run("run", "shop", "--events", "shop/events.jsonl", "--until", "2026-05-01")
    assert "did not fire" not in result.stdout


def test_a_folder_that_holds_something_is_left_as_it_is(made: Path, run: Seg):
    (made / "rules.seg").write_text("mine")
    result = run("new", "shop")
    assert (result.exit_code, (made / "rules.seg").read_text()) == (2, "mine")


def test_an_empty_folder_will_do(place: Path, run: Seg):
    (place / "empty").mkdir()
    assert run("new", "empty").exit_code == 0


def test_a_folder_that_cannot_be_made(place: Path, run: Seg):
    (place / "file").write_text("")
    result = run("new", "file/shop")
    assert result.exit_code == 2
    assert "cannot be made" in result.stderr
