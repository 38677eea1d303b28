"""Whose an event is: settled before the step, visitor by visitor, in the order of arrival, and never revised
(language.md section 5.18, architecture rule 10).

Comes in: what is kept of the event's visitor, and the event. Goes out: the event with its customer, the visitor after
it, and the guest who turned out to be that customer, if one did. Nothing is kept here: `taking.py` keeps it, if the
event is accepted.

| the event names | it is of | and afterwards |
|---|---|---|
| no visitor | the customer named | nothing else changes |
| a visitor alone | its account if it is linked, else its guest | |
| a visitor and a customer | the customer named | the visitor is linked to that customer |
| `logs off`, with a visitor | as above | the visitor is linked to nobody, and its next guest is another one |
| `forget customer` | as above | as before: forgetting links nobody |
"""

from attrs import frozen
from msgspec.structs import replace

from segdsl.records.inputs import FORGET, GUEST, LOGS_OFF, Event, is_guest
from segdsl.state.visitor import Visitor
from segdsl.values.wire import shown


@frozen
class Settled:
    """`event` names its customer. `visitor` is the visitor after it (None: none is named); `guest` the guest whom it
    makes this customer (empty: none, or it has been another's all along)."""

    event: Event
    visitor: Visitor | None = None
    guest: str = ""


def settle(visitor: Visitor | None, event: Event, lateness: int) -> Settled:
    """Whose an event is. `visitor` is what is kept of the one that it names, None for one never seen; `lateness` how
    long the ids of its events are remembered (microseconds)."""
    if not event.visitor:
        return Settled(event)
    before = visitor or Visitor(event.visitor)
    settled = replace(event, customer=event.customer or before.account or before.guest)
    after = before.after(event.instant, lateness)
    if not event.customer:
        after.seen[event.id] = event.instant
    if event.name == LOGS_OFF:
        return Settled(settled, replace(after, account="", number=after.number + 1))
    if not event.customer or event.name == FORGET or is_guest(event.customer):
        return Settled(settled, after)
    return Settled(settled, replace(after, account=event.customer), "" if before.account else before.guest)


def no_guest(customer: str) -> str:
    """Why an id that begins as those of guests cannot be taken: no guest has it."""
    return (
        f"{shown(customer)} is no guest that is known, and ids that begin with {shown(GUEST)} are theirs alone: name "
        "the visitor, or give the customer another id"
    )
