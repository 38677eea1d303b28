"""How effects leave a store, on every backend: claimed for a while, delivered, tried again, given up."""

from collections.abc import Callable

import pytest
from msgspec.structs import replace

from segdsl.backends.base import Backend, Batch, StoredEffect
from segdsl.records.outcomes import Effect
from tests.backends.conftest import effect

NOW = 10
UNTIL = 20


def told(found: list[StoredEffect]) -> list[tuple[str, int, int, str]]:
    return [(each.effect.id, each.tries, each.again, each.error) for each in found]


def withdraw(backend: Backend, *effects: Effect) -> None:
    backend.commit(Batch(withdrawn=list(effects)))


def ids(claimed: list[StoredEffect]) -> list[str]:
    return [each.effect.id for each in claimed]


def done(id_: str, action: str) -> Effect:
    return Effect(id_, action, "ann", {}, 1, 1, 1, 0, effect("x").because)


@pytest.fixture
def full(backend: Backend) -> Backend:
    backend.commit(Batch(effects=[effect("a"), effect("b"), effect("c")]))
    return backend


def test_the_oldest_are_claimed_first(full: Backend) -> None:
    full.commit(Batch(effects=[effect("0")]))
    assert ids(full.claim(2, 10, 20)) == ["a", "b"]
    assert ids(full.claim(9, 10, 20)) == ["c", "0"]


def test_what_is_claimed_is_given_to_nobody_until_the_claim_is_over(full: Backend) -> None:
    full.claim(1, 10, 20)
    assert ids(full.claim(9, 19, 30)) == ["b", "c"]
    assert ids(full.claim(9, 20, 30)) == ["a"]


def test_a_claim_counts_a_try(full: Backend) -> None:
    assert full.claim(1, 10, 20) == [StoredEffect(effect("a"), False, 1, 20)]
    assert full.claim(1, 20, 30) == [StoredEffect(effect("a"), False, 2, 30)]


def test_none_are_claimed_without_room(full: Backend) -> None:
    assert full.claim(0, 10, 20) == []


def test_a_claimed_effect_still_waits(full: Backend) -> None:
    full.claim(1, 10, 20)
    assert [each.id for each in full.outbox(9)] == ["a", "b", "c"]


def test_a_delivered_effect_is_gone(full: Backend) -> None:
    (claimed,) = full.claim(1, 10, 20)
    full.delivered([claimed.effect])
    assert ids(full.claim(9, 99, 199)) == ["b", "c"]


def test_one_that_failed_is_claimed_again_at_its_time(full: Backend) -> None:
    (claimed,) = full.claim(1, 10, 20)
    full.failed(claimed, "no answer", 50)
    assert ids(full.claim(9, 49, 60)) == ["b", "c"]
    assert full.claim(1, 50, 60) == [StoredEffect(effect("a"), False, 2, 60, False, "no answer")]


def test_one_that_failed_for_good_is_a_dead_letter(full: Backend) -> None:
    (claimed,) = full.claim(1, 10, 20)
    full.failed(claimed, "no such address: ß\0", None)
    assert full.dead(9) == [StoredEffect(effect("a"), False, 1, 0, True, "no such address: ß\0")]
    assert [each.id for each in full.outbox(9)] == ["b", "c"]
    assert ids(full.claim(9, 10**18, 10**18)) == ["b", "c"]


def test_dead_letters_come_oldest_first(full: Backend) -> None:
    for each in reversed(full.claim(9, 10, 20)):
        full.failed(each, "", None)
    assert (ids(full.dead(2)), ids(full.dead(9))) == (["a", "b"], ["a", "b", "c"])


def test_a_dead_letter_is_revived(full: Backend) -> None:
    (claimed,) = full.claim(1, 10, 20)
    full.failed(claimed, "no answer", None)
    assert full.revive(["b", "a", "a", "nobody knows it"]) == 1
    assert (full.dead(9), [each.id for each in full.outbox(9)]) == ([], ["a", "b", "c"])
    (again,) = full.claim(1, 10, 20)
    assert (again.effect.id, again.tries, again.error) == ("a", 1, "")


