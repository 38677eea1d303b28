"""Segment's calls, GA4's rows and CloudEvents, case by case; and inputs in which several formats stand together."""

import io
import json
from typing import Any

import pytest

import segdsl
from segdsl.diagnostics.errors import InputError
from segdsl.readers import read_events
from segdsl.readers.base import EventShape
from segdsl.readers.detecting import items_of
from segdsl.readers.detecting import open_reader as detecting_reader
from segdsl.readers.segment import dialect
from segdsl.records.inputs import Event
from segdsl.values.instants import instant_text

RULES = """
attribute loyalty tier: text
attribute vip: boolean
attribute company industry: text
event takes a tour as "tour.taken" { length: number, guided: boolean, day: date, at: instant, stops: list of text }
"""
TIME = "2026-03-01T10:00:00Z"
CALL = {"messageId": "m1", "userId": "u1", "timestamp": TIME}
ROW = {"event_name": "page_view", "user_id": "u1", "event_timestamp": "1772359200000000", "event_params": []}
ENVELOPE = {
    "specversion": "1.0",
    "id": "e1",
    "source": "/s",
    "type": "registers",
    "time": TIME,
    "data": {"customer": "u1"},
}


@pytest.fixture(scope="module")
def shipped() -> EventShape:
    return EventShape(segdsl.loads(RULES).plan)


def items(shape: EventShape, obj: Any, format: str = "auto") -> list[Any]:
    return list(items_of([json.dumps(obj)], shape, format, "s"))


def one(shape: EventShape, obj: Any, format: str = "auto") -> Any:
    (item,) = items(shape, obj, format)
    return item


# -------------------------------------------------------------------------------------------------------------- Segment


@pytest.mark.parametrize(
    ("parts", "name"),
    [
        ({"event": "Signed Up"}, "registers"),
        ({"traits": {"email": "a@example.com"}}, "identifies"),
        ({"previousId": "v1"}, "identifies"),
    ],
)
def test_a_call_without_a_type_is_known_by_what_it_holds(shipped: EventShape, parts: dict[str, Any], name: str) -> None:
    assert one(shipped, CALL | parts).name == name


def test_a_batch_is_read_call_by_call(shipped: EventShape) -> None:
    calls = [
        {"type": "track", "event": "Signed Up", "userId": "u1", "messageId": "m1", "timestamp": TIME},
        {"type": "group", "userId": "u1", "groupId": "g"},
        {"type": "track", "event": "Signed In", "messageId": "m2", "timestamp": TIME},
        {"type": "page", "userId": "u2", "context": {"traits": {"city": "Bonn"}}},
    ]
    batch = {"batch": calls, "sentAt": "2026-03-01T10:05:00Z", "context": {"traits": {"vip": "yes"}}}
    first, bad, last = items(shipped, batch)
    assert (first.name, first.attributes) == ("registers", {"vip": True})
    assert (bad.reason, bad.id) == ("no customer", "m2")
    assert bad.detail.endswith("(number 3 of 4 in this batch)")
    assert (last.customer, last.attributes, last.id) == ("u2", {"city": "Bonn"}, "s:1.4")
    assert instant_text(last.instant) == "2026-03-01T10:05:00Z"


def test_who_a_call_names(shipped: EventShape) -> None:
    both = {"type": "track", "event": "Signed Up", "anonymousId": "v1"}
    assert one(shipped, CALL | both).customer == "u1"
    alias = CALL | {"type": "alias", "previousId": "v1"}
    plain = segment_plain(shipped, alias)
    assert (plain["event"], plain["visitor"], plain["customer"]) == ("identifies", "v1", "u1")
    assert segment_plain(shipped, CALL | both)["visitor"] == "v1"


def segment_plain(shape: EventShape, call: dict[str, Any]) -> dict[str, Any]:
    (plain,) = dialect(shape).plain(call)
    return plain


def test_the_time_of_a_call(shipped: EventShape) -> None:
    call = {"type": "page", "userId": "u1", "sentAt": "2026-03-01T12:00:00Z"}
    assert instant_text(one(shipped, call).instant) == "2026-03-01T12:00:00Z"
    call |= {"originalTimestamp": "2026-03-01T11:00:00Z"}
    assert instant_text(one(shipped, call).instant) == "2026-03-01T11:00:00Z"
    call |= {"timestamp": TIME}
    assert instant_text(one(shipped, call).instant) == TIME


