"""Two engines, side by side: the same things happen to the same customers under both, and all that can be seen of each
step is compared.

`run` draws what happens as it goes; `differences` takes what was drawn before, so that a failure can be made small.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import islice
from random import Random
from typing import Any

import msgspec
from attrs import define, field, frozen

from segdsl.engines.base import Prepared, Step
from segdsl.plan import nodes as p
from segdsl.plan.walk import structs
from segdsl.records.inputs import Event, Link
from segdsl.state.customer import State
from segdsl.state.life import Life as Kept
from segdsl.state.life import decode, encode, encode_state
from segdsl.values.instants import instant_text
from tests.strategies.whole.inputs import Asks, Doing, Happens, Joins, Life, Settles, Stored, Unknown

Prepare = Callable[[p.Plan], Prepared]

_encoder = msgspec.msgpack.Encoder(order="deterministic")


def seen(thing: object) -> Any:
    """A thing as it can be compared to the last bit: 1 is not `yes`, and no list in it can change behind one's back."""
    try:
        return _encoder.encode(thing)
    except OverflowError:  # an exact total beyond 64 bits
        return repr(msgspec.to_builtins(thing, order="deterministic"))


@frozen
class Difference:
    """Where two engines part: in what, what the reference says, and what the other one says."""

    what: str
    reference: object
    other: object

    def text(self) -> str:
        return f"{self.what}\n  reference: {self.reference!r}\n  other:     {self.other!r}"


class Parted(Exception):  # noqa: N818 - it is a finding
    def __init__(self, difference: Difference) -> None:
        super().__init__(difference.text())
        self.difference = difference


@define
class Side:
    """One engine and the states of the customers under it."""

    prepared: Prepared
    states: dict[str, State] = field(factory=dict)


@define
class Sides:
    """The reference and another engine. `steps` are the steps compared so far, `compared` all that was compared."""

    plan: p.Plan
    reference: Side
    other: Side
    steps: int = 0
    asked: list[p.Expression] = field(factory=list)

    @classmethod
    def of(cls, plan: p.Plan, reference: Prepare, other: Prepare) -> "Sides":
        return cls(plan, Side(reference(plan)), Side(other(plan)), 0, questions(plan))

    @property
    def states(self) -> Mapping[str, State]:
        return self.reference.states

    def do(self, doing: Doing) -> None:
        """Have something happen under both engines. Raises Parted where they differ."""
        match doing:
            case Happens(Event() as event):
                expanded = self._both("expand", lambda side: side.prepared.expand(event))
                for entry in expanded if expanded is not None else ():
                    self._step(entry.customer, entry.customer, entry)
            case Happens(entry):
                self._step(entry.customer, entry.customer, entry)
            case Joins():
                self._join(doing)
            case Settles(customer, instant, kept):
                if customer in self.states:
                    self._settle(customer, instant, kept=kept)
            case Stored(customer):
                for side in (self.reference, self.other):
                    if customer in side.states:
                        side.states[customer] = decode(encode(Kept(side.states[customer]))).head
            case Asks():
                if doing.customer in self.states:
                    self._ask(doing)
            case Unknown(customer, instant, begins):
                self._both("fresh", lambda side: side.prepared.fresh(customer, instant))
                if begins and customer not in self.states:
                    for side in (self.reference, self.other):
                        side.states[customer] = side.prepared.fresh(customer, instant)

    # --------------------------------------------------------------------------------------------------------- steps

    def _step(self, customer: str, becomes: str, entry: Any) -> None:
        def taken(side: Side) -> Step:
            return side.prepared.step(side.states.get(customer), entry)

        self._keep(customer, becomes, self._pure(f"step of {entry!r}", customer, taken))

    def _settle(self, customer: str, instant: int, *, kept: bool) -> None:
        def settled(side: Side) -> Step:
            return side.prepared.settle(side.states[customer], instant)

        if instant >= self.states[customer].clock:
            found = self._pure(f"settle until {instant_text(instant)}", customer, settled)
            if kept:
                self._keep(customer, customer, found)

    def _join(self, doing: Joins) -> None:
        """As `host.taking` links a guest: renamed where the account is not known, else joined with all that is known of
        the guest, whose life ends there."""
        guest, account = doing.guest, doing.customer
        if guest not in self.states or guest == account:
            return
        if account not in self.states:
            self._step(guest, account, Link(doing.id, account, doing.instant, guest, "v"))
            return
        if max(self.states[guest].clock, self.states[account].clock) > doing.instant:
            return
        self._settle(guest, doing.instant, kept=True)
        facts = encode_state(self.states[guest])
        for side in (self.reference, self.other):
            del side.states[guest]
        self._step(account, account, Link(doing.id, account, doing.instant, guest, "v", facts))

    def _pure(self, what: str, customer: str, taken: Callable[[Side], Step]) -> tuple[Step, Step] | None:
        """The steps of both engines, which must be equal; the states that they were given must be as they were."""
        before = [seen(side.states.get(customer)) for side in (self.reference, self.other)]
        self.steps += 1
        one, other = (outcome(taken, side) for side in (self.reference, self.other))
        for side, was in zip((self.reference, self.other), before, strict=True):
            if seen(side.states.get(customer)) != was:
                which = "the reference" if side is self.reference else "the other engine"
                raise Parted(Difference(f"{what}: {which} changed the state it was given", "", ""))
        if isinstance(one, Step) and isinstance(other, Step):
            compare(what, one, other)
            return one, other
        if one != other:
            raise Parted(Difference(what, one, other))
        return None

    def _keep(self, customer: str, becomes: str, steps: tuple[Step, Step] | None) -> None:
        if steps is None:
            return
        for side, step in zip((self.reference, self.other), steps, strict=True):
            side.states.pop(customer, None)
            side.states[becomes] = step.state

    # ----------------------------------------------------------------------------------------------------- questions

    def _ask(self, doing: Asks) -> None:
        now = self.states[doing.customer].clock + doing.later
        settled = self._pure(f"settle until {instant_text(now)}", doing.customer,
                             lambda side: side.prepared.settle(side.states[doing.customer], now))  # fmt: skip
        if settled is None:
            return
        states = dict(zip(("reference", "other"), (step.state for step in settled), strict=True))

        def state_of(side: Side) -> State:
            return states["reference" if side is self.reference else "other"]

        for number in doing.numbers if self.asked else ():
            asked = self.asked[number % len(self.asked)]
            self._both(f"ask {asked!r}", lambda side, a=asked: side.prepared.ask(state_of(side), a, now))
            self._both(f"looking {asked!r}", lambda side, a=asked: side.prepared.looking(state_of(side), now)(a))
        for promotion in self.plan.promotions:
            self._both(f"entitled {promotion.name}",
                       lambda side, of=promotion: side.prepared.entitled(state_of(side), of, now))  # fmt: skip

    def _both(self, what: str, asked: Callable[[Side], Any]) -> Any:
        one, other = (outcome(asked, side) for side in (self.reference, self.other))
        if one != other or seen(one) != seen(other):
            raise Parted(Difference(what, one, other))
        return one if not isinstance(one, Failed) else None


