"""Stores on a server of Redis or Valkey: lost connections, several writers, marks, URLs, and what they warn of."""

import sys
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import Any, cast

import pytest
import redis as client_library
from syrupy.assertion import SnapshotAssertion

from segdsl.backends import open_backend, remove_store
from segdsl.backends.base import Backend, Basis, Batch, Content, Position, StoredNote, StoredState, Tally
from segdsl.backends.redis import opened, wire_to, writing
from segdsl.backends.redis.address import address_of
from segdsl.backends.redis.backend import RedisBackend
from segdsl.backends.redis.failures import WORDS, LostError, explained
from segdsl.backends.redis.line import Line
from segdsl.backends.redis.wire import Wire
from segdsl.diagnostics.errors import ConflictError, MissingExtraError, OldStoreError, StoreError
from tests.backends.conftest import AWKWARD_IDS, effect, enter, leave, names, state
from tests.support.servers import redis as servers
from tests.support.servers.redis import Server

ANN = Batch(
    states=[state("ann")], changes=[enter("ann", "vip", 1)], effects=[effect("e")], tallies={Tally("event", "x"): 1}
)


@pytest.fixture
def url(tmp_path: Path) -> str:
    return servers.packaged_url(tmp_path)


@pytest.fixture
def client() -> Iterator[Any]:
    """Another one who talks to the shared server."""
    with client_library.Redis(unix_socket_path=str(servers.server().socket), protocol=2) as found:
        yield found


@pytest.fixture(scope="module")
def lasting() -> Iterator[Server]:
    """A server of which nothing is lost when it is killed."""
    server = Server(str(servers.program()), "--appendonly", "yes", "--appendfsync", "always")
    yield server
    server.remove()


@pytest.fixture
def passing() -> Iterator[Server]:
    """A server of its own, which keeps nothing."""
    server = Server(str(servers.program()))
    yield server
    server.remove()


class Clock:
    """Time that passes only by pauses, at each of which something may happen."""

    def __init__(self, *happens: Callable[[], object]) -> None:
        self.time = 0.0
        self.pauses: list[float] = []
        self.happens = iter(happens)

    def now(self) -> float:
        return self.time

    def pause(self, seconds: float) -> None:
        self.time += seconds
        self.pauses.append(seconds)
        next(self.happens, lambda: None)()


def store(url: str, clock: Clock | None = None) -> RedisBackend:
    clock = clock or Clock()
    return cast(RedisBackend, opened(wire_to(address_of(url), pause=clock.pause, now=clock.now)))


def wire_of(backend: Backend) -> Wire:
    return cast(RedisBackend, backend)._wire


def cut(backend: Backend, client: Any) -> None:
    """End a backend's connection from the server's side."""
    client.client_kill_filter(_id=str(wire_of(backend).client))


def cut_writer(backend: Backend, client: Any) -> None:
    """End the connection of who is about to commit."""
    client.client_kill_filter(_id=client.get(wire_of(backend).keys.lock).split()[1].decode())


def everything(backend: Backend) -> list[str]:
    return sorted(map(repr, backend.contents()))


# Lost connections


def test_a_question_is_asked_again_after_the_connection_was_cut(url: str, client: Any) -> None:
    with store(url) as backend:
        backend.commit(ANN)
        cut(backend, client)
        assert backend.count("vip") == 1


def test_a_walk_goes_on_after_the_connection_was_cut(url: str, client: Any) -> None:
    ids = [f"c{number:04}" for number in range(5_000)]
    with store(url) as backend:
        backend.commit(Batch(changes=[enter(id_, "vip", 1) for id_ in ids]))
        seen = []
        for place, membership in enumerate(backend.members("vip")):
            seen.append(membership.customer)
            if place % 1_000 == 0:
                cut(backend, client)
    assert seen == ids


def test_a_connection_that_is_cut_before_a_batch_lands_does_not_keep_it_out(url: str, client: Any) -> None:
    told: list[str] = []
    with store(url) as backend:
        backend.commit(ANN, lambda: (told.append("sure"), cut_writer(backend, client)))
        assert (backend.count("vip"), backend.tallies(), told) == (1, {Tally("event", "x"): 1}, ["sure"])


