"""The engine: events in, memberships and effects out, on any backend.

A batch of events is taken customer by customer: load the states, step, commit everything in one transaction
(architecture rule 6), then hand the effects to their handlers. Clock-driven changes are worked out when a customer is
next looked at, exactly at their instants, so advancing the clock costs nothing.
"""

import hmac
import secrets
import time
from collections.abc import Callable, Iterable, Mapping
from hashlib import sha256
from typing import Any, Self

import msgspec
from attrs import define, field

from segdsl.backends import open_backend
from segdsl.backends.base import Backend, Batch, Position, StoredProgram, StoredState
from segdsl.diagnostics.errors import ClockError, InputError, StoreError, UnknownNameError
from segdsl.diagnostics.suggest import nearest
from segdsl.engines import DEFAULT, prepare
from segdsl.host.moments import Moment, database_version, instant_of, json_ready
from segdsl.host.program import Program, plan_of
from segdsl.host.questions import Questions
from segdsl.plan import nodes as p
from segdsl.readers.base import EventShape
from segdsl.records.inputs import Event, Exclude, Include, Listing, Unlist
from segdsl.records.outcomes import Effect, Outcome, Reject
from segdsl.state.customer import State, decode, encode
from segdsl.values import instants
from segdsl.values.instants import MINUTE, instant_text

BATCH = 5_000
"""Events taken into one transaction."""

AHEAD = 5 * MINUTE
"""How far an event may be ahead of the clock that vouches for it (language.md section 5.1)."""

FORGET = "forget customer"
"""The event by which a customer is forgotten; the shipped vocabulary declares it."""

Handler = Callable[[Effect], object]
Given = Event | Mapping[str, Any]


def system_clock() -> int:
    """The machine's clock: microseconds since 1970 UTC."""
    return time.time_ns() // 1000