def test_values_in_the_form_in_which_they_are_sent(shipped: EventShape) -> None:
    sent = {
        "length": "12.50",
        "guided": "true",
        "day": "2026-03-01T23:30:00-05:00",
        "at": 1772359200,
        "stops": ["tower", 7],
    }
    event = one(shipped, CALL | {"type": "track", "event": "tour.taken", "properties": sent})
    assert event.fields == {
        "length": 12_500_000,
        "guided": True,
        "day": 20_514,  # it is 2 March in UTC by then
        "at": 1_772_359_200_000_000,
        "stops": ("tower", "7"),
    }


@pytest.mark.parametrize("written", ["1990-05-04", "1990-05-04T00:00:00.000Z", "1990-05-04T00:00:00+09:00"])
def test_a_birthday_is_the_day_that_is_written(shipped: EventShape, written: str) -> None:
    assert one(shipped, CALL | {"type": "identify", "traits": {"birthday": written}}).attributes == {"birth date": 7428}


def test_traits_inside_others_by_their_path_and_words(shipped: EventShape) -> None:
    traits = {"company": {"industry": "golf", "plan": "x"}, "loyaltyTier": "gold", "address": {"zip": "53111"}}
    event = one(shipped, CALL | {"type": "identify", "traits": traits})
    assert event.attributes == {"company industry": "golf", "loyalty tier": "gold", "postal code": "53111"}
    assert ("attributes", "company.plan") in event.ignored


def test_a_trait_that_is_null_makes_its_attribute_not_known(shipped: EventShape) -> None:
    event = one(shipped, CALL | {"type": "identify", "traits": {"firstName": None}})
    assert event.attributes == {"first name": None}


def test_of_the_context_only_what_the_event_asks_for_and_does_not_bring(shipped: EventShape) -> None:
    context = {"page": {"url": "https://a.example", "referrer": "https://b.example", "path": "/"}}
    page = CALL | {"type": "page", "properties": {"url": "https://own.example"}, "context": context}
    event = one(shipped, page)
    assert event.fields == {"url": "https://own.example", "referrer": "https://b.example"}
    assert event.ignored == ()


def test_a_property_named_as_something_else_in_the_plain_shape(shipped: EventShape) -> None:
    call = {"type": "track", "event": "Signed Up", "properties": {"id": "x", "customer": "y", "time": "z"}}
    event = one(shipped, CALL | call)
    assert (event.id, event.customer, instant_text(event.instant)) == ("m1", "u1", TIME)
    assert {name for _, name in event.ignored} == {"properties.id", "properties.customer", "properties.time"}


@pytest.mark.parametrize(
    ("parts", "reason", "says"),
    [
        ({"type": "delete"}, "not an event", '`type` is "delete": a call of Segment\'s is one of track, identify'),
        ({"type": "track"}, "unknown event", "no `event` is named"),
        ({"type": "track", "event": "Signed Upp"}, "unknown event", 'did you mean "Signed Up"?'),
        ({"type": "track", "event": "Signed Up", "properties": [1]}, "bad field", "`properties` is a list"),
        ({"type": "identify", "traits": "x"}, "bad attribute", '`traits` is "x", not an object'),
        ({"type": "identify", "traits": {"gender": "F"}}, "bad attribute", 'gender is "F"'),
        ({"type": "page", "context": 5}, "not an event", "`context` is 5, not an object"),
        ({"type": "page", "timestamp": "soon"}, "bad instant", 'time is "soon"'),
        ({"type": "page", "userId": None}, "no customer", "no customer and no visitor is named"),
    ],
)
def test_calls_that_are_no_events(shipped: EventShape, parts: dict[str, Any], reason: str, says: str) -> None:
    reject = one(shipped, CALL | parts, "segment")
    assert reject.reason == reason
    assert says in reject.detail


# ------------------------------------------------------------------------------------------------------------------ GA4


def parameter(key: str, **value: Any) -> dict[str, Any]:
    return {"key": key, "value": value}


def test_a_parameter_has_one_of_four_forms(shipped: EventShape) -> None:
    forms = [
        {"int_value": "12"},
        {"int_value": 12},
        {"double_value": 12.0},
        {"float_value": "12.0", "string_value": None},
        {"string_value": "12"},
    ]
    for form in forms:
        row = ROW | {"event_name": "tour.taken", "event_params": [parameter("length", **form)]}
        assert one(shipped, row).fields == {"length": 12_000_000}, form


def test_parameters_as_an_object(shipped: EventShape) -> None:
    assert one(shipped, ROW | {"event_params": {"page_title": "Home"}}).fields == {"page": "Home"}


