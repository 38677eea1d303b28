"""`seg run`: what it says, what it writes, and how runs go on from each other."""

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

import segdsl
from tests.cli.conftest import EVENTS, RULES, Seg, objects, order, registers, told, write_events

RUN = ("run", "shop.seg", "--events", "events.jsonl")


def test_the_summary(shop: Path, run: Seg, snapshot):
    bad = [
        {"event": "place order", "customer": "ann", "time": "2026-03-02T10:00:00Z"},
        {"event": "places order", "customer": "ann", "time": "yesterday"},
        {"event": "places order", "time": "2026-03-02T10:00:00Z"},
        {"event": "registers", "customer": "dan", "time": "2026-03-02T10:00:00Z", "referer": "x", "zzz": 1},
        *EVENTS[-1:],
    ]
    write_events(shop / "events.jsonl", EVENTS + bad)
    result = run(*RUN)
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout == snapshot
    assert run(*RUN).stdout == snapshot


def test_the_summary_as_json(shop: Path, run: Seg, snapshot):
    result = run(*RUN, "--json")
    assert result.exit_code == 0
    assert told(result.stdout) == snapshot


def test_both_engines_say_the_same(shop: Path, run: Seg):
    said = [run(*RUN, "--fresh", "--engine", name, "--json").stdout for name in ("compiled", "reference")]
    assert said[0] == said[1]


CALLS = [
    {"type": "track", "event": "Signed Up", "userId": "ann", "timestamp": "2026-03-01T10:00:00Z"},
    {"type": "track", "event": "Order Completed", "userId": "ann", "timestamp": "2026-03-02T10:00:00Z"},
    {"type": "group", "userId": "ann", "groupId": "g1", "timestamp": "2026-03-02T10:00:00Z"},
    {"type": "track", "event": "Order Completed", "properties": {}, "timestamp": "2026-03-03T10:00:00Z"},
]


def test_what_segment_sends(shop: Path, run: Seg, snapshot):
    write_events(shop / "events.jsonl", CALLS)
    assert run(*RUN).stdout == snapshot


def test_what_several_systems_send(shop: Path, run: Seg):
    write_events(shop / "events.jsonl", [*EVENTS, *CALLS])
    assert "read as jsonlines (4), segment (2)\n" in run(*RUN).stdout
    numbers = json.loads(run("report", "--store", "shop.store", "--json").stdout)
    assert numbers["formats"] == {"jsonlines": 4, "segment": 2}
    (told,) = objects(run(*RUN, "--fresh", "--json").stdout)
    assert (told["formats"], told["passed_over"]) == ({"jsonlines": 4, "segment": 2}, {"group calls": 1})


def test_two_files_at_once_are_refused_and_none_is_passed_over(shop: Path, run: Seg):
    result = run(*RUN, "--events", "more.jsonl")
    assert result.exit_code == 2
    assert "--events takes one file a run" in result.stderr


def test_a_visitor_of_one_file_is_an_account_in_the_next(shop: Path, run: Seg):
    guest = {"id": "1", "event": "registers", "visitor": "v", "time": "2026-03-01T10:00:00Z"}
    write_events(shop / "guests.jsonl", [guest])
    write_events(shop / "accounts.jsonl", [order("2", "ann", "2026-03-02T10:00:00Z") | {"visitor": "v"}])
    for name in ("guests.jsonl", "accounts.jsonl", "guests.jsonl"):
        assert run("run", "shop.seg", "--events", name, "--store", "both.store").exit_code == 0
    with segdsl.Engine(None, f"sqlite:///{shop / 'both.store'}") as engine:
        assert list(engine.backend.customers()) == ["ann"]
        assert [entry.id for entry in engine.inputs("ann")] == ["1", "2", "2"]


def test_a_table_whose_mapping_names_visitors(shop: Path, run: Seg):
    (shop / "sessions.csv").write_text(
        "session,who,at\nv,,2026-03-01T10:00\nv,ann,2026-03-02T10:00\n,,2026-03-03T10:00\n"
    )
    mapping = 'customer = "who"\nvisitor = "session"\ntime = "at"\n[[event]]\nname = "registers"\n'
    (shop / "map.toml").write_text(mapping)
    result = run("run", "shop.seg", "--events", "sessions.csv", "--mapping", "map.toml", "--store", "csv.store")
    assert (result.exit_code, "the cells who and session are empty" in result.stdout) == (0, True)
    with segdsl.Engine(None, f"sqlite:///{shop / 'csv.store'}") as engine:
        assert [link.guest for link in engine.guests_of("ann")] == ["visitor:v#1"]


def test_a_format_that_there_is_not(shop: Path, run: Seg):
    result = run(*RUN, "--format", "segmnt")
    assert result.exit_code == 2
    assert "no reader is called 'segmnt'; did you mean segment?" in result.stderr


