"""What every backend does, run on every one: a new one in segdsl/backends needs only a line in `URLS` (conftest.py)."""

import pytest

from segdsl.backends import open_backend
from segdsl.backends.base import Backend, Batch, Membership, Moves, Position, StoredInputs, StoredProgram, Tally
from segdsl.diagnostics.errors import StoreError
from segdsl.records.outcomes import Because, Change
from segdsl.values.instants import DAY
from tests.backends.conftest import AWKWARD_IDS, effect, enter, leave, names, state

# The program, the clock, the positions


def test_a_fresh_store_is_empty(backend: Backend) -> None:
    assert backend.program() is None
    assert backend.clock() is None
    assert backend.position("orders.jsonl") is None
    assert list(backend.customers()) == []
    assert backend.customer_count() == 0
    assert backend.outbox(10) == []


def test_a_program_comes_back_as_it_was_installed(backend: Backend) -> None:
    program = StoredProgram("d1", b'{"plan": 1}\xff', (("a.seg", "segment vip"), ("b.seg", "é")), "2026a", b"\0\1")
    backend.install(program)
    assert backend.program() == program


def test_a_program_installed_later_replaces_the_one_before(backend: Backend) -> None:
    backend.install(StoredProgram("d1", b"1", (), "2026a", b"s"))
    later = StoredProgram("d2", b"2", (("a.seg", "x"),), "2026b", b"s")
    backend.install(later)
    assert backend.program() == later


def test_installing_a_program_leaves_the_rest_alone(backend: Backend) -> None:
    backend.commit(Batch(states=[state("ann")], changes=[enter("ann", "vip", 1)], clock=7))
    backend.install(StoredProgram("d1", b"1", (), "2026a", b"s"))
    assert (backend.clock(), backend.customer_count(), backend.count("vip")) == (7, 1, 1)


def test_the_clock_goes_forward(backend: Backend) -> None:
    backend.commit(Batch(clock=5))
    backend.commit(Batch(clock=9))
    assert backend.clock() == 9


def test_the_clock_never_goes_back(backend: Backend) -> None:
    backend.commit(Batch(clock=9))
    backend.commit(Batch(clock=-5))
    assert backend.clock() == 9


def test_a_clock_before_1970_is_kept(backend: Backend) -> None:
    backend.commit(Batch(clock=-(10**15)))
    assert backend.clock() == -(10**15)


def test_a_batch_without_a_clock_leaves_the_clock(backend: Backend) -> None:
    backend.commit(Batch(clock=9))
    backend.commit(Batch(states=[state("ann")]))
    assert backend.clock() == 9


def test_positions_are_kept_by_source_and_replaced(backend: Backend) -> None:
    backend.commit(Batch(positions={"a": Position(1, 2, 3), "b": Position(4, 5, 6)}))
    backend.commit(Batch(positions={"a": Position(7, 8, 9)}))
    assert (backend.position("a"), backend.position("b")) == (Position(7, 8, 9), Position(4, 5, 6))


# The journal


def test_pages_of_a_journal_come_back_in_the_order_in_which_they_were_committed(backend: Backend) -> None:
    backend.commit(Batch(journal=[StoredInputs("ann", b"1"), StoredInputs("bob", b"2")]))
    backend.commit(Batch(journal=[StoredInputs("ann", bytes(range(256)))]))
    assert (backend.journal("ann"), backend.journal("bob")) == ([b"1", bytes(range(256))], [b"2"])


def test_the_journal_of_nobody_is_empty(backend: Backend) -> None:
    assert backend.journal("ann") == []


def test_an_erased_customer_has_no_journal(backend: Backend) -> None:
    backend.commit(Batch(states=[state("ann")], journal=[StoredInputs("ann", b"1"), StoredInputs("bob", b"2")]))
    backend.commit(Batch(erased=["ann"]))
    assert (backend.journal("ann"), backend.journal("bob")) == ([], [b"2"])


