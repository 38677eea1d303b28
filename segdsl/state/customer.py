"""The state of one customer: what a step reads and writes. Nothing in it holds itself (`gc=False`, as in `records`)."""

from collections.abc import Callable
from typing import Any

from msgspec import Struct

from segdsl.records.outcomes import Because


class Stay(Struct, frozen=True, gc=False):
    """A membership that a rule made: why, and the instant at which it ends by itself (None: never)."""

    because: Because
    end: int | None = None


class Waiting(Struct, frozen=True, omit_defaults=True, gc=False):
    """Where a flow of a rule stands: at the wait whose `key` is the hash of the rest of the sentence.

    It goes on at `due`; None for one that waits for a trigger, which `deadline` ends (that instant is too late).
    `event` and `start` are what the rest needs of the event at hand and of the event that started the flow, `value` is
    that of the activity's `per` field. `tally` are the events counted so far, where several are waited for."""

    rule: str
    key: str
    due: int | None = None
    deadline: int | None = None
    event: dict[str, Any] = {}
    start: dict[str, Any] = {}
    value: Any = None
    tally: list[Any] = []


class Pending(Struct, frozen=True, omit_defaults=True, gc=False):
    """An event that a rule looks back on at `due`, with what is needed of its fields. `value` as in `Waiting`."""

    due: int
    fields: dict[str, Any] = {}
    value: Any = None


class State(Struct, array_like=True, gc=False):
    """All that is kept of a customer between steps. Instants are microseconds UTC. It is coded as an array: where the
    fields change, so does the layout of stores.

    `first` and `latest` are the instants of the first and the latest input, `clock` that of the last step: the clock
    may have moved the customer since. `due` is the next instant at which something can change by itself, `timer` the
    next one at which a rule may act (None: never).

    `members` are the memberships as seen, with the instant since when; `added` those that rules made, beneath what the
    host `listed` (True: included, False: excluded). `collections` hold items by the collection's key. `waits` are where
    flows stand; `tallies` (of [instant, value of `per`]) and `pending` belong to triggers, by their keys. `entered` are
    the `once` rules already entered. `seen` are the ids of inputs that could still come again, with their instants.
    `made` are the instants of effects that limits still count, by the `scope` of the limits. `large` holds all parts
    with values as text, where a number in them is too large for the coding. `draws_as` is the name by which chance is
    drawn where that is another one: that of the guest whom the customer once was.
    """

    customer: str
    first: int
    clock: int
    latest: int
    due: int | None = None
    timer: int | None = None
    arrivals: int = 0
    attributes: dict[str, Any] = {}
    memories: dict[str, Any] = {}
    added: dict[str, Stay] = {}
    listed: dict[str, bool] = {}
    members: dict[str, int] = {}
    waits: list[Waiting] = []
    tallies: dict[str, list[Any]] = {}
    pending: dict[str, list[Pending]] = {}
    entered: list[str] = []
    seen: dict[str, int] = {}
    made: dict[str, list[int]] = {}
    large: str = ""
    collections: dict[str, list[Any]] = {}
    draws_as: str = ""

    @property
    def drawn(self) -> str:
        """The name by which chance is drawn (language.md section 5.19)."""
        return self.draws_as or self.customer

    def see(self, identity: str, instant: int, lateness: int) -> None:
        """Remember the id of an input, later than all before, and forget those of which none could come any more."""
        over = []
        for other, at in self.seen.items():  # in the order of their instants
            if at >= instant - lateness:
                break
            over.append(other)
        for other in over:
            del self.seen[other]
        self.seen[identity] = instant

    def copy(self) -> "State":
        """A state that can be changed without changing this one. What its collections hold is never changed in place,
        but replaced."""
        return State(
            self.customer,
            self.first,
            self.clock,
            self.latest,
            self.due,
            self.timer,
            self.arrivals,
            dict(self.attributes),
            dict(self.memories),
            dict(self.added),
            dict(self.listed),
            dict(self.members),
            list(self.waits),
            dict(self.tallies),
            dict(self.pending),
            list(self.entered),
            dict(self.seen),
            dict(self.made),
            "",
            dict(self.collections),
            self.draws_as,
        )


copied: Callable[[State], State] = State.__copy__  # type: ignore[attr-defined]
"""A state that shares with another one what it holds: what is then to be changed in it has to be replaced."""


def newcomer(customer: str, instant: int) -> State:
    """The state of somebody who is first heard of. What is empty in it is shared with all others, so that the parts of
    many customers stay few: it too has to be replaced, not changed."""
    state = copied(_NOBODY)
    state.customer = customer
    state.first = state.clock = state.latest = instant
    return state


_NOBODY = State("", 0, 0, 0)
