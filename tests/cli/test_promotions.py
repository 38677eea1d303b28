"""Promotions at the command line: `seg customer` shows them, `seg why` explains them."""

from pathlib import Path

import pytest

from tests.cli.conftest import EVENTS, RULES, Seg, objects, order, told, write_events

PROMOTIONS = """
promotion Spring sale from 2026-03-01 until 2026-04-01 if in segment Golfers
promotion Everybody
promotion Regulars if count of places order >= 2
promotion Golfers if in segment Skiers
"""
STORE = ("--store", "shop.store")


@pytest.fixture
def ran(shop: Path, run: Seg) -> None:
    (shop / "shop.seg").write_text(RULES + PROMOTIONS)
    assert run("run", "shop.seg", "--events", "events.jsonl").exit_code == 0


@pytest.mark.usefixtures("ran")
def test_the_promotions_of_a_customer(run: Seg, snapshot):
    assert run("customer", "bob", *STORE).output == snapshot
    assert told(run("customer", "bob", *STORE, "--json").output) == snapshot


@pytest.mark.usefixtures("ran")
def test_those_of_another_day(run: Seg):
    found = objects(run("customer", "bob", *STORE, "--json", "--at", "2026-02-01").output)
    assert [each["promotion"] for each in found[0]["promotions"]] == ["Everybody"]


def test_where_nobody_has_one_that_is_said(shop: Path, run: Seg):
    (shop / "shop.seg").write_text(RULES + "promotion Old until 2026-01-01\n")
    run("run", "shop.seg", "--events", "events.jsonl")
    assert "\nno promotion\n" in run("customer", "bob", *STORE).output


def test_where_none_is_declared_none_is_spoken_of(shop: Path, run: Seg):
    run("run", "shop.seg", "--events", "events.jsonl")
    assert "promotion" not in run("customer", "bob", *STORE).output


def test_what_cannot_be_told_of_the_past_is_said(shop: Path, run: Seg):
    (shop / "shop.seg").write_text(RULES + PROMOTIONS)
    write_events(shop / "events.jsonl", [*EVENTS, order("e9", "bob", "2026-03-13T10:00:00Z", "Ski")])
    run("run", "shop.seg", "--events", "events.jsonl", "--no-journal")
    result = run("customer", "bob", *STORE, "--at", "2026-03-02T11:00:00Z")
    assert result.exit_code == 0
    assert "promotions: who had the promotion 'Regulars' then cannot be told" in result.output
    [found] = objects(run("customer", "bob", *STORE, "--at", "2026-03-02T11:00:00Z", "--json").output)
    assert found["promotions"] is None


WHY = [
    ("bob", "Spring sale"), ("bob", "promotion", "Spring", "sale"), ("ann", "promotion Regulars"), ("zoe", "Everybody"),
    ("bob", "Spring sale", "--at", "2026-04-01"), ("bob", "promotion Golfers"),
]  # fmt: skip


@pytest.mark.usefixtures("ran")
@pytest.mark.parametrize("question", WHY, ids=" ".join)
def test_why(question: tuple[str, ...], run: Seg, snapshot):
    result = run("why", *question, *STORE)
    assert (result.exit_code, result.output) == (0, snapshot)


@pytest.mark.usefixtures("ran")
def test_why_as_json(run: Seg, snapshot):
    assert objects(run("why", "bob", "Spring sale", *STORE, "--json").output) == snapshot


@pytest.mark.usefixtures("ran")
def test_a_name_of_both_is_that_of_the_segment(run: Seg):
    assert " in Golfers" in run("why", "bob", "Golfers", *STORE).output.partition("\n")[0]
    assert " entitled to Golfers" in run("why", "bob", "promotion Golfers", *STORE).output.partition("\n")[0]


@pytest.mark.usefixtures("ran")
@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["bob", "promotion Sprng sale"], "there is no promotion 'Sprng sale': did you mean 'Spring sale'?"),
        (["bob", "Sprng sale"], "there is no promotion 'Sprng sale': did you mean 'Spring sale'?"),
        (["bob", "Skirs"], "there is no segment 'Skirs': did you mean 'Skiers'?"),
        (["Spring sale", "bob"], "'Spring sale' is a promotion: the customer comes first"),
    ],
)
def test_what_cannot_be_explained(run: Seg, args: list[str], said: str):
    result = run("why", *args, *STORE)
    assert (result.exit_code, said in result.stderr) == (2, True)
