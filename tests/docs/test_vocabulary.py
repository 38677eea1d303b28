"""The vocabulary that ships: what its file promises, the chapter of the reference that lists it, and the names that
other systems give to its events."""

import re
import textwrap
from functools import cache
from pathlib import Path
from typing import Any

import pytest

import segdsl
from segdsl.diagnostics.diagnostic import Collector
from segdsl.host.files import vocabulary
from segdsl.readers.base import EventShape
from segdsl.records.inputs import Event
from segdsl.syntax import ast
from segdsl.syntax.format import format_module
from segdsl.syntax.parse import parse

REFERENCE = Path(__file__).parents[2] / "grammar" / "README.md"
TEXT = vocabulary().text
RULER = re.compile(r"^# -{9,} (.+)$", re.MULTILINE)


@cache
def module() -> ast.Module:
    collector = Collector()
    found = parse(vocabulary(), 0, collector)
    assert not list(collector)
    return found


@cache
def shape() -> EventShape:
    return EventShape(segdsl.loads("").plan)


def fields(nodes: tuple[ast.FieldDeclaration, ...]) -> str:
    return f" ({', '.join(node.name.text for node in nodes)})" if nodes else ""


def said(node: ast.Declaration) -> str:
    """A declaration in the words of the chapter."""
    match node:
        case ast.EventDeclaration() | ast.ActionDeclaration():
            return f"`{node.name.text}`{fields(node.fields)}"
        case ast.LinesDeclaration(of):
            return f"`{of.text}` for each of the {node.items.text} of `{node.event.text}`"
        case ast.CollectionDeclaration(of):
            return f"`{of.text}` of `{node.event.text}` by {node.key.text}"
        case ast.AttributeDeclaration(of, ast.SimpleType("text" | "text ignoring case")):
            return f"`{of.text}`"
        case ast.AttributeDeclaration(of, ast.SimpleType(kind)):
            return f"`{of.text}` ({kind})"
        case ast.AttributeDeclaration(of, ast.OneOfType(choices)):
            return f"`{of.text}` ({', '.join(choices)})"
        case ast.AttributeDeclaration(of, ast.ListType()):
            return f"`{of.text}` (a list)"
    raise AssertionError(node)


def listed() -> str:
    """The vocabulary by theme: what the chapter has to list."""
    rulers = [(found.start(), found[1]) for found in RULER.finditer(TEXT)]
    paragraphs = []
    for number, (start, theme) in enumerate(rulers):
        end = rulers[number + 1][0] if number + 1 < len(rulers) else len(TEXT)
        words = [said(node) for node in module().declarations if start < node.span.start < end]
        words = [re.sub("`[^`]+`", lambda name: name[0].replace(" ", "\0"), word) for word in words]
        lines = textwrap.wrap(
            f"- **{theme}**: {' · '.join(words)}", 120, subsequent_indent="  ", break_on_hyphens=False
        )
        paragraphs.append("\n".join(lines).replace("\0", " "))  # no name is torn apart
    return "\n".join(paragraphs)


def test_the_chapter_lists_the_vocabulary() -> None:
    chapter = REFERENCE.read_text("utf-8").partition("\n## The words of retail\n")[2].partition("\n## ")[0]
    assert listed() in chapter, f"the chapter has to hold:\n{listed()}"


def test_the_file_tells_its_themes() -> None:
    head = " ".join(TEXT.partition("\n\n")[0].replace("#", "").split())
    for theme in RULER.findall(TEXT):
        assert re.sub(r".*\((.*)\)", r"\1", theme) in head


def test_the_file_is_in_its_usual_form() -> None:
    assert format_module(module(), TEXT) == TEXT


def test_no_field_of_an_event_has_the_name_of_an_attribute() -> None:
    """Else the bare name would be an error to read wherever the event is at hand."""
    checked = segdsl.check_texts([])
    assert not [
        (event.name, name)
        for event in checked.scope.events.values()
        for name in event.fields
        if name in checked.scope.attributes or name in checked.scope.collections or name in checked.scope.events
    ]


