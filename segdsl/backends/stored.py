"""What travels between a host and a backend: what one commit holds, what a store keeps, and answers to questions.

The contract is in `base.py`. Instants are microseconds since 1970 UTC.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Literal, SupportsBytes

from msgspec import Struct

from segdsl.records.outcomes import Because, Change, Effect
from segdsl.values.instants import EPOCH


class StoredState(Struct, frozen=True, gc=False):
    """One customer's state: its bytes, or something that never changes and gives them (`bytes(state)`) when they are
    needed. `clock` is the instant (microseconds UTC) of its last step; `due` the next instant
    at which something can change without an input, `timer` the next one at which a rule may act; None when there is
    none."""

    customer: str
    state: SupportsBytes
    clock: int
    due: int | None
    timer: int | None = None


class Versioned(Struct, frozen=True, gc=False):
    """What is kept of a customer (see `StoredState.state`) or of a visitor (its bytes), with its version: 1 at first,
    one more with each commit that wrote it. What is not there has version 0."""

    state: SupportsBytes
    version: int


class StoredInputs(Struct, frozen=True, gc=False):
    """Inputs of one customer, encoded, in the order in which they came: a page of the journal."""

    customer: str
    inputs: bytes


class StoredVisitor(Struct, frozen=True, gc=False):
    """What is kept of a visitor, encoded. `account` is the customer to whom it is linked, empty for none."""

    visitor: str
    account: str
    record: bytes


class StoredLink(Struct, frozen=True, gc=False):
    """A guest who turned out to be a customer, the `account`, at an instant (microseconds UTC). `first` is the instant
    of the guest's first input. `renamed`: the customer was new, so all of the guest is the customer's; else the guest's
    past is kept under the guest's id, and both were joined."""

    guest: str
    account: str
    instant: int
    visitor: str
    first: int
    renamed: bool = False


class Position(Struct, frozen=True, gc=False):
    """How far an input source was handled: its first `places` places were read, and of those all up to the order
    (`instant`, `place`) are in the store."""

    places: int
    instant: int
    place: int


TallyKind = Literal["event", "fired", "effect", "withdrawn", "held", "reject", "ignored", "format", "batch"]


class Tally(Struct, frozen=True, gc=False):
    """What is counted, on a UTC day (days since 1970; None where there is none to tell).

    `event`: inputs that were accepted, by event; `fired`: firings, by rule id; `effect` and `withdrawn`: effects handed
    out and taken back, by action; `held`: effects that limits and holds kept back, by action; `reject`: inputs not
    taken, by reason; `ignored`: fields of accepted events that nothing declares, by field and, in `owner`, event;
    `format`: accepted events, by how they were written; `batch`: transactions in which inputs were taken, by the day of
    the host's clock. The day is that of the event, or the one on which the rule fired."""

    kind: TallyKind
    name: str
    day: int | None = None
    owner: str = ""


class Basis(Struct):
    """What a batch was worked out from. It lands only if all of this still stands: the store's `generation` (None: not
    asked for), the versions of customers and of visitors (0: not there), and how far inputs were handled (None: not
    begun)."""

    generation: int | None = None
    customers: dict[str, int] = {}
    visitors: dict[str, int] = {}
    positions: dict[str, Position | None] = {}