def test_a_dead_letter_is_not_kept_twice(full: Backend) -> None:
    (claimed,) = full.claim(1, 10, 20)
    full.failed(claimed, "", None)
    full.commit(Batch(effects=[effect("a")]))
    assert (ids(full.dead(9)), [each.id for each in full.outbox(9)]) == (["a"], ["b", "c"])


def test_what_is_not_there_cannot_fail(full: Backend) -> None:
    full.failed(StoredEffect(effect("nobody knows it"), tries=1), "", None)
    assert full.dead(9) == []


@pytest.mark.parametrize("again", [UNTIL + 1, None], ids=["later", "never"])
def test_one_whose_claim_is_over_does_not_disturb_who_claimed_it_since(full: Backend, again: int | None) -> None:
    [stale] = full.claim(1, NOW, UNTIL)
    full.claim(1, UNTIL, 90)
    full.failed(stale, "too slow", again)
    assert told(full.waiting(9))[-1] == ("a", 2, 90, "")
    assert full.dead(9) == []


# Of some actions only


def test_effects_of_some_actions_are_claimed(backend: Backend) -> None:
    some = [done("a", "send"), done("b", "show"), done("c", "recommend"), done("d", "send")]
    backend.commit(Batch(effects=some))
    assert ids(backend.claim(9, 10, 20, ["recommend", "send", "paint"])) == ["a", "c", "d"]
    assert ids(backend.claim(9, 10, 20, [])) == []
    assert ids(backend.claim(9, 10, 20)) == ["b"]


def test_the_oldest_of_several_actions_come_first(backend: Backend) -> None:
    backend.commit(Batch(effects=[done("a", "send"), done("b", "show"), done("c", "send"), done("d", "show")]))
    assert ids(backend.claim(3, 10, 20, ["show", "send"])) == ["a", "b", "c"]


def test_notices_are_claimed_by_the_empty_name(backend: Backend) -> None:
    backend.commit(Batch(effects=[done("a", "send")], withdrawn=[done("b", "send")]))
    assert ids(backend.claim(9, 10, 20, [""])) == ["b"]
    assert ids(backend.claim(9, 10, 20, ["send"])) == ["a"]


# What waits


def test_what_waits_is_given_in_the_order_of_its_times_then_of_its_age(full: Backend) -> None:
    [first] = full.claim(1, NOW, UNTIL)
    full.failed(first, "no route", 30)
    [second] = full.claim(1, NOW, UNTIL)
    assert told(full.waiting(9)) == [("c", 0, 0, ""), ("b", 1, UNTIL, ""), ("a", 1, 30, "no route")]
    assert second.effect == effect("b")


def test_what_waits_is_no_more_than_is_asked_for(full: Backend) -> None:
    assert (ids(full.waiting(2)), full.waiting(0)) == (["a", "b"], [])


def test_dead_letters_do_not_wait(full: Backend) -> None:
    [first] = full.claim(1, NOW, UNTIL)
    full.failed(first, "refused", None)
    assert ids(full.waiting(9)) == ["b", "c"]


@pytest.mark.parametrize(
    ("actions", "found"),
    [(["send"], ["c"]), (["call", "send"], ["b", "c"]), ([""], ["a"]), ([], []), (None, ["b", "c", "a"])],
)
def test_what_waits_can_be_that_of_some_actions(backend: Backend, actions: list[str] | None, found: list[str]) -> None:
    backend.commit(Batch(effects=[effect("a"), replace(effect("b"), action="call"), effect("c")]))
    backend.delivered([effect("a")])
    withdraw(backend, effect("a"))
    assert ids(backend.waiting(9, actions)) == found


# Given back


def test_what_is_released_can_be_claimed_at_once_and_was_not_tried(full: Backend) -> None:
    full.release(full.claim(2, NOW, UNTIL)[1:])
    assert told(full.claim(9, NOW, 50)) == [("b", 1, 50, ""), ("c", 1, 50, "")]


def test_what_is_released_keeps_the_tries_and_the_error_of_before(full: Backend) -> None:
    [first] = full.claim(1, NOW, UNTIL)
    full.failed(first, "no route", NOW)
    full.release(full.claim(1, NOW, UNTIL))
    assert [(each.tries, each.error) for each in full.waiting(9) if each.effect.id == "a"] == [(1, "no route")]


