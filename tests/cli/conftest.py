"""What the tests of the command line share: a place to work in, and a way to run `seg` in this process."""

import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from segdsl.cli import seg

RULES = """\
segment Golfers by activities
segment Skiers by activities
segment Rich if income >= 100000
segment Fresh if places order within 7 days
segment Staff listed

when registers if in segment any(Rich) then add to Skiers

dialog activity Sports {
  when places order
  then branch all {
    path if buys category "Golf" then add to Golfers
    path if buys category "Ski" then add to Skiers
  }
}

when registers then send email "welcome" with name = first name
"""

Seg = Callable[..., Result]


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty current directory, with the cache of this machine."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("NO_COLOR", raising=False)
    return tmp_path


@pytest.fixture
def shop(place: Path) -> Path:
    """The same with rules, `shop.seg`, and events, `events.jsonl`."""
    (place / "shop.seg").write_text(RULES)
    write_events(place / "events.jsonl", EVENTS)
    return place


@pytest.fixture
def run() -> Seg:
    """Run `seg` with arguments, and standard input if given."""

    def run(*args: str | Path, given: str | bytes | None = None) -> Result:
        return CliRunner().invoke(seg, [str(arg) for arg in args], input=given, prog_name="seg")

    return run


def order(id_: str, customer: str, time: str, *categories: str) -> dict[str, Any]:
    items = [{"product": category.lower(), "category": category} for category in categories]
    return {"id": id_, "event": "places order", "customer": customer, "time": time, "items": items}


def registers(id_: str, customer: str, time: str, **attributes: Any) -> dict[str, Any]:
    return {"id": id_, "event": "registers", "customer": customer, "time": time, "attributes": attributes}


EVENTS = [
    registers("e1", "ann", "2026-03-01T10:00:00Z", income=150000.25, first_name="Ann"),
    registers("e2", "bob", "2026-03-01T11:00:00Z", income=20000),
    order("e3", "bob", "2026-03-02T09:30:00Z", "Golf", "Ski"),
    order("e4", "cem", "2026-03-12T09:30:00Z", "Ski"),
]


def write_events(path: Path, events: Iterable[dict[str, Any]]) -> None:
    path.write_text("".join(json.dumps(event) + "\n" for event in events))


def objects(path_or_text: Path | str) -> list[dict[str, Any]]:
    """The JSON objects of lines."""
    text = path_or_text.read_text() if isinstance(path_or_text, Path) else path_or_text
    return [json.loads(line) for line in text.splitlines()]


def told(path_or_text: Path | str) -> list[dict[str, Any]]:
    """The same for a snapshot: ids that are hashes are left out, since they may change with the format of a plan."""
    return [_without_hashes(found) for found in objects(path_or_text)]


def _without_hashes(value: Any) -> Any:
    if isinstance(value, dict):
        hashed = value.get("action") and "id"
        shown = {key: each for key, each in value.items() if key != hashed}
        return {key: bool(each) if key == "rule" else _without_hashes(each) for key, each in shown.items()}
    return [_without_hashes(each) for each in value] if isinstance(value, list) else value
