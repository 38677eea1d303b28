"""Ways through rules: what would have to happen, and be so, that a rule adds to a segment or removes from it.

Comes in: a segment and whether the customer should be in it. Goes out: options for `trials.py` to try.
"""

from collections.abc import Callable, Iterator, Mapping
from itertools import islice, product
from typing import Any

from attrs import evolve, frozen
from msgspec.structs import replace

from segdsl.host.why.aims import Aims
from segdsl.host.why.answer import Act
from segdsl.host.why.guessing import lengths
from segdsl.host.why.options import EVENTS, FieldIs, Goal, Option, best, longest, together
from segdsl.host.why.solving import EMPTY, fields_meeting, sample
from segdsl.plan import nodes as p
from segdsl.plan.walk import structs
from segdsl.values.instants import DAY, shifted_date
from segdsl.values.kinds import Kind
from segdsl.values.numbers import SCALE

MONTH = 31 * DAY

WAYS = 30
"""Ways through one rule that are gone into."""

MOST = 200
"""Options by rules after which no more rules are gone into."""

YEARS = 30
"""How long ago a date is thought to be that comes again every year."""


@frozen
class Way:
    """One way through a rule to an action: what has to be so at the start (with the goal each has), and what follows
    each wait."""

    conditions: tuple[tuple[p.Expression, Goal], ...] = ()
    waits: tuple[p.Pause, ...] = ()

    def where(self, condition: p.Expression | None, goal: Goal = "true") -> "Way":
        return self if condition is None else evolve(self, conditions=(*self.conditions, (condition, goal)))

    def behind(self, pause: p.Pause) -> "Way":
        return evolve(self, waits=(*self.waits, pause))


@frozen
class ByRules:
    """What rules and the host can do for somebody. `Aims` goes back and forth with it: a rule's way has conditions, and
    a condition may ask for a segment that rules fill."""

    def to_be(self, aims: Aims, segment: p.Segment, member: bool) -> list[Option]:
        """Options that may put a customer into a segment, or out of it; the host's word comes last."""
        listed = aims.state.listed.get(segment.name)
        host: list[Option] = [(Act("include" if member else "exclude", segment.name),)]
        if listed is not None:
            return [(Act("unlist", segment.name),), *host]
        if segment.kind == "listed":
            return host
        wanted: Goal = "true" if member else "not true"
        own = evolve(aims, within=(*aims.within, segment.name))
        turned = _turned(own, segment.condition, wanted) if segment.condition is not None else []
        if segment.kind == "derived":
            return [*turned, *host]
        kind = p.Add if member else p.Remove
        options = [] if member and segment.name in aims.state.added else _by_rules(aims, _on(kind, segment.name))
        if segment.condition is None:
            return [*options, *host]
        if member:
            options = together([turned, options]) if segment.name not in aims.state.added else turned
        else:
            options = best([*turned, *options])
        return [*options, *host]

    def to_set(self, aims: Aims, attribute: str, operator: p.Comparator, value: Any) -> list[Option]:
        """Options that have a rule set an attribute to what stands so to a value."""
        if attribute in aims.within:
            return []
        own = evolve(aims, within=(*aims.within, attribute))
        kind = aims.kind(p.Attribute(attribute))

        def wanted(action: p.Action) -> p.Expression | None:
            match action:
                case p.SetAttribute(name, p.Constant(None)) if name == attribute:
                    return p.Constant(value is None)
                case p.SetAttribute(name, given) if name == attribute:
                    target = value if value is not None else sample(kind)
                    return p.Compare(operator, given, p.Constant(target)) if value is not None else None
            return None

        return _by_rules(own, wanted)


def _turned(aims: Aims, condition: p.Expression, goal: Goal) -> list[Option]:
    """Options that turn a segment's condition, also with some time to pass afterwards: what one part asks for, another
    may not want to be too near."""
    options = aims.turn(condition, goal)
    waits = [Act("wait", wait=wait) for wait in lengths(aims, condition)]
    return [*options, *((*option, wait) for option in options[:4] if option for wait in waits[:6])]


Wanted = Callable[[p.Action], p.Expression | None]
"""For an action what has to be so for it to do what is wanted; None: it never does."""


