"""Rows of the table of HCL Commerce whose events carry lists, which no `test` beside the rules can give: the programs
of `tests/corpus/original`, run with such events on every engine; and its experiments, which need more customers."""

from functools import cache
from pathlib import Path
from typing import Any

import pytest
from attrs import frozen

import segdsl
from segdsl.engines import engines
from segdsl.host.engine import Engine
from segdsl.host.program import Program, loads
from segdsl.values.instants import LATEST
from tests.support.corpus import CORPUS

CUSTOMER = "ann"
TIME = "2026-03-02T15:00:00Z"


@cache
def program(name: str) -> Program:
    return loads((CORPUS / "original" / name).read_text("utf-8"))


@frozen
class Told:
    """What came of an event: effects as `(action, subject)`, and segments."""

    effects: set[tuple[str, Any]]
    segments: set[str]


def told(name: str, engine: str, event: str, **fields: Any) -> Told:
    attributes = fields.pop("attributes", {})
    given = {"event": event, "customer": CUSTOMER, "time": TIME, "id": "e1", "attributes": attributes, **fields}
    with Engine(program(name), engine=engine, clock=lambda: LATEST - 1) as opened:
        [outcome] = opened.process([given])
        assert outcome.reject is None
        effects = {(effect.action, next(iter(effect.fields.values()), None)) for effect in outcome.effects}
        return Told(effects, {membership.segment for membership in opened.segments_of(CUSTOMER)})


def named(**values: str) -> list[dict[str, str]]:
    return [{"name": name, "value": value} for name, value in values.items()]


SHOWN = [
    # Target: Search Criteria and Result
    ("target-page.seg", "searches", {"results": ["SKU-9", "SKU-1"]}, ("put first", "SKU-1"), True),
    ("target-page.seg", "searches", {"results": ["SKU-10"]}, ("put first", "SKU-1"), False),
    ("target-page.seg", "searches", {"results": ["SKU-10"]}, ("show title", "SKU-1 is sold out"), True),
    ("target-page.seg", "searches", {"results": ["SKU-1"]}, ("show title", "SKU-1 is sold out"), False),
    ("target-page.seg", "searches", {"results": []}, ("show title", "SKU-1 is sold out"), True),
    ("target-page.seg", "searches", {"filters": named(brand="Acme")}, ("show title", "Narrow it"), True),
    ("target-page.seg", "searches", {"filters": named(category="Ski")}, ("show title", "Narrow it"), False),
    # Target: Cookie Contents
    (
        "target-page.seg",
        "views spot",
        {"spot": "Home", "cookies": named(src="mailing")},
        ("show content", "Cookie"),
        True,
    ),
    (
        "target-page.seg",
        "views spot",
        {"spot": "Home", "cookies": named(src="feed")},
        ("show content", "Cookie"),
        False,
    ),
    ("target-page.seg", "views spot", {"spot": "Home", "cookies": named(x="mail")}, ("show content", "Cookie"), False),
    # Target: Current Page
    (
        "target-page.seg",
        "views spot",
        {"spot": "Sidebar", "properties": named(colour="red")},
        ("show content", "Red"),
        True,
    ),
    (
        "target-page.seg",
        "views spot",
        {"spot": "Sidebar", "properties": named(colour="blue", trim="red")},
        ("show content", "Red"),
        False,
    ),
    (
        "target-page.seg",
        "views spot",
        {"spot": "Sidebar", "parameters": named(src="mail")},
        ("show content", "From this mail"),
        True,
    ),
    (
        "target-page.seg",
        "views spot",
        {"spot": "Sidebar", "parameters": named(src="mailing")},
        ("show content", "From this mail"),
        False,
    ),
    # Trigger: Customer Checks Out With Promotion
    (
        "trigger-orders.seg",
        "places order",
        {"promotions": ["Free shipping", "20% off first order"]},
        ("send email", "Glad you used it"),
        True,
    ),
    ("trigger-orders.seg", "places order", {"promotions": ["20% off"]}, ("send email", "Glad you used it"), False),
]

