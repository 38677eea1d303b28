"""The contract of the outbox as deliverers use it: claims that end, failures, what is given back, dead letters."""

from collections.abc import Callable

import pytest
from msgspec.structs import replace

from segdsl.backends.base import Backend, Batch, StoredEffect
from segdsl.records.outcomes import Effect
from tests.backends.conftest import effect

NOW = 1_000_000
UNTIL = 2_000_000


@pytest.fixture
def waits(backend: Backend) -> Backend:
    """A backend in whose outbox `a`, `b` and `c` wait."""
    backend.commit(Batch(effects=[effect("a"), effect("b"), effect("c")]))
    return backend


def told(found: list[StoredEffect]) -> list[tuple[str, int, int, str]]:
    return [(each.effect.id, each.tries, each.again, each.error) for each in found]


def ids(found: list[StoredEffect]) -> list[str]:
    return [each.effect.id for each in found]


def withdraw(backend: Backend, *effects: Effect) -> None:
    backend.commit(Batch(withdrawn=list(effects)))


# ---------------------------------------------------------------------------------------------------------- what waits


def test_what_waits_is_given_in_the_order_of_its_times_then_of_its_age(waits: Backend) -> None:
    [first] = waits.claim(1, NOW, UNTIL)
    waits.failed(first, "no route", 3_000_000)
    [second] = waits.claim(1, NOW, UNTIL)
    assert told(waits.waiting(9)) == [("c", 0, 0, ""), ("b", 1, UNTIL, ""), ("a", 1, 3_000_000, "no route")]
    assert second.effect == effect("b")


def test_what_waits_is_no_more_than_is_asked_for(waits: Backend) -> None:
    assert (ids(waits.waiting(2)), waits.waiting(0)) == (["a", "b"], [])


def test_dead_letters_do_not_wait(waits: Backend) -> None:
    [first] = waits.claim(1, NOW, UNTIL)
    waits.failed(first, "refused", None)
    assert ids(waits.waiting(9)) == ["b", "c"]


@pytest.mark.parametrize(
    ("actions", "found"),
    [(["send"], ["c"]), (["call", "send"], ["b", "c"]), ([""], ["a"]), ([], []), (None, ["b", "c", "a"])],
)
def test_what_waits_can_be_that_of_some_actions(backend: Backend, actions: list[str] | None, found: list[str]) -> None:
    backend.commit(Batch(effects=[effect("a"), replace(effect("b"), action="call"), effect("c")]))
    backend.delivered([effect("a")])
    withdraw(backend, effect("a"))
    assert ids(backend.waiting(9, actions)) == found


# ---------------------------------------------------------------------------------------------------- what is released


def test_what_is_released_can_be_claimed_at_once_and_was_not_tried(waits: Backend) -> None:
    waits.release(waits.claim(2, NOW, UNTIL)[1:])
    assert told(waits.claim(9, NOW, 5_000_000)) == [("b", 1, 5_000_000, ""), ("c", 1, 5_000_000, "")]


def test_what_is_released_keeps_the_tries_and_the_error_of_before(waits: Backend) -> None:
    [first] = waits.claim(1, NOW, UNTIL)
    waits.failed(first, "no route", NOW)
    waits.release(waits.claim(1, NOW, UNTIL))
    assert [(each.tries, each.error) for each in waits.waiting(9) if each.effect.id == "a"] == [(1, "no route")]


def test_nobody_releases_what_others_have_claimed_since(waits: Backend) -> None:
    stale = waits.claim(3, NOW, UNTIL)
    waits.claim(3, UNTIL, 9_000_000)
    waits.release(stale)
    assert [each.again for each in waits.waiting(9)] == [9_000_000] * 3


def test_what_was_delivered_cannot_be_released(waits: Backend) -> None:
    claimed = waits.claim(3, NOW, UNTIL)
    waits.delivered([effect("a")])
    waits.release(claimed)
    assert ids(waits.waiting(9)) == ["b", "c"]


def test_releasing_nothing_is_harmless(waits: Backend) -> None:
    waits.release([])
    assert ids(waits.waiting(9)) == ["a", "b", "c"]


# --------------------------------------------------------------------------------------------------------- what failed


