"""JSON of any shape, and Parquet, by the same mapping files as CSV."""

import datetime as dt
import io
import json
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from segdsl.diagnostics.errors import InputError, MissingExtraError
from segdsl.readers import read_events
from segdsl.readers.base import EventShape
from segdsl.readers.parquet import open_reader
from segdsl.records.inputs import Event
from segdsl.values.instants import instant_text

MAPPING = """
customer = "user.id"
time = "at"
id = ["kind", "n"]

[[event]]
name = "places order"
where = { kind = "=order" }
fields = { amount = "sum", items = "lines", order = "refs.0" }
attributes = { country = "user.country", "birth date" = "user.born" }

[[event]]
name = "visits"
where = { kind = "=visit", "sum" = ">=0" }
fields = { time = "clock", until = "until", day = "day" }
"""
ORDERS = MAPPING[: MAPPING.rindex("[[event]]")]
"""Without visits, whose columns a table of orders does not have."""

USER = {"id": 17, "country": "CA", "born": "1990-05-04T00:00:00Z"}
ORDER = {
    "kind": "order", "n": 1, "at": "2026-03-01T10:00:00Z", "user": USER, "sum": "12.50", "refs": ["o1", "o2"],
    "lines": [{"product_id": "a", "unit price": "1.5"}, {"product": "b"}],
}  # fmt: skip

Read = Callable[..., list[Any]]


@pytest.fixture
def read(shape: EventShape, tmp_path: Path) -> Read:
    def reading(data: bytes, name: str = "in.jsonl", mapping: str | None = MAPPING, **options: Any) -> list[Any]:
        (tmp_path / name).write_bytes(data)
        if mapping is not None:
            (tmp_path / "map.toml").write_text(mapping)
            options["mapping"] = tmp_path / "map.toml"
        with read_events(tmp_path / name, shape, **options) as items:
            made = list(items)
            made.append(dict(items.passed_over))
            return made

    return reading


def table(rows: list[dict[str, Any]], schema: Any = None, **options: Any) -> bytes:
    written = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(rows, schema), written, **options)
    return written.getvalue()


def jsonl(*rows: Any) -> bytes:
    return "\n".join(map(json.dumps, rows)).encode()


# ---------------------------------------------------------------------------------------------------- JSON by a mapping


def test_columns_are_paths(read: Read) -> None:
    event, passed = read(jsonl(ORDER))
    assert passed == {}
    assert (event.id, event.customer, event.format) == ("order:1", "17", "jsonlines")
    assert event.fields == {
        "amount": 12_500_000,
        "order": "o1",
        "items": ({"product": "a", "unit price": 1_500_000}, {"product": "b"}),
    }
    assert event.attributes == {"country": "CA", "birth date": 7428}


def test_what_no_rule_fits_is_passed_over_and_counted(read: Read) -> None:
    *events, passed = read(jsonl(ORDER, {"kind": "visit"}, {"kind": "visit", "sum": -1}, {}))
    assert len(events) == 1
    assert passed == {"rows that no event of the mapping fits": 3}


def test_a_field_that_has_the_name_of_something_else(read: Read) -> None:
    visit = {
        "kind": "visit",
        "sum": 0,
        "n": 2,
        "at": 1772359200,
        "user": {"id": "c"},
        "clock": "noon",
        "day": 1772359200,
    }
    event, _ = read(jsonl(visit))
    assert event.fields == {"time": "noon", "day": 20_513}
    assert instant_text(event.instant) == "2026-03-01T10:00:00Z"


def test_times_without_an_offset_are_in_the_zone_of_the_mapping(read: Read) -> None:
    event, _ = read(jsonl(ORDER | {"at": "2026-03-01T10:00:00"}), mapping='zone = "Asia/Tokyo"\n' + MAPPING)
    assert instant_text(event.instant) == "2026-03-01T01:00:00Z"


def test_a_key_with_dots_in_it_counts_before_a_path(read: Read) -> None:
    event, _ = read(jsonl(ORDER | {"user.id": "own"}))
    assert event.customer == "own"


def test_a_missing_attribute_is_made_not_known_as_in_a_table(read: Read) -> None:
    event, _ = read(jsonl(ORDER | {"user": {"id": "c"}}))
    assert event.attributes == {"country": None, "birth date": None}


BOTH, ALONE = ({"customer": "who", "visitor": "cookie"}, {"visitor": "cookie"})
NAMED = {"who": ["ann", None, "ann", None], "cookie": ["v1", "v1", None, None]}


