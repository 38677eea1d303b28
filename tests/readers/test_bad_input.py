"""Bad input through every reader: each bad part is a reject with its reason and place, and the rest goes on."""

import gzip
import json
import random
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from segdsl.diagnostics.errors import InputError
from segdsl.readers import read_events
from segdsl.readers.base import REASONS, EventShape
from segdsl.readers.detecting import AUTO, DIALECTS, items_of
from segdsl.records.inputs import Event
from segdsl.records.outcomes import Reject
from tests.support.formats import MAPPING, MICROSECONDS, OBJECTS, PARTS, TEXTS, Writing, table

Read = Callable[..., list[Event | Reject]]

texts = pytest.mark.parametrize("writing", TEXTS, ids=lambda each: each.name)
objects = pytest.mark.parametrize("writing", OBJECTS, ids=lambda each: each.name)


@pytest.fixture
def read(shape: EventShape, tmp_path: Path) -> Read:
    def reading(writing: Writing, data: bytes, **options: Any) -> list[Event | Reject]:
        path = tmp_path / f"input.{writing.ending}"
        path.write_bytes(data)
        if writing.is_mapped:
            options["mapping"] = tmp_path / "map.toml"
            options["mapping"].write_text(MAPPING)
        with read_events(path, shape, **options) as items:
            return list(items)

    return reading


def brief(items: list[Event | Reject]) -> list[tuple[int, str]]:
    return [(item.place, "event" if isinstance(item, Event) else item.reason) for item in items]


@texts
def test_good_events(read: Read, writing: Writing) -> None:
    first, second = read(writing, writing.file(writing.line(), writing.line(id="e2", customer=17)))
    assert isinstance(first, Event)
    assert isinstance(second, Event)
    assert (first.name, first.customer, first.place) == ("places order", "c1", writing.first)
    assert first.instant == second.instant == MICROSECONDS
    assert first.fields == second.fields == {"amount": 12_500_000, "order": "o1"}
    assert (second.customer, second.place) == ("17", writing.first + 1)
    assert first.id != second.id


BAD = {
    "no customer": ("no customer", {"customer": ...}),
    "a customer that is null": ("no customer", {"customer": None}),
    "a blank customer": ("no customer", {"customer": "  "}),
    "a customer of 1 MB": ("no customer", {"customer": "x" * 900_000}),
    "no time": ("no instant", {"time": ...}),
    "a time that is null": ("no instant", {"time": None}),
    "yesterday": ("bad instant", {"time": "yesterday"}),
    "the year 1": ("bad instant", {"time": "0001-01-01T00:00:00"}),
    "the year 9999": ("bad instant", {"time": "9999-12-31T23:59:59Z"}),
    "the 30th of February": ("bad instant", {"time": "2026-02-30T00:00:00Z"}),
    "a time that is negative": ("bad instant", {"time": -1}),
    "a time in no unit": ("bad instant", {"time": 123456}),
    "an amount that is a word": ("bad field", {"amount": "ten"}),
    "an amount that is huge": ("bad field", {"amount": 10**30}),
    "an amount that is not a number": ("bad field", {"amount": "NaN"}),
    "an amount without end": ("bad field", {"amount": "1e99999"}),
    "an order of 1 MB": ("bad field", {"order": "x" * 900_000}),
}


@texts
@pytest.mark.parametrize("case", BAD)
def test_a_bad_part_harms_no_other_event(read: Read, writing: Writing, case: str) -> None:
    reason, changes = BAD[case]
    if writing.name == "csv" and "1 MB" in case:
        reason = "not an event"  # no cell is that long
    data = writing.file(writing.line(), writing.line(id="e2", **changes), writing.line(id="e3"))
    items = read(writing, data)
    at = writing.first
    assert brief(items) == [(at, "event"), (at + 1, reason), (at + 2, "event")]
    reject = items[1]
    assert isinstance(reject, Reject)
    assert 10 < len(reject.detail) < 400
    assert reject.raw


WRONG = (True, 1.5, [], {}, [1], {"a": 1}, [[]], "\x00")


@objects
@pytest.mark.parametrize("part", ["customer", "time", "amount", "id"])
@pytest.mark.parametrize("value", WRONG, ids=repr)
def test_values_of_other_types(read: Read, writing: Writing, part: str, value: Any) -> None:
    """Some have a meaning after all, such as a number in an id; what has none is a reject. Nothing is raised."""
    items = read(writing, writing.file(writing.line(), writing.line(**{part: value}), writing.line()))
    assert [item.place for item in items] == [1, 2, 3]
    assert isinstance(items[0], Event)
    assert isinstance(items[2], Event)
    assert isinstance(items[1], Event) or items[1].reason in REASONS
    if part in ("customer", "time") and isinstance(value, list | dict | bool):
        assert isinstance(items[1], Reject)


LINES = {
    "truncated": b'{"event": "places',
    "no JSON": b"places order, c1",
    "not UTF-8": b'{"event": "\xff\xfe"}',
    "null bytes": b'{"event": "\x00\x00"}',
    "too deep": b'{"a": ' * 50_000 + b"1" + b"}" * 50_000,
    "a list of numbers": b"[1, 2]",
    "an empty list": b"[]",
    "text": b'"places order"',
    "a number": b"17",
    "null": b"null",
    "a whole number of many digits": b"9" * 5_000,
    "NaN": b'{"event": NaN}',
}


@objects
@pytest.mark.parametrize("case", LINES)
def test_a_bad_line_harms_no_other(read: Read, writing: Writing, case: str) -> None:
    items = read(writing, writing.file(writing.line(), LINES[case], writing.line()))
    assert brief(items) == [(1, "event"), (2, "not an event"), (3, "event")]


