"""The same random batches to every backend that keeps anything and to the one in memory: every answer must be the
same."""

import tempfile
from contextlib import closing
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from msgspec.structs import replace

from segdsl.backends import open_backend
from segdsl.backends.base import (
    Backend,
    Basis,
    Batch,
    Position,
    StoredEffect,
    StoredInputs,
    StoredState,
    StoredVisitor,
    Tally,
)
from segdsl.backends.memory import MemoryBackend
from segdsl.diagnostics.errors import StoreError
from segdsl.records.outcomes import Because, Change, Effect
from tests.backends.conftest import URLS

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
    st.sampled_from(["send", "show"]),
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
positions = st.none() | st.builds(Position, instants, instants, instants)
VISITORS = ["", "v", "🛒"]
visitors = st.lists(
    st.builds(StoredVisitor, st.sampled_from(VISITORS), customers, st.binary(max_size=3)),
    max_size=2,
    unique_by=lambda each: each.visitor,
)
# What happens: who, which segment, how much later than what happened to them there before, and why.
happenings = st.lists(st.tuples(customers, segments, st.integers(0, 2), becauses), max_size=12)
# What is taken back: who, which segment, and how many of the last changes.
takings_back = st.dictionaries(st.tuples(customers, segments), st.integers(1, 4), max_size=4)

Key = tuple[str, str]  # a customer and a segment