MEMBERS = [
    ("target-page.seg", "searches", {"filters": named(brand="X", manufacturer="Acme")}, "Acme Fans", True),
    ("target-page.seg", "searches", {"filters": named(brand="Acme")}, "Acme Fans", False),
    ("target-behaviour.seg", "views page", {"parameters": named(src="mail")}, "From This Mail", True),
    ("target-behaviour.seg", "views page", {"parameters": named(src="feed", to="mail")}, "From This Mail", False),
    ("attribute-person.seg", "identifies", {"attributes": {"interests": ["ski", "golf"]}}, "Golf Friends", True),
    ("attribute-person.seg", "identifies", {"attributes": {"interests": ["minigolf"]}}, "Golf Friends", False),
]


@pytest.mark.parametrize("engine", engines())
@pytest.mark.parametrize(("name", "event", "fields", "effect", "meant"), SHOWN)
def test_an_event_with_a_list_is_meant_or_not(
    name: str, event: str, fields: dict[str, Any], effect: tuple[str, str], meant: bool, engine: str
) -> None:
    assert (effect in told(name, engine, event, **fields).effects) is meant


@pytest.mark.parametrize("engine", engines())
@pytest.mark.parametrize(("name", "event", "fields", "segment", "meant"), MEMBERS)
def test_a_list_makes_members_or_not(
    name: str, event: str, fields: dict[str, Any], segment: str, meant: bool, engine: str
) -> None:
    assert (segment in told(name, engine, event, **fields).segments) is meant


@pytest.mark.parametrize("engine", engines())
def test_an_experiment_shows_each_customer_the_same_and_half_of_them_the_other(engine: str) -> None:
    view = {"event": "views spot", "spot": "Home"}
    days = [
        {**view, "customer": f"c{who}", "time": f"2026-03-0{day}T10:00:00Z", "id": str(day)}
        for who in range(200)
        for day in (1, 2, 3)
    ]
    with Engine(program("activities.seg"), engine=engine, clock=lambda: LATEST - 1) as opened:
        shown: dict[str, list[Any]] = {}
        for outcome in opened.process(days):
            for effect in outcome.effects:
                shown.setdefault(effect.customer, []).append(effect.fields["content"])
    assert len(shown) == 200
    assert all(len(each) == 3 and len(set(each)) == 1 for each in shown.values())
    assert 70 <= sum(each[0] == "Control" for each in shown.values()) <= 130


@pytest.mark.parametrize("engine", engines())
def test_the_more_important_activity_of_a_spot_comes_first(engine: str) -> None:
    with Engine(program("activities.seg"), engine=engine, clock=lambda: LATEST - 1) as opened:
        [outcome] = opened.process(
            [{"event": "views spot", "spot": "Top", "customer": CUSTOMER, "time": TIME, "id": "e1"}]
        )
    assert [effect.fields["content"] for effect in outcome.effects] == ["Important", "Usual"]


UNSEEN = {
    "activities.seg": {'when views spot "Home"', "path 50%"},
    "attribute-person.seg": {'interests contains "golf"'},
    "target-behaviour.seg": {
        'views page where (any item of parameters where (name is "src" and value is "mail"))',
    },
    "target-page.seg": {
        'when views spot "Sidebar"',
        'when views spot "Home"',
        "when searches",
        'any item of properties where (name is "colour" and value is "red")',
        'any item of parameters where (name is "src" and value is "mail")',
        'results contains "SKU-1"',
        'any item of filters where (name is "manufacturer" and value is "Acme")',
        'no item of filters where name is "category"',
        'any item of cookies where (name is "src" and value starts with "mail")',
    },
    "trigger-orders.seg": {'when places order where promotions contains "20% off first order"'},
}
"""What the tests beside the rules cannot show, and those above do."""


@pytest.mark.parametrize("path", sorted((CORPUS / "original").glob("*.seg")), ids=lambda path: path.stem)
def test_each_rule_fires_and_each_condition_is_true_and_false(path: Path) -> None:
    _, coverage = segdsl.cover(segdsl.check_texts([(path.name, path.read_text("utf-8"))]))
    assert {part.text for part, _ in coverage.never_seen()} == UNSEEN.get(path.name, set())
