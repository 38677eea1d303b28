"""The straight way through a batch: events that are accepted and come to a step and nothing else.

Comes in: a batch on its way (`taking.py`) and its items. Goes out: an outcome for each. Nearly all events go this way,
so it does no more than it must. Whatever is unusual about one (a visitor, lateness, lines, a forgotten customer, a
repetition) sends it the patient way, `Taking.take`, which is the meaning: the outcome and what is kept are the same.
"""

from collections import defaultdict
from collections.abc import Iterable
from typing import TYPE_CHECKING

from attrs import define, field
from msgspec.structs import replace

from segdsl.engines.base import Step
from segdsl.records.inputs import GUEST, Event
from segdsl.records.outcomes import Outcome, Reject
from segdsl.state.life import Life, Taken, encode_input
from segdsl.values.instants import DAY

if TYPE_CHECKING:
    from segdsl.host.taking import Taking


def take_all(taking: "Taking", items: Iterable[Event | Reject]) -> list[Outcome]:
    """Take in some items of a batch, in their order, whose customers are loaded."""
    lives, kept, touched, journal = taking.lives, taking.kept, taking.touched, taking.inputs
    forgotten, ruled, vouched, keeps = taking.forgotten, taking.ruled, taking.vouched, taking.journal
    straight, lateness, take_step = lives.straight, lives.lateness, lives.prepared.step
    keeps_any = keeps or bool(lateness)
    accepted = Accepted()
    counts, begin, end, written = accepted.together("", 0)
    latest = taking.clock
    outcomes: list[Outcome] = []
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
            outcomes.append(taking.take(item))
            continue
        before = kept.get(customer)
        if before is None:
            head, fits = None, customer in taking.looked_up and not customer.startswith(GUEST)
        else:
            head = before.head
            fits = instant >= head.clock and head.seen.get(item.id) != instant
        step = take_step(head, item) if fits else None
        if step is None or step.full:
            outcomes.append(taking.take(item))
            continue

        if instant >= end or instant < begin or item.format != written:
            counts, begin, end, written = accepted.together(item.format, instant)
        counts[item.name] += 1
        if item.ignored:
            accepted.ignored += item.ignored
        after = Life(step.state)
        if keeps_any:
            # How it was written, and what nothing declares, is counted by now, and not kept.
            event = replace(item, ignored=(), format="") if written or item.ignored else item
            taken = Taken(head.arrivals if head is not None else 0, event)
            if keeps:
                page = journal.get(customer)
                if page is None:
                    page = journal[customer] = []
                page.append(encode_input(taken))
            if lateness:
                after = lives.after(before, taken, step.state)
        kept[customer] = after
        touched[customer] = None
        if latest is None or instant > latest:
            latest = instant
        if step.changes or step.effects or step.fired or step.held:
            outcomes.append(_outcome(taking, customer, step))
        else:
            outcomes.append(Outcome("accepted", customer))
    accepted.count(taking)
    if latest is not None:
        taking.clock = latest if taking.clock is None else max(latest, taking.clock)
    return outcomes


def _outcome(taking: "Taking", customer: str, step: Step) -> Outcome:
    outcome = Outcome(
        "accepted", customer, tuple(step.changes), tuple(step.effects), tuple(step.fired), None, (), (),
        tuple(step.fired_at), tuple(step.held),
    )  # fmt: skip
    taking.note(outcome)
    return outcome


@define
class Accepted:
    """Accepted events until they are counted: by the day and how they were written, then by name."""

    counts: dict[tuple[int, str], defaultdict[str, int]] = field(factory=dict)
    ignored: list[tuple[str, str]] = field(factory=list)

    def together(self, written: str, instant: int) -> tuple[defaultdict[str, int], int, int, str]:
        """What counts the events of a day that are written alike; when the day begins and ends."""
        day = instant // DAY
        counts = self.counts.setdefault((day, written), defaultdict(int))
        return counts, day * DAY, day * DAY + DAY, written

    def count(self, taking: "Taking") -> None:
        for (day, written), counts in self.counts.items():
            for name, number in counts.items():
                taking.tallies["event", name, day, ""] += number
            if written and counts:
                taking.tallies["format", written, day, ""] += sum(counts.values())
        for owner, name in self.ignored:
            taking.tallies["ignored", name, None, owner] += 1