def test_an_erased_customer_who_comes_again_in_the_same_batch_begins_a_new_journal(backend: Backend) -> None:
    backend.commit(Batch(journal=[StoredInputs("ann", b"1")]))
    backend.commit(Batch(erased=["ann"], journal=[StoredInputs("ann", b"2")]))
    assert backend.journal("ann") == [b"2"]


# States


def test_a_state_comes_back_byte_for_byte(backend: Backend) -> None:
    content = bytes(range(256))
    backend.commit(Batch(states=[state("ann", content=content), state("bob", content=b"")]))
    assert backend.load(["ann", "bob"]) == {"ann": content, "bob": b""}


def test_a_later_state_replaces_the_one_before(backend: Backend) -> None:
    backend.commit(Batch(states=[state("ann", due=3, content=b"1")]))
    backend.commit(Batch(states=[state("ann", content=b"2")]))
    assert backend.load(["ann"]) == {"ann": b"2"}
    assert backend.customer_count() == 1


def test_of_two_states_of_a_customer_in_a_batch_the_last_counts(backend: Backend) -> None:
    backend.commit(Batch(states=[state("ann", content=b"1"), state("ann", content=b"2")]))
    assert backend.load(["ann"]) == {"ann": b"2"}


def test_unknown_customers_are_left_out_of_what_is_loaded(backend: Backend) -> None:
    backend.commit(Batch(states=[state("ann")]))
    assert backend.load(["zoe", "ann", "ann"]) == {"ann": b"state"}
    assert backend.load([]) == {}


def test_tens_of_thousands_of_customers_are_loaded_at_once(backend: Backend) -> None:
    ids = [f"c{number}" for number in range(40_000)]
    backend.commit(Batch(states=[state(id_) for id_ in ids[::2]]))
    assert set(backend.load(ids)) == set(ids[::2])


def test_customers_come_in_the_order_of_code_points(backend: Backend) -> None:
    backend.commit(Batch(states=[state(id_) for id_ in reversed(AWKWARD_IDS)]))
    assert list(backend.customers()) == AWKWARD_IDS
    assert backend.customer_count() == len(AWKWARD_IDS)


def test_awkward_ids_are_loaded_under_their_own_name(backend: Backend) -> None:
    backend.commit(Batch(states=[state(id_, content=id_.encode()) for id_ in AWKWARD_IDS]))
    assert backend.load(AWKWARD_IDS) == {id_: id_.encode() for id_ in AWKWARD_IDS}


def test_due_gives_those_due_at_or_before_the_instant_in_the_order_of_ids(backend: Backend) -> None:
    backend.commit(Batch(states=[state("dan", 1), state("ann", 10), state("bob", 11), state("cid"), state("eve", -5)]))
    assert list(backend.due(10)) == ["ann", "dan", "eve"]
    assert list(backend.due(-6)) == []


def test_due_gives_awkward_ids_in_the_order_of_code_points(backend: Backend) -> None:
    backend.commit(Batch(states=[state(id_, 1) for id_ in reversed(AWKWARD_IDS)]))
    assert list(backend.due(1)) == AWKWARD_IDS


def test_a_customer_who_is_no_longer_due_is_not_given(backend: Backend) -> None:
    backend.commit(Batch(states=[state("ann", 1)]))
    backend.commit(Batch(states=[state("ann")]))
    assert list(backend.due(10)) == []


def test_timers_give_the_earliest_first_and_those_of_one_instant_in_the_order_of_ids(backend: Backend) -> None:
    timers = {"dan": 5, "bob": 7, "ann": 7, "eve": -5}
    backend.commit(Batch(states=[state(id_, timer=timer) for id_, timer in timers.items()]))
    assert backend.timers(10, 9) == ["eve", "dan", "ann", "bob"]


def test_timers_give_those_at_or_before_the_instant(backend: Backend) -> None:
    backend.commit(Batch(states=[state("ann", timer=9), state("bob", timer=10), state("cid", timer=11)]))
    assert backend.timers(10, 9) == ["ann", "bob"]


