"""Decoded objects to events, and every way in which one is none."""

import unicodedata
from decimal import Decimal

import pytest

from segdsl.plan.nodes import EventField, EventType
from segdsl.readers.base import DISTINCT_IGNORED, OTHERS, REASONS
from segdsl.records.inputs import Event
from segdsl.records.outcomes import Reject
from segdsl.values.instants import parse_moment
from segdsl.values.kinds import TEXT

WHOLE = {"id": "e1", "event": "registers", "customer": "c1", "time": "2026-03-01T10:00:00Z"}
NOON = parse_moment("2026-03-01T10:00:00Z")[0]


def test_a_whole_event(shape):
    obj = {
        "id": "e1",
        "event": "places order",
        "customer": "c1",
        "time": "2026-03-01T10:00:00Z",
        "received": "2026-03-01T11:00:00+01:00",
        "amount": Decimal("99.5"),
        "order": 17,
        "items": [{"product": "a", "unit_price": 2}, {"product_id": "b", "unit price": None}],
        "attributes": {"country": "CA", "birth date": None},
    }
    assert shape.to_event(obj, 3, "shop") == Event(
        "e1",
        "places order",
        "c1",
        NOON,
        {
            "amount": 99_500_000,
            "order": "17",
            "items": ({"product": "a", "unit price": 2_000_000}, {"product": "b"}),
        },
        {"country": "CA", "birth date": None},
        NOON,
        3,
    )


def test_wire_names_of_events(shape):
    assert shape.to_event(WHOLE | {"event": "purchase"}, 1, "s").name == "places order"
    assert shape.to_event(WHOLE | {"event": unicodedata.normalize("NFD", "café")}, 1, "s").name == "visits"
    assert shape.to_event(WHOLE | {"event": "order completed"}, 1, "s").reason == "unknown event"


@pytest.mark.parametrize(
    ("keys", "value"),
    [
        ({"revenue": 3, "total": 2, "amount": 1}, 1),
        ({"revenue": 3, "total": 2}, 2),
        ({"value": 4, "revenue": 3}, 3),
        ({"total": None, "revenue": 3}, None),
    ],
)
def test_the_first_key_present_counts(shape, keys, value):
    fields = shape.to_event(WHOLE | {"event": "places order"} | keys, 1, "s").fields
    assert fields == ({} if value is None else {"amount": value * 1_000_000})


def test_names_with_blanks_and_underscores(shape):
    for keys in ({"tier": "x", "loyalty_tier": "y", "loyalty tier": "z"}, {"tier": "x", "loyalty_tier": "z"}):
        assert shape.to_event(WHOLE | {"event": "places order"} | keys, 1, "s").fields == {"loyalty tier": "z"}
    assert shape.to_event(WHOLE | {"attributes": {"loyalty_tier": "gold"}}, 1, "s").attributes == {
        "loyalty tier": "gold"
    }


def test_a_wire_name_never_takes_another_fields_own_name(shape_of):
    event = EventType("e", (), (EventField("a", TEXT, ("b",)), EventField("b", TEXT)))
    assert shape_of(events=(event,)).to_event(WHOLE | {"event": "e", "b": "x"}, 1, "s").fields == {"b": "x"}


def test_reserved_keys_are_no_fields(shape):
    event = shape.to_event(WHOLE | {"event": "visits", "clock": "noon"}, 1, "s")
    assert event.fields == {"time": "noon"}
    assert not shape.ignored_fields


def test_what_is_not_declared_is_counted(shape):
    for _ in range(2):
        shape.to_event(WHOLE | {"colour": "red", "attributes": {"shoe size": 9}}, 1, "s")
    assert shape.ignored_fields == {("registers", "colour"): 2, ("attributes", "shoe size"): 2}


def test_the_count_of_undeclared_names_is_bounded(shape):
    shape.to_event(WHOLE | {f"k{n}": n for n in range(DISTINCT_IGNORED + 50)}, 1, "s")
    assert len(shape.ignored_fields) == DISTINCT_IGNORED + 1
    assert shape.ignored_fields[OTHERS] == 50


def test_an_id_is_made_of_source_and_place(shape):
    for missing in ({}, {"id": None}, {"id": ""}, {"id": "  "}):
        obj = {key: value for key, value in WHOLE.items() if key != "id"} | missing
        assert shape.to_event(obj, 7, "shop.jsonl").id == "shop.jsonl:7"


