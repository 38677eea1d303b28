"""Membership history that nobody can need any more, dropped: `seg store prune`.

What rules ask of the past is in the states, not in the history. Only one thing goes back to it: an event that comes
late, or behind an advanced clock, takes recorded changes back (`host/lives.py`). It is not earlier than `latest` less
the lateness, `latest` being the customer's latest input, which only grows; and whatever it takes back happened at its
own instant or after it, since steps up to there are the same with it and without. To take back an entry drops a
membership that began then, to take back an exit opens one that ended then. So a membership that ended before
`latest - lateness` is never touched again. Of a guest who was joined with an account nothing is ever taken back.
"""

from collections.abc import Iterator
from itertools import islice

from attrs import frozen

from segdsl.backends.base import Backend
from segdsl.diagnostics.errors import ClockError, StoreError
from segdsl.host.care.exporting import Told, nobody
from segdsl.host.deploying.note import refuse_underway
from segdsl.host.loading import plan_of
from segdsl.host.moments import Moment, instant_of
from segdsl.state.life import decode
from segdsl.values.instants import instant_text
from segdsl.values.zones import Zone

PAGE = 2_000
"""Customers whose history is dropped in one transaction."""


@frozen
class Pruned:
    """What was dropped, or would be: memberships, of so many customers looked at. `before` is the instant before which
    the recorded past is no longer whole."""

    memberships: int
    customers: int
    before: int


def prune(backend: Backend, before: Moment, *, dry: bool = False, told: Told = nobody) -> Pruned:
    """Drop memberships that ended before an instant, in pages that are committed one by one; of a customer whom a late
    event could still reach further back, those that ended before what it can reach. With `dry` nothing is dropped. An
    instant without an offset is taken in the zone of the store's rules. Said again, it does what is left to do.

    Raises StoreError for a store that was never run, ClockError for no instant, or one that the store has not come to.
    """
    refuse_underway(backend)
    stored, clock = backend.program(), backend.clock()
    if stored is None or clock is None:
        raise StoreError("nothing was ever run on this store, so there is nothing to prune")
    plan = plan_of(stored.plan)
    instant = instant_of(before, Zone(plan.zone))
    if instant > clock:
        raise ClockError(
            f"{instant_text(instant)} is later than {instant_text(clock)}, to which this store has come: name an "
            "instant in its past"
        )
    dropped = seen = 0
    for bounds in _pages(backend, instant, plan.lateness):
        dropped += _ended(backend, bounds) if dry else backend.prune(bounds, instant)
        seen += len(bounds)
        told(seen)
    return Pruned(dropped, seen, instant)


def _pages(backend: Backend, instant: int, lateness: int) -> Iterator[dict[str, int]]:
    """The customers page by page, and the guests who were joined with them, with the bound of each."""
    customers = backend.customers()
    while page := list(islice(customers, PAGE)):
        bounds = {
            customer: min(instant, decode(found.state).head.latest - lateness)
            for customer, found in backend.fetch(page).items()
        }
        for customer in page:
            bounds |= {link.guest: instant for link in backend.links_of(customer) if not link.renamed}
        yield bounds


def _ended(backend: Backend, bounds: dict[str, int]) -> int:
    """How many memberships ended before the bound of their customer."""
    return sum(
        not change.entered and change.instant < bound
        for customer, bound in bounds.items()
        for change in backend.history(customer)
    )