@pytest.mark.parametrize(("limit", "given"), [(2, ["ann", "bob"]), (0, []), (-1, [])])
def test_timers_give_no_more_than_they_are_asked_for(backend: Backend, limit: int, given: list[str]) -> None:
    backend.commit(Batch(states=[state(id_, timer=1) for id_ in ("cid", "bob", "ann")]))
    assert backend.timers(10, limit) == given


def test_a_customer_without_a_timer_is_not_given(backend: Backend) -> None:
    backend.commit(Batch(states=[state("ann", due=1)]))
    assert backend.timers(10, 9) == []


def test_a_customer_whose_timer_is_gone_is_no_longer_given(backend: Backend) -> None:
    backend.commit(Batch(states=[state("ann", timer=1)]))
    backend.commit(Batch(states=[state("ann")]))
    assert backend.timers(10, 9) == []


def test_a_timer_is_not_a_due_instant(backend: Backend) -> None:
    backend.commit(Batch(states=[state("ann", timer=1)]))
    assert list(backend.due(10)) == []


def test_timers_of_one_instant_come_in_the_order_of_code_points(backend: Backend) -> None:
    backend.commit(Batch(states=[state(id_, timer=1) for id_ in reversed(AWKWARD_IDS)]))
    assert backend.timers(1, 100) == AWKWARD_IDS


# Memberships


def test_entering_opens_a_membership_that_says_why(backend: Backend) -> None:
    backend.commit(Batch(changes=[enter("ann", "vip", 5)]))
    because = Because("added", "shop.seg:3", "vip", "order-1")
    assert backend.memberships("ann") == [Membership("ann", "vip", 5, None, because)]
    assert list(backend.members("vip")) == [Membership("ann", "vip", 5, None, because)]


def test_leaving_closes_the_open_membership(backend: Backend) -> None:
    backend.commit(Batch(changes=[enter("ann", "vip", 5)]))
    backend.commit(Batch(changes=[leave("ann", "vip", 8)]))
    assert backend.memberships("ann") == []
    assert names(backend, "vip") == []
    assert backend.memberships("ann", 6) == [
        Membership("ann", "vip", 5, 8, Because("added", "shop.seg:3", "vip", "order-1"))
    ]


@pytest.mark.parametrize(("at", "inside"), [(4, False), (5, True), (7, True), (8, False)])
def test_a_membership_holds_from_its_beginning_to_before_its_end(backend: Backend, at: int, inside: bool) -> None:
    backend.commit(Batch(changes=[enter("ann", "vip", 5), leave("ann", "vip", 8)]))
    assert names(backend, "vip", at) == ["ann"] * inside
    assert len(backend.memberships("ann", at)) == inside
    assert backend.count("vip", at) == inside


def test_a_membership_that_began_and_ended_at_the_same_instant_is_never_seen(backend: Backend) -> None:
    backend.commit(Batch(changes=[enter("ann", "vip", 5, 1), leave("ann", "vip", 5, 2)]))
    assert [names(backend, "vip", at) for at in (4, 5, 6, None)] == [[], [], [], []]


def test_a_customer_can_come_back_within_a_batch(backend: Backend) -> None:
    changes = [enter("ann", "vip", 1), leave("ann", "vip", 3), enter("ann", "vip", 5), leave("ann", "vip", 7)]
    backend.commit(Batch(changes=[*changes, enter("ann", "vip", 9)]))
    assert [backend.count("vip", at) for at in (0, 1, 3, 5, 7, 9)] == [0, 1, 0, 1, 0, 1]
    assert backend.count("vip") == 1


def test_a_batch_can_close_a_membership_and_open_the_next(backend: Backend) -> None:
    backend.commit(Batch(changes=[enter("ann", "vip", 1)]))
    backend.commit(Batch(changes=[leave("ann", "vip", 3), enter("ann", "vip", 3, 1)]))
    assert [membership.since for membership in backend.members("vip")] == [3]
    assert [membership.since for membership in backend.members("vip", 2)] == [1]


