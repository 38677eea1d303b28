"""A connection to PostgreSQL that is lost: what was asked is answered all the same, and a batch lands exactly once."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from urllib.parse import quote

import psycopg
import pytest

from segdsl.backends.base import Backend, Basis, Batch, StoredState, Versioned
from segdsl.backends.postgresql.backend import PostgresqlBackend
from segdsl.backends.postgresql.opening import open_store
from segdsl.backends.postgresql.session import SETTINGS
from segdsl.diagnostics.errors import StoreError
from tests.backends.conftest import effect, enter, state
from tests.backends.test_hot import Given
from tests.support.servers import postgresql
from tests.support.servers.proxy import Proxy


@pytest.fixture
def url(tmp_path: Path) -> str:
    return postgresql.packaged_url(tmp_path)


@pytest.fixture
def store(url: str) -> Iterator[PostgresqlBackend]:
    with open_store(url) as opened:
        yield opened


class Time:
    """Of which only pauses take any; `pauses` are those that were made, and at each something may happen."""

    def __init__(self) -> None:
        self.now = 0.0
        self.pauses: list[float] = []
        self.then: Callable[[int], object] = lambda number: None

    def pause(self, seconds: float) -> None:
        self.now += seconds
        self.pauses.append(seconds)
        self.then(len(self.pauses))

    def clock(self) -> float:
        return self.now


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def proxy(tmp_path: Path) -> Iterator[Proxy]:
    folder = Path(f"/tmp/segdsl-{abs(hash(tmp_path)):x}")  # the path of a socket is short
    folder.mkdir()
    with Proxy(folder, postgresql.packaged().directory / ".s.PGSQL.5432") as between:
        yield between
    for each in folder.iterdir():
        each.unlink()
    folder.rmdir()


@pytest.fixture
def far(url: str, proxy: Proxy, time: Time) -> Iterator[PostgresqlBackend]:
    """The store, by way of the proxy."""
    place = url.replace(quote(str(postgresql.packaged().directory), safe=""), quote(str(proxy.folder), safe=""))
    with open_store(place, pause=time.pause, clock=time.clock) as opened:
        yield opened


def end_session(store: PostgresqlBackend) -> None:
    """What a restart of the server does to a session, or an administrator."""
    connection = store._session._connection
    assert connection is not None
    with psycopg.connect(postgresql.packaged().url(), autocommit=True) as beside:
        assert beside.execute("SELECT pg_terminate_backend(%s, 5000)", [connection.info.backend_pid]).fetchone() == (
            True,
        )


def batch(*ids: str, version: int = 0) -> Batch:
    return Batch(
        states=[state(id_, 1) for id_ in ids],
        changes=[enter(id_, "vip", 1) for id_ in ids] if not version else [],
        effects=[effect(f"e{id_}", id_) for id_ in ids],
        basis=Basis(customers=dict.fromkeys(ids, version)),
    )


def until_nothing_is_begun() -> None:
    """The pauses here take no time, and the server needs some to end a session that was lost."""
    with psycopg.connect(postgresql.packaged().url(), autocommit=True) as beside:
        while beside.execute("SELECT 1 FROM pg_stat_activity WHERE state LIKE 'idle in transaction%'").fetchone():
            pass


def again(id_: str) -> Batch:
    return Batch(states=[state(id_, content=b"2")], basis=Basis(customers={id_: 1}))


SETTLED = b"SELECT 1\0"
"""What is sent last before the answers are waited for: with it all has arrived that was sent before."""


def is_whole(store: Backend, *ids: str) -> bool:
    """Whether exactly these customers are there, with all that came with them."""
    return (
        {name: each.version for name, each in store.fetch(ids).items()} == dict.fromkeys(ids, 1)
        and store.customer_count() == store.count("vip") == len(store.outbox(99)) == len(ids)
    )  # fmt: skip


@pytest.mark.parametrize(
    "ask",
    [
        lambda store: store.count("vip"),
        lambda store: len(list(store.members("vip"))),
        lambda store: len(list(store.due(1))),
        lambda store: len(store.outbox(9)),
        lambda store: sum(each.entered for each in store.moves()),
    ],
    ids=["count", "members", "due", "outbox", "moves"],
)
def test_a_question_after_the_session_has_ended_is_answered(
    store: PostgresqlBackend, ask: Callable[[PostgresqlBackend], int]
) -> None:
    store.commit(batch("ann", "bob"))
    end_session(store)
    assert ask(store) == 2


@pytest.mark.parametrize("walk", ["customers", "due", "members", "standings"])
def test_a_walk_goes_on_where_it_was_when_the_session_has_ended(
    store: PostgresqlBackend, monkeypatch: pytest.MonkeyPatch, walk: str
) -> None:
    monkeypatch.setattr("segdsl.backends.postgresql.rows.PAGE", 2)
    store.commit(batch(*"abcdef"))
    given = []
    arguments = {"due": (1,), "members": ("vip",)}.get(walk, ())
    for each in getattr(store, walk)(*arguments):
        given.append(each if isinstance(each, str) else each[0] if isinstance(each, tuple) else each.customer)
        if len(given) == 3:
            end_session(store)
    assert given == list("abcdef")


def test_a_batch_after_the_session_has_ended_lands(store: PostgresqlBackend) -> None:
    store.fetch(["ann"])
    end_session(store)
    store.commit(batch("ann"))
    assert is_whole(store, "ann")


@pytest.mark.parametrize(
    "ask",
    [lambda store: None, lambda store: store.count("vip"), lambda store: store.commit(batch("bob"))],
    ids=["at once", "after a question", "after a batch"],
)
def test_a_state_that_was_kept_from_before_the_session_has_ended_is_read_again(
    store: PostgresqlBackend, ask: Callable[[PostgresqlBackend], object]
) -> None:
    """A server that crashed gives the numbers of transactions out again: by them it would seem to be the same."""
    kept = Given(b"1")
    store.commit(Batch(states=[StoredState("ann", kept, 0, None)], basis=Basis(customers={"ann": 0})))
    assert store.fetch(["ann"])["ann"].state is kept
    end_session(store)
    ask(store)
    assert store.fetch(["ann"]) == {"ann": Versioned(b"1", 1)}


@pytest.mark.parametrize("write", ["install", "claim", "delivered"])
def test_what_else_is_written_after_the_session_has_ended_lands(store: PostgresqlBackend, write: str) -> None:
    store.commit(batch("ann"))
    end_session(store)
    if write == "claim":
        assert [each.tries for each in store.claim(9, 1, 2)] == [1]
    elif write == "delivered":
        store.delivered([effect("eann", "ann")])
        assert store.outbox(9) == []
    else:
        assert store.prune({}, 5) == 0
        assert store.generation() == 1


def test_a_batch_whose_session_ends_before_its_commit_is_done_anew_and_said_to_be_sure_again(
    store: PostgresqlBackend,
) -> None:
    sure: list[bool] = []

    def end_the_first() -> None:
        if not sure:
            end_session(store)
        sure.append(True)

    store.commit(batch("ann", "bob"), end_the_first)
    assert is_whole(store, "ann", "bob")
    assert len(sure) == 2


def test_a_batch_whose_session_was_made_anew_by_a_question_before_its_commit_is_done_anew(
    store: PostgresqlBackend,
) -> None:
    sure: list[int] = []

    def ask() -> None:
        if not sure:
            end_session(store)
        sure.append(store.count("none"))

    store.commit(batch("ann", "bob"), ask)
    assert is_whole(store, "ann", "bob")
    assert len(sure) == 2


def test_a_batch_is_not_said_to_have_landed_when_a_question_before_its_commit_has_failed(
    store: PostgresqlBackend,
) -> None:
    """The server ends such a transaction, and says no more than that in answer to the commit."""

    def ask() -> None:
        with suppress(StoreError):
            store.wrong()

    store.wrong = lambda: store._rows("SELECT 1 / 0")  # type: ignore[attr-defined]
    with pytest.raises(StoreError, match="nothing of the batch was kept"):
        store.commit(batch("ann"), ask)
    assert is_whole(store)


@pytest.mark.parametrize(("arrives", "times"), [(True, 1), (False, 2)], ids=["it landed", "it did not land"])
def test_a_batch_lands_once_whatever_became_of_a_commit_that_was_not_answered(
    store: PostgresqlBackend, far: PostgresqlBackend, proxy: Proxy, time: Time, arrives: bool, times: int
) -> None:
    sure: list[bool] = []
    proxy.lose(b"COMMIT\0", arrives=arrives)
    time.then = lambda number: until_nothing_is_begun()
    far.commit(batch("ann", "bob"), lambda: sure.append(True))
    assert is_whole(store, "ann", "bob")
    assert len(sure) == times


def test_notices_are_given_also_when_the_answer_to_the_commit_was_lost(
    store: PostgresqlBackend, far: PostgresqlBackend, proxy: Proxy
) -> None:
    store.commit(batch("ann"))
    store.delivered([effect("eann", "ann")])
    proxy.lose(b"COMMIT\0", arrives=True)
    notices = far.commit(Batch(withdrawn=[effect("eann", "ann")]))
    assert [(each.id, each.mark) for each in notices] == [("eann", "withdrawn")]
    assert store.outbox(9) == notices


def test_a_batch_that_did_not_arrive_leaves_no_locks_behind(
    store: PostgresqlBackend, far: PostgresqlBackend, proxy: Proxy
) -> None:
    """The server knows nothing of the client's end of the connection, so the session would keep them."""
    store.commit(batch("ann"))
    proxy.lose(SETTLED, arrives=True)
    far.commit(again("ann"))
    assert proxy.has_lost_all
    assert store.load(["ann"]) == {"ann": b"2"}


