"""How effects leave a store, on every backend: claimed for a while, delivered, tried again, given up."""

import pytest

from segdsl.backends.base import Backend, Batch, StoredEffect
from segdsl.records.outcomes import Effect
from tests.backends.conftest import effect


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
    full.failed(claimed.effect, "no answer", 50)
    assert ids(full.claim(9, 49, 60)) == ["b", "c"]
    assert full.claim(1, 50, 60) == [StoredEffect(effect("a"), False, 2, 60, False, "no answer")]


def test_one_that_failed_for_good_is_a_dead_letter(full: Backend) -> None:
    (claimed,) = full.claim(1, 10, 20)
    full.failed(claimed.effect, "no such address: ß\0", None)
    assert full.dead(9) == [StoredEffect(effect("a"), False, 1, 0, True, "no such address: ß\0")]
    assert [each.id for each in full.outbox(9)] == ["b", "c"]
    assert ids(full.claim(9, 10**18, 10**18)) == ["b", "c"]


def test_dead_letters_come_oldest_first(full: Backend) -> None:
    for each in reversed(full.claim(9, 10, 20)):
        full.failed(each.effect, "", None)
    assert (ids(full.dead(2)), ids(full.dead(9))) == (["a", "b"], ["a", "b", "c"])


def test_a_dead_letter_is_revived(full: Backend) -> None:
    (claimed,) = full.claim(1, 10, 20)
    full.failed(claimed.effect, "no answer", None)
    assert full.revive(["b", "a", "a", "nobody knows it"]) == 1
    assert (full.dead(9), [each.id for each in full.outbox(9)]) == ([], ["a", "b", "c"])
    (again,) = full.claim(1, 10, 20)
    assert (again.effect.id, again.tries, again.error) == ("a", 1, "")


def test_a_dead_letter_is_not_kept_twice(full: Backend) -> None:
    (claimed,) = full.claim(1, 10, 20)
    full.failed(claimed.effect, "", None)
    full.commit(Batch(effects=[effect("a")]))
    assert (ids(full.dead(9)), [each.id for each in full.outbox(9)]) == (["a"], ["b", "c"])


def test_what_is_not_there_cannot_fail(full: Backend) -> None:
    full.failed(effect("nobody knows it"), "", None)
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


# Withdrawn meanwhile


def test_an_effect_that_was_claimed_leaves_a_notice_when_it_is_withdrawn(full: Backend) -> None:
    full.claim(1, 10, 20)
    notices = full.commit(Batch(withdrawn=[effect("a"), effect("b")]))
    assert [(each.id, each.mark) for each in notices] == [("a", "withdrawn")]
    assert [(each.id, each.mark) for each in full.outbox(9)] == [("a", "withdrawn"), ("c", "")]


def test_a_notice_can_be_claimed_at_once_and_was_never_tried(full: Backend) -> None:
    full.claim(1, 10, 20)
    (notice,) = full.commit(Batch(withdrawn=[effect("a")]))
    assert full.claim(1, 10, 20) == [StoredEffect(notice, True, 1, 20)]


def test_the_notice_stays_when_the_effect_is_delivered_too_late(full: Backend) -> None:
    (claimed,) = full.claim(1, 10, 20)
    full.commit(Batch(withdrawn=[effect("a")]))
    full.delivered([claimed.effect])
    full.failed(claimed.effect, "", None)
    assert [(each.id, each.mark) for each in full.outbox(9)] == [("a", "withdrawn"), ("b", ""), ("c", "")]


def test_a_dead_letter_that_is_withdrawn_leaves_a_notice(full: Backend) -> None:
    (claimed,) = full.claim(1, 10, 20)
    full.failed(claimed.effect, "", None)
    full.commit(Batch(withdrawn=[effect("a")]))
    assert (full.dead(9), full.outbox(1)[0].mark) == ([], "withdrawn")


def test_an_effect_in_place_of_a_notice_can_be_claimed_at_once(full: Backend) -> None:
    full.claim(1, 10, 20)
    full.commit(Batch(withdrawn=[effect("a")]))
    full.claim(1, 10, 20)
    full.commit(Batch(effects=[effect("a")]))
    assert full.claim(1, 10, 20) == [StoredEffect(effect("a"), True, 1, 20)]


def test_a_customer_who_is_forgotten_is_in_no_dead_letter(full: Backend) -> None:
    for each in full.claim(9, 10, 20):
        full.failed(each.effect, "", None)
    full.commit(Batch(erased=["ann"]))
    assert full.dead(9) == []
