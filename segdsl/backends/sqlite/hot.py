"""States committed lately by this connection, as they were given: the next batch of a run needs no look at the file.

They are what the file says only as long as nobody else writes to it, which SQLite tells (`PRAGMA data_version`). It is
asked before any of them is given; once somebody has written, all of them are forgotten.
"""

from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from itertools import islice

from segdsl.backends.base import Batch, Versioned

HOT = 10_000
"""States that are kept: some 20 MB of ordinary ones."""

LARGE = 16_384
"""Bytes of a state that is not kept: it would be many times as large as an object."""


class Hot:
    """By customer, the one committed longest ago first. `version` gives a number that is another one when somebody else
    has committed."""

    def __init__(self, version: Callable[[], int], most: int = HOT) -> None:
        self._version = version
        self._most = most
        self._seen: int | None = None
        self._states: OrderedDict[str, Versioned] = OrderedDict()

    def of(self, customers: Sequence[str]) -> dict[str, Versioned]:
        """Those of the customers whose states are at hand."""
        now = self._version()
        if now != self._seen:
            self._states.clear()
            self._seen = now
        states = self._states
        return {customer: states[customer] for customer in customers if customer in states}

    def keep(self, batch: Batch, written: Iterable[tuple[int, int]]) -> None:
        """After the commit of a batch. `written` are the size in bytes and the version of each of its states."""
        states = self._states
        for customer in (*batch.erased, *batch.renamed, *batch.ended):
            states.pop(customer, None)
        for each, (size, version) in zip(batch.states, written, strict=True):
            if size <= LARGE and type(each.state) is not bytes:
                states[each.customer] = Versioned(each.state, version)
                states.move_to_end(each.customer)
            else:
                states.pop(each.customer, None)
        for customer in list(islice(states, max(len(states) - self._most, 0))):
            del states[customer]

    def forget(self) -> None:
        """What the file holds now is not known for sure."""
        self._states.clear()
