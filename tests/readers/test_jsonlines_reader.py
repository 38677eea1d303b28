"""JSON lines from bytes, and the opening of inputs: packed, standard input, what cannot be opened."""

import gzip
import io
import json
import sys
import tracemalloc

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from segdsl.diagnostics.errors import InputError
from segdsl.readers import formats, read_events
from segdsl.readers.base import REASONS
from segdsl.readers.jsonlines import open_reader
from segdsl.records.inputs import Event
from segdsl.records.outcomes import Reject
from segdsl.values.limits import EVENT_BYTES


def line(**changes):
    whole = {"event": "registers", "customer": "c1", "time": "2026-03-01T10:00:00Z"}
    return json.dumps(whole | changes).encode()


def number(digits):
    return line(event="places order")[:-1] + b', "amount": ' + digits + b"}"


def reader(shape, source="s", limit=EVENT_BYTES):
    return open_reader(shape, source, None, limit)


def read(shape, data, limit=EVENT_BYTES):
    return list(reader(shape, "s", limit).read(io.BytesIO(data)))


def brief(items):
    return [(item.place, item.id if isinstance(item, Event) else item.reason) for item in items]


def test_lines_in_order_with_places(shape):
    data = line(id="a") + b"\n\n  \t\n" + line(id="b") + b"\n" + line()
    assert brief(read(shape, data)) == [(1, "a"), (4, "b"), (5, "s:5")]


def test_byte_order_mark_and_carriage_returns(shape):
    data = b"\xef\xbb\xbf" + line(id="a") + b"\r\n\r\n" + line(id="b") + b"\r\n"
    assert brief(read(shape, data)) == [(1, "a"), (3, "b")]


@pytest.mark.parametrize("data", [b"", b"\n\n", b"\xef\xbb\xbf", b"\r\n"])
def test_nothing_in_it(shape, data):
    assert read(shape, data) == []


@pytest.mark.parametrize(
    ("digits", "millionths"),
    [
        (b"0.1", 100_000),
        (b"99.5", 99_500_000),
        (b"1e-7", 0),
        (b"0.0000005", 0),
        (b"0.0000015", 2),
        (b"0.00000050000000000000000000000000000000000000000000001", 1),
        (b"0." + b"1" * 5000, 111_111),
        (b"1e-99999999999999999999", 0),
        (b"0e999999", 0),
        (b"-0.0", 0),
        (b"1e3", 1_000_000_000),
        (b"999999999999", 999_999_999_999_000_000),
        (b"-999999999999.999999", -999_999_999_999_999_999),
        (b"0.30000000000000004", 300_000),
    ],
)
def test_numbers_are_read_from_their_digits(shape, digits, millionths):
    (event,) = read(shape, number(digits))
    assert event.fields == {"amount": millionths}


@pytest.mark.parametrize(
    "digits",
    [b"1e400", b"1000000000000", b"999999999999.9999999", b"1e99999999999999999999", b"9" * 400, b"-1e12", b'"1"'],
)
def test_numbers_out_of_range(shape, digits):
    (reject,) = read(shape, number(digits))
    assert reject.reason == "bad field"
    assert reject.detail.startswith("amount is ")
    assert len(reject.detail) < 200


@pytest.mark.parametrize(
    ("bad", "says"),
    [
        (b"{", "not JSON: it ends too early"),
        (b"{} x", "trailing characters"),
        (b'{"a": NaN}', "not JSON"),
        (b'{"a": Infinity}', "not JSON"),
        (b'{"a": 1e99999999999999999999, }', "not JSON"),
        (b'{"a": "\xff"}', "not UTF-8"),
        (b"\xed\xa0\x80", "not UTF-8"),
        (b'{"a": "\\ud800"}', "not JSON"),
        (b"[" * 100_000, "brackets go too deep"),
        (b"9" * 5000, "whole number of too many digits"),
        (b"[1, 2]", "a list, not an object"),
        (b'"text"', "not an object"),
    ],
)
def test_a_bad_line_harms_no_other(shape, bad, says):
    first, reject, last = read(shape, line(id="a") + b"\n" + bad + b"\n" + line(id="b") + b"\n")
    assert (first.id, last.id) == ("a", "b")
    assert (reject.reason, reject.place) == ("not an event", 2)
    assert says in reject.detail
    assert reject.raw.startswith(bad.decode("utf-8", "replace")[:20])
    assert len(reject.raw) <= 500


