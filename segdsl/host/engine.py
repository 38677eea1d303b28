"""The engine: events in, memberships and effects out, on any backend.

What comes in goes through `batches.py`. What the clock does to customers of whom no rule takes notice is worked out
when somebody asks, exactly at its instants; `advance` looks only at those whose timers are due.
"""

import secrets
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property, partial
from hashlib import sha256
from itertools import islice
from typing import Any

from segdsl.backends.base import Batch
from segdsl.diagnostics.errors import ClockError, InputError
from segdsl.host.batches import AHEAD, Batches, Listen
from segdsl.host.deciding import MESSAGES, Deciding
from segdsl.host.decisions import Decision
from segdsl.host.identity import no_guest
from segdsl.host.listing import Listed, Saying, Word
from segdsl.host.moments import Moment, instant_of, json_ready
from segdsl.host.searching import SEARCHES
from segdsl.readers.base import EventShape
from segdsl.readers.detecting import items_of
from segdsl.records.inputs import PLAIN, Event, Exclude, Include, Link, Unlist, is_guest
from segdsl.records.outcomes import Outcome, Reject
from segdsl.values.instants import instant_text

BATCH = 5_000
"""Events taken into one transaction."""

PAGE = 500
"""Customers whose timers are due that are taken into one transaction: each may have many steps to take."""

LISTED = 1_000
"""Customers about whom the host's word is taken into one transaction: each may start rules."""

Given = Event | Mapping[str, Any]
Sent = Given | bytes | str
"""An event as another system sends it, its JSON included."""


