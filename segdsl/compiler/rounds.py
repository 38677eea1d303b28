"""Rules that go round: each sets off the next, and the last the first again (language.md section 5.5).

Comes after all rules are lowered; reports to the collector. `causes` gives the graph of what brings about what. What
comes about again and again without end has, each time, a cause that does so too; so from all things are dropped, until
nothing changes, those without a cause that is left, those that need something that is not (a segment cannot be entered
twice without being left, a `wait for` needs its answer), and attributes that only ever get one value. Whatever goes
round without end lies in the rest, since the graph has every cause that rules can be, and at least its delay; so no
program that goes round at one instant is accepted. Some that would come to an end are refused, because an `if` of a
rule counts as if it always held.
"""

from collections.abc import Iterable, Iterator, Mapping
from heapq import heappop, heappush
from itertools import pairwise

from attrs import define, field, frozen

from segdsl.compiler.causes import CLEARED, Causes, Thing
from segdsl.diagnostics.diagnostic import Collector, Label
from segdsl.diagnostics.span import NOWHERE, Span
from segdsl.plan import nodes as p
from segdsl.values.instants import DAY, HOUR, MINUTE, SECOND, duration_text

NEVER = 2**62
SEARCHES = 100
"""Places of a part from which a shorter round is looked for once one is known: it only makes the message shorter."""
TOLD = 12
"""Steps of a long round that are told."""


def check_rounds(
    rules: Iterable[p.Rule],
    conditions: Mapping[str, p.Expression],
    memories: Mapping[str, p.Memory],
    collections: Mapping[str, p.Collection],
    lines: Mapping[str, Iterable[str]],
    rule_spans: Mapping[str, Span],
    segment_spans: Mapping[str, Span],
    collector: Collector,
) -> None:
    """Refuse rules that go round in under an hour, and warn of those that take longer. `conditions` are those of
    segments by name (derived ones, and `while`), `lines` the events made of the items of an event, `rule_spans` the
    places of rules by id."""
    # In the order of the text, so that the message does not depend on the order in which rules come.
    ordered = sorted(rules, key=lambda rule: (rule_spans.get(rule.id, NOWHERE), rule.id))
    causes = Causes.of(ordered, conditions, memories, collections, lines)
    lasting = Lasting.of(causes)
    report = Report(causes, rule_spans, segment_spans, collector)
    refused: set[int] = set()
    for part in _parts(lasting.within(HOUR)):
        found = _shortest(part, HOUR)
        if found is not None:
            refused |= part.keys()
            report.refuse(found)
    for part in _parts(lasting.within(NEVER)):
        found = None if part.keys() & refused else _shortest(part, NEVER)
        if found is not None:
            report.warn(found, max(found.length, *(lasting.slowest[number] for number in found.steps)))


# ---------------------------------------------------------------------------------------- what comes about for ever

Graph = dict[int, dict[int, int]]
"""Things by number: what each brings about, with the least delay."""


