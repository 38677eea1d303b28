"""The coding of what is kept of a customer: numbers of any size come back as they were."""

from typing import Any

import pytest

from segdsl.state.customer import Pending, State, Waiting
from segdsl.state.life import Life, decode, encode

LARGE = 10**24 - 1
"""The largest that a total can be, in millionths: beyond 64 bits."""

PARTS = {
    "attributes": {"worth": LARGE, "name": 'it\'s "ann"\\'},
    "memories": {"key": [LARGE, 3], "other": [[5, "x", {"a": None}]]},
    "waits": [Waiting("rule", "key", due=5, event={"worth": LARGE}, value=True)],
    "tallies": {"key": [[5, LARGE]]},
    "pending": {"key": [Pending(5, {"worth": LARGE}, "x")]},
    "collections": {"key": [[5, LARGE, {"worth": LARGE}]]},
}


@pytest.mark.parametrize("part", PARTS)
def test_a_number_of_any_size_can_be_held_by_each_part_of_a_state(part: str) -> None:
    life = Life(State("ann", 1, 2, 3, **{part: PARTS[part]}), State("ann", 1, 1, 1))
    assert decode(encode(life)) == life


def test_all_parts_come_back_together() -> None:
    held: dict[str, Any] = PARTS
    life = Life(State("ann", 1, 2, 3, **held), State("ann", 1, 1, 1, **held))
    assert decode(encode(life)) == life