def _on(kind: type, segment: str) -> Wanted:
    def wanted(action: p.Action) -> p.Expression | None:
        does = isinstance(action, kind) and getattr(action, "segment", "") == segment
        return p.Constant(True) if does else None

    return wanted


def _by_rules(aims: Aims, wanted: Wanted) -> list[Option]:
    options: list[Option] = []
    for rule in aims.plan.rules:
        if rule.end is not None and rule.end <= aims.now:
            continue
        for way in islice(_ways(rule.steps, wanted, Way().where(rule.condition)), WAYS):
            for trigger in rule.triggers:
                options += _along(aims, rule, trigger, way)
        if len(options) > MOST:
            break
    return best(options)


def _ways(steps: tuple[p.Step, ...], wanted: Wanted, way: Way) -> Iterator[Way]:
    """The ways through some steps to an action that does what is wanted."""
    for step in steps:
        match step:
            case p.Act(_, actions):
                for action in actions:
                    needed = wanted(action)
                    if needed is not None and needed != p.Constant(False):
                        yield way if needed == p.Constant(True) else way.where(needed)
            case p.Gate(condition):
                way = way.where(condition)
            case p.Branch(kind, paths):
                before = way
                for path in paths:
                    yield from _ways(path.steps, wanted, before.where(path.condition))
                    if kind == "first" and path.condition is not None:
                        before = before.where(path.condition, "not true")
                return
            case p.Wait() | p.WaitUntil() | p.WaitFor():
                way = way.behind(step)


def _along(aims: Aims, rule: p.Rule, trigger: p.Trigger, way: Way) -> list[Option]:
    """Options to go a way from a trigger: first what has to be so, then the event, then the waits."""
    fields = aims.kinds_of(trigger.event) if isinstance(trigger, p.EventTrigger | p.CountTrigger) else {}
    here = evolve(aims, fields=fields)
    needed = together(here.turn(condition, goal) for condition, goal in way.conditions)
    begins = (Act("wait", wait=rule.begin - aims.now),) if rule.begin is not None and rule.begin > aims.now else ()
    asked = _asked(rule, way, fields)
    made: list[Option] = []
    for start, need in product(_fired(here, trigger), needed):
        demanded = {each.name: each.value for each in need if isinstance(each, FieldIs)}
        before = [each for each in need if isinstance(each, Act)]
        option = (*begins, *before, *_with_fields(start, {**asked, **demanded}))
        made.append((*option, *_waited(here, way.waits, asked)))
    return [*made, *_repeated(way, made)]


def _asked(rule: p.Rule, way: Way, fields: dict[str, Kind]) -> dict[str, Any]:
    """Values of the fields of the starting event that the rule itself goes by: any will do, but known they must be."""
    parts = (rule.per, *(condition for condition, _ in way.conditions), *way.waits)
    read = {part.name for each in parts for part in structs(each) if isinstance(part, p.Field)}
    compared = {
        part.name for each in parts for asked in structs(each) if isinstance(asked, p.Recall | p.Aggregate)
        for part in structs(asked.filter if isinstance(asked, p.Recall) else asked.where) if isinstance(part, p.Field)
    }  # fmt: skip
    if isinstance(rule.per, p.Field):
        compared.add(rule.per.name)
    return {name: sample(fields[name]) for name in sorted(read & compared) if name in fields}


