"""The backends that the contract suite runs on, and what it commits to them."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from segdsl.backends import open_backend, schemes
from segdsl.backends.base import Backend, Batch, StoredInputs, StoredState, Tally
from segdsl.records.outcomes import Because, Change, Effect
from tests.support.servers import postgresql, redis

URLS: dict[str, Callable[[Path], str]] = {
    "memory": lambda folder: "memory://",
    "sqlite": lambda folder: f"sqlite:///{folder}/contract.store",
    "postgresql": postgresql.packaged_url,
    "redis": redis.packaged_url,
}
"""How each kind of store is opened: a URL of an empty one. The folder is the test's, and is over with it."""

OTHERS = postgresql.urls() | redis.urls()
"""Other servers of some kinds, on which the contract is tested as well, in these files."""

WHOLE_CONTRACT = {"test_contract.py", "test_writers.py"}

# In the order of code points. UTF-16 would put the emoji before U+FFFD; a C string would end at the NUL.
AWKWARD_IDS = ["", "\0", "A", "a", "a\0", "a\0b", "a'b", "ß", "é", "\ufffd", "🛒"]


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """All other tests of backends run on one server of a kind."""

    def is_too_much(item: pytest.Item) -> bool:
        chosen = getattr(item, "callspec", None)
        return chosen is not None and chosen.params.get("backend") in OTHERS and item.path.name not in WHOLE_CONTRACT

    left_out = {item for item in items if is_too_much(item)}
    if left_out:
        config.hook.pytest_deselected(items=list(left_out))
        items[:] = [item for item in items if item not in left_out]


@pytest.fixture(params=[*schemes(), *OTHERS])
def backend(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Backend]:
    urls = {**URLS, **OTHERS}
    assert request.param in urls, f"say in URLS how the contract suite opens a {request.param} store"
    with open_backend(urls[request.param](tmp_path)) as opened:
        yield opened


def state(customer: str, due: int | None = None, content: bytes = b"state", timer: int | None = None) -> StoredState:
    return StoredState(customer, content, 0, due, timer)


def enter(customer: str, segment: str, instant: int, arrival: int = 0, round_: int = 0) -> Change:
    return Change(customer, segment, True, instant, arrival, round_, Because("added", "shop.seg:3", "vip", "order-1"))


def leave(customer: str, segment: str, instant: int, arrival: int = 0, round_: int = 0) -> Change:
    return Change(customer, segment, False, instant, arrival, round_, Because("removed", "shop.seg:9", "cool", ""))


def effect(id_: str, customer: str = "ann", instant: int = 1) -> Effect:
    fields = {"text": "Grüße 🛒", "sum": 12.5, "tags": ["a", None, True], "of": {"n": 3}}
    return Effect(id_, "send", customer, fields, instant, 2, 3, -4, Because("added", "shop.seg:3", "vip", "order-1"))


def full_batch(ids: str = "abcde") -> Batch:
    """Something about each of some customers, of one letter each."""
    return Batch(
        states=[state(id_, 1, timer=1) for id_ in ids],
        changes=[enter(id_, "vip", 1) for id_ in ids],
        effects=[effect(f"e{id_}", id_) for id_ in ids],
        tallies={Tally("fired", "r1", 3): 1},
        journal=[StoredInputs(id_, b"1") for id_ in ids],
        clock=9,
    )


def names(backend: Backend, segment: str, at: int | None = None) -> list[str]:
    return [membership.customer for membership in backend.members(segment, at)]