def test_of_a_key_given_twice_the_last_counts(shape):
    (event,) = read(shape, line(event="places order")[:-1] + b', "amount": 1, "amount": 2}')
    assert event.fields == {"amount": 2_000_000}


def test_a_file_that_stops_in_mid_line(shape):
    event, reject = read(shape, line(id="a") + b"\n" + line(id="b")[:-5])
    assert event.id == "a"
    assert (reject.reason, reject.place) == ("not an event", 2)
    assert "stops in the middle of this line" in reject.detail


def test_long_lines(shape):
    class Slow(io.BytesIO):
        def read1(self, size=-1, /):
            return super().read1(min(size, 1000))

    data = line(id="a") + b"\n" + b"x" * 5_000_000 + b"\n" + line(id="b") + b"\n" + b"y" * 3000
    items = list(reader(shape, "s", 2500).read(Slow(data)))
    assert items == read(shape, data, limit=2500)
    assert brief(items) == [(1, "a"), (2, "not an event"), (3, "b"), (4, "not an event")]
    assert items[1].detail == "the line is longer than 2,500 bytes"
    assert items[1].raw == "x" * 500


JSON_PARTS = [
    line(),
    b"\n",
    b"\r",
    b'"',
    b"{",
    b"}",
    b"[",
    b"]",
    b":",
    b",",
    b"1e9",
    b"-",
    b"\\ud800",
    b"\xff",
    b'"event"',
]


@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.sampled_from(JSON_PARTS) | st.binary(max_size=4), max_size=20).map(b"".join))
def test_no_bytes_can_break_it(shape, data):
    try:
        items = read(shape, data, limit=150)
    except InputError as error:
        assert "text" in str(error)
        return
    places = [item.place for item in items]
    assert places == sorted(places)
    assert all(isinstance(item, Event) or item.reason in REASONS for item in items)


def test_a_long_line_is_not_held(shape):
    class Endless(io.BytesIO):
        left = 200

        def read1(self, size=-1, /):
            self.left -= 1
            return b"x" * 100_000 if self.left >= 0 else b""

    tracemalloc.start()
    try:
        (reject,) = reader(shape, "s").read(Endless())
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert reject.detail == "the line is longer than 1,000,000 bytes"
    assert peak < 5_000_000


def test_the_limit_itself_is_allowed(shape):
    assert isinstance(read(shape, line(), limit=len(line()))[0], Event)
    assert isinstance(read(shape, line() + b"\n", limit=len(line()) - 1)[0], Reject)


def test_lines_come_as_they_arrive(shape):
    class Slow(io.BytesIO):
        chunks = [line(id="a")[:10], line(id="a")[10:] + b"\n" + line(id="b"), b"\n"]  # noqa: RUF012

        def read1(self, size=-1, /):
            return self.chunks.pop(0) if self.chunks else b""

    stream = Slow()
    items = reader(shape, "s").read(stream)
    assert next(items).id == "a"
    assert stream.chunks == [b"\n"]
    assert [item.id for item in items] == ["b"]


def test_a_byte_order_mark_that_arrives_in_pieces(shape):
    class Slow(io.BytesIO):
        def read1(self, size=-1, /):
            return super().read1(1)

    assert brief(reader(shape, "s").read(Slow(b"\xef\xbb\xbf" + line(id="a")))) == [(1, "a")]


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "not a text file"),
        ('{"a": 1}'.encode("utf-16"), "UTF-16"),
    ],
)
def test_binary_files(shape, data, says):
    with pytest.raises(InputError, match=says):
        read(shape, data)


def test_a_stream_that_fails(shape):
    class Broken(io.BytesIO):
        def read1(self, size=-1, /):
            if self.tell():
                raise OSError(5, "Input/output error")
            return super().read1(size)

    items = reader(shape, "day.jsonl").read(Broken(line(id="a") + b"\n"))
    assert next(items).id == "a"
    with pytest.raises(InputError, match=r"day\.jsonl cannot be read on after byte .*Input/output error"):
        next(items)


# --------------------------------------------------------------------------------------------------- opening of inputs


