"""Collections in a store: the limit of items, also for events that come late; what is kept, and of whom."""

from typing import Any

import msgspec
import pytest

from segdsl.backends.base import Backend
from segdsl.host.engine import Engine
from segdsl.host.program import loads
from segdsl.plan import nodes as p
from segdsl.records.outcomes import Outcome
from segdsl.state.life import decode
from segdsl.values import limits
from tests.support.running import instant, opened

WORDS = """event packs { thing: text, price: number, kind: text }
event unpacks { thing: text }
event empties
event ships { box: text, urgent: boolean, lines: list of { thing: text, price: number, kind: text } }
event ships thing for each lines of ships
collection bag of packs by thing {
  drop unpacks
  clear empties
}
"""
FULL = WORDS + f"segment Full if count of bag >= {limits.ITEMS}\nsegment Some if any item of bag\n"


@pytest.fixture
def three(monkeypatch: pytest.MonkeyPatch) -> None:
    """Collections of three items at most."""
    monkeypatch.setattr(limits, "ITEMS", 3)


def happened(number: int, name: str, hour: int, **fields: Any) -> dict[str, Any]:
    time = f"2026-03-{1 + hour // 24:02}T{hour % 24:02}:00:00Z"
    return {"id": f"e{number}", "event": name, "customer": "ann", "time": time, **fields}


def packed(*things: str) -> list[dict[str, Any]]:
    return [happened(number, "packs", number, thing=thing) for number, thing in enumerate(things)]


def refused(outcomes: list[Outcome]) -> list[str]:
    return [outcome.reject.id for outcome in outcomes if outcome.reject is not None]


def holds(engine: Engine, customer: str = "ann") -> list[Any]:
    """The keys of what is in the only collection that the program reads."""
    (items,) = kept(engine.backend, customer).values()
    return [key for _, key, _ in items]


def kept(backend: Backend, customer: str = "ann") -> dict[str, list[Any]]:
    return decode(backend.load([customer])[customer]).head.collections


def holds_nothing(engine: Engine) -> bool:
    return kept(engine.backend) == {}


def is_in(engine: Engine, segment: str) -> bool:
    return segment in {each.segment for each in engine.segments_of("ann")}


# --------------------------------------------------------------------------------------------------- the limit of items


def test_the_event_that_would_make_an_item_too_many_is_refused() -> None:
    events = [happened(n, "packs", 1, thing=f"thing {n}") for n in range(limits.ITEMS + 1)]
    with opened(FULL) as engine:
        *taken, last = engine.process(events)
        assert {outcome.status for outcome in taken} == {"accepted"}
        assert last.reject is not None
        assert (last.reject.reason, last.reject.detail) == (
            "full collection", "with it, `bag` would come to hold more than 1,000 items",
        )  # fmt: skip
        assert [each.segment for each in engine.segments_of("ann")] == ["Full", "Some"]


@pytest.mark.usefixtures("three")
def test_a_full_collection_takes_a_key_it_has_and_one_more_when_there_is_room_again() -> None:
    with opened(FULL) as engine:
        outcomes = engine.process([*packed("a", "b", "c", "a", "d"), happened(9, "unpacks", 9, thing="b"),
                                   happened(10, "packs", 10, thing="d")])  # fmt: skip
        assert refused(outcomes) == ["e4"]
        assert holds(engine) == ["c", "a", "d"]


@pytest.mark.usefixtures("three")
def test_a_refused_event_leaves_nothing_behind() -> None:
    rules = f"{FULL}attribute mood: text\nwhen packs then send push\nsegment Moody if mood is known"
    with opened(rules) as engine:
        further = happened(9, "packs", 24, thing="d", attributes={"mood": "x"})
        *_, last = engine.process([*packed("a", "b", "c"), further])
        assert (last.status, last.effects, last.fired) == ("rejected", (), ())
        assert not is_in(engine, "Moody")
        # It was never there, so that one like it that fits is taken.
        outcomes = engine.process([happened(5, "empties", 30), {**happened(9, "packs", 31, thing="d")}])
        assert [outcome.status for outcome in outcomes] == ["accepted", "accepted"]


@pytest.mark.usefixtures("three")
def test_a_refused_event_is_not_in_the_journal() -> None:
    with opened(FULL) as engine:
        engine.process(packed("a", "b", "c", "d"))
        assert [taken.entry.id for taken in engine.journal("ann")] == ["e0", "e1", "e2"]


