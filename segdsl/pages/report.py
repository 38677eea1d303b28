"""The numbers of a report about a store: what its segments, rules and inputs have come to.

Comes in: an engine on a store. Goes out: a `StoreReport`, which `html.py` writes as a page and `as_json` as one object.
Everything is asked of the engine's public questions and of the backend's contract; nothing is written. The engine comes
from whoever asks, so its parts are imported for their types alone: help lists the command without loading them.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from itertools import combinations, permutations
from typing import TYPE_CHECKING, Any

from attrs import define, field, frozen

from segdsl.diagnostics.errors import ClockError
from segdsl.diagnostics.suggest import nearest
from segdsl.pages.days import Span, day_of, levels, sums, total, widest
from segdsl.records.inputs import is_guest
from segdsl.values.instants import DAY, date_text, instant_text

if TYPE_CHECKING:
    from segdsl.backends.base import Tally, TallyKind
    from segdsl.host.engine import Engine

COMBINATIONS = 20
"""Combinations of segments that are listed, the most frequent ones."""

PAIRED = 12
"""Segments of which each is compared with each, the largest ones."""

RULE_CHARACTERS = 200
"""Of a rule's text; the whole stands in its file."""

STEP = 20_000
"""Customers between two words of progress."""

KINDS = {"added": "by activities", "derived": "derived", "listed": "listed"}
"""The kinds of segments in the words of the language."""

Told = Callable[[str], None]


@frozen
class SegmentPart:
    """A segment: its members at the report's instant, how many memberships began and ended within its days, and the
    members at the end of each part of them, as (first day of the part, members)."""

    name: str
    kind: str
    place: str
    members: int
    entered: int
    left: int
    course: list[tuple[int, int]]


@frozen
class RulePart:
    """A rule: its id, `file:line`, the text as it is written there, its activity, how often it fired, and on which
    days first and last."""

    id: str
    place: str
    text: str
    activity: str
    fired: int
    first: int | None
    last: int | None


@frozen
class ActionPart:
    """An action: how many effects were handed out, taken back and held back, and those handed out in each part of the
    days."""

    name: str
    handed_out: int
    withdrawn: int
    held: int
    course: list[tuple[int, int]]


@frozen
class IgnoredPart:
    """A field that events carried and nothing declares; `meant` is the declared name nearest to it, if one is near."""

    event: str
    name: str
    count: int
    meant: str


@frozen
class Pair:
    """Customers who are in both of two segments, and the share of the first one's members that this is."""

    segment: str
    other: str
    customers: int
    share: float


@define
class StoreReport:
    """All numbers of a report. `instant` is when the memberships are told as of (microseconds UTC; None: the store has
    read nothing yet), `clock` how far the store has come, `span` the UTC days that are counted. `bounded`: somebody
    asked for these days, so that what has no day is left out of nothing but says of all time. `events` are those taken,
    by name; `guests` are those of the customers who are visitors alone; `written` counts transactions by the day of the
    host's clock. `pruned` is the instant before which memberships that had ended are no longer there, so that fewer
    move before it than did."""

    store: str
    program: str
    zone: str
    zone_data: str
    lateness: int
    sources: tuple[tuple[str, str], ...]
    clock: int | None
    instant: int | None
    span: Span | None
    bounded: bool
    customers: int
    guests: int = 0
    segments: list[SegmentPart] = field(factory=list)
    alone: int = 0
    combinations: list[tuple[tuple[str, ...], int]] = field(factory=list)
    further: int = 0
    pairs: list[Pair] = field(factory=list)
    rules: list[RulePart] = field(factory=list)
    events: dict[str, int] = field(factory=dict)
    events_course: list[tuple[int, int]] = field(factory=list)
    actions: list[ActionPart] = field(factory=list)
    formats: dict[str, int] = field(factory=dict)
    rejects: dict[str, int] = field(factory=dict)
    ignored: list[IgnoredPart] = field(factory=list)
    written: dict[int, int] = field(factory=dict)
    pruned: int | None = None

    def as_json(self) -> dict[str, Any]:
        """One JSON object with all of it. Days are dates in UTC; a `course` has [first day, number] for each part of
        `days_a_part` days."""
        span = self.span
        return {
            "store": self.store, "program": self.program, "files": [name for name, _ in self.sources],
            "zone": self.zone, "zone_data": self.zone_data, "clock": _instant(self.clock),
            "at": _instant(self.instant), "pruned": _instant(self.pruned),
            "from": date_text(span.first) if span else None, "to": date_text(span.last) if span else None,
            "days_a_part": span.part if span else None, "customers": self.customers, "guests": self.guests,
            "segments": [
                {"segment": s.name, "kind": s.kind, "place": s.place, "members": s.members, "entered": s.entered,
                 "left": s.left, "course": _course(s.course)}
                for s in self.segments
            ],
            "combinations": [{"segments": list(names), "customers": n} for names, n in self.combinations],
            "further_combinations": self.further, "in_no_segment": self.alone,
            "overlaps": [
                {"segment": p.segment, "other": p.other, "customers": p.customers, "share": round(p.share, 4)}
                for p in self.pairs
            ],
            "rules": [
                {"rule": r.id, "place": r.place, "text": r.text, "activity": r.activity or None, "fired": r.fired,
                 "first": _date(r.first), "last": _date(r.last)}
                for r in self.rules
            ],
            "events": self.events, "events_course": _course(self.events_course),
            "effects": [
                {"action": a.name, "effects": a.handed_out, "withdrawn": a.withdrawn, "held": a.held,
                 "course": _course(a.course)}
                for a in self.actions
            ],
            "formats": self.formats, "rejects": self.rejects,
            "ignored": [
                {"event": i.event, "field": i.name, "count": i.count, "meant": i.meant or None} for i in self.ignored
            ],
            "written": {date_text(day): number for day, number in self.written.items()},
        }  # fmt: skip