def test_a_batch_leaves_no_locks_behind_when_the_next_connection_is_lost_as_well(
    store: PostgresqlBackend, far: PostgresqlBackend, proxy: Proxy
) -> None:
    store.commit(batch("ann"))
    proxy.lose(SETTLED, arrives=True)
    proxy.lose(b"pg_terminate_backend", arrives=False)
    far.commit(again("ann"))
    assert proxy.has_lost_all
    assert store.load(["ann"]) == {"ann": b"2"}


def test_the_server_notices_a_writer_that_is_gone_before_others_stop_waiting_for_its_locks() -> None:
    seconds = {name: int(value.removesuffix("s")) for name, value in SETTINGS.items() if value[0].isdigit()}
    idle = seconds["tcp_keepalives_idle"] + seconds["tcp_keepalives_interval"] * seconds["tcp_keepalives_count"]
    assert max(idle, seconds["tcp_user_timeout"]) < seconds["lock_timeout"]


def test_a_server_that_comes_back_is_asked_again_with_growing_pauses(
    far: PostgresqlBackend, proxy: Proxy, time: Time
) -> None:
    far.commit(batch("ann"))
    proxy.refuse()
    time.then = lambda number: proxy.accept() if number == 4 else None
    assert far.count("vip") == 1
    assert time.pauses == [0.05, 0.1, 0.2, 0.4]


@pytest.mark.parametrize(
    "use", [lambda store: store.count("vip"), lambda store: store.commit(batch("bob"))], ids=["question", "batch"]
)
def test_a_server_that_stays_away_is_named_after_half_a_minute(
    far: PostgresqlBackend, proxy: Proxy, time: Time, use: Callable[[PostgresqlBackend], object]
) -> None:
    far.commit(batch("ann"))
    proxy.refuse()
    with pytest.raises(StoreError, match=r"was away for 30 seconds .*run again, which goes on where the store is"):
        use(far)
    assert 25 < time.now <= 30
    assert max(time.pauses) == 5
    proxy.accept()
    assert far.count("vip") == 1


def test_what_fills_a_store_is_not_read_twice(store: PostgresqlBackend) -> None:
    def contents() -> Iterator[object]:
        yield state("ann")
        end_session(store)
        yield state("bob")

    with pytest.raises(StoreError, match="nothing of it was kept: try again"):
        store.fill(contents())  # type: ignore[arg-type]
    assert store.customer_count() == 0
