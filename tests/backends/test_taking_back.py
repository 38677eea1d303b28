"""How every backend takes back what a late event has made wrong: changes of membership, and effects."""

from collections.abc import Callable

import pytest
from msgspec.structs import replace

from segdsl.backends.base import Backend, Batch
from segdsl.diagnostics.errors import StoreError
from segdsl.records.outcomes import Because, Change, Effect
from tests.backends.conftest import effect, enter, leave, names, state

STAY = [enter("ann", "vip", 3, 1), leave("ann", "vip", 5, 2)]
TWO_STAYS = [*STAY, enter("ann", "vip", 7, 3), leave("ann", "vip", 9, 4)]
BESIDE = [enter("ann", "new", 1), enter("bob", "vip", 1)]


def seen(backend: Backend) -> list[object]:
    """What can be asked about the memberships of ann and bob, now and at every instant."""
    instants = [None, *range(12)]
    return [
        [backend.history(customer) for customer in ("ann", "bob")],
        [backend.memberships(customer, at) for customer in ("ann", "bob") for at in instants],
        [list(backend.members(segment, at)) for segment in ("vip", "new") for at in instants],
        [backend.count(segment, at) for segment in ("vip", "new") for at in instants],
    ]


def notice(of: Effect) -> Effect:
    return replace(of, mark="withdrawn")


def deliver_all(backend: Backend) -> None:
    backend.delivered(backend.outbox(100))


# Changes


def test_an_entering_that_is_undone_takes_its_membership_away(backend: Backend) -> None:
    backend.commit(Batch(changes=[enter("ann", "vip", 3)]))
    backend.commit(Batch(undone=[enter("ann", "vip", 3)]))
    assert names(backend, "vip") == []


def test_a_leaving_that_is_undone_opens_its_membership_again(backend: Backend) -> None:
    backend.commit(Batch(changes=STAY))
    backend.commit(Batch(undone=STAY[1:]))
    assert [(each.since, each.until) for each in backend.members("vip")] == [(3, None)]


@pytest.mark.parametrize("first", range(4))
def test_what_is_undone_leaves_everything_as_if_it_had_never_been(backend: Backend, first: int) -> None:
    backend.commit(Batch(changes=BESIDE + TWO_STAYS[:first]))
    before = seen(backend)
    backend.commit(Batch(changes=TWO_STAYS[first:]))
    backend.commit(Batch(undone=TWO_STAYS[first:]))
    assert seen(backend) == before


@pytest.mark.parametrize("first", range(4))
def test_what_is_undone_may_have_come_in_one_batch_with_what_stays(backend: Backend, first: int) -> None:
    backend.commit(Batch(changes=BESIDE + TWO_STAYS[:first]))
    before = seen(backend)
    backend.commit(Batch(erased=["ann", "bob"], changes=BESIDE + TWO_STAYS))
    backend.commit(Batch(undone=TWO_STAYS[first:]))
    assert seen(backend) == before


def test_what_is_undone_in_several_batches_is_as_if_it_had_never_been(backend: Backend) -> None:
    backend.commit(Batch(changes=BESIDE))
    before = seen(backend)
    backend.commit(Batch(changes=TWO_STAYS))
    for change in reversed(TWO_STAYS):
        backend.commit(Batch(undone=[change]))
    assert seen(backend) == before


def test_changes_of_several_customers_and_segments_are_undone_together(backend: Backend) -> None:
    backend.commit(Batch(changes=BESIDE))
    before = seen(backend)
    more = [leave("bob", "vip", 2), *STAY, leave("ann", "new", 6), enter("bob", "vip", 6)]
    backend.commit(Batch(changes=more))
    backend.commit(Batch(undone=more))
    assert seen(backend) == before


def test_a_batch_puts_new_changes_in_the_place_of_those_that_it_undoes(backend: Backend) -> None:
    backend.commit(Batch(changes=[*BESIDE, STAY[0], leave("ann", "vip", 4), enter("ann", "vip", 6)]))
    expected = seen(backend)
    backend.commit(Batch(erased=["ann", "bob"], changes=BESIDE + TWO_STAYS))
    backend.commit(Batch(undone=TWO_STAYS[1:], changes=[leave("ann", "vip", 4), enter("ann", "vip", 6)]))
    assert seen(backend) == expected