@frozen
class Failed:
    """An engine raised something. Two engines agree where both raise the same."""

    error: str


def outcome(asked: Callable[[Side], Any], side: Side) -> Any:
    try:
        return asked(side)
    except RecursionError:
        raise
    except Exception as error:
        return Failed(f"{type(error).__name__}: {error}")


def compare(what: str, one: Step, other: Step) -> None:
    """Raises Parted where two steps differ: in what came of them, or in any field of the state."""
    if one != other or seen(one) != seen(other) or list(one.state.seen) != list(other.state.seen):
        raise Parted(_first_of_step(what, one, other))


def _first_of_step(what: str, one: Step, other: Step) -> Difference:
    """The first part of two steps that differs, named."""
    for name in ("fired", "fired_at", "changes", "effects", "held", "full"):
        if seen(getattr(one, name)) != seen(getattr(other, name)):
            return Difference(f"{what}: {name}", *_first_of(getattr(one, name), getattr(other, name)))
    for name in State.__struct_fields__:
        mine, theirs = getattr(one.state, name), getattr(other.state, name)
        if mine != theirs or seen(mine) != seen(theirs):
            return Difference(f"{what}: {name} of the state", *_first_of(mine, theirs))
    if list(one.state.seen) != list(other.state.seen):
        return Difference(f"{what}: the order of `seen`", list(one.state.seen), list(other.state.seen))
    return Difference(what, one, other)


def _first_of(one: Any, other: Any) -> tuple[object, object]:
    """Of two collections, what is not the same in them."""
    if isinstance(one, dict) and isinstance(other, dict):
        keys = [key for key in {**one, **other} if one.get(key) != other.get(key) or (key in one) != (key in other)]
        if keys:
            return {k: one[k] for k in keys if k in one}, {k: other[k] for k in keys if k in other}
    if isinstance(one, list) and isinstance(other, list):
        place = next((n for n, pair in enumerate(zip(one, other, strict=False)) if pair[0] != pair[1]), None)
        if place is not None:
            return one[place], other[place]
    return one, other


