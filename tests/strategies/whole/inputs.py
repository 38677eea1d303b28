"""What happens to the customers of a program, drawn while it happens: events, the host's word, guests who turn out to
be customers, the clock. Instants crowd: many are equal, or exactly those at which something is due, or next to it.
"""

from collections.abc import Iterator, Mapping
from random import Random
from typing import Any

from attrs import define, field, frozen
from msgspec import Struct

from segdsl.plan import nodes as p
from segdsl.plan.needs import Needs
from segdsl.plan.walk import structs
from segdsl.records.inputs import Event, Exclude, Include, Input, Unlist
from segdsl.state.customer import State
from segdsl.values.instants import DAY, HOUR, MINUTE, parse_moment
from segdsl.values.kinds import Kind
from segdsl.values.numbers import SCALE
from tests.strategies.streams import GAPS, START


def instant(text: str) -> int:
    """The instant that a text says."""
    moment = parse_moment(text)
    assert moment is not None
    return moment[0]


CUSTOMERS = ("ann", "bob", "cyd", "dan", "eve", "fay")
GUESTS = tuple(f"visitor:{name}#{number}" for name in "vw" for number in (1, 2, 3))
BEGINNINGS = (START, START, instant("2028-02-27T23:00:00Z"), instant("2026-01-29T12:00:00Z"),
              instant("2026-12-30T18:00:00Z"))  # fmt: skip
"""Before a change of clocks, a leap day, the ends of a month and of a year."""
CHANGES = {
    "America/Toronto": instant("2026-10-31T20:00:00Z"), "Europe/Berlin": instant("2026-10-24T22:00:00Z"),
    "Australia/Lord_Howe": instant("2026-04-04T06:00:00Z"),
}  # fmt: skip
"""Before clocks are set back."""
ODD = tuple(map(instant, (
    "2026-11-01T05:30:00Z", "2026-11-01T06:30:00Z", "2026-03-08T07:00:00Z", "2026-03-08T06:30:00Z",
    "2026-10-25T00:30:00Z", "2026-10-25T01:30:00Z", "2026-04-04T14:45:00Z", "2026-04-04T15:15:00Z",
    "2026-03-08T04:30:00Z", "2026-03-09T02:30:00Z", "2028-02-29T12:00:00Z", "2026-01-31T12:00:00Z",
    "2026-12-31T23:30:00Z",
)))  # fmt: skip
"""In hours that clocks show twice, or not at all, and on days that other months do not have."""
SHORT = (*(gap for gap in GAPS if gap < 31 * DAY), MINUTE, 10 * MINUTE, 3 * HOUR, 12 * HOUR)
TODAY = START // DAY
EARLIEST_DATE, LATEST_DATE = -719_162, 2_932_896
"""1 January of the year 1, and 31 December 9999."""

LARGEST = 999_999_999_999 * SCALE

POOLS: dict[str, tuple[Any, ...]] = {
    "text": ("a", "A", "b", "ab", "a", "b", "u", "v", "", "ß"),
    "text ignoring case": ("a", "A", "b", "ab", "AB", "ß", "SS", ""),
    "number": (
        0, SCALE, 2 * SCALE, 3 * SCALE, SCALE, 2 * SCALE, 5 * SCALE // 2, -SCALE, 1, SCALE // 3, LARGEST,
    ),
    "boolean": (True, False),
    "date": (
        TODAY, TODAY + 1, TODAY + 2, TODAY - 1, TODAY + 1, TODAY + 3, TODAY - 7, 21_243, 10_651, EARLIEST_DATE,
        LATEST_DATE,
    ),
    "instant": (
        START, START + HOUR, START + 19 * HOUR, START - HOUR, START + DAY, START + 2 * DAY, START + 9 * DAY + 1,
        START + 18 * HOUR + 30 * MINUTE,
    ),
    "duration": (0, HOUR, 90 * MINUTE, DAY, HOUR + 1, HOUR - 1, 2 * DAY, -HOUR),
}  # fmt: skip
"""Values of events. 21,243 is a 29 February, 10,651 a 1 March of long ago."""


# ------------------------------------------------------------------------------------------------------ what can happen


@frozen
class Happens:
    """An input, and the customer whose state it goes into (a guest's, where the guest is renamed by it)."""

    entry: Input


@frozen
class Joins:
    """A guest turns out to be a customer at an instant: a link with all that is known of the guest then. A customer
    who is not known is the guest under another name."""

    id: str
    guest: str
    customer: str
    instant: int


