"""The log of effects that limits count: what is in a window, and two logs united."""

from hypothesis import given
from hypothesis import strategies as st

from segdsl.plan.nodes import Window
from segdsl.state.customer import State
from segdsl.state.made import united
from segdsl.state.memories import inside
from segdsl.values.instants import DAY
from segdsl.values.zones import Zone

logs = st.dictionaries(st.sampled_from("abc"), st.lists(st.integers(0, 9), max_size=4).map(sorted), max_size=3)


def test_the_copy_of_a_state_has_a_log_of_its_own() -> None:
    state = State("ann", 0, 0, 0, made={"a": [1]})
    state.copy().made["a"] = [1, 2]
    assert state.made == {"a": [1]}


def test_the_older_end_of_the_window_is_out() -> None:
    assert inside(Window(older=DAY), [0, 1, DAY], DAY, Zone("UTC")) == [1, DAY]


def test_days_of_the_calendar_are_those_of_the_zone() -> None:
    today = Window(older_days=1, whole_days=True)
    midnight = 5 * 3_600_000_000
    assert inside(today, [midnight - 1, midnight], midnight + 1, Zone("America/Toronto")) == [midnight]


def test_two_logs_united_hold_what_both_hold_in_order() -> None:
    assert united({"a": [1, 5], "b": [2]}, {"a": [3], "c": [4]}) == {"a": [1, 3, 5], "b": [2], "c": [4]}


def test_two_effects_of_one_instant_are_two() -> None:
    assert united({"a": [1]}, {"a": [1]}) == {"a": [1, 1]}


@given(logs, logs, logs)
def test_the_order_of_uniting_does_not_matter(
    one: dict[str, list[int]], other: dict[str, list[int]], third: dict[str, list[int]]
) -> None:
    assert united(one, other) == united(other, one)
    assert united(united(one, other), third) == united(one, united(other, third))


@given(logs, logs)
def test_uniting_leaves_both_as_they_are(one: dict[str, list[int]], other: dict[str, list[int]]) -> None:
    before = repr((one, other))
    united(one, other)["a"] = []
    assert repr((one, other)) == before