def test_what_is_not_set_is_not_known(shipped: EventShape) -> None:
    row = ROW | {"event_params": [parameter("page_title", string_value="(not set)")]}
    assert one(shipped, row).fields == {}


def test_what_ecommerce_says_where_the_parameters_do_not(shipped: EventShape) -> None:
    commerce = {"transaction_id": "T1", "purchase_revenue": 10.25, "tax_value": "1", "shipping_value": None}
    event = one(shipped, ROW | {"event_name": "purchase", "ecommerce": commerce})
    assert event.fields == {"order": "T1", "amount": 10_250_000, "tax": 1_000_000}


def test_two_events_of_one_batch_and_moment_stay_two(shipped: EventShape) -> None:
    rows = [ROW | {"event_params": [parameter("page_title", string_value=title)]} for title in ("A", "B", "A")]
    first, second, third = (one(shipped, row).id for row in rows)
    assert first != second
    assert first == third


@pytest.mark.parametrize(
    ("parts", "reason", "says"),
    [
        ({"event_name": None}, "unknown event", "no `event_name` is given"),
        ({"event_name": "purchse"}, "unknown event", 'did you mean "purchase"?'),
        ({"event_timestamp": "1772359200"}, "bad instant", "no moment from 1973 to 2199 in microseconds"),
        ({"event_timestamp": 1772359200000}, "bad instant", "in microseconds"),
        ({"event_timestamp": "2026-03-01"}, "bad instant", "not a number of microseconds"),
        ({"event_timestamp": True}, "bad instant", "not a number of microseconds"),
        ({"event_timestamp": None}, "no instant", "no time is given"),
        ({"event_params": "x"}, "bad field", "`event_params` is"),
        ({"event_params": [5]}, "bad field", "number 1 of `event_params` is 5"),
        ({"event_params": [{"key": "a", "value": 5}]}, "bad field", "the value of `a` is 5"),
        ({"items": {}}, "bad field", "`items` is an object, not a list"),
        ({"items": [1]}, "bad field", "item 1 of `items` is 1"),
        ({"ecommerce": []}, "bad field", "`ecommerce` is a list"),
        ({"user_properties": 1}, "bad attribute", "`user_properties` is 1"),
    ],
)
def test_rows_that_are_no_events(shipped: EventShape, parts: dict[str, Any], reason: str, says: str) -> None:
    reject = one(shipped, ROW | parts, "ga4")
    assert reject.reason == reason
    assert says in reject.detail


# --------------------------------------------------------------------------------------------------------- CloudEvents


@pytest.mark.parametrize(
    ("type_", "name"),
    [
        ("places order", "places order"),
        ("Order Completed", "places order"),
        ("tour.taken", "takes a tour"),
        ("com.example.order.completed", "places order"),
        ("com.example.Order-Completed.v2", "places order"),
        ("com.example.add_to_cart.1.0", "adds to cart"),
        ("example.purchase", "places order"),
    ],
)
def test_the_type_names_the_event(shipped: EventShape, type_: str, name: str) -> None:
    assert one(shipped, ENVELOPE | {"type": type_}).name == name


def test_the_data_name_the_event_where_the_type_does_not(shipped: EventShape) -> None:
    data = {"event": "registers", "customer": "u1"}
    assert one(shipped, ENVELOPE | {"type": "com.example.happening", "data": data}).name == "registers"


def test_the_subject_is_the_customer_where_the_data_name_nobody(shipped: EventShape) -> None:
    assert one(shipped, ENVELOPE | {"subject": "u9"}).customer == "u1"
    assert one(shipped, ENVELOPE | {"subject": "u9", "data": {}}).customer == "u9"


def test_ids_of_several_sources_differ(shipped: EventShape) -> None:
    assert one(shipped, ENVELOPE).id == "/s#e1"
    assert one(shipped, ENVELOPE | {"source": "/t"}).id == "/t#e1"


@pytest.mark.parametrize(
    ("parts", "reason", "says"),
    [
        ({"specversion": "0.3"}, "not an event", '`specversion` is "0.3": CloudEvents of version 1.0 are read'),
        ({"type": None}, "unknown event", "`type` is missing"),
        ({"type": "com.example.zebra"}, "unknown event", 'declares no event "com.example.zebra"'),
        ({"data": None, "data_base64": "e30="}, "not an event", "`data_base64` holds bytes"),
        ({"datacontenttype": "application/xml"}, "not an event", "only JSON can be read"),
        ({"data": "text"}, "not an event", '`data` is "text", not an object'),
        ({"time": None}, "no instant", "no time is given"),
    ],
)
def test_envelopes_that_are_no_events(shipped: EventShape, parts: dict[str, Any], reason: str, says: str) -> None:
    reject = one(shipped, ENVELOPE | parts)
    assert reject.reason == reason
    assert says in reject.detail