@pytest.mark.usefixtures("three")
def test_an_order_one_of_whose_lines_has_no_room_is_refused_whole() -> None:
    rules = WORDS + "collection shipped of ships thing by thing\nsegment A if count of shipped >= 1\nsegment B if ships"
    lines = [{"thing": thing} for thing in "abcd"]
    with opened(rules) as engine:
        outcomes = engine.process([happened(1, "ships", 1, lines=lines), happened(2, "ships", 2, lines=lines[:3])])
        assert refused(outcomes) == ["e1"]
        assert holds(engine) == ["a", "b", "c"]
        assert {each.since for each in engine.segments_of("ann")} == {instant(happened(2, "ships", 2))}


@pytest.mark.usefixtures("three")
def test_a_recorded_event_without_room_is_one_whose_put_does_nothing() -> None:
    rules = f'{FULL}when visits then record packs with thing = "r"\nwhen packs "r" then send push'
    with opened(rules) as engine:
        *_, last = engine.process([*packed("a", "b", "c"), happened(9, "visits", 9)])
        assert (last.status, [effect.action for effect in last.effects]) == ("accepted", ["send push"])
        assert holds(engine) == ["a", "b", "c"]


@pytest.mark.usefixtures("three")
def test_a_late_event_for_which_there_was_no_room_is_refused() -> None:
    with opened(f"lateness 5 days\n{FULL}") as engine:
        engine.process(packed("a", "b", "c"))
        engine.process([happened(8, "empties", 20)])
        outcomes = engine.process([happened(9, "packs", 10, thing="d")])
        assert refused(outcomes) == ["e9"]
        assert holds_nothing(engine)


@pytest.mark.usefixtures("three")
def test_a_late_event_that_leaves_no_room_for_a_later_one_is_refused() -> None:
    with opened(f"lateness 5 days\n{FULL}") as engine:
        engine.process([*packed("a", "b"), happened(8, "packs", 20, thing="c")])
        assert refused(engine.process([happened(9, "packs", 10, thing="d")])) == ["e9"]
        assert holds(engine) == ["a", "b", "c"]


@pytest.mark.usefixtures("three")
def test_a_late_event_with_room_before_a_clear_is_taken() -> None:
    with opened(f"lateness 5 days\n{FULL}") as engine:
        engine.process([*packed("a", "b"), happened(8, "empties", 20), happened(7, "packs", 21, thing="c")])
        assert refused(engine.process([happened(9, "packs", 10, thing="d")])) == []
        assert holds(engine) == ["c"]


@pytest.mark.usefixtures("three")
def test_the_hosts_word_is_never_refused_for_want_of_room() -> None:
    rules = f'{FULL}segment A listed\nwhen enters A then record packs with thing = "r"'
    with opened(f"lateness 5 days\n{rules}") as engine:
        engine.process([*packed("a", "b"), happened(8, "packs", 20, thing="c")])
        assert engine.include("ann", "A", "2026-03-01T10:00:00Z").status == "accepted"
        assert holds(engine) == ["a", "b", "r"]


# ------------------------------------------------------------------------------------------------------- what is kept


def plan_of(rules: str) -> p.Plan:
    return loads(WORDS + rules).plan


def test_items_keep_only_the_fields_that_something_reads() -> None:
    rules = (
        'segment A if any item of bag where kind is "x"\n'
        "when visits if total of price of bag > 3 then send push\n"
        'collection boxes of ships by box\nsegment B if any item of boxes where (any item of lines where thing is "t")'
    )
    assert {each.name: each.fields for each in plan_of(rules).collections} == {
        "bag": ("kind", "price"), "boxes": ("lines",),
    }  # fmt: skip


def test_a_collection_that_nothing_reads_costs_nothing() -> None:
    assert plan_of("segment A if packs").collections == ()


def test_two_collections_that_are_declared_alike_are_kept_once() -> None:
    rules = "collection sack of packs by thing {\n  clear empties\n  drop unpacks\n}\n"
    conditions = "segment A if count of bag >= 2\nsegment B if any item of sack where price > 3"
    (collection,) = plan_of(rules + conditions).collections
    assert collection.fields == ("price",)


def test_a_collection_is_known_again_by_what_it_says_not_by_its_name() -> None:
    renamed = WORDS.replace("collection bag", "collection sack")
    one, other = loads(f"{WORDS}segment A if any item of bag"), loads(f"{renamed}segment A if any item of sack")
    assert one.digest == other.digest


