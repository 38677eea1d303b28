"""Deliver: whatever handlers do, and whenever processes die, each effect is handed over at least once or is a dead
letter; never after the store knows that it was delivered, and never to two at once while a lease lasts."""

from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Literal, cast

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from segdsl.backends import open_backend
from segdsl.backends.base import Backend, Batch
from segdsl.diagnostics.errors import RefusedError
from segdsl.host.delivering import Patience, Receivers, deliver
from segdsl.records.outcomes import Because, Effect
from segdsl.values.instants import DAY, EPOCH, MICROSECOND, MINUTE, SECOND

Deed = Literal["takes", "fails", "refuses", "is slow", "is stopped", "dies"]

DEEDS = st.sampled_from(["takes", "takes", "takes", "fails", "refuses", "is slow", "is stopped", "dies"])
PATIENCE = Patience(tries=3, first=SECOND, longest=10 * SECOND, lease=MINUTE)
CALLS = ("claim", "delivered", "failed", "release", "waiting")


class DiedError(BaseException):
    """The process is no more."""


class Mortal:
    """A backend as a process has it who dies at one of its calls, before or after it was made (`at`, counted in halves
    of calls), or earlier. Who is dead calls nothing any more."""

    def __init__(self, backend: Backend, at: int | None) -> None:
        self.backend = backend
        self.left = at
        self.dead = False

    def __getattr__(self, name: str) -> Any:
        found = getattr(self.backend, name)

        def call(*given: Any) -> Any:
            self.live()
            result = found(*given)
            self.live()
            return result

        return call if name in CALLS else found

    def live(self) -> None:
        if self.left is not None:
            self.left -= 1
            self.dead = self.dead or self.left < 0
        if self.dead:
            raise DiedError


class Deliveries(RuleBasedStateMachine):
    """Effects come, several deliver them, also one while another is at it, and time goes by."""

    url = "memory://"

    @initialize()
    def open(self) -> None:
        self.folder = TemporaryDirectory()
        self.backend = open_backend(self.url.format(folder=Path(self.folder.name)))
        self.now = 0
        self.made: set[str] = set()
        self.given: set[str] = set()
        self.in_hand: dict[str, int] = {}  # by id, until when nobody else may be given it
        self.known: set[str] = set()  # of which the store knows that they are delivered

    def teardown(self) -> None:
        if not hasattr(self, "backend"):
            return
        try:
            self.come_to_the_end()
        finally:
            self.backend.close()
            self.folder.cleanup()

    def come_to_the_end(self) -> None:
        """All is well from now on: nothing may be left that is neither delivered nor a dead letter."""
        for _ in range(100):
            again = self.deliver(lambda: "takes", None, None)
            if again is None:
                break
            self.now = max(self.now, again)
        self.nothing_is_lost()
        assert self.backend.outbox(10_000) == []

    @rule(number=st.integers(1, 12))
    def effects_come(self, number: int) -> None:
        ids = [f"e{len(self.made) + each}" for each in range(number)]
        self.made.update(ids)
        self.backend.commit(Batch(effects=[Effect(i, "send", "ann", {}, 0, 1, 0, 0, Because("done")) for i in ids]))

    @rule(length=st.sampled_from([1, SECOND // 2, SECOND, 5 * SECOND, MINUTE - 1, MINUTE, DAY]))
    def time_goes_by(self, length: int) -> None:
        self.now += length

    @rule(deeds=st.lists(DEEDS, max_size=12), dies=st.none() | st.integers(0, 16), limit=st.none() | st.integers(0, 9),
          others=st.lists(st.lists(DEEDS, max_size=4), max_size=3))  # fmt: skip
    def somebody_delivers(
        self, deeds: list[Deed], dies: int | None, limit: int | None, others: list[list[Deed]]
    ) -> None:
        """Handlers do these deeds, one after the other, and then take what comes. The `others` deliver while the first
        handlers are at it."""
        left = iter(deeds)
        meanwhile = iter(others)

        def next_deed() -> Deed:
            other = next(meanwhile, None)
            if other is not None:
                rest = iter(other)
                self.deliver(lambda: next(rest, "takes"), None, 3)
            return next(left, "takes")

        self.deliver(next_deed, dies, limit)

    @rule()
    def dead_letters_are_revived(self) -> None:
        self.backend.revive([each.effect.id for each in self.backend.dead(2)])

    @invariant()
    def nothing_is_lost(self) -> None:
        if hasattr(self, "backend"):
            kept = {each.id for each in self.backend.outbox(10_000)} | {e.effect.id for e in self.backend.dead(10_000)}
            self.known = self.made - kept
            assert self.known <= self.given

    def deliver(self, next_deed: Callable[[], Deed], dies: int | None, limit: int | None) -> int | None:
        """Have a process deliver. Gives when to come again, if it says so."""
        process = Mortal(self.backend, dies)

        def handler(effect: Effect) -> None:
            self.nothing_is_lost()
            assert effect.id not in self.known, "it was delivered before"
            assert self.in_hand.get(effect.id, self.now) <= self.now, "somebody else has it"
            self.given.add(effect.id)
            self.in_hand[effect.id] = self.now + MINUTE - SECOND  # its page may have been claimed a second ago
            try:
                self.do(next_deed(), process)
            finally:
                self.in_hand.pop(effect.id, None)

        receivers = Receivers(handler, {}, None)
        try:
            done = deliver(cast(Backend, process), lambda: self.now, receivers, PATIENCE, limit)
        except (DiedError, KeyboardInterrupt):
            return None
        return None if done.again is None else (done.again - EPOCH) // MICROSECOND

    def do(self, deed: Deed, process: Mortal) -> None:
        match deed:
            case "takes":
                return
            case "fails":
                raise ConnectionError("the line is dead")
            case "refuses":
                raise RefusedError("there is no such address")
            case "is slow":
                self.now += 2 * SECOND  # so that the rest of a page is given back
            case "is stopped":
                raise KeyboardInterrupt
            case "dies":
                process.dead = True
                raise DiedError


class DeliveriesFromSqlite(Deliveries):
    url = "sqlite:///{folder}/shop.store"


@pytest.mark.parametrize(
    ("machine", "examples"), [(Deliveries, 150), (DeliveriesFromSqlite, 15)], ids=["memory", "sqlite"]
)
def test_each_effect_is_delivered_or_a_dead_letter(machine: type[Deliveries], examples: int) -> None:
    run_state_machine_as_test(machine, settings=settings(max_examples=examples, stateful_step_count=20))