class Engine(Batches):
    """A program on a store.

    `program` may be None for a store that was run before: it keeps its program. `clock` gives the current instant in
    microseconds UTC; together with `advance` it vouches for events, so that one from the future is refused. `handlers`
    take the effects of an action by its name; `withdrawn` takes the notices that an effect which was handed over before
    would not have been, after a late event. `held` is told of effects that limits and holds kept back, after the commit
    and once: they are kept nowhere, so one who must not miss any reads the outcomes. Use it in a `with` block, or
    `close()` it.

    `journal` says whether a new store keeps the inputs of each customer (it does if nothing is said), from which `why`
    is answered and tests are made; a store keeps them from its first input on or not at all.

    Raises StoreError when the store cannot be opened, was run with other rules, or keeps its journal otherwise.
    """

    # ----------------------------------------------------------------------------------------------------------- events

    def process(self, events: Sent | Iterable[Sent], *, format: str = PLAIN) -> list[Outcome]:
        """Take in one event or many and give an outcome for each, in their order.

        An event is an `Event`, or a mapping in the shape of section 8 of the language, whose `time` may also be a
        datetime with an offset. What cannot be taken is an outcome with a `reject`; nothing is raised for it. All of a
        batch is committed before its effects go to their handlers.

        `format` is for events as other systems send them: `segment`, `ga4`, `cloudevents`, or `auto` where their shape
        shall tell. Then an event may also be JSON as bytes or text, such as the body of a request, and hold several: a
        batch gives an outcome for each of its calls, but for those that are passed over. Raises InputError for another
        format.
        """
        given = [events] if isinstance(events, Event | Mapping | bytes | str) else events
        outcomes: list[Outcome] = []
        batch: list[Event | Reject] = []
        for item in self._items(given, format):
            batch.append(item)
            if len(batch) >= BATCH:
                outcomes += self.take(batch)
                batch = []
        return outcomes + (self.take(batch) if batch else [])

    def _items(self, given: Iterable[Sent], format: str) -> Iterator[Event | Reject]:
        if format == PLAIN:
            for number, each in enumerate(given, 1):
                yield each if isinstance(each, Event) else self._read(each, number)
            return
        # Without an id of its own an event is known by this call: each is taken as an event of its own.
        call = secrets.token_hex(8)
        ready = (each if isinstance(each, str | bytes) else json_ready(each) for each in given)
        yield from items_of(ready, self.shape, format, call)

    def _read(self, given: Mapping[str, Any] | bytes | str, number: int) -> Event | Reject:
        ready = self._ready(given)
        if "id" not in ready:
            # Without an id there is none to know a repetition by: each call is taken as an event of its own.
            ready["id"] = secrets.token_hex(8)
        return self.shape.to_event(ready, number, "process", format=PLAIN)

    @staticmethod
    def _ready(given: object) -> dict[str, Any]:
        """A mapping as a JSON decoder would give it."""
        if not isinstance(given, Mapping):
            hint = ': to read JSON say format="auto"' if isinstance(given, bytes | str) else ""
            raise TypeError(f"an event is a mapping or an Event, not {type(given).__name__}{hint}")
        ready: dict[str, Any] = json_ready(given)
        return ready

    def settle(self, event: Event) -> Event:
        """The event with the customer whose it would be if it came now (language.md section 5.18). Nothing is kept."""
        return self._taking().settle(event).event

    def link(self, link: Link) -> None:
        """Have a guest turn out to be a customer, as the journal of another store tells (language.md section 5.18)."""

        def once() -> None:
            taking = self._taking(settled=True)
            outcomes = taking.link(link)
            self._commit(taking, outcomes)

        self._anew(once)

    # -------------------------------------------------------------------------------------------------------- decisions

    def decide(self, event: Sent, *, wanted: Mapping[str, int] | None = None, format: str = PLAIN) -> Decision:
        """What a page needs now, on an event such as `views spot` or `searches`: what it shows, and how the search is
        changed. Nothing is written and no handler is called; asked again, the answer is the same. When the same event
        (with the same `id`) is processed next, its effects are these, with these ids.

        The event goes through what `process` would do with it: what the clock has brought about since the customer's
        last event is in it, and a late, repeated or bad event is one here too. Nothing is raised for bad data.

        What rules that the event itself sets going hand over is `shown`, in the order of priority, then of the names of
        activities, and within a rule as written; messages (`send email` and the like) are not. Activities count from
        the highest priority down until one has something to show; all of equal priority count. A page that has room
        for more says how much it wants: `wanted={"show content": 2}` takes that action from the highest priority down
        until there are two, again with all of equal priority, so that more may come: the page takes the first ones.
        Actions that are not named stay with the rule without amounts. Rules outside activities have priority 0.

        An event without an `id` is given one that is made of what it says, `decision.id`: process it with that.
        `format` is as for `process`; a body that holds several events, or none, is no event to decide on.

        Raises UnknownNameError for a wanted action that is not declared, InputError for an amount that is none, for an
        action that no page shows, and for another format.
        """
        amounts = dict(wanted or {})
        for action, amount in amounts.items():
            self.known_action(action)
            if not isinstance(amount, int) or isinstance(amount, bool) or amount < 0:
                raise InputError(f"the wanted amount of {action!r} is {amount!r}, not a whole number from 0 on")
            if action in MESSAGES or action in SEARCHES:
                raise InputError(f"{action!r} is nothing that a page shows, so there is no amount of it")
        item = self._asked_about(event, format)
        taking = self._taking(self._believed())
        taking.load_for([item])
        return self._deciding.decision(item, taking.take(item), amounts)

    def _asked_about(self, event: Sent, format: str) -> Event | Reject:
        """The event that is decided on, and whose it is."""
        if isinstance(event, Event):
            return event
        given = event if format != PLAIN and isinstance(event, bytes | str) else self._ready(event)
        said = repr(given if isinstance(given, bytes | str) else sorted(given.items(), key=lambda each: str(each[0])))
        source = sha256(said.encode("utf-8", "surrogatepass")).hexdigest()[:16]  # of which an id is made, without one
        if format == PLAIN:
            return self._asked_shape.to_event(self._ready(given), 1, source)
        found = list(items_of([given], self._asked_shape, format, source))
        if len(found) == 1:
            return found[0]
        what = f"these are {len(found)} events: a decision is on one" if found else "it holds no event that is taken"
        return Reject("not an event", what)

    @cached_property
    def _asked_shape(self) -> EventShape:
        """Apart from that of the events which are taken in: it counts what it ignores."""
        return EventShape(self.plan)

    @cached_property
    def _deciding(self) -> Deciding:
        return Deciding.of(self.plan)

    # -------------------------------------------------------------------------------------------------------- the clock

    def advance(self, to: Moment | None = None, *, before_commit: Listen | None = None) -> None:
        """Let the clock run up to an instant (None: the clock's): rules act whose time has come, customer by customer,
        in pages of bounded size that are committed one by one. Events up to the instant are believed from now on, and
        questions without an instant are answered as of it. It never goes back.

        `before_commit` sees what each page of customers brought about, an outcome for each, before it is committed.
        """
        instant = instant_of(to) if to is not None else self.clock()
        self.vouched = max(self.vouched, instant)
        while self._anew(lambda: self._advance_page(instant, before_commit)):
            pass
        self.backend.commit(Batch(clock=instant))

    def _advance_page(self, instant: int, before_commit: Listen | None) -> bool:
        """Let the clock run for some whose timers are due. Gives whether there were any."""
        customers = self.backend.timers(instant, PAGE)
        if customers:
            taking = self._taking()
            taking.load(customers)
            outcomes = [taking.advance(customer, instant) for customer in customers if customer in taking.kept]
            self._commit(taking, outcomes, before_commit)
        return bool(customers)

    # -------------------------------------------------------------------------------------------------- the host's word

    def include(self, customer: str, segment: str, at: Moment | None = None, *, id: str | None = None) -> Outcome:
        """Put a customer into a segment whatever the rules say, until `unlist` or `exclude` (language.md 5.12)."""
        return self._list(Include, customer, segment, at, id)

    def exclude(self, customer: str, segment: str, at: Moment | None = None, *, id: str | None = None) -> Outcome:
        """Keep a customer out of a segment whatever the rules say, until `unlist` or `include`."""
        return self._list(Exclude, customer, segment, at, id)

    def unlist(self, customer: str, segment: str, at: Moment | None = None, *, id: str | None = None) -> Outcome:
        """Take back `include` and `exclude`: what goes on beneath is seen again."""
        return self._list(Unlist, customer, segment, at, id)

    def list_many(
        self,
        word: Word,
        segment: str,
        customers: Iterable[str],
        at: Moment | None = None,
        *,
        known_only: bool = False,
        before_commit: Listen | None = None,
    ) -> Iterator[list[Listed]]:
        """Say one word, `include`, `exclude` or `unlist`, about many customers, in batches that are committed one by
        one; gives what came of each batch once that has happened. Of whom the word holds already nothing is done, so
        the same list can be gone through again. With `known_only` nobody becomes known by it. `before_commit` sees the
        outcomes first.

        Raises UnknownNameError for a segment that is not declared, ClockError for an instant that nobody vouches for.
        """
        self.known_segment(segment)
        instant = self._instant(at) if at is not None else None
        vouched = max(self.vouched, self.clock() + AHEAD)
        if instant is not None and instant > vouched:
            raise ClockError(
                f"{instant_text(instant)} is later than {instant_text(vouched)}: what these customers do before it "
                "would be refused as late"
            )
        saying = Saying(word, segment, instant, self.now() or self.clock(), self.plan.lateness, known_only)
        return self._said(saying, iter(customers), before_commit)

    def _said(self, saying: Saying, customers: Iterator[str], before_commit: Listen | None) -> Iterator[list[Listed]]:
        while page := [saying.named(each) for each in islice(customers, LISTED)]:
            yield self._anew(partial(self._say_page, saying, page, before_commit))

    def _say_page(self, saying: Saying, page: list[str | Listed], before_commit: Listen | None) -> list[Listed]:
        taking = self._taking()
        taking.load([each for each in page if isinstance(each, str)])
        found = [saying.say(each, taking) if isinstance(each, str) else each for each in page]
        if taking.touched:
            self._commit(taking, [each.outcome for each in found], before_commit)
        return found

    def _list(
        self, kind: type[Include | Exclude | Unlist], customer: str, segment: str, at: Moment | None, id_: str | None
    ) -> Outcome:
        self.known_segment(segment)
        if not customer or not customer.strip():
            raise InputError("a customer's id cannot be empty")
        known_as = id_ or secrets.token_hex(8)
        return self._anew(lambda: self._list_once(kind, customer, segment, at, known_as))

    def _list_once(
        self, kind: type[Include | Exclude | Unlist], customer: str, segment: str, at: Moment | None, id_: str
    ) -> Outcome:
        taking = self._taking()
        customer = taking.named(customer)
        life = taking.life(customer)
        if life is None and is_guest(customer):
            raise InputError(no_guest(customer))
        latest = life.head.latest if life is not None else 0
        instant = self._instant(at) if at is not None else max(self.now(), latest) or self.clock()
        if life is not None and instant < life.reach(self.plan.lateness):
            raise ClockError(f"{customer!r} has done something at {instant_text(latest)}; this would be too late")
        outcome = taking.take_listing(kind(id_, customer, instant, segment))
        self._commit(taking, [outcome])
        return outcome

    def forget(self, customer: str, at: Moment | None = None) -> bool:
        """Erase all that is known of a customer, and of the guests who became that customer (language.md section 5.17).
        Events up to this instant are kept out from now on. Gives whether they were known."""
        return self._anew(lambda: self._forget_once(customer, at))

    def _forget_once(self, customer: str, at: Moment | None) -> bool:
        taking = self._taking()
        life = taking.life(customer)
        instant = instant_of(at) if at is not None else self.now()
        taking.forget(customer, max(instant, life.head.latest if life is not None else instant))
        became = self.became(customer)
        self._commit(taking, [])
        return life is not None or became is not None
