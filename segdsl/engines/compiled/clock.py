"""When something can next change by itself (language.md section 5.13, architecture rule 9).

Comes in: a state after a step. Goes out: the next instant for rules and for whoever asks. Only what a customer has is
gone through: a window of which no event is held cannot turn, nor a date that is not known. So the cost is that of the
customer's memories, attributes and memberships, not that of the plan.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import cached_property

from attrs import define, field

from segdsl.engines.compiled.expressions import Expressions, is_fixed
from segdsl.engines.compiled.provided import leaving
from segdsl.engines.compiled.segments import FEW, Segments
from segdsl.engines.compiled.source import Later, Source, Unit
from segdsl.plan import nodes as p
from segdsl.plan.blank import COUNTED
from segdsl.plan.needs import Clocked, Needs
from segdsl.plan.timed import least, timed_parts
from segdsl.plan.walk import structs, walk
from segdsl.state.customer import State
from segdsl.state.memories import next_change, next_passage
from segdsl.state.moments import NEVER, next_birthday, next_near_date, next_scheduled
from segdsl.state.windows import leaves
from segdsl.values.zones import Zone

Turn = Callable[[State, int], Iterable[int | None]]
"""The instants at which a part of a condition may turn, given a state and now."""

EVERY = ("", "")

WRITTEN_OUT = 16
"""So many parts of conditions are gone through in one function; of more only those that a customer has to do with."""


Turns = dict[tuple[str, str], list[Turn]]
"""The timed parts of some segments, by what they stand and fall with: (`memory`, key), (`collection`, key),
(`attribute`, name), (`member`, segment), or nothing (`EVERY`)."""


@define(eq=False, slots=False)
class Clock:
    """What the clock alone can move. `touching` are the segments to be judged at an instant that the clock brings, by
    what their timed parts stand and fall with."""

    plan: p.Plan
    needs: Needs
    source: Source
    segments: Segments
    zone: Zone
    heard: Turns = field(factory=lambda: defaultdict(list))
    quiet: Turns = field(factory=lambda: defaultdict(list))
    touching: dict[tuple[str, str], list[int]] = field(factory=lambda: defaultdict(list))
    parts: dict[tuple[bool, p.Expression], tuple[Turn, str]] = field(factory=dict)
    stopped: dict[str, p.Rule] = field(factory=dict)
    clocked: list[p.Rule] = field(factory=list)
    loose: bool = False

    @property
    def memories(self) -> Mapping[str, p.Memory]:
        return self.source.facts.memories

    def __attrs_post_init__(self) -> None:
        self.stopped = self.needs.stopped_by_clock
        self.clocked = list(self.needs.clocked.values())
        for number, segment in enumerate(self.plan.segments):
            if segment.name not in self.needs.timed:
                continue
            is_heard = segment.name in self.needs.heard
            parts = list(timed_parts(segment.condition, self.memories))
            for part in parts:
                anchor = self._anchor(part)
                self.loose |= anchor == EVERY
                self.touching[anchor].append(number)
                if (is_heard, part) not in self.parts:
                    turn = self._turn(part, segment.place)
                    self.parts[is_heard, part] = turn, segment.place
                    (self.heard if is_heard else self.quiet)[anchor].append(turn)
            if not _only_in(segment.condition, parts):
                self.touching[EVERY].append(number)

    # --------------------------------------------------------------------------------------------------------- asking

    def set_due(self, state: State, now: int) -> None:
        """Write into the state when something can next change by itself, and when a rule may next act."""
        timer, quiet = self.turning(state, now)
        for segment, stay in state.added.items():
            if stay.end is not None and now < stay.end:
                if segment in self.needs.heard:
                    timer = min(timer, stay.end)
                else:
                    quiet = min(quiet, stay.end)
        if state.waits or state.pending or self.clocked:
            for moment in self._rules(state, now):
                if moment is not None and now < moment < timer:
                    timer = moment
        state.timer = timer if timer < NEVER else None
        due = timer if timer < quiet else quiet
        state.due = due if due < NEVER else None

    @cached_property
    def turning(self) -> Callable[[State, int], tuple[int, int]]:
        """When a heard and when a quiet part of a condition turns next: written out where there are few parts."""
        if len(self.heard) + len(self.quiet) > WRITTEN_OUT:
            return lambda state, now: (self._earliest(self.heard, state, now), self._earliest(self.quiet, state, now))
        return self._written_out()

    @staticmethod
    def _earliest(turns: Turns, state: State, now: int) -> int:
        earliest = NEVER
        for anchor in _present(turns, state):
            for turn in turns[anchor]:
                for moment in turn(state, now):
                    if moment is not None and now < moment < earliest:
                        earliest = moment
        return earliest

    @cached_property
    def ends(self) -> bool:
        """Whether rules make memberships that end by themselves. Rules of before, which a store was run with, may have
        made such that go on."""
        adds = (node for node in structs(self.plan.rules) if isinstance(node, p.Add))
        return any(add.lasting is not None or add.until is not None for add in adds)

    def minds(self, added: bool, members: bool) -> bool:
        """Whether a change of what rules have added, or of memberships as seen, can change when something is next
        due."""
        return (added and self.ends) or (members and self.lasts)

    @cached_property
    def lasts(self) -> bool:
        """Whether how long a membership lasts can turn a segment."""
        return self.loose or any(kind == "member" for kind, _ in self.touching)

    def is_timed(self, key: str) -> bool:
        """Whether the clock can turn something that a memory or a collection answers."""
        return ("memory", key) in self.touching or ("collection", key) in self.touching or self.loose

    def touched(self, state: State, now: int) -> Collection[int]:
        """The segments that the clock may turn now; of few, none where none of them turns."""
        if self.turned is not None:
            return self.timed if self.turned(state, now) else ()
        return {number for anchor in _present(self.touching, state) for number in self.touching[anchor]}

    @cached_property
    def timed(self) -> tuple[int, ...]:
        return tuple(sorted({number for numbers in self.touching.values() for number in numbers}))

    @cached_property
    def turned(self) -> Callable[[State, int], bool] | None:
        """Whether any of the segments turns that the clock can turn, as one function where they are few."""
        return self.segments.turning(self.timed, "the clock") if len(self.timed) <= FEW else None

    def _rules(self, state: State, now: int) -> Iterator[int | None]:
        for wait in state.waits:
            yield wait.due
        for pending in state.pending.values():
            for each in pending:
                yield each.due
        if self.stopped:
            for rule in (self.stopped[wait.rule] for wait in state.waits if wait.rule in self.stopped):
                for stop in rule.stops:
                    yield self.next_moment(rule, stop, state, now)
        for rule in self.clocked:
            for trigger in rule.triggers:
                yield self.next_moment(rule, trigger, state, now)

    def next_moment(self, rule: p.Rule, trigger: p.Trigger, state: State, now: int) -> int | None:
        """The next moment, while the rule's activity runs, at which a trigger by the calendar fires for a customer."""
        if not isinstance(trigger, Clocked):
            return None
        after = now if rule.begin is None else max(now, rule.begin - 1)
        moment = self._next(trigger, state, after)
        return moment if moment is not None and (rule.end is None or moment < rule.end) else None

    def fires_now(self, trigger: p.DateTrigger | p.ScheduleTrigger, state: State, now: int) -> bool:
        """Whether this is a moment of a trigger by the calendar."""
        return self._next(trigger, state, now - 1) == now

    def _next(self, trigger: p.DateTrigger | p.ScheduleTrigger, state: State, after: int) -> int | None:
        if isinstance(trigger, p.ScheduleTrigger):
            return next_scheduled(trigger, after, self.zone)
        value = state.attributes.get(trigger.attribute)
        if value is None:
            value = self.source.facts.defaults.get(trigger.attribute)
        return next_near_date(trigger, value, after, self.zone)

    # ------------------------------------------------------------------------------------------------------- preparing

    def _anchor(self, part: p.Expression) -> tuple[str, str]:
        match part:
            case p.Recall(key):
                return "memory", key
            case p.Items(key):
                return "collection", key
            case p.Member(segment):
                return "member", segment
            case p.Compare(_, p.Recall(key)):
                return "memory", key
            case p.Compare(_, _, turning):
                return self._of_value(turning) or EVERY
            case p.Age(birth):
                return self._of_value(birth) or EVERY
        return EVERY

    def _of_value(self, node: p.Expression) -> tuple[str, str] | None:
        """What an expression cannot be known without."""
        match node:
            case p.Recall(key) if self.memories[key].measure not in COUNTED:
                return "memory", key
            case p.Attribute(name) if self.source.facts.defaults.get(name) is None:
                return "attribute", name
            case p.Arithmetic(_, left, right):
                return self._of_value(left) or self._of_value(right)
            case p.Start(inner) | p.DateOf(inner) | p.Shift(inner) | p.Age(inner):
                return self._of_value(inner)
        return None

    def _written_out(self) -> Callable[[State, int], tuple[int, int]]:
        """All parts, one after the other in one function."""
        unit = Unit("the clock")
        written = Expressions(self.source, unit)
        written.event = written.start = written.item = "NONE"
        written.function("turning", "s, now")
        unit.add(1, f"timer = quiet = {NEVER}")
        for (is_heard, part), (turn, place) in self.parts.items():
            earliest = "timer" if is_heard else "quiet"
            unit.note(1, f"{place}: {self.source.text.condition(part)}", place)
            if isinstance(part, p.Recall) and self._is_plain(self.memories[part.memory]):
                self._write_window(written, self.memories[part.memory], earliest, place)
            elif isinstance(part, p.Compare) and isinstance(part.left, p.Recall):
                self._write_count(written, part, self.memories[part.left.memory], earliest, place)
            elif isinstance(part, p.Compare):
                unit.add(1, f"t = {written.value(part.right)}", place)
                unit.add(1, f"if t is not None and {self._turning_text(part, earliest)}")
            else:
                unit.add(1, f"for t in {self.source.constant(turn)}(s, now):", place)
                unit.add(2, f"if t is not None and now < t < {earliest}: {earliest} = t")
        unit.add(1, "return timer, quiet")
        written.end()
        return self.source.function(unit)

    def _write_count(self, written: Expressions, part: p.Compare, memory: p.Memory, earliest: str, place: str) -> None:
        """When a count in a window falls below the number that it is compared with."""
        unit, window, number = written.unit, memory.window, least(part, self.memories)
        unit.add(1, f"h = s.memories.get({self.source.constant(memory.key)})", place)
        unit.add(1, f"if h and len(h) >= {number}:", place)
        if is_fixed(window) and window is not None:
            unit.add(2, f"t = h[-{number}] + {window.older}", place)
        else:
            unit.add(2, f"t = leaves({self.source.constant(window)}, h[-{number}], zone)", place)
        unit.add(2, f"if now < t < {earliest}: {earliest} = t", place)

    def _write_window(self, written: Expressions, memory: p.Memory, earliest: str, place: str) -> None:
        """When the oldest event in a window leaves it."""
        unit, window = written.unit, memory.window
        assert window is not None
        older, first = window.older, "h[0]" if memory.measure == "count" else "h[0][0]"
        unit.add(1, f"h = s.memories.get({self.source.constant(memory.key)})", place)
        unit.add(1, "if h:", place)
        unit.add(2, f"t = {first} + {older}", place)
        unit.add(2, f"if t <= now: t = leaving(h, now - {older}) + {older}", place)
        unit.add(2, f"if t < {earliest}: {earliest} = t", place)

    @staticmethod
    def _is_plain(memory: p.Memory) -> bool:
        """Whether a memory holds instants, or entries that begin with theirs, and lets them go after a plain length."""
        return is_fixed(memory.window) and memory.measure != "when" and not memory.fields

    def _turn(self, part: p.Expression, place: str) -> Turn:
        match part:
            case p.Recall(key):
                return self._window(self.memories[key])
            case p.Items(key, window) if window is not None:
                return lambda state, now: (next_passage(window, state.collections.get(key, []), now, self.zone),)
            case p.Member(segment, lasting) if lasting is not None:
                return lambda state, _now: (state.members[segment] + lasting,) if segment in state.members else ()
            case p.Age(birth):
                born = self._value(birth, place)
                return lambda state, now: (next_birthday(born(state, now), now, self.zone),)
            case p.Compare(_, p.Recall(key)):
                return self._count(self.memories[key], least(part, self.memories) or 0)
            case p.Compare():
                return self._comparison(part, place)
        raise AssertionError(f"nothing turns {part}")

    def _count(self, memory: p.Memory, number: int) -> Turn:
        """When a count in a window falls below a number."""
        key, window, zone = memory.key, memory.window, self.zone
        assert window is not None

        def turns(state: State, now: int) -> tuple[int, ...]:
            held = state.memories.get(key)
            if not held or len(held) < number:
                return ()
            turn = leaves(window, held[-number], zone)
            return (turn,) if turn > now else ()

        return turns

    def _window(self, memory: p.Memory) -> Turn:
        key, window, zone = memory.key, memory.window, self.zone
        if self._is_plain(memory) and window is not None:
            older = window.older
            return lambda state, now: (
                (leaving(state.memories[key], now - older) + older,) if state.memories.get(key) else ()
            )
        return lambda state, now: (next_change(memory, state.memories.get(key), now, zone),)

    @staticmethod
    def _turning_text(part: p.Compare, earliest: str) -> str:
        """The rest of the line that takes the instant `t` of a comparison, or the one after it."""
        match part.operator:
            case ">=" | "<":
                return f"now < t < {earliest}: {earliest} = t"
            case ">" | "<=":
                return f"now <= t < {earliest} - 1: {earliest} = t + 1"
        return f"now <= t < {earliest}: {earliest} = t if now < t else t + 1"

    def _comparison(self, part: p.Compare, place: str) -> Turn:
        """`now >= x` turns at x, `now > x` a microsecond later, `now = x` at both."""
        value = self._value(part.right, place)
        after = {">=": (0,), "<": (0,), ">": (1,), "<=": (1,)}.get(part.operator, (0, 1))

        def turns(state: State, now: int) -> tuple[int, ...]:
            instant = value(state, now)
            return () if instant is None else tuple(instant + each for each in after)

        return turns

    def _value(self, node: p.Expression, place: str) -> Callable[[State, int], int | None]:
        """What an expression is worth, generated when somebody first asks."""
        return Later(lambda: self._valued(node, place))

    def _valued(self, node: p.Expression, place: str) -> Callable[[State, int], int | None]:
        unit = Unit(f"a moment of {place}")
        written = Expressions(self.source, unit)
        written.event = written.start = written.item = "NONE"
        written.function("moment", "s, now", place)
        unit.add(1, f"return {written.value(node)}", place)
        written.end()
        return self.source.function(unit)


def _present(table: Mapping[tuple[str, str], object], state: State) -> Iterator[tuple[str, str]]:
    """Those things in a table that a customer has; of a small table all."""
    if len(table) <= 8:
        yield from table
        return
    if EVERY in table:
        yield EVERY
    kinds = (("memory", state.memories), ("attribute", state.attributes), ("member", state.members))
    for kind, held in (*kinds, ("collection", state.collections)):
        for name in held:
            if (kind, name) in table:
                yield kind, name


def _only_in(condition: p.Expression | None, parts: Sequence[p.Expression]) -> bool:
    """Whether a condition looks at the clock nowhere but in some parts of it."""
    known = sum(isinstance(part, p.Compare) and isinstance(part.left, p.Now) for part in parts)
    return sum(isinstance(node, p.Now) for node in walk(condition)) == known