def test_plain_and_packed_files_give_the_same(shape, tmp_path):
    data = b"".join(line(id=n) + b"\n" for n in range(100))
    (tmp_path / "plain.gz").write_bytes(data)
    (tmp_path / "packed.jsonl").write_bytes(gzip.compress(data[:500]) + gzip.compress(data[500:]))
    with (
        read_events(tmp_path / "plain.gz", shape) as plain,
        read_events(str(tmp_path / "packed.jsonl"), shape) as packed,
    ):
        assert list(plain) == list(packed)


def test_the_id_comes_from_the_files_name_or_the_given_source(shape, tmp_path):
    (tmp_path / "day.jsonl").write_bytes(line())
    assert [event.id for event in read_events(tmp_path / "day.jsonl", shape)] == ["day.jsonl:1"]
    assert [event.id for event in read_events(tmp_path / "day.jsonl", shape, source="x")] == ["x:1"]


@pytest.mark.parametrize("cut", [1, 8, 9, 200])
def test_a_packed_file_that_stops_short(shape, tmp_path, cut):
    data = b"".join(line(id=f"{n}-{hash(str(n))}") + b"\n" for n in range(2000))
    (tmp_path / "cut.gz").write_bytes(gzip.compress(data)[:-cut])
    with read_events(tmp_path / "cut.gz", shape) as items:
        *events, reject = items
    assert [event.place for event in events] == list(range(1, len(events) + 1))
    assert len(events) > 1500
    assert (reject.reason, reject.place) == ("not an event", len(events) + 1)
    assert "packed input is damaged or stops here" in reject.detail


def test_a_packed_file_that_is_nothing_else(shape, tmp_path):
    (tmp_path / "bad.gz").write_bytes(b"\x1f\x8b" + b"nonsense" * 10)
    with pytest.raises(InputError, match="damaged from its start"), read_events(tmp_path / "bad.gz", shape) as items:
        list(items)


def test_standard_input(shape, monkeypatch):
    stdin = io.TextIOWrapper(io.BufferedReader(io.BytesIO(gzip.compress(line()))))
    monkeypatch.setattr(sys, "stdin", stdin)
    with read_events("-", shape) as items:
        assert [event.id for event in items] == ["standard input:1"]
    assert not stdin.buffer.closed


def test_what_cannot_be_opened(shape, tmp_path, monkeypatch):
    with pytest.raises(InputError, match="there is no file"):
        read_events(tmp_path / "none.jsonl", shape)
    with pytest.raises(InputError, match="is a directory"):
        read_events(tmp_path, shape)
    with pytest.raises(InputError, match="cannot be opened"):
        read_events("a\0b", shape)
    monkeypatch.setattr("pathlib.Path.open", lambda *_: (_ for _ in ()).throw(PermissionError(13, "Permission denied")))
    with pytest.raises(InputError, match="permission denied"):
        read_events(tmp_path / "x", shape)


def test_formats_are_found_by_file_name(shape, tmp_path):
    assert formats() == ["cloudevents", "csv", "ga4", "jsonlines", "parquet", "segment"]
    with pytest.raises(InputError, match="did you mean jsonlines"):
        read_events(tmp_path / "x", shape, format="jsonline")
    (tmp_path / "x.csv.gz").write_bytes(b"a,b\n")
    with pytest.raises(InputError, match="needs a mapping"):
        read_events(tmp_path / "x.csv.gz", shape)
    with pytest.raises(InputError, match="take no mapping"):
        read_events(tmp_path / "x.csv.gz", shape, format="segment", mapping="m.toml")


@pytest.mark.parametrize(
    ("name", "held", "format"),
    [("a.csv", b"x\n", None), ("a.jsonl", b"a\0b", None), ("a.jsonl", b"{}", "parquet"), ("a.json", b"PAR1", None)],
)
def test_what_is_wrong_with_a_file_is_told_of_its_name(shape, tmp_path, name, held, format):
    (tmp_path / name).write_bytes(held)
    with pytest.raises(InputError) as raised:
        list(read_events(tmp_path / name, shape, format=format, source=f"{name}#1234abcd"))
    assert str(raised.value).startswith(f"{tmp_path / name} ")


def test_closing_early(shape, tmp_path):
    (tmp_path / "a.jsonl").write_bytes((line() + b"\n") * 10)
    items = read_events(tmp_path / "a.jsonl", shape)
    next(items)
    items.close()
    assert list(items) == []
    assert items.skipped_rows == 0
