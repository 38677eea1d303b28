"""The straight way through a batch: events that are accepted and come to a step and nothing else.

Comes in: a batch on its way (`taking.py`) and its items. Goes out: an outcome for each. Nearly all events go this way,
so it does no more than it must. Whatever is unusual about one (a visitor, lateness, lines, a forgotten customer, a
repetition) sends it the patient way, `Taking.take`, which is the meaning: the outcome and what is kept are the same.
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from msgspec.structs import replace

from segdsl.records.inputs import GUEST, Event
from segdsl.records.outcomes import Outcome, Reject
from segdsl.state.life import Life, Taken
from segdsl.values.instants import DAY

if TYPE_CHECKING:
    from segdsl.host.taking import Taking


def take_all(taking: "Taking", items: Iterable[Event | Reject]) -> list[Outcome]:
    """Take in some items of a batch, in their order, whose customers are loaded."""
    lives, kept, touched, inputs = taking.lives, taking.kept, taking.touched, taking.inputs
    known, forgotten, ruled, vouched, journal = (
        taking.looked_up, taking.forgotten, taking.ruled, taking.vouched, taking.journal,
    )  # fmt: skip
    straight, lateness, step = lives.straight, lives.lateness, lives.prepared.step
    outcomes: list[Outcome] = []
    format, begin, end = "", 0, 0  # what is counted together: events of one format, on one day
    counts: dict[str, int] = {}
    reached = taking.clock
    for item in items:
        lines = straight.get(item.name) if type(item) is Event else None
        if lines is None or item.visitor or (lines and any(item.fields.get(name) for name in lines)):
            outcomes.append(taking.take(item))
            continue
        customer, instant = item.customer, item.instant
        before = kept.get(customer)
        head = before.head if before is not None else None
        if (
            instant > vouched
            or customer in forgotten
            or (
                instant < head.clock or head.seen.get(item.id) == instant
                if head is not None
                else customer not in known or customer.startswith(GUEST)
            )
            or (item.attributes and not ruled.isdisjoint(item.attributes))
        ):
            outcomes.append(taking.take(item))
            continue
        done = step(head, item)
        if done.full:
            outcomes.append(taking.take(item))
            continue

        if instant >= end or instant < begin or item.format != format:
            if counts:
                _count(taking, counts, format, begin // DAY)
            counts = {}
            format, begin = item.format, instant - instant % DAY
            end = begin + DAY
        counts[item.name] = counts.get(item.name, 0) + 1
        for owner, name in item.ignored:
            taking.tallies["ignored", name, None, owner] += 1
        if journal or lateness:
            # How it was written, and what nothing declares, was counted just now, and is not kept.
            event = replace(item, ignored=(), format="") if format or item.ignored else item
            taken = Taken(head.arrivals if head is not None else 0, event)
            if journal:
                pages = inputs.get(customer)
                if pages is None:
                    inputs[customer] = [taken]
                else:
                    pages.append(taken)
        kept[customer] = Life(done.state) if not lateness else lives.after(before, taken, done.state)
        touched[customer] = None
        if reached is None or instant > reached:
            reached = instant
        if done.changes or done.effects or done.fired or done.held:
            outcome = Outcome(
                "accepted", customer, tuple(done.changes), tuple(done.effects), tuple(done.fired), None, (), (),
                tuple(done.fired_at), tuple(done.held),
            )  # fmt: skip
            taking.note(outcome)
            outcomes.append(outcome)
        else:
            outcomes.append(Outcome("accepted", customer))
    if counts:
        _count(taking, counts, format, begin // DAY)
    if reached is not None:
        taking.clock = reached if taking.clock is None else max(taking.clock, reached)
    return outcomes


def _count(taking: "Taking", counts: dict[str, int], format: str, day: int) -> None:
    """Count accepted events of one day by name, and by how they were written."""
    for name, number in counts.items():
        taking.tallies["event", name, day, ""] += number
    if format:
        taking.tallies["format", format, day, ""] += sum(counts.values())
