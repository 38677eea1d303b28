"""What several writers may do to one store, on every backend: a batch lands only on what it was worked out from."""

import pytest

from segdsl.backends.base import Backend, Basis, Batch, Position, StoredProgram, StoredVisitor
from segdsl.diagnostics.errors import ConflictError, StoreError, TakenError
from tests.backends.conftest import AWKWARD_IDS, effect, enter, state


def versions(backend: Backend, *customers: str) -> dict[str, int]:
    return {customer: found.version for customer, found in backend.fetch(customers).items()}


def everything(backend: Backend) -> list[str]:
    return sorted(map(repr, backend.contents()))


def test_a_state_has_version_1_at_first_and_one_more_with_each_commit(backend: Backend) -> None:
    backend.commit(Batch(states=[state("ann"), state("bob")]))
    backend.commit(Batch(states=[state("ann")]))
    assert versions(backend, "ann", "bob", "zoe") == {"ann": 2, "bob": 1}


def test_a_visitor_has_versions_too(backend: Backend) -> None:
    backend.commit(Batch(visitors=[StoredVisitor("v", "", b"1"), StoredVisitor("w", "", b"1")]))
    backend.commit(Batch(visitors=[StoredVisitor("v", "ann", b"2")]))
    assert {name: found.version for name, found in backend.visitors(["v", "w"]).items()} == {"v": 2, "w": 1}


def test_a_batch_lands_on_the_versions_it_was_worked_out_from(backend: Backend) -> None:
    basis = Basis(customers=dict.fromkeys(AWKWARD_IDS, 0))
    backend.commit(Batch(states=[state(id_) for id_ in AWKWARD_IDS], basis=basis))
    basis = Basis(customers=dict.fromkeys(AWKWARD_IDS, 1))
    backend.commit(Batch(states=[state(id_, content=b"2") for id_ in AWKWARD_IDS], basis=basis))
    assert backend.load(AWKWARD_IDS) == dict.fromkeys(AWKWARD_IDS, b"2")


@pytest.mark.parametrize(
    "basis",
    [
        Basis(customers={"ann": 0}),
        Basis(customers={"ann": 2}),
        Basis(customers={"zoe": 1}),
        Basis(customers={"ann": 1, "bob": 1, "zoe": 1}),
        Basis(visitors={"v": 0}),
        Basis(visitors={"w": 1}),
    ],
    ids=["is there", "is another", "is gone", "one of many", "a visitor is there", "a visitor is gone"],
)
def test_a_batch_that_was_worked_out_from_something_else_is_kept_in_no_part(backend: Backend, basis: Basis) -> None:
    backend.commit(Batch(states=[state("ann"), state("bob")], visitors=[StoredVisitor("v", "", b"1")]))
    before = everything(backend)
    batch = Batch(
        states=[state("ann", content=b"new")],
        changes=[enter("ann", "vip", 1)],
        effects=[effect("e")],
        visitors=[StoredVisitor("v", "ann", b"2")],
        positions={"p": Position(1, 1, 1)},
        notes={"n": b"1"},
        clock=9,
        basis=basis,
    )
    with pytest.raises(ConflictError):
        backend.commit(batch)
    assert everything(backend) == before


def test_a_batch_after_a_refused_one_lands(backend: Backend) -> None:
    with pytest.raises(ConflictError):
        backend.commit(Batch(states=[state("ann")], basis=Basis(customers={"ann": 7})))
    backend.commit(Batch(states=[state("ann")], basis=Basis(customers={"ann": 0})))
    assert versions(backend, "ann") == {"ann": 1}


def test_what_is_not_in_the_basis_may_have_been_written_by_others(backend: Backend) -> None:
    backend.commit(Batch(states=[state("ann"), state("bob")]))
    backend.commit(Batch(states=[state("ann")], basis=Basis(customers={"ann": 1})))
    backend.commit(Batch(states=[state("bob")], basis=Basis(customers={"bob": 1})))
    assert versions(backend, "ann", "bob") == {"ann": 2, "bob": 2}


def test_thousands_of_versions_are_looked_at(backend: Backend) -> None:
    names = [f"c{number}" for number in range(3_000)]
    backend.commit(Batch(states=[state(name) for name in names], basis=Basis(customers=dict.fromkeys(names, 0))))
    basis = Basis(customers={**dict.fromkeys(names, 1), names[-1]: 2})
    with pytest.raises(ConflictError):
        backend.commit(Batch(states=[state(name) for name in names], basis=basis))
    assert set(versions(backend, *names).values()) == {1}


