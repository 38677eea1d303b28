"""The contract of a backend: what keeps states, memberships, effects and input positions, and answers queries.

A backend is asked for many customers at once and commits many at once (architecture rule 6): all that a `Batch` holds
lands in one transaction or not at all. It knows nothing of plans and never looks inside a state. A new backend is a
file (or a folder) here whose name is the scheme of its URL and which defines `open_backend(url) -> Backend`; the
contract suite in tests/backends finds it.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from types import TracebackType
from typing import Literal, Self, SupportsBytes

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
    undoes, and what a customer did who is forgotten, stays counted."""

    states: list[StoredState] = []
    undone: list[Change] = []
    withdrawn: list[Effect] = []
    changes: list[Change] = []
    effects: list[Effect] = []
    journal: list[StoredInputs] = []
    erased: list[str] = []
    tombstones: dict[str, int] = {}
    positions: dict[str, Position] = {}
    clock: int | None = None
    tallies: dict[Tally, int] = {}
    renamed: dict[str, str] = {}
    ended: list[str] = []
    links: list[StoredLink] = []
    visitors: list[StoredVisitor] = []


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


class Backend(ABC):
    """Open stores are closed with `close()` or by leaving a `with` block. Every method may raise StoreError."""

    @abstractmethod
    def program(self) -> StoredProgram | None:
        """The program the store was run with; None for a fresh store."""

    @abstractmethod
    def install(self, program: StoredProgram) -> None:
        """Keep a program, in place of one kept before. Nothing else changes."""

    @abstractmethod
    def load(self, customers: Sequence[str]) -> dict[str, SupportsBytes]:
        """The states of those of the customers that are known, each as it was committed or as its bytes: a backend may
        keep a bounded number of them as they were given, as long as nobody else can have written."""

    @abstractmethod
    def commit(self, batch: Batch) -> list[Effect]:
        """Take in a whole batch, in one transaction, and give the notices that are in the outbox because of it.

        A change that enters opens a membership; one that leaves closes the open one; one that does neither (entering
        twice, leaving without being in, also after `erased`) makes the whole batch a StoreError. An undone change that
        entered takes its membership away, one that left opens it again; one that is not the last recorded of its
        customer and segment makes the whole batch a StoreError.

        An effect whose id is still in the outbox is not kept twice. A withdrawn one that is still there goes out of it;
        if it has left already, it comes back with the mark `withdrawn`, as a notice, and stays until that is delivered
        or an effect of the same id lands, which takes the notice's place. (If that one is withdrawn in its turn, the
        notice comes back: the host did get the first.)"""

    @abstractmethod
    def clock(self) -> int | None:
        """The latest instant read or advanced to, in microseconds UTC."""

    @abstractmethod
    def position(self, source: str) -> Position | None:
        """How far an input source was handled."""

    @abstractmethod
    def tombstones(self, hashes: Sequence[str]) -> dict[str, int]:
        """Those of the hashes that belong to forgotten customers, with the instant of forgetting."""

    def remembers_forgotten(self) -> bool:
        """Whether there may be any forgotten customer: where not, there is no need to ask who is one."""
        return True

    @abstractmethod
    def visitors(self, names: Sequence[str]) -> dict[str, bytes]:
        """The records of those of the visitors that were seen."""

    @abstractmethod
    def visitors_of(self, account: str) -> list[str]:
        """The visitors that are linked to a customer, in the order of their names."""

    @abstractmethod
    def links(self, guests: Sequence[str]) -> dict[str, StoredLink]:
        """Whom those of the guests became who became a customer."""

    @abstractmethod
    def links_of(self, account: str) -> list[StoredLink]:
        """The guests who became a customer, in the order of instants, then of their ids."""

    @abstractmethod
    def customers(self) -> Iterator[str]:
        """All known customers, in the order of their ids (by code point)."""

    @abstractmethod
    def customer_count(self) -> int:
        """How many customers are known."""

    @abstractmethod
    def due(self, at: int) -> Iterator[str]:
        """Known customers whose `due` is at or before `at`, in the order of their ids."""

    @abstractmethod
    def timers(self, at: int, limit: int) -> list[str]:
        """Up to `limit` known customers whose `timer` is at or before `at`: the earliest first, those of one instant in
        the order of their ids. It looks at no others."""

    @abstractmethod
    def memberships(self, customer: str, at: int | None = None) -> list[Membership]:
        """A customer's recorded memberships at an instant (None: those still open), in the order of segment names."""

    @abstractmethod
    def members(self, segment: str, at: int | None = None) -> Iterator[Membership]:
        """The recorded members of a segment at an instant (None: those still open), in the order of customer ids. A
        membership that began and ended at the same instant is never seen."""

    @abstractmethod
    def count(self, segment: str, at: int | None = None) -> int:
        """How many `members` would give. Without `at` it does not scan."""

    @abstractmethod
    def history(self, customer: str) -> list[Change]:
        """Every recorded change of a customer's memberships, in the order in which they happened: by (instant, arrival,
        round), leaving before entering, then by segment."""

    @abstractmethod
    def journal(self, customer: str) -> list[bytes]:
        """The pages of a customer's journal, in the order in which they were committed."""

    @abstractmethod
    def moves(self) -> Iterator[Moves]:
        """How recorded memberships began and ended, day by day: by segment, then by day, days without any left out. A
        membership that began and ended at the same instant is never seen. The backend adds up; it gives no more than
        one entry for each segment and day."""

    @abstractmethod
    def standings(self, at: int | None = None) -> Iterator[tuple[str, tuple[str, ...]]]:
        """Every customer with a recorded membership at an instant (None: one still open), in the order of ids, with
        the names of all those segments in their order."""

    @abstractmethod
    def tallies(self) -> dict[Tally, int]:
        """All that was counted, in the order of kind, name, owner and day, what has none first."""

    @abstractmethod
    def outbox(self, limit: int) -> list[Effect]:
        """Up to `limit` effects not yet delivered, oldest first (by the order in which they were committed)."""

    @abstractmethod
    def delivered(self, ids: Sequence[str]) -> None:
        """Take effects out of the outbox. Ids that are not there are passed over."""

    @abstractmethod
    def close(self) -> None:
        """Let go of the store. Closing twice is harmless."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
