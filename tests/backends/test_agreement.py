"""The same random batches to the SQLite backend and to the one in memory: every answer must be the same."""

import tempfile
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from msgspec.structs import replace

from segdsl.backends.base import Backend, Batch, Position, StoredInputs, StoredState, Tally
from segdsl.backends.memory import MemoryBackend
from segdsl.backends.sqlite import open_file
from segdsl.diagnostics.errors import StoreError
from segdsl.records.outcomes import Because, Change, Effect

CUSTOMERS = ["", "a", "a\0", "ann", "Ünal", "\ufffd", "🛒"]
SEGMENTS = ["new", "vip", "vip lapsed"]
customers = st.sampled_from(CUSTOMERS)
segments = st.sampled_from(SEGMENTS)
instants = st.integers(-3, 30)
becauses = st.builds(Because, st.sampled_from(["added", "excluded"]), st.just("a.seg:1"), st.text(max_size=3))
states = st.builds(StoredState, customers, st.binary(max_size=5), instants, st.none() | instants, st.none() | instants)
effects = st.builds(
    Effect,
    st.sampled_from("abcdef"),
    st.just("send"),
    customers,
    st.dictionaries(st.text(max_size=3), st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=3)),
    instants,
    st.integers(0, 3),
    st.integers(0, 3),
    st.integers(-1, 1),
    becauses,
    st.sampled_from(["", "late"]),
)
tallies = st.dictionaries(
    st.builds(Tally, st.sampled_from(["fired", "ignored"]), st.sampled_from(CUSTOMERS), st.none() | st.integers(-2, 2)),
    st.integers(1, 3),
    max_size=4,
)
positions = st.builds(Position, instants, instants, instants)
# What happens: who, which segment, how much later than what happened to them there before, and why.
happenings = st.lists(st.tuples(customers, segments, st.integers(0, 2), becauses), max_size=12)
# What is taken back: who, which segment, and how many of the last changes.
takings_back = st.dictionaries(st.tuples(customers, segments), st.integers(1, 4), max_size=4)

Key = tuple[str, str]  # a customer and a segment


