"""Two states that become one: every field is treated, facts are joined, and decisions stay, the account's first."""

from segdsl.plan.nodes import AfterTrigger, Length
from segdsl.records.outcomes import Because
from segdsl.state.customer import Pending, State, Stay, Waiting
from segdsl.state.joining import HOW, Joining
from segdsl.values.zones import Zone

WHY = Because("added", "shop.seg:3", "vip", "e1")
OF_GUEST = Because("added", "shop.seg:9", "cool", "e2")


def joined(account: State, guest: State, joining: Joining | None = None) -> State:
    return (joining or Joining(Zone("UTC"), {})).join(account, guest, 100)


def account(**known: object) -> State:
    return State("ann", 20, 100, 90, **known)  # type: ignore[arg-type]


def guest(**known: object) -> State:
    return State("visitor:v#1", 10, 100, 95, **known)  # type: ignore[arg-type]


def test_every_field_of_a_state_is_treated() -> None:
    assert set(HOW) == set(State.__struct_fields__)


def test_the_account_keeps_its_name_and_its_draw() -> None:
    both = joined(account(), guest(draws_as="visitor:old#1"))
    assert (both.customer, both.drawn, both.first, both.latest) == ("ann", "ann", 10, 95)


def test_the_first_and_the_latest_instant_are_those_of_both() -> None:
    early, late = State("ann", 5, 100, 98, arrivals=7), State("visitor:v#1", 10, 100, 95, arrivals=3)
    assert (joined(early, late).first, joined(early, late).latest) == (5, 98)
    assert (joined(late, early).first, joined(late, early).latest) == (5, 98)


def test_the_account_counts_its_own_arrivals() -> None:
    both = joined(account(arrivals=7), guest(arrivals=3))
    assert both.arrivals == 7


def test_the_attributes_of_the_guest_fill_what_is_not_known() -> None:
    both = joined(account(attributes={"city": "Toronto"}), guest(attributes={"city": "Ottawa", "age": 3}))
    assert both.attributes == {"city": "Toronto", "age": 3}


def test_the_word_of_the_host_about_the_account_stands() -> None:
    both = joined(account(listed={"A": True}), guest(listed={"A": False, "B": False}))
    assert both.listed == {"A": True, "B": False}


def test_a_membership_of_both_lasts_as_long_as_the_longer_one() -> None:
    mine = {"A": Stay(WHY, 150), "B": Stay(WHY), "C": Stay(WHY, 300)}
    other = {"A": Stay(OF_GUEST, 200), "B": Stay(OF_GUEST, 200), "C": Stay(OF_GUEST), "D": Stay(OF_GUEST, 110)}
    both = joined(account(added=mine), guest(added=other))
    assert {name: stay.end for name, stay in both.added.items()} == {"A": 200, "B": None, "C": None, "D": 110}
    assert both.added["A"].because == WHY


def test_of_two_waits_in_one_flow_the_accounts_goes_on() -> None:
    mine = [Waiting("r1", "k", 150), Waiting("r2", "k", 150, value="x")]
    other = [Waiting("r1", "k", 120), Waiting("r2", "k", 120, value="y"), Waiting("r3", "k", 120)]
    both = joined(account(waits=mine), guest(waits=other))
    assert [(wait.rule, wait.due, wait.value) for wait in both.waits] == [
        ("r1", 150, None), ("r2", 150, "x"), ("r2", 120, "y"), ("r3", 120, None)
    ]  # fmt: skip


def test_once_counts_for_both() -> None:
    assert joined(account(entered=["r1", "r3"]), guest(entered=["r1", "r2"])).entered == ["r1", "r3", "r2"]


def test_ids_are_kept_in_the_order_of_their_instants() -> None:
    assert list(joined(account(seen={"a": 80, "b": 90}), guest(seen={"c": 85})).seen) == ["a", "c", "b"]


def test_tallies_are_those_of_both_in_the_order_of_time() -> None:
    both = joined(account(tallies={"t": [[80, None]]}), guest(tallies={"t": [[70, None]], "u": [[1, None]]}))
    assert both.tallies == {"t": [[70, None], [80, None]], "u": [[1, None]]}


def test_after_each_looks_back_on_the_events_of_both_and_after_the_last_on_the_latest() -> None:
    each, last = (AfterTrigger(key, "searches", None, Length(10), key == "each") for key in ("each", "last"))
    joining = Joining(Zone("UTC"), {}, {"each": each, "last": last})
    mine = {key: [Pending(110), Pending(130)] if key == "each" else [Pending(130)] for key in ("each", "last")}
    other = {"each": [Pending(120)], "last": [Pending(140)]}
    both = joined(account(pending=mine), guest(pending=other), joining)
    assert {key: [one.due for one in found] for key, found in both.pending.items()} == {
        "each": [110, 120, 130],
        "last": [140],
    }


def test_what_limits_count_and_what_collections_hold_is_of_both() -> None:
    mine = account(made={"all": [80]}, collections={"cart": [[70, "a", {}], [80, "b", {"n": 1}]]})
    both = joined(mine, guest(made={"all": [75]}, collections={"cart": [[90, "b", {"n": 2}]]}))
    assert both.made == {"all": [75, 80]}
    assert both.collections == {"cart": [[70, "a", {}], [90, "b", {"n": 2}]]}


def test_the_states_that_are_joined_stay_as_they_are() -> None:
    mine, other = account(attributes={"a": 1}, seen={"x": 1}), guest(attributes={"b": 2}, seen={"y": 2})
    joined(mine, other).attributes["c"] = 3
    assert (mine.attributes, other.attributes, mine.seen) == ({"a": 1}, {"b": 2}, {"x": 1})