def test_members_come_in_the_order_of_ids(backend: Backend) -> None:
    backend.commit(Batch(changes=[enter(id_, "vip", 1) for id_ in reversed(AWKWARD_IDS)]))
    assert names(backend, "vip") == AWKWARD_IDS
    assert names(backend, "vip", 1) == AWKWARD_IDS


def test_memberships_come_in_the_order_of_segments(backend: Backend) -> None:
    backend.commit(Batch(changes=[enter("ann", segment, 1) for segment in ("vip", "Vip", "new", "ünlü")]))
    assert [membership.segment for membership in backend.memberships("ann")] == ["Vip", "new", "vip", "ünlü"]
    assert [membership.segment for membership in backend.memberships("ann", 1)] == ["Vip", "new", "vip", "ünlü"]


def test_segments_and_customers_nobody_heard_of_have_no_members(backend: Backend) -> None:
    assert names(backend, "vip") == []
    assert (backend.count("vip"), backend.count("vip", 5)) == (0, 0)
    assert (backend.memberships("ann"), backend.history("ann")) == ([], [])


def test_count_agrees_with_members(backend: Backend) -> None:
    backend.commit(Batch(changes=[enter(id_, "vip", 1) for id_ in "abcde"] + [enter("a", "new", 1)]))
    backend.commit(Batch(changes=[leave(id_, "vip", 5) for id_ in "bd"]))
    assert (backend.count("vip"), backend.count("vip", 4), backend.count("vip", 5)) == (3, 5, 3)
    assert backend.count("new") == 1


@pytest.mark.parametrize(
    "changes",
    [
        [enter("ann", "vip", 8)],
        [enter("ann", "vip", 8), leave("ann", "vip", 9)],
        [leave("ann", "vip", 8), leave("ann", "vip", 9)],
        [leave("ann", "vip", 8), enter("ann", "vip", 9), enter("ann", "vip", 9)],
        [leave("ann", "new", 8)],
        [leave("bob", "vip", 8)],
    ],
)
def test_a_change_that_does_not_fit_is_refused_with_its_whole_batch(backend: Backend, changes: list[Change]) -> None:
    backend.commit(Batch(states=[state("ann")], changes=[enter("ann", "vip", 5)], clock=5))
    with pytest.raises(StoreError, match="nothing of the batch was kept"):
        backend.commit(Batch(states=[state("bob")], changes=changes, effects=[effect("e")], erased=["cid"], clock=9))
    assert (list(backend.customers()), backend.clock(), backend.outbox(9)) == (["ann"], 5, [])
    assert [membership.since for membership in backend.members("vip")] == [5]
    assert (backend.count("vip"), backend.history("ann")) == (1, [enter("ann", "vip", 5)])


def test_history_gives_every_change_as_it_was(backend: Backend) -> None:
    changes = [enter("ann", "vip", 1, 2, 3), leave("ann", "vip", 4, 5, 6), enter("ann", "vip", 7, 8, 9)]
    backend.commit(Batch(changes=[*changes, enter("bob", "vip", 7)]))
    assert backend.history("ann") == changes


def test_history_is_in_the_order_of_events_leaving_before_entering_then_by_segment(backend: Backend) -> None:
    before = [enter("ann", "x", 1), enter("ann", "y", 1, 1), enter("ann", "z", 1, 1, 1)]
    after = [leave("ann", "x", 2), leave("ann", "z", 2), enter("ann", "a", 2), enter("ann", "b", 2)]
    backend.commit(Batch(changes=[*before, *reversed(after)]))
    assert backend.history("ann") == before + after


# Effects


def test_effects_come_back_as_they_were_oldest_first(backend: Backend) -> None:
    backend.commit(Batch(effects=[effect("z", instant=9), effect("a", instant=1)]))
    backend.commit(Batch(effects=[effect("m")]))
    assert backend.outbox(10) == [effect("z", instant=9), effect("a", instant=1), effect("m")]


def test_the_outbox_gives_no_more_than_it_is_asked_for(backend: Backend) -> None:
    backend.commit(Batch(effects=[effect(id_) for id_ in "abc"]))
    assert [each.id for each in backend.outbox(2)] == ["a", "b"]
    assert backend.outbox(0) == []


