"""What every backend keeps of visitors, and of guests who turned out to be customers (language.md section 5.18)."""

import pytest
from msgspec.structs import replace

from segdsl.backends.base import Backend, Batch, StoredInputs, StoredLink, StoredVisitor
from segdsl.diagnostics.errors import StoreError
from tests.backends.conftest import AWKWARD_IDS, effect, enter, leave, names, state

GUEST = "visitor:v#1"


def link(guest: str = GUEST, account: str = "ann", instant: int = 5, *, renamed: bool = False) -> StoredLink:
    return StoredLink(guest, account, instant, "v", 1, renamed)


def records(backend: Backend, *names: str) -> dict[str, bytes]:
    return {name: bytes(found.state) for name, found in backend.visitors(names).items()}


def was_guest(backend: Backend) -> None:
    backend.commit(
        Batch(
            states=[state(GUEST, due=9, timer=9)],
            changes=[enter(GUEST, "vip", 1, 1), enter(GUEST, "new", 1, 1), leave(GUEST, "new", 2, 2)],
            effects=[effect("e1", GUEST)],
            journal=[StoredInputs(GUEST, b"before")],
        )
    )


def test_a_fresh_store_knows_no_visitors(backend: Backend) -> None:
    assert backend.visitors(["v"]) == {}
    assert backend.visitors_of("ann") == []
    assert backend.visitors_of("") == []
    assert backend.links([GUEST]) == {}
    assert backend.links_of("ann") == []


def test_a_visitor_is_kept_and_replaced(backend: Backend) -> None:
    backend.commit(Batch(visitors=[StoredVisitor("v", "", b"1"), StoredVisitor("w", "ann", b"2")]))
    assert (records(backend, "v", "w", "x"), backend.visitors_of("ann")) == ({"v": b"1", "w": b"2"}, ["w"])
    backend.commit(Batch(visitors=[StoredVisitor("v", "ann", b"3"), StoredVisitor("w", "", b"4")]))
    assert (records(backend, "v", "w"), backend.visitors_of("ann")) == ({"v": b"3", "w": b"4"}, ["v"])
    assert backend.visitors_of("") == []


def test_awkward_names_of_visitors(backend: Backend) -> None:
    backend.commit(Batch(visitors=[StoredVisitor(name, "ann", name.encode()) for name in AWKWARD_IDS]))
    assert backend.visitors_of("ann") == AWKWARD_IDS
    assert records(backend, *AWKWARD_IDS) == {name: name.encode() for name in AWKWARD_IDS}


def test_links_are_found_by_guest_and_by_customer(backend: Backend) -> None:
    links = [link("visitor:w#1", instant=7), link(renamed=True), link("visitor:x#1", "bob")]
    backend.commit(Batch(links=links))
    assert backend.links([GUEST, "visitor:y#1"]) == {GUEST: links[1]}
    assert backend.links_of("ann") == [links[1], links[0]]


def test_a_renamed_guest_is_the_customer_with_all_of_the_past(backend: Backend) -> None:
    was_guest(backend)
    backend.commit(
        Batch(
            states=[state("ann", content=b"named")],
            changes=[leave("ann", "vip", 6, 3)],
            journal=[StoredInputs("ann", b"after")],
            renamed={GUEST: "ann"},
            links=[link(renamed=True)],
        )
    )
    assert list(backend.customers()) == ["ann"]
    assert list(backend.due(100)) == [] and backend.timers(100, 5) == []
    assert [(c.customer, c.segment, c.entered, c.instant) for c in backend.history("ann")] == [
        ("ann", "new", True, 1), ("ann", "vip", True, 1), ("ann", "new", False, 2), ("ann", "vip", False, 6)
    ]  # fmt: skip
    assert backend.history(GUEST) == [] and backend.journal(GUEST) == []
    assert backend.journal("ann") == [b"before", b"after"]
    assert backend.outbox(5) == [replace(effect("e1", "ann"))]
    assert (names(backend, "vip", 3), backend.count("vip")) == (["ann"], 0)


def test_what_a_guest_did_can_be_undone_under_the_new_name(backend: Backend) -> None:
    was_guest(backend)
    back = [replace(change, customer="ann") for change in (enter(GUEST, "vip", 1, 1),)]
    backend.commit(Batch(states=[state("ann")], undone=back, renamed={GUEST: "ann"}))
    assert (names(backend, "vip", 3), backend.count("vip")) == ([], 0)


def test_a_joined_guest_is_known_no_more_but_its_past_is(backend: Backend) -> None:
    was_guest(backend)
    backend.commit(Batch(states=[state("ann")], changes=[leave(GUEST, "vip", 5, 3)], ended=[GUEST], links=[link()]))
    assert (list(backend.customers()), backend.customer_count()) == (["ann"], 1)
    assert (names(backend, "vip", 4), names(backend, "vip", 5), backend.count("vip")) == ([GUEST], [], 0)
    assert backend.journal(GUEST) == [b"before"]
    assert list(backend.due(100)) == []


def test_forgetting_a_customer_takes_the_links_along(backend: Backend) -> None:
    backend.commit(Batch(links=[link(), link("visitor:w#1", "bob")]))
    backend.commit(Batch(erased=["ann", GUEST]))
    assert backend.links([GUEST, "visitor:w#1"]) == {"visitor:w#1": link("visitor:w#1", "bob")}
    assert backend.links_of("ann") == []


def test_an_erased_customer_can_be_a_renamed_guest_in_the_same_batch(backend: Backend) -> None:
    was_guest(backend)
    backend.commit(Batch(states=[state("ann")], changes=[enter("ann", "vip", 1)]))
    backend.commit(Batch(states=[state("ann")], erased=["ann"], renamed={GUEST: "ann"}, links=[link(renamed=True)]))
    assert [(change.segment, change.arrival) for change in backend.history("ann")] == [
        ("new", 1),
        ("vip", 1),
        ("new", 2),
    ]
    assert backend.count("vip") == 1


def test_a_batch_that_does_not_fit_keeps_nothing_of_its_links(backend: Backend) -> None:
    was_guest(backend)
    with pytest.raises(StoreError):
        backend.commit(Batch(changes=[enter("ann", "vip", 7)], renamed={GUEST: "ann"}, links=[link(renamed=True)]))
    assert backend.links([GUEST]) == {}
    assert backend.count("vip") == 1
    assert backend.journal(GUEST) == [b"before"]
