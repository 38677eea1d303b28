"""What has to hold in a store, and whether it does: `seg store check`.

All parts of the store are gone through once, as of one instant (`Checking`); then the history of each customer
(`memberships.py`), and with `deep` the journal (`again.py`). What is looked at again later is judged by itself, so that
a store may be written to meanwhile. About 200 MB of memory are used for a million customers.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from itertools import islice
from random import Random

import msgspec
from attrs import define, field, frozen

from segdsl.backends import base as b
from segdsl.diagnostics.errors import StoreError
from segdsl.diagnostics.printable import printable
from segdsl.engines import DEFAULT, prepare
from segdsl.engines.base import Prepared
from segdsl.host.care import again
from segdsl.host.care.exporting import Told, nobody, watched
from segdsl.host.care.memberships import faults_of, guests_past
from segdsl.host.deploying.note import refuse_underway
from segdsl.host.loading import plan_of
from segdsl.plan import nodes as p
from segdsl.records.inputs import is_guest
from segdsl.state.life import Life, decode, decode_inputs, since_loading
from segdsl.state.visitor import decode_visitor
from segdsl.values.instants import instant_text

PAGE = 1_000
"""Customers whose history is looked at between two times that somebody is told."""

UNREADABLE = (msgspec.MsgspecError, ValueError, SyntaxError, TypeError)
"""What comes of reading a state whose bytes are none."""


@frozen
class Checked:
    """What was looked at, and what is wrong, a sentence each. `journals` are the customers whose inputs were stepped
    anew."""

    faults: tuple[str, ...]
    customers: int
    parts: Counter[str]
    journals: int = 0


def check(
    backend: b.Backend, *, deep: bool = False, sample: int | None = None, told: Told = nobody, limit: int = 1_000
) -> Checked:
    """Look through a store for what must not be. `deep` steps the inputs of each customer anew, of a `sample` so many
    drawn ones; it needs the journal. No more than about `limit` faults are told.

    Raises StoreError when the store cannot be read at all, or `deep` is asked of one without a journal."""
    refuse_underway(backend)
    checking = Checking(backend, told, limit)
    stored = backend.program()
    if deep and (stored is None or not stored.journal):
        raise StoreError("this store keeps no events of its customers, so there is nothing to step anew")
    checking.whole()
    checking.histories()
    journals = checking.journals(sample) if deep else 0
    checking.faults += backend.faults()
    return Checked(tuple(dict.fromkeys(checking.faults)), checking.known, checking.parts, journals)


@define
class Checking:
    """One check. `open_ones` are sums over the memberships of each known customer that go on: those that the state has,
    less those that are recorded, which comes to nothing. `strangers` are those of whom something is recorded before
    (or without that) they were seen to be known, with what it is."""

    backend: b.Backend
    told: Told
    limit: int
    faults: list[str] = field(factory=list)
    parts: Counter[str] = field(factory=Counter)
    known: int = 0
    plan: p.Plan | None = None
    clock: int | None = None
    open_ones: dict[str, int] = field(factory=dict)
    strangers: dict[str, str] = field(factory=dict)
    members: Counter[str] = field(factory=Counter)
    links: list[b.StoredLink] = field(factory=list)
    accounts: dict[str, str] = field(factory=dict)
    effects: set[str] = field(factory=set)

    def fault(self, sentence: str) -> None:
        if len(self.faults) < self.limit:
            self.faults.append(printable(sentence))

    # ------------------------------------------------------------------------------------------ all parts, gone through

    def whole(self) -> None:
        """Go through all parts of the store, as of one instant."""
        by_kind: dict[type, Callable[[b.Content], None]] = {
            b.StoredProgram: self._program, b.StoredClock: self._clock, b.StoredState: self._state,
            b.StoredStay: self._stay, b.StoredInputs: self._inputs, b.StoredEffect: self._effect,
            b.StoredVisitor: self._visitor, b.StoredLink: self._link, b.StoredPosition: self._position,
            b.StoredTally: self._tally, b.StoredTombstone: self._tombstone,
        }  # fmt: skip
        for content in watched(self.backend.contents(), self.told):
            self.parts[type(content).__name__.removeprefix("Stored").lower()] += 1
            look = by_kind.get(type(content))
            if look is not None:
                look(content)
        if self.plan is None and self.known:
            self.fault("there are customers, but no program with which they came to be")
        self._settle_strangers()
        self._settle_links()
        self._counts()

    def _program(self, content: b.Content) -> None:
        assert isinstance(content, b.StoredProgram)
        try:
            self.plan = plan_of(content.plan)
        except msgspec.MsgspecError as error:
            self.fault(f"the plan of the program {content.digest[:8]} cannot be read: {error}")
            return
        if self.plan.digest != content.digest:
            self.fault(f"the program {content.digest[:8]} has a plan with the digest {self.plan.digest[:8]}")

    def _clock(self, content: b.Content) -> None:
        assert isinstance(content, b.StoredClock)
        self.clock = content.clock
        if content.pruned is not None and (content.clock is None or content.pruned > content.clock):
            self.fault("history was dropped up to an instant to which the store has not come")

    def _state(self, content: b.Content) -> None:
        assert isinstance(content, b.StoredState)
        who = content.customer
        self.known += 1
        self.open_ones.setdefault(who, 0)
        try:
            life = decode(bytes(content.state))
        except UNREADABLE as error:
            self.fault(f"the state of {who!r} cannot be read: {error}")
            return
        for sentence in _about(life, content):
            self.fault(f"{who!r}: {sentence}")
        for segment, since in life.head.members.items():
            self.open_ones[who] += hash((segment, since))

    def _stay(self, content: b.Content) -> None:
        assert isinstance(content, b.StoredStay)
        began, ended = content.began, content.ended
        self._of(began.customer, "memberships")
        if ended is None:
            self.members[began.segment] += 1
            self.open_ones[began.customer] = self.open_ones.get(began.customer, 0) - hash(
                (began.segment, began.instant)
            )
        else:
            if (ended.instant, ended.arrival, ended.round) < (began.instant, began.arrival, began.round):
                self.fault(
                    f"{began.customer!r} left {began.segment} at {instant_text(ended.instant)}, before coming into it "
                    f"at {instant_text(began.instant)}"
                )
            if (ended.customer, ended.segment) != (began.customer, began.segment):
                self.fault(f"{began.customer!r} came into {began.segment}, and somebody else left, or something else")

    def _inputs(self, content: b.Content) -> None:
        assert isinstance(content, b.StoredInputs)
        self._of(content.customer, "inputs")
        try:
            decode_inputs([content.inputs])
        except (msgspec.MsgspecError, ValueError) as error:
            self.fault(f"a page of the journal of {content.customer!r} cannot be read: {error}")

    def _effect(self, content: b.Content) -> None:
        assert isinstance(content, b.StoredEffect)
        effect = content.effect
        self._of(effect.customer, "effects in the outbox")
        if effect.id in self.effects:
            self.fault(f"the effect {effect.id} is in the outbox twice")
        self.effects.add(effect.id)
        if self.plan is not None and effect.action not in {action.name for action in self.plan.actions}:
            self.fault(f"the effect {effect.id} is of an action that is not declared: {effect.action}")
        if content.tries < 0 or (content.dead and not content.tries):
            self.fault(f"the effect {effect.id} is said to have been tried {content.tries} times")

    def _visitor(self, content: b.Content) -> None:
        assert isinstance(content, b.StoredVisitor)
        name = content.visitor
        try:
            visitor = decode_visitor(content.record)
        except msgspec.MsgspecError as error:
            self.fault(f"what is kept of the visitor {name!r} cannot be read: {error}")
            return
        if (visitor.name, visitor.account) != (name, content.account):
            self.fault(
                f"the visitor {name!r} is kept as linked to {content.account!r}, and the record says "
                f"{visitor.name!r} and {visitor.account!r}"
            )
        if content.account:
            self.accounts[content.account] = name

    def _link(self, content: b.Content) -> None:
        assert isinstance(content, b.StoredLink)
        self.links.append(content)

    def _position(self, content: b.Content) -> None:
        assert isinstance(content, b.StoredPosition)
        at = content.position
        if at.places < 0 or at.place < 0:
            self.fault(f"the input {content.source!r} is said to be handled up to {at.places} places, place {at.place}")

    def _tally(self, content: b.Content) -> None:
        assert isinstance(content, b.StoredTally)
        if content.number < 0:
            self.fault(f"{content.tally.kind} {content.tally.name!r} was counted {content.number} times")

    def _tombstone(self, content: b.Content) -> None:
        assert isinstance(content, b.StoredTombstone)
        if not content.hash:
            self.fault("somebody without a hash is said to be forgotten")

    # --------------------------------------------------------------------------------------- what they come to together

    def _of(self, customer: str, what: str) -> None:
        if customer not in self.open_ones:
            self.strangers.setdefault(customer, what)

    def _settle_strangers(self) -> None:
        """Those of whom something is recorded are known, or were guests who were joined with somebody."""
        joined = {link.guest for link in self.links if not link.renamed}
        known = self.backend.load([who for who in self.strangers if who not in joined])
        for who, what in self.strangers.items():
            if who not in joined and who not in known:
                self.fault(f"{what} of {who!r} are recorded, who is not known")
        for who, sum_ in self.open_ones.items():
            if not sum_:
                continue
            if who in joined:
                self.fault(f"{who!r} was joined with another customer, and has memberships that go on")
            elif (sentence := self._open(who)) is not None:
                self.fault(sentence)
        self.open_ones.clear()

    def _open(self, who: str) -> str | None:
        """What is wrong with the memberships of a customer that go on, as they are now."""
        data = self.backend.load([who]).get(who)
        if data is None:
            return None  # told of as a stranger
        try:
            kept = decode(data).head.members
        except UNREADABLE:
            return None  # told of before
        recorded = {each.segment: each.since for each in self.backend.memberships(who)}
        for name in sorted({*kept, *recorded}):
            if kept.get(name) != recorded.get(name):
                said = [instant_text(at) if at is not None else "never" for at in (kept.get(name), recorded.get(name))]
                return f"{who!r} is in {name} since {said[0]} as the state has it, since {said[1]} as is recorded"
        return None

    def _settle_links(self) -> None:
        """Links lead from guests who are no more to customers who are known."""
        accounts = [*self.accounts, *(link.account for link in self.links)]
        known = self.backend.load(list(dict.fromkeys(accounts)))
        for account, visitor in self.accounts.items():
            if account not in known:
                self.fault(f"the visitor {visitor!r} is linked to {account!r}, who is not known")
        alive = self.backend.load([link.guest for link in self.links])
        for link in self.links:
            if link.account not in known:
                self.fault(f"the guest {link.guest!r} became {link.account!r}, who is not known")
            if not is_guest(link.guest) or is_guest(link.account):
                self.fault(f"{link.guest!r} became {link.account!r}: no guest, or no account")
            if link.guest in alive:
                self.fault(f"the guest {link.guest!r} became {link.account!r}, and is still there")
            if link.first > link.instant:
                self.fault(f"the guest {link.guest!r} became {link.account!r} before there was one")

    def _counts(self) -> None:
        """What is counted is what is there; where it is not, it is looked at again: somebody may be writing."""
        names = {segment.name for segment in self.plan.segments} if self.plan is not None else set()
        for name in sorted({*names, *self.members}):
            if self.backend.count(name) != self.members[name]:
                there = sum(1 for _ in self.backend.members(name))
                if (kept := self.backend.count(name)) != there:
                    self.fault(f"{name} is said to have {kept:,} members, and has {there:,}")

    # --------------------------------------------------------------------------------------------- customer by customer

    def histories(self) -> None:
        """Go through the recorded memberships of each customer."""
        seen = 0
        customers = self.backend.customers()
        while page := list(islice(customers, PAGE)):
            for who in (*page, *guests_past(self.backend, page)):
                for sentence in faults_of(who, self.backend.history(who)):
                    self.fault(sentence)
            seen += len(page)
            self.told(seen)

    def journals(self, sample: int | None) -> int:
        """Step the inputs of customers anew. Gives of how many."""
        if self.plan is None:
            return 0
        prepared = prepare(self.plan, DEFAULT)
        chosen: Iterator[str] = self.backend.customers()
        if sample is not None:
            everybody = list(chosen)
            chosen = iter(sorted(Random(0).sample(everybody, min(sample, len(everybody)))))  # noqa: S311 - no secret
        number = 0
        for number, who in enumerate(chosen, 1):
            if (sentence := self._stepped_anew(prepared, who)) is not None:
                self.fault(sentence)
            if number % PAGE == 0:
                self.told(number)
        return number

    def _stepped_anew(self, prepared: Prepared, who: str) -> str | None:
        data = self.backend.load([who]).get(who)
        if data is None:
            return None  # forgotten meanwhile
        try:
            kept = decode(data).head
            inputs = since_loading(decode_inputs(self.backend.journal(who)))
        except UNREADABLE:
            return None  # told of before
        anew = again.state_of(prepared, inputs, kept.clock)
        if anew is None:
            return f"{who!r} is known, and the journal holds no input of theirs"
        if different := again.difference(kept, anew):
            return f"{who!r}: the journal comes to another state than is kept: {', '.join(different)}"
        return None


def _about(life: Life, stored: b.StoredState) -> Iterator[str]:
    """What is wrong with the state of a customer, and with what stands beside it."""
    head = life.head
    if head.customer != stored.customer:
        yield f"the state is that of {head.customer!r}"
    for what, name in (("the clock", "clock"), ("what is next due", "due"), ("the next timer", "timer")):
        kept, own = getattr(stored, name), getattr(head, name)
        if kept != own:
            yield f"{what} is kept as {_instant(kept)}, and is {_instant(own)} in the state"
    if not head.first <= head.latest <= head.clock:
        yield (
            f"the first input ({_instant(head.first)}), the latest ({_instant(head.latest)}) and the last step "
            f"({_instant(head.clock)}) are not in this order"
        )
    if head.due is not None and head.due <= head.clock:
        yield f"something was due at {_instant(head.due)}, before the last step ({_instant(head.clock)})"
    instants = [taken.place for taken in life.tail]
    if instants != sorted(instants):
        yield "the inputs that late ones can come before are not in order"
    latest = max((taken.entry.instant for taken in life.tail), default=head.latest)
    if latest != head.latest:
        yield f"the latest input is of {_instant(latest)}, and is {_instant(head.latest)} in the state"


def _instant(instant: int | None) -> str:
    return "nothing" if instant is None else instant_text(instant)