class Cutting:
    """Loses the connection of a backend at the end of its next transaction, or of one so many after that: before it is
    carried out, after, or so that the old connection carries it out later, when `late` is called."""

    def __init__(self, backend: Backend, when: str, after: int = 0) -> None:
        self.wire, self.when, self.after = wire_of(backend), when, after
        self.hand_over_ = self.wire.hand_over
        self.wire.hand_over = self.hand_over  # type: ignore[method-assign]

    def hand_over(self) -> Line:
        self.line = self.hand_over_()
        if self.after:
            self.after -= 1
        else:
            self.wire.hand_over = self.hand_over_  # type: ignore[method-assign]
            self.send_, self.close_ = self.line.send, self.line.close
            self.line.send = self.send  # type: ignore[method-assign]
            self.line.close = lambda: None  # type: ignore[method-assign]
        return self.line

    def send(self, commands: Any) -> list[Any]:
        if tuple(commands[-1]) != ("EXEC",):
            return self.send_(commands)
        if self.when == "after":
            self.send_(commands)
        if self.when != "late":
            self.close_()
        raise LostError("cut")

    def late(self) -> object:
        (answer,) = self.send_([("EXEC",)])
        self.close_()
        return answer


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_batch_whose_answer_was_lost_lands_once(url: str, when: str) -> None:
    told: list[str] = []
    with store(url) as backend:
        Cutting(backend, when)
        backend.commit(ANN, lambda: told.append("sure"))
        assert (backend.tallies(), backend.fetch(["ann"])["ann"].version) == ({Tally("event", "x"): 1}, 1)
        assert (backend.faults(), told) == ([], ["sure"])


def test_what_arrives_late_of_a_lost_connection_is_refused(url: str) -> None:
    with store(url) as backend:
        cutting = Cutting(backend, "late")
        backend.commit(ANN)
        assert cutting.late() is None
        assert backend.tallies() == {Tally("event", "x"): 1}


def test_a_question_can_be_asked_while_a_batch_is_about_to_land(url: str) -> None:
    counts = []
    with store(url) as backend:
        backend.commit(ANN)
        bob = Batch(changes=[enter("bob", "vip", 1), enter("bob", "new", 1)])
        backend.commit(bob, lambda: counts.append((backend.count("vip"), backend.count("new"))))
        counts.append((backend.count("vip"), backend.count("new")))
        assert (counts, names(backend, "new"), backend.faults()) == ([(1, 0), (2, 1)], ["bob"], [])


def test_what_was_cut_and_overtaken_is_refused(url: str, client: Any) -> None:
    with store(url) as backend, store(url) as other:

        def sure() -> None:
            cut_writer(backend, client)
            other.commit(Batch(states=[state("ann", content=b"other")]))

        with pytest.raises(ConflictError):
            backend.commit(Batch(states=[state("ann")], basis=Basis(customers={"ann": 0})), sure)
        assert backend.load(["ann"]) == {"ann": b"other"}


def test_what_the_server_does_not_take_is_known_before_anybody_is_sure(url: str, client: Any) -> None:
    told: list[str] = []
    with store(url) as backend:
        large = Batch(states=[state("ann", content=bytes(5_000_000))])
        client.config_set("maxmemory", client.info("memory")["used_memory"] + 2_000_000)
        try:
            with pytest.raises(StoreError, match="has used up its memory"):
                backend.commit(large, lambda: told.append("sure"))
        finally:
            client.config_set("maxmemory", "0")
        assert (told, list(backend.customers())) == ([], [])


def test_nothing_is_written_while_a_batch_of_the_same_backend_is_about_to_land(url: str) -> None:
    with store(url) as backend:

        def sure() -> None:
            with pytest.raises(StoreError, match="in the middle of a batch"):
                backend.delivered([effect("e")])

        backend.commit(ANN, sure)
        backend.delivered([effect("e")])
        assert backend.outbox(9) == []


def test_the_notices_of_a_batch_whose_answer_was_lost_are_given(url: str) -> None:
    with store(url) as backend:
        Cutting(backend, "after")
        assert [each.mark for each in backend.commit(Batch(withdrawn=[effect("e")]))] == ["withdrawn"]


def test_a_claim_whose_answer_was_lost_is_made_once(url: str) -> None:
    with store(url) as backend:
        backend.commit(ANN)
        Cutting(backend, "after")
        assert [(each.effect.id, each.tries) for each in backend.claim(1, 5, 10)] == [("e", 1)]