class Engine(Questions):
    """A program on a store.

    `program` may be None for a store that was run before: it keeps its program. `clock` gives the current instant in
    microseconds UTC; together with `advance` it vouches for events, so that one from the future is refused. `handlers`
    take the effects of an action by its name. Use it in a `with` block, or `close()` it.

    Raises StoreError when the store cannot be opened, or was run with other rules.
    """

    def __init__(
        self,
        program: Program | None = None,
        backend: str | Backend = "memory://",
        *,
        engine: str = DEFAULT,
        clock: Callable[[], int] = system_clock,
        handlers: Mapping[str, Handler] | None = None,
    ) -> None:
        self.backend = open_backend(backend) if isinstance(backend, str) else backend
        try:
            self.plan, self.stored = self._install(program)
        except BaseException:
            self.backend.close()
            raise
        self.prepared = prepare(self.plan, engine)
        self.shape = EventShape(self.plan)
        self.ruled = {attribute.name for attribute in self.plan.attributes if attribute.ruled}
        self.segments = {segment.name: segment for segment in self.plan.segments}
        self.clock = clock
        self.vouched = self.backend.clock() or 0
        self.handlers = dict(handlers or {})
        for name in self.handlers:
            self._known_action(name)

    def _install(self, program: Program | None) -> tuple[p.Plan, StoredProgram]:
        kept = self.backend.program()
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
                "this store was made with other rules, so its counts would not fit these: use another store, or start "
                "it anew with all events"
            )
        stored = StoredProgram(
            program.digest,
            msgspec.json.encode(program.plan),
            program.texts,
            database_version(),
            kept.secret if kept else secrets.token_bytes(32),
        )
        if kept != stored:
            self.backend.install(stored)
        return program.plan, stored

    # ---------------------------------------------------------------------------------------------------------- events

    def process(self, events: Given | Iterable[Given]) -> list[Outcome]:
        """Take in one event or many and give an outcome for each, in their order.

        An event is an `Event`, or a mapping in the shape of section 8 of the language, whose `time` may also be a
        datetime with an offset. What cannot be taken is an outcome with a `reject`; nothing is raised for it. All of a
        batch is committed before its effects go to their handlers.
        """
        given = [events] if isinstance(events, Event | Mapping) else events
        outcomes: list[Outcome] = []
        batch: list[Event | Reject] = []
        for number, each in enumerate(given, 1):
            batch.append(each if isinstance(each, Event) else self._read(each, number))
            if len(batch) >= BATCH:
                outcomes += self.take(batch)
                batch = []
        return outcomes + (self.take(batch) if batch else [])

    def _read(self, given: Mapping[str, Any], number: int) -> Event | Reject:
        if not isinstance(given, Mapping):
            raise TypeError(f"an event is a mapping or an Event, not {type(given).__name__}")
        ready = json_ready(given)
        if "id" not in ready:
            # Without an id there is none to know a repetition by: each call is taken as an event of its own.
            ready["id"] = secrets.token_hex(8)
        return self.shape.to_event(ready, number, "process")

    def take(
        self,
        items: list[Event | Reject],
        positions: Mapping[str, Position] | None = None,
        *,
        vouched: int | None = None,
        before_commit: Callable[[list[Outcome]], None] | None = None,
    ) -> list[Outcome]:
        """Take in one batch and commit it together with the input's `positions`. `vouched` is the instant up to which
        events are believed, in place of the clock's. `before_commit` sees the outcomes first."""
        believed = vouched if vouched is not None else max(self.vouched, self.clock() + AHEAD)
        taking = Taking(self, believed, dict(positions or {}))
        taking.load([item.customer for item in items if isinstance(item, Event)])
        outcomes = [taking.take(item) if isinstance(item, Event) else _rejected(item) for item in items]
        if before_commit is not None:
            before_commit(outcomes)
        self.backend.commit(taking.batch())
        self._hand_over([effect for outcome in outcomes for effect in outcome.effects])
        return outcomes

    # --------------------------------------------------------------------------------------------------------- effects

    def handle(self, action: str, handler: Handler) -> None:
        """Have a callable take the effects of an action from now on. Raises UnknownNameError for an undeclared one."""
        self._known_action(action)
        self.handlers[action] = handler

    def deliver(self, limit: int = 10_000) -> int:
        """Hand the effects that are still in the store's outbox to their handlers, oldest first; those without one
        stay. Gives how many were delivered."""
        waiting = [effect for effect in self.backend.outbox(limit) if effect.action in self.handlers]
        self._hand_over(waiting)
        return len(waiting)

    def _hand_over(self, effects: list[Effect]) -> None:
        done: list[str] = []
        try:
            for effect in effects:
                handler = self.handlers.get(effect.action)
                if handler is not None:
                    handler(effect)
                    done.append(effect.id)
        finally:
            if done:
                self.backend.delivered(done)

    def _known_action(self, name: str) -> None:
        actions = [action.name for action in self.plan.actions]
        if name not in actions:
            meant = nearest(name, actions)
            raise UnknownNameError(f"there is no action {name!r}" + (f": did you mean {meant!r}?" if meant else ""))

    # ------------------------------------------------------------------------------------------------------- the clock

    def advance(self, to: Moment | None = None) -> None:
        """Vouch for an instant (None: the clock's): events up to it are believed, and questions without an instant are
        answered as of it. It never goes back."""
        instant = instant_of(to) if to is not None else self.clock()
        self.vouched = max(self.vouched, instant)
        self.backend.commit(Batch(clock=instant))

    # ------------------------------------------------------------------------------------------------- the host's word

    def include(self, customer: str, segment: str, at: Moment | None = None, *, id: str | None = None) -> Outcome:
        """Put a customer into a segment whatever the rules say, until `unlist` or `exclude` (language.md 5.12)."""
        return self._list(Include, customer, segment, at, id)

    def exclude(self, customer: str, segment: str, at: Moment | None = None, *, id: str | None = None) -> Outcome:
        """Keep a customer out of a segment whatever the rules say, until `unlist` or `include`."""
        return self._list(Exclude, customer, segment, at, id)

    def unlist(self, customer: str, segment: str, at: Moment | None = None, *, id: str | None = None) -> Outcome:
        """Take back `include` and `exclude`: what goes on beneath is seen again."""
        return self._list(Unlist, customer, segment, at, id)

    def _list(
        self, kind: type[Include | Exclude | Unlist], customer: str, segment: str, at: Moment | None, id_: str | None
    ) -> Outcome:
        self.known_segment(segment)
        if not customer or not customer.strip():
            raise InputError("a customer's id cannot be empty")
        taking = Taking(self, instants.LATEST, {})
        taking.load([customer])
        state = taking.states.get(customer)
        now = max(self.now(), state.clock if state else 0) or self.clock()
        instant = instant_of(at) if at is not None else now
        if state is not None and instant < state.clock:
            raise ClockError(
                f"{customer!r} has done something at {instant_text(state.clock)}; the host's word is not earlier"
            )
        outcome = taking.take_listing(kind(id_ or secrets.token_hex(8), customer, instant, segment))
        self.backend.commit(taking.batch())
        return outcome

    def forget(self, customer: str, at: Moment | None = None) -> bool:
        """Erase all that is known of a customer (language.md section 5.17). Events up to this instant are kept
        out from now on. Gives whether they were known."""
        data = self.backend.load([customer]).get(customer)
        state = decode(data) if data else None
        instant = instant_of(at) if at is not None else self.now()
        taking = Taking(self, instants.LATEST, {})
        taking.load([customer])
        taking.forget(customer, max(instant, state.clock if state else instant))
        self.backend.commit(taking.batch())
        return state is not None

    def tombstone(self, customer: str) -> str:
        """The keyed hash under which a forgotten customer is remembered."""
        return hmac.new(self.stored.secret, customer.encode("utf-8", "surrogatepass"), sha256).hexdigest()

    # ------------------------------------------------------------------------------------------------------------ ends

    def close(self) -> None:
        self.backend.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()


