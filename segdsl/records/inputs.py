"""What goes in: events, what the host says about a customer, and whom a guest turned out to be. All are replayed alike
(architecture rule 10). None of it can hold itself, so the collector of cycles need not look at any (`gc=False`)."""

from typing import Any

from msgspec import Struct

FORGET = "forget customer"
"""The event by which the host has a customer forgotten; the shipped vocabulary declares it (language.md 5.17)."""

LOGS_OFF = "logs off"
"""The event that ends what a visitor was: the link to an account, or the guest (language.md 5.18)."""

GUEST = "visitor:"
"""What the id of every guest begins with. No other customer's id does."""

PLAIN = "jsonlines"
"""The format of events in the plain shape (language.md section 8), and of other JSON that a mapping describes."""


class Event(Struct, frozen=True, tag="event", array_like=True, gc=False):
    """Something a customer did. `instant` is in microseconds since 1970 UTC; `fields` and `attributes` hold run-time
    values (see `segdsl.values`) by the names of the language, what is not known left out; an attribute that becomes
    not known with this event is None. `id` belongs to the customer; `place` is where in the input it stood.
    `ignored` is what it carried that nothing declares, as (event, field), and `format` how it was written, until they
    are counted; they are not kept. `visitor` names the browser or device, if the source gives it; `customer` is empty
    where only that was given, until it is settled whose event it is (language.md section 5.18)."""

    id: str
    name: str
    customer: str
    instant: int
    fields: dict[str, Any] = {}
    attributes: dict[str, Any] = {}
    received: int | None = None
    place: int = 0
    ignored: tuple[tuple[str, str], ...] = ()
    format: str = ""
    visitor: str = ""


class Include(Struct, frozen=True, tag="include", array_like=True, gc=False):
    """The host puts a customer into a segment, whatever the rules say."""

    id: str
    customer: str
    instant: int
    segment: str


class Exclude(Struct, frozen=True, tag="exclude", array_like=True, gc=False):
    """The host keeps a customer out of a segment, whatever the rules say."""

    id: str
    customer: str
    instant: int
    segment: str


class Unlist(Struct, frozen=True, tag="unlist", array_like=True, gc=False):
    """The host takes back its `Include` or `Exclude`."""

    id: str
    customer: str
    instant: int
    segment: str


class Link(Struct, frozen=True, tag="link", array_like=True, gc=False):
    """A `guest` turned out to be a customer (language.md section 5.18), by the event of the `visitor` with the same id,
    before it is handled. `facts` are all that was known of the guest at the instant, as `state.life` encodes it, and
    are joined with what is known of the customer. Without them the customer is new, and is the guest under another
    name."""

    id: str
    customer: str
    instant: int
    guest: str
    visitor: str
    facts: bytes = b""

    @property
    def renames(self) -> bool:
        return not self.facts


class Load(Struct, frozen=True, tag="load", array_like=True, gc=False):
    """Other rules were put in place on the store (language.md section 5.14): `program` is their digest, `before` that
    of the rules until then, `state` all that is known of the customer from this instant on, as `state.life` encodes it.
    Whoever plays a life again under these rules begins with it: what came before was under others."""

    customer: str
    instant: int
    program: str
    before: str
    state: bytes

    @property
    def id(self) -> str:
        return f"load {self.program}"


Listing = Include | Exclude | Unlist
Input = Event | Listing | Link | Load


def is_guest(customer: str) -> bool:
    """Whether a customer's id is that of a guest: only guests have such ids."""
    return customer.startswith(GUEST)
