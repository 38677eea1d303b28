"""CSV by a mapping: rows to events, rows that are none, and every mistake a mapping can have."""

import gzip
import io

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from segdsl.diagnostics.errors import InputError
from segdsl.readers import read_events
from segdsl.readers.base import REASONS
from segdsl.readers.csv import Csv
from segdsl.readers.mapping import Mapping, parse_test
from segdsl.records.inputs import Event
from segdsl.values.instants import parse_moment
from segdsl.values.limits import EVENT_BYTES

MAPPING = {
    "customer": "CustomerID",
    "time": "InvoiceDate",
    "event": [
        {
            "name": "returns item",
            "where": {"Quantity": "<0"},
            "fields": {"product": "StockCode", "quantity": "Quantity"},
            "attributes": {"country": "Country"},
        },
        {
            "name": "buys item",
            "where": {"Quantity": ">0"},
            "fields": {"product": "StockCode", "quantity": "Quantity", "price": "UnitPrice"},
        },
    ],
}
HEADER = b"InvoiceNo,StockCode,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n"
ROW = b"1,85123A,6,2010-12-01 08:26:00,2.55,17850,United Kingdom\n"
INSTANT = parse_moment("2010-12-01T08:26:00Z")[0]


def reader(shape, limit=EVENT_BYTES, **changes):
    return Csv(shape, "s.csv", Mapping.parse(MAPPING | changes, "map.toml"), limit)


def read(shape, data, header=HEADER, **changes):
    return list(reader(shape, **changes).read(io.BytesIO(header + data)))


def test_rows_become_events_of_the_first_rule_that_fits(shape):
    data = ROW + b"2,X,-1,2010-12-01 08:26:00,2.55,17850,United Kingdom\n"
    assert read(shape, data) == [
        Event(
            "s.csv:2",
            "buys item",
            "17850",
            INSTANT,
            {"product": "85123A", "quantity": 6_000_000, "price": 2_550_000},
            {},
            None,
            2,
            format="csv",
        ),
        Event(
            "s.csv:3",
            "returns item",
            "17850",
            INSTANT,
            {"product": "X", "quantity": -1_000_000},
            {"country": "United Kingdom"},
            None,
            3,
            format="csv",
        ),
    ]


def test_rows_that_no_rule_fits_are_counted(shape):
    csv = reader(shape)
    data = HEADER + ROW.replace(b",6,", b",0,") + ROW.replace(b",6,", b",,") + ROW
    assert [event.place for event in csv.read(io.BytesIO(data))] == [4]
    assert csv.skipped_rows == 2


def test_ids_from_columns(shape):
    rows = read(shape, ROW + ROW + ROW.replace(b"1,85123A", b","), id=["InvoiceNo", "StockCode"])
    assert [event.id for event in rows] == ["1:85123A", "1:85123A", "s.csv:4"]
    assert read(shape, ROW, id="InvoiceNo")[0].id == "1"


def test_times_are_local_in_the_mappings_zone_or_the_programs(shape, shape_of):
    assert read(shape, ROW, zone="America/Toronto")[0].instant == INSTANT + 5 * 3_600_000_000
    toronto = shape_of("America/Toronto")
    assert read(toronto, ROW)[0].instant == INSTANT + 5 * 3_600_000_000
    assert read(toronto, ROW, zone="UTC")[0].instant == INSTANT


def test_quotes_line_ends_in_cells_and_row_numbers(shape):
    data = b'"1\r\nx","a ""b"", c",6,2010-12-01 08:26:00,2.55,17850,UK\r\n\r\n   \r\n' + ROW
    first, second = read(shape, data)
    assert (first.place, first.fields["product"]) == (2, 'a "b", c')
    assert second.place == 5


def test_byte_order_mark_delimiter_and_a_last_row_without_line_end(shape):
    data = (HEADER + ROW).replace(b",", b";").replace(b"\n", b"\r\n").removesuffix(b"\r\n")
    assert len(list(reader(shape, delimiter=";").read(io.BytesIO(b"\xef\xbb\xbf" + data)))) == 1


def test_empty_cells_are_not_known(shape):
    (event,) = read(shape, b"1,,-6,2010-12-01 08:26:00,2.55,17850, \n")
    assert (event.fields, event.attributes) == ({"quantity": -6_000_000}, {"country": None})