@pytest.mark.parametrize("name", ["in.jsonl", "in.parquet", "in.csv"])
@pytest.mark.parametrize(
    ("columns", "whom"), [(BOTH, [("ann", "v1"), ("", "v1"), ("ann", "")]), (ALONE, [("", "v1"), ("", "v1")])]
)
def test_a_visitor_beside_a_customer_or_in_its_place(
    read: Read, name: str, columns: dict[str, str], whom: list[tuple[str, str]]
) -> None:
    top = "".join(f'{key} = "{column}"\n' for key, column in columns.items())
    mapping = f'{top}time = "when"\n[[event]]\nname = "registers"\n'
    rows = [{"who": who, "cookie": cookie, "when": f"2026-03-01T10:0{number}:00Z"}
            for number, (who, cookie) in enumerate(zip(*NAMED.values(), strict=True))]  # fmt: skip
    csv = "who,cookie,when\n" + "".join(",".join(str(cell or "") for cell in row.values()) + "\n" for row in rows)
    data = {"in.jsonl": jsonl(*rows), "in.parquet": table(rows), "in.csv": csv.encode()}[name]
    *items, _ = read(data, name, mapping)
    assert [(item.customer, item.visitor) for item in items if isinstance(item, Event)] == whom
    refused = [item.reason for item in items if not isinstance(item, Event)]
    assert refused == ["no customer"] * (len(items) - len(whom))


@pytest.mark.parametrize(
    ("top", "said"),
    [
        ('customer = "who"\nvisitor = "cookie"', "the cells who and cookie are empty"),
        ('visitor = "cookie"', "the cell cookie is empty"),
    ],
)
def test_a_row_of_a_table_that_names_nobody(read: Read, top: str, said: str) -> None:
    mapping = f'{top}\ntime = "when"\n[[event]]\nname = "registers"\n'
    item, _ = read(b"who,cookie,when\n, ,2026-03-01\n", "in.csv", mapping)
    assert item.detail == said


def test_mistakes_of_a_mapping_are_told(read: Read) -> None:
    with pytest.raises(InputError, match='"places order" has no field "amont"; did you mean "amount"'):
        read(jsonl(ORDER), mapping=MAPPING.replace("amount =", "amont ="))


@pytest.mark.parametrize("name", ["in.json", "in.ndjson", "in.jsonl", "in.jsonlines", "in.json.gz"])
def test_names_of_files_of_json(read: Read, name: str) -> None:
    assert isinstance(read(jsonl(ORDER), name)[0], Event)


# -------------------------------------------------------------------------------------------------------------- Parquet


def test_the_same_mapping_reads_parquet(read: Read) -> None:
    (from_json, _), (from_parquet, _) = read(jsonl(ORDER)), read(table([ORDER]), "in.parquet", ORDERS)
    assert from_parquet.format == "parquet"
    assert (from_parquet.fields, from_parquet.attributes) == (from_json.fields, from_json.attributes)
    assert (from_parquet.id, from_parquet.instant) == (from_json.id, from_json.instant)


@pytest.mark.parametrize(
    ("kind", "value", "instant"),
    [
        (pa.timestamp("us", tz="UTC"), dt.datetime(2026, 3, 1, 10, microsecond=7), "2026-03-01T10:00:00.000007Z"),
        (pa.timestamp("ms", tz="Asia/Tokyo"), dt.datetime(2026, 3, 1, 10), "2026-03-01T10:00:00Z"),
        (pa.timestamp("us"), dt.datetime(2026, 3, 1, 10), "2026-03-01T10:00:00Z"),
        (pa.timestamp("ns"), 1_772_359_200_000_000_999, "2026-03-01T10:00:00Z"),
        (pa.int64(), 1_772_359_200_000, "2026-03-01T10:00:00Z"),
        (pa.string(), "2026-03-01T12:00:00+02:00", "2026-03-01T10:00:00Z"),
        (pa.dictionary(pa.int8(), pa.string()), "2026-03-01T10:00:00Z", "2026-03-01T10:00:00Z"),
    ],
    ids=str,
)
def test_times_are_exact(read: Read, kind: Any, value: Any, instant: str) -> None:
    made = pa.table({"kind": ["order"], "n": [1], "at": pa.array([value], kind), "user": [USER], "sum": [1],
                     "lines": pa.array([None], pa.list_(pa.string())), "refs": [["o"]]})  # fmt: skip
    written = io.BytesIO()
    pq.write_table(made, written, version="2.6")
    event, _ = read(written.getvalue(), "in.parquet", ORDERS)
    assert instant_text(event.instant) == instant


