"""What goes in: events, and what the host says about a customer. All are replayed alike (architecture rule 10)."""

from typing import Any

from msgspec import Struct

FORGET = "forget customer"
"""The event by which the host has a customer forgotten; the shipped vocabulary declares it (language.md 5.17)."""


class Event(Struct, frozen=True, tag="event", array_like=True):
    """Something a customer did. `instant` is in microseconds since 1970 UTC; `fields` and `attributes` hold run-time
    values (see `segdsl.values`) by the names of the language, what is not known left out; an attribute that becomes
    not known with this event is None. `id` belongs to the customer; `place` is where in the input it stood.
    `ignored` is what it carried that nothing declares, as (event, field), and `format` how it was written, until they
    are counted; they are not kept."""

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


class Include(Struct, frozen=True, tag="include", array_like=True):
    """The host puts a customer into a segment, whatever the rules say."""

    id: str
    customer: str
    instant: int
    segment: str


class Exclude(Struct, frozen=True, tag="exclude", array_like=True):
    """The host keeps a customer out of a segment, whatever the rules say."""

    id: str
    customer: str
    instant: int
    segment: str


class Unlist(Struct, frozen=True, tag="unlist", array_like=True):
    """The host takes back its `Include` or `Exclude`."""

    id: str
    customer: str
    instant: int
    segment: str


Listing = Include | Exclude | Unlist
Input = Event | Listing
