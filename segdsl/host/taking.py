"""One batch on its way through an engine: load its customers, take in what happened, and gather what to commit.

What several inputs of one batch do to a customer is settled here before it reaches the store: what a late input takes
back of something earlier in the batch was never there. Whose an event is comes first (`identity.py`), and counts only
once the event is accepted.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from itertools import chain

from attrs import define, field
from msgspec.structs import replace

from segdsl.backends.base import (
    Backend,
    Basis,
    Batch,
    Position,
    StoredInputs,
    StoredLink,
    StoredState,
    Tally,
    TallyKind,
)
from segdsl.host.identity import Settled, no_guest, settle
from segdsl.host.links import Linked, Links
from segdsl.host.lives import Lives
from segdsl.records.inputs import FORGET, LOGS_OFF, Event, Link, Listing, is_guest
from segdsl.records.outcomes import Change, Effect, Held, Outcome, Reject
from segdsl.state.life import Life, Taken, decode, encode_input, encode_page, encode_state
from segdsl.values.instants import DAY, duration_text, instant_text

Counted = tuple[TallyKind, str, int | None, str]
"""What a `Tally` counts: its kind, name, day and owner."""


@define(eq=False)
class Taking:
    """One batch. `vouched` is the instant up to which events are believed; `ruled` are the attributes that only rules
    set; `tombstone` gives the keyed hash by which a forgotten customer is remembered. With a `journal` the inputs that
    are taken are kept. `settled`: it was settled before whose the events are. `renaming` are guests whose new names are
    still to be given to what the batch has done for them. `changes` are by customer, in the order in which they
    happen; `inputs` are encoded at once, while they are at hand."""

    backend: Backend
    lives: Lives
    ruled: set[str]
    tombstone: Callable[[str], str]
    vouched: int
    positions: Mapping[str, Position] = {}
    journal: bool = True
    settled: bool = False
    generation: int | None = None
    any_forgotten: bool = True
    links: Links = field(init=False)
    versions: dict[str, int] = field(factory=dict)
    looked_up: set[str] = field(factory=set)
    kept: dict[str, Life] = field(factory=dict)
    forgotten: dict[str, int] = field(factory=dict)
    touched: dict[str, None] = field(factory=dict)
    erased: dict[str, None] = field(factory=dict)
    tombstones: dict[str, int] = field(factory=dict)
    changes: dict[str, list[Change]] = field(factory=dict)
    effects: dict[str, Effect] = field(factory=dict)
    undone: list[Change] = field(factory=list)
    withdrawn: dict[str, Effect] = field(factory=dict)
    held: dict[str, Held] = field(factory=dict)
    inputs: dict[str, list[bytes]] = field(factory=dict)
    renaming: dict[str, str] = field(factory=dict)
    clock: int | None = None
    tallies: Counter[Counted] = field(factory=Counter)

    def __attrs_post_init__(self) -> None:
        self.links = Links(self.backend)

    def load_for(self, items: Collection[Event | Reject]) -> None:
        """Read what is kept of all that some events name. What turns out to be needed besides is read when it is."""
        customers = {item.customer: None for item in items if type(item) is Event}
        names: list[str] = []
        visited = [] if self.settled else [item for item in items if type(item) is Event and item.visitor]
        if visited:
            self.links.load(event.visitor for event in visited)
            offs = Counter(event.visitor for event in visited if event.name == LOGS_OFF)
            for name in dict.fromkeys(event.visitor for event in visited):
                names += self.links.whose(name, offs[name])
        self.load([*customers, *names])

    def load(self, customers: Iterable[str]) -> None:
        """Read what is kept of some customers."""
        wanted = [name for name in dict.fromkeys(customers) if name and name not in self.looked_up]
        self.looked_up.update(wanted)
        found = self.backend.fetch(wanted)
        self.kept |= {name: decode(data.state) for name, data in found.items()}
        self.versions |= {name: found[name].version if name in found else 0 for name in wanted}
        if not self.any_forgotten:
            return
        # One who has come back could still be sent a late event from before.
        hashes = {self.tombstone(name): name for name in wanted if self.lives.lateness or name not in found}
        forgotten = self.backend.tombstones(list(hashes))
        self.forgotten |= {hashes[hash_]: instant for hash_, instant in forgotten.items()}

    def life(self, customer: str) -> Life | None:
        """What is kept of a customer; None of one who is not known."""
        if customer not in self.looked_up:
            self.load([customer])
        return self.kept.get(customer)

    # ------------------------------------------------------------------------------------------------- what is taken in

    def take(self, item: Event | Reject) -> Outcome:
        """Take in an event, or pass on why it could not be read. What came of it is counted."""
        if isinstance(item, Reject):
            outcome = _rejected(item)
            day = None
        else:
            outcome = self._taken(item)
            day = item.instant // DAY
        if outcome.reject is not None:
            self.tallies["reject", outcome.reject.reason, day, ""] += 1
        elif outcome.status == "accepted" and isinstance(item, Event):
            self.tallies["event", item.name, day, ""] += 1
            for owner, name in item.ignored:
                self.tallies["ignored", name, None, owner] += 1
            if item.format:
                self.tallies["format", item.format, day, ""] += 1
        return outcome

    def settle(self, item: Event) -> Settled:
        """Whose an event is (language.md section 5.18). Nothing is changed."""
        if self.settled:
            return Settled(item)
        if is_guest(item.customer) and item.name != FORGET:
            item = replace(item, customer=self.named(item.customer))
        visitor = self.links.visitor(item.visitor) if item.visitor else None
        return settle(visitor, item, self.lives.lateness)

    def named(self, customer: str) -> str:
        """Who somebody is by now: a guest's id, which the host knows from an effect, may be a customer's."""
        link = self.links.became(customer) if is_guest(customer) else None
        return link.account if link is not None else customer

    def _taken(self, item: Event) -> Outcome:
        settled = self.settle(item)
        event = settled.event
        life = self.life(event.customer)
        if event.name == FORGET and event.instant <= self.vouched:
            self.forget(event.customer, max(event.instant, life.head.latest if life else event.instant))
            return Outcome("accepted", event.customer)
        if self._is_repeated(event, life) or self._is_seen(event):
            return Outcome("repeated", event.customer)
        reject = self._refused(event, life, item.customer, settled.guest)
        if reject is not None:
            return _rejected(reject)
        event = replace(event, ignored=(), format="") if event.ignored or event.format else event
        linked = self._linked(settled.guest, event.customer, event) if settled.guest else None
        life = linked.life if linked is not None else life
        after, outcome = self.lives.take(life, event)
        if after is None or outcome.status == "rejected":
            return outcome
        if settled.visitor is not None:
            self.links.keep(settled.visitor)
        if linked is None:
            return self._kept(event, life, after, outcome)
        self._keep_link(linked)
        return _together([*linked.outcomes, self._kept(event, life, after, outcome)])

    def link(self, link: Link) -> list[Outcome]:
        """Have a guest turn out to be a customer. Gives what came of it: nothing for a guest who is not known."""
        linked = self._linked(link.guest, link.customer, link)
        if linked is None:
            return []
        self._keep_link(linked)
        return list(linked.outcomes)

    def _linked(self, guest: str, customer: str, event: Event | Link) -> Linked | None:
        """What it comes to when a guest turns out to be a customer, by an event, before that is handled. Nothing is
        kept of it yet. None for a guest of whom nothing is known."""
        life, known = self.life(guest), self.life(customer)
        if life is None:
            return None
        instant = max(event.instant, life.head.latest)
        stored = StoredLink(guest, customer, instant, event.visitor, life.head.first, known is None)
        if known is None:
            entry = Link(event.id, customer, instant, guest, event.visitor)
            after, outcome = self.lives.take(life, entry)
            outcomes: tuple[Outcome, ...] = (outcome,)
        else:
            state, ended = self.lives.end(life, instant, event.id)
            entry = Link(event.id, customer, instant, guest, event.visitor, encode_state(state))
            after, outcome = self.lives.take(known, entry)
            outcomes = (ended, outcome)
        assert after is not None, "only events are refused"
        return Linked(stored, Taken((known or life).head.arrivals, entry), after, outcomes)

    def _keep_link(self, linked: Linked) -> None:
        """The guest is a customer from now on."""
        stored = linked.stored
        self.links.add(stored)
        del self.kept[stored.guest]
        self.touched.pop(stored.guest, None)
        if stored.renamed:
            self._rename(stored.guest, stored.account)
        else:
            self.note(linked.outcomes[0])
        if self.journal:
            self.inputs.setdefault(stored.account, []).append(encode_input(linked.taken))
        self._keep(linked.life, linked.outcomes[-1])

    def _rename(self, guest: str, customer: str) -> None:
        """What this batch has done so far for a guest who is a new customer was the customer's."""
        self.inputs[customer] = self.inputs.pop(guest, [])
        self.renaming[guest] = customer

    def _name(self) -> None:
        """Give what was done for guests their new names. All at once: a batch may link thousands."""
        names = self.renaming
        if not names:
            return
        self.renaming = {}

        def named(each: Change) -> Change:
            return replace(each, customer=names[each.customer]) if each.customer in names else each

        def to(effect: Effect) -> Effect:
            return replace(effect, customer=names[effect.customer]) if effect.customer in names else effect

        for guest, customer in names.items():
            if guest in self.changes:  # they come first: of the customer nothing was known
                self.changes[customer] = [*map(named, self.changes.pop(guest)), *self.changes.get(customer, ())]
        self.undone = [named(change) for change in self.undone]
        self.effects = {id_: to(effect) for id_, effect in self.effects.items()}
        self.withdrawn = {id_: to(effect) for id_, effect in self.withdrawn.items()}
        self.held = {id_: replace(held, effect=to(held.effect)) for id_, held in self.held.items()}

    def take_listing(self, entry: Listing) -> Outcome:
        """Take in the host's word about a customer; it is not too late."""
        life = self.life(entry.customer)
        return Outcome("repeated", entry.customer) if self._is_repeated(entry, life) else self._take(entry, life)

    def advance(self, customer: str, until: int) -> Outcome:
        """Let the clock run for a customer."""
        life, outcome = self.lives.advance(self.kept[customer], until)
        self._keep(life, outcome)
        return outcome

    def forget(self, customer: str, instant: int) -> None:
        """Erase a customer, the guests who became that customer, and all that this batch did for them so far
        (language.md section 5.17). Their visitors are linked to nobody then."""
        self.life(customer)
        for name in (customer, *self.links.forget(customer)):
            self._erase(name, instant)

    def _erase(self, customer: str, instant: int) -> None:
        instant = max(instant, self.forgotten.get(customer, instant))
        self._name()
        self.looked_up.add(customer)
        self.kept.pop(customer, None)
        self.touched.pop(customer, None)
        self.inputs.pop(customer, None)
        self.changes.pop(customer, None)
        self.effects = {id_: effect for id_, effect in self.effects.items() if effect.customer != customer}
        self.undone = [change for change in self.undone if change.customer != customer]
        self.withdrawn = {id_: effect for id_, effect in self.withdrawn.items() if effect.customer != customer}
        self.held = {id_: held for id_, held in self.held.items() if held.effect.customer != customer}
        self.erased[customer] = None
        self.tombstones[self.tombstone(customer)] = instant
        self.forgotten[customer] = instant

    def _is_repeated(self, entry: Event | Listing, life: Life | None) -> bool:
        return life is not None and life.head.seen.get(entry.id) == entry.instant

    def _is_seen(self, event: Event) -> bool:
        """Whether an event's visitor was seen in it before, whosever it was then."""
        visitor = self.links.visitor(event.visitor) if event.visitor and not self.settled else None
        return visitor is not None and visitor.seen.get(event.id) == event.instant

    def _take(self, entry: Listing, life: Life | None) -> Outcome:
        after, outcome = self.lives.take(life, entry)
        assert after is not None, "only events are refused"
        return self._kept(entry, life, after, outcome)

    def _kept(self, entry: Event | Listing, before: Life | None, after: Life, outcome: Outcome) -> Outcome:
        """Keep what came of an input."""
        if self.journal:
            arrivals = before.head.arrivals if before is not None else 0
            self.inputs.setdefault(entry.customer, []).append(encode_input(Taken(arrivals, entry)))
        self._keep(after, outcome)
        self.clock = entry.instant if self.clock is None else max(self.clock, entry.instant)
        return outcome

    def _keep(self, life: Life, outcome: Outcome) -> None:
        self.kept[life.head.customer] = life
        self.touched[life.head.customer] = None
        self.note(outcome)

    def note(self, outcome: Outcome) -> None:
        """Gather what came of an input."""
        if outcome.undone:
            self._name()
            for change in outcome.undone:
                made = self.changes.get(change.customer)
                if made and change in made:
                    made.remove(change)
                else:
                    self.undone.append(change)
        for effect in outcome.withdrawn:
            if self.effects.pop(effect.id, None) is None:
                self.withdrawn[effect.id] = effect
        for change in outcome.changes:
            self.changes.setdefault(change.customer, []).append(change)
        for effect in outcome.effects:
            self.effects[effect.id] = effect
            self.held.pop(effect.id, None)
        for held in outcome.held:
            self.held[held.effect.id] = held
        self._count(outcome)

    def _count(self, outcome: Outcome) -> None:
        """Count what rules did. What a later input of the batch takes back stays counted, as between batches."""
        for rule, instant in zip(outcome.fired, outcome.fired_at, strict=True):
            self.tallies["fired", rule, instant // DAY, ""] += 1
        for effect in outcome.withdrawn:
            self.tallies["withdrawn", effect.action, effect.instant // DAY, ""] += 1
        self.count_made(outcome.effects, outcome.held)

    def count_made(self, effects: Iterable[Effect], held: Iterable[Held]) -> None:
        """Count effects that were made, and those that were held back."""
        for effect in effects:
            self.tallies["effect", effect.action, effect.instant // DAY, ""] += 1
        for each in held:
            self.tallies["held", each.effect.action, each.effect.instant // DAY, ""] += 1

    def _refused(self, event: Event, life: Life | None, named: str, guest: str) -> Reject | None:
        """Why a readable event cannot be taken (language.md sections 5.1 and 5.15 to 5.18). `named` is the customer
        that came with it, `guest` who turns out to be the customer by it."""

        def refuse(reason: str, detail: str) -> Reject:
            return Reject(reason, detail, event.place, event.id, event.customer)

        if event.instant > self.vouched:
            return refuse(
                "future",
                f"{instant_text(event.instant)} is later than {instant_text(self.vouched)}, up to which "
                "events are believed",
            )
        for whose, latest in self._latest(event, life, guest):
            if event.instant < latest - self.lives.lateness:
                by = f" by more than {duration_text(self.lives.lateness)}" if self.lives.lateness else ""
                return refuse(
                    "late",
                    f"{instant_text(event.instant)} is earlier than the {whose}'s latest, {instant_text(latest)}{by}",
                )
        for known in (life, self.life(guest) if guest else None):
            if known is not None and event.instant < (reach := known.reach(self.lives.lateness)):
                since = f"since {instant_text(reach)}, and this event is from before"
                return refuse("late", f"other rules are in place {since}")
        if is_guest(named) and life is None and not self.settled:
            return refuse("no customer", no_guest(named))
        forgotten = self.forgotten.get(event.customer)
        if forgotten is not None and event.instant <= forgotten:
            return refuse("forgotten", "the customer was forgotten, and this event is from before")
        ruled = next((name for name in event.attributes if name in self.ruled), None)
        if ruled is not None:
            return refuse("bad attribute", f"`{ruled}` is set by rules, so no event can set it")
        return None

    def _latest(self, event: Event, life: Life | None, guest: str) -> Iterator[tuple[str, int]]:
        """The latest instants, of those whom an event is about, that it must not be too far behind."""
        if life is not None:
            yield "customer", life.head.latest
        visitor = self.links.visitor(event.visitor) if event.visitor and not self.settled else None
        if visitor is not None and visitor.latest is not None:
            yield "visitor", visitor.latest
        joining = self.life(guest) if guest else None
        if joining is not None:
            yield "guest", joining.head.latest

    # ---------------------------------------------------------------------------------------------- what is to be kept

    def without_rejects(self) -> dict[Tally, int]:
        """Leave the tallies of rejects out of the batch, and give them."""
        rejects = {counted: number for counted, number in self.tallies.items() if counted[0] == "reject"}
        for counted in rejects:
            del self.tallies[counted]
        return {Tally(*counted): number for counted, number in rejects.items()}

    def batch(self, since: Mapping[str, Position | None] | None = None) -> Batch:
        """All of it, for one commit. `since` is how far inputs were handled when it was begun."""
        self._name()
        basis = Basis(self.generation, self._versions(), self.links.versions_touched(), dict(since or {}))
        lives = ((customer, self.kept[customer]) for customer in self.touched)
        states = [StoredState(name, life, life.head.clock, life.head.due, life.head.timer) for name, life in lives]
        return Batch(
            states,
            sorted(self.undone, key=lambda each: (each.instant, each.arrival, each.round)),
            list(self.withdrawn.values()),
            list(chain.from_iterable(self.changes.values())),
            list(self.effects.values()),
            [StoredInputs(customer, encode_page(inputs)) for customer, inputs in self.inputs.items()],
            list(self.erased),
            self.tombstones,
            dict(self.positions),
            self.clock,
            {Tally(*counted): number for counted, number in self.tallies.items()},
            self.links.renamed,
            list(self.links.ended),
            list(self.links.made.values()),
            self.links.stored(),
            basis=basis,
        )

    def _versions(self) -> dict[str, int]:
        """Those of the customers whom the batch changes."""
        changed = (self.touched, self.erased, self.links.renamed, self.links.ended)
        return {name: self.versions[name] for name in chain(*changed) if name in self.versions}


def _together(parts: list[Outcome]) -> Outcome:
    """What came of an event by which a guest turned out to be its customer: of that first."""
    whole = parts[-1]
    return replace(
        whole,
        **{
            name: tuple(each for part in parts for each in getattr(part, name))
            for name in ("changes", "effects", "fired", "undone", "withdrawn", "fired_at", "held")
        },
    )


def _rejected(reject: Reject) -> Outcome:
    return Outcome("rejected", reject.customer, reject=reject)