def test_a_rule_keeps_its_id_when_another_reads_a_further_field() -> None:
    rule = "when visits if count of bag >= 2 then send push\n"
    (alone,) = plan_of(rule).rules
    assert alone.id in {
        each.id for each in plan_of(f"{rule}when visits if any item of bag where price > 3 then send text").rules
    }


def test_a_plan_with_collections_goes_through_json() -> None:
    plan = plan_of("segment A if total of price of bag within 3 days > 3")
    assert msgspec.json.decode(msgspec.json.encode(plan), type=p.Plan) == plan


def test_numbers_too_large_for_the_coding_are_kept() -> None:
    rules = f"{WORDS}segment A if total of price of bag > 5\nsegment B if total of (price * 1000000) of ships thing > 5"
    large = 999_999_999_999
    lines = [{"thing": "x", "price": large}] * 20
    with opened(rules, "memory://") as engine:
        engine.process([happened(1, "packs", 1, thing="a", price=large), happened(2, "ships", 2, lines=lines)])
        engine.process([happened(3, "visits", 3)])
        assert holds(engine) == ["a"]
        assert is_in(engine, "A")


# ------------------------------------------------------------------------------------- lines, and lists inside of items

BOXES = """collection boxes of ships by box {
  clear empties
}
segment Urgent Thing if any item of boxes where (urgent and any item of lines where thing is "t")
"""


def test_a_test_of_the_lines_of_one_item() -> None:
    rules = WORDS + BOXES
    with opened(rules) as engine:
        engine.process([
            happened(1, "ships", 1, box="1", urgent=True, lines=[{"thing": "u"}]),
            happened(2, "ships", 2, box="2", urgent=False, lines=[{"thing": "t"}]),
        ])  # fmt: skip
        assert not is_in(engine, "Urgent Thing")
        engine.process([happened(3, "ships", 3, box="2", urgent=True, lines=[{"thing": "u"}, {"thing": "t"}])])
        assert is_in(engine, "Urgent Thing")
        engine.process([happened(4, "ships", 4, box="2", urgent=True)])
        assert not is_in(engine, "Urgent Thing")


def test_the_lines_of_an_order_fill_a_collection_and_the_order_clears_another() -> None:
    rules = (
        f"{WORDS}collection shipped of ships thing by thing\ncollection waiting of packs by thing {{ clear ships }}\n"
        "segment A if any item of waiting\nsegment B if total of price of shipped >= 5"
    )
    lines = [{"thing": "a", "price": 2}, {"thing": "b", "price": 3}, {"thing": "a", "price": 2}]
    with opened(rules) as engine:
        engine.process([happened(1, "packs", 1, thing="a"), happened(2, "ships", 2, lines=lines)])
        assert [each.segment for each in engine.segments_of("ann")] == ["B"]


# ----------------------------------------------------------------------------------------------------- who else may ask


def test_a_promotion_asks_what_is_held_at_the_instant() -> None:
    rules = f"{WORDS}promotion Heavy if total of price of bag within 3 days >= 5"
    with opened(rules) as engine:
        engine.process([happened(1, "packs", 1, thing="a", price=5)])
        at = ["2026-03-01T00:00:00Z", "2026-03-01T02:00:00Z", "2026-03-05T00:00:00Z"]
        assert [[each.name for each in engine.promotions("ann", when)] for when in at] == [[], ["Heavy"], []]


def test_an_effect_is_held_back_while_something_is_held() -> None:
    rules = f"{WORDS}hold send push while any item of bag\nwhen visits then send push"
    with opened(rules) as engine:
        outcomes = engine.process([
            happened(1, "visits", 1), happened(2, "packs", 2, thing="a"), happened(3, "visits", 3),
            happened(4, "unpacks", 4, thing="a"), happened(5, "visits", 5),
        ])  # fmt: skip
        assert [outcome.reject is None and len(outcome.effects) for outcome in outcomes] == [1, 0, 0, 0, 1]


def test_a_collection_that_other_events_empty_is_another_program() -> None:
    asking = "segment Some if any item of bag\n"
    texts = (WORDS, WORDS.replace("  clear empties\n", ""), WORDS.replace("  drop unpacks\n", ""))
    assert len({loads(text + asking).digest for text in texts}) == len(texts)