class Agreement(RuleBasedStateMachine):
    name: str

    def __init__(self) -> None:
        super().__init__()
        self.folders = [tempfile.TemporaryDirectory()]
        self.url = URLS[self.name](Path(self.folders[0].name))
        self.memory: Backend = MemoryBackend()
        self.kept: Backend = open_backend(self.url)
        self.recorded: dict[Key, list[Change]] = {}  # what has happened and was not taken back
        self.claimed: list[StoredEffect] = []
        self.arrival = 0

    def teardown(self) -> None:
        self.kept.close()
        for folder in self.folders:
            folder.cleanup()

    def both_commit(self, batch: Batch) -> bool:
        """Whether both took the batch; that one takes it and the other does not is a failure."""
        taken = []
        for backend in (self.memory, self.kept):
            try:
                backend.commit(batch)
                taken.append(True)
            except StoreError:
                taken.append(False)
        assert taken[0] == taken[1]
        return taken[0]

    @rule(
        kept=st.lists(states, max_size=8, unique_by=lambda each: each.customer),
        happened=happenings,
        done=st.lists(effects, max_size=4),
        back=takings_back,
        withdrawn=st.lists(effects, max_size=4),
        erased=st.lists(customers, max_size=2),
        clock=st.none() | instants,
        read=st.dictionaries(st.sampled_from("pq"), positions),
        counted=tallies,
        seen=visitors,
        stale=st.sampled_from([False, False, False, True]),
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
        seen: list[StoredVisitor],
        stale: bool,
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
        notes = {name: position and repr(position).encode() for name, position in read.items()}
        basis = self.basis([each.customer for each in kept], [each.visitor for each in seen], stale)
        batch = Batch(
            kept, undone, withdrawn, changes, done, pages, erased, tombs, read, clock, counted, visitors=seen,
            notes=notes, basis=basis,
        )  # fmt: skip
        if self.both_commit(batch):
            self.recorded = recorded
        else:
            assert stale and (kept or seen)

    def basis(self, customers: list[str], seen: list[str], stale: bool) -> Basis:
        """What a batch about some customers and visitors is worked out from."""
        fetched, found = self.memory.fetch(customers), self.memory.visitors(seen)
        versions = {name: fetched[name].version if name in fetched else 0 for name in customers}
        others = {name: found[name].version if name in found else 0 for name in seen}
        if stale:  # of what is looked at last
            name = next(reversed([*others, *versions]), None)
            for each in (versions, others):
                if name in each:
                    each[name] += 1
        positions = {source: self.memory.position(source) for source in "pq"}
        return Basis(None, versions, others, positions)

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

    @rule(limit=st.integers(0, 3))
    def deliver(self, limit: int) -> None:
        effects = self.memory.outbox(limit)
        self.memory.delivered(effects)
        self.kept.delivered(effects)

    @rule(
        limit=st.integers(0, 3),
        now=st.integers(0, 9),
        actions=st.none() | st.sets(st.sampled_from(["", "send", "show"])),
        failed=st.lists(st.none() | st.integers(0, 9), max_size=3),
    )
    def claim(self, limit: int, now: int, actions: set[str] | None, failed: list[int | None]) -> None:
        claimed = self.memory.claim(limit, now, now + 3, actions)
        assert self.kept.claim(limit, now, now + 3, actions) == claimed
        for each, again in zip(claimed, failed, strict=False):
            for backend in (self.memory, self.kept):
                backend.failed(each, "no answer", again)
        self.claimed += claimed

    @rule(which=st.lists(st.integers(0, 99), max_size=3), again=st.none() | st.integers(0, 9), give_back=st.booleans())
    def report_on_claims_that_may_be_over(self, which: list[int], again: int | None, give_back: bool) -> None:
        claimed = [self.claimed[number % len(self.claimed)] for number in which if self.claimed]
        for backend in (self.memory, self.kept):
            if give_back:
                backend.release(claimed)
            else:
                for each in claimed:
                    backend.failed(each, "too late", again)

    @rule(limit=st.integers(0, 3), actions=st.none() | st.sets(st.sampled_from(["", "send", "show"])))
    def what_waits(self, limit: int, actions: set[str] | None) -> None:
        assert self.kept.waiting(limit, actions) == self.memory.waiting(limit, actions)

    @rule(ids=st.lists(st.sampled_from("abcdef"), max_size=3))
    def revive(self, ids: list[str]) -> None:
        assert self.kept.revive(ids) == self.memory.revive(ids)

    @rule(bounds=st.dictionaries(customers, instants, max_size=4), before=instants)
    def prune(self, bounds: dict[str, int], before: int) -> None:
        assert self.kept.prune(bounds, before) == self.memory.prune(bounds, before)
        for key, changes in self.recorded.items():
            bound = bounds.get(key[0], -99)
            pairs = [changes[at : at + 2] for at in range(0, len(changes), 2)]
            self.recorded[key] = [c for pair in pairs if len(pair) == 1 or pair[1].instant >= bound for c in pair]

    @rule()
    def move(self) -> None:
        """All that a store holds goes into a fresh one, which is used from then on."""
        self.folders.append(tempfile.TemporaryDirectory())
        url = URLS[self.name](Path(self.folders[-1].name))
        with closing(self.kept):
            other = open_backend(url)
            other.fill(self.kept.contents())
        memory = MemoryBackend()
        memory.fill(self.memory.contents())
        self.url, self.kept, self.memory = url, other, memory

    @rule()
    def reopen(self) -> None:
        self.kept.close()
        self.kept = open_backend(self.url)

    @invariant()
    def the_same_now(self) -> None:
        assert self.answers(self.kept, None) == self.answers(self.memory, None)

    @invariant()
    def history_is_what_was_not_taken_back(self) -> None:
        for customer in CUSTOMERS:
            changes = [each for (who, _), some in self.recorded.items() if who == customer for each in some]
            assert self.kept.history(customer) == sorted(changes, key=lambda each: (each.instant, each.arrival))

    @rule(at=st.integers(-1, 30))
    def the_same_then(self, at: int) -> None:
        assert self.answers(self.kept, at) == self.answers(self.memory, at)

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
            {name: (bytes(each.state), each.version) for name, each in backend.fetch(CUSTOMERS).items()},
            {name: (bytes(each.state), each.version) for name, each in backend.visitors(VISITORS).items()},
            [backend.note(source) for source in "pq"],
            backend.pruned(),
            backend.dead(100),
            backend.faults(),
            backend.outbox(2),
            backend.outbox(100),
            backend.waiting(100),
            [backend.memberships(customer, at) for customer in CUSTOMERS],
            [backend.history(customer) for customer in CUSTOMERS],
            [backend.journal(customer) for customer in CUSTOMERS],
            [list(backend.members(segment, at)) for segment in SEGMENTS],
            [backend.count(segment, at) for segment in SEGMENTS],
        ]


SETTINGS = settings(max_examples=40, stateful_step_count=20, deadline=None)
OF_SERVERS = settings(SETTINGS, max_examples=5)
"""Each of a thousand answers is a way there and back."""


def cases() -> dict[str, type]:
    """A test case for every backend that keeps anything."""
    found = {}
    for name in URLS:
        if name != "memory":
            machine = type(f"AgreementOf{name.capitalize()}", (Agreement,), {"name": name})
            machine.TestCase.settings = SETTINGS if name == "sqlite" else OF_SERVERS
            found[f"Test{name.capitalize()}"] = machine.TestCase
    return found


globals().update(cases())