WIRES = {
    # Segment: B2B, e-commerce, e-mail and mobile specs
    "Signed Up": "registers", "Signed In": "logs on", "Signed Out": "logs off", "Page Viewed": "views page",
    "Products Searched": "searches", "Product List Viewed": "views category",
    "Product List Filtered": "filters category", "Promotion Viewed": "views promotion",
    "Promotion Clicked": "clicks promotion", "Product Clicked": "clicks product", "Product Viewed": "views product",
    "Product Added": "adds to cart", "Product Removed": "removes from cart", "Cart Viewed": "views cart",
    "Checkout Started": "begins checkout", "Checkout Step Viewed": "views checkout step",
    "Checkout Step Completed": "completes checkout step", "Payment Info Entered": "gives payment",
    "Order Completed": "places order", "Order Updated": "changes order", "Order Refunded": "gets refund",
    "Order Cancelled": "cancels order", "Coupon Entered": "tries coupon", "Coupon Applied": "uses coupon",
    "Coupon Denied": "gets coupon denied", "Coupon Removed": "removes coupon",
    "Product Added to Wishlist": "adds to wish list", "Product Removed from Wishlist": "removes from wish list",
    "Wishlist Product Added to Cart": "adds to cart", "Product Shared": "shares product", "Cart Shared": "shares cart",
    "Product Reviewed": "writes review", "Email Delivered": "receives email", "Email Opened": "opens email",
    "Email Link Clicked": "clicks email", "Email Bounced": "bounces email", "Email Marked as Spam": "reports spam",
    "Unsubscribed": "unsubscribes", "Push Notification Received": "receives push",
    "Push Notification Tapped": "opens push",
    # Google Analytics 4
    "sign_up": "registers", "login": "logs on", "session_start": "visits", "page_view": "views page",
    "click": "clicks link", "search": "searches", "view_item_list": "views category", "view_item": "views product",
    "select_item": "clicks product", "view_promotion": "views promotion", "select_promotion": "clicks promotion",
    "add_to_cart": "adds to cart", "remove_from_cart": "removes from cart", "view_cart": "views cart",
    "add_to_wishlist": "adds to wish list", "begin_checkout": "begins checkout", "add_shipping_info": "gives shipping",
    "add_payment_info": "gives payment", "purchase": "places order", "refund": "gets refund", "share": "shares product",
}  # fmt: skip
"""By the name that Segment's specs and Google Analytics 4 give to it: what the event is called here."""


@pytest.mark.parametrize(("wire", "name"), WIRES.items())
def test_events_of_other_systems_are_known(wire: str, name: str) -> None:
    assert shape().known(wire).name == name


def test_every_name_of_another_system_is_listed_here_or_is_nobodys() -> None:
    own = {"Link Clicked", "Order Fulfilled", "Product Returned",
           "Subscription Started", "Subscription Renewed", "Subscription Cancelled"}  # fmt: skip
    wires = {wire for node in module().declarations if isinstance(node, ast.EventDeclaration) for wire in node.wires}
    assert wires == set(WIRES) | own


PRODUCT = {"product": "P1", "category": "Golf", "price": 20_000_000, "brand": "Acme", "product name": "Driver"}
SEGMENT = {"product_id": "P1", "category": "Golf", "price": 20, "brand": "Acme", "name": "Driver"}
GOOGLE = {"item_id": "P1", "item_category": "Golf", "price": 20, "item_brand": "Acme", "item_name": "Driver"}


def read(name: str, given: dict[str, Any]) -> dict[str, Any]:
    found = shape().to_event({"event": name, "customer": "c", "time": "2026-03-01T10:00:00Z", **given}, 1, "test")
    assert isinstance(found, Event), found
    return found.fields


@pytest.mark.parametrize("given", [SEGMENT, GOOGLE], ids=["Segment", "Google"])
@pytest.mark.parametrize(
    "name", ["views product", "clicks product", "adds to cart", "removes from cart", "adds to wish list"]
)
def test_a_product_is_read_by_the_fields_of_other_systems(name: str, given: dict[str, Any]) -> None:
    assert read(name, given) == PRODUCT


@pytest.mark.parametrize(
    ("name", "given"),
    [
        (
            "Order Completed",
            {"order_id": "O1", "total": 40, "revenue": 35, "products": [{**SEGMENT, "quantity": 2}], "currency": "CAD"},
        ),
        ("purchase", {"transaction_id": "O1", "value": 40, "items": [{**GOOGLE, "quantity": 2}], "currency": "CAD"}),
    ],
)
def test_an_order_is_read_by_the_fields_of_other_systems(name: str, given: dict[str, Any]) -> None:
    assert read(name, given) == {
        "order": "O1",
        "amount": 40_000_000,
        "currency": "CAD",
        "items": ({**PRODUCT, "quantity": 2_000_000},),
    }


@pytest.mark.parametrize(
    ("name", "given", "expected"),
    [
        ("Products Searched", {"query": "Skis"}, {"term": "Skis"}),
        ("search", {"search_term": "Skis"}, {"term": "Skis"}),
        (
            "Product List Filtered",
            {"category": "Ski", "filters": [{"type": "brand", "value": "Acme"}]},
            {"category": "Ski", "filters": ({"name": "brand", "value": "Acme"},)},
        ),
        ("view_promotion", {"promotion_id": "P", "creative_slot": "top"}, {"promotion": "P", "spot": "top"}),
        ("Coupon Applied", {"coupon_name": "SAVE20", "discount": 5}, {"coupon": "SAVE20", "discount": 5_000_000}),
        ("Email Link Clicked", {"campaign_name": "May", "link_url": "/"}, {"campaign": "May", "link": "/"}),
        ("share", {"method": "mail", "item_id": "P1"}, {"network": "mail", "product": "P1"}),
        ("refund", {"transaction_id": "O1", "value": 5}, {"order": "O1", "amount": 5_000_000}),
    ],
)
def test_other_events_are_read_by_the_fields_of_other_systems(
    name: str, given: dict[str, Any], expected: dict[str, Any]
) -> None:
    assert read(name, given) == expected