def test_an_effect_that_is_kept_already_is_not_kept_twice(backend: Backend) -> None:
    backend.commit(Batch(effects=[effect("a", instant=1), effect("b"), effect("a", instant=2)]))
    backend.commit(Batch(effects=[effect("a", instant=3)]))
    assert backend.outbox(10) == [effect("a", instant=1), effect("b")]


def test_delivered_effects_leave_the_outbox(backend: Backend) -> None:
    backend.commit(Batch(effects=[effect(id_) for id_ in "abc"]))
    backend.delivered([effect("c"), effect("a"), effect("nobody knows it")])
    assert [each.id for each in backend.outbox(10)] == ["b"]


def test_effects_that_come_after_a_delivery_stand_behind_the_rest(backend: Backend) -> None:
    backend.commit(Batch(effects=[effect(id_) for id_ in "abc"]))
    backend.delivered([effect("b"), effect("c")])
    backend.commit(Batch(effects=[effect("0")]))
    assert [each.id for each in backend.outbox(10)] == ["a", "0"]


# Tallies, moves, standings


def test_tallies_add_up_over_batches(backend: Backend) -> None:
    backend.commit(Batch(tallies={Tally("fired", "r1", 3): 2, Tally("fired", "r1", 4): 1}))
    backend.commit(Batch(tallies={Tally("fired", "r1", 3): 5}))
    assert backend.tallies() == {Tally("fired", "r1", 3): 7, Tally("fired", "r1", 4): 1}


def test_tallies_are_told_apart_by_kind_name_day_and_owner(backend: Backend) -> None:
    counted = {
        Tally("effect", "send", 0): 1, Tally("withdrawn", "send", 0): 2, Tally("effect", "show", 0): 3,
        Tally("ignored", "colour", None, "order"): 4, Tally("ignored", "colour", None, "search"): 5,
        Tally("reject", "late"): 6, Tally("reject", "late", 0): 7, Tally("reject", "late", -1): 8,
    }  # fmt: skip
    backend.commit(Batch(tallies=counted))
    assert backend.tallies() == counted


def test_tallies_come_in_the_order_of_kind_name_owner_and_day(backend: Backend) -> None:
    counted = [
        Tally("effect", "a", 9), Tally("ignored", "f", None, "x"), Tally("ignored", "f", None, "ü"),
        Tally("reject", "late"), Tally("reject", "late", -9), Tally("reject", "late", 2), Tally("reject", "ünlü", 1),
    ]  # fmt: skip
    backend.commit(Batch(tallies=dict.fromkeys(reversed(counted), 1)))
    assert list(backend.tallies()) == counted


def test_awkward_names_are_counted_under_their_own(backend: Backend) -> None:
    counted = {Tally("ignored", name, None, name): number for number, name in enumerate(AWKWARD_IDS, 1)}
    backend.commit(Batch(tallies=counted))
    assert backend.tallies() == counted


def test_the_tallies_of_a_refused_batch_are_not_kept(backend: Backend) -> None:
    with pytest.raises(StoreError):
        backend.commit(Batch(changes=[leave("ann", "vip", 1)], tallies={Tally("fired", "r1", 3): 2}))
    assert backend.tallies() == {}


def test_a_forgotten_customer_changes_no_tally(backend: Backend) -> None:
    backend.commit(Batch(states=[state("ann")], tallies={Tally("fired", "r1", 3): 2}))
    backend.commit(Batch(erased=["ann"]))
    assert backend.tallies() == {Tally("fired", "r1", 3): 2}


def test_moves_count_who_entered_and_left_by_segment_and_day(backend: Backend) -> None:
    entered = [enter("ann", "vip", 5), enter("bob", "vip", DAY - 1), enter("cid", "vip", DAY), enter("ann", "new", 1)]
    backend.commit(Batch(changes=[*entered, leave("ann", "vip", DAY + 1), leave("bob", "vip", 3 * DAY)]))
    assert list(backend.moves()) == [
        Moves("new", 0, 1, 0), Moves("vip", 0, 2, 0), Moves("vip", 1, 1, 1), Moves("vip", 3, 0, 1),
    ]  # fmt: skip