class Agreement(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.file = Path(self.folder.name) / "a.store"
        self.memory: Backend = MemoryBackend()
        self.sqlite: Backend = open_file(self.file)
        self.recorded: dict[Key, list[Change]] = {}  # what has happened and was not taken back
        self.arrival = 0

    def teardown(self) -> None:
        self.sqlite.close()
        self.folder.cleanup()

    def both_commit(self, batch: Batch) -> bool:
        """Whether both took the batch; that one takes it and the other does not is a failure."""
        taken = []
        for backend in (self.memory, self.sqlite):
            try:
                backend.commit(batch)
                taken.append(True)
            except StoreError:
                taken.append(False)
        assert taken[0] == taken[1]
        return taken[0]

    @rule(
        kept=st.lists(states, max_size=8),
        happened=happenings,
        done=st.lists(effects, max_size=4),
        back=takings_back,
        withdrawn=st.lists(effects, max_size=4),
        erased=st.lists(customers, max_size=2),
        clock=st.none() | instants,
        read=st.dictionaries(st.sampled_from("pq"), positions),
        counted=tallies,
    )
    def commit(
        self,
        kept: list[StoredState],
        happened: list[tuple[str, str, int, Because]],
        done: list[Effect],
        back: dict[Key, int],
        withdrawn: list[Effect],
        erased: list[str],
        clock: int | None,
        read: dict[str, Position],
        counted: dict[Tally, int],
    ) -> None:
        recorded = {key: list(some) for key, some in self.recorded.items() if key[0] not in erased}
        undone = self.taken_back(recorded, {key: (many, 0) for key, many in back.items()})
        changes = []
        for customer, segment, later, because in happened:
            before = recorded.setdefault((customer, segment), [])
            changes.append(self.next_change((customer, segment), before, later, because))
            before.append(changes[-1])
        tombs = {f"h{customer}": self.arrival for customer in erased}
        pages = [StoredInputs(state.customer, state.state) for state in kept]
        batch = Batch(kept, undone, withdrawn, changes, done, pages, erased, tombs, read, clock, counted)
        assert self.both_commit(batch)
        self.recorded = recorded

    @rule(
        happened=happenings,
        way=st.lists(st.booleans(), min_size=12, max_size=12),
        back=st.dictionaries(st.tuples(customers, segments), st.tuples(st.integers(1, 4), st.integers(0, 1))),
    )
    def commit_what_may_not_fit(
        self, happened: list[tuple[str, str, int, Because]], way: list[bool], back: dict[Key, tuple[int, int]]
    ) -> None:
        recorded = {key: list(some) for key, some in self.recorded.items()}
        undone = self.taken_back(recorded, back)
        changes = []
        for (customer, segment, later, because), entered in zip(happened, way, strict=False):
            before = recorded.setdefault((customer, segment), [])
            changes.append(replace(self.next_change((customer, segment), before, later, because), entered=entered))
            before.append(changes[-1])
        if self.both_commit(Batch(undone=undone, changes=changes, effects=[], clock=self.arrival)):
            self.recorded = recorded

    @staticmethod
    def taken_back(recorded: dict[Key, list[Change]], back: dict[Key, tuple[int, int]]) -> list[Change]:
        """Take of each key the last changes out of `recorded`, so many of them, but for so many of the very last ones
        (with these left out, what comes back cannot be undone)."""
        undone = []
        for key, (many, left_out) in back.items():
            changes = recorded.get(key, [])
            end = len(changes) - left_out
            undone += changes[max(end - many, 0) : max(end, 0)]
            del changes[max(end - many, 0) : max(end, 0)]
        return undone

    def next_change(self, key: Key, before: list[Change], later: int, because: Because) -> Change:
        self.arrival += 1
        instant = before[-1].instant + later if before else later
        return Change(*key, not (before and before[-1].entered), instant, self.arrival, 0, because)

    @rule(ids=st.lists(st.sampled_from("abcdef"), max_size=3))
    def deliver(self, ids: list[str]) -> None:
        self.memory.delivered(ids)
        self.sqlite.delivered(ids)

    @rule()
    def reopen(self) -> None:
        self.sqlite.close()
        self.sqlite = open_file(self.file)

    @invariant()
    def the_same_now(self) -> None:
        assert self.answers(self.sqlite, None) == self.answers(self.memory, None)

    @invariant()
    def history_is_what_was_not_taken_back(self) -> None:
        for customer in CUSTOMERS:
            changes = [each for (who, _), some in self.recorded.items() if who == customer for each in some]
            assert self.sqlite.history(customer) == sorted(changes, key=lambda each: (each.instant, each.arrival))

    @rule(at=st.integers(-1, 30))
    def the_same_then(self, at: int) -> None:
        assert self.answers(self.sqlite, at) == self.answers(self.memory, at)

    @staticmethod
    def answers(backend: Backend, at: int | None) -> list[object]:
        return [
            backend.clock(),
            list(backend.customers()),
            backend.customer_count(),
            backend.load(CUSTOMERS),
            list(backend.due(at or 0)),
            [backend.timers(at or 0, limit) for limit in (2, 100)],
            backend.tombstones([f"h{customer}" for customer in CUSTOMERS]),
            [backend.position(source) for source in "pq"],
            list(backend.standings(at)),
            list(backend.moves()),
            list(backend.tallies().items()),
            backend.outbox(2),
            backend.outbox(100),
            [backend.memberships(customer, at) for customer in CUSTOMERS],
            [backend.history(customer) for customer in CUSTOMERS],
            [backend.journal(customer) for customer in CUSTOMERS],
            [list(backend.members(segment, at)) for segment in SEGMENTS],
            [backend.count(segment, at) for segment in SEGMENTS],
        ]


Agreement.TestCase.settings = settings(max_examples=40, stateful_step_count=20, deadline=None)
TestAgreement = Agreement.TestCase
