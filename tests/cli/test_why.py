"""`seg why`: explanations as people read them. What they say is checked by laws; here is how they say it."""

from pathlib import Path

import pytest

from tests.cli.conftest import Seg, objects, order, registers, write_events

RULES = """\
zone "Europe/Berlin"
segment High-Income Earners if income >= 100000
segment Loyal if count of places order >= 3 and loyalty tier is known
segment Active if places order where amount >= 10 within 30 days
segment Quiet if time since places order > 60 days
segment Golf Buyers if buys category "Golf" at least twice
segment Adults if age between 18 and 99 and country in ("DE", "FR")
segment Skiers by activities
segment Reminded by activities
segment Mailed by activities while marketing consent is yes
segment Staff listed

when registers if in segment any(High-Income Earners) then add to Skiers
when leaves Active then remove from Skiers

activity Reminder holdout 1% {
  when registers
  then wait 7 days
  then if not places order
  then add to Reminded for 14 days
  stop when unsubscribes
}
event unsubscribes

when views product 2 times within 1 day then add to Mailed
"""


def placed(id_: str, customer: str, time: str, amount: int, *categories: str) -> dict[str, object]:
    return {**order(id_, customer, time, *categories), "amount": amount}


EVENTS = [
    registers("e1", "ann", "2026-03-01T10:00:00Z", income=150000, birth_date="1990-05-05"),
    placed("e2", "ann", "2026-03-03T10:00:00Z", 30, "Golf"),
    placed("e3", "ann", "2026-03-09T10:00:00Z", 80, "Golf", "Ski"),
    registers("e4", "bob", "2026-03-02T10:00:00Z", income=5, country="DE"),
    {"id": "e5", "event": "unsubscribes", "customer": "cem", "time": "2026-03-06T10:00:00Z"},
    registers("e6", "cem", "2026-03-04T10:00:00Z"),
    registers("e7", "dee", "2026-03-04T10:00:00Z"),
]


@pytest.fixture
def store(place: Path, run: Seg) -> tuple[str, str]:
    (place / "shop.seg").write_text(RULES)
    write_events(place / "events.jsonl", EVENTS)
    assert run("run", "shop.seg", "--events", "events.jsonl", "--until", "2026-03-10T12:00:00Z").exit_code == 0
    return "--store", "shop.store"


QUESTIONS = [
    ("ann", "Skiers"), ("ann", "Skiers", "--at", "2026-05-01"), ("bob", "Skiers"), ("ann", "Loyal"), ("ann", "Active"),
    ("ann", "Active", "--at", "2026-04-20"), ("ann", "Quiet"), ("bob", "Quiet"), ("ann", "Golf Buyers"),
    ("ann", "Adults"), ("bob", "Adults"), ("bob", "Reminded"), ("ann", "Reminded"), ("cem", "Reminded"),
    ("dee", "Reminded", "--at", "2026-03-05"), ("dee", "Reminded", "--at", "2026-04-05"), ("ann", "Mailed"),
    ("ann", "Staff"), ("zoe", "Skiers"),
]  # fmt: skip


@pytest.mark.parametrize("question", QUESTIONS, ids=" ".join)
def test_an_explanation(question: tuple[str, ...], store: tuple[str, str], run: Seg, snapshot):
    assert run("why", *question, *store).output == snapshot


def test_an_explanation_as_json(store: tuple[str, str], run: Seg, snapshot):
    assert objects(run("why", "bob", "Skiers", *store, "--json").output) == snapshot


def test_names_of_several_words_need_no_quotes(store: tuple[str, str], run: Seg):
    assert run("why", "ann", "High-Income", "Earners", *store).output.startswith("ann is in High-Income Earners since")


def test_a_name_cannot_steer_the_terminal(store: tuple[str, str], run: Seg):
    assert "\\u001b[31m" in run("why", "\x1b[31mred", "Skiers", *store).output


def test_a_segment_that_is_not_there(store: tuple[str, str], run: Seg):
    result = run("why", "ann", "Skirs", *store)
    assert (result.exit_code, "did you mean 'Skiers'?" in result.output) == (2, True)


def test_segment_and_customer_the_wrong_way_round(store: tuple[str, str], run: Seg):
    result = run("why", "Golf Buyers", "ann", *store)
    assert result.exit_code == 2
    assert (
        result.stderr == "seg: 'Golf Buyers' is a segment: the customer comes first, as in seg why ann 'Golf Buyers'\n"
    )


def test_the_word_promotion_alone(store: tuple[str, str], run: Seg):
    result = run("why", "ann", "promotion", *store)
    assert (result.exit_code, result.stderr) == (
        2,
        "seg: which promotion is meant? Name it, as in seg why ann promotion Free shipping\n",
    )


def test_a_store_without_a_journal(store: tuple[str, str], place: Path, run: Seg):
    run("run", "shop.seg", "--events", "events.jsonl", "--store", "bare.store", "--no-journal")
    result = run("why", "ann", "Skiers", "--store", "bare.store")
    assert (result.exit_code, "--no-journal" in result.output) == (2, True)
