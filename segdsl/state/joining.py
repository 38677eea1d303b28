"""Two customers who turned out to be one: a guest's state and an account's become one (language.md section 5.18).

Comes in: both states, the clock run to the same instant for both. Goes out: the account's state, with the guest's in
it. Facts are joined as if all had been one customer's; decisions stay, those of the account first. What the account is
seen in is left for the step to judge, and when something is next due as well.
"""

from collections.abc import Callable, Mapping
from operator import attrgetter, itemgetter
from typing import Any

from attrs import field, frozen

from segdsl.plan.expressions import Memory
from segdsl.plan.triggers import AfterTrigger
from segdsl.state import collections, made
from segdsl.state.customer import Pending, State, Stay, Waiting
from segdsl.state.memories import united
from segdsl.values import limits
from segdsl.values.zones import Zone


@frozen
class Joining:
    """What is to be known of the plan: its memories and the triggers that look back, by their keys."""

    zone: Zone
    memories: Mapping[str, Memory]
    looking_back: Mapping[str, AfterTrigger] = field(factory=dict)

    def join(self, account: State, guest: State, now: int) -> State:
        """The state of both. Those that are given are left as they are."""
        return State(**{name: HOW[name](self, account, guest, now) for name in State.__struct_fields__})

    # ------------------------------------------------------------------------------------------------------ facts

    def _memories(self, account: State, guest: State, now: int) -> dict[str, Any]:
        found = {**guest.memories, **account.memories}
        for key in account.memories.keys() & guest.memories.keys():
            one, other = account.memories[key], guest.memories[key]
            if one is None or other is None:  # it was told of events, but has taken in none
                found[key] = other if one is None else one
            else:
                found[key] = united(self.memories[key], one, other, now, self.zone)
        return found

    def _attributes(self, account: State, guest: State, _now: int) -> dict[str, Any]:
        """The account's; the guest's fill what is not known of it."""
        return {**guest.attributes, **account.attributes}

    def _seen(self, account: State, guest: State, _now: int) -> dict[str, int]:
        """In the order of their instants, on which forgetting them rests."""
        return dict(sorted([*account.seen.items(), *guest.seen.items()], key=itemgetter(1)))

    def _collections(self, account: State, guest: State, _now: int) -> dict[str, list[Any]]:
        found = {**guest.collections, **account.collections}
        for key in account.collections.keys() & guest.collections.keys():
            found[key] = collections.united(account.collections[key], guest.collections[key])
        return found

    def _made(self, account: State, guest: State, _now: int) -> dict[str, list[int]]:
        return made.united(account.made, guest.made)

    def _tallies(self, account: State, guest: State, _now: int) -> dict[str, list[Any]]:
        """A count that both together have completed is completed by the next event: nothing fires for the past."""
        found = {**guest.tallies, **account.tallies}
        for key in account.tallies.keys() & guest.tallies.keys():
            found[key] = sorted([*account.tallies[key], *guest.tallies[key]], key=itemgetter(0))
        return found

    def _pending(self, account: State, guest: State, _now: int) -> dict[str, list[Pending]]:
        found = {**guest.pending, **account.pending}
        for key in account.pending.keys() & guest.pending.keys():
            both = sorted([*account.pending[key], *guest.pending[key]], key=attrgetter("due"))
            trigger = self.looking_back.get(key)
            if trigger is not None and not trigger.each:  # after the last one only, of each value of `per`
                both = list({repr(each.value): each for each in both}.values())
            found[key] = both[-limits.WINDOW_ENTRIES :]
        return found

    # -------------------------------------------------------------------------------------------------- decisions

    def _added(self, account: State, guest: State, _now: int) -> dict[str, Stay]:
        """What rules gave to either. It lasts as long as it would for the one with whom it lasts longer."""
        found = {**guest.added, **account.added}
        for segment in account.added.keys() & guest.added.keys():
            one, other = account.added[segment], guest.added[segment]
            end = None if one.end is None or other.end is None else max(one.end, other.end)
            found[segment] = Stay(one.because, end)
        return found

    def _listed(self, account: State, guest: State, _now: int) -> dict[str, bool]:
        return {**guest.listed, **account.listed}

    def _waits(self, account: State, guest: State, _now: int) -> list[Waiting]:
        """Of both; the account's where both are in one flow."""
        running = [(wait.rule, wait.value) for wait in account.waits]
        return [*account.waits, *(wait for wait in guest.waits if (wait.rule, wait.value) not in running)]

    def _entered(self, account: State, guest: State, _now: int) -> list[str]:
        return [*account.entered, *(rule for rule in guest.entered if rule not in account.entered)]


def _accounts(name: str) -> Callable[[Joining, State, State, int], Any]:
    return lambda _joining, account, _guest, _now: getattr(account, name)


HOW: dict[str, Callable[[Joining, State, State, int], Any]] = {
    "customer": _accounts("customer"),
    "first": lambda _joining, account, guest, _now: min(account.first, guest.first),
    "clock": lambda _joining, account, guest, _now: max(account.clock, guest.clock),
    "latest": lambda _joining, account, guest, _now: max(account.latest, guest.latest),
    "due": _accounts("due"),
    "timer": _accounts("timer"),
    "arrivals": _accounts("arrivals"),
    "attributes": Joining._attributes,
    "memories": Joining._memories,
    "added": Joining._added,
    "listed": Joining._listed,
    "members": lambda _joining, account, _guest, _now: dict(account.members),
    "waits": Joining._waits,
    "tallies": Joining._tallies,
    "pending": Joining._pending,
    "entered": Joining._entered,
    "seen": Joining._seen,
    "made": Joining._made,
    "large": _accounts("large"),
    "collections": Joining._collections,
    "draws_as": _accounts("draws_as"),
}
"""How each field of a state comes about."""