def test_a_server_that_stays_away_is_given_up_after_a_while(passing: Server) -> None:
    clock = Clock()
    with store(passing.url, clock) as backend:
        passing.kill()
        with pytest.raises(StoreError, match="was not reached, or did not answer, for 30 seconds: see that it runs"):
            backend.clock()
    assert clock.pauses[:4] == [0.05, 0.1, 0.2, 0.4] and sum(clock.pauses) <= 30


# A server that ends


def test_a_server_that_is_killed_in_mid_batch_loses_nothing(lasting: Server) -> None:
    clock = Clock(lasting.start)
    with store(servers.with_prefix(lasting.url), clock) as backend:
        backend.commit(ANN)
        told: list[str] = []
        bob = Batch(states=[state("bob")], changes=[enter("bob", "vip", 2)])
        backend.commit(bob, lambda: (told.append("sure"), lasting.kill()))
        assert (names(backend, "vip"), told, backend.faults()) == (["ann", "bob"], ["sure"], [])


def test_what_was_worked_out_before_the_server_was_started_anew_is_refused(lasting: Server) -> None:
    with store(servers.with_prefix(lasting.url)) as backend:
        backend.commit(ANN)
        basis = Basis(backend.generation(), {"ann": 1})
        lasting.kill()
        lasting.start()
        with pytest.raises(ConflictError):
            backend.commit(Batch(states=[state("ann")], basis=basis))
        backend.commit(Batch(states=[state("ann")], basis=Basis(backend.generation(), {"ann": 1})))
        assert backend.fetch(["ann"])["ann"].version == 2


def test_a_store_that_went_with_its_server_is_gone_and_not_empty(passing: Server) -> None:
    with store(passing.url) as backend:
        backend.commit(ANN)
        passing.kill()
        passing.start()
        for question in (lambda: backend.count("vip"), lambda: backend.commit(ANN), lambda: backend.fetch(["ann"])):
            with pytest.raises(StoreError, match="is gone: somebody removed it, or the server was started anew"):
                question()


def test_a_store_that_was_made_anew_is_another(url: str) -> None:
    with store(url) as backend:
        remove_store(url)
        with store(url) as other:
            other.commit(ANN)
            with pytest.raises(StoreError, match="was made anew by somebody else: open it again"):
                backend.commit(ANN)


# Several writers


def test_who_writes_waits_for_who_is_about_to(url: str) -> None:
    class WaitedError(Exception):
        pass

    def waits() -> None:
        raise WaitedError

    with store(url) as one, store(url, Clock(*[lambda: None] * 5, waits)) as other:

        def sure() -> None:
            with pytest.raises(WaitedError):
                other.commit(Batch(states=[state("bob")]))

        one.commit(ANN, sure)
        other.commit(Batch(states=[state("bob")]))
        assert list(one.customers()) == ["ann", "bob"]


def test_who_was_overtaken_lands_if_nothing_of_it_has_changed(url: str, client: Any) -> None:
    told: list[str] = []
    with store(url) as one, store(url) as other:

        def overtaken() -> None:
            told.append("sure")
            client.delete(wire_of(one).keys.lock)  # as if it had lasted too long
            other.commit(Batch(states=[state("bob")]))

        one.commit(ANN, overtaken)
        assert (list(other.customers()), told) == (["ann", "bob"], ["sure"])


def test_who_was_overtaken_by_one_who_wrote_the_same_is_refused(url: str, client: Any) -> None:
    with store(url) as one, store(url) as other:

        def overtaken() -> None:
            client.delete(wire_of(one).keys.lock)
            other.commit(Batch(states=[state("ann", content=b"other")]))

        with pytest.raises(ConflictError):
            one.commit(Batch(states=[state("ann")], basis=Basis(customers={"ann": 0})), overtaken)
        assert one.load(["ann"]) == {"ann": b"other"}


def test_the_lock_of_one_whose_connection_is_gone_is_taken_over_at_once(url: str, client: Any) -> None:
    clock = Clock()
    with store(url, clock) as backend:
        client.set(wire_of(backend).keys.lock, b"somebody 99999999", px=10**9)
        backend.commit(ANN)
        assert (backend.count("vip"), clock.pauses) == (1, [])


