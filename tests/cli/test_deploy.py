"""`seg deploy`: other rules, put in place on a store."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from segdsl.cli import deploy, seg
from segdsl.host.deploying import placing
from tests.cli.conftest import EVENTS, RULES, Seg, order, told, write_events

OTHER = (
    RULES.replace("segment Rich if income >= 100000", "segment Rich if income >= 90000")
    .replace("segment Golfers by activities\n", "")
    .replace('path if buys category "Golf" then add to Golfers\n    ', "")
    .replace("within 7 days", "within 14 days")
    + "segment Regulars if places order at least 3 times within 90 days\n"
    + 'when registers then wait 30 days then send email "tips"\n'
)
CALLS = OTHER + "event calls\nsegment Callers if calls\n"


@pytest.fixture(autouse=True)
def ran(shop: Path, run: Seg) -> None:
    assert run("run", "shop.seg", "--events", "events.jsonl").exit_code == 0
    (shop / "shop.seg").write_text(OTHER)


def test_a_run_with_other_rules_says_what_to_do(shop: Path, run: Seg) -> None:
    (shop / "my rules").mkdir()
    (shop / "my rules" / "a.seg").write_text(OTHER)
    result = run("run", "my rules", "--events", "events.jsonl", "--store", "shop.store")
    assert result.exit_code == 2
    assert "`seg deploy 'my rules' --store shop.store`" in result.stderr


def test_the_difference_is_shown_and_nothing_is_done(run: Seg, snapshot):
    result = run("deploy", "shop.seg", "--dry-run")
    assert (result.exit_code, result.output) == (0, snapshot)
    assert run("run", "shop.seg", "--events", "events.jsonl").exit_code == 2


def test_a_rule_whose_condition_is_another_is_told_with_it(shop: Path, run: Seg):
    rule = 'when registers if income >= 90000 then send email "tips"\n'
    (shop / "shop.seg").write_text(OTHER + rule)
    assert run("deploy", "shop.seg", "--yes").exit_code == 0
    (shop / "shop.seg").write_text(OTHER + rule.replace("90000", "80000"))
    told = run("deploy", "shop.seg", "--dry-run").output
    assert "new   when registers if income >= 80000 then" in told
    assert "gone  when registers if income >= 90000 then" in told


def test_a_rule_that_waits_longer_is_told_with_its_wait(shop: Path, run: Seg):
    (shop / "shop.seg").write_text(OTHER)
    assert run("deploy", "shop.seg", "--yes").exit_code == 0
    (shop / "shop.seg").write_text(OTHER.replace("wait 30 days", "wait 40 days"))
    told = run("deploy", "shop.seg", "--dry-run").output
    assert "new   when registers then wait 40 days then send email" in told
    assert "gone  when registers then wait 30 days then send email" in told


def test_a_rule_that_differs_where_it_is_not_told_says_so(shop: Path, run: Seg):
    rule = "when registers then if income >= 90000 then add to Skiers\n"
    (shop / "shop.seg").write_text(OTHER + rule)
    assert run("deploy", "shop.seg", "--yes").exit_code == 0
    (shop / "shop.seg").write_text(OTHER + rule.replace("90000", "80000"))
    assert "changed further inside" in run("deploy", "shop.seg", "--dry-run").output


def test_the_difference_as_json(run: Seg, snapshot):
    result = run("deploy", "shop.seg", "--dry-run", "--json")
    found = json.loads(result.output)
    difference = found["difference"]
    difference["named"] = [each for each in difference["named"] if each["fate"] != "kept"]
    for hashed in (difference, *difference["remembered"]):  # they may change with the format of a plan
        for name in {"before", "to", "key"} & hashed.keys():
            hashed[name] = ""
    assert (result.exit_code, found) == (0, snapshot)


def test_rules_are_put_in_place(run: Seg, snapshot):
    result = run("deploy", "shop.seg", "--yes")
    assert (result.exit_code, result.output.splitlines()[-1]) == (0, snapshot)
    assert run("run", "shop.seg", "--events", "events.jsonl").exit_code == 0
    history = run("customer", "bob", "--store", "shop.store").output
    assert "leaves  Golfers  as other rules were put in place" in history


def test_the_store_is_sound_afterwards(shop: Path, run: Seg) -> None:
    run("deploy", "shop.seg", "--yes")
    write_events(shop / "events.jsonl", [*EVENTS, order("e5", "bob", "2026-03-20T09:30:00Z", "Ski")])
    assert run("run", "shop.seg", "--events", "events.jsonl").exit_code == 0
    result = run("store", "check", "shop.store", "--journal")
    assert (result.exit_code, result.stderr) == (0, "")


def test_the_changes_that_come_of_it_are_written(shop: Path, run: Seg, snapshot):
    assert run("deploy", "shop.seg", "--yes", "--changes", "changes.jsonl").exit_code == 0
    assert told(shop / "changes.jsonl") == snapshot


def test_the_same_rules_are_no_change(run: Seg, snapshot):
    run("deploy", "shop.seg", "--yes")
    result = run("deploy", "shop.seg", "--yes")
    assert (result.exit_code, result.output) == (0, snapshot)


def test_a_missing_past_is_told_with_what_to_write(shop: Path, run: Seg, snapshot):
    (shop / "shop.seg").write_text(CALLS)
    result = run("deploy", "shop.seg", "--yes")
    assert (result.exit_code, result.stderr) == (2, snapshot)
    assert "a past is missing" in result.stdout
    assert run("deploy", "shop.seg", "--yes", "--from-now").exit_code == 0


def test_a_past_comes_from_a_file(shop: Path, run: Seg, snapshot):
    (shop / "shop.seg").write_text(CALLS)
    (shop / "past.jsonl").write_text(
        '{"id": "c1", "event": "calls", "customer": "ann", "time": "2026-01-01T10:00:00Z"}\n'
        '{"id": "c2", "event": "shouts", "customer": "ann", "time": "2026-01-01T10:00:00Z"}\n'
    )
    result = run("deploy", "shop.seg", "--yes", "--backfill", "past.jsonl")
    assert (result.exit_code, result.output.splitlines()[-2:]) == (0, snapshot)
    assert run("members", "Callers", "--store", "shop.store").output.startswith("ann")


@pytest.mark.parametrize("answer", ["y", "n"])
def test_it_asks_on_a_terminal(answer: str, monkeypatch: pytest.MonkeyPatch, snapshot):
    monkeypatch.setattr(deploy, "is_terminal", lambda: True)
    result = CliRunner().invoke(seg, ["deploy", "shop.seg"], input=f"{answer}\n", prog_name="seg")
    assert (result.exit_code, result.output.splitlines()[-2:]) == (0, snapshot)


def test_who_breaks_off_instead_of_answering_has_changed_nothing(run: Seg, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deploy, "is_terminal", lambda: True)
    result = CliRunner().invoke(seg, ["deploy", "shop.seg"], input="", prog_name="seg")
    assert (result.exit_code, result.stderr) == (130, "\nseg: interrupted; nothing was changed\n")
    assert "other rules" in run("run", "shop.seg", "--events", "events.jsonl").stderr


def test_a_deployment_that_was_interrupted_goes_on(run: Seg, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_given: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(placing.Placing, "_turn", interrupted)
        result = run("deploy", "shop.seg", "--yes")
    assert (result.exit_code, result.stderr) == (130, "seg: interrupted; run the same command to go on from there\n")
    refused = run("segments", "--store", "shop.store")
    assert refused.exit_code == 2
    assert "other rules (shop.seg) are being put in place" in refused.stderr
    assert run("deploy", "shop.seg", "--yes").exit_code == 0


@pytest.mark.parametrize(
    "given",
    [
        (),
        ("--json",),
        ("--yes", "--from-now", "--backfill", "events.jsonl"),
        ("--yes", "--format", "csv"),
        ("--yes", "--backfill", "-"),
        ("--yes", "--backfill", "nothing.jsonl"),
        ("--yes", "--store", "nothing.store"),
        ("--dry-run", "--backfill", "nothing.jsonl"),
    ],
)
def test_wrong_usage(given: tuple[str, ...], run: Seg, shop: Path, snapshot):
    (shop / "shop.seg").write_text(CALLS)
    result = run("deploy", "shop.seg", *given)
    assert (result.exit_code, result.stderr) == (2, snapshot)


def test_where_nobody_can_be_asked_the_difference_is_told_and_nothing_done(run: Seg, shop: Path):
    (shop / "shop.seg").write_text("segment Others by activities")
    before = (shop / "shop.store").read_bytes()
    result = run("deploy", "shop.seg")
    assert ("segments:" in result.stdout, "say --yes to do it" in result.stderr) == (True, True)
    assert ((shop / "shop.store").read_bytes(), result.exit_code) == (before, 2)


def test_rules_with_mistakes_are_told_of_where_nobody_can_be_asked(run: Seg, shop: Path):
    (shop / "shop.seg").write_text("when registers then add to Nobody")
    assert run("deploy", "shop.seg").exit_code == 1
