"""The store as a whole, on every backend: what it holds, notes and programs, moving to another store, pruning."""

from pathlib import Path

import pytest

from segdsl.backends import open_backend
from segdsl.backends.base import (
    Backend,
    Batch,
    Position,
    StoredClock,
    StoredInputs,
    StoredLink,
    StoredProgram,
    StoredState,
    StoredStay,
    StoredVisitor,
    Tally,
)
from segdsl.diagnostics.errors import StoreError
from tests.backends.conftest import AWKWARD_IDS, effect, enter, leave, names, state

FIRST = StoredProgram("d1", b"1\xff", (("a.seg", "segment vip"),), "2026a", b"\0s")
SECOND = StoredProgram("d2", b"2", (), "2026b", b"\0s", False)


def fill(backend: Backend) -> None:
    """Something of all that a store can hold."""
    backend.install(FIRST)
    backend.install(SECOND)
    backend.commit(
        Batch(
            states=[state(id_, due=5, timer=-(10**16), content=id_.encode()) for id_ in AWKWARD_IDS],
            changes=[enter("a", "vip", 1), leave("a", "vip", 2), enter("a", "vip", 2, 0, 1), enter("A", "new", 1)],
            effects=[effect("e1"), effect("e2"), effect("e3", "a")],
            withdrawn=[effect("e4")],
            journal=[StoredInputs("a", b"1\0"), StoredInputs("a", b"2")],
            tombstones={"h": 9},
            positions={"p": Position(1, 2, 3)},
            clock=10**16,
            tallies={Tally("event", "registers", -1): 2, Tally("ignored", "x", None, "registers"): 1},
            links=[StoredLink("visitor:v#1", "a", 1, "v", 1, True)],
            visitors=[StoredVisitor("v", "a", b"v")],
            notes={"n": b"\0\xff"},
        )
    )
    claimed = backend.claim(2, 1, 20)
    backend.failed(claimed[0], "no answer", 30)
    backend.failed(claimed[1], "no address", None)
    backend.prune({"a": 3}, 3)


def everything(backend: Backend) -> list[str]:
    return sorted(map(repr, backend.contents()))


def test_a_fresh_store_holds_nothing(backend: Backend) -> None:
    assert [each for each in backend.contents() if each != StoredClock(None)] == []


def test_a_store_holds_what_was_put_there(backend: Backend) -> None:
    backend.install(FIRST)
    backend.commit(
        Batch(states=[state("ann", 3, b"s", 4)], changes=[enter("ann", "vip", 1), leave("ann", "vip", 2)], clock=7)
    )
    assert everything(backend) == sorted(
        map(
            repr,
            [
                FIRST,
                StoredClock(7, None),
                StoredState("ann", b"s", 0, 3, 4),
                StoredStay(enter("ann", "vip", 1), leave("ann", "vip", 2)),
            ],
        )
    )


def test_all_of_it_can_be_put_into_another_store(backend: Backend, other: Backend) -> None:
    fill(backend)
    other.fill(backend.contents())
    assert everything(other) == everything(backend)


def test_the_other_store_answers_alike_and_goes_on(backend: Backend, other: Backend) -> None:
    fill(backend)
    other.fill(backend.contents())
    for each in (backend, other):
        each.commit(Batch(changes=[leave("a", "vip", 4)], withdrawn=[effect("e1"), effect("e3", "a")]))
    answers = [
        (
            each.program(), each.earlier("d1"), each.clock(), each.pruned(), each.count("vip"), each.count("new"),
            list(each.customers()), each.history("a"), each.journal("a"), each.timers(0, 99), list(each.due(9)),
            each.outbox(99), each.dead(99), each.tombstones(["h"]), each.links_of("a"), each.visitors_of("a"),
            each.tallies(), each.note("n"), each.position("p"), each.faults(),
        )
        for each in (backend, other)
    ]  # fmt: skip
    assert answers[0] == answers[1]


def test_a_store_that_holds_something_is_not_filled(backend: Backend, other: Backend) -> None:
    fill(backend)
    other.commit(Batch(states=[state("zoe")]))
    before = everything(other)
    with pytest.raises(StoreError, match="holds something already"):
        other.fill(backend.contents())
    assert everything(other) == before


def test_a_store_that_is_sound_has_no_faults(backend: Backend) -> None:
    fill(backend)
    assert backend.faults() == []


# Programs and notes


def test_an_earlier_program_is_still_there(backend: Backend) -> None:
    backend.install(FIRST)
    backend.install(SECOND)
    assert (backend.program(), backend.earlier("d1"), backend.earlier("d2")) == (SECOND, FIRST, SECOND)
    assert backend.earlier("d3") is None


def test_an_earlier_program_can_be_that_of_now_again(backend: Backend) -> None:
    for program in (FIRST, SECOND, FIRST):
        backend.install(program)
    assert (backend.program(), backend.earlier("d2")) == (FIRST, SECOND)


def test_notes_are_kept_replaced_and_removed(backend: Backend) -> None:
    backend.commit(Batch(notes={"a": b"\0", "b": b"1", "c\0": b"2"}))
    backend.commit(Batch(notes={"a": b"3", "b": None, "d": None}))
    assert [backend.note(key) for key in ("a", "b", "c\0", "d")] == [b"3", None, b"2", None]


# Pruning


def test_memberships_that_ended_before_the_bound_are_dropped(backend: Backend) -> None:
    backend.commit(
        Batch(
            changes=[
                enter("ann", "vip", 1), leave("ann", "vip", 2), enter("ann", "vip", 3), leave("ann", "vip", 5),
                enter("ann", "vip", 6), enter("ann", "new", 1), leave("ann", "new", 4),
            ]
        )
    )  # fmt: skip
    assert backend.prune({"ann": 5}, 5) == 2
    assert [(each.segment, each.instant) for each in backend.history("ann")] == [("vip", 3), ("vip", 5), ("vip", 6)]


def test_memberships_of_others_and_open_ones_stay(backend: Backend) -> None:
    changes = [enter("ann", "vip", 1), enter("bob", "vip", 1), leave("bob", "vip", 2), enter("cat", "vip", 1)]
    backend.commit(Batch(changes=changes))
    assert backend.prune({"ann": 99, "cat": 99, "zoe": 99}, 99) == 0
    assert (names(backend, "vip"), names(backend, "vip", 1), backend.count("vip")) == (
        ["ann", "cat"], ["ann", "bob", "cat"], 2,
    )  # fmt: skip


def test_what_ended_after_the_bound_can_still_be_undone(backend: Backend) -> None:
    changes = [enter("ann", "vip", 1), leave("ann", "vip", 2), enter("ann", "vip", 3), leave("ann", "vip", 5)]
    backend.commit(Batch(changes=changes))
    backend.prune({"ann": 5}, 5)
    backend.commit(Batch(undone=changes[2:]))
    assert (backend.history("ann"), backend.count("vip")) == ([], 0)


def test_the_latest_bound_is_remembered(backend: Backend) -> None:
    assert backend.pruned() is None
    seen = []
    for before in (-5, 7, 3):
        backend.prune({}, before)
        seen.append(backend.pruned())
    assert seen == [-5, 7, 7]


@pytest.fixture
def other(tmp_path: Path) -> Backend:
    """A store in memory, into which another is moved."""
    return open_backend("memory://")
