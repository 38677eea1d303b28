"""What a store keeps of rules being put in place, so that it can be gone on with after a stop anywhere; and of the
times that it was done.

While the note is there, some customers' states are of the old rules and some of the new ones: nobody but the deployment
may use the store.
"""

from typing import Literal

import msgspec
from msgspec import Struct

from segdsl.backends.base import Backend
from segdsl.diagnostics.errors import StoreError

UNDERWAY = "deploying"
DONE = "deployments"
"""The notes."""

Fill = Literal["journal", "file", "empty", ""]
"""How the past of a new condition comes about: from the journal, from a file of events, or not at all. Empty where that
is not said yet."""


class Underway(Struct, frozen=True):
    """Rules are being put in place: those with the digest `to` (their files are `names`), in place of `before`, as of
    `at` (None: not settled yet). Customers up to the id `last` are done: so many were `turned`, with so many `changes`
    and `waits_ended`. `fills` say how each new condition is filled, by kind and key; `file` is what the file of events
    is known by, empty for none. `number` grows with each commit: it is also a position of the store, so that of two who
    go on with it one is stopped."""

    before: str
    to: str
    names: tuple[str, ...]
    fills: dict[str, Fill]
    file: str = ""
    at: int | None = None
    last: str = ""
    turned: int = 0
    changes: int = 0
    waits_ended: int = 0
    number: int = 0


class Deployment(Struct, frozen=True):
    """Rules were put in place, as of an instant (microseconds since 1970 UTC)."""

    at: int
    before: str
    to: str


_encoder = msgspec.msgpack.Encoder()
_underway = msgspec.msgpack.Decoder(Underway)
_done = msgspec.msgpack.Decoder(list[Deployment])


def underway(backend: Backend) -> Underway | None:
    """The deployment that was begun and is not done; None where there is none."""
    note = backend.note(UNDERWAY)
    return _underway.decode(note) if note is not None else None


def encoded(note: Underway) -> bytes:
    return _encoder.encode(note)


def deployments(backend: Backend) -> list[Deployment]:
    """All that were done, in their order."""
    note = backend.note(DONE)
    return _done.decode(note) if note is not None else []


def with_one_more(backend: Backend, done: Deployment) -> bytes:
    """What is kept of all of them from now on."""
    return _encoder.encode([*deployments(backend), done])


def refuse_underway(backend: Backend) -> None:
    """Raises StoreError while other rules are being put in place."""
    note = underway(backend)
    if note is not None:
        raise StoreError(
            f"other rules ({', '.join(note.names) or 'from a text'}) are being put in place in this store, and that is "
            "not done: `seg deploy` with these rules, run again, goes on with it"
        )