@define(eq=False)
class Lasting:
    """Finds what can come about again and again. `slowest` is, for each thing, the longest delay that a round it is
    part of, or that it needs, cannot do without: 0 where all of them are under an hour, NEVER for a thing that does not
    come about again and again."""

    causes: Causes
    slowest: list[int]
    support: list[int]
    wanted: dict[int, list[int]] = field(factory=dict)
    # From this cause on, in the order of delays, all have been taken away.
    cut: tuple[int, int, int] = (NEVER, 0, 0)

    @classmethod
    def of(cls, causes: Causes) -> "Lasting":
        size = len(causes.things)
        lasting = cls(causes, [0] * size, [0] * size)
        support = lasting.support
        for effects in causes.effects:
            for effect in effects:
                support[effect] += 1
        for thing, needs in causes.needs.items():
            for needed in needs:
                lasting.wanted.setdefault(needed, []).append(thing)
        # An attribute changes again and again only if it gets two different values.
        for number in range(size):
            if causes.things[number].what == "sets":
                support[number] -= 1
        lasting._drop([number for number in range(size) if support[number] <= 0], NEVER)
        lasting._cut_long()
        return lasting

    def _cut_long(self) -> None:
        """Take away the causes with a delay of an hour or more, the longest first, and what cannot go on without."""
        long = [
            (delay, cause, effect)
            for cause, effects in enumerate(self.causes.effects)
            if not self.slowest[cause]
            for effect, delay in effects.items()
            if delay >= HOUR
        ]
        for delay, cause, effect in sorted(long, reverse=True):
            self.cut = delay, cause, effect
            if not self.slowest[cause]:
                self.support[effect] -= 1
                if self.support[effect] <= 0:
                    self._drop([effect], delay)

    def _drop(self, dropped: list[int], slowest: int) -> None:
        while dropped:
            number = dropped.pop()
            if self.slowest[number]:
                continue
            self.slowest[number] = slowest
            dropped += self.wanted.get(number, ())
            for effect, delay in self.causes.effects[number].items():
                if (delay, number, effect) < self.cut:
                    self.support[effect] -= 1
                    if self.support[effect] <= 0:
                        dropped.append(effect)

    def within(self, limit: int) -> Graph:
        """The graph of what goes on by delays under a limit."""
        kept = [number for number, slowest in enumerate(self.slowest) if slowest < limit]
        return {
            number: {
                effect: delay
                for effect, delay in self.causes.effects[number].items()
                if delay < limit and self.slowest[effect] < limit
            }
            for number in kept
        }


def _parts(graph: Graph) -> Iterator[Graph]:
    """The parts of a graph in which everything brings about everything, round about (Tarjan), in their order in the
    text. What is in no round belongs to none."""
    found: list[list[int]] = []
    index: dict[int, int] = {}
    low: dict[int, int] = {}
    open_: dict[int, None] = {}
    for root in graph:
        stack = [(root, iter(graph[root]))] if root not in index else []
        while stack:
            number, rest = stack[-1]
            if number not in index:
                index[number] = low[number] = len(index)
                open_[number] = None
            following = next(rest, None)
            if following is None:
                stack.pop()
                if stack:
                    low[stack[-1][0]] = min(low[stack[-1][0]], low[number])
                if low[number] == index[number]:
                    part: list[int] = []
                    while not part or part[-1] != number:
                        part.append(open_.popitem()[0])
                    found.append(sorted(part))
            elif following not in index:
                stack.append((following, iter(graph[following])))
            elif following in open_:
                low[number] = min(low[number], index[following])
    for members in sorted(found):
        if len(members) > 1:
            inside = set(members)
            yield {n: {effect: delay for effect, delay in graph[n].items() if effect in inside} for n in members}


# ------------------------------------------------------------------------------------------------------ the shortest


@frozen
class Round:
    """Things that bring about one another in turn, the last one the first; and how long it takes."""

    steps: tuple[int, ...]
    length: int


def _shortest(part: Graph, limit: int) -> Round | None:
    """The shortest round of a part, if it is under a limit; of several, that with the fewest steps."""
    # A round at one instant is shorter than any other; where there is none, each round has a delay somewhere.
    instant = next(_parts({n: {e: d for e, d in effects.items() if not d} for n, effects in part.items()}), None)
    starts = list(instant) if instant else [number for number, effects in part.items() if any(effects.values())]
    best: Round | None = None
    searches = 0
    for start in starts:
        bound = (limit, 0) if best is None else (best.length, len(best.steps))
        best = _way_back(instant or part, start, bound) or best
        searches += best is not None
        if searches > SEARCHES:
            break
    return best


def _way_back(part: Graph, start: int, bound: tuple[int, int]) -> Round | None:
    """The shortest way from a thing back to it (Dijkstra), if it is below a bound of delay and steps."""
    came_from: dict[int, int] = {}
    waiting = [(0, 0, start, start)]
    while waiting:
        delay, steps, number, before = heappop(waiting)
        if (delay, steps) >= bound:
            return None
        if number in came_from:
            continue
        if steps:
            came_from[number] = before
            if number == start:
                return Round(_way(came_from, start), delay)
        for effect, further in part[number].items():
            if effect not in came_from:
                heappush(waiting, (delay + further, steps + 1, effect, number))
    return None


