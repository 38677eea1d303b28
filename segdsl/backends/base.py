"""The contract of a backend: what keeps states, memberships, effects and input positions, and answers queries.

A backend is asked for many customers at once and commits many at once (architecture rule 6): all that a `Batch` holds
lands in one transaction or not at all. It knows nothing of plans and never looks inside a state. A new backend is a
file (or a folder) here whose name is the scheme of its URL and which defines `open_backend(url) -> Backend`; the
contract suite in tests/backends finds it.

Several may write to one store. Nobody locks anything while a batch is worked out: what was read for it has a version,
the batch says on which versions it stands (its `Basis`), and it lands only if they are still the same. Otherwise it is
worked out anew.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from types import TracebackType
from typing import Self, SupportsBytes

from segdsl.backends.stored import (
    Basis,
    Batch,
    Content,
    Membership,
    Moves,
    Position,
    StoredClock,
    StoredEffect,
    StoredInputs,
    StoredLink,
    StoredNote,
    StoredPosition,
    StoredProgram,
    StoredState,
    StoredStay,
    StoredTally,
    StoredTombstone,
    StoredVisitor,
    Tally,
    TallyKind,
    Versioned,
)
from segdsl.records.outcomes import Change, Effect

__all__ = [
    "Backend",
    "Basis",
    "Batch",
    "Content",
    "Membership",
    "Moves",
    "Position",
    "StoredClock",
    "StoredEffect",
    "StoredInputs",
    "StoredLink",
    "StoredNote",
    "StoredPosition",
    "StoredProgram",
    "StoredState",
    "StoredStay",
    "StoredTally",
    "StoredTombstone",
    "StoredVisitor",
    "Tally",
    "TallyKind",
    "Versioned",
    "nothing",
]


def nothing() -> None:
    """Nobody waits for a batch to be sure of landing."""


class Backend(ABC):
    """Open stores are closed with `close()` or by leaving a `with` block. Every method may raise StoreError.

    Where the store is on a server, a connection that is lost is made anew, and what was asked is asked again for some
    time; a batch lands once, also where the answer to its commit was lost."""

    url: str = ""
    """Where `open_backend` opened it, so that other processes can; it may hold a password. Empty for one that was made
    otherwise."""

    # --------------------------------------------------------------------------------------------------------- programs

    @abstractmethod
    def program(self) -> StoredProgram | None:
        """The program the store was run with; None for a fresh store."""

    @abstractmethod
    def install(self, program: StoredProgram, generation: int | None = None) -> None:
        """Keep a program, in place of one kept before, which can still be had as an earlier one if its digest is
        another. The generation grows. Nothing else changes. Raises ConflictError, and keeps nothing, when the
        generation is another than the one given: so of two who find a fresh store only one begins it."""

    @abstractmethod
    def earlier(self, digest: str) -> StoredProgram | None:
        """A program, by its digest, that the store was run with: an earlier one, or the one it is run with now."""

    @abstractmethod
    def generation(self) -> int:
        """A number that grows whenever something happens that concerns all customers: a program is installed, somebody
        is forgotten (a batch with `tombstones` or `erased`), memberships are pruned."""

    # ---------------------------------------------------------------------------------------------------------- batches

    @abstractmethod
    def fetch(self, customers: Sequence[str]) -> dict[str, Versioned]:
        """What is kept of those of the customers that are known, with its version. Each state is as it was committed or
        its bytes: a backend may keep a bounded number of them as they were given, as long as nobody else can have
        written."""

    def load(self, customers: Sequence[str]) -> dict[str, SupportsBytes]:
        """The states alone of those of the customers that are known."""
        return {customer: found.state for customer, found in self.fetch(customers).items()}

    @abstractmethod
    def commit(self, batch: Batch, sure: Callable[[], object] = nothing) -> list[Effect]:
        """Take in a whole batch, in one transaction, and give the notices that are in the outbox because of it.

        Raises ConflictError, and keeps nothing, when the `basis` no longer stands as to customers, visitors or the
        generation; TakenError when it is another run that has handled an input further. `sure` is called once the batch
        is sure to land unless the store fails: what is written elsewhere is written then. What it raises goes on to the
        caller, and nothing is kept.

        A change that enters opens a membership; one that leaves closes the open one; one that does neither (entering
        twice, leaving without being in, also after `erased`) makes the whole batch a StoreError. An undone change that
        entered takes its membership away, one that left opens it again; one that is not the last recorded of its
        customer and segment makes the whole batch a StoreError.

        An effect whose id is still in the outbox is not kept twice. A withdrawn one that is still there goes out of it;
        if it has left already, it comes back with the mark `withdrawn`, as a notice, and stays until that is delivered
        or an effect of the same id lands, which takes the notice's place. (If that one is withdrawn in its turn, the
        notice comes back: the host did get the first.)"""

    # ------------------------------------------------------------------------------------------ what a batch works with

    @abstractmethod
    def clock(self) -> int | None:
        """The latest instant read or advanced to, in microseconds UTC."""

    @abstractmethod
    def position(self, source: str) -> Position | None:
        """How far an input source was handled."""

    @abstractmethod
    def note(self, key: str) -> bytes | None:
        """What the host keeps for itself under a key."""

    @abstractmethod
    def tombstones(self, hashes: Sequence[str]) -> dict[str, int]:
        """Those of the hashes that belong to forgotten customers, with the instant of forgetting."""

    def remembers_forgotten(self) -> bool:
        """Whether there may be any forgotten customer: where not, there is no need to ask who is one."""
        return True

    @abstractmethod
    def visitors(self, names: Sequence[str]) -> dict[str, Versioned]:
        """The records (as bytes) of those of the visitors that were seen, with their versions."""

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

    # -------------------------------------------------------------------------------------------------------- questions

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

    # ------------------------------------------------------------------------------------------------------ the outbox

    @abstractmethod
    def outbox(self, limit: int) -> list[Effect]:
        """Up to `limit` effects not yet delivered, oldest first (by the order in which they were committed), whether
        somebody has claimed them or not. Dead letters are not among them."""

    @abstractmethod
    def delivered(self, effects: Sequence[Effect]) -> None:
        """Take effects, and notices, out of the outbox. Those that are not there are passed over: also an effect in
        whose place there is a notice by now that it is withdrawn, which stays."""

    @abstractmethod
    def claim(self, limit: int, now: int, until: int, actions: Collection[str] | None = None) -> list[StoredEffect]:
        """Up to `limit` effects whose time has come (`again` is at or before `now`), oldest first, dead letters aside;
        nobody is given one of them again before `until`. Each comes as it is then, with this try counted. Two who
        claim at once are given different ones. An effect that was claimed counts as one that the host was given: if it
        is withdrawn, there is a notice. What takes the place of another of the same id (a notice, or an effect again)
        was never tried, and keeps the instant before which the other was not to be claimed: nobody is given it while
        the other may still be in somebody's hands. With `actions` only their effects are claimed, and notices if the
        empty name is among them."""

    @abstractmethod
    def failed(self, claimed: StoredEffect, error: str, again: int | None) -> None:
        """An effect that was claimed could not be delivered: it may be claimed from `again` on; None makes it a dead
        letter. Nothing happens if it is not there as it was claimed: a notice has taken its place, or it was claimed
        again since, which its `tries` tell."""

    @abstractmethod
    def release(self, claimed: Sequence[StoredEffect]) -> None:
        """Effects that were claimed and then handed to nobody: they can be claimed at once, and the try is not counted.
        Those that are not there as they were claimed are passed over, as by `failed`."""

    @abstractmethod
    def waiting(self, limit: int, actions: Collection[str] | None = None) -> list[StoredEffect]:
        """Up to `limit` effects that are no dead letters, in the order in which their times come: by `again`, then
        oldest first. `actions` is as for `claim`."""

    @abstractmethod
    def dead(self, limit: int) -> list[StoredEffect]:
        """Up to `limit` dead letters, oldest first."""

    @abstractmethod
    def revive(self, ids: Sequence[str]) -> int:
        """Have dead letters be effects in the outbox again that can be claimed at once, without a try counted. Gives
        how many there were of these ids."""

    # ------------------------------------------------------------------------------------------------ care of the store

    @abstractmethod
    def prune(self, bounds: Mapping[str, int], before: int) -> int:
        """Drop memberships that have ended: of each of the customers those that did before the bound (microseconds
        UTC). `before` is remembered as the instant before which the recorded past is no longer whole, if it is later
        than the one remembered. Gives how many were dropped. The generation grows."""

    @abstractmethod
    def pruned(self) -> int | None:
        """The instant before which the recorded past is no longer whole; None while it is."""

    @abstractmethod
    def contents(self) -> Iterator[Content]:
        """All that the store holds, as of one instant: states as bytes; memberships of a customer and segment in the
        order in which they were recorded, pages of a customer's journal and effects in the order in which they were
        committed, programs in the order in which they were installed, the one of now last. Versions, the generation
        and counts, which are made of these, are not among them."""

    @abstractmethod
    def fill(self, contents: Iterable[Content]) -> None:
        """Put all contents of another store into this one, in one transaction. Raises StoreError when this one holds
        something already."""

    @abstractmethod
    def faults(self) -> list[str]:
        """What is wrong with the store below what this contract speaks of, such as a damaged file or a count that does
        not fit: a sentence each. It may take long."""

    def exposed(self) -> list[str]:
        """Who else could write to the store, or read it, who probably should not: a sentence each, with what to do."""
        return []

    def wait_for_others(self, seconds: float) -> None:  # noqa: B027 - only where one at a time can write
        """Wait so long for others who write, where only one can at a time, before a StoreError says that they do."""

    @abstractmethod
    def close(self) -> None:
        """Let go of the store. Closing twice is harmless."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