@define(eq=False)
class Taking:
    """One batch on its way: the states of its customers as they change, and what is to be committed."""

    engine: Engine
    vouched: int
    positions: dict[str, Position]
    states: dict[str, State] = field(factory=dict)
    forgotten: dict[str, int] = field(factory=dict)
    touched: dict[str, None] = field(factory=dict)
    result: Batch = field(factory=Batch)

    def load(self, customers: Iterable[str]) -> None:
        wanted = list(dict.fromkeys(customers))
        self.states = {name: decode(data) for name, data in self.engine.backend.load(wanted).items()}
        unknown = [name for name in wanted if name not in self.states]
        hashes = {self.engine.tombstone(name): name for name in unknown}
        found = self.engine.backend.tombstones(list(hashes))
        self.forgotten = {hashes[hash_]: instant for hash_, instant in found.items()}

    def take(self, event: Event) -> Outcome:
        state = self.states.get(event.customer)
        if event.name == FORGET:
            self.forget(event.customer, max(event.instant, state.clock if state else event.instant))
            return Outcome("accepted", event.customer)
        if state is not None and event.instant == state.clock and event.id in state.seen:
            return Outcome("repeated", event.customer)
        reject = self._refused(event, state)
        if reject is not None:
            return _rejected(reject)
        changes, effects, fired = [], [], []
        for each in self.engine.prepared.expand(event):
            step = self.engine.prepared.step(state, each)
            state = step.state
            changes += step.changes
            effects += step.effects
            fired += step.fired
        self._keep(event.customer, state, event.instant)
        self.result.changes += changes
        self.result.effects += effects
        return Outcome("accepted", event.customer, tuple(changes), tuple(effects), tuple(fired))

    def forget(self, customer: str, instant: int) -> None:
        """Erase a customer, and all that this batch did for them so far (language.md section 5.17)."""
        instant = max(instant, self.forgotten.get(customer, instant))
        self.states.pop(customer, None)
        self.touched.pop(customer, None)
        self.result.changes = [change for change in self.result.changes if change.customer != customer]
        self.result.effects = [effect for effect in self.result.effects if effect.customer != customer]
        if customer not in self.result.erased:
            self.result.erased.append(customer)
        self.result.tombstones[self.engine.tombstone(customer)] = instant
        self.forgotten[customer] = instant

    def take_listing(self, entry: Listing) -> Outcome:
        state = self.states.get(entry.customer)
        if state is not None and entry.instant == state.clock and entry.id in state.seen:
            return Outcome("repeated", entry.customer)
        step = self.engine.prepared.step(state, entry)
        self._keep(entry.customer, step.state, entry.instant)
        self.result.changes += step.changes
        return Outcome("accepted", entry.customer, tuple(step.changes))

    def _keep(self, customer: str, state: State | None, instant: int) -> None:
        if state is not None:
            self.states[customer] = state
            self.touched[customer] = None
        self.result.clock = instant if self.result.clock is None else max(self.result.clock, instant)

    def _refused(self, event: Event, state: State | None) -> Reject | None:
        """Why a readable event cannot be taken (language.md sections 5.1, 5.15, 5.16 and 5.17)."""

        def refuse(reason: str, detail: str) -> Reject:
            return Reject(reason, detail, event.place, event.id, event.customer)

        if event.instant > self.vouched:
            return refuse(
                "future",
                f"{instant_text(event.instant)} is later than {instant_text(self.vouched)}, up to which "
                "events are believed",
            )
        if state is not None and event.instant < state.clock:
            return refuse(
                "late",
                f"{instant_text(event.instant)} is earlier than the customer's latest, {instant_text(state.clock)}",
            )
        forgotten = self.forgotten.get(event.customer)
        if state is None and forgotten is not None and event.instant <= forgotten:
            return refuse("forgotten", "the customer was forgotten, and this event is from before")
        ruled = next((name for name in event.attributes if name in self.engine.ruled), None)
        if ruled is not None:
            return refuse("bad attribute", f"`{ruled}` is set by rules, so no event can set it")
        return None

    def batch(self) -> Batch:
        for customer in self.touched:
            state = self.states[customer]
            self.result.states.append(StoredState(customer, encode(state), state.clock, state.due))
        self.result.positions = self.positions
        return self.result


def _rejected(reject: Reject) -> Outcome:
    return Outcome("rejected", reject.customer, reject=reject)
