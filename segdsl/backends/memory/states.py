"""The states in memory: those committed lately as they were given, all others as bytes."""

from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import SupportsBytes

from msgspec import Struct

from segdsl.backends.base import StoredState, Versioned
from segdsl.backends.memory.agenda import Agenda

HOT = 5_000
"""States that are kept as they were given at most: some 20 MB of ordinary ones."""

SHARE = 4
"""Of so many times as many customers, all `HOT` of them are kept; of more the fewer, as they are met again too late."""


class Row(Struct, gc=False):
    """What is kept under a customer's id. See `StoredState` and `Versioned`."""

    state: SupportsBytes
    clock: int
    due: int | None
    timer: int | None
    version: int = 0


class States:
    """By customer. `hot` are those whose state is no bytes yet, the one committed longest ago first."""

    def __init__(self, hot: int = HOT) -> None:
        self.rows: dict[str, Row] = {}
        self._due = Agenda()
        self._timers = Agenda()
        self._hot: OrderedDict[str, None] = OrderedDict()
        self._most = hot

    def put(self, states: Iterable[StoredState]) -> None:
        """Keep some states in place of those kept before."""
        rows, hot = self.rows, self._hot
        for each in states:
            customer, before = each.customer, self.rows.get(each.customer)
            if before is None:
                before = rows[customer] = Row(each.state, 0, None, None)
            self._due.move(customer, before.due, each.due)
            self._timers.move(customer, before.timer, each.timer)
            before.state, before.clock, before.due, before.timer = each.state, each.clock, each.due, each.timer
            before.version += 1
            if type(each.state) is bytes:
                hot.pop(customer, None)
            else:
                hot[customer] = None
                hot.move_to_end(customer)
        most = min(self._most, max(1, SHARE * self._most * self._most // (len(rows) or 1)))
        for customer in list(islice(hot, max(len(hot) - most, 0))):
            del hot[customer]
            rows[customer].state = _cold(rows[customer].state)

    def drop(self, customer: str) -> None:
        row = self.rows.pop(customer, None)
        if row is not None:
            self._hot.pop(customer, None)
            self._due.move(customer, row.due, None)
            self._timers.move(customer, row.timer, None)

    def fetch(self, customers: Sequence[str]) -> dict[str, Versioned]:
        found = ((customer, self.rows.get(customer)) for customer in customers)
        return {customer: Versioned(row.state, row.version) for customer, row in found if row is not None}

    def stand_at(self, versions: Mapping[str, int]) -> bool:
        """Whether these are the versions of the customers."""
        found = ((self.rows.get(customer), version) for customer, version in versions.items())
        return all((0 if row is None else row.version) == version for row, version in found)

    def stored(self) -> Iterator[StoredState]:
        """All of them, as bytes."""
        for customer, row in self.rows.items():
            yield StoredState(customer, bytes(row.state), row.clock, row.due, row.timer)

    def due(self, at: int) -> list[str]:
        """Those whose `due` has come, in the order of their ids."""
        rows = self.rows
        return sorted(c for c in self._due.until(at) if (due := rows[c].due) is not None and due <= at)

    def timers(self, at: int, limit: int) -> list[str]:
        """The first of those whose `timer` has come, by it and their ids."""
        found: list[tuple[int, str]] = []
        for customers in self._timers.by_hour(at):
            if len(found) >= limit:
                break
            timers = ((self.rows[customer].timer, customer) for customer in customers)
            found += sorted((timer, customer) for timer, customer in timers if timer is not None and timer <= at)
        return [customer for _, customer in found[: max(limit, 0)]]


def _cold(state: SupportsBytes) -> SupportsBytes:
    """The bytes of a state. Nobody is to hear now of one that has none, long after its commit: it stays as it is."""
    try:
        return bytes(state)
    except (TypeError, ValueError, OverflowError, RecursionError):
        return state
