"""How often Python looks for garbage while much is made that stays: a plan, or the states of many customers."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager

GARBAGE = (100_000, 20, 50)
"""How many objects are made before Python looks for cycles among them."""


@contextmanager
def seldom_tidied() -> Iterator[None]:
    """While this lasts Python looks for cycles less often. What is compiled stays to its end, and events and states are
    in no cycle: to look through them again and again, as they grow, costs a fifth of the time to make them. A host that
    has set its own thresholds higher, or has switched the collector off, keeps them."""
    before = gc.get_threshold()
    if 0 < before[0] < GARBAGE[0]:
        gc.set_threshold(*GARBAGE)
    try:
        yield
    finally:
        gc.set_threshold(*before)
