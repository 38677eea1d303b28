"""`seg report`: the page, the numbers as JSON, and what it does not write over."""

import json
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import EVENTS, Seg, told, write_events

STORE = ("--store", "shop.store")


@pytest.fixture(autouse=True)
def ran(shop: Path, run: Seg) -> None:
    dances = {"event": "dances", "customer": "ann", "time": "2026-03-02T12:00:00Z"}
    write_events(shop / "events.jsonl", [*EVENTS[:3], {**EVENTS[3], "colour": "red"}, dances])
    assert run("run", "shop.seg", "--events", "events.jsonl").exit_code == 0


def test_the_numbers_as_json(run: Seg, snapshot):
    result = run("report", *STORE, "--json")
    [found] = told(result.output)
    # The days on which this was run, and the time zone data of this machine, are others each time.
    assert sum(found.pop("written").values()) > 0
    assert found.pop("zone_data")
    found.pop("program")
    assert "\n".join(f"{key}: {json.dumps(each)}" for key, each in found.items()) == snapshot


def test_the_members_are_those_of_seg_segments(run: Seg):
    report = json.loads(run("report", *STORE, "--json").output)
    segments = [json.loads(line) for line in run("segments", *STORE, "--json").output.splitlines()]
    assert {s["segment"]: s["members"] for s in report["segments"]} == {s["segment"]: s["members"] for s in segments}


def test_the_days_can_be_bounded(run: Seg):
    found = json.loads(run("report", *STORE, "--json", "--from", "2026-03-02", "--to", "2026-03-05").output)
    assert (found["from"], found["to"], found["at"]) == ("2026-03-02", "2026-03-05", "2026-03-05T23:59:59.999999Z")
    assert found["events"] == {"places order": 1}


def test_a_page_is_written(shop: Path, run: Seg):
    result = run("report", *STORE, "--output", "report.html")
    assert (result.exit_code, result.stdout, result.stderr) == (0, "", "written: report.html\n")
    assert (shop / "report.html").read_text("utf-8").startswith("<!DOCTYPE html>")
    assert [path.name for path in shop.iterdir() if "part" in path.name] == []


def test_a_page_to_standard_output(run: Seg):
    assert run("report", *STORE, "--output", "-").stdout.startswith("<!DOCTYPE html>")


@pytest.mark.parametrize("name", ["shop.seg", "shop.store", "events.jsonl"])
def test_what_others_have_made_is_left_alone(shop: Path, run: Seg, name: str):
    before = (shop / name).read_bytes()
    result = run("report", *STORE, "--output", name)
    assert result.exit_code == 2
    assert (shop / name).read_bytes() == before


def test_a_name_that_says_it_is_no_html_is_refused(shop: Path, run: Seg):
    result = run("report", *STORE, "--output", "report.pdf")
    assert (result.exit_code, (shop / "report.pdf").exists()) == (2, False)
    assert "end its name in .html or .htm" in result.stderr


def test_the_extra_is_named_when_it_is_missing(shop: Path, run: Seg, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "vl_convert", None)
    result = run("report", *STORE, "--output", "report.html")
    assert result.exit_code == 2
    assert 'pip install "segdsl[pictures]"' in result.stderr
    assert not (shop / "report.html").exists()


def test_the_numbers_need_no_extra(run: Seg, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "vl_convert", None)
    assert run("report", *STORE, "--json").exit_code == 0


def test_nothing_is_written_to_the_store(shop: Path, run: Seg):
    before = (shop / "shop.store").read_bytes()
    run("report", *STORE, "--json")
    assert (shop / "shop.store").read_bytes() == before


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["--store", "none.store", "--json"], "there is no store none.store"),
        (["--store", "memory://", "--json"], "this store is empty"),
        ([*STORE], "say where the page goes: --output"),
        ([*STORE, "--json", "--output", "x.html"], "leave out --output"),
        (["--json"], "Missing option '--store'"),
        ([*STORE, "--output", "none/x.html"], "there is no folder none"),
        ([*STORE, "--json", "--from", "yesterday"], "'yesterday' is no date"),
        ([*STORE, "--json", "--from", "2026-03-05", "--to", "2026-03-01"], "the wrong way round"),
        ([*STORE, "--json", "--from", "2030-01-01"], "nothing is known from 2030-01-01 on"),
    ],
)
def test_what_cannot_be_reported(shop: Path, run: Seg, args: list[str], said: str):
    result = run("report", *args)
    assert result.exit_code == 2
    assert said in result.stderr
    assert not (shop / "none.store").exists()
