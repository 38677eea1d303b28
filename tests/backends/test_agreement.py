"""The same random batches to the SQLite backend and to the one in memory: every answer must be the same."""

import tempfile
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from segdsl.backends.base import Backend, Batch, Position, StoredState
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
states = st.builds(StoredState, customers, st.binary(max_size=5), instants, st.none() | instants)
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
)
positions = st.builds(Position, instants, instants, instants)
# What happens: who, which segment, how much later than what happened before, and why.
happenings = st.lists(st.tuples(customers, segments, st.integers(0, 2), becauses), max_size=12)


class Agreement(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.file = Path(self.folder.name) / "a.store"
        self.memory: Backend = MemoryBackend()
        self.sqlite: Backend = open_file(self.file)
        self.inside: set[tuple[str, str]] = set()
        self.now = 0
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
        erased=st.lists(customers, max_size=2),
        clock=st.none() | instants,
        read=st.dictionaries(st.sampled_from("pq"), positions),
    )
    def commit(
        self,
        kept: list[StoredState],
        happened: list[tuple[str, str, int, Because]],
        done: list[Effect],
        erased: list[str],
        clock: int | None,
        read: dict[str, Position],
    ) -> None:
        inside = {key for key in self.inside if key[0] not in erased}
        changes = []
        for customer, segment, later, because in happened:
            self.now += later
            self.arrival += 1
            entered = (customer, segment) not in inside
            (inside.add if entered else inside.discard)((customer, segment))
            changes.append(Change(customer, segment, entered, self.now, self.arrival, 0, because))
        tombs = {f"h{customer}": self.now for customer in erased}
        assert self.both_commit(Batch(kept, changes, done, erased, tombs, read, clock))
        self.inside = inside

    @rule(happened=happenings.filter(bool), way=st.lists(st.booleans(), min_size=12, max_size=12))
    def commit_what_may_not_fit(self, happened: list[tuple[str, str, int, Because]], way: list[bool]) -> None:
        changes = []
        for (customer, segment, later, because), entered in zip(happened, way, strict=False):
            self.now += later
            self.arrival += 1
            changes.append(Change(customer, segment, entered, self.now, self.arrival, 0, because))
        if self.both_commit(Batch(changes=changes, clock=self.now)):
            for change in changes:
                key = (change.customer, change.segment)
                (self.inside.add if change.entered else self.inside.discard)(key)

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

    @rule(at=st.integers(-1, 60))
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
            backend.tombstones([f"h{customer}" for customer in CUSTOMERS]),
            [backend.position(source) for source in "pq"],
            backend.outbox(2),
            backend.outbox(100),
            [backend.memberships(customer, at) for customer in CUSTOMERS],
            [backend.history(customer) for customer in CUSTOMERS],
            [list(backend.members(segment, at)) for segment in SEGMENTS],
            [backend.count(segment, at) for segment in SEGMENTS],
        ]


Agreement.TestCase.settings = settings(max_examples=40, stateful_step_count=20, deadline=None)
TestAgreement = Agreement.TestCase