def test_the_lock_of_one_who_is_silent_is_waited_for(url: str, client: Any) -> None:
    with store(url) as backend:
        lock = wire_of(backend).keys.lock
        client.set(lock, b"somebody %d" % client.client_id(), px=10**9)
        clock = Clock(lambda: None, lambda: client.delete(lock))
        wire_of(backend).pause = clock.pause
        backend.commit(ANN)
        assert (backend.count("vip"), len(clock.pauses)) == (1, 2)


def test_who_may_not_take_over_a_lock_is_told_so(url: str, client: Any, guarded: str) -> None:
    client.execute_command("ACL", "SETUSER", guarded, "+info", "-del")
    with store(url.replace("unix://", f"unix://{guarded}:right@")) as backend:
        client.set(wire_of(backend).keys.lock, b"somebody 99999999", px=10**9)
        with pytest.raises(StoreError, match=r"lacks a right .*del"):
            backend.commit(ANN)


def test_one_who_never_lets_go_is_told_of(url: str, client: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writing, "WAITING", 1.0)
    with store(url) as backend:
        client.set(wire_of(backend).keys.lock, b"somebody %d" % client.client_id(), px=10**9)
        with pytest.raises(StoreError, match="written to by others all the time"):
            backend.commit(ANN)


def test_who_reads_names_learns_those_that_others_added(url: str) -> None:
    with store(url) as one, store(url) as other:
        one.commit(ANN)
        assert names(other, "vip") == ["ann"]
        one.commit(Batch(changes=[enter("ann", "new", 2), leave("ann", "vip", 3)]))
        assert [each.segment for each in other.memberships("ann")] == ["new"]
        assert [each.because.rule for each in other.history("ann")] == ["vip", "vip", "cool"]


# Layouts


def raw_keys(client: Any, url: str) -> list[bytes]:
    return sorted(client.scan_iter(match=b"{%s}:*" % address_of(url).prefix.encode(), count=10_000))


def mark_of(url: str) -> bytes:
    return b"{%s}:mark" % address_of(url).prefix.encode()


@pytest.mark.parametrize(
    ("mark", "error", "message"),
    [
        (b"segdsl 0 ab", OldStoreError, "made by an older version"),
        (b"segdsl 99 ab", StoreError, "made by a newer version"),
        (b"filling 1 ab", StoreError, "is being filled with the contents of another one"),
        (b"hello", StoreError, "something else than a segdsl store under the prefix"),
        (b"segdsl x", StoreError, "something else than a segdsl store"),
        (b"", StoreError, "something else than a segdsl store"),
    ],
)
def test_a_mark_that_is_not_of_this_layout_is_refused(
    url: str, client: Any, mark: bytes, error: type[StoreError], message: str
) -> None:
    client.set(mark_of(url), mark)
    with pytest.raises(error, match=message):
        open_backend(url)
    assert (raw_keys(client, url), client.get(mark_of(url))) == ([mark_of(url)], mark)


def test_keys_that_are_not_ours_are_not_touched(url: str, client: Any) -> None:
    key = mark_of(url).replace(b"mark", b"cart:7")
    client.set(key, b"something")
    for do in (open_backend, remove_store):
        with pytest.raises(StoreError, match="not touched"):
            do(url)
    assert raw_keys(client, url) == [key]


def test_two_who_open_a_fresh_store_open_the_same(url: str) -> None:
    with store(url) as one, store(url) as other:
        one.commit(ANN)
        assert wire_of(one).marks == wire_of(other).marks
        assert other.count("vip") == 1


def test_removing_a_store_leaves_nothing_of_it_and_all_of_others(url: str, client: Any, tmp_path: Path) -> None:
    beside = servers.packaged_url(tmp_path)
    for each in (url, beside):
        with store(each) as backend:
            backend.commit(ANN)
    kept = raw_keys(client, beside)
    remove_store(url)
    assert (raw_keys(client, url), raw_keys(client, beside)) == ([], kept)


@pytest.mark.parametrize("mark", [b"segdsl 0 ab", b"segdsl 99 ab", b"filling 1 ab"])
def test_a_store_that_cannot_be_opened_can_be_removed(url: str, client: Any, mark: bytes) -> None:
    client.set(mark_of(url), mark)
    remove_store(url)
    with open_backend(url) as backend:
        assert list(backend.customers()) == []


