"""What systems send, as their documentation describes it, through the vocabulary as it ships and without a mapping."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

import segdsl
from segdsl.readers import Reading, read_events
from segdsl.readers.base import EventShape
from segdsl.records.inputs import Event
from segdsl.records.outcomes import Reject
from segdsl.values.instants import instant_text

SAMPLES = Path(__file__).parent / "samples"
DRIVER, BALLS = "507f1f77bcf86cd799439011", "505bd76785ebb509fc183733"
RULES = """
segment Golfers if buys category "Golf" at least twice
segment Spenders if total of amount of places order >= 500
"""


def numbers(fields: dict[str, Any]) -> dict[str, Any]:
    """With numbers as they are written, in place of millionths."""
    made = {key: Decimal(value) / 1_000_000 if isinstance(value, int) else value for key, value in fields.items()}
    items = made.get("items")
    return made | ({"items": [numbers(item) for item in items]} if items else {})


@pytest.fixture(scope="module")
def shipped() -> segdsl.Program:
    return segdsl.loads(RULES)


def read(program: segdsl.Program, name: str) -> tuple[list[Event | Reject], Reading, EventShape]:
    shape = EventShape(program.plan)
    with read_events(SAMPLES / name, shape) as reading:
        return list(reading), reading, shape


def named(path: Path, key: str) -> list[str]:
    return [json.loads(line).get(key, "") for line in path.read_text("utf-8").splitlines()]


def by_wire(items: list[Event | Reject], names: list[str]) -> dict[str, list[Event | Reject]]:
    found: dict[str, list[Event | Reject]] = {}
    for item in items:
        found.setdefault(names[item.place - 1], []).append(item)
    return found


SEGMENT = {
    "Signed Up": ("registers", {"referrer": "https://www.example.org/find?q=golf"}),
    "Signed In": ("logs on", {}),
    "Signed Out": ("logs off", {}),
    "Products Searched": ("searches", {"term": "golf driver"}),
    "Product Viewed": ("views product", {"product": DRIVER, "category": "Golf", "price": Decimal("399.99")}),
    "Product Added": ("adds to cart", {"product": DRIVER, "category": "Golf", "quantity": 1, "brand": "Acme"}),
    "Product Removed": ("removes from cart", {"product": DRIVER, "quantity": 1}),
    "Checkout Started": ("begins checkout", {"order": "50314b8e9bcf000000000000", "amount": Decimal("480.01")}),
    "Order Completed": ("places order", {"amount": Decimal("527.5"), "coupon": "hasbros", "currency": "CAD"}),
    "Order Refunded": ("gets refund", {"amount": 30}),
    "Order Cancelled": ("cancels order", {"order": "50314b8e9bcf000000000000", "amount": Decimal("527.5")}),
    "Product Shared": ("shares product", {"product": DRIVER, "network": "email"}),
    "Product Reviewed": ("writes review", {"product": DRIVER, "rating": 5}),
    "Email Opened": ("opens email", {"campaign": "New season"}),
    "Email Link Clicked": ("clicks email", {"campaign": "New season", "link": "https://shop.example.com/new"}),
    "Unsubscribed": ("unsubscribes", {"list": "Newsletter"}),
    "Product List Viewed": ("views category", {"category": "Deals"}),
    "Product List Filtered": (
        "filters category",
        {"filters": ({"name": "department", "value": "golf"}, {"name": "price", "value": "under-$425"})},
    ),
    "Promotion Viewed": ("views promotion", {"promotion": "promo_1", "content": "top_banner_2"}),
    "Promotion Clicked": ("clicks promotion", {"promotion": "promo_1", "spot": "home_banner_top"}),
    "Product Clicked": ("clicks product", {"product": DRIVER, "product name": "Driver 9.5"}),
    "Cart Viewed": ("views cart", {}),
    "Checkout Step Viewed": ("views checkout step", {"step": 2}),
    "Checkout Step Completed": ("completes checkout step", {"step": 2}),
    "Payment Info Entered": ("gives payment", {"method": "Visa"}),
    "Order Updated": ("changes order", {"amount": Decimal("527.5")}),
    "Coupon Entered": ("tries coupon", {"coupon": "may_deals_2026"}),
    "Coupon Applied": ("uses coupon", {"coupon": "May Deals 2026", "discount": Decimal("23.32")}),
    "Coupon Denied": ("gets coupon denied", {"reason": "Coupon is not valid"}),
    "Coupon Removed": ("removes coupon", {"coupon": "May Deals 2026"}),
    "Product Added to Wishlist": ("adds to wish list", {"product": DRIVER}),
    "Product Removed from Wishlist": ("removes from wish list", {"product": DRIVER}),
    "Wishlist Product Added to Cart": ("adds to cart", {"product": DRIVER, "quantity": 1}),
    "Cart Shared": ("shares cart", {"network": "email"}),
}
GA4 = {
    "sign_up": ("registers", {"referrer": "https://www.example.org/"}),
    "login": ("logs on", {}),
    "page_view": (
        "views page",
        {"page": "Golf gear", "url": "https://shop.example.com/gear", "referrer": "https://www.example.org/"},
    ),
    "search": ("searches", {"term": "golf driver"}),
    "view_item_list": ("views category", {"category": "related_products"}),
    "view_item": ("views product", {"product": "SKU_12345", "category": "Golf", "price": Decimal("399.99")}),
    "remove_from_cart": ("removes from cart", {"product": "SKU_12345", "quantity": 1}),
    "begin_checkout": ("begins checkout", {"amount": Decimal("500.01")}),
    "purchase": ("places order", {"order": "T_12345", "amount": Decimal("500.01"), "coupon": "SUMMER_SALE"}),
    "refund": ("gets refund", {"order": "T_12345", "amount": Decimal("33.34")}),
    "share": ("shares product", {"product": "SKU_12345", "network": "Twitter"}),
    "select_item": ("clicks product", {"product": "SKU_12345", "brand": "Acme"}),
    "view_promotion": ("views promotion", {"promotion": "P_12345", "content": "Summer Banner"}),
    "select_promotion": ("clicks promotion", {"promotion": "P_12345", "spot": "featured_app_1"}),
    "add_to_wishlist": ("adds to wish list", {"product": "SKU_12345", "category": "Golf"}),
    "view_cart": ("views cart", {"amount": Decimal("500.01")}),
    "add_shipping_info": ("gives shipping", {"method": "Ground"}),
    "add_payment_info": ("gives payment", {"method": "Credit Card"}),
}


@pytest.mark.parametrize("wire", SEGMENT)
def test_what_segments_events_become(shipped: segdsl.Program, wire: str) -> None:
    (event,) = by_wire(read(shipped, "segment.jsonl")[0], named(SAMPLES / "segment.jsonl", "event"))[wire]
    name, fields = SEGMENT[wire]
    assert isinstance(event, Event), event
    assert (event.name, event.customer, event.format) == (name, "u-1001", "segment")
    assert numbers(event.fields).items() >= fields.items()


@pytest.mark.parametrize("wire", GA4)
def test_what_events_of_ga4_become(shipped: segdsl.Program, wire: str) -> None:
    (event,) = by_wire(read(shipped, "ga4.jsonl")[0], named(SAMPLES / "ga4.jsonl", "event_name"))[wire]
    name, fields = GA4[wire]
    assert isinstance(event, Event), event
    assert (event.name, event.customer, event.format) == (name, "u-1001", "ga4")
    assert numbers(event.fields).items() >= fields.items()


@pytest.mark.parametrize(("file", "key"), [("segment.jsonl", "event"), ("ga4.jsonl", "event_name")])
def test_every_documented_event_that_the_vocabulary_has_a_word_for_is_read(
    shipped: segdsl.Program, file: str, key: str
) -> None:
    items, _, shape = read(shipped, file)
    for wire, found in by_wire(items, named(SAMPLES / file, key)).items():
        if not wire or shape.found(wire) is not None:
            assert all(isinstance(item, Event) for item in found), found
        else:
            assert [item.reason for item in found if isinstance(item, Reject)] == ["unknown event"]


def test_the_calls_of_segment_that_have_no_event_of_their_own(shipped: segdsl.Program) -> None:
    items, reading, _ = read(shipped, "segment.jsonl")
    known = {item.place: item for item in items if isinstance(item, Event)}
    assert [(place, known[place].name) for place in (1, 2, 3, 5)] == [
        (1, "identifies"),
        (2, "views page"),
        (3, "views page"),
        (5, "identifies"),
    ]
    page = {"page": "Gear", "url": "https://shop.example.com/gear", "referrer": "https://www.example.org/find?q=golf"}
    assert known[2].fields == page
    assert known[3].fields == {"page": "Basket"}
    assert reading.passed_over == {"group calls": 1}


def test_traits_become_attributes(shipped: segdsl.Program) -> None:
    event = read(shipped, "segment.jsonl")[0][0]
    assert isinstance(event, Event)
    assert (
        event.attributes.items()
        >= {
            "first name": "Ann",
            "last name": "Lee",
            "email": "ann@example.com",
            "phone": "+1 416 555 0100",
            "gender": "female",
            "birth date": 7428,  # 1990-05-04, as it is written
            "registration date": 20422,  # 2025-11-30
            "city": "Toronto",
            "state": "ON",
            "postal code": "M4B 1B3",
            "country": "CA",
            "loyalty tier": "gold",
            "marketing consent": True,
        }.items()
    )


def test_times_of_segments_calls(shipped: segdsl.Program) -> None:
    event = read(shipped, "segment.jsonl")[0][0]
    assert isinstance(event, Event)
    assert instant_text(event.instant) == "2026-03-02T10:00:01.250000Z"
    assert event.received is not None
    assert instant_text(event.received) == "2026-03-02T10:00:03.412000Z"
    assert event.id == "ajs-0001"


def test_the_lines_of_an_order_keep_their_fields(shipped: segdsl.Program) -> None:
    for file, products in (("segment.jsonl", [DRIVER, BALLS]), ("ga4.jsonl", ["SKU_12345", "SKU_12346"])):
        (order,) = [item for item in read(shipped, file)[0] if isinstance(item, Event) and item.name == "places order"]
        lines = numbers(order.fields)["items"]
        assert [line["product"] for line in lines] == products
        assert [(line["category"], line["price"], line["quantity"]) for line in lines] == [
            ("Golf", Decimal("399.99"), 1),
            ("Golf", Decimal("33.34"), 3),
        ]


@pytest.mark.parametrize("file", ["segment.jsonl", "ga4.jsonl"])
def test_the_lines_of_an_order_arrive_as_purchases(shipped: segdsl.Program, file: str) -> None:
    with segdsl.Engine(shipped) as engine:
        segdsl.replay(engine, SAMPLES / file)
        assert [each.segment for each in engine.segments_of("u-1001")] == ["Golfers", "Spenders"]


def test_items_of_ga4_that_are_put_into_the_cart_at_once_come_one_by_one(shipped: segdsl.Program) -> None:
    added = [
        each
        for each in read(shipped, "ga4.jsonl")[0]
        if isinstance(each, Event) and each.name == "adds to cart"
    ]  # fmt: skip
    assert [(each.fields["product"], numbers(each.fields)["quantity"]) for each in added] == [
        ("SKU_12345", 1),
        ("SKU_12346", 3),
    ]
    assert len({each.id for each in added}) == 2
    assert len({each.place for each in added}) == 1


def test_user_properties_of_ga4_become_attributes(shipped: segdsl.Program) -> None:
    items = read(shipped, "ga4.jsonl")[0]
    assert all(item.attributes == {"loyalty tier": "gold"} for item in items if isinstance(item, Event))


def test_what_google_collects_by_itself_is_passed_over_and_counted(shipped: segdsl.Program) -> None:
    items, reading, shape = read(shipped, "ga4.jsonl")
    asked = {"session_start", "first_visit", "user_engagement", "scroll"}
    undeclared = {name for name in asked if shape.found(name) is None}
    assert {"scroll", "user_engagement"} <= undeclared
    assert reading.passed_over == {f"{name} events": 1 for name in undeclared}
    assert not any(name == "ga_session_id" for _, name in shape.ignored_fields)
    assert len(items) >= 16


@pytest.mark.parametrize("older", [False, True], ids=["with Google's count within a batch", "without"])
def test_a_row_that_is_exported_again_is_known_again(shipped: segdsl.Program, older: bool) -> None:
    lines = (SAMPLES / "ga4.jsonl").read_text("utf-8").splitlines()
    row = json.loads(next(line for line in lines if '"event_name": "purchase"' in line))
    if older:
        row = {key: value for key, value in row.items() if not key.startswith("batch_")}
    again = row | {"event_previous_timestamp": "5", "is_active_user": False, "traffic_source": None}
    with segdsl.Engine(shipped, clock=lambda: 2 * 10**15) as engine:
        sent = (row, again, json.dumps(again), json.dumps(again).encode())
        assert [engine.process(each, format="ga4")[0].status for each in sent] == ["accepted", *["repeated"] * 3]


def test_what_cloud_events_become(shipped: segdsl.Program) -> None:
    items, _, _ = read(shipped, "cloudevents.jsonl")
    assert [(item.name, item.customer) for item in items if isinstance(item, Event)] == [
        ("places order", "u-1001"),
        ("adds to cart", "u-1001"),
        ("places order", "u-1002"),
        ("adds to cart", "u-1001"),
        ("registers", "u-1001"),
        ("views page", "u-1001"),
    ]
    assert items[0].id == "https://shop.example.com/checkout#A234-1"
    assert {item.format for item in items if isinstance(item, Event)} == {"cloudevents"}