def report_on(
    engine: Engine, store: str, first: int | None = None, last: int | None = None, told: Told = lambda text: None
) -> StoreReport:
    """Gather the numbers of a store, called `store`, of the UTC days from `first` to `last` (days since 1970; None:
    from the first one, and to the store's clock). Memberships are those at the end of the last day, or of the clock
    where that is earlier. `told` is given a line of progress now and then.

    Raises ClockError when the days lie wrong way round or behind the clock, StoreError when the store fails.
    """
    clock = engine.backend.clock()
    _check(first, last, clock)
    now = clock if clock is not None else 0
    then = last is not None and (last + 1) * DAY - 1 < now
    instant = (last + 1) * DAY - 1 if then and last is not None else now
    told("reading what was counted")
    tallies = engine.backend.tallies()
    gathering = Gathering(engine, None if not then else instant)
    gathering.stand(told)
    gathering.move(told)
    days = [tally.day for tally in tallies if tally.day is not None and tally.kind not in ("reject", "batch")]
    span = widest([*days, *gathering.days()], first, day_of(instant))
    plan, stored = engine.plan, engine.stored
    made = StoreReport(
        store, stored.digest, plan.zone, stored.zone_data, plan.lateness, stored.sources, clock,
        instant if clock is not None else None, span if clock is not None else None,
        first is not None or then, engine.backend.customer_count(),
        sum(map(is_guest, engine.backend.customers())),
    )  # fmt: skip
    made.pruned = engine.backend.pruned()
    made.segments = gathering.segments(span)
    made.alone = 0 if then else made.customers - sum(gathering.sets.values())
    ordered = sorted(gathering.sets.items(), key=lambda each: (-each[1], sorted(each[0])))
    made.combinations = [(_in_order(names, made.segments), n) for names, n in ordered[:COMBINATIONS]]
    made.further = len(ordered) - len(made.combinations)
    made.pairs = _pairs(gathering.sets, [part for part in made.segments if part.members][:PAIRED])
    _count(made, engine, span, tallies)
    return made


def _check(first: int | None, last: int | None, clock: int | None) -> None:
    if first is not None and last is not None and last < first:
        raise ClockError(f"the days from {date_text(first)} to {date_text(last)} lie the wrong way round")
    if first is not None and clock is not None and first > day_of(clock):
        raise ClockError(f"nothing is known from {date_text(first)} on: the store's clock is at {instant_text(clock)}")


@define
class Gathering:
    """One walk through a store. `at` is the instant, None for the store's clock; `sets` count customers by the
    segments they are in together; `entered` and `left` count changes by segment and day."""

    engine: Engine
    at: int | None
    sets: Counter[frozenset[str]] = field(factory=Counter)
    entered: dict[str, Counter[int]] = field(factory=lambda: defaultdict(Counter))
    left: dict[str, Counter[int]] = field(factory=lambda: defaultdict(Counter))

    def stand(self, told: Told) -> None:
        """Go through all customers who are in a segment, or whom the clock has moved."""
        for number, standing in enumerate(self.engine.standings(self.at), 1):
            if standing.segments:
                self.sets[standing.segments] += 1
            for change in standing.moved:
                (self.entered if change.entered else self.left)[change.segment][day_of(change.instant)] += 1
            if number % STEP == 0:
                told(f"customers in segments: {number:,}")

    def move(self, told: Told) -> None:
        """Read how memberships began and ended."""
        told("adding up memberships by day")
        for moves in self.engine.backend.moves():
            if self.at is None or moves.day <= day_of(self.at):
                self.entered[moves.segment][moves.day] += moves.entered
                self.left[moves.segment][moves.day] += moves.left

    def days(self) -> Iterable[int]:
        """All days on which something moved."""
        return (day for by_day in (*self.entered.values(), *self.left.values()) for day in by_day)

    def segments(self, span: Span) -> list[SegmentPart]:
        """All segments, the largest first."""
        members: Counter[str] = Counter()
        for names, number in self.sets.items():
            for name in names:
                members[name] += number
        parts = []
        for name, segment in self.engine.segments.items():
            entered, left = self.entered[name], self.left[name]
            net = Counter(entered)
            net.subtract(left)
            parts.append(
                SegmentPart(
                    name, KINDS[segment.kind], segment.place, members[name],
                    total(span, entered), total(span, left), levels(span, net),
                )
            )  # fmt: skip
        return sorted(parts, key=lambda part: (-part.members, part.name))


