"""A store that cannot grow, as its disk or its quota is full: the run ends with an error that says so, nothing is kept
by half, and as soon as there is room the same run goes on.

Seen to fail when the states of a batch are committed apart from the rest.
"""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any, Protocol

import psycopg
import pytest
import redis as redis_client

from segdsl.backends import open_backend
from segdsl.backends.base import Backend
from segdsl.diagnostics.errors import StoreError
from tests.faults import killing
from tests.faults.conftest import Fresh
from tests.faults.unharmed import BATCH, Unharmed, lines
from tests.faults.whole import differences, whole
from tests.support.servers import postgresql, redis

ROOMS = (8, 1, 3, 0, 5, 2, 4)
"""What is left of it, again and again, in pages: it is full in the midst of a batch, now here and now there."""


class Narrow(Protocol):
    """A store at `url` in a place that can become narrow."""

    url: str

    def narrow(self, backend: Backend, room: int) -> None:
        """Leave some room, of about `room` pages."""

    def widen(self) -> None:
        """Leave as much as anybody wants."""


class NarrowFile:
    """A file of so many pages at most, as far as one connection is concerned."""

    def __init__(self, url: str) -> None:
        self.url = url

    def narrow(self, backend: Any, room: int) -> None:
        (pages,) = backend._connection.execute("PRAGMA page_count").fetchone()
        backend._connection.execute(f"PRAGMA max_page_count = {pages + room}")

    def widen(self) -> None:
        """The next connection knows nothing of it."""


class NarrowMemory:
    """A server that may take no more memory, and evicts nothing."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.client = redis_client.Redis(unix_socket_path=str(redis.server().socket))

    def narrow(self, _backend: Backend, room: int) -> None:
        self.client.config_set("maxmemory", self.client.info("memory")["used_memory"] + 4_000 * room)

    def widen(self) -> None:
        self.client.config_set("maxmemory", 0)


class NarrowDisk:
    """A tablespace on a small disk in memory."""

    NAME = "narrow"

    def __init__(self, url: str) -> None:
        if os.geteuid() != 0:
            pytest.skip("a small disk can only be made by root")
        self.folder = Path(tempfile.mkdtemp(prefix="segdsl-narrow-", dir="/tmp"))
        self.server = postgresql.packaged()
        try:
            self._mount("size=64m", "tmpfs")
        except subprocess.CalledProcessError as error:
            self.folder.rmdir()
            pytest.skip(f"a small disk cannot be made here: {error.stderr.decode().strip()}")
        os.chown(self.folder, self.server.directory.stat().st_uid, -1)
        with psycopg.connect(self.server.url(), autocommit=True) as connection:
            connection.execute(f"CREATE TABLESPACE {self.NAME} LOCATION '{self.folder}'")
        self.url = f"{url}%20-cdefault_tablespace%3D{self.NAME}"

    def _mount(self, *options: str) -> None:
        subprocess.run(["mount", "-t", "tmpfs", "-o", *options, str(self.folder)], check=True, capture_output=True)

    def narrow(self, _backend: Backend, room: int) -> None:
        used = shutil.disk_usage(self.folder).used
        self._mount(f"remount,size={used + 8_192 * room}")

    def widen(self) -> None:
        self._mount("remount,size=64m")

    def remove(self, schema: str) -> None:
        with psycopg.connect(self.server.url(), autocommit=True) as connection:
            connection.execute(f"DROP SCHEMA {schema} CASCADE")
            connection.execute(f"DROP TABLESPACE {self.NAME}")
        subprocess.run(["umount", str(self.folder)], check=True)
        self.folder.rmdir()


@pytest.fixture
def narrow_sqlite(fresh_sqlite: Fresh) -> Narrow:
    return NarrowFile(fresh_sqlite())


@pytest.fixture
def narrow_redis(fresh_redis: Fresh) -> Iterator[Narrow]:
    narrow = NarrowMemory(fresh_redis())
    yield narrow
    narrow.widen()
    narrow.client.close()


@pytest.fixture
def narrow_postgresql() -> Iterator[Narrow]:
    stores = postgresql.stores()
    schema = stores.schema()
    narrow = NarrowDisk(stores.in_schema(schema))
    yield narrow
    narrow.remove(schema)


@pytest.fixture(params=["sqlite", "postgresql", "redis"])
def narrow(request: pytest.FixtureRequest) -> Narrow:
    return request.getfixturevalue(f"narrow_{request.param}")


def soon_narrow(backend: Any, narrow: Narrow, room: int) -> None:
    """With the second batch it becomes narrow."""
    commit, batches = backend.commit, count(1)

    def call(*given: Any) -> Any:
        if next(batches) == 2:
            narrow.narrow(backend, room)
        return commit(*given)

    backend.commit = call


def test_a_store_that_cannot_grow_says_so_keeps_no_half_batch_and_goes_on_when_there_is_room(
    narrow: Narrow, unharmed: Unharmed, tmp_path: Path
) -> None:
    told, reached, full = tmp_path / "lines.jsonl", 0, 0
    for room in ROOMS:
        with open_backend(narrow.url) as backend:
            soon_narrow(backend, narrow, room)
            try:
                killing.told(backend, unharmed.inputs, str(told), BATCH)
            except StoreError as error:
                assert "cannot grow" in str(error)
                full += 1
        narrow.widen()
        with open_backend(narrow.url) as backend:
            found = whole(backend)
        assert found in unharmed.moments[reached:]
        reached = unharmed.moments.index(found)
    assert full >= 4
    with open_backend(narrow.url) as backend:
        killing.told(backend, unharmed.inputs, str(told), BATCH)
    with open_backend(narrow.url) as backend:
        assert differences(unharmed.moments[-1], whole(backend)) == []
    assert lines(told).keys() == unharmed.lines.keys()