def test_a_store_whose_filling_failed_is_empty_again(url: str) -> None:
    def contents() -> Iterator[Content]:
        for number in range(12_000):
            yield StoredState(f"c{number}", b"s", 0, 1, None)
        raise StoreError("the other store broke")

    with store(url) as backend:
        with pytest.raises(StoreError, match="the other store broke"):
            backend.fill(contents())
        assert (backend.customer_count(), list(backend.due(9)), backend.faults()) == (0, [], [])
        backend.commit(ANN)


@pytest.mark.parametrize("transaction", [0, 1, 2], ids=["begins", "goes on", "ends"])
def test_a_store_is_filled_though_an_answer_was_lost(url: str, transaction: int) -> None:
    with store(url) as backend:
        Cutting(backend, "after", transaction)
        backend.fill([StoredNote("n", b"1")])
        assert backend.note("n") == b"1"
        backend.commit(ANN)


def test_a_store_that_was_made_anew_is_not_kept_from_others(url: str) -> None:
    clock = Clock()
    with store(url) as backend:
        remove_store(url)
        with store(url, clock) as other:
            with pytest.raises(StoreError):
                backend.commit(ANN)
            other.commit(ANN)
    assert clock.pauses == []


def test_nobody_opens_a_store_that_is_being_filled(url: str) -> None:
    def contents() -> Iterator[Content]:
        yield StoredNote("n", b"1")
        with pytest.raises(StoreError, match="is being filled"):
            open_backend(url)

    with store(url) as backend:
        backend.fill(contents())
    with open_backend(url) as other:
        assert other.note("n") == b"1"


def test_a_store_that_is_written_to_is_not_read_as_a_whole(url: str) -> None:
    with store(url) as one, store(url) as other:
        one.commit(ANN)
        parts = one.contents()
        next(parts)
        other.commit(Batch(states=[state("bob")]))
        with pytest.raises(StoreError, match=r"somebody wrote to the store .* while it was read as a whole"):
            list(parts)


@pytest.mark.parametrize(
    ("command", "found"),
    [
        (("HDEL", "records", "ann"), "only one of both"),
        (("HDEL", "open", "ann"), "the index in:vip has 1 entries where 0 belong"),
        (("DEL", "due"), "the index due has 0 entries where 1 belong"),
        (("DEL", "moves"), "counts of who entered and left by day do not fit"),
        (("DEL", "of customer"), "the index of customer has 0 entries where 1 belong"),
        (("DEL", "in:0"), "the index in:vip has 0 entries where 1 belong"),
    ],
)
def test_what_does_not_fit_is_found(url: str, client: Any, command: tuple[str, ...], found: str) -> None:
    with store(url) as backend:
        backend.commit(Batch(states=[state("ann", due=5)], changes=[enter("ann", "vip", 1)], effects=[effect("e")]))
        name, key, *rest = command
        client.execute_command(name, wire_of(backend).keys.head + key.encode(), *rest)
        assert any(found in fault for fault in backend.faults()), backend.faults()


def test_a_value_that_is_no_longer_what_it_was_is_told_of(url: str, client: Any) -> None:
    with store(url) as backend:
        backend.commit(ANN)
        client.hset(wire_of(backend).keys.open, "ann", b"\xff\x00")
        client.set(wire_of(backend).keys.past(b"ann"), b"no list")
        for question in (lambda: backend.memberships("ann"), lambda: backend.history("ann")):
            with pytest.raises(StoreError, match="is damaged, or somebody else writes to its keys"):
                question()


# Values


@pytest.mark.parametrize("instant", [-(2**62), -1, 2**53 + 1, 9 * 10**15 + 7, 2**62])
def test_instants_far_away_are_exact(url: str, instant: int) -> None:
    with store(url) as backend:
        backend.commit(Batch(states=[state("ann", instant, timer=instant)], changes=[enter("ann", "vip", instant)]))
        assert (list(backend.due(instant - 1)), list(backend.due(instant))) == ([], ["ann"])
        assert (backend.timers(instant - 1, 9), backend.timers(instant, 9)) == ([], ["ann"])
        assert [each.since for each in backend.members("vip", instant)] == [instant]


