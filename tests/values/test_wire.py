"""Values on the wire: there and back for every kind, and what is refused."""

from decimal import Decimal, localcontext

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from segdsl.values import instants
from segdsl.values.kinds import (
    BOOLEAN,
    DATE,
    DURATION,
    FOLDED,
    INSTANT,
    NUMBER,
    TEXT,
    TIME_OF_DAY,
    WEEKDAY,
    Kind,
    RecordField,
)
from segdsl.values.limits import TEXT_CHARACTERS
from segdsl.values.numbers import WIRE_LIMIT
from segdsl.values.text import normal
from segdsl.values.wire import LONGEST_DURATION, BadValue, decode, decode_text, encode, shown
from segdsl.values.zones import Zone

UTC = Zone("UTC")
TORONTO = Zone("America/Toronto")
CHOICE = Kind("one of", ("gold", "silver"))
JSON = msgspec.json.Encoder(decimal_format="number")
READ = msgspec.json.Decoder(float_hook=Decimal)

NORMAL_TEXT = st.text(st.characters(exclude_categories=["Cs"])).map(normal)
SIMPLE = [
    (TEXT, NORMAL_TEXT),
    (FOLDED, NORMAL_TEXT),
    (NUMBER, st.integers(1 - WIRE_LIMIT, WIRE_LIMIT - 1)),
    (BOOLEAN, st.booleans()),
    (DATE, st.dates().map(instants.from_date)),
    (INSTANT, st.integers(instants.EARLIEST, instants.LATEST - 1)),
    (
        DURATION,
        st.integers(-LONGEST_DURATION, LONGEST_DURATION)
        | st.integers(-500, 500).map(lambda n: n * instants.DAY)
        | st.integers(-500, 500),
    ),
    (CHOICE, st.sampled_from(CHOICE.choices)),
    (TIME_OF_DAY, st.integers(0, 86399).map(lambda n: n * instants.SECOND)),
]


def record(kind, values):
    """Records of one field that may be not known; a field's wire name is not the one that is written."""
    fields = (RecordField("a b", kind, ("x",)), RecordField("n", NUMBER))
    return Kind("record", fields=fields), st.fixed_dictionaries({}, optional={"a b": values, "n": SIMPLE[2][1]})


NESTED = [
    pair
    for kind, values in SIMPLE
    for pair in (
        (kind, st.none() | values),
        (Kind("list", item=kind), st.lists(st.none() | values, max_size=3).map(tuple)),
        (Kind("list", item=record(kind, values)[0]), st.lists(record(kind, values)[1], max_size=3).map(tuple)),
    )
]


@pytest.mark.parametrize(("kind", "values"), NESTED, ids=[str(kind) + str(n) for n, (kind, _) in enumerate(NESTED)])
def test_there_and_back_through_json(kind, values):
    @settings(max_examples=40)
    @given(values)
    def holds(value):
        written = JSON.encode(encode(kind, value))
        assert decode(kind, READ.decode(written), TORONTO) == value

    holds()


@given(st.sampled_from([pair for pair in SIMPLE if pair[0] not in (TEXT, FOLDED)]), st.data())
def test_there_and_back_through_cells(pair, data):
    kind, values = pair
    value = data.draw(values)
    assert decode_text(kind, f" {JSON.encode(encode(kind, value)).decode().strip(chr(34))} ", TORONTO) == value


@given(st.decimals(allow_nan=False, allow_infinity=False, places=9, min_value=-(10**9), max_value=10**9))
def test_numbers_are_rounded_half_to_even(value):
    with localcontext() as context:
        context.prec = 50
        expected = int(value.scaleb(6).to_integral_value("ROUND_HALF_EVEN"))
    assert decode(NUMBER, value, UTC) == expected


def test_the_hosts_decimal_context_does_not_matter():
    with localcontext() as context:
        context.prec = 2
        assert decode(NUMBER, Decimal("123456.654321"), UTC) == 123_456_654_321
        assert JSON.encode(encode(NUMBER, 123_456_654_321)) == b"123456.654321"


@pytest.mark.parametrize(
    ("kind", "value", "written"),
    [
        (NUMBER, 3_000_000, b"3"),
        (NUMBER, 99_500_000, b"99.5"),
        (NUMBER, -1, b"-0.000001"),
        (NUMBER, 999_999_999_999_999_999, b"999999999999.999999"),
        (INSTANT, 0, b'"1970-01-01T00:00:00Z"'),
        (DATE, 0, b'"1970-01-01"'),
        (DURATION, 2 * instants.DAY, b'"2 days"'),
        (DURATION, 90 * instants.MINUTE, b'"90 minutes"'),
        (DURATION, 0, b'"0 seconds"'),
        (DURATION, 1_234_567_890_123_456, b'"1234567890.123456 seconds"'),
        (BOOLEAN, True, b"true"),
        (WEEKDAY, "Monday", b'"Monday"'),
        (TEXT, None, b"null"),
    ],
)
def test_how_values_are_written(kind, value, written):
    assert JSON.encode(encode(kind, value)) == written


