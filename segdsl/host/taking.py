"""One batch on its way through an engine: load its customers, take in what happened, and gather what to commit.

What several inputs of one batch do to a customer is settled here before it reaches the store: what a late input takes
back of something earlier in the batch was never there.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping

from attrs import define, field
from msgspec.structs import replace

from segdsl.backends.base import Backend, Batch, Position, StoredInputs, StoredState, Tally, TallyKind
from segdsl.host.lives import Lives
from segdsl.records.inputs import FORGET, Event, Listing
from segdsl.records.outcomes import Change, Effect, Held, Outcome, Reject
from segdsl.state.life import Life, Taken, decode, encode, encode_inputs
from segdsl.values.instants import DAY, duration_text, instant_text

Counted = tuple[TallyKind, str, int | None, str]
"""What a `Tally` counts: its kind, name, day and owner."""


@define(eq=False)
class Taking:
    """One batch. `vouched` is the instant up to which events are believed; `ruled` are the attributes that only rules
    set; `tombstone` gives the keyed hash by which a forgotten customer is remembered. With a `journal` the inputs that
    are taken are kept."""

    backend: Backend
    lives: Lives
    ruled: set[str]
    tombstone: Callable[[str], str]
    vouched: int
    positions: Mapping[str, Position] = {}
    journal: bool = True
    kept: dict[str, Life] = field(factory=dict)
    forgotten: dict[str, int] = field(factory=dict)
    touched: dict[str, None] = field(factory=dict)
    erased: dict[str, None] = field(factory=dict)
    tombstones: dict[str, int] = field(factory=dict)
    changes: dict[Change, None] = field(factory=dict)
    effects: dict[str, Effect] = field(factory=dict)
    undone: list[Change] = field(factory=list)
    withdrawn: dict[str, Effect] = field(factory=dict)
    held: dict[str, Held] = field(factory=dict)
    inputs: dict[str, list[Taken]] = field(factory=dict)
    clock: int | None = None
    tallies: Counter[Counted] = field(factory=Counter)

    def load(self, customers: Iterable[str]) -> None:
        """Read what is kept of some customers."""
        wanted = list(dict.fromkeys(customers))
        self.kept = {name: decode(data) for name, data in self.backend.load(wanted).items()}
        # One who has come back could still be sent a late event from before.
        hashes = {self.tombstone(name): name for name in wanted if self.lives.lateness or name not in self.kept}
        found = self.backend.tombstones(list(hashes))
        self.forgotten = {hashes[hash_]: instant for hash_, instant in found.items()}

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

    def _taken(self, item: Event) -> Outcome:
        life = self.kept.get(item.customer)
        if item.name == FORGET and item.instant <= self.vouched:
            self.forget(item.customer, max(item.instant, life.head.latest if life else item.instant))
            return Outcome("accepted", item.customer)
        if self._is_repeated(item, life):
            return Outcome("repeated", item.customer)
        reject = self._refused(item, life)
        if reject is not None:
            return _rejected(reject)
        return self._take(replace(item, ignored=(), format="") if item.ignored or item.format else item, life)

    def take_listing(self, entry: Listing) -> Outcome:
        """Take in the host's word about a customer; it is not too late."""
        life = self.kept.get(entry.customer)
        return Outcome("repeated", entry.customer) if self._is_repeated(entry, life) else self._take(entry, life)

    def advance(self, customer: str, until: int) -> Outcome:
        """Let the clock run for a customer."""
        life, outcome = self.lives.advance(self.kept[customer], until)
        self._keep(life, outcome)
        return outcome

    def forget(self, customer: str, instant: int) -> None:
        """Erase a customer, and all that this batch did for them so far (language.md section 5.17)."""
        instant = max(instant, self.forgotten.get(customer, instant))
        self.kept.pop(customer, None)
        self.touched.pop(customer, None)
        self.inputs.pop(customer, None)
        self.changes = {change: None for change in self.changes if change.customer != customer}
        self.effects = {id_: effect for id_, effect in self.effects.items() if effect.customer != customer}
        self.undone = [change for change in self.undone if change.customer != customer]
        self.withdrawn = {id_: effect for id_, effect in self.withdrawn.items() if effect.customer != customer}
        self.held = {id_: held for id_, held in self.held.items() if held.effect.customer != customer}
        self.erased[customer] = None
        self.tombstones[self.tombstone(customer)] = instant
        self.forgotten[customer] = instant

    def _is_repeated(self, entry: Event | Listing, life: Life | None) -> bool:
        return life is not None and life.head.seen.get(entry.id) == entry.instant

    def _take(self, entry: Event | Listing, life: Life | None) -> Outcome:
        arrivals = life.head.arrivals if life is not None else 0
        after, outcome = self.lives.take(life, entry)
        if after is None or outcome.status == "rejected":
            return outcome
        if self.journal:
            self.inputs.setdefault(entry.customer, []).append(Taken(arrivals, entry))
        self._keep(after, outcome)
        self.clock = entry.instant if self.clock is None else max(self.clock, entry.instant)
        return outcome

    def _keep(self, life: Life, outcome: Outcome) -> None:
        self.kept[life.head.customer] = life
        self.touched[life.head.customer] = None
        for change in outcome.undone:
            if change in self.changes:
                del self.changes[change]
            else:
                self.undone.append(change)
        for effect in outcome.withdrawn:
            if self.effects.pop(effect.id, None) is None:
                self.withdrawn[effect.id] = effect
        self.changes |= dict.fromkeys(outcome.changes)
        self.effects |= {effect.id: effect for effect in outcome.effects}
        for effect in outcome.effects:
            self.held.pop(effect.id, None)
        self.held |= {held.effect.id: held for held in outcome.held}
        self._count(outcome)

    def _count(self, outcome: Outcome) -> None:
        """Count what rules did. What a later input of the batch takes back stays counted, as between batches."""
        for rule, instant in zip(outcome.fired, outcome.fired_at, strict=True):
            self.tallies["fired", rule, instant // DAY, ""] += 1
        for effect in outcome.effects:
            self.tallies["effect", effect.action, effect.instant // DAY, ""] += 1
        for effect in outcome.withdrawn:
            self.tallies["withdrawn", effect.action, effect.instant // DAY, ""] += 1
        for held in outcome.held:
            self.tallies["held", held.effect.action, held.effect.instant // DAY, ""] += 1

    def _refused(self, event: Event, life: Life | None) -> Reject | None:
        """Why a readable event cannot be taken (language.md sections 5.1, 5.15, 5.16 and 5.17)."""

        def refuse(reason: str, detail: str) -> Reject:
            return Reject(reason, detail, event.place, event.id, event.customer)

        if event.instant > self.vouched:
            return refuse(
                "future",
                f"{instant_text(event.instant)} is later than {instant_text(self.vouched)}, up to which "
                "events are believed",
            )
        if life is not None and event.instant < life.head.latest - self.lives.lateness:
            by = f" by more than {duration_text(self.lives.lateness)}" if self.lives.lateness else ""
            return refuse(
                "late",
                f"{instant_text(event.instant)} is earlier than the customer's latest, "
                f"{instant_text(life.head.latest)}{by}",
            )
        forgotten = self.forgotten.get(event.customer)
        if forgotten is not None and event.instant <= forgotten:
            return refuse("forgotten", "the customer was forgotten, and this event is from before")
        ruled = next((name for name in event.attributes if name in self.ruled), None)
        if ruled is not None:
            return refuse("bad attribute", f"`{ruled}` is set by rules, so no event can set it")
        return None

    # ---------------------------------------------------------------------------------------------- what is to be kept

    def without_rejects(self) -> dict[Tally, int]:
        """Leave the tallies of rejects out of the batch, and give them."""
        rejects = {counted: number for counted, number in self.tallies.items() if counted[0] == "reject"}
        for counted in rejects:
            del self.tallies[counted]
        return {Tally(*counted): number for counted, number in rejects.items()}

    def batch(self) -> Batch:
        """All of it, for one commit."""
        states = []
        for customer in self.touched:
            life = self.kept[customer]
            states.append(StoredState(customer, encode(life), life.head.clock, life.head.due, life.head.timer))
        return Batch(
            states,
            sorted(self.undone, key=lambda each: (each.instant, each.arrival, each.round)),
            list(self.withdrawn.values()),
            list(self.changes),
            list(self.effects.values()),
            [StoredInputs(customer, encode_inputs(inputs)) for customer, inputs in self.inputs.items()],
            list(self.erased),
            self.tombstones,
            dict(self.positions),
            self.clock,
            {Tally(*counted): number for counted, number in self.tallies.items()},
        )


def _rejected(reject: Reject) -> Outcome:
    return Outcome("rejected", reject.customer, reject=reject)