def _in_order(names: Iterable[str], segments: list[SegmentPart]) -> tuple[str, ...]:
    wanted = set(names)
    return tuple(part.name for part in segments if part.name in wanted)


def _pairs(sets: Mapping[frozenset[str], int], segments: list[SegmentPart]) -> list[Pair]:
    """Every two of some segments with members, both ways round."""
    members = {part.name: part.members for part in segments}
    both: Counter[tuple[str, str]] = Counter()
    for names, number in sets.items():
        for pair in combinations(sorted(names & members.keys()), 2):
            both[pair] += number
    return [
        Pair(one, other, n := both[min(one, other), max(one, other)], n / members[one])
        for one, other in permutations(members, 2)
    ]


# -------------------------------------------------------------------------------------------------- what was counted


def _count(made: StoreReport, engine: Engine, span: Span, tallies: Mapping[Tally, int]) -> None:
    """Lay out the tallies: those of the span's days, and those without a day."""
    counted: dict[TallyKind, dict[tuple[str, str], Counter[int]]] = defaultdict(lambda: defaultdict(Counter))
    for tally, number in tallies.items():
        if tally.kind == "batch":
            made.written[tally.day or 0] = number
        elif tally.day is None or tally.day in span or (tally.kind == "reject" and not made.bounded):
            counted[tally.kind][tally.name, tally.owner][tally.day if tally.day is not None else span.first] += number

    def totals(kind: TallyKind) -> dict[str, int]:
        found = {name: by_day.total() for (name, _), by_day in counted[kind].items()}
        return dict(sorted(found.items(), key=lambda each: (-each[1], each[0])))

    made.events, made.formats, made.rejects = totals("event"), totals("format"), totals("reject")
    made.events_course = sums(span, sum(counted["event"].values(), Counter()))
    made.rules = _rules(engine, {name: by_day for (name, _), by_day in counted["fired"].items()})
    handed_out, withdrawn, held = totals("effect"), totals("withdrawn"), totals("held")
    made.actions = [
        ActionPart(
            name,
            handed_out.get(name, 0),
            withdrawn.get(name, 0),
            held.get(name, 0),
            sums(span, counted["effect"][name, ""]),
        )
        for name in dict.fromkeys((*handed_out, *withdrawn, *held))
    ]
    ignored = sorted(counted["ignored"].items(), key=lambda each: (-each[1].total(), each[0]))
    made.ignored = [
        IgnoredPart(event, name, by_day.total(), nearest(name, _declared(engine, event)) or "")
        for (name, event), by_day in ignored
    ]


def _rules(engine: Engine, fired: Mapping[str, Mapping[int, int]]) -> list[RulePart]:
    """All rules, those that fired most first, the others in the order of their places."""
    lines = {name: text.splitlines() for name, text in engine.stored.sources}
    parts = []
    for rule in engine.plan.rules:
        days = fired.get(rule.id, {})
        parts.append(
            RulePart(
                rule.id, rule.place, _text(rule.place, lines), rule.activity, sum(days.values()),
                min(days, default=None), max(days, default=None),
            )
        )  # fmt: skip
    return sorted(parts, key=lambda part: (-part.fired, *_file_and_line(part.place)))


def _text(place: str, files: Mapping[str, list[str]]) -> str:
    """A rule as it is written, on one line: that at its place, and those below that go on with it."""
    file, number = _file_and_line(place)
    lines = files.get(file, [])[max(number - 1, 0) :]
    if not lines or not number:
        return ""
    parts = [lines[0].strip()]
    for line in lines[1:]:
        goes_on = _indent(line) > _indent(lines[0]) or line.lstrip().startswith(("if ", "then "))
        if not line.strip() or not goes_on or len(" ".join(parts)) > RULE_CHARACTERS:
            break
        parts.append(line.strip())
    text = " ".join(parts)
    return text if len(text) <= RULE_CHARACTERS else text[: RULE_CHARACTERS - 1] + "…"


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())


def _file_and_line(place: str) -> tuple[str, int]:
    file, _, line = place.rpartition(":")
    return file, int(line) if line.isdigit() else 0


def _declared(engine: Engine, owner: str) -> list[str]:
    if owner == "attributes":
        return [attribute.name for attribute in engine.plan.attributes]
    return [each.name for event in engine.plan.events if event.name == owner for each in event.fields]


# --------------------------------------------------------------------------------------------------------------- JSON


def _instant(instant: int | None) -> str | None:
    return instant_text(instant) if instant is not None else None


def _date(day: int | None) -> str | None:
    return date_text(day) if day is not None else None


def _course(course: list[tuple[int, int]]) -> list[list[Any]]:
    return [[date_text(day), number] for day, number in course]