HOSTILE = [*AWKWARD_IDS, "a\r\nFLUSHALL\r\n", "a:b", "{x}", "*", "\0\0", "\0\xff", "x" * 5_000, "\ud800"]


def test_hostile_ids_are_ids(url: str) -> None:
    with store(url) as backend:
        backend.commit(Batch(states=[state(id_, 1, id_.encode("utf-8", "surrogatepass"), 1) for id_ in HOSTILE]))
        changes = [enter(id_, "vip", 1) for id_ in HOSTILE]
        backend.commit(Batch(changes=changes))
        backend.commit(Batch(changes=[leave(id_, "vip", 3) for id_ in HOSTILE]))
        assert list(backend.customers()) == list(backend.due(1)) == names(backend, "vip", 2) == sorted(HOSTILE)
        assert [backend.history(id_)[0] for id_ in HOSTILE] == changes
        backend.commit(Batch(erased=HOSTILE))
        assert (list(backend.customers()), names(backend, "vip", 2), backend.faults()) == ([], [], [])


def test_what_cannot_be_kept_keeps_the_batch_out(url: str) -> None:
    with store(url) as backend:
        with pytest.raises(StoreError, match="cannot keep a value"):
            backend.commit(Batch(states=[state("ann", due=2**70)], positions={"p": Position(1, 1, 1)}))
        assert (list(backend.customers()), backend.position("p")) == ([], None)


# URLs


@pytest.mark.parametrize(
    "url",
    [
        "redis://",
        "redis:///0",
        "redis://:secret@",
        "redis://:secret@host:port/0",
        "redis://:secret@host:99999/0",
        "redis://:secret@host/shop",
        "redis://:secret@host/-1",
        "redis://:secret@host/0?prefix=",
        "redis://:secret@host/0?prefix=a*",
        "redis://:secret@host/0?prefix=a}b",
        "redis://:secret@host/0?prefix=%C3%A9",
        f"redis://:secret@host/0?prefix={'a' * 101}",
        "redis://:secret@host/0?timeout=3",
        "redis://:secret@host/0?ca=x",
        "redis://:se#secret@host/0",
        "redis://:secret@[::1/0",
        "unix://:secret@host/run/redis.sock",
        "unix://",
        "unix:///run/redis.sock?db=one",
    ],
)
def test_a_url_that_means_nothing_is_refused_without_showing_it(url: str) -> None:
    with pytest.raises(StoreError, match="write for example redis://localhost") as refused:
        open_backend(url)
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("redis://host", "redis://host:6379/0?prefix=segdsl"),
        ("valkey://host:1/2?prefix=shop", "redis://host:1/2?prefix=shop"),
        ("rediss://ann:p%40ss@host:1", "rediss://host:1/0?prefix=segdsl"),
        ("redis://[::1]:1", "redis://[::1]:1/0?prefix=segdsl"),
        ("redis+unix:///run/r.sock?db=3", "unix:///run/r.sock?prefix=segdsl&db=3"),
    ],
)
def test_a_url_says_where_a_store_lies(url: str, shown: str) -> None:
    address = address_of(url, {})
    assert (str(address), repr(address)) == (shown, f"<{shown}>")


def test_a_password_is_decoded_and_may_come_from_the_environment() -> None:
    environment = {"REDISCLI_AUTH": "p%40"}
    assert address_of("redis://ann:p%40ss@host", environment).password == "p@ss"
    assert address_of("redis://host", environment).password == "p%40"
    assert address_of("redis://host", {}).password is None


@pytest.mark.parametrize("url", ["redis://:secret@127.0.0.1:1/0", "unix://:secret@/nowhere/at/all"])
def test_a_server_that_is_not_there_is_told_of_at_once(url: str) -> None:
    clock = Clock()
    with pytest.raises(StoreError, match="the server cannot be reached") as refused:
        store(url, clock)
    assert "secret" not in str(refused.value) and clock.pauses == []


def test_a_file_of_certificates_that_is_not_there_is_named() -> None:
    with pytest.raises(StoreError, match=r"there is no file /nowhere/ca\.pem"):
        open_backend("rediss://127.0.0.1:1?ca=/nowhere/ca.pem")


@pytest.fixture
def guarded(client: Any) -> Iterator[str]:
    """The name of a user of the shared server, with the password `right`, who may do nothing but what is granted."""
    client.execute_command("ACL", "SETUSER", "guarded", "on", ">right", "~*", "+@all", "-info")
    yield "guarded"
    client.execute_command("ACL", "DELUSER", "guarded")