class Batch(Struct):
    """What one commit holds. `changes` stand in the order in which they happened. `erased` customers vanish with their
    state, memberships, history, journal, links and effects not yet delivered, before the rest lands; `tombstones`
    (keyed hash of a customer, instant) stay. `journal` are further pages of the journal, of a store that keeps one.
    `clock` is the latest instant read or advanced to; it never goes back.

    After that, and before all else, those in `renamed` (guest, account) have what is kept of them under the new id, of
    which nothing was known: memberships, history, journal and effects not yet delivered, which name the new one; the
    state comes with `states`. Those in `ended` are no longer known, as they were joined with another customer; their
    recorded past and journal stay. `links` say who became whom; `visitors` replace what was kept of them.

    What a late event has made wrong is taken back before `changes` and `effects` land: `undone` are recorded changes,
    the last ones of their customer and segment, in the order in which they happened (the last one is taken back first);
    `withdrawn` are effects of earlier commits.

    `tallies` are added to those kept. They say nothing of a customer, and nothing is ever taken off: what a late event
    undoes, and what a customer did who is forgotten, stays counted.

    Of `positions` and `notes` those that are None are removed. Notes are what the host keeps for itself. `basis` is
    what has to stand for the batch to land; without one it lands whatever others have written."""

    states: list[StoredState] = []
    undone: list[Change] = []
    withdrawn: list[Effect] = []
    changes: list[Change] = []
    effects: list[Effect] = []
    journal: list[StoredInputs] = []
    erased: list[str] = []
    tombstones: dict[str, int] = {}
    positions: Mapping[str, Position | None] = {}
    clock: int | None = None
    tallies: dict[Tally, int] = {}
    renamed: dict[str, str] = {}
    ended: list[str] = []
    links: list[StoredLink] = []
    visitors: list[StoredVisitor] = []
    notes: dict[str, bytes | None] = {}
    basis: Basis | None = None


class StoredProgram(Struct, frozen=True):
    """The program a store was run with: `digest` of its plan, the plan as JSON, its sources as (name, text), the
    version of the time zone data, and the key of the hash under which forgotten customers are remembered. `journal`
    says whether the store keeps the inputs of its customers, from the first on."""

    digest: str
    plan: bytes
    sources: tuple[tuple[str, str], ...]
    zone_data: str
    secret: bytes
    journal: bool = True


class StoredStay(Struct, frozen=True, gc=False):
    """A recorded membership: the change that began it, and the one that ended it (None while it goes on)."""

    began: Change
    ended: Change | None = None


class StoredEffect(Struct, frozen=True, gc=False):
    """An effect in the outbox, or the notice that one is withdrawn. `given`: the host was given an effect of this id
    before. It was claimed `tries` times, is not to be given out before `again` (microseconds UTC), and is a dead letter
    if it is `dead`, because of the last `error`."""

    effect: Effect
    given: bool = False
    tries: int = 0
    again: int = 0
    dead: bool = False
    error: str = ""


class StoredTombstone(Struct, frozen=True, gc=False):
    """That a customer was forgotten: the keyed hash of the id, and the instant."""

    hash: str
    instant: int


class StoredPosition(Struct, frozen=True, gc=False):
    source: str
    position: Position


class StoredTally(Struct, frozen=True, gc=False):
    tally: Tally
    number: int


class StoredNote(Struct, frozen=True, gc=False):
    key: str
    note: bytes


class StoredClock(Struct, frozen=True, gc=False):
    """The latest instant read or advanced to, and the one before which memberships that ended were dropped."""

    clock: int | None
    pruned: int | None = None


Content = (
    StoredProgram
    | StoredClock
    | StoredState
    | StoredStay
    | StoredInputs
    | StoredEffect
    | StoredTombstone
    | StoredVisitor
    | StoredLink
    | StoredPosition
    | StoredTally
    | StoredNote
)
"""A part of what a store holds; all of them are the store."""


class Membership(Struct, frozen=True, gc=False):
    """A customer's membership of a segment: from `since`, to `until` (exclusive; None while it goes on), both
    microseconds UTC, and why it began."""

    customer: str
    segment: str
    since: int
    until: int | None
    because: Because

    @property
    def time(self) -> datetime:
        """The instant since when, in UTC."""
        return EPOCH + timedelta(microseconds=self.since)


class Moves(Struct, frozen=True, gc=False):
    """How many memberships of a segment began, and how many ended, on a UTC day (days since 1970)."""

    segment: str
    day: int
    entered: int
    left: int
