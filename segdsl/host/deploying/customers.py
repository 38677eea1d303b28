"""Pages of customers, turned: what the old rules had to do, the state under the new ones, and what is recorded of it.

Comes in: ids of customers. Goes out: a `Batch`, which the deployment commits with how far it is.
"""

import hmac
from collections.abc import Sequence
from typing import Protocol

from attrs import define, field
from msgspec.structs import replace

from segdsl.backends.base import Backend, Batch
from segdsl.engines import DEFAULT, prepare
from segdsl.engines.base import Prepared
from segdsl.host.deploying.turning import Past, Turning
from segdsl.host.lives import Lives
from segdsl.host.taking import Taking
from segdsl.records.inputs import Load
from segdsl.records.outcomes import Change, Outcome
from segdsl.state.life import Life, Taken, encode_input, encode_state
from segdsl.values import instants


class Filling(Protocol):
    """What has the pasts of new conditions."""

    def pasts(self, customers: Sequence[str], at: int) -> dict[str, Past]: ...


@define
class Turner:
    """Turns pages of customers, as of an instant: what the old rules had to do up to then is done first. `outcomes` and
    `waits_ended` are those of the last page; `changes` is how many memberships began or ended by the new rules."""

    backend: Backend
    turning: Turning
    at: int
    secret: bytes
    journal: bool
    fillings: Sequence[Filling]
    lives: Lives = field(init=False)
    prepared: Prepared = field(init=False)
    outcomes: list[Outcome] = field(factory=list)
    changes: int = 0
    waits_ended: int = 0

    def __attrs_post_init__(self) -> None:
        self.lives = Lives(prepare(self.turning.old, DEFAULT), self.turning.old.lateness)
        self.prepared = prepare(self.turning.new, DEFAULT)

    def batch(self, page: Sequence[str], generation: int) -> Batch:
        """What comes of a page of customers, as one commit."""
        self.changes = self.waits_ended = 0
        self.outcomes = []
        taking = Taking(
            self.backend, self.lives, set(), self._tombstone, instants.LATEST, journal=self.journal, settled=True,
            generation=generation,
        )  # fmt: skip
        taking.load(page)
        pasts: dict[str, Past] = {}
        known = [customer for customer in page if customer in taking.kept]
        for filling in self.fillings:
            for customer, past in filling.pasts(known, self.at).items():
                pasts.setdefault(customer, Past()).add(past)
        for customer in known:
            outcome = taking.advance(customer, self.at)
            changes = self._turn(taking, customer, pasts.get(customer, Past()))
            self.outcomes.append(replace(outcome, changes=(*outcome.changes, *changes)))
        return taking.batch()

    def _turn(self, taking: Taking, customer: str, past: Past) -> list[Change]:
        head = taking.kept[customer].head
        at = max(self.at, head.clock)
        state, ended = self.turning.turn(head, past, at)
        step = self.prepared.load(state, at)
        self.changes += len(step.changes)
        self.waits_ended += len(ended)
        taking.changes.setdefault(customer, []).extend(step.changes)
        # Nothing can be taken in from before: it would have to be handled under the old rules.
        taking.kept[customer] = Life(step.state, step.state if self.turning.new.lateness else None)
        if self.journal:
            new, old = self.turning.new.digest, self.turning.old.digest
            entry = Load(customer, at, new, old, encode_state(step.state))
            taking.inputs.setdefault(customer, []).append(encode_input(Taken(head.arrivals, entry)))
        return step.changes

    def _tombstone(self, customer: str) -> str:
        return hmac.digest(self.secret, customer.encode("utf-8", "surrogatepass"), "sha256").hex()
