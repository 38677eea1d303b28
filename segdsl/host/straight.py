"""The straight way through a batch: events that are accepted and come to a step and nothing else.

Comes in: a batch on its way (`taking.py`) and its items. Goes out: an outcome for each. Nearly all events go this way,
so it does no more than it must. Whatever is unusual about one (a visitor, lateness, lines, a forgotten customer, a
repetition) sends it the patient way, `Taking.take`, which is the meaning: the outcome and what is kept are the same.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable
from typing import TYPE_CHECKING

from attrs import define, field
from msgspec.structs import replace

from segdsl.engines.base import Step
from segdsl.host.runs import Report
from segdsl.records.inputs import GUEST, Event
from segdsl.records.outcomes import Outcome, Reject
from segdsl.state.life import Life, Taken, encode_input
from segdsl.values.instants import DAY

if TYPE_CHECKING:
    from segdsl.host.taking import Taking


def take_all(taking: "Taking", items: Iterable[Event | Reject], unheard: Report | None = None) -> list[Outcome]:
    """Take in some items of a batch, in their order, whose customers are loaded. With `unheard` no outcomes are made of
    what nobody is to hear: they are counted there, and none is given."""
    lives, kept, touched, journal = taking.lives, taking.kept, taking.touched, taking.inputs
    forgotten, ruled, vouched, keeps = taking.forgotten, taking.ruled, taking.vouched, taking.journal
    straight, lateness, take_step = lives.straight, lives.lateness, lives.prepared.step
    keeps_any = keeps or bool(lateness)
    accepted = Accepted(taking, unheard)
    outcomes, patiently = accepted.outcomes, accepted.patiently
    counts, begin, end, written = accepted.together("", 0)
    latest = taking.clock
    for item in items:
        if (
            type(item) is not Event
            or item.visitor
            or (lines := straight.get(item.name)) is None
            or (lines and any(map(item.fields.get, lines)))
            or (instant := item.instant) > vouched
            or (customer := item.customer) in forgotten
            or (item.attributes and not ruled.isdisjoint(item.attributes))
        ):
            patiently(item)
            continue
        before = kept.get(customer)
        if before is None:
            head, fits = None, customer in taking.looked_up and not customer.startswith(GUEST)
        else:
            head = before.head
            fits = instant >= head.clock and head.seen.get(item.id) != instant
        step = take_step(head, item) if fits else None
        if step is None or step.full:
            patiently(item)
            continue

        if instant >= end or instant < begin or item.format != written:
            counts, begin, end, written = accepted.together(item.format, instant)
        counts[item.name] += 1
        if item.ignored:
            accepted.ignored += item.ignored
        if keeps_any:
            # How it was written, and what nothing declares, is counted by now, and not kept.
            event = replace(item, ignored=(), format="") if written or item.ignored else item
            taken = Taken(head.arrivals if head is not None else 0, event)
            if keeps:
                page = journal.get(customer)
                if page is None:
                    page = journal[customer] = []
                page.append(encode_input(taken))
        kept[customer] = lives.after(before, taken, step.state) if lateness else Life(step.state)
        touched[customer] = None
        if latest is None or instant > latest:
            latest = instant
        if step.changes or step.effects or step.fired or step.held:
            accepted.note(customer, step)
        elif unheard is None:
            outcomes.append(Outcome("accepted", customer))
    accepted.count()
    if latest is not None:
        taking.clock = latest if taking.clock is None else max(latest, taking.clock)
    return outcomes


@define
class Accepted:
    """Events that are taken in, until they are counted: by the day and how they were written, then by name. `fired` are
    the ids of the rules that fired, `fired_at` the instants."""

    taking: "Taking"
    unheard: Report | None
    outcomes: list[Outcome] = field(factory=list)
    counts: dict[tuple[int, str], defaultdict[str, int]] = field(factory=dict)
    ignored: list[tuple[str, str]] = field(factory=list)
    fired: list[str] = field(factory=list)
    fired_at: list[int] = field(factory=list)

    def together(self, written: str, instant: int) -> tuple[defaultdict[str, int], int, int, str]:
        """What counts the events of a day that are written alike; when the day begins and ends."""
        day = instant // DAY
        counts = self.counts.setdefault((day, written), defaultdict(int))
        return counts, day * DAY, day * DAY + DAY, written

    def patiently(self, item: Event | Reject) -> None:
        """Take in an item the patient way."""
        outcome = self.taking.take(item)
        if self.unheard is None:
            self.outcomes.append(outcome)
        else:
            self.unheard.add([item], [outcome])

    def note(self, customer: str, step: Step) -> None:
        """Gather what came of an event that went straight."""
        taking, changes = self.taking, step.changes
        if changes:
            made = taking.changes.get(customer)
            if made is None:
                taking.changes[customer] = changes.copy()
            else:
                made += changes
        if step.fired:
            self.fired += step.fired
            self.fired_at += step.fired_at
        for effect in step.effects:
            taking.effects[effect.id] = effect
            taking.held.pop(effect.id, None)
        for held in step.held:
            taking.held[held.effect.id] = held
        if step.effects or step.held:
            taking.count_made(step.effects, step.held)
        if self.unheard is None:
            outcome = Outcome(
                "accepted", customer, tuple(changes), tuple(step.effects), tuple(step.fired), None, (), (),
                tuple(step.fired_at), tuple(step.held),
            )  # fmt: skip
            self.outcomes.append(outcome)
            return
        self.unheard.changes += len(changes)
        if step.effects or step.held:
            self.unheard.count_made(step.effects, step.held)

    def count(self) -> None:
        """Count all of them, for the store and for a report."""
        tallies = self.taking.tallies
        for (day, written), counts in self.counts.items():
            for name, number in counts.items():
                tallies["event", name, day, ""] += number
            if written and counts:
                tallies["format", written, day, ""] += sum(counts.values())
        for owner, name in self.ignored:
            tallies["ignored", name, None, owner] += 1
        days = [instant // DAY for instant in self.fired_at]
        for (rule, day), number in Counter(zip(self.fired, days, strict=True)).items():
            tallies["fired", rule, day, ""] += number
        if self.unheard is not None:
            self.unheard.fired.update(self.fired)
            for (_, written), counts in self.counts.items():
                self.unheard.events += sum(counts.values())
                if written and counts:
                    self.unheard.formats[written] += sum(counts.values())