def test_moves_before_1970_belong_to_the_day_they_happened_on(backend: Backend) -> None:
    backend.commit(Batch(changes=[enter("ann", "vip", -DAY - 1), leave("ann", "vip", -DAY), enter("bob", "vip", -1)]))
    assert list(backend.moves()) == [Moves("vip", -2, 1, 0), Moves("vip", -1, 1, 1)]


def test_moves_leave_out_what_began_and_ended_at_the_same_instant(backend: Backend) -> None:
    backend.commit(Batch(changes=[enter("ann", "vip", 5, 1), leave("ann", "vip", 5, 2)]))
    assert list(backend.moves()) == []


def test_moves_that_are_undone_or_erased_are_gone(backend: Backend) -> None:
    changes = [enter("ann", "vip", 5), enter("bob", "vip", 5)]
    backend.commit(Batch(changes=changes))
    backend.commit(Batch(undone=changes[:1], erased=["bob"]))
    assert list(backend.moves()) == []


def test_standings_give_each_customer_with_their_segments(backend: Backend) -> None:
    changes = [enter("bob", "vip", 1), enter("ann", "vip", 1), enter("ann", "new", 2), enter("cid", "new", 2)]
    backend.commit(Batch(changes=[*changes, leave("cid", "new", 3)]))
    assert list(backend.standings()) == [("ann", ("new", "vip")), ("bob", ("vip",))]


@pytest.mark.parametrize(("at", "given"), [(0, []), (1, [("ann", ("vip",))]), (2, [("ann", ("new", "vip"))]), (5, [])])
def test_standings_at_an_instant(backend: Backend, at: int, given: list[tuple[str, tuple[str, ...]]]) -> None:
    changes = [enter("ann", "vip", 1), enter("ann", "new", 2), leave("ann", "vip", 5), leave("ann", "new", 5)]
    backend.commit(Batch(changes=changes))
    assert list(backend.standings(at)) == given


def test_standings_come_in_the_order_of_ids_and_segments(backend: Backend) -> None:
    segments = ("Vip", "new", "vip", "ünlü")
    backend.commit(Batch(changes=[enter(id_, segment, 1) for id_ in reversed(AWKWARD_IDS) for segment in segments]))
    assert list(backend.standings()) == [(id_, segments) for id_ in AWKWARD_IDS]


def test_standings_of_more_customers_than_are_read_at_a_time(backend: Backend) -> None:
    ids = [f"c{number:05}" for number in range(7_001)]  # of three segments each: pages end within a customer
    backend.commit(Batch(changes=[enter(id_, segment, 1) for id_ in ids for segment in "abc"]))
    assert list(backend.standings()) == [(id_, ("a", "b", "c")) for id_ in ids]


# Forgetting


def test_an_erased_customer_vanishes_from_every_answer(backend: Backend) -> None:
    changes = [enter(id_, "vip", 1) for id_ in ("ann", "bob")] + [enter("ann", "new", 1), leave("ann", "new", 2)]
    effects = [effect("a", "ann"), effect("b", "bob")]
    states = [state("ann", 1, timer=1), state("bob", 1, timer=1)]
    backend.commit(Batch(states=states, changes=changes, effects=effects))
    backend.commit(Batch(erased=["ann", "ann", "nobody knows them"]))
    assert backend.timers(9, 9) == ["bob"]
    assert (list(backend.customers()), list(backend.due(9)), backend.load(["ann"])) == (["bob"], ["bob"], {})
    assert (backend.memberships("ann"), backend.memberships("ann", 1), backend.history("ann")) == ([], [], [])
    assert (names(backend, "vip"), names(backend, "vip", 1), names(backend, "new", 1)) == (["bob"], ["bob"], [])
    assert (backend.count("vip"), backend.count("vip", 1), backend.count("new")) == (1, 1, 0)
    assert [each.id for each in backend.outbox(9)] == ["b"]