def test_nobody_releases_what_others_have_claimed_since(full: Backend) -> None:
    stale = full.claim(3, NOW, UNTIL)
    full.claim(3, UNTIL, 90)
    full.release(stale)
    assert [each.again for each in full.waiting(9)] == [90] * 3


def test_what_was_delivered_cannot_be_released(full: Backend) -> None:
    claimed = full.claim(3, NOW, UNTIL)
    full.delivered([effect("a")])
    full.release(claimed)
    assert ids(full.waiting(9)) == ["b", "c"]


def test_releasing_nothing_is_harmless(full: Backend) -> None:
    full.release([])
    assert ids(full.waiting(9)) == ["a", "b", "c"]


# Withdrawn meanwhile


def test_an_effect_that_was_claimed_leaves_a_notice_when_it_is_withdrawn(full: Backend) -> None:
    full.claim(1, 10, 20)
    notices = full.commit(Batch(withdrawn=[effect("a"), effect("b")]))
    assert [(each.id, each.mark) for each in notices] == [("a", "withdrawn")]
    assert [(each.id, each.mark) for each in full.outbox(9)] == [("a", "withdrawn"), ("c", "")]


def test_the_notice_stays_when_the_effect_is_delivered_too_late(full: Backend) -> None:
    (claimed,) = full.claim(1, 10, 20)
    full.commit(Batch(withdrawn=[effect("a")]))
    full.delivered([claimed.effect])
    full.failed(claimed, "", None)
    assert [(each.id, each.mark) for each in full.outbox(9)] == [("a", "withdrawn"), ("b", ""), ("c", "")]


@pytest.mark.parametrize(
    "report",
    [
        lambda backend, claimed: backend.failed(claimed, "no route", 90),
        lambda backend, claimed: backend.failed(claimed, "no route", None),
        lambda backend, claimed: backend.release([claimed]),
        lambda backend, claimed: backend.delivered([claimed.effect]),
    ],
    ids=["failed", "dead", "released", "delivered"],
)
def test_a_notice_that_has_taken_the_place_of_what_was_claimed_is_as_it_was(
    full: Backend, report: Callable[[Backend, StoredEffect], None]
) -> None:
    [claimed] = full.claim(1, NOW, UNTIL)
    withdraw(full, effect("a"))
    before = full.waiting(9)
    report(full, claimed)
    assert full.waiting(9) == before
    assert [each.effect.mark for each in before if each.effect.id == "a"] == ["withdrawn"]


def test_a_notice_is_given_to_nobody_while_its_effect_may_be_in_somebodys_hands(full: Backend) -> None:
    full.claim(1, NOW, UNTIL)
    withdraw(full, effect("a"))
    assert "a" not in ids(full.claim(9, UNTIL - 1, UNTIL))
    assert [(each.effect.mark, each.tries) for each in full.claim(9, UNTIL, UNTIL) if each.effect.id == "a"] == [
        ("withdrawn", 1)
    ]


def test_an_effect_that_comes_again_is_given_to_nobody_while_its_notice_may_be_in_somebodys_hands(
    full: Backend,
) -> None:
    full.delivered([effect("a")])
    withdraw(full, effect("a"))
    full.claim(9, NOW, UNTIL)
    full.commit(Batch(effects=[effect("a")]))
    assert "a" not in ids(full.claim(9, UNTIL - 1, UNTIL))
    assert [each.tries for each in full.claim(9, UNTIL, UNTIL) if each.effect == effect("a")] == [1]


def test_a_dead_letter_that_is_withdrawn_leaves_a_notice(full: Backend) -> None:
    (claimed,) = full.claim(1, 10, 20)
    full.failed(claimed, "", None)
    full.commit(Batch(withdrawn=[effect("a")]))
    assert (full.dead(9), full.outbox(1)[0].mark) == ([], "withdrawn")


def test_a_customer_who_is_forgotten_is_in_no_dead_letter(full: Backend) -> None:
    for each in full.claim(9, 10, 20):
        full.failed(each, "", None)
    full.commit(Batch(erased=["ann"]))
    assert full.dead(9) == []
