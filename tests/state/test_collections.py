"""What a collection holds, by itself: puts, drops, windows, and two customers' items united."""

from hypothesis import given
from hypothesis import strategies as st

from segdsl.state.collections import Item, dropped, put, united
from segdsl.values import limits

items = st.lists(st.tuples(st.integers(0, 9), st.sampled_from("abcd"), st.just({})).map(list), max_size=6)


def collected(puts: list[Item]) -> list[Item]:
    """What is held after some puts, in the order of their instants."""
    held: list[Item] = []
    for instant, key, fields in sorted(puts, key=lambda item: item[0]):
        more = put(held, instant, key, fields)
        assert more is not None
        held = more
    return held


def test_a_full_collection_takes_another_of_a_key_it_has_and_no_further_one() -> None:
    held = collected([[0, key, {}] for key in range(limits.ITEMS)])
    assert put(held, 1, "one more", {}) is None
    again = put(held, 1, 7, {"price": 3})
    assert again is not None
    assert (len(again), again[-1]) == (limits.ITEMS, [1, 7, {"price": 3}])


def test_what_is_held_is_never_changed_in_place() -> None:
    held = collected([[0, "a", {}], [1, "b", {}]])
    before = [list(item) for item in held]
    put(held, 2, "a", {"price": 1})
    dropped(held, "a")
    united(held, [[5, "b", {}]])
    assert held == before


def test_of_two_with_one_key_the_later_put_is_kept() -> None:
    one, other = [[1, "a", {"n": 1}], [5, "b", {"n": 2}]], [[3, "a", {"n": 3}], [4, "b", {"n": 4}]]
    assert united(one, other) == [[3, "a", {"n": 3}], [5, "b", {"n": 2}]]


def test_of_two_put_in_at_one_instant_that_of_the_other_is_kept() -> None:
    assert united([[1, "a", {"n": 1}]], [[1, "a", {"n": 2}]]) == [[1, "a", {"n": 2}]]


def test_where_there_is_no_room_for_all_the_latest_are_kept() -> None:
    one = [[n, f"one {n}", {}] for n in range(limits.ITEMS)]
    held = united(one, [[limits.ITEMS, "other", {}]])
    assert (len(held), held[0][1], held[-1][1]) == (limits.ITEMS, "one 1", "other")


@given(items, items)
def test_united_customers_hold_what_one_with_all_puts_would_hold(one: list[Item], other: list[Item]) -> None:
    both = collected([*sorted(one, key=lambda item: item[0]), *sorted(other, key=lambda item: item[0])])
    assert united(collected(one), collected(other)) == both


@given(items)
def test_uniting_with_nobody_changes_nothing(one: list[Item]) -> None:
    held = collected(one)
    assert united(held, []) == united([], held) == held