@pytest.mark.parametrize(
    ("row", "reason", "says"),
    [
        (ROW.replace(b"17850", b" "), "no customer", "the cell CustomerID is empty"),
        (ROW.replace(b"17850", b"x" * 1001), "no customer", "CustomerID is longer than"),
        (ROW.replace(b"2010-12-01 08:26:00", b""), "no instant", "the cell InvoiceDate is empty"),
        (ROW.replace(b"2010-12-01 08:26:00", b"12/1/2010 8:26"), "bad instant", 'InvoiceDate is "12/1/2010 8:26"'),
        (ROW.replace(b"2010", b"1810"), "bad instant", "not from 1900"),
        (ROW.replace(b"2.55", b"two"), "bad field", 'price (UnitPrice) is "two", not a number'),
        (ROW.replace(b"2.55", b"1_000"), "bad field", "not a number"),
        (ROW.replace(b"2.55", b"nan"), "bad field", "not a number"),
        (ROW.replace(b"2.55", b"1e400"), "bad field", "twelve digits"),
        (b"a,b\n", "not an event", "the row has 2 cells, the header 7"),
        (ROW.replace(b"United", b'"United"'), "not an event", "quotes do not fit"),
        (ROW.replace(b"85123A", b"8\xff"), "not an event", "not UTF-8"),
        (ROW.replace(b"85123A", b"8\r5"), "not an event", "carriage return"),
        (ROW.replace(b"85123A", b"8" * 140_000), "not an event", "longer than 131,072"),
        (ROW.replace(b"85123A", b"8" * 110_000), "bad field", "longer than 100,000"),
    ],
)
def test_a_bad_row_harms_no_other(shape, row, reason, says):
    first, reject, last = read(shape, ROW + row + ROW)
    assert (first.id, last.id) == ("s.csv:2", "s.csv:4")
    assert (reject.reason, reject.place) == (reason, 3)
    assert says in reject.detail
    assert reject.raw[:20] == row.decode("utf-8", "replace").rstrip("\n")[:20]


def test_a_file_that_stops_in_mid_row(shape):
    assert "stops in the middle of this row" in read(shape, ROW + ROW[:20])[-1].detail
    assert "stops inside a quoted cell" in read(shape, ROW + b'1,"abc')[-1].detail


def test_a_quote_that_is_never_closed_does_not_swallow_the_rest(shape):
    items = read(shape, b'1,"abc,\n' + ROW * 10_000)
    assert items[0].reason == "not an event"
    assert isinstance(items[-1], Event)
    assert sum(isinstance(item, Event) for item in items) > 5_000


def test_rows_that_are_too_long(shape):
    first, reject, last = read(shape, ROW + b"x" * 5_000_000 + b"\n" + ROW, limit=500)
    assert (first.place, reject.place, last.place) == (2, 3, 4)
    assert reject.detail == "the row is longer than 500 bytes"
    assert reject.raw == "x" * 500


def test_a_row_that_grows_too_long_line_by_line(shape):
    long = ROW.replace(b"United Kingdom", b'"' + b"xx\n" * 300 + b'"')
    first, reject, *_ = read(shape, ROW + long + ROW, limit=500)
    assert first.place == 2
    assert (reject.place, reject.detail) == (3, "the row is longer than 500 bytes")
    assert len(reject.raw) == 500


def test_a_packed_file_that_stops_short(shape, tmp_path):
    (tmp_path / "m.toml").write_text(
        'customer = "CustomerID"\ntime = "InvoiceDate"\n'
        '[[event]]\nname = "buys item"\nfields = { product = "StockCode" }\n'
    )
    rows = b"".join(ROW.replace(b"85123A", str(hash(str(n))).encode()) for n in range(2000))
    (tmp_path / "x.csv.gz").write_bytes(gzip.compress(HEADER + rows)[:-100])
    with read_events(tmp_path / "x.csv.gz", shape, mapping=tmp_path / "m.toml") as items:
        *events, reject = items
    assert len(events) > 1500
    assert "packed input is damaged" in reject.detail
    assert reject.place == len(events) + 2