def test_of_stays_at_one_instant_the_last_recorded_is_undone(backend: Backend) -> None:
    changes = [
        enter("ann", "vip", 3, 1),
        leave("ann", "vip", 3, 2),
        enter("ann", "vip", 3, 3),
        leave("ann", "vip", 3, 4),
    ]
    backend.commit(Batch(changes=changes))
    backend.commit(Batch(undone=changes[3:]))
    assert backend.history("ann") == changes[:3]


@pytest.mark.parametrize(
    "undone",
    [
        TWO_STAYS[2:3],  # not the last
        TWO_STAYS[1:2],
        [TWO_STAYS[3], TWO_STAYS[2]],  # not in the order in which they happened
        [TWO_STAYS[1], TWO_STAYS[3]],  # one left out
        [enter("ann", "vip", 1), *TWO_STAYS],  # more than was recorded
        [leave("ann", "vip", 8, 4)],  # another instant
        [leave("ann", "vip", 9, 5)],  # another arrival
        [leave("ann", "vip", 9, 4, 1)],  # another round
        [enter("ann", "vip", 9, 4)],  # the other way
        [replace(TWO_STAYS[3], because=Because("excluded"))],  # another reason
        [leave("ann", "new", 9, 4)],  # another segment
        [leave("bob", "vip", 9, 4)],  # another customer
        [TWO_STAYS[3], TWO_STAYS[3]],  # twice
        [TWO_STAYS[3], enter("zoe", "vip", 9)],  # one that fits, one that does not
    ],
)
def test_an_undoing_that_does_not_fit_is_refused_with_its_whole_batch(backend: Backend, undone: list[Change]) -> None:
    states = [state("ann"), state("zed")]
    backend.commit(Batch(states=states, changes=BESIDE + TWO_STAYS, effects=[effect("a")], clock=5))
    before = seen(backend)
    batch = Batch(
        [state("bob")], undone, [effect("a")], [enter("cid", "vip", 9)], [effect("b")], erased=["zed"], clock=9
    )
    with pytest.raises(StoreError, match="nothing of the batch was kept"):
        backend.commit(batch)
    assert seen(backend) == before
    assert (list(backend.customers()), backend.clock(), backend.outbox(9)) == (["ann", "zed"], 5, [effect("a")])


def test_what_went_with_an_erased_customer_cannot_be_undone(backend: Backend) -> None:
    backend.commit(Batch(changes=STAY))
    with pytest.raises(StoreError, match="nothing of the batch was kept"):
        backend.commit(Batch(erased=["ann"], undone=STAY))


def test_changes_that_do_not_fit_keep_what_their_batch_undoes(backend: Backend) -> None:
    backend.commit(Batch(changes=STAY))
    with pytest.raises(StoreError, match="nothing of the batch was kept"):
        backend.commit(Batch(undone=STAY[1:], changes=[enter("ann", "vip", 6)]))
    assert backend.history("ann") == STAY


# Effects


def test_a_withdrawn_effect_that_is_still_in_the_outbox_goes_out_of_it(backend: Backend) -> None:
    backend.commit(Batch(effects=[effect("a"), effect("b")]))
    backend.commit(Batch(withdrawn=[effect("a")]))
    assert backend.outbox(9) == [effect("b")]


def test_a_withdrawn_effect_that_was_delivered_comes_back_as_a_notice_behind_the_rest(backend: Backend) -> None:
    backend.commit(Batch(effects=[effect("a"), effect("b")]))
    backend.delivered([effect("a")])
    backend.commit(Batch(withdrawn=[effect("a")]))
    assert backend.outbox(9) == [effect("b"), notice(effect("a"))]


def test_a_late_effect_that_was_delivered_comes_back_as_a_notice_as_well(backend: Backend) -> None:
    late = replace(effect("a"), mark="late")
    backend.commit(Batch(effects=[late]))
    deliver_all(backend)
    backend.commit(Batch(withdrawn=[late]))
    assert backend.outbox(9) == [notice(late)]


def test_an_effect_of_the_same_id_takes_the_place_of_a_notice(backend: Backend) -> None:
    backend.commit(Batch(effects=[effect("a")]))
    deliver_all(backend)
    backend.commit(Batch(withdrawn=[effect("a")], effects=[effect("b")]))
    backend.commit(Batch(effects=[effect("a", instant=2)]))
    assert backend.outbox(9) == [effect("a", instant=2), effect("b")]


def test_a_notice_that_is_delivered_is_gone(backend: Backend) -> None:
    backend.commit(Batch(effects=[effect("a")]))
    deliver_all(backend)
    backend.commit(Batch(withdrawn=[effect("a")]))
    deliver_all(backend)
    assert backend.outbox(9) == []