def test_what_failed_waits_until_its_time(waits: Backend) -> None:
    waits.failed(waits.claim(1, NOW, UNTIL)[0], "no route", 3_000_000)
    assert ids(waits.claim(9, 2_999_999, UNTIL)) == ["b", "c"]
    assert told(waits.claim(9, 3_000_000, 4_000_000)) == [
        ("a", 2, 4_000_000, "no route"), ("b", 2, 4_000_000, ""), ("c", 2, 4_000_000, ""),
    ]  # fmt: skip


@pytest.mark.parametrize("again", [UNTIL + 1, None], ids=["later", "never"])
def test_one_whose_claim_is_over_does_not_disturb_who_claimed_it_since(waits: Backend, again: int | None) -> None:
    [stale] = waits.claim(1, NOW, UNTIL)
    waits.claim(1, UNTIL, 9_000_000)
    waits.failed(stale, "too slow", again)
    assert told(waits.waiting(9))[-1] == ("a", 2, 9_000_000, "")
    assert waits.dead(9) == []


@pytest.mark.parametrize(
    "report",
    [
        lambda backend, claimed: backend.failed(claimed, "no route", 9_000_000),
        lambda backend, claimed: backend.failed(claimed, "no route", None),
        lambda backend, claimed: backend.release([claimed]),
        lambda backend, claimed: backend.delivered([claimed.effect]),
    ],
    ids=["failed", "dead", "released", "delivered"],
)
def test_a_notice_that_has_taken_the_place_of_what_was_claimed_is_as_it_was(
    waits: Backend, report: Callable[[Backend, StoredEffect], None]
) -> None:
    [claimed] = waits.claim(1, NOW, UNTIL)
    withdraw(waits, effect("a"))
    before = waits.waiting(9)
    report(waits, claimed)
    assert waits.waiting(9) == before
    assert [each.effect.mark for each in before if each.effect.id == "a"] == ["withdrawn"]


def test_a_notice_is_given_to_nobody_while_its_effect_may_be_in_somebodys_hands(waits: Backend) -> None:
    waits.claim(1, NOW, UNTIL)
    withdraw(waits, effect("a"))
    assert "a" not in ids(waits.claim(9, UNTIL - 1, UNTIL))
    assert [(each.effect.mark, each.tries) for each in waits.claim(9, UNTIL, UNTIL) if each.effect.id == "a"] == [
        ("withdrawn", 1)
    ]


def test_an_effect_that_comes_again_is_given_to_nobody_while_its_notice_may_be_in_somebodys_hands(
    waits: Backend,
) -> None:
    waits.delivered([effect("a")])
    withdraw(waits, effect("a"))
    waits.claim(9, NOW, UNTIL)
    waits.commit(Batch(effects=[effect("a")]))
    assert "a" not in ids(waits.claim(9, UNTIL - 1, UNTIL))
    assert [each.tries for each in waits.claim(9, UNTIL, UNTIL) if each.effect == effect("a")] == [1]


# -------------------------------------------------------------------------------------------------------- dead letters


def test_a_dead_letter_keeps_its_last_error_and_is_not_claimed(waits: Backend) -> None:
    [first] = waits.claim(1, NOW, UNTIL)
    waits.failed(first, "no such address", None)
    assert ids(waits.claim(9, 10**15, 10**15)) == ["b", "c"]
    [dead] = waits.dead(9)
    assert (dead.effect, dead.tries, dead.dead, dead.error) == (effect("a"), 1, True, "no such address")


def test_a_dead_letter_that_is_revived_stands_where_it_stood_and_was_never_tried(waits: Backend) -> None:
    waits.failed(waits.claim(1, NOW, UNTIL)[0], "no such address", None)
    assert waits.revive(["a", "b", "nobody"]) == 1
    assert told(waits.claim(9, NOW, UNTIL)) == [("a", 1, UNTIL, ""), ("b", 1, UNTIL, ""), ("c", 1, UNTIL, "")]
    assert waits.dead(9) == []


def test_a_dead_letter_that_is_withdrawn_is_a_notice(waits: Backend) -> None:
    waits.failed(waits.claim(1, NOW, UNTIL)[0], "no such address", None)
    withdraw(waits, effect("a"))
    assert waits.dead(9) == []
    assert [each.effect.mark for each in waits.claim(9, UNTIL, UNTIL) if each.effect.id == "a"] == ["withdrawn"]