def questions(plan: p.Plan) -> list[p.Expression]:
    """Expressions of a plan that can be asked of a customer: its conditions, and their parts that speak of nothing but
    the customer."""
    tops = [segment.condition for segment in plan.segments] + [hold.condition for hold in plan.holds]
    tops += [promotion.condition for promotion in plan.promotions] + [rule.condition for rule in plan.rules]
    found: dict[p.Expression, None] = {}
    for top in tops:
        for node in _of_customer(top):
            found[node] = None
    return list(found)


def _of_customer(node: object) -> Iterator[p.Expression]:
    if isinstance(node, tuple):
        for part in node:
            yield from _of_customer(part)
    elif isinstance(node, p.Expression):
        if not any(isinstance(part, p.ItemField | p.Field) for part in structs(_outside(node))) and not isinstance(
            node, p.Items
        ):
            yield node
        yield from _of_customer(tuple(_outside(node)))


def _outside(node: p.Expression) -> tuple[object, ...]:
    """The parts of an expression that speak of the customer, and not of an event or item inside a `where`."""
    if isinstance(node, p.Recall):
        fields = [part for part in structs(node.filter) if isinstance(part, p.Field)]
        return tuple(fields)
    if isinstance(node, p.Aggregate):
        return (node.items, *(part for part in structs((node.where, node.operand)) if isinstance(part, p.Field)))
    return tuple(getattr(node, name) for name in node.__struct_fields__)


# -------------------------------------------------------------------------------------------------------------- beside


class Beside:
    """Two engines as one, in whatever takes an engine: each step is taken by both, from the same state, and compared.
    What comes out is the reference's. See `segdsl.engines.base.Prepared`."""

    def __init__(self, reference: Prepared, other: Prepared) -> None:
        self.plan, self.reference, self.other = reference.plan, reference, other
        self.steps = 0

    def step(self, state: State | None, entry: Any) -> Step:
        return self._both(f"step of {entry!r}", state, lambda prepared: prepared.step(state, entry))

    def settle(self, state: State, until: int) -> Step:
        what = f"settle until {instant_text(until)}"
        return self._both(what, state, lambda prepared: prepared.settle(state, until))

    def _both(self, what: str, state: State | None, taken: Callable[[Prepared], Step]) -> Step:
        before = seen(state)
        self.steps += 1
        one, other = taken(self.reference), taken(self.other)
        compare(what, one, other)
        if seen(state) != before:
            raise Parted(Difference(f"{what}: the state that was given was changed", "", ""))
        return one

    def expand(self, event: Event) -> list[Event]:
        return self._same("expand", lambda prepared: prepared.expand(event))

    def ask(self, state: State, asked: p.Expression, now: int) -> Any:
        return self._same(f"ask {asked!r}", lambda prepared: prepared.ask(state, asked, now))

    def looking(self, state: State, now: int) -> Callable[[p.Expression], Any]:
        return lambda asked: self.ask(state, asked, now)

    def entitled(self, state: State, promotion: p.Promotion, now: int) -> bool:
        found: bool = self._same("entitled", lambda prepared: prepared.entitled(state, promotion, now))
        return found

    def fresh(self, customer: str, instant: int) -> State:
        return self._same("fresh", lambda prepared: prepared.fresh(customer, instant))

    def _same(self, what: str, asked: Callable[[Prepared], Any]) -> Any:
        one, other = asked(self.reference), asked(self.other)
        if one != other or seen(one) != seen(other):
            raise Parted(Difference(what, one, other))
        return one

    def __getattr__(self, name: str) -> Any:
        """What else of the reference a test looks at."""
        return getattr(self.reference, name)


# --------------------------------------------------------------------------------------------------------------- runs


def run(sides: Sides, seed: object, most: int) -> tuple[list[Doing], Difference | None]:
    """Draw so many things that happen. Gives them, up to the first on which the engines differ, and the difference."""
    life = Life(sides.plan, Random(f"inputs {seed}"), sides.states)
    happened: list[Doing] = []
    for doing in islice(life.next(), most):
        happened.append(doing)
        try:
            sides.do(doing)
        except Parted as parted:
            return happened, parted.difference
    return happened, None


def difference(sides: Sides, happening: Iterable[Doing]) -> Difference | None:
    """The first difference when some things happen anew."""
    for doing in happening:
        try:
            sides.do(doing)
        except Parted as parted:
            return parted.difference
    return None
