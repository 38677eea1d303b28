"""Questions about a store: who is in which segment, now, in the past or later (language.md section 5.21).

The past is answered from recorded memberships. What a customer's state says holds from its last input on; what the
clock has changed since then, or will by a later instant, is worked out here from the state, without writing it down.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime, timedelta
from functools import cached_property
from heapq import merge
from importlib import import_module
from itertools import groupby
from operator import attrgetter, itemgetter
from typing import TYPE_CHECKING, cast

from attrs import frozen

from segdsl.backends.base import Backend, Membership, StoredLink, StoredProgram
from segdsl.diagnostics.errors import StoreError, UnknownNameError
from segdsl.diagnostics.suggest import nearest
from segdsl.engines.base import Prepared
from segdsl.host.deploying.note import deployments
from segdsl.host.moments import Moment, instant_of
from segdsl.host.promotions import Promotion, as_recorded, by_memberships, given
from segdsl.plan import nodes as p
from segdsl.plan.moved import moved_by_clock
from segdsl.plan.needs import Needs
from segdsl.records.inputs import Input, Link, Load
from segdsl.records.outcomes import Because, Change
from segdsl.state.customer import State
from segdsl.state.life import Taken, decode, decode_inputs, since_loading
from segdsl.state.visitor import decode_visitor
from segdsl.values.instants import EPOCH, LATEST, instant_text
from segdsl.values.zones import Zone

if TYPE_CHECKING:  # they need the compiler, and are loaded by name where somebody asks for the past or for reasons
    from segdsl.host.why import Explainer, Why, WhyEffects

PAGE = 2_000
"""States looked at together."""

LOOKED_AHEAD = 10_000
"""Instants looked at for the next change: at most of them something could change, and does not."""


@frozen
class Standing:
    """All the segments a customer is in at an instant, and the changes by the clock alone since their last input."""

    customer: str
    segments: frozenset[str] = frozenset()
    moved: tuple[Change, ...] = ()


class Questions:
    """The part of the engine that only reads."""

    backend: Backend
    prepared: Prepared
    plan: p.Plan
    segments: dict[str, p.Segment]
    stored: StoredProgram
    _explains: Explainer | None = None

    def now(self) -> int:
        """The latest instant the store has read or was advanced to (microseconds UTC; 0 for an empty store)."""
        return self.backend.clock() or 0

    def _instant(self, at: Moment | None) -> int:
        return self.now() if at is None else instant_of(at, Zone(self.plan.zone))

    def pruned(self) -> datetime | None:
        """The instant, in UTC, before which memberships that had ended were dropped (`seg store prune`); None while all
        are there. Of the time before it, who was in a segment cannot be told any more."""
        instant = self.backend.pruned()
        return EPOCH + timedelta(microseconds=instant) if instant is not None else None

    def _recorded_at(self, instant: int) -> int:
        """An instant of which what was recorded is whole. Raises StoreError where it was dropped."""
        pruned = self.backend.pruned()
        if pruned is not None and instant < pruned:
            raise StoreError(
                f"who was in a segment at {instant_text(instant)} cannot be told: memberships that had ended before "
                f"{instant_text(pruned)} were pruned from this store; ask as of then or later"
            )
        return instant

    def known_segment(self, name: str) -> None:
        """Raises UnknownNameError, with the nearest name, for a segment that is not declared."""
        _known("segment", name, self.segments)

    def segments_of(self, customer: str, at: Moment | None = None) -> list[Membership]:
        """The segments a customer is in at an instant (None: the store's clock), by name.

        A customer never seen is answered as one without events. Raises StoreError for an instant before which
        memberships were pruned, where the answer rests on them; so do `count`, `counts` and `standings`.
        """
        instant = self._instant(at)
        data = self.backend.load([customer]).get(customer)
        state = decode(data).head if data is not None else None
        if state is None and self._was_guest(customer, instant):
            return self.backend.memberships(customer, self._recorded_at(instant))
        if state is None or instant < state.first:
            return self._without_events(customer, instant)
        if instant < state.clock:
            return self.backend.memberships(customer, self._recorded_at(instant))
        return sorted(self._standing(state, instant).values(), key=lambda m: m.segment)

    def _was_guest(self, customer: str, instant: int) -> bool:
        """Whether this was a guest then who has turned out to be another customer since."""
        link = self.backend.links([customer]).get(customer)
        return link is not None and not link.renamed and link.first <= instant < link.instant

    def promotions(self, customer: str, at: Moment | None = None) -> list[Promotion]:
        """The promotions that a customer has at an instant (None: the store's clock), by name (language.md section 6).

        A customer never seen is answered as one without events. Raises StoreError for a past instant and a promotion
        that asks for more than segments, where the store keeps no inputs that could be played up to then.
        """
        instant = self._instant(at)
        running = [each for each in self.plan.promotions if each.runs(instant)]
        if not running:
            return []
        state = self._state_of(customer, instant, running)
        return given(each for each in running if self.prepared.entitled(state, each, instant))

    def _state_of(self, customer: str, instant: int, asking: Sequence[p.Promotion]) -> State:
        """What is known of a customer at an instant, as far as promotions ask."""
        data = self.backend.load([customer]).get(customer)
        state = decode(data).head if data is not None else None
        if state is None and not self._was_guest(customer, instant):
            return self.prepared.fresh(customer, instant)
        if state is not None and instant < state.first:
            return self.prepared.fresh(customer, instant)
        if state is not None and instant >= state.clock:
            return self.prepared.settle(state, instant).state
        more = [each.name for each in asking if not by_memberships(each)]
        if not more:
            return as_recorded(customer, instant, self.backend.memberships(customer, self._recorded_at(instant)))
        if not self.stored.journal:
            raise StoreError(
                f"who had the promotion {more[0]!r} then cannot be told: it asks for more than segments, and this "
                "store keeps no events of its customers, since it was begun with --no-journal"
            )
        course = import_module("segdsl.host.why.course")
        player = course.Player(self.plan, self.journal)
        return cast(State, player.state_at(customer, self._life(customer, instant), instant))

    def _without_events(self, customer: str, instant: int) -> list[Membership]:
        fresh = self.prepared.fresh(customer, instant)
        return [
            Membership(customer, name, since, None, Because("condition", self.segments[name].place))
            for name, since in sorted(fresh.members.items())
        ]

    def _standing(self, state: State, instant: int) -> dict[str, Membership]:
        """Memberships at an instant not before the state's last input."""
        standing = {m.segment: m for m in self.backend.memberships(state.customer)}
        for change in self.prepared.settle(state, instant).changes:
            if change.entered:
                entered = Membership(change.customer, change.segment, change.instant, None, change.because)
                standing[change.segment] = entered
            else:
                standing.pop(change.segment, None)
        return standing

    def members(self, segment: str, at: Moment | None = None) -> Iterator[Membership]:
        """The members of a segment at an instant (None: the store's clock), in the order of customer ids.

        Raises UnknownNameError for a segment that is not declared, StoreError for an instant before which memberships
        were pruned.
        """
        self.known_segment(segment)
        instant = self._recorded_at(self._instant(at))
        moved = self._moved(segment, instant)
        recorded = (m for m in self.backend.members(segment, instant) if m.customer not in moved)
        return merge(recorded, (m for m in moved.values() if m is not None), key=lambda m: m.customer)

    def count(self, segment: str, at: Moment | None = None) -> int:
        """How many members a segment has at an instant (None: the store's clock)."""
        self.known_segment(segment)
        return self._counts([segment], at)[segment]

    def counts(self, at: Moment | None = None) -> dict[str, int]:
        """How many members each segment has at an instant (None: the store's clock), by name."""
        return self._counts(sorted(self.segments), at)

    def _counts(self, names: list[str], at: Moment | None) -> dict[str, int]:
        """What is recorded, and what the clock alone has changed since each customer's last input."""
        instant = self._recorded_at(self._instant(at))
        counts = {name: self.backend.count(name, None if at is None else instant) for name in names}
        if not self._moving.isdisjoint(names):
            for change in self.clock_changes(instant):
                if change.segment in counts:
                    counts[change.segment] += 1 if change.entered else -1
        return counts

    @cached_property
    def _moving(self) -> frozenset[str]:
        """The segments about which a question has to look at those for whom something is due."""
        return moved_by_clock(self.plan, Needs.of(self.plan), ends=bool(deployments(self.backend)))

    def _moved(self, segment: str, instant: int) -> dict[str, Membership | None]:
        """Customers whom the clock alone may have moved since their last input, with their membership now (None: they
        are not in it), in the order of their ids."""
        moved: dict[str, Membership | None] = {}
        if segment not in self._moving:
            return moved
        page: list[str] = []
        for customer in self.backend.due(instant):
            page.append(customer)
            if len(page) >= PAGE:
                self._look(page, segment, instant, moved)
                page = []
        self._look(page, segment, instant, moved)
        return moved

    def _look(self, page: list[str], segment: str, instant: int, moved: dict[str, Membership | None]) -> None:
        for customer, data in sorted(self.backend.load(page).items()):
            changes = self.prepared.settle(decode(data).head, instant).changes
            last = next((change for change in reversed(changes) if change.segment == segment), None)
            if last is not None:
                entered = Membership(customer, segment, last.instant, None, last.because)
                moved[customer] = entered if last.entered else None

    def history(self, customer: str, until: Moment | None = None) -> list[Change]:
        """Every change of a customer's memberships up to an instant (None: the store's clock), in order. Where history
        was pruned, those of memberships that had ended before `pruned()` may be missing."""
        instant = self._instant(until)
        recorded = [change for change in self.backend.history(customer) if change.instant <= instant]
        data = self.backend.load([customer]).get(customer)
        state = decode(data).head if data is not None else None
        if state is None or instant < state.clock:
            return recorded
        return recorded + self.prepared.settle(state, instant).changes

    def inputs(self, customer: str) -> list[Input]:
        """All inputs of a customer that were taken, events and the host's word, in the order in which they are handled
        (language.md section 5.3): also those that came late stand where they belong. Those of a guest who turned out to
        be this customer are among them, and the `Link` by which that came out.

        Raises StoreError for a store that was begun without a journal.
        """
        inputs: list[Input] = []
        for taken in self.journal(customer):
            if isinstance(taken.entry, Link) and not taken.entry.renames:
                inputs += self.inputs(taken.entry.guest)
            inputs.append(taken.entry)
        return sorted(inputs, key=lambda entry: entry.instant)

    def journal(self, customer: str) -> list[Taken]:
        """Only the customer's own, each with the number of arrivals before it. They begin with the `Load` by which the
        rules were put in place, if others were there before."""
        return since_loading(self.whole_journal(customer))

    def _life(self, customer: str, instant: int) -> list[Taken]:
        """The journal of a customer, to be played up to an instant. Raises StoreError for one at which other rules were
        in place."""
        inputs = self.journal(customer)
        if inputs and isinstance(inputs[0].entry, Load) and instant < inputs[0].entry.instant:
            since = instant_text(inputs[0].entry.instant)
            raise StoreError(
                f"at {instant_text(instant)} other rules were in place: these are only since {since}, so why something "
                "was as it was before cannot be told; what it was can be, by `seg customer` with --at"
            )
        return inputs

    def whole_journal(self, customer: str) -> list[Taken]:
        """The same, also from before the rules were put in place, under others."""
        if not self.stored.journal:
            raise StoreError(
                "this store keeps no events of its customers, since it was begun with --no-journal: run them anew "
                "into another store"
            )
        return decode_inputs(self.backend.journal(customer))

    def why(self, customer: str, segment: str, at: Moment | None = None) -> Why:
        """Why a customer is or is not in a segment at an instant (None: the store's clock): what led to it, what is
        missing, the event without which it would be otherwise, and the smallest change that would turn it. A guest who
        turned out to be a customer by then is that customer.

        Raises UnknownNameError for a segment that is not declared, StoreError for a store begun without a journal, and
        for an instant at which other rules were in place.
        """
        self.known_segment(segment)
        instant = self._instant(at)
        customer = self._known_as(customer, instant)
        return self._explainer().why(customer, segment, instant, self._life(customer, instant))

    def why_effects(self, customer: str, action: str, at: Moment | None = None) -> WhyEffects:
        """What became of an action for a customer up to an instant (None: the store's clock): the effects that were
        made, and those that were held back, with what kept them back.

        Raises UnknownNameError for an action that is not declared, StoreError for a store begun without a journal.
        """
        self.known_action(action)
        instant = self._instant(at)
        customer = self._known_as(customer, instant)
        return self._explainer().why_effects(customer, action, instant, self._life(customer, instant))

    def known_action(self, name: str) -> None:
        """Raises UnknownNameError, with the nearest name, for an action that is not declared."""
        _known("action", name, [action.name for action in self.plan.actions])

    def why_promotion(self, customer: str, promotion: str, at: Moment | None = None) -> Why:
        """Why a customer has a promotion or has it not at an instant (None: the store's clock), as `why` says it of a
        segment.

        Raises UnknownNameError for a promotion that is not declared, StoreError for a store begun without a journal.
        """
        _known("promotion", promotion, [each.name for each in self.plan.promotions])
        instant = self._instant(at)
        customer = self._known_as(customer, instant)
        return self._explainer().why_promotion(customer, promotion, instant, self._life(customer, instant))

    def _known_as(self, customer: str, instant: int) -> str:
        """The customer under whose id the past of this one up to an instant is kept: of a guest, who that is by
        then."""
        link = self.backend.links([customer]).get(customer)
        return link.account if link is not None and (link.renamed or link.instant <= instant) else customer

    def _explainer(self) -> Explainer:
        if self._explains is None:
            found = import_module("segdsl.host.program").as_written(self.stored.sources, self.stored.digest)
            plan, checked = found if found is not None else (self.plan, None)
            self._explains = import_module("segdsl.host.why").Explainer(plan, self.journal, checked)
        assert self._explains is not None
        return self._explains

    def customer_of(self, visitor: str) -> str | None:
        """Whose an event would be now that names this visitor alone: the account to which the visitor is linked, or its
        guest (language.md section 5.18). None for a visitor never seen."""
        record = self.backend.visitors([visitor]).get(visitor)
        if record is None:
            return None
        known = decode_visitor(bytes(record.state))
        return known.account or known.guest

    def became(self, guest: str) -> str | None:
        """The customer whom a guest turned out to be; None for one who is a guest still, or is none."""
        link = self.backend.links([guest]).get(guest)
        return link.account if link is not None else None

    def visitors_of(self, customer: str) -> list[str]:
        """The visitors that are linked to a customer now, by name."""
        return self.backend.visitors_of(customer)

    def guests_of(self, customer: str) -> list[StoredLink]:
        """The guests who turned out to be this customer, with their visitors and instants, in order."""
        return self.backend.links_of(customer)

    def next_change(self, customer: str) -> datetime | None:
        """The next instant, in UTC, at which the clock alone changes a membership of a customer or has a rule act, as
        if nothing more came. None for a customer never seen, when nothing lies ahead, and when nothing has happened
        after `LOOKED_AHEAD` instants at which something could."""
        data = self.backend.load([customer]).get(customer)
        if data is None:
            return None
        state = self.prepared.settle(decode(data).head, self.now()).state
        for _ in range(LOOKED_AHEAD):
            if state.due is None or state.due >= LATEST:
                return None
            step = self.prepared.settle(state, state.due)
            if step.changes or step.effects or step.fired:
                return EPOCH + timedelta(microseconds=step.state.clock)
            state = step.state
        return None

    def standings(self, at: Moment | None = None) -> Iterator[Standing]:
        """Every customer who is in a segment at an instant (None: the store's clock), or whom the clock has moved by
        then since their last input, in the order of ids. It agrees with `counts`."""
        instant = self._recorded_at(self._instant(at))
        recorded = self.backend.standings(None if at is None else instant)
        entries = ((who, Standing(who, frozenset(names))) for who, names in recorded)
        changed = groupby(self.clock_changes(instant), key=attrgetter("customer"))
        moved = ((who, Standing(who, moved=tuple(changes))) for who, changes in changed)
        # `merge` keeps the order of its streams: of one customer, what is recorded comes first.
        for _, parts in groupby(merge(entries, moved, key=itemgetter(0)), key=itemgetter(0)):
            yield _together([standing for _, standing in parts])

    def clock_changes(self, until: int) -> Iterator[Change]:
        """The changes that the clock alone brings about up to an instant, after each customer's last input."""
        page: list[str] = []
        for customer in self.backend.due(until):
            page.append(customer)
            if len(page) >= PAGE:
                yield from self._settled(page, until)
                page = []
        yield from self._settled(page, until)

    def _settled(self, page: list[str], until: int) -> Iterator[Change]:
        for _, data in sorted(self.backend.load(page).items()):
            yield from self.prepared.settle(decode(data).head, until).changes


def _known(what: str, name: str, names: Collection[str]) -> None:
    """Raises UnknownNameError, with the nearest name, for one that is not declared."""
    if name not in names:
        meant = nearest(name, names)
        raise UnknownNameError(f"there is no {what} {name!r}" + (f": did you mean {meant!r}?" if meant else ""))


def _together(parts: list[Standing]) -> Standing:
    """What is recorded of a customer, if anything is, with what the clock has changed of it, if it has."""
    segments, moved = set(parts[0].segments), parts[-1].moved
    for change in moved:
        (segments.add if change.entered else segments.discard)(change.segment)
    return Standing(parts[0].customer, frozenset(segments), moved)
