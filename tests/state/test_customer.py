"""A state and its copy: what a step writes does not show in what it began with."""

import pytest

from segdsl.state.customer import State

KEPT = [name for name in State.__struct_fields__ if isinstance(getattr(State("ann", 0, 0, 0), name), dict | list)]
"""What holds several things."""


@pytest.mark.parametrize("name", KEPT)
def test_what_is_put_into_a_copy_is_not_in_the_state(name: str) -> None:
    state = State("ann", 0, 0, 0)
    held = getattr(state.copy(), name)
    if isinstance(held, dict):
        held["more"] = None
    else:
        held.append(None)
    assert not getattr(state, name)


@pytest.mark.parametrize("name", KEPT)
def test_a_copy_holds_what_the_state_holds(name: str) -> None:
    state = State("ann", 1, 2, 3, 4, 5, 6)
    held = ["one"] if isinstance(getattr(state, name), list) else {"one": 1}
    setattr(state, name, held)
    assert state.copy() == state
