"""The short way to events gives what the patient way gives, whatever comes."""

import io
import json
import linecache
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from segdsl.plan.nodes import EventField, EventType
from segdsl.readers import objects
from segdsl.readers.base import EventShape
from segdsl.readers.detecting import open_reader
from segdsl.readers.forms import SIGHTS
from segdsl.records.inputs import Event
from segdsl.values.kinds import BOOLEAN, DATE, DURATION, FOLDED, INSTANT, NUMBER, TEXT, TIME_OF_DAY, Kind, RecordField
from tests.readers.conftest import EVENTS

LINE = Kind(
    "record", fields=(RecordField("product", TEXT, ("product_id",)), RecordField("a b", NUMBER), RecordField("ä", TEXT))
)
KINDS = {
    "text": TEXT, "folded": FOLDED, "number": NUMBER, "truth": BOOLEAN, "day": DATE, "moment": INSTANT,
    "length": DURATION, "clock": TIME_OF_DAY, "choice": Kind("one of", ("gold", "größer")),
    "lines": Kind("list", item=LINE), "line": LINE, "numbers": Kind("list", item=NUMBER),
}  # fmt: skip
ALL = EventType(
    "does all", ("All",), tuple(EventField(name, kind, (name.upper(), "x")) for name, kind in KINDS.items())
)

MOMENTS = [
    "2026-03-01T10:00:00Z", "2026-03-01T10:00:00+02:00", "2026-03-01 10:00:00", "2026-03-01T10:00",
    "2026-03-01T10:59:59",
    "2026-03-08T02:30:00", "2026-03-08T03:00:00", "2026-11-01T01:30:00", "2026-11-01T01:30:00.5-04:00", "2026-03-01",
    "2026-03-01T10:00:00.123456789Z", "2026-03-01T24:00:00Z", "2026-02-30T10:00:00Z", "0001-01-01T00:00:00Z",
    "1899-12-31T23:59:59Z", "1900-01-01T00:00:00", "2199-12-31T23:59:59Z", "2200-01-01T00:00:00+14:00",
    "20260301T100000Z",
    "2026-W09-7T10:00:00Z", "2026-03-01t10:00:00z", "２０２６-03-01T10:00:00Z", "", " ", "now",
]  # fmt: skip
TEXTS = [
    "a", "", " ", "\t", "\x1fa", " a", "é", "e\u0301", "\ud800", "gold", "größer", "x" * 1_000, "x" * 1_001,
    "x" * 100_001, "7",
    "ü" * 1_001, "\u00a0",
]  # fmt: skip
NUMBERS = [
    0, 1, -1, 10**12, 10**12 - 1, -(10**12), 10**1200, Decimal("2.5"), Decimal("-0.0"), Decimal("0.0000005"),
    Decimal("0.0000015"), Decimal("1e-400"), Decimal("1e400"), Decimal("1e6"), Decimal("999999999999.9999995"),
    Decimal("999999999999.9999994"), Decimal("0." + "3" * 80), Decimal("1" * 30), Decimal("Infinity"), Decimal("NaN"),
    Decimal("sNaN"), True, False, 1.5,
]  # fmt: skip
OTHERS = [
    None, [], {}, [1], [None, 1], ["a"], {"product": "p", "a b": 2}, {"a_b": Decimal("2.5"), "product_id": 7},
    {"ä": "b"},
    {"a\u0308": "b", "product": None}, {"a b": "two"}, [{"a b": 1}, {"a b": 2, "c": 3}],
    [{"a b": 1}, {"a b": "x"}], (1, 2),
    b"a", "2026-03-01", "22:00", "30 minutes", {"country": "CA"}, {"country": 5, "birth date": None, "shoes": 3},
    {"loyalty_tier": "gold", "loyalty tier": "lead"}, {"birth date": "2000-02-30"}, {1: 2},
]  # fmt: skip
ANYTHING = st.sampled_from([*MOMENTS, *TEXTS, *NUMBERS, *OTHERS])
GOOD = {
    "customer": "c1", "visitor": "v1", "time": MOMENTS[0], "received": MOMENTS[0], "id": "e1", "attributes": OTHERS[-5],
    "text": "a", "folded": "A", "number": 1, "truth": True, "day": "2026-03-01", "clock": "22:00", "moment": MOMENTS[1],
    "length": "1 day", "choice": "gold", "lines": [{"product": "p"}], "line": {"a b": 2}, "numbers": [1, None],
    "order_id": 17, "amount": Decimal("2.5"), "total": 3, "lasting": "1 hour",
}  # fmt: skip
NAMES = ["does all", "All", "places order", "purchase", "registers", "cafe\u0301"]
KEYS = [*GOOD, *(name.upper() for name in KINDS), "x", "colour", "Größe", 5]
FORMS = st.lists(st.sampled_from(KEYS), max_size=6, unique=True).flatmap(
    lambda more: st.permutations(list(dict.fromkeys(["event", "time", *more])))
)


def rows(keys: list[Any]) -> st.SearchStrategy[list[dict[Any, Any]]]:
    """Objects of one form: first a good one, by which the form is kept, then such as have something odd in them."""
    named = st.sampled_from(["customer", "visitor"]).map(lambda key: keys if key in keys else [*keys, key])
    good = st.builds(
        lambda name, keys: {key: GOOD.get(key) for key in keys} | {"event": name}, st.sampled_from(NAMES), named
    )

    def near(row: dict[Any, Any]) -> st.SearchStrategy[list[dict[Any, Any]]]:
        odd = st.dictionaries(st.sampled_from([key for key in row if key != "event"]), ANYTHING, min_size=1, max_size=2)
        return st.lists(odd.map(lambda changes: row | changes), min_size=1, max_size=8).map(lambda odd: [row, *odd])

    return good.flatmap(near)