def test_an_array_in_a_file(shop: Path, run: Seg):
    (shop / "events.json").write_text(json.dumps(EVENTS, indent=2))
    assert run(*RUN[:3], "events.json").stdout == run(*RUN, "--fresh").stdout


def test_lines_of_changes_and_effects(shop: Path, run: Seg, snapshot):
    assert run(*RUN, "--changes", "changes.jsonl", "--effects", "effects.jsonl").exit_code == 0
    assert told(shop / "changes.jsonl") == snapshot
    assert told(shop / "effects.jsonl") == snapshot


def test_effects_that_were_written_do_not_wait(shop: Path, run: Seg):
    run(*RUN, "--effects", "effects.jsonl")
    with segdsl.Engine(None, "sqlite:///shop.store") as engine:
        assert engine.backend.outbox(10) == []
    run(*RUN, "--fresh")
    with segdsl.Engine(None, "sqlite:///shop.store") as engine:
        assert len(engine.backend.outbox(10)) == 2


def test_numbers_keep_their_digits(place: Path, run: Seg):
    (place / "shop.seg").write_text(
        "action charge { amount: number }\nwhen places order then charge with amount = amount\n"
    )
    (place / "events.jsonl").write_text(
        '{"event": "places order", "customer": "ann", "time": "2026-03-01T10:00:00Z", "amount": 123456789012.345678}\n'
    )
    assert run(*RUN, "--effects", "effects.jsonl").exit_code == 0
    assert '"amount":123456789012.345678' in (place / "effects.jsonl").read_text()


def test_standard_output_for_one_of_them(shop: Path, run: Seg):
    result = run(*RUN, "--changes", "-")
    assert [each["change"] for each in objects(result.stdout)] == ["enters"] * 7 + ["leaves"]
    assert "4 events" in result.stderr
    for more in (["--effects", "-"], ["--json"]):
        refused = run(*RUN, "--changes", "-", *more)
        assert refused.exit_code == 2
        assert "only one can have standard output" in refused.stderr


def test_rejects_are_written_with_reasons(shop: Path, run: Seg, snapshot):
    (shop / "events.jsonl").write_text('{"event": "x"}\nnot json\n')
    result = run(*RUN, "--rejects", "rejects.jsonl")
    assert result.exit_code == 0
    assert objects(shop / "rejects.jsonl") == snapshot


def test_rules_from_standard_input_keep_nothing(shop: Path, run: Seg):
    result = run("run", "-", "--events", "events.jsonl", given=RULES)
    assert result.exit_code == 0
    assert "store: memory" in result.stdout
    assert not list(shop.glob("*.store"))


def test_rules_and_events_from_standard_input(shop: Path, run: Seg):
    result = run("run", "-", "--events", "-", given=RULES)
    assert result.exit_code == 2
    assert "cannot both come from standard input" in result.stderr


def test_a_store_beside_the_rules(shop: Path, run: Seg):
    (shop / "rules").mkdir()
    (shop / "rules" / "a.seg").write_text(RULES)
    assert run("run", "rules", "--events", "events.jsonl").exit_code == 0
    assert (shop / "rules" / "rules.store").is_file()
    assert run(*RUN).exit_code == 0
    assert (shop / "shop.store").is_file()
    assert run(*RUN, "--store", "sqlite:///other.store").exit_code == 0
    assert (shop / "other.store").is_file()


def test_rules_in_the_place_of_events(shop: Path, run: Seg):
    result = run("run", "shop.seg", "--events", "shop.seg")
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == "seg: shop.seg holds rules, not events: seg run RULES --events EVENTS\n"
    assert not (shop / "shop.store").exists()


def test_mistakes_in_the_rules(shop: Path, run: Seg):
    (shop / "shop.seg").write_text("when registers then add to Skiers\n")
    result = run(*RUN)
    assert result.exit_code == 1
    assert "SEG201" in result.stderr and "1 error\n" in result.stderr
    assert not (shop / "shop.store").exists()


# ------------------------------------------------------------------------------------------------------- going on


def test_the_same_events_twice_change_nothing(shop: Path, run: Seg):
    run(*RUN, "--changes", "changes.jsonl", "--effects", "effects.jsonl")
    before = answers(shop, run)
    summary = json.loads(run(*RUN, "--changes", "changes.jsonl", "--effects", "effects.jsonl", "--json").stdout)
    assert (summary["events"], summary["skipped"], summary["changes"]) == (0, 4, 0)
    assert answers(shop, run) == before