@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.sampled_from([ROW, b'"', b",", b"\n", b"\r", b"\xff", b"x", b"17850", b"\\", b"\x0b"]), max_size=20))
def test_no_bytes_can_break_it(shape, parts):
    for item in read(shape, b"".join(parts)):
        assert item.place >= 2
        assert isinstance(item, Event) or item.reason in REASONS


@pytest.mark.parametrize("data", [b"", b"\xef\xbb\xbf", b"\n", b'"abc', b"a\xff,b\n", b"PK\3\4\0\0"])
def test_no_header(shape, data):
    with pytest.raises(InputError, match=r"s\.csv"):
        reader(shape).read(io.BytesIO(data))


@pytest.mark.parametrize(
    ("test", "meets", "fails"),
    [
        ("<0", ["-1", " -0.5 "], ["0", "", "x", "1"]),
        ("<=0", ["0"], ["0.1"]),
        (">=5", ["5", "5.0", "1e3"], ["4.999999", ""]),
        ("> 5", ["6"], ["5"]),
        ("=GB", ["GB", " GB"], ["gb", "", "GBR"]),
        ("!=GB", ["FR"], ["GB", "", " "]),
        ("starts C", ["C1"], ["c1", "", "XC"]),
        ("known", ["0"], ["", " "]),
    ],
)
def test_tests_on_cells(test, meets, fails):
    holds = parse_test(test)
    assert [cell for cell in meets + fails if holds(cell)] == meets


@pytest.mark.parametrize("written", ["", "GB", "<", "<abc", "=", "unknown"])
def test_what_is_no_test(written):
    with pytest.raises(ValueError, match=r"no test|no number"):
        parse_test(written)


def test_all_mistakes_of_a_mapping_are_told_at_once(shape):
    mapping = {
        "delimitr": ",",
        "delimiter": ";;",
        "zone": "Mars/Base",
        "customer": "CustomerId",
        "id": 5,
        "event": [
            {"name": "bys item", "fields": {"product": "Stock"}},
            {"name": "buys item", "fields": {"prise": "UnitPrice"}, "where": {"Quantity": "~5"}, "were": {}},
            {"name": "buys", "attributes": {"contry": "Country"}},
            {"name": "places order", "fields": {"items": "StockCode", "loyalty tier": "Country", "tier": "Country"}},
            {"fields": {"x": 5}},
            5,
        ],
    }
    with pytest.raises(InputError) as caught:
        reader_of = Csv(shape, "s.csv", Mapping.parse(mapping, "map.toml"), EVENT_BYTES)
        reader_of.read(io.BytesIO(HEADER.replace(b"UnitPrice", b"Country")))
    told = str(caught.value).splitlines()
    assert told[0] == "the mapping map.toml does not fit:"
    for part in (
        'no setting `delimitr`; did you mean "delimiter"?',
        "`delimiter` is one character",
        "no time zone is called 'Mars/Base'",
        'customer: the file has no column "CustomerId"; did you mean "CustomerID"?',
        "`time` is missing",
        "`id` names a column, or a list of columns",
        'event 1 (bys item): the program declares no event "bys item"; did you mean "buys item"?',
        'event 2 (buys item): "buys item" has no field "prise"; did you mean "price"?',
        'event 2 (buys item): where Quantity: "~5" is no test',
        'event 2: there is no setting `were`; did you mean "where"?',
        'event 3 (buys): "buys" does not come in by itself',
        'event 3 (buys): the program has no attribute "contry"; did you mean "country"?',
        'event 3 (buys): contry: the file has more than one column "Country"',
        "event 4 (places order): items is a list, which no cell can hold",
        "event 4 (places order): loyalty tier is given twice",
        "event 5: `name` is missing",
        "event 5: `fields` is a table of texts",
        "event 6: write it as [[event]]",
    ):
        assert any(part in problem for problem in told), part


def test_a_mapping_without_events(shape):
    with pytest.raises(InputError, match="no event is described"):
        read(shape, ROW, event=[])


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"a = ", "is not TOML"),
        (b"\xff", "not UTF-8"),
        (b"a = " + b"[" * 5000, "is not TOML"),
        (None, "cannot be read"),
    ],
)
def test_mapping_files_that_cannot_be_read(tmp_path, data, says):
    if data is not None:
        (tmp_path / "m.toml").write_bytes(data)
    with pytest.raises(InputError, match=says):
        Mapping.load(tmp_path / "m.toml")
