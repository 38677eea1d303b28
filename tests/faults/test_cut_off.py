"""The way to a server is cut, or the server ends and is started again, while a run is under way: the run goes on by
itself, each batch lands once, and what is told of is told of.

Seen to fail when the answer to a commit that was lost is taken for yes, when it is taken for no, and when the number
that a server has for a transaction is believed after the server has crashed.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from random import Random
from urllib.parse import quote

import psycopg
import pytest

from segdsl.backends import open_backend, remove_store
from segdsl.backends.base import Backend, Batch, nothing
from segdsl.backends.postgresql.opening import open_store as open_postgresql
from segdsl.backends.redis import opened, wire_to
from segdsl.backends.redis.address import address_of
from segdsl.diagnostics.errors import StoreError
from segdsl.records.outcomes import Effect
from tests.faults import killing
from tests.faults.cutting import KINDS, Cutting
from tests.faults.unharmed import Unharmed, lines
from tests.faults.whole import differences, whole
from tests.support.servers import postgresql, redis

CUTS = 15
BATCH = 12
COMMITS = {"postgresql": (b"COMMIT",), "redis": (b"EXEC",)}
"""What in what is sent says that a batch lands."""


def server_of(scheme: str) -> Path:
    return postgresql.packaged().directory / ".s.PGSQL.5432" if scheme == "postgresql" else redis.server().socket


def by_way_of(url: str, cutting: Cutting) -> str:
    """The same store, through the one that cuts."""
    if url.startswith("postgresql:"):
        return url.replace(quote(str(cutting.server.parent), safe=""), quote(str(cutting.folder), safe=""))
    return url.replace(str(cutting.server), str(cutting.path))


def comes_to(url: str, unharmed: Unharmed, told: Path) -> None:
    with open_backend(url) as backend:
        assert differences(unharmed.moments[-1], whole(backend)) == []
    assert lines(told).keys() == unharmed.lines.keys()


@pytest.mark.parametrize("scheme", COMMITS)
def test_a_run_whose_connection_is_cut_again_and_again_ends_as_if_it_were_not(
    scheme: str, request: pytest.FixtureRequest, unharmed: Unharmed, tmp_path: Path
) -> None:
    url, told = request.getfixturevalue(f"fresh_{scheme}")(), tmp_path / "lines.jsonl"
    with Cutting(server_of(scheme), Random(3), COMMITS[scheme], 0.1) as cutting:
        with open_backend(by_way_of(url, cutting)) as backend:
            cutting.most = CUTS
            killing.told(backend, unharmed.inputs, str(told), BATCH)
        assert cutting.cuts.total() == CUTS
        assert all(cutting.of_words[kind] for kind in KINDS), cutting.of_words
    comes_to(url, unharmed, told)


# --------------------------------------------------------------------------------------------------- servers that end

RESTARTS = {2: "before the batch", 4: "as the batch lands", 6: "after the batch"}
"""When the server is ended and started again: by the number of a batch."""


class Lasting:
    """A server of its own that forgets nothing when it is killed, and may be started again."""

    def __init__(self, scheme: str) -> None:
        if scheme == "postgresql":
            self.server = postgresql.Server(postgresql.packaged()._programs)
            self.url, self.kill = self.server.url(), self.server.halt
            self.remove = self.server.stop
        else:
            self.server = redis.Server(str(redis.program()), "--appendonly", "yes", "--appendfsync", "always")
            self.url, self.kill = redis.with_prefix(self.server.url), self.server.kill
            self.remove = self.server.remove
        self.start = self.server.start
        self.scheme = scheme

    def impatient(self) -> Backend:
        """The store, which does not wait long for a server that is gone."""
        if self.scheme == "postgresql":
            return open_postgresql(self.url, patience=0.1)
        return opened(wire_to(address_of(self.url), patience=0.1))

    def restart(self) -> None:
        """Somebody else is faster than whoever was cut off to do something on the server that has come back."""
        self.kill()
        self.start()
        if self.scheme == "postgresql":
            with psycopg.connect(self.url, autocommit=True) as other:
                for _ in range(5):
                    other.execute("SELECT pg_current_xact_id()")


@pytest.fixture(scope="module", params=COMMITS)
def server(request: pytest.FixtureRequest) -> Iterator[Lasting]:
    server = Lasting(request.param)
    yield server
    server.remove()


@pytest.fixture
def lasting(server: Lasting) -> Lasting:
    """A server without a store."""
    remove_store(server.url)
    return server


def restarting(backend: Backend, server: Lasting) -> Counter[str]:
    """Have the server end, and start again, while a backend commits. Gives how often that has happened, and when."""
    commit, number, done = backend.commit, count(1), Counter[str]()

    def at(now: str, place: int) -> None:
        if RESTARTS.get(place) == now and not done[now]:  # a batch that did not land is made sure of once more
            server.restart()
            done[now] += 1

    def call(batch: Batch, sure: Callable[[], object] = nothing) -> list[Effect]:
        place = next(number)

        def landing() -> None:
            sure()
            at("as the batch lands", place)

        at("before the batch", place)
        notices = commit(batch, landing)
        at("after the batch", place)
        return notices

    backend.commit = call
    return done


def test_a_run_whose_server_is_killed_and_started_again_ends_as_if_it_were_not(
    lasting: Lasting, unharmed: Unharmed, tmp_path: Path
) -> None:
    told = tmp_path / "lines.jsonl"
    with open_backend(lasting.url) as backend:
        done = restarting(backend, lasting)
        killing.told(backend, unharmed.inputs, str(told), 60)
    assert done.total() == len(RESTARTS)
    comes_to(lasting.url, unharmed, told)


def test_a_run_whose_server_stays_away_says_so_and_the_next_one_goes_on(
    lasting: Lasting, unharmed: Unharmed, tmp_path: Path
) -> None:
    told, batches = tmp_path / "lines.jsonl", count(1)
    with lasting.impatient() as backend:
        commit = backend.commit

        def call(batch: Batch, sure: Callable[[], object] = nothing) -> list[Effect]:
            place = next(batches)
            return commit(batch, lambda: (sure(), lasting.kill() if place == 3 else None))

        backend.commit = call
        with pytest.raises(StoreError, match="see that it runs"):
            killing.told(backend, unharmed.inputs, str(told), 60)
    lasting.start()
    with open_backend(lasting.url) as backend:
        killing.told(backend, unharmed.inputs, str(told), 60)
    comes_to(lasting.url, unharmed, told)