def test_whole_numbers_are_ids_and_customers(shape):
    event = shape.to_event(WHOLE | {"id": 5, "customer": 12346}, 1, "s")
    assert (event.id, event.customer) == ("5", "12346")


def test_customers_are_kept_in_normal_form(shape):
    assert shape.to_event(WHOLE | {"customer": unicodedata.normalize("NFD", "Zoé")}, 1, "s").customer == "Zoé"


def test_times_without_an_offset_are_local(shape_of):
    event = shape_of("America/Toronto").to_event(WHOLE | {"time": "2026-03-01T05:00:00"}, 1, "s")
    assert event.instant == NOON


@pytest.mark.parametrize(
    ("changes", "reason", "says"),
    [
        ({"event": "registes"}, "unknown event", 'did you mean "registers"?'),
        ({"event": "zzz"}, "unknown event", 'declares no event "zzz"'),
        ({"event": None}, "unknown event", "no `event` is named"),
        ({"event": ["x"]}, "unknown event", "a list, not a name"),
        ({"event": "buys"}, "unknown event", 'made from the lines of "places order"'),
        ({"event": "x" * 900_000}, "unknown event", "declares no event"),
        ({"customer": None}, "no customer", "no customer and no visitor is named"),
        ({"customer": " \t"}, "no customer", "no customer and no visitor is named"),
        ({"customer": True}, "no customer", "true, not text or a whole number"),
        ({"customer": Decimal("1.0")}, "no customer", "1.0, not text"),
        ({"customer": "x" * 1001}, "no customer", "longer than 1,000"),
        ({"customer": "ü" * 751}, "no customer", "longer than 1,500 bytes"),
        ({"customer": 10**1200}, "no customer", "not text"),
        ({"customer": "\ud800"}, "no customer", "half a character"),
        ({"customer": None, "visitor": " "}, "no customer", "no customer and no visitor is named"),
        ({"time": None}, "no instant", "no time"),
        ({"time": " "}, "no instant", "no time"),
        ({"time": "yesterday"}, "bad instant", 'time is "yesterday", not a date and time'),
        ({"time": 1700000000}, "bad instant", "1700000000, not a date"),
        ({"time": "1899-12-31T23:59:59Z"}, "bad instant", "not from 1900 to 2199"),
        ({"time": "2200-01-01T00:00:00Z"}, "bad instant", "not from 1900 to 2199"),
        ({"time": "0001-01-01T00:00:00"}, "bad instant", "not from 1900 to 2199"),
        ({"received": "soon"}, "bad instant", 'received is "soon"'),
        ({"id": [1]}, "bad field", "id is a list"),
        ({"attributes": ["x"]}, "bad attribute", "a list, not an object"),
        (
            {"attributes": {"loyalty tier": "tin"}},
            "bad attribute",
            'loyalty tier is "tin", not one of "gold", "silver"',
        ),
        ({"event": "places order", "amount": "ten"}, "bad field", 'amount is "ten", not a number'),
        ({"event": "places order", "total": "ten"}, "bad field", 'amount (total) is "ten", not a number'),
        (
            {"event": "places order", "items": [{"product": "a"}, {"unit price": True}]},
            "bad field",
            "unit price of item 2 of items is true, not a number",
        ),
    ],
)
def test_what_is_no_event(shape, changes, reason, says):
    reject = shape.to_event(WHOLE | changes, 9, "s", b"raw text")
    assert isinstance(reject, Reject)
    assert (reject.reason, reject.place, reject.raw) == (reason, 9, "raw text")
    assert reason in REASONS
    assert says in reject.detail
    assert len(reject.detail) < 300


@pytest.mark.parametrize("obj", [None, [], "x", 3, True])
def test_what_is_no_object(shape, obj):
    assert shape.to_event(obj, 1, "s").reason == "not an event"


def test_a_reject_names_what_can_be_named(shape):
    reject = shape.to_event(WHOLE | {"time": "x"}, 1, "s", "é" * 900)
    assert (reject.id, reject.customer, reject.raw) == ("e1", "c1", "é" * 500)


def test_suggestions_are_worked_out_once_a_name(shape, monkeypatch):
    calls = []
    monkeypatch.setattr("segdsl.readers.base.nearest", lambda word, _: calls.append(word))
    for _ in range(5):
        shape.to_event(WHOLE | {"event": "x"}, 1, "s")
    assert calls == ["x"]