def test_a_grown_file_gives_its_new_events(shop: Path, run: Seg):
    more = [order("e5", "ann", "2026-03-03T10:00:00Z", "Golf"), order("e6", "bob", "2026-03-13T10:00:00Z")]
    without_ids = [{key: value for key, value in each.items() if key != "id"} for each in EVENTS + more]
    write_events(shop / "events.jsonl", without_ids[:4])
    run(*RUN, "--changes", "changes.jsonl", "--effects", "effects.jsonl")
    write_events(shop / "events.jsonl", without_ids)
    options = ("--changes", "changes.jsonl", "--effects", "effects.jsonl")
    summary = json.loads(run(*RUN, *options, "--json").stdout)
    assert (summary["events"], summary["skipped"], summary["rejects"]) == (2, 4, {})
    for what in ("changes", "effects"):
        assert anonymous(objects(shop / f"{what}.jsonl")) == anonymous(whole(shop, run, what))


def test_a_line_that_was_half_written_is_taken_when_it_is_whole(shop: Path, run: Seg):
    text = (shop / "events.jsonl").read_text()
    (shop / "events.jsonl").write_text(text[:-20])
    assert "stops in the middle of this line" in run(*RUN).stdout
    (shop / "events.jsonl").write_text(text)
    summary = json.loads(run(*RUN, "--json").stdout)
    assert (summary["events"], summary["skipped"], summary["rejects"]) == (1, 3, {})


def test_another_file_of_the_same_name_is_another(shop: Path, run: Seg):
    run(*RUN)
    write_events(shop / "events.jsonl", [order("f1", "dan", "2026-03-20T10:00:00Z", "Golf")])
    assert json.loads(run(*RUN, "--json").stdout)["events"] == 1


def test_until_leaves_the_rest_to_a_later_run(shop: Path, run: Seg):
    first = json.loads(run(*RUN, "--until", "2026-03-05", "--json").stdout)
    assert (first["events"], first["until"], first["rejects"]) == (3, "2026-03-05T00:00:00Z", {"future": 1})
    then = json.loads(run(*RUN, "--json").stdout)
    assert (then["events"], then["skipped"]) == (1, 3)


@pytest.mark.parametrize("stopped_after", [1, 2, 3])
def test_a_run_that_was_stopped_goes_on(shop: Path, run: Seg, monkeypatch: pytest.MonkeyPatch, stopped_after: int):
    monkeypatch.setattr("segdsl.host.replay.replay.__kwdefaults__", {**segdsl.replay.__kwdefaults__, "batch": 1})
    options = ("--changes", "changes.jsonl", "--effects", "effects.jsonl")
    tell, progresses = segdsl.cli.run.Handled.tell, []

    def stop(self, progress) -> None:
        tell(self, progress)
        progresses.append(progress)
        if len(progresses) == stopped_after:
            raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("segdsl.cli.run.Handled.tell", stop)
        result = run(*RUN, *options)
    assert result.exit_code == 130
    events = "1 event" if stopped_after == 1 else f"{stopped_after} events"
    assert f"interrupted after {events}" in result.stderr
    assert "run the same command to go on" in result.stderr
    summary = json.loads(run(*RUN, *options, "--json").stdout)
    assert (summary["events"], summary["skipped"]) == (4 - stopped_after, stopped_after)
    there = answers(shop, run)
    changes = (shop / "changes.jsonl").read_text(), (shop / "effects.jsonl").read_text()
    assert run(*RUN, *options, "--fresh").exit_code == 0
    assert answers(shop, run) == there
    assert ((shop / "changes.jsonl").read_text(), (shop / "effects.jsonl").read_text()) == changes


def test_a_crash_before_the_commit_loses_nothing(shop: Path, run: Seg, monkeypatch: pytest.MonkeyPatch):
    def fail(self, batch, sure) -> None:
        sure()
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("segdsl.backends.sqlite.SqliteBackend.commit", fail)
        assert run(*RUN, "--changes", "changes.jsonl").exit_code == 130
    with (shop / "changes.jsonl").open("a") as file:
        file.write('{"half a li')
    run(*RUN, "--changes", "changes.jsonl")
    assert len(objects(shop / "changes.jsonl")) == 8


def test_half_a_line_is_cut_when_a_run_goes_on(shop: Path, run: Seg):
    run(*RUN, "--changes", "changes.jsonl")
    before = (shop / "changes.jsonl").read_text()
    with (shop / "changes.jsonl").open("a") as file:
        file.write('{"half a li')
    run(*RUN, "--changes", "changes.jsonl")
    assert (shop / "changes.jsonl").read_text() == before