@pytest.mark.parametrize(
    ("kind", "raw", "value"),
    [
        (TEXT, 17, "17"),
        (TEXT, -3, "-3"),
        (TEXT, "e\u0301", "é"),
        (FOLDED, "ACME", "ACME"),
        (NUMBER, Decimal("1e-7"), 0),
        (NUMBER, Decimal("2.5e3"), 2_500_000_000),
        (DATE, "2024-02-29", 19_782),
        (INSTANT, "2026-03-01T10:00:00+02:00", instants.parse_moment("2026-03-01T08:00:00Z")[0]),
        (INSTANT, "2026-07-01T10:00:00", instants.parse_moment("2026-07-01T14:00:00Z")[0]),
        (DURATION, "30 minutes", 30 * instants.MINUTE),
        (DURATION, "1 day", instants.DAY),
        (DURATION, "1.5 hours", 90 * instants.MINUTE),
        (DURATION, "0.000001 seconds", 1),
        (CHOICE, "gold", "gold"),
        (Kind("list", item=TEXT), ["a", None, 2], ("a", None, "2")),
    ],
)
def test_what_is_read(kind, raw, value):
    assert decode(kind, raw, TORONTO) == value
    assert decode(kind, None, TORONTO) is None


def test_records_find_their_fields_by_name_then_underscore_then_wires():
    kind = Kind("record", fields=(RecordField("loyalty tier", TEXT, ("tier", "é")), RecordField("n", NUMBER)))
    assert decode(kind, {"tier": "c", "loyalty_tier": "b", "loyalty tier": "a", "z": []}, UTC) == {"loyalty tier": "a"}
    assert decode(kind, {"é": "d", "tier": "c", "loyalty_tier": "b"}, UTC) == {"loyalty tier": "b"}
    assert decode(kind, {"é": "d", "tier": "c"}, UTC) == {"loyalty tier": "c"}
    assert decode(kind, {"e\u0301": "d", "n": None}, UTC) == {"loyalty tier": "d"}


@pytest.mark.parametrize(
    ("kind", "raw", "says"),
    [
        (TEXT, True, "true, not text"),
        (TEXT, Decimal("1.5"), "1.5, not text"),
        (TEXT, [1], "a list, not text"),
        (TEXT, "x" * (TEXT_CHARACTERS + 1), "longer than 100,000 characters"),
        (TEXT, 10**1100, "a whole number of more than 900 digits, not text"),
        (TEXT, "a\udc00", "half a character"),
        (NUMBER, "ten", '"ten", not a number'),
        (NUMBER, "10", '"10", not a number'),
        (NUMBER, True, "true, not a number"),
        (NUMBER, 0.1, "0.1, not an exact number"),
        (NUMBER, Decimal("NaN"), "NaN"),
        (NUMBER, Decimal("-Infinity"), "-Infinity"),
        (NUMBER, 10**12, "more than twelve digits"),
        (NUMBER, Decimal("999999999999.9999999"), "more than twelve digits"),
        (BOOLEAN, 1, "1, not true or false"),
        (BOOLEAN, "true", "not true or false"),
        (DATE, "2026-02-29", "not a date like"),
        (DATE, 20260301, "not a date like"),
        (INSTANT, "2026-03-01", "not a date and time"),
        (INSTANT, "9999-12-31T23:00:00", "not from 1900 to 2199"),
        (INSTANT, "0001-01-01T00:00:00+10:00", "not from 1900 to 2199"),
        (DURATION, "12 months", "not a duration like 30 minutes"),
        (DURATION, "half minutes", "not a duration like 30 minutes"),
        (DURATION, 30, "not a duration"),
        (DURATION, "5minutes", "not a duration"),
        (DURATION, "400000 days", "longer than 300 years"),
        (CHOICE, "tin", '"tin", not one of "gold", "silver"'),
        (Kind("list", item=NUMBER), "x", '"x", not a list'),
        (Kind("record"), [], "a list, not an object"),
        (TIME_OF_DAY, "25:00", "not a time of day"),
    ],
)
def test_what_is_refused(kind, raw, says):
    with pytest.raises(BadValue) as caught:
        decode(kind, raw, UTC)
    assert says in str(caught.value)
    assert caught.value.about("amount").startswith("amount is ")


def test_where_inside_a_value_the_mistake_is():
    kind = Kind("list", item=Kind("record", fields=(RecordField("price", NUMBER),)))
    with pytest.raises(BadValue) as caught:
        decode(kind, [{"price": 1}, {"price": "x"}], UTC)
    assert caught.value.about("items") == 'price of item 2 of items is "x", not a number'
    assert str(caught.value) == 'price of item 2 is "x", not a number'


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        (TEXT, " a ", " a "),
        (TEXT, "  ", None),
        (NUMBER, "", None),
        (NUMBER, " -2.50 ", -2_500_000),
        (NUMBER, ".5", 500_000),
        (NUMBER, "1e3", 1_000_000_000),
        (BOOLEAN, "Yes", True),
        (BOOLEAN, "FALSE", False),
        (DATE, " 1970-01-02 ", 1),
        (INSTANT, "2026-03-01 05:00", instants.parse_moment("2026-03-01T10:00:00Z")[0]),
        (CHOICE, " gold", "gold"),
    ],
)
def test_cells(kind, text, value):
    assert decode_text(kind, text, TORONTO) == value


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (NUMBER, "1_000"), (NUMBER, "1,000"), (NUMBER, "nan"), (NUMBER, "+-1"), (NUMBER, "٣"), (NUMBER, "1e400"),
        (NUMBER, "0" * 70), (NUMBER, "1e99999999999999999999"), (BOOLEAN, "maybe"), (Kind("list", item=TEXT), "a"),
        (Kind("record"), "a"),
    ],
)  # fmt: skip
def test_cells_that_are_refused(kind, text):
    with pytest.raises(BadValue):
        decode_text(kind, text, UTC)


def test_values_are_shown_on_one_line():
    assert shown("a\nb") == '"a\\nb"'
    assert shown("é" * 100) == '"' + "é" * 59 + '…"'
    assert shown("\ud800") == '"?"'
    assert shown(None) == "null"
    assert shown({}) == "an object"
    assert len(shown(Decimal("0." + "1" * 1000))) <= 60
