"""What the tests of the prompt share: rules and events to begin with, and a session as a transcript."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

import segdsl
from segdsl.repl.reading import entries
from segdsl.repl.rules import Rules
from segdsl.repl.session import Session

RULES = """\
segment Golfers by activities
segment Skiers by activities
segment Rich if income >= 100000
segment Fresh if places order within 7 days
segment "Bed and Bath" by activities

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

EVENTS = [
    {"id": "e1", "event": "registers", "customer": "ann", "time": "2026-03-01T10:00:00Z",
     "attributes": {"income": 150000.25, "first_name": "Ann"}},
    {"id": "e2", "event": "registers", "customer": "bob", "time": "2026-03-01T11:00:00Z",
     "attributes": {"income": 20000}},
    {"id": "e3", "event": "places order", "customer": "bob", "time": "2026-03-02T09:30:00Z", "amount": 40,
     "items": [{"product": "g", "category": "Golf"}, {"product": "s", "category": "Ski"}]},
    {"id": "e4", "event": "places order", "customer": "cem", "time": "2026-03-12T09:30:00Z", "amount": 60,
     "items": [{"product": "s", "category": "Ski"}]},
]  # fmt: skip

Begin = Callable[[str], Session]


@pytest.fixture
def empty() -> Session:
    """A session that begins with nothing."""
    return Session.begin(Rules.of([]))


@pytest.fixture
def events(tmp_path: Path) -> Path:
    path = tmp_path / "events.jsonl"
    path.write_text("".join(json.dumps(event) + "\n" for event in EVENTS))
    return path


@pytest.fixture
def shop(events: Path) -> Session:
    """A session with rules, and the events of a file."""
    return Session.begin(Rules.of([("shop.seg", RULES)]), events=str(events))


@pytest.fixture(params=["journal", "no journal"])
def store(request: pytest.FixtureRequest, tmp_path: Path, events: Path) -> str:
    """A store that was run with the rules and the events, with a journal and without."""
    url = f"sqlite:///{tmp_path / 'shop.store'}"
    with segdsl.Engine(segdsl.loads(RULES, "shop.seg"), url, journal=request.param == "journal") as engine:
        segdsl.replay(engine, events)
    return url


def transcript(session: Session, text: str) -> str:
    """A whole session as text: what was typed, and what was answered."""
    said = []
    for entry in entries(text):
        when = session.speech.instant(session.standing.clock)
        said.append(f"{session.standing.customer} {when}> " + entry.replace("\n", "\n... "))
        answer = session.take(entry)
        if answer.text():
            said.append(answer.text())
        if answer.ended:
            break
    return "\n".join(said) + "\n"