@pytest.mark.parametrize("kind", [None, "application/json", "application/json; charset=utf-8", "application/x+json"])
def test_kinds_of_json(shipped: EventShape, kind: str | None) -> None:
    assert isinstance(one(shipped, ENVELOPE | {"datacontenttype": kind}), Event)


# ------------------------------------------------------------------------------------------------------------ detection

PLAIN = {"event": "registers", "customer": "u1", "time": TIME}
TRACK = CALL | {"type": "track", "event": "Signed Up"}


def formats(shape: EventShape, *objects: Any) -> list[str]:
    data = "\n".join(map(json.dumps, objects)).encode()
    found = detecting_reader(shape, "s", 10**6).read(io.BytesIO(data))
    return [each.format if isinstance(each, Event) else each.detail for each in found]


def test_each_object_is_read_by_its_own_shape(shipped: EventShape) -> None:
    objects = [PLAIN, TRACK, ROW, ENVELOPE, [TRACK, PLAIN], {"batch": [TRACK]}]
    expected = ["jsonlines", "segment", "ga4", "cloudevents", "segment", "jsonlines", "segment"]
    assert formats(shipped, *objects) == expected


def test_a_plain_event_may_have_fields_that_others_use(shipped: EventShape) -> None:
    foreign = {"type": "track", "userId": "x", "properties": {}, "specversion": "1.0", "event_name": "purchase"}
    assert formats(shipped, PLAIN | foreign) == ["jsonlines"]


def test_what_has_no_shape_is_read_as_what_came_before_it(shipped: EventShape) -> None:
    broken = {"messageId": "m9"}
    assert formats(shipped, TRACK, broken, TRACK)[1].startswith("no `type` is named: a call of Segment's is one of")
    assert formats(shipped, broken)[0] == "no `event` is named"


def test_a_format_that_is_asked_for_is_kept_to(shipped: EventShape) -> None:
    assert one(shipped, PLAIN, "segment").reason == "not an event"
    assert one(shipped, TRACK, "jsonlines").reason == "no customer"
    with pytest.raises(InputError, match="did you mean segment"):
        items(shipped, TRACK, "segmnt")


@pytest.mark.parametrize("format", ["segment", "ga4", "cloudevents"])
def test_these_take_no_mapping(shipped: EventShape, format: str) -> None:
    with pytest.raises(InputError, match="take no mapping; with one, read it as jsonlines"):
        read_events("-", shipped, format=format, mapping="m.toml")


# --------------------------------------------------------------------------------------------- handed over by a program


def test_a_program_hands_over_what_others_send() -> None:
    body = json.dumps({"batch": [TRACK, CALL | {"type": "group", "groupId": "g"}]})
    with segdsl.Engine(segdsl.loads("segment Members by activities\nwhen registers then add to Members")) as engine:
        outcomes = engine.process(body, format="segment")
        assert [outcome.status for outcome in outcomes] == ["accepted"]
        assert [outcome.status for outcome in engine.process(body.encode(), format="auto")] == ["repeated"]
        assert engine.count("Members") == 1


def test_floats_of_a_program_are_read_by_their_digits() -> None:
    order = CALL | {"type": "track", "event": "Order Completed", "properties": {"total": 0.1}}
    with segdsl.Engine(segdsl.loads("segment Buyers if total of amount of places order >= 0.1")) as engine:
        engine.process([order], format="segment")
        assert engine.count("Buyers") == 1


def test_what_is_no_json_is_an_outcome_too() -> None:
    with segdsl.Engine(segdsl.loads("segment A listed")) as engine:
        (outcome,) = engine.process(b"{", format="segment")
        assert outcome.reject is not None
        assert outcome.reject.detail == "the text is not JSON: it ends too early"
        with pytest.raises(InputError, match="cannot be read as 'parquet'"):
            engine.process({}, format="parquet")


def test_events_without_an_id_are_each_an_event_of_their_own() -> None:
    call = {"type": "track", "event": "Signed Up", "userId": "u1", "timestamp": TIME}
    with segdsl.Engine(segdsl.loads("segment A if count of registers >= 3")) as engine:
        engine.process([call, call], format="segment")
        engine.process(call, format="segment")
        assert engine.count("A") == 1