def test_changes_by_the_clock_are_told_once(shop: Path, run: Seg):
    write_events(shop / "events.jsonl", [order("e1", "ann", "2026-03-01T10:00:00Z")])
    options = ("--changes", "changes.jsonl", "--until")
    run(*RUN, *options, "2026-03-05")
    run(*RUN, *options, "2026-03-10")
    run(*RUN, *options, "2026-03-15")
    write_events(
        shop / "events.jsonl",
        [order("e1", "ann", "2026-03-01T10:00:00Z"), registers("e2", "ann", "2026-03-16T10:00:00Z")],
    )
    run(*RUN, *options, "2026-03-20")
    assert [(each["change"], each["time"]) for each in objects(shop / "changes.jsonl")] == [
        ("enters", "2026-03-01T10:00:00Z"), ("leaves", "2026-03-08T10:00:00Z"),
    ]  # fmt: skip


# ------------------------------------------------------------------------------------------------------ bad events


def test_an_input_that_stops_in_the_middle(shop: Path, run: Seg):
    packed = gzip.compress((shop / "events.jsonl").read_bytes())
    (shop / "events.jsonl").write_bytes(packed[:-30])
    result = run(*RUN)
    assert result.exit_code == 0
    assert "stops here" in result.stdout


def test_a_very_long_line(shop: Path, run: Seg):
    text = (shop / "events.jsonl").read_text()
    (shop / "events.jsonl").write_text('{"event": "' + "x" * 5_000_000 + '"}\n' + text)
    result = run(*RUN)
    assert result.exit_code == 0
    assert "the line is longer than 1,000,000 bytes" in result.stdout
    assert "4 events" in result.stdout


def test_no_events_at_all(shop: Path, run: Seg):
    (shop / "events.jsonl").write_text("")
    result = run(*RUN)
    assert result.exit_code == 0
    assert result.stdout.startswith("0 events\n")


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--events", "none.jsonl"], "seg: there is no file none.jsonl\n"),
        (["--events", "."], "seg: . is a directory: name a file in it\n"),
        (["--events", "events.jsonl", "--format", "jsonline"], "did you mean jsonlines"),
        (["--events", "events.jsonl", "--mapping", "none.toml"], "none.toml"),
        (["--events", "events.jsonl", "--until", "soon"], "seg: 'soon' is no instant"),
        (["--events", "events.jsonl", "--changes", "none/changes.jsonl"], "none/changes.jsonl"),
        (["--events", "events.jsonl", "--store", "none/x.store"], "the folder none does not exist"),
        (["--events", "events.jsonl", "--store", "sqlit:///x.store"], "no store can be opened"),
        (["--events", "events.jsonl", "--fresh", "--store", "redis://x"], "seg:"),
    ],
)
def test_what_cannot_be_done_is_said_in_a_line(shop: Path, run: Seg, options: list[str], said: str):
    result = run("run", "shop.seg", *options)
    assert result.exit_code == 2
    assert said in result.stderr
    assert "Traceback" not in result.output
    assert result.stderr.count("\n") <= 2


def test_text_that_is_not_utf8(shop: Path, run: Seg):
    (shop / "events.jsonl").write_bytes("é\n".encode("utf-16"))
    result = run(*RUN)
    assert result.exit_code == 2
    assert "UTF-16" in result.stderr


def answers(place: Path, run: Seg) -> list[str]:
    """All that can be asked of a store."""
    asked = [run("segments", "--store", "shop.store", "--json").stdout]
    for customer in ("ann", "bob", "cem"):
        asked.append(run("customer", customer, "--store", "shop.store", "--json").stdout)
    return asked


def anonymous(found: list[dict[str, Any]]) -> list[str]:
    """Without ids, which tell of what the file was when it was first seen."""
    return sorted(str({key: value for key, value in each.items() if key not in ("id", "event")}) for each in found)


def whole(place: Path, run: Seg, what: str) -> list[dict[str, Any]]:
    """What a run of all events at once writes, into a store of its own."""
    result = run(*RUN, "--store", f"whole-{what}.store", f"--{what}", f"whole-{what}.jsonl")
    assert result.exit_code == 0
    return objects(place / f"whole-{what}.jsonl")


def test_what_is_held_back_is_written_down_and_counted(place: Path, run: Seg):
    (place / "rules.seg").write_text(
        'limit 1 within 1 day for send email\nwhen registers then send email "x"\n', "utf-8"
    )
    write_events(place / "events.jsonl", [registers(f"e{n}", "ann", f"2026-03-01T1{n}:00:00Z") for n in (1, 2)])
    result = run("run", "rules.seg", "--events", "events.jsonl", "--store", "memory://", "--held", "held.jsonl")
    [line] = objects(place / "held.jsonl")
    assert (line["event"], line["held_by"][0]["place"], line["held_by"][0]["made"]) == ("e2", "rules.seg:1", 1)
    assert "held back, 1 effect in all:\n  1  send email: limit 1 within 1 day (rules.seg:1)" in result.stdout