def _repeated(way: Way, options: list[Option]) -> Iterator[Option]:
    """The same with the event several times, as often as a number in a condition says: it may count itself."""
    parts = [part for condition, _ in way.conditions for part in structs(condition)]
    if not any(isinstance(part, p.Recall) for part in parts):
        return
    numbers = {part.value // SCALE for part in parts if isinstance(part, p.Constant) and isinstance(part.value, int)}
    for option in options:
        for number, act in enumerate(option):
            if isinstance(act, Act) and act.kind == "event" and act.times == 1:
                for times in sorted(each for each in numbers if 1 < each <= EVENTS):
                    yield (*option[:number], replace(act, times=times), *option[number + 1 :])


def _with_fields(start: Option, demanded: dict[str, object]) -> Option:
    """The event that starts the flow, with the fields that the way demands of it."""
    if not demanded or not start or not isinstance(start[-1], Act) or start[-1].kind != "event":
        return start
    last = start[-1]
    return (*start[:-1], Act("event", last.name, {**last.fields, **demanded}, times=last.times))


def _fired(aims: Aims, trigger: p.Trigger, hand: Mapping[str, Any] = EMPTY) -> list[Option]:
    """Options that fire a trigger; `hand` are the fields of the event at hand."""
    match trigger:
        case p.EventTrigger(event, match):
            return _events(aims, event, match, 1, hand)
        case p.CountTrigger(_, event, match, number):
            return _events(aims, event, match, number, hand)
        case p.AfterTrigger(_, event, match, delay):
            return [(*option, _wait(delay)) for option in _events(aims, event, match, 1, hand)]
        case p.EntersTrigger(segment) | p.LeavesTrigger(segment):
            found = next((each for each in aims.plan.segments if each.name == segment), None)
            if found is None or segment in aims.within:
                return []
            inner = evolve(aims, within=(*aims.within, segment), fields={})
            entered, within = isinstance(trigger, p.EntersTrigger), segment in aims.state.members
            if not entered and not within:
                come = aims.ways.to_be(inner, found, True)[:3]
                return [(*option, wait) for option in come for wait in _ends(aims, found)]
            if entered and within:
                return []
            return best(aims.ways.to_be(inner, found, entered))
        case p.DateTrigger(attribute, of, distance, every_year) if aims.can_be_set(attribute):
            date = aims.zone.date(aims.now) - distance.days + 1
            if every_year:
                date = shifted_date(date, -12 * YEARS, 0)[0]
            value = date if of == "date" else aims.now - distance.fixed + DAY
            return [(Act("attribute", attribute, value=value), Act("wait", wait=3 * DAY))]
        case p.ScheduleTrigger(every, instant=instant):
            length = {"day": DAY, "week": 7 * DAY, "month": MONTH, "once": instant - aims.now + 1}[every]
            return [(Act("wait", wait=length),)] if length > 0 else []
    return []


def _events(
    aims: Aims, event: str, match: p.Expression | None, times: int, hand: Mapping[str, Any] = EMPTY
) -> list[Option]:
    fields = fields_meeting(match, aims.kinds_of(event), aims.now, hand)
    if fields is None or times > EVENTS:
        return []
    return [(Act("event", event, fields, times=times),)]


def _ends(aims: Aims, segment: p.Segment) -> list[Act]:
    """Lengths of time after which a membership that has just begun may end by itself."""
    lengths = [each for node in structs(segment.condition) for each in _window_of(aims, node)]
    for rule in aims.plan.rules:
        for node in structs(rule.steps):
            if isinstance(node, p.Add) and node.segment == segment.name and node.lasting is not None:
                lengths.append(node.lasting)
    return [Act("wait", wait=wait.wait + 1) for wait in map(_wait, dict.fromkeys(lengths[:4]))]


def _window_of(aims: Aims, node: object) -> list[p.Length]:
    window: p.Window | None = None
    match node:
        case p.Recall(key):
            window = next(each.window for each in aims.plan.memories if each.key == key)
        case p.Items():
            window = node.window
    return [p.Length(window.older, window.older_months, window.older_days)] if window is not None else []


def _wait(length: p.Length) -> Act:
    return Act("wait", wait=longest(length))


def _waited(aims: Aims, waits: tuple[p.Pause, ...], hand: Mapping[str, Any]) -> Option:
    """Letting the waits of a way pass, the longest they may take."""
    acts: list[Act] = []
    for pause in waits:
        match pause:
            case p.Wait(_, length):
                acts.append(_wait(length))
            case p.WaitUntil(_, p.AtTime(_, day)):
                acts.append(Act("wait", wait=DAY if day is None else 7 * DAY))
            case p.WaitUntil():
                acts.append(Act("wait", wait=MONTH))
            case p.WaitFor(_, trigger):
                fired = _fired(aims, trigger, hand)
                acts += [act for act in (fired[0] if fired else ()) if isinstance(act, Act)]
    return tuple(acts)