@frozen
class Settles:
    """The clock is run for a customer; `kept`: for good, as an advance does, and not as a question does."""

    customer: str
    instant: int
    kept: bool


@frozen
class Stored:
    """A customer's state goes through its coding, as in a store."""

    customer: str


@frozen
class Asks:
    """Expressions and promotions are asked of a customer, by their numbers, so long after the state's clock."""

    customer: str
    later: int
    numbers: tuple[int, ...]


@frozen
class Unknown:
    """A customer of whom nothing is known is looked at; `begins`: and goes on from there, as in a test beside the
    rules."""

    customer: str
    instant: int
    begins: bool = False


Doing = Happens | Joins | Settles | Stored | Asks | Unknown


# ------------------------------------------------------------------------------------------------------------- drawing


@define
class Life:
    """Draws what happens next. `states` are those of the customers so far, by name, kept up to date by whoever takes
    the steps; `now` is the instant up to which things have happened."""

    plan: p.Plan
    random: Random
    states: Mapping[str, State]
    now: int = START
    made: int = 0
    events: dict[str, p.EventType] = field(factory=dict)
    often: list[str] = field(factory=list)
    given: list[p.AttributeType] = field(factory=list)
    own: dict[str, list[Any]] = field(factory=dict)
    bounds: list[int] = field(factory=list)

    def __attrs_post_init__(self) -> None:
        back = CHANGES.get(self.plan.zone)
        self.now = back if back is not None and self.random.random() < 0.25 else self.random.choice(BEGINNINGS)
        self.events = {event.name: event for event in self.plan.events}
        spoken = spoken_of(self.plan)
        self.often = [event.name for event in self.plan.events if event.name in spoken]
        self.often += [event.name for event in self.plan.events if {made for _, made in event.lines} & spoken]
        self.often = self.often or list(self.events)
        plan = self.plan
        parts = list(structs((plan.segments, plan.rules, plan.holds, plan.promotions, plan.memories)))
        read = {node.name for node in parts if isinstance(node, p.Attribute)}
        self.own = _constants(parts)
        read |= {node.attribute for node in parts if isinstance(node, p.DateTrigger)}
        bounds = {moment for rule in plan.rules for moment in (rule.begin, rule.end) if moment is not None}
        self.bounds = sorted(bounds)
        self.given = [each for each in self.plan.attributes if each.name in read and not each.ruled]

    def next(self) -> Iterator[Doing]:
        """Without an end: what happens, one thing after the other."""
        while True:
            form = self.random.random()
            customer = self._whom()
            if form < 0.62:
                yield from self._event(customer)
            elif form < 0.70 and self.plan.segments:
                yield Happens(self._word(customer))
            elif form < 0.76:
                yield from self._settles()
            elif form < 0.79 and self.states:
                yield Stored(self.random.choice(list(self.states)))
            elif form < 0.82:
                yield from self._joins()
            elif form < 0.84:
                yield Unknown(customer, self.now, self.random.random() < 0.5)
            elif self.states:
                known = self.random.choice(list(self.states))
                later = self.random.choice((0, 0, 0, 1, HOUR, DAY))
                yield Asks(known, later, tuple(self.random.randrange(1_000) for _ in range(4)))

    def _whom(self) -> str:
        """Few customers at first, so that much happens to each."""
        known = 2 + min(self.made // 60, 4)
        return self.random.choice((*CUSTOMERS[:known], *CUSTOMERS[:known], *GUESTS[: known // 2]))

    def _on(self, customer: str) -> int:
        """The instant of the next thing: often one at which something is due, or just before or after it."""
        self.made += 1
        before, state = self.now, self.states.get(customer)
        turns = [moment for moment in self._turning(state) if self.now - 2 < moment < self.now + 40 * DAY]
        turns += [moment for moment in ODD if self.now <= moment < self.now + 3 * DAY]
        if turns and self.random.random() < 0.35:
            self.now = max(self.now, self.random.choice(turns) + self.random.choice((0, 0, 0, -1, 1)))
        elif self.random.random() < 0.6:
            self.now += self.random.choice(SHORT)
        elif self.random.random() < 0.03:
            self.now += 31 * DAY
        bounds = [moment for moment in self.bounds if before < moment < self.now]
        if bounds and self.random.random() < 0.6:
            self.now = bounds[0]
        self.now = max(self.now, state.clock if state is not None else 0)
        return self.now

    def _turning(self, state: State | None) -> list[int]:
        """Instants at which something changes for a customer by itself, or can."""
        if state is None or state.due is None:
            return []
        deadlines = [wait.deadline for wait in state.waits if wait.deadline is not None]
        return [state.due, state.due, *deadlines]

    # ------------------------------------------------------------------------------------------------------- events

    def _event(self, customer: str) -> Iterator[Happens]:
        names = self.often if self.random.random() < 0.92 else list(self.events)
        kind = self.events[self.random.choice(names)]
        instant = self._on(customer)
        fields = self._some({each.name: each.kind for each in kind.fields})
        attributes = {}
        if self.given and self.random.random() < 0.3:
            some = self.random.sample(self.given, k=min(len(self.given), self.random.randint(1, 3)))
            attributes = {each.name: self._value(each.kind) for each in some}
            if self.random.random() < 0.15:
                attributes[self.random.choice(some).name] = None
        received = instant + self.random.choice((0, MINUTE, HOUR)) if self.random.random() < 0.2 else None
        yield Happens(Event(f"e{self.made}", kind.name, customer, instant, fields, attributes, received))

    def _some(self, kinds: Mapping[str, Kind]) -> dict[str, Any]:
        """Values of most of some fields; the others are not known."""
        return {name: self._value(kind) for name, kind in kinds.items() if self.random.random() < 0.8}

    def _value(self, kind: Kind) -> Any:
        match kind.name:
            case "list" if kind.item is not None:
                some = [self._value(kind.item) for _ in range(self.random.choice((0, 1, 1, 2, 2, 3)))]
                return tuple(None if self.random.random() < 0.05 else each for each in some)
            case "record":
                return self._some({each.name: each.kind for each in kind.fields})
            case "one of":
                return self.random.choice(kind.choices[:3])
        if kind.name in ("date", "instant") and self.random.random() < 0.5:
            ahead = self.now + self.random.choice((0, HOUR, DAY, DAY, 2 * DAY, 3 * DAY, -DAY))
            return ahead // DAY if kind.name == "date" else ahead
        own = self.own[kind.name]
        return self.random.choice(own if own and self.random.random() < 0.4 else POOLS[kind.name])

    # ------------------------------------------------------------------------------------------- all that is no event

    def _word(self, customer: str) -> Input:
        """The host's word about a segment."""
        segment = self.random.choice(self.plan.segments).name
        word = self.random.choice((Include, Include, Exclude, Unlist, Unlist))
        instant = self._on(customer)
        return word(f"w{self.made}", customer, instant, segment)

    def _settles(self) -> Iterator[Settles]:
        if self.states:
            customer = self.random.choice(list(self.states))
            kept = self.random.random() < 0.7
            ahead = self.random.choice((0, 1, HOUR, DAY, 10 * DAY)) if not kept else 0
            yield Settles(customer, self._on(customer) + ahead, kept)

    def _joins(self) -> Iterator[Joins]:
        guests = [name for name in self.states if name in GUESTS]
        if guests:
            guest, customer = self.random.choice(guests), self.random.choice(CUSTOMERS)
            instant = max(self._on(customer), self._on(guest))
            yield Joins(f"l{self.made}", guest, customer, instant)


def _constants(parts: list[Struct]) -> dict[str, list[Any]]:
    """Values that a plan itself speaks of, by the kinds that they may be of. A boolean is in every pool already."""
    said = [node.value for node in parts if isinstance(node, p.Constant)]
    said += [value for node in parts if isinstance(node, p.OneOf) for value in node.values]
    texts = sorted({value for value in said if isinstance(value, str)})
    numbers = sorted({value for value in said if isinstance(value, int) and not isinstance(value, bool)})
    return {
        "text": texts, "text ignoring case": texts, "boolean": [],
        "number": [number for number in numbers if abs(number) <= LARGEST],
        "date": [number for number in numbers if 0 < number < 40_000],
        "instant": [number for number in numbers if START - 1_000 * DAY < number < START + 1_000 * DAY],
        "duration": [number for number in numbers if abs(number) <= 400 * DAY],
    }  # fmt: skip


def spoken_of(plan: p.Plan) -> set[str]:
    """The events that a plan takes notice of."""
    needs = Needs.of(plan)
    found = {*needs.memories, *needs.collections, *needs.rules, *needs.counts, *needs.after, *needs.without}
    waited = [node.event for node in structs(plan.rules) if isinstance(node, p.EventTrigger | p.CountTrigger)]
    return found | set(waited)