@objects
def test_an_object_of_nothing(read: Read, writing: Writing) -> None:
    first, *nothing, last = read(writing, writing.file(writing.line(), b"{}", writing.line()))
    assert isinstance(first, Event)
    assert isinstance(last, Event)
    assert [(item.place, type(item)) for item in nothing] == ([] if writing.is_mapped else [(2, Reject)])


@texts
def test_an_input_that_stops_in_the_middle_of_a_line(read: Read, writing: Writing) -> None:
    items = read(writing, writing.file(writing.line(), writing.line())[:-20])
    assert brief(items) == [(writing.first, "event"), (writing.first + 1, "not an event")]
    assert "stops in the middle of this" in items[1].detail


@texts
def test_a_packed_input_that_stops(read: Read, writing: Writing) -> None:
    dice = random.Random(7)
    lines = [writing.line(id=f"e{n}", order=f"{dice.random()}") for n in range(500)]
    items = read(writing, gzip.compress(writing.file(*lines))[:-500])
    assert all(isinstance(item, Event) for item in items[:-1])
    assert len(items) > 300
    assert items[-1].reason == "not an event"
    assert "packed input is damaged or stops here" in items[-1].detail


@texts
def test_a_long_line_is_not_held(read: Read, writing: Writing) -> None:
    data = writing.file(writing.line(), writing.line(order="x" * 20_000_000), writing.line())
    tracemalloc.start()
    try:
        items = read(writing, data)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    at = writing.first
    assert brief(items) == [(at, "event"), (at + 1, "not an event"), (at + 2, "event")]
    assert peak < 8_000_000


@texts
def test_events_with_one_id_stay_events_with_one_id(read: Read, writing: Writing) -> None:
    first, second = read(writing, writing.file(writing.line(), writing.line()))
    assert first.id == second.id


@texts
def test_an_empty_file(read: Read, writing: Writing) -> None:
    if writing.name == "csv":
        with pytest.raises(InputError, match="header"):
            read(writing, b"")
    else:
        assert read(writing, b"") == []


@pytest.mark.parametrize("format", ["jsonlines", "segment", "ga4", "cloudevents", "parquet", None])
def test_a_directory(shape: EventShape, tmp_path: Path, format: str | None) -> None:
    with pytest.raises(InputError, match="is a directory"):
        read_events(tmp_path, shape, format=format)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=15,
)
KEYS = (
    "event", "customer", "visitor", "time", "id", "attributes", "received", "type", "userId", "anonymousId",
    "messageId", "timestamp", "properties", "traits", "context", "batch", "previousId", "sentAt", "event_name",
    "event_timestamp", "event_params", "user_id", "user_properties", "items", "ecommerce", "specversion", "source",
    "subject", "data", "datacontenttype", "key", "value", "string_value", "int_value", "page", "amount", "products",
)  # fmt: skip
WORDS = ("track", "identify", "page", "alias", "purchase", "Order Completed", "1.0", "c1", "2026-03-01T12:00:00Z")
near_values = st.recursive(
    st.none() | st.sampled_from(WORDS) | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=6),
    max_leaves=20,
)


@pytest.mark.parametrize("format", [AUTO, *DIALECTS])
@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(value=json_values | near_values, as_text=st.booleans())
def test_no_json_value_can_break_a_reader(shape: EventShape, format: str, value: Any, as_text: bool) -> None:
    given_ = json.dumps(value) if as_text else value
    for item in items_of([given_], shape, format, "s"):
        assert item.place == 1
        assert isinstance(item, Event) or (item.reason in REASONS and item.detail)


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(value=near_values)
def test_no_object_can_break_a_mapping(read: Read, value: Any) -> None:
    items = read(OBJECTS[-1], json.dumps({"kind": "order", "who": value, "when": value, "total": value}).encode())
    assert all(isinstance(item, Event) or item.reason in REASONS for item in items)


# -------------------------------------------------------------------------------------------------------------- Parquet

PARQUET = Writing("parquet", "parquet", dict, is_mapped=True, is_text=False)


@pytest.mark.parametrize("case", [case for case, (_, changes) in BAD.items() if ... not in changes.values()])
def test_a_bad_part_in_parquet_harms_no_other_event(read: Read, case: str) -> None:
    reason, changes = BAD[case]
    rows = [PARTS | {key: str(value) for key, value in PARTS.items()} | {"id": f"e{n}"} for n in range(3)]
    rows[1] |= {key: None if value is None else str(value) for key, value in changes.items()}
    assert brief(read(PARQUET, table(*rows))) == [(1, "event"), (2, reason), (3, "event")]


@pytest.mark.parametrize("cut", [1, 4, 100, 0])
def test_a_parquet_file_that_stops(read: Read, cut: int) -> None:
    data = table(PARTS, PARTS)
    with pytest.raises(InputError, match="no Parquet file, or not a whole one"):
        read(PARQUET, data[:-cut] if cut else b"")


def test_a_damaged_row_group_harms_no_other(read: Read) -> None:
    data = table(*(PARTS | {"id": f"e{n}", "order": f"order {n}"} for n in range(6)))
    at = data.index(b"order 2")
    items = read(PARQUET, data[: at - 60] + b"\xff" * 90 + data[at + 30 :])
    assert brief(items) == [(1, "event"), (2, "event"), (3, "not an event"), (5, "event"), (6, "event")]
    assert "rows 3 to 4 cannot be read, since row group 2 is damaged: " in items[2].detail