@pytest.mark.parametrize(
    ("password", "message"), [("wrongsecret", "the user or the password is wrong"), ("right", "lacks a right .*info")]
)
def test_who_may_not_is_not_let_in(url: str, guarded: str, password: str, message: str) -> None:
    with pytest.raises(StoreError, match=message) as refused:
        open_backend(url.replace("unix://", f"unix://{guarded}:{password}@"))
    assert "wrongsecret" not in str(refused.value)


def test_a_server_that_wants_a_password_says_so(url: str, client: Any) -> None:
    client.config_set("requirepass", "right")
    try:
        with pytest.raises(StoreError, match="wants a password"):
            open_backend(url)
        with open_backend(url.replace("unix://", "unix://:right@")) as backend:
            assert backend.clock() is None
    finally:
        client.config_set("requirepass", "")


def test_without_the_package_the_extra_is_named(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setitem(sys.modules, "redis", None)
    with pytest.raises(MissingExtraError, match=r'pip install "segdsl\[redis\]"'):
        open_backend(url)


# What a server refuses


@pytest.mark.parametrize(
    ("setting", "value", "before", "message"),
    [("maxmemory", "1", "0", "has used up its memory"), ("min-replicas-to-write", "1", "0", "fewer replicas")],
)
def test_a_server_that_takes_nothing_in_keeps_nothing(
    url: str, client: Any, setting: str, value: str, before: str, message: str
) -> None:
    with store(url) as backend:
        backend.commit(ANN)
        kept = everything(backend)
        client.config_set(setting, value)
        try:
            with pytest.raises(StoreError, match=message):
                backend.commit(Batch(states=[state("bob")]))
            assert everything(backend) == kept
        finally:
            client.config_set(setting, before)
        backend.commit(Batch(states=[state("bob")]))


def test_a_replica_is_not_written_to(passing: Server) -> None:
    with store(passing.url) as backend, client_library.Redis(unix_socket_path=str(passing.socket)) as other:
        other.execute_command("REPLICAOF", "127.0.0.1", "1")
        with pytest.raises(StoreError, match="the server is a replica"):
            backend.commit(ANN)


def test_every_refusal_says_what_to_do(snapshot: SnapshotAssertion) -> None:
    errors = [client_library.ResponseError(f"{word} x") for word in [*WORDS, "ERR"]]
    assert "\n".join(str(explained("STORE", error)) for error in errors) == snapshot


def test_a_server_that_is_loading_is_waited_for(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock()
    with store(url, clock) as backend:
        loading, send = count(), Line.send

        def answer(line: Line, commands: Any) -> list[Any]:
            if next(loading) < 3:
                return [client_library.ResponseError("LOADING Valkey is loading the dataset in memory")]
            return send(line, commands)

        monkeypatch.setattr(Line, "send", answer)
        assert (backend.clock(), len(clock.pauses)) == (None, 3)


# What a store warns of


def test_a_server_that_keeps_nothing_is_told_of(url: str) -> None:
    with open_backend(url) as backend:
        (found,) = backend.exposed()
    assert (
        "can be lost when its server ends, altogether, as it saves nothing (appendonly no): set appendonly yes" in found
    )


def test_a_server_that_keeps_all_is_not_told_of(lasting: Server) -> None:
    with open_backend(servers.with_prefix(lasting.url)) as backend:
        assert backend.exposed() == []


def test_a_server_that_throws_keys_away_is_told_of(url: str, client: Any) -> None:
    client.config_set("maxmemory", "1gb")
    client.config_set("maxmemory-policy", "allkeys-lru")
    try:
        with open_backend(url) as backend:
            found = backend.exposed()
    finally:
        client.config_set("maxmemory", "0")
        client.config_set("maxmemory-policy", "noeviction")
    assert any("may throw away parts of it" in each and "noeviction" in each for each in found)


def test_a_server_that_everybody_can_reach_is_told_of(url: str) -> None:
    with store(url) as backend:
        wire_of(backend).address = address_of("redis://shop.example", {})
        found = backend.exposed()
    assert "set a password there" in found[0] and "use rediss://" in found[1]
