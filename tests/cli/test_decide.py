"""`seg decide`: what a page shows on an event, as text, as JSON, and line by line."""

import json
from pathlib import Path

import pytest

from segdsl.values.limits import EVENT_BYTES
from tests.cli.conftest import Seg, objects, registers, told, write_events

RULES = """\
segment Golfers by activities
segment Rich if income >= 100000

web activity Club priority 10 {
  when views spot "Home" if in segment Rich
  then show content "Club" and show content "Bar" and send email "seen"
}

web activity Everybody {
  when views spot "Home" then show content "Sale" and recommend product "P1" and add to Golfers
}

search rule Roasters priority 2 {
  when searches "coffee"
  then replace search "espresso" and put first "B" and put first "A"
    and narrow search "type" with value = "drink" and rank results "brand" with value = "Acme", factor = 2.5
    and sort results "price" with direction = "descending"
}

search rule Tea { when searches where term contains "coff" then replace search "tea" }
"""
EVENTS = [
    registers("e1", "ann", "2026-03-01T10:00:00Z", income=150000),
    registers("e2", "bob", "2026-03-01T11:00:00Z"),
    registers("e3", "cem", "2026-03-04T11:00:00Z"),  # up to here events are believed, whatever day it is
]


def viewing(customer: str, time: str = "2026-03-02T10:00:00Z") -> str:
    return json.dumps({"id": "v1", "event": "views spot", "spot": "Home", "customer": customer, "time": time})


SEARCHING = '{"id": "s1", "event": "searches", "term": "coffee", "customer": "bob", "time": "2026-03-02T10:00:00Z"}'


@pytest.fixture
def store(place: Path, run: Seg) -> Path:
    (place / "shop.seg").write_text(RULES)
    write_events(place / "events.jsonl", EVENTS)
    assert run("run", "shop.seg", "--events", "events.jsonl").exit_code == 0
    return place / "shop.store"


ASKED = {
    "the highest activity": (viewing("ann"),),
    "as much as wanted": (viewing("ann"), "--want", "show content=3", "--want", "recommend  product=1"),
    "a search": (SEARCHING,),
    "nothing to show": ('{"event": "visits", "customer": "ann", "time": "2026-03-02T10:00:00Z"}',),
    "processed before": ('{"id": "e1", "event": "registers", "customer": "ann", "time": "2026-03-01T10:00:00Z"}',),
}


@pytest.mark.parametrize("asked", ASKED.values(), ids=ASKED)
def test_a_decision(asked: tuple[str, ...], store: Path, run: Seg, snapshot):
    result = run("decide", "--store", "shop.store", *asked)
    assert (result.exit_code, result.output) == (0, snapshot)


def test_a_decision_as_json(store: Path, run: Seg, snapshot):
    assert told(run("decide", "--store", "shop.store", viewing("ann"), "--json").output) == snapshot


def test_a_changed_search_as_json(store: Path, run: Seg, snapshot):
    assert objects(run("decide", "--store", "shop.store", SEARCHING, "--json").output)[0]["search"] == snapshot


def test_an_event_from_a_file(store: Path, place: Path, run: Seg):
    (place / "event.json").write_text(json.dumps(json.loads(viewing("bob")), indent=2))
    said = run("decide", "--store", "shop.store", "@event.json").output
    assert said == run("decide", "--store", "shop.store", viewing("bob")).output


def test_a_decision_for_each_line(store: Path, run: Seg):
    lines = f"{viewing('ann')}\n\n{viewing('bob')}\n"
    found = objects(run("decide", "--store", "shop.store", "-", "--want", "show content=1", given=lines).output)
    assert [decision["shown"][0]["fields"] for decision in found] == [
        {"content": "Club"}, {"content": "Sale"},
    ]  # fmt: skip


FLAWED = ["{", "[1]", '{"event": 1}', "\udcff", '{"a": 1e999999999999999999999}', "[" * 100_000, "x" * EVENT_BYTES * 3]


def test_a_line_that_is_no_event_has_its_decision_and_the_rest_goes_on(store: Path, run: Seg, snapshot):
    given = "\n".join([*FLAWED, viewing("ann")]).encode("utf-8", "surrogateescape")
    result = run("decide", "--store", "shop.store", "-", given=given)
    found = objects(result.output)
    assert (result.exit_code, found[-1]["status"]) == (0, "accepted")
    assert [each["reject"] for each in found[:-1]] == snapshot


def test_nothing_is_written(store: Path, run: Seg):
    before = store.read_bytes()
    run("decide", "--store", "shop.store", viewing("zoe"))
    assert store.read_bytes() == before
    assert "no event of this customer was seen yet" in run("customer", "zoe", "--store", "shop.store").output


REFUSED = {
    "bad JSON": ('{"event": "views spot"',),
    "no JSON": ("event.json",),
    "a list": ("[1]",),
    "a file that is not there": ("@nope.json",),
    "an unknown event": ('{"event": "views spt", "customer": "ann", "time": "2026-03-02T10:00:00Z"}',),
    "no customer": ('{"event": "views spot", "time": "2026-03-02T10:00:00Z"}',),
    "no instant": ('{"event": "views spot", "customer": "ann"}',),
    "too late": (viewing("ann", "2026-02-01T10:00:00Z"),),
    "an unknown action": (viewing("ann"), "--want", "show contents=2"),
    "no amount": (viewing("ann"), "--want", "show content"),
    "a negative amount": (viewing("ann"), "--want", "show content=-1"),
}


@pytest.mark.parametrize("asked", REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_decided_is_said_in_one_line(asked: tuple[str, ...], store: Path, run: Seg, snapshot):
    result = run("decide", "--store", "shop.store", *asked)
    assert (result.exit_code, result.stdout, result.stderr) == (2, "", snapshot)


def test_a_refused_event_is_an_object_with_json(store: Path, run: Seg):
    result = run("decide", "--store", "shop.store", '{"event": "views spot"}', "--json")
    assert (result.exit_code, objects(result.stdout)[0]["reject"]["reason"]) == (2, "no customer")


def test_a_store_that_is_not_there(place: Path, run: Seg):
    result = run("decide", "--store", "nope.store", viewing("ann"))
    assert (result.exit_code, "there is no store nope.store" in result.stderr) == (2, True)
    assert list(place.iterdir()) == []


def test_a_name_cannot_steer_the_terminal(store: Path, run: Seg):
    assert "\x1b" not in run("decide", "--store", "shop.store", viewing("\x1b[31mred")).output