def test_what_the_rest_of_the_batch_says_of_an_erased_customer_lands(backend: Backend) -> None:
    backend.commit(Batch(states=[state("ann")], changes=[enter("ann", "vip", 1)], effects=[effect("a")]))
    again = enter("ann", "vip", 5)
    backend.commit(Batch(states=[state("ann", content=b"new")], changes=[again], effects=[effect("a")], erased=["ann"]))
    assert (backend.load(["ann"]), backend.history("ann"), backend.count("vip")) == ({"ann": b"new"}, [again], 1)
    assert backend.outbox(9) == [effect("a")]


def test_tombstones_are_found_by_their_hash(backend: Backend) -> None:
    backend.commit(Batch(tombstones={"h1": 5, "h2": 6}))
    backend.commit(Batch(tombstones={"h2": 7}))
    assert backend.tombstones(["h2", "h1", "h3"]) == {"h1": 5, "h2": 7}
    assert backend.tombstones([]) == {}


def test_thousands_of_tombstones_are_looked_up_at_once(backend: Backend) -> None:
    backend.commit(Batch(tombstones={f"h{number}": number for number in range(0, 40_000, 2)}))
    assert len(backend.tombstones([f"h{number}" for number in range(40_000)])) == 20_000


# Iterating and closing


def test_customers_can_be_walked_through_while_batches_are_committed(backend: Backend) -> None:
    backend.commit(Batch(states=[state(id_) for id_ in "abc"]))
    seen = []
    for customer in backend.customers():
        seen.append(customer)
        backend.commit(Batch(states=[state(customer, content=b"new")]))
    assert seen == ["a", "b", "c"]


def test_the_due_can_be_walked_through_while_they_are_served(backend: Backend) -> None:
    backend.commit(Batch(states=[state(id_, 1) for id_ in "abc"]))
    seen = []
    for customer in backend.due(5):
        seen.append(customer)
        backend.commit(Batch(states=[state(customer, 2)]))
    assert seen == ["a", "b", "c"]


def test_members_can_be_walked_through_while_they_leave(backend: Backend) -> None:
    backend.commit(Batch(changes=[enter(id_, "vip", 1) for id_ in "abc"]))
    seen = []
    for membership in backend.members("vip"):
        seen.append(membership.customer)
        backend.commit(Batch(changes=[leave(membership.customer, "vip", 2)]))
    assert (seen, backend.count("vip")) == (["a", "b", "c"], 0)


def test_two_walks_go_on_side_by_side(backend: Backend) -> None:
    backend.commit(Batch(states=[state(id_, 1) for id_ in "abc"]))
    assert list(zip(backend.due(1), backend.due(5), strict=True)) == [("a", "a"), ("b", "b"), ("c", "c")]


def test_a_walk_can_be_given_up(backend: Backend) -> None:
    backend.commit(Batch(states=[state(id_, 1) for id_ in "abc"]))
    assert next(backend.due(5)) == "a"
    assert list(backend.due(5)) == ["a", "b", "c"]


def test_an_empty_batch_changes_nothing(backend: Backend) -> None:
    backend.commit(Batch())
    assert (backend.customer_count(), backend.clock()) == (0, None)


def test_closing_twice_is_harmless(backend: Backend) -> None:
    backend.close()
    backend.close()


def test_a_url_of_an_unknown_kind_is_refused_with_an_example() -> None:
    with pytest.raises(StoreError, match="write for example sqlite:///"):
        open_backend("sqlit:///x.store")


def test_a_url_of_no_kind_at_all_is_answered_with_all_kinds() -> None:
    with pytest.raises(StoreError, match="begins with sqlite:///, postgresql://, redis:// or memory://"):
        open_backend("mysql://localhost/shop")


def test_a_store_in_memory_has_no_name() -> None:
    with pytest.raises(StoreError, match="write memory://"):
        open_backend("memory://shop")