def _way(came_from: dict[int, int], start: int) -> tuple[int, ...]:
    way = [start]
    while came_from[way[-1]] != start:
        way.append(came_from[way[-1]])
    return (start, *reversed(way[1:]))


# ---------------------------------------------------------------------------------------------------------- the words


@frozen
class Leg:
    """A step of a round in the words of its author: what brings about what, and the place that makes it so."""

    cause: str
    effect: str
    delay: int
    span: Span


@frozen
class Report:
    causes: Causes
    rule_spans: Mapping[str, Span]
    segment_spans: Mapping[str, Span]
    collector: Collector

    def refuse(self, found: Round) -> None:
        legs = self._legs(found)
        if not legs:
            return
        self.collector.error(
            "SEG416",
            legs[0].span,
            f"{self._subject(found)} round without end: {_path(legs)}",
            labels=_labels(legs),
            help="leave one of these steps out, put a wait of an hour or more between them, or make an activity of the "
            "round `once`; an `if` of a rule does not count here, since it may hold each time",
        )

    def warn(self, found: Round, length: int) -> None:
        legs = self._legs(found)
        if not legs:
            return
        self.collector.warning(
            "SEG482",
            legs[0].span,
            f"{self._subject(found)} round again and again, {_length(length)} or more each time: {_path(legs)}",
            labels=_labels(legs),
            help="if it is to end some day, leave one of these steps out, or make an activity of the round `once`",
        )

    def _subject(self, found: Round) -> str:
        things = [self.causes.things[number] for number in found.steps]
        rules = {thing.name for thing in things if thing.what == "does"}
        return "this rule goes" if len(rules) == 1 else "these rules go"

    def _legs(self, found: Round) -> list[Leg]:
        """The round as it is told: from what sets off its first rule in the text, back to that. A round without a rule
        is one of segments that depend on each other, which is refused already."""
        things = [self.causes.things[number] for number in found.steps]
        stretches = [number for number, thing in zip(found.steps, things, strict=True) if thing.what == "does"]
        if not stretches:
            return []
        first = found.steps.index(min(stretches))
        while _words(things[first]) is None:
            first -= 1
        steps = [*found.steps[first:], *found.steps[:first], found.steps[first]]
        legs: list[Leg] = []
        cause, delay, rule = steps[0], 0, ""
        for before, number in pairwise(steps):
            delay += self.causes.effects[before][number]
            thing = self.causes.things[number]
            if thing.what == "does":
                rule = thing.name
            told = _words(thing)
            if told is not None:
                span = self.rule_spans.get(rule) if rule else self.segment_spans.get(thing.name)
                legs.append(Leg(_words(self.causes.things[cause]) or "", told, delay, span or NOWHERE))
                cause, delay, rule = number, 0, ""
        return legs


def _words(thing: Thing) -> str | None:
    """A thing as a path tells it. Stretches of rules are left out, and that an attribute changes: its value is told."""
    match thing.what:
        case "enters" | "leaves":
            return f'{thing.what} "{thing.name}"'
        case "records":
            return f"records `{thing.name}`"
        case "value" if thing.part == CLEARED:
            return f"clears `{thing.name}`"
        case "value":
            # Texts are told; numbers and dates are not kept as they were written.
            return f"sets `{thing.name}`" + (f" to {thing.part}" if str(thing.part).startswith('"') else "")
    return None


def _path(legs: list[Leg]) -> str:
    told = [legs[0].cause, *(_later(leg) + leg.effect for leg in legs)]
    if len(told) > TOLD + 1:
        told[TOLD:-1] = [f"({len(told) - TOLD - 1} more)"]
    return " → ".join(told)


def _labels(legs: list[Leg]) -> list[Label]:
    return [Label(leg.span, f"{leg.cause} → {_later(leg)}{leg.effect}") for leg in legs[1:TOLD]]


def _later(leg: Leg) -> str:
    return f"{_length(leg.delay)} later " if leg.delay else ""


def _length(length: int) -> str:
    """A least length in words, in whole days where it is some: a calendar month is 644 hours at the least."""
    unit = DAY if length >= 2 * DAY else MINUTE if length >= 2 * MINUTE else SECOND
    return duration_text(max(length - length % unit, unit))