def test_a_batch_puts_an_effect_in_the_place_of_one_that_it_withdraws(backend: Backend) -> None:
    backend.commit(Batch(effects=[effect("a", instant=1)]))
    backend.commit(Batch(withdrawn=[effect("a", instant=1)], effects=[effect("a", instant=2)]))
    assert backend.outbox(9) == [effect("a", instant=2)]


def test_a_batch_puts_an_effect_in_the_place_of_the_notice_of_one_that_it_withdraws(backend: Backend) -> None:
    backend.commit(Batch(effects=[effect("a", instant=1)]))
    deliver_all(backend)
    backend.commit(Batch(withdrawn=[effect("a", instant=1)], effects=[effect("a", instant=2)]))
    assert backend.outbox(9) == [effect("a", instant=2)]


def test_an_effect_that_took_the_place_of_a_notice_is_not_kept_twice(backend: Backend) -> None:
    backend.commit(Batch(withdrawn=[effect("a")]))
    backend.commit(Batch(effects=[effect("a", instant=2), effect("a", instant=3)]))
    assert backend.outbox(9) == [effect("a", instant=2)]


def test_an_effect_that_took_the_place_of_a_notice_becomes_one_again_when_it_is_withdrawn(backend: Backend) -> None:
    """The host was given the effect once and never heard that it was withdrawn."""
    backend.commit(Batch(effects=[effect("a")]))
    deliver_all(backend)
    backend.commit(Batch(withdrawn=[effect("a")]))
    backend.commit(Batch(effects=[effect("a", instant=2)]))
    backend.commit(Batch(withdrawn=[effect("a", instant=2)]))
    assert backend.outbox(9) == [notice(effect("a", instant=2))]


@pytest.mark.parametrize("end", [deliver_all, lambda backend: backend.commit(Batch(erased=["ann"]))])
def test_when_a_notice_is_gone_an_effect_of_its_id_can_be_withdrawn_without_another(
    backend: Backend, end: Callable[[Backend], None]
) -> None:
    backend.commit(Batch(withdrawn=[effect("a")]))
    end(backend)
    backend.commit(Batch(effects=[effect("a")]))
    backend.commit(Batch(withdrawn=[effect("a")]))
    assert backend.outbox(9) == []


def test_a_commit_gives_the_notices_that_it_puts_there(backend: Backend) -> None:
    backend.commit(Batch(effects=[effect("a"), effect("b")]))
    backend.delivered([effect("a")])
    assert backend.commit(Batch(withdrawn=[effect("a"), effect("b")])) == [notice(effect("a"))]


def test_a_commit_gives_no_notice_whose_place_an_effect_takes(backend: Backend) -> None:
    backend.commit(Batch(effects=[effect("a")]))
    backend.delivered([effect("a")])
    assert backend.commit(Batch(withdrawn=[effect("a")], effects=[effect("a")])) == []


def test_a_notice_stays_when_its_effect_is_withdrawn_again(backend: Backend) -> None:
    backend.commit(Batch(effects=[effect("a")]))
    deliver_all(backend)
    for _ in range(2):
        backend.commit(Batch(withdrawn=[effect("a")]))
    assert backend.outbox(9) == [notice(effect("a"))]


def test_an_effect_named_twice_is_withdrawn_once(backend: Backend) -> None:
    backend.commit(Batch(effects=[effect("a")]))
    backend.commit(Batch(withdrawn=[effect("a"), effect("a")]))
    assert backend.outbox(9) == []


def test_an_effect_that_comes_after_a_withdrawal_can_be_withdrawn_without_a_notice(backend: Backend) -> None:
    for _ in range(2):
        backend.commit(Batch(effects=[effect("a")]))
        backend.commit(Batch(withdrawn=[effect("a")]))
    assert backend.outbox(9) == []


def test_thousands_of_effects_are_withdrawn_at_once(backend: Backend) -> None:
    effects = [effect(f"e{number}") for number in range(3_000)]
    backend.commit(Batch(effects=effects))
    backend.delivered(effects[::2])
    backend.commit(Batch(withdrawn=effects))
    assert backend.outbox(9_999) == [notice(each) for each in effects[::2]]


def test_the_notices_about_an_erased_customer_vanish(backend: Backend) -> None:
    backend.commit(Batch(withdrawn=[effect("a", "ann"), effect("b", "bob")]))
    backend.commit(Batch(erased=["ann"]))
    assert backend.outbox(9) == [notice(effect("b", "bob"))]
