"""The host's word about many customers at once (language.md 5.12): who is included, excluded, or neither any more.

Comes in: a word, a segment and the ids of customers. Goes out: for each what came of it. Where the word holds already,
nothing is done, so that a list can be gone through again, wholly or from where it was stopped.
"""

import secrets
from typing import Literal

from attrs import define, frozen

from segdsl.host.identity import no_guest
from segdsl.host.taking import Taking
from segdsl.readers.base import identity
from segdsl.records.inputs import Exclude, Include, Unlist, is_guest
from segdsl.records.outcomes import Outcome, Reject
from segdsl.state.life import Life
from segdsl.values.instants import instant_text
from segdsl.values.wire import BadValue

Word = Literal["include", "exclude", "unlist"]

NOT_KNOWN = "not known"
"""The reason for which one is left out of whom no event was seen, where only known ones were asked for."""

KINDS: dict[Word, type[Include | Exclude | Unlist]] = {"include": Include, "exclude": Exclude, "unlist": Unlist}
SETTING: dict[Word, bool | None] = {"include": True, "exclude": False, "unlist": None}
"""What a state holds of a customer and a segment once the word holds."""


@frozen
class Listed:
    """What came of the host's word about one customer: its outcome, `repeated` where the word held already and
    `rejected` where it could not be taken, and whether the customer became known by it (language.md 5.2)."""

    outcome: Outcome
    is_new: bool = False

    @property
    def customer(self) -> str:
        return self.outcome.customer

    @property
    def was_to_be_left_out(self) -> bool:
        """Whether nothing was done only because no event of the customer was seen, as it was asked for."""
        return self.outcome.reject is not None and self.outcome.reject.reason == NOT_KNOWN


@define
class Saying:
    """A word about a segment, at an instant or, where none is named, as soon as it can be: at the store's clock or the
    customer's latest input. With `known_only` nobody becomes known by it."""

    word: Word
    segment: str
    at: int | None
    now: int
    lateness: int
    known_only: bool = False

    def named(self, given: str) -> str | Listed:
        """A customer's id as events name it; what is no id cannot be taken."""
        try:
            customer = identity(given)
            detail = "an id cannot be empty"
        except BadValue as error:
            customer, detail = "", f"the id is {error}"
        refused = Reject("no customer", detail, customer=given)
        return customer or Listed(Outcome("rejected", given, reject=refused))

    def say(self, customer: str, taking: Taking) -> Listed:
        """Say it of a customer whom the batch has loaded."""
        customer = taking.named(customer)
        life = taking.life(customer)
        if life is None and is_guest(customer):
            unknown = Reject("no customer", no_guest(customer), customer=customer)
            return Listed(Outcome("rejected", customer, reject=unknown))
        if self._holds(life):
            return Listed(Outcome("repeated", customer))
        latest = life.head.latest if life is not None else 0
        instant = self.at if self.at is not None else max(self.now, latest)
        refused = self._refused(customer, life, instant, taking)
        if refused is not None:
            return Listed(Outcome("rejected", customer, reject=refused))
        entry = KINDS[self.word](secrets.token_hex(8), customer, instant, self.segment)
        return Listed(taking.take_listing(entry), life is None)

    def _holds(self, life: Life | None) -> bool:
        """Whether it has been said before, and not later than now."""
        if life is None:
            return self.word == "unlist"
        same = life.head.listed.get(self.segment) == SETTING[self.word]
        return same and (self.at is None or self.at >= life.head.latest)

    def _refused(self, customer: str, life: Life | None, instant: int, taking: Taking) -> Reject | None:
        def refuse(reason: str, detail: str) -> Reject:
            return Reject(reason, detail, customer=customer)

        if life is None and self.known_only:
            return refuse(NOT_KNOWN, "no event of this customer was seen yet")
        if life is not None and instant < life.reach(self.lateness):
            return refuse("late", f"the customer has done something at {instant_text(life.head.latest)}, after this")
        forgotten = taking.forgotten.get(customer)
        if forgotten is not None and instant <= forgotten:
            return refuse(
                "forgotten", f"the customer was forgotten at {instant_text(forgotten)}, and this is not later"
            )
        return None
