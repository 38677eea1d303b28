"""The stores that faults are done to, and the server that forks what is done to them."""

from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import pytest

from segdsl.backends import schemes
from tests.faults.forking import Forks
from tests.faults.unharmed import Unharmed
from tests.support.servers import postgresql, redis

Fresh = Callable[[], str]
"""Gives the URL of a store that is not there yet."""

KEPT = [scheme for scheme in schemes() if scheme != "memory"]


@pytest.fixture(params=KEPT)
def fresh(request: pytest.FixtureRequest) -> Fresh:
    """Of every backend that keeps anything."""
    return request.getfixturevalue(f"fresh_{request.param}")


@pytest.fixture
def fresh_sqlite(tmp_path: Path) -> Fresh:
    numbers = count()
    return lambda: f"sqlite:///{tmp_path}/{next(numbers)}.store"


@pytest.fixture
def fresh_postgresql(tmp_path: Path) -> Fresh:
    return lambda: postgresql.packaged_url(tmp_path)


@pytest.fixture
def fresh_redis(tmp_path: Path) -> Fresh:
    return lambda: redis.packaged_url(tmp_path)


@pytest.fixture(scope="session")
def forks() -> Iterator[Forks]:
    forks = Forks(("tests.faults.feeding",))
    yield forks
    forks.close()


@pytest.fixture(scope="session")
def unharmed(tmp_path_factory: pytest.TempPathFactory) -> Unharmed:
    return Unharmed.run(tmp_path_factory.mktemp("unharmed"))