@pytest.fixture(params=["UTC", "America/Toronto", "Australia/Lord_Howe"])
def two(
    request: pytest.FixtureRequest, shape_of: Callable[..., EventShape]
) -> Callable[[], tuple[EventShape, EventShape]]:
    def build() -> tuple[EventShape, EventShape]:
        short, patient = (shape_of(request.param, events=(*EVENTS, ALL)) for _ in range(2))
        short.forms.sights = 1
        return short, patient

    return build


@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(objs=st.lists(FORMS.flatmap(rows), max_size=3))
def test_both_ways_come_to_the_same(two: Callable[[], tuple[EventShape, EventShape]], objs: Any) -> None:
    short, patient = two()
    for place, obj in enumerate([each for some in objs for each in some], 1):
        found = short.to_event(obj, place, "s", b"raw", part=".2", format="f")
        meant = patient.patiently(obj, place, "s", b"raw", part=".2", format="f")
        assert repr(found) == repr(meant)  # which tells true from 1, and shows the order of fields
        assert short.ignored_fields == patient.ignored_fields


@pytest.mark.parametrize("key", [key for key in KEYS if isinstance(key, str)])
def test_every_odd_value_in_every_place(two: Callable[[], tuple[EventShape, EventShape]], key: str) -> None:
    short, patient = two()
    good = {"event": "does all", "customer": "c1", "time": MOMENTS[0], key: GOOD.get(key)}
    for value in [GOOD.get(key), *MOMENTS, *TEXTS, *NUMBERS, *OTHERS, *MOMENTS]:
        obj = good | {key: value}
        found, meant = short.to_event(obj, 1, "s"), patient.patiently(obj, 1, "s")
        assert repr(found) == repr(meant)


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "line"])
def test_the_short_way_is_taken(
    shape_of: Callable[..., EventShape], kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    values = {
        "text": "a", "folded": "A", "number": Decimal("2.5"), "truth": True, "day": "2026-03-01", "clock": "22:00",
        "moment": MOMENTS[0], "length": "1 day", "choice": "gold", "lines": [{"product": "p"}], "numbers": [1, 2],
    }  # fmt: skip
    shape = shape_of(events=(ALL,))
    obj = {"event": "All", "customer": "c1", "time": MOMENTS[0], kind: values[kind], "attributes": {"country": "CA"}}
    first = [shape.to_event(obj, 1, "s") for _ in range(SIGHTS)]
    monkeypatch.setattr(shape, "patiently", lambda *_, **__: pytest.fail("patiently"))
    assert shape.to_event(obj, 1, "s") == first[0]


def test_what_is_not_declared_is_counted_each_time(shape: EventShape) -> None:
    obj = {"event": "registers", "customer": "c1", "time": MOMENTS[0], "colour": 1, "attributes": {"shoes": 2}}
    items = [shape.to_event(obj, place, "s") for place in range(3 * SIGHTS)]
    assert shape.ignored_fields == {("registers", "colour"): 3 * SIGHTS, ("attributes", "shoes"): 3 * SIGHTS}
    assert {item.ignored for item in items} == {(("registers", "colour"), ("attributes", "shoes"))}


def test_a_name_of_the_input_does_not_become_code(shape: EventShape) -> None:
    key = "'); raise SystemExit('"
    obj = {"event": "registers", "customer": "c1", "time": MOMENTS[0], key: 1}
    assert all(isinstance(shape.to_event(obj, 1, "s"), Event) for _ in range(3 * SIGHTS))
    written = [text for file, (_, _, text, _) in linecache.cache.items() if file.startswith("<segdsl events")]
    assert written
    assert not any("SystemExit" in line for lines in written for line in lines)


LINES = st.sampled_from([
    *(json.dumps({"event": "registers", "customer": "c1", "time": MOMENTS[0]} | more).encode()
      for more in ({}, {}, {"id": "e"}, {"time": "x"}, {"customer": None}, {"a": {"b": [{}]}}, {"a": "}\n{"})),
    b'{"specversion": "1.0", "id": "1", "source": "s", "type": "registers", "subject": "c2", '
    b'"time": "2026-03-01T10:00:00Z"}',
    b'{"type": "track", "event": "registers", "userId": "c3", "timestamp": "2026-03-01T10:00:00Z"}',
    b"", b" ", b"{}", b"{} {}", b"{}{}", b'{"a":', b"1}", b'"a"}', b'"a": "', b'{"a": 1e999999999999999999}',
    b"[{}]", b"\xff",
    b"[]", b"1", b"\r",
])  # fmt: skip


@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    lines=st.lists(LINES, max_size=12),
    end=st.sampled_from([b"\n", b"\r\n"]),
    last=st.booleans(),
    size=st.integers(1, 400),
)
def test_lines_decoded_together_are_what_they_are_alone(
    two: Callable[[], tuple[EventShape, EventShape]], lines: list[bytes], end: bytes, last: bool, size: int
) -> None:
    class Parts(io.BytesIO):
        def read1(self, _size: int | None = -1, /) -> bytes:
            return super().read1(size)

    data = end.join(lines) + (end if last else b"")
    short, patient = two()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(objects, "FEW", 3)
        together = list(open_reader(short, "s", 300).read(Parts(data)))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(objects, "decoded_lines", lambda _: None)
        alone = list(open_reader(patient, "s", 300).read(Parts(data)))
    assert together == alone
    assert short.ignored_fields == patient.ignored_fields
