"""JSON that is not one object a line: arrays, values over several lines, and what is broken in them."""

import io
import json
import tracemalloc

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from segdsl.readers.cutting import pieces
from segdsl.readers.jsonlines import open_reader
from segdsl.records.inputs import Event

TIME = "2026-03-01T10:00:00Z"


class Slow(io.BytesIO):
    """Gives a byte at a time."""

    def read1(self, size=-1, /):
        return super().read1(1)


def event(id, **more):
    return {"id": id, "event": "registers", "customer": "c1", "time": TIME} | more


def read(shape, data, limit=1_000_000, stream=io.BytesIO):
    return list(open_reader(shape, "s", None, limit).read(stream(data)))


def brief(items):
    return [(item.place, item.id if isinstance(item, Event) else item.detail) for item in items]


EVENTS = [event("a"), event("b", note='}] , "x" \\'), event("c")]
WAYS = {
    "one a line": "\n".join(map(json.dumps, EVENTS)),
    "an array in one line": json.dumps(EVENTS),
    "an array over many lines": json.dumps(EVENTS, indent=2),
    "an array without indentation": json.dumps(EVENTS, indent=0),
    "an array with an object a line": "[\n" + ",\n".join(map(json.dumps, EVENTS)) + "\n]\n",
    "an array with commas in front": "[" + "\n,".join(map(json.dumps, EVENTS)) + "]",
    "objects over many lines": "\n".join(json.dumps(each, indent=2) for each in EVENTS),
    "several arrays": json.dumps(EVENTS[:2]) + "\n" + json.dumps(EVENTS[2:]),
    "blank lines before": "\n\n  " + json.dumps(EVENTS),
    "carriage returns": json.dumps(EVENTS, indent=2).replace("\n", "\r\n"),
}


@pytest.mark.parametrize("stream", [io.BytesIO, Slow])
@pytest.mark.parametrize("way", WAYS)
def test_the_same_events_in_every_way(shape, way, stream):
    assert [item.id for item in read(shape, WAYS[way].encode(), stream=stream)] == ["a", "b", "c"]


def test_the_place_is_the_line_where_it_begins(shape):
    data = (
        "[\n" + json.dumps(event("a"), indent=2) + ",\n" + json.dumps(event("b")) + "," + json.dumps(event("c")) + "]"
    )
    assert brief(read(shape, data.encode())) == [(2, "a"), (8, "b"), (8, "c")]


def test_events_without_an_id_differ_though_they_stand_in_one_line(shape):
    bare = {key: value for key, value in event("a").items() if key != "id"}
    one_line, over_lines = json.dumps([bare] * 3), json.dumps([bare] * 2, indent=1)
    assert [item.id for item in read(shape, one_line.encode())] == ["s:1", "s:1.2", "s:1.3"]
    assert [item.id for item in read(shape, over_lines.encode())] == ["s:2", "s:7"]


def test_a_list_of_objects_as_a_line_is_read_one_by_one(shape):
    lines = [json.dumps(event("a")), json.dumps([event("b"), {"event": "registers"}]), json.dumps(event("c"))]
    items = read(shape, "\n".join(lines).encode())
    assert [item.place for item in items] == [1, 2, 2, 3]
    assert items[2].detail == "no customer and no visitor is named (number 2 of 2 in this batch)"


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b'[{"a": 1}, ', "the input stops in the middle of this item"),
        (b'[{"a": {"b": 1', "the input stops in the middle of this item"),
        (b'{\n "a": [', "the input stops in the middle of this item"),
        (b'[{"a": NaN}]', "the item is not JSON"),
        (b"[\xff]", "the item is not UTF-8 text"),
        (b"[[[[", "the input stops in the middle of this item"),
    ],
)
def test_broken_arrays(shape, data, says):
    assert read(shape, data)[-1].detail.startswith(says)


def test_a_quote_that_is_never_closed_ends_with_its_line(shape):
    data = "[\n" + json.dumps(event("a")) + ',\n{"id": "b\n},\n' + json.dumps(event("c")) + "]"
    first, bad, last = read(shape, data.encode())
    assert (first.id, last.id) == ("a", "c")
    assert (bad.place, bad.reason) == (3, "not an event")


def test_an_item_that_is_too_long_harms_no_other(shape):
    data = json.dumps([event("a"), event("b", note="x" * 2_000), event("c")]).encode()
    first, long, last = read(shape, data, limit=500)
    assert (first.id, last.id) == ("a", "c")
    assert long.detail == "the item is longer than 500 bytes"
    assert read(shape, data, limit=500, stream=Slow) == [first, long, last]


def test_a_long_array_is_not_held():
    class Endless(io.BytesIO):
        left = 100

        def read1(self, size=-1, /):
            self.left -= 1
            return (b"[" if self.left == 99 else b"") + ITEM * 100 if self.left >= 0 else b""

    tracemalloc.start()
    try:
        count = sum(1 for _ in pieces(Endless(), 1_000_000, "s"))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert count == 100 * 100 + 1  # it is never closed
    assert peak < 3_000_000


ITEM = b'{"a": "' + b"x" * 1_000 + b'"},'

PARTS = [b"[", b"]", b"{", b"}", b",", b"\n", b'"', b"\\", b" ", b"1", b'{"a": 1}', b"\xff", b"{\n", b"[\n"]


@settings(max_examples=400, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.sampled_from(PARTS), max_size=25).map(b"".join))
def test_pieces_do_not_depend_on_how_the_bytes_arrive(shape, data):
    assert list(pieces(Slow(data), 40, "s")) == list(pieces(io.BytesIO(data), 40, "s"))
    for item in read(shape, b"[" + data, limit=40):
        assert item.reason == "not an event" or item.detail


@given(st.lists(st.recursive(
    st.none() | st.integers() | st.text(),
    lambda inner: st.dictionaries(st.text(max_size=4), inner, max_size=3) | st.lists(inner, max_size=3),
).map(lambda value: {"v": value}), max_size=5), st.sampled_from([None, 0, 1]))  # fmt: skip
def test_whatever_an_array_holds_comes_out(values, indent):
    data = json.dumps(values, indent=indent, ensure_ascii=False).encode("utf-8", "surrogatepass")
    assert [
        json.loads(piece.text.decode("utf-8", "surrogatepass")) for piece in pieces(io.BytesIO(data), 10**6, "s")
    ] == values