# The generation


def test_the_generation_grows_with_what_concerns_all_customers(backend: Backend) -> None:
    seen = [backend.generation()]
    for happens in (
        lambda: backend.install(StoredProgram("d1", b"1", (), "2026a", b"s")),
        lambda: backend.commit(Batch(erased=["ann"])),
        lambda: backend.commit(Batch(tombstones={"h": 1})),
        lambda: backend.prune({}, 1),
    ):
        happens()
        seen.append(backend.generation())
    assert seen == sorted(set(seen))


def test_the_generation_stays_with_ordinary_batches(backend: Backend) -> None:
    before = backend.generation()
    backend.commit(Batch(states=[state("ann")], changes=[enter("ann", "vip", 1)], effects=[effect("e")], clock=1))
    assert backend.generation() == before


def test_a_batch_of_another_generation_is_refused(backend: Backend) -> None:
    basis = Basis(generation=backend.generation())
    backend.commit(Batch(erased=["ann"]))
    with pytest.raises(ConflictError):
        backend.commit(Batch(states=[state("bob")], basis=basis))
    assert list(backend.customers()) == []


def test_a_batch_of_this_generation_lands(backend: Backend) -> None:
    backend.commit(Batch(erased=["ann"]))
    backend.commit(Batch(states=[state("bob")], basis=Basis(generation=backend.generation())))
    assert list(backend.customers()) == ["bob"]


def test_of_two_who_find_a_fresh_store_one_begins_it(backend: Backend) -> None:
    found = backend.generation()
    first, second = (StoredProgram("d1", b"1", (), "2026a", secret) for secret in (b"1", b"2"))
    backend.install(first, found)
    with pytest.raises(ConflictError):
        backend.install(second, found)
    assert backend.program() == first


# Positions


def test_a_position_that_another_run_has_moved_on_refuses_the_batch(backend: Backend) -> None:
    backend.commit(Batch(positions={"p": Position(1, 1, 1)}))
    for since in (None, Position(1, 1, 2)):
        with pytest.raises(TakenError):
            backend.commit(Batch(positions={"p": Position(2, 2, 2)}, basis=Basis(positions={"p": since})))
    assert backend.position("p") == Position(1, 1, 1)


def test_a_position_moves_on_from_where_it_was(backend: Backend) -> None:
    backend.commit(Batch(positions={"p": Position(1, 1, 1)}, basis=Basis(positions={"p": None})))
    backend.commit(Batch(positions={"p": Position(2, 2, 2)}, basis=Basis(positions={"p": Position(1, 1, 1)})))
    assert backend.position("p") == Position(2, 2, 2)


def test_a_position_that_is_none_is_removed(backend: Backend) -> None:
    backend.commit(Batch(positions={"p": Position(1, 1, 1), "q": Position(1, 1, 1)}))
    backend.commit(Batch(positions={"p": None, "nobody knows it": None}))
    assert (backend.position("p"), backend.position("q")) == (None, Position(1, 1, 1))


# Being sure


def test_sure_is_called_once_before_a_batch_lands(backend: Backend) -> None:
    seen: list[str] = []
    backend.commit(Batch(states=[state("ann")]), lambda: seen.append("sure"))
    assert seen == ["sure"]


@pytest.mark.parametrize(
    "batch",
    [Batch(basis=Basis(customers={"ann": 1})), Batch(changes=[enter("ann", "vip", 1), enter("ann", "vip", 2)])],
    ids=["another basis", "entered twice"],
)
def test_sure_is_not_called_of_a_batch_that_does_not_land(backend: Backend, batch: Batch) -> None:
    seen: list[str] = []
    with pytest.raises(StoreError):
        backend.commit(batch, lambda: seen.append("sure"))
    assert seen == []


@pytest.mark.parametrize("error", [ValueError("no room"), KeyboardInterrupt()], ids=["an error", "Ctrl-C"])
def test_what_sure_raises_keeps_the_batch_out(backend: Backend, error: BaseException) -> None:
    def fails() -> None:
        raise error

    with pytest.raises(type(error)):
        backend.commit(Batch(states=[state("ann")], changes=[enter("ann", "vip", 1)], effects=[effect("e")]), fails)
    assert everything(backend) == everything(backend)
    assert (list(backend.customers()), backend.count("vip"), backend.outbox(9)) == ([], 0, [])
    backend.commit(Batch(states=[state("ann")], changes=[enter("ann", "vip", 1)]))
    assert backend.count("vip") == 1
