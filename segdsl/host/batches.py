"""A program on a store: batches taken in and committed, and their effects handed over.

A batch is taken customer by customer: load the states, step, commit everything in one transaction (architecture rule
6), then hand the effects to their handlers. What is taken in, and what is asked, is `engine.py`'s.
"""

import hmac
import secrets
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from datetime import timedelta
from random import Random
from typing import Self, TypeVar

import msgspec

from segdsl.backends import open_backend
from segdsl.backends.base import Backend, Position, StoredEffect, StoredProgram, Tally, nothing
from segdsl.diagnostics.errors import ConflictError, StoreError
from segdsl.engines import DEFAULT, prepare
from segdsl.host.delivering import Delivery, Handler, Receivers, deliver, patience
from segdsl.host.deploying.note import refuse_underway
from segdsl.host.lives import Lives
from segdsl.host.loading import Program, plan_of
from segdsl.host.moments import database_version
from segdsl.host.questions import Questions
from segdsl.host.runs import Report
from segdsl.host.straight import take_all
from segdsl.host.taking import Taking
from segdsl.host.tidying import seldom_tidied
from segdsl.plan import nodes as p
from segdsl.readers.base import EventShape
from segdsl.records.inputs import Event
from segdsl.records.outcomes import Effect, Held, Outcome, Reject
from segdsl.values import instants
from segdsl.values.instants import DAY, MINUTE

AHEAD = 5 * MINUTE
"""How far an event may be ahead of the clock that vouches for it (language.md section 5.1)."""

LOT = 5_000
"""Items of a large batch that are taken before somebody hears of it."""

ANEW = 12
"""How often a batch is worked out anew because others have written what it was worked out from. Large ones are split
after that, see `replay.py`."""

PAUSE = 0.002
"""Seconds before the first time; twice as many each time from then on, up to a quarter of a second, give or take."""

Made = TypeVar("Made")
HeldHandler = Callable[[Held], object]
Listen = Callable[[list[Outcome]], None]


def system_clock() -> int:
    """The machine's clock: microseconds since 1970 UTC."""
    return time.time_ns() // 1000