@pytest.mark.parametrize(
    ("kind", "value", "millionths"),
    [
        (pa.decimal128(18, 6), Decimal("123456789012.345678"), 123_456_789_012_345_678),
        (pa.decimal128(10, 2), Decimal("0.10"), 100_000),
        (pa.float64(), 0.1, 100_000),
        (pa.float32(), 0.5, 500_000),
        (pa.int64(), 7, 7_000_000),
        (pa.string(), "2.50", 2_500_000),
    ],
    ids=str,
)
def test_numbers_are_exact(read: Read, kind: Any, value: Any, millionths: int) -> None:
    schema = pa.schema([("who", pa.string()), ("when", pa.string()), ("sum", kind)])
    mapping = 'customer = "who"\ntime = "when"\n[[event]]\nname = "places order"\nfields = { amount = "sum" }\n'
    rows = [{"who": "c", "when": "2026-03-01T10:00:00Z", "sum": value}]
    event, _ = read(table(rows, schema), "in.pq", mapping)
    assert event.fields == {"amount": millionths}
    assert event.id == "in.pq:1"


def test_a_number_that_is_none(read: Read) -> None:
    mapping = 'customer = "who"\ntime = "when"\n[[event]]\nname = "places order"\nfields = { amount = "sum" }\n'
    rows = [{"who": "c", "when": "2026-03-01T10:00:00Z", "sum": value} for value in (float("nan"), float("inf"), None)]
    nan, inf, missing, _ = read(table(rows), "in.parquet", mapping)
    assert nan.detail == "amount is NaN, not a number"
    assert inf.reason == "bad field"
    assert missing.fields == {}


def test_rows_in_a_shape_that_is_known_need_no_mapping(read: Read) -> None:
    plain = {"event": "registers", "customer": "c", "time": "2026-03-01T10:00:00Z", "attributes": {"country": "CA"}}
    event, _ = read(table([plain]), "in.parquet", None)
    assert (event.name, event.attributes, event.format) == ("registers", {"country": "CA"}, "jsonlines")
    row = {
        "event_name": "purchase", "event_timestamp": 1772359200000000, "user_id": "c", "event_bundle_sequence_id": 5,
        "event_params": [{"key": "value", "value": {"string_value": None, "double_value": 9.5}}],
        "items": [{"item_id": "a", "price": 9.5}],
    }  # fmt: skip
    event, _ = read(table([row]), "in.parquet", None)
    assert (event.name, event.fields["amount"], event.format) == ("places order", 9_500_000, "ga4")


def test_row_groups_are_read_one_by_one(shape: EventShape) -> None:
    class Counting(io.BytesIO):
        most = 0

        def read(self, size: int | None = -1, /) -> bytes:
            got = super().read(size)
            self.most = max(self.most, len(got))
            return got

    plain = {"event": "registers", "customer": "c", "time": "2026-03-01T10:00:00Z"}
    rows = [plain | {"id": f"{n}", "note": f"{n:0500}"} for n in range(2_000)]
    stream = Counting(table(rows, row_group_size=100, compression="none", use_dictionary=False))
    items = list(open_reader(shape, "s", None, 10**6).read(stream))
    assert [item.place for item in items] == list(range(1, 2_001))
    assert stream.most < 200_000 < len(stream.getvalue())


def test_columns_that_are_not_there(read: Read) -> None:
    wrong = MAPPING.replace("user.id", "user.name").replace('"kind"', '"kin"')
    with pytest.raises(InputError) as caught:
        read(table([ORDER]), "in.parquet", wrong)
    for part in ('"user.name"', '"kin"; did you mean "kind"?', '"until"'):
        assert part in str(caught.value)


def test_a_pipe_has_no_end_to_begin_at(shape: EventShape) -> None:
    class Pipe(io.BytesIO):
        def seekable(self) -> bool:
            return False

    with pytest.raises(InputError, match="takes a file: a pipe"):
        open_reader(shape, "s", None, 10**6).read(Pipe(table([ORDER])))


def test_parquet_that_is_read_as_text(read: Read) -> None:
    with pytest.raises(InputError, match="is a Parquet file: read it with --format parquet"):
        read(table([ORDER]), "in.data", None)


def test_without_the_package_the_extra_is_named(shape: EventShape, monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> None:
        raise ImportError(name=name)

    monkeypatch.setattr("segdsl.diagnostics.extras.import_module", missing)
    with pytest.raises(MissingExtraError, match=r'pip install "segdsl\[parquet\]"'):
        open_reader(shape, "s", None, 10**6)
