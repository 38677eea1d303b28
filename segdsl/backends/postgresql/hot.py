"""States committed lately by this session, as they were given: they need not travel to the next batch of a run.

Others may have written meanwhile, so the server is asked about each of them all the same. It keeps with every row the
number of the transaction that wrote it: where that is ours, the row is the one of which we have the state. That holds
as long as the connection does: a server that crashed may have lost what it had said was committed (with
`synchronous_commit` off, or after a failover), and gives the numbers of transactions out again.
"""

from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from itertools import islice
from typing import NamedTuple, SupportsBytes

from segdsl.backends.base import StoredState

HOT = 10_000
"""States that are kept: some 20 MB of ordinary ones."""

LARGE = 16_384
"""Bytes of a state that is not kept: it would be many times as large as an object."""


class Written(NamedTuple):
    """A state, and by which transaction and as which version it was written."""

    state: SupportsBytes
    transaction: int
    version: int


class Hot:
    """By customer, the one committed longest ago first; all of them since the connection of this number was made."""

    def __init__(self, most: int = HOT) -> None:
        self._most = most
        self._states: OrderedDict[str, Written] = OrderedDict()
        self._connection = 0

    def of(self, customers: Sequence[str], connection: int) -> dict[str, Written]:
        """Those of the customers of whom there is a state that may still be the one on the server."""
        states = self._since(connection)
        return {customer: states[customer] for customer in customers if customer in states}

    def keep(
        self,
        states: Iterable[StoredState],
        encoded: Mapping[str, bytes],
        versions: Mapping[str, int],
        number: int,
        connection: int,
    ) -> None:
        """After the commit of a transaction with this number. `versions` are those of before, where they are known."""
        kept = self._since(connection)
        for each in states:
            version = versions.get(each.customer)
            if version is None or type(each.state) is bytes or len(encoded[each.customer]) > LARGE:
                kept.pop(each.customer, None)
            else:
                kept[each.customer] = Written(each.state, number & 0xFFFF_FFFF, version + 1)
                kept.move_to_end(each.customer)
        for customer in list(islice(kept, max(len(kept) - self._most, 0))):
            del kept[customer]

    def _since(self, connection: int) -> OrderedDict[str, Written]:
        """What there is since a connection was made: of the time before it nothing is kept."""
        if connection != self._connection:
            self._states.clear()
            self._connection = connection
        return self._states