class Batches(Questions):
    """The part of the engine that opens a store and writes to it, a batch at a time."""

    def __init__(
        self,
        program: Program | None = None,
        backend: str | Backend = "memory://",
        *,
        engine: str = DEFAULT,
        clock: Callable[[], int] = system_clock,
        handlers: Mapping[str, Handler] | None = None,
        withdrawn: Handler | None = None,
        held: HeldHandler | None = None,
        journal: bool | None = None,
    ) -> None:
        self.backend = open_backend(backend) if isinstance(backend, str) else backend
        self.pause: Callable[[float], object] = time.sleep
        self._jitter = Random()  # noqa: S311 - only so that two who wait do not wait alike
        try:
            self.plan, self.stored = self._anew(lambda: self._install(program, journal), look=False)
        except BaseException:
            self.backend.close()
            raise
        with seldom_tidied():
            self.prepared = prepare(self.plan, engine)
        self.runs_on = engine
        self.lives = Lives(self.prepared, self.plan.lateness)
        self.shape = EventShape(self.plan)
        self.ruled = {attribute.name for attribute in self.plan.attributes if attribute.ruled}
        self.segments = {segment.name: segment for segment in self.plan.segments}
        self.clock = clock
        self._see_generation()
        self.vouched = self.backend.clock() or 0
        self.handlers = dict(handlers or {})
        self.withdrawn = withdrawn
        self.held = held
        for name in self.handlers:
            self.known_action(name)

    def _install(self, program: Program | None, journal: bool | None) -> tuple[p.Plan, StoredProgram]:
        refuse_underway(self.backend)
        generation = self.backend.generation()
        kept = self.backend.program()
        if kept is not None and journal not in (None, kept.journal):
            raise StoreError(
                "this store keeps the events of its customers, from its first run on"
                if kept.journal
                else "this store was begun without the events of its customers, so it cannot keep them from now on"
            )
        if program is None:
            if kept is None:
                raise StoreError(
                    "this store is empty: run a program on it first, as in `seg run rules.seg --events ...`"
                )
            try:
                return plan_of(kept.plan), kept
            except msgspec.MsgspecError as error:
                raise StoreError(
                    "this store was made by another version of segdsl: use that one, or run anew"
                ) from error
        if kept is not None and kept.digest != program.digest:
            raise StoreError(
                "this store was made with other rules: put these in place with `seg deploy` or segdsl.deploy(...), "
                "which tell first what that changes, or use another store"
            )
        stored = StoredProgram(
            program.digest,
            program.encoded,
            program.texts,
            database_version(),
            kept.secret if kept else secrets.token_bytes(32),
            kept.journal if kept else journal is not False,
        )
        if kept != stored:
            self.backend.install(stored, generation)
        return program.plan, stored

    # ---------------------------------------------------------------------------------------------------------- batches

    def take(  # noqa: PLR0913 - what a run says about one batch
        self,
        items: list[Event | Reject],
        positions: Mapping[str, Position] | None = None,
        *,
        vouched: int | None = None,
        before_commit: Listen | None = None,
        held: Counter[Tally] | None = None,
        read_again: bool = False,
        settled: bool = False,
        between: Callable[[int], object] = lambda taken: None,
        unheard: Report | None = None,
        since: Mapping[str, Position | None] | None = None,
    ) -> list[Outcome]:
        """Take in one batch and commit it together with the input's `positions`. `vouched` is the instant up to which
        events are believed, in place of the clock's. `before_commit` sees the outcomes first.

        `read_again`: these positions do not say that the batch is done with, so a run that is stopped now reads it
        again. An event is then known by its id, but a reject is not: its tally goes into `held`, which lands, and is
        emptied, with the next batch that is done with.

        `between` is told how many items were taken, every few thousand of a large batch.

        `unheard`: nobody is to hear of the outcomes. What came of the items is counted there, and none are given.

        `settled`: the events are their customers' without more ado, even a guest's; their visitors are passed over.

        `since` is how far inputs were handled when this was read: raises TakenError when it is not so any more. Where
        others have written to the same customers meanwhile the batch is worked out anew, and in the end ConflictError
        is raised. Nothing of the batch is kept then."""

        def once() -> list[Outcome]:
            counted = Report() if unheard is not None else None
            taking = self._taking(vouched if vouched is not None else self._believed(), positions or {}, settled)
            taking.load_for(items)
            outcomes = take_all(taking, items[:LOT], counted)
            for start in range(LOT, len(items), LOT):
                between(start)
                outcomes += take_all(taking, items[start : start + LOT], counted)
            rejects = taking.without_rejects() if read_again and held is not None else None
            earlier = held if rejects is None else None
            self._commit(taking, outcomes, before_commit, earlier, inputs=bool(items), since=since)
            if rejects is not None and held is not None:
                held.update(rejects)
            if unheard is not None and counted is not None:
                unheard.include(counted)
            return outcomes

        return self._anew(once)

    def _anew(self, attempt: Callable[[], Made], *, look: bool = True) -> Made:
        """What an attempt gives, made anew while others have written what it was made from. With `look` it needs to
        know the generation."""
        for number in range(ANEW):
            try:
                return attempt()
            except ConflictError:
                if number == ANEW - 1:
                    raise
                if look:
                    self._see_generation()
                self.pause(min(PAUSE * 2**number, 0.25) * self._jitter.uniform(0.5, 1.5))
        raise AssertionError("the last attempt gave something or raised")

    def _see_generation(self) -> None:
        """Look at what concerns all customers. Raises StoreError when other rules are in place by now."""
        self.generation = self.backend.generation()
        self.any_forgotten = self.backend.remembers_forgotten()
        refuse_underway(self.backend)
        kept = self.backend.program()
        if kept is not None and kept.digest != self.stored.digest:
            raise StoreError("other rules were put in place in this store meanwhile: begin again with those")
        self.stored = kept or self.stored

    def _believed(self) -> int:
        """The instant up to which events are believed (language.md section 5.1)."""
        return max(self.vouched, self.clock() + AHEAD)

    def _taking(
        self, vouched: int = instants.LATEST, positions: Mapping[str, Position] | None = None, settled: bool = False
    ) -> Taking:
        return Taking(
            self.backend, self.lives, self.ruled, self.tombstone, vouched, positions or {}, self.stored.journal,
            settled, self.generation, self.any_forgotten,
        )  # fmt: skip

    def _commit(
        self,
        taking: Taking,
        outcomes: list[Outcome],
        before_commit: Listen | None = None,
        held: Counter[Tally] | None = None,
        *,
        inputs: bool = False,
        since: Mapping[str, Position | None] | None = None,
    ) -> None:
        """Commit a batch, and the tallies that were `held` back, and hand over what it put into the outbox: first
        notices of what is withdrawn. An effect that nobody was given is withdrawn without one.

        Raises ConflictError, and keeps nothing, where it has to be worked out anew. Once it has landed none is raised:
        worked out anew it would be taken twice."""
        batch = taking.batch(since)
        if outcomes or inputs:
            batch.tallies[Tally("batch", "", self.clock() // DAY)] = 1
        if held:
            batch.tallies = dict(held + Counter(batch.tallies))
        notices = self.backend.commit(batch, nothing if before_commit is None else lambda: before_commit(outcomes))
        if held:
            held.clear()
        try:
            if batch.erased or batch.tombstones:
                self._see_generation()
            self._hand_over([*notices, *batch.effects])
            if self.held is not None:
                for each in taking.held.values():
                    self.held(each)
        except ConflictError as error:
            raise StoreError(f"the batch was kept, but not all was done that follows from it: {error}") from error

    # ---------------------------------------------------------------------------------------------------------- effects

    def handle(self, action: str, handler: Handler) -> None:
        """Have a callable take the effects of an action from now on. Raises UnknownNameError for an undeclared one."""
        self.known_action(action)
        self.handlers[action] = handler

    def deliver(
        self,
        handler: Handler | None = None,
        *,
        limit: int | None = None,
        tries: int = 20,
        first: timedelta = timedelta(seconds=1),
        longest: timedelta = timedelta(hours=1),
        lease: timedelta = timedelta(minutes=1),
    ) -> Delivery:
        """Hand over the effects that are in the store's outbox and due, oldest first, up to `limit` of them (None:
        all).

        `handler` takes those of all actions, and notices of what is withdrawn (`effect.mark` is `withdrawn`) unless
        the engine has a handler for these. Without it those go that the engine has handlers for, by action; all others
        stay as they are and hold up nobody.

        Each effect is handed over at least once, and twice with the same `id` where somebody was stopped, or a
        connection cut, before the store knew. Any number of processes may deliver from one store: what one of them has
        claimed the others leave alone for the `lease`, which has to be longer than a handler takes for one effect.

        When a handler raises an exception its effect is tried again later: after the pause `first`, then after twice
        as long each time up to `longest`; up to half of each pause is left out, differently for each effect. Others do
        not wait for it, also of the same customer. After so many `tries`, or at once if it is a RefusedError, it
        becomes a dead letter with the last error (`dead_letters`, `revive`). A call tries each effect once and never
        sleeps: `again` of what it gives says when the next one is due. KeyboardInterrupt and the like go on to the
        caller; what was not handed over yet can be claimed at once.

        Raises InputError for lengths of time and numbers that make no sense.
        """
        receivers = Receivers(handler, dict(self.handlers), self.withdrawn)
        return deliver(self.backend, self.clock, receivers, patience(tries, first, longest, lease), limit)

    def outbox(self, limit: int = 1_000) -> list[StoredEffect]:
        """Up to `limit` effects that are not delivered yet, those first whose time comes first: each with how often it
        was tried, the last error, and the instant from which on it can be claimed (`again`, microseconds UTC)."""
        return self.backend.waiting(limit)

    def dead_letters(self, limit: int = 1_000) -> list[StoredEffect]:
        """Up to `limit` effects that are not tried any more, oldest first, with the last error."""
        return self.backend.dead(limit)

    def revive(self, ids: Iterable[str] | None = None) -> int:
        """Have dead letters of these ids (None: all) be tried again from now on, as if they never had been. Gives how
        many there were."""
        if ids is not None:
            return self.backend.revive(list(ids))
        revived = 0
        while page := self.backend.dead(LOT):
            count = self.backend.revive([each.effect.id for each in page])
            if not count:
                break
            revived += count
        return revived

    def _handler(self, effect: Effect) -> Handler | None:
        return self.withdrawn if effect.is_notice else self.handlers.get(effect.action)

    def _hand_over(self, effects: list[Effect]) -> None:
        done: list[Effect] = []
        try:
            for effect in effects:
                handler = self._handler(effect)
                if handler is not None:
                    handler(effect)
                    done.append(effect)
        finally:
            if done:
                self.backend.delivered(done)

    # ------------------------------------------------------------------------------------------------------------- ends

    def tombstone(self, customer: str) -> str:
        """The keyed hash under which a forgotten customer is remembered."""
        return hmac.digest(self.stored.secret, customer.encode("utf-8", "surrogatepass"), "sha256").hex()

    def close(self) -> None:
        self.backend.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()
