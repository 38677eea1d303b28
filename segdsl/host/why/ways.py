"""Ways through rules: what would have to happen, and be so, that a rule adds to a segment or removes from it.

Comes in: a segment and whether the customer should be in it. Goes out: options for `trials.py` to try.
"""

from collections.abc import Iterator

from attrs import evolve, frozen

from segdsl.host.why.aims import EVENTS, Aims, FieldIs, Goal, Option, best, together
from segdsl.host.why.answer import Act
from segdsl.host.why.solving import fields_meeting
from segdsl.plan import nodes as p
from segdsl.plan.walk import structs
from segdsl.values.instants import DAY

MONTH = 31 * DAY

WAYS = 30
"""Ways through rules that are gone into for one segment."""


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


def to_be(aims: Aims, segment: p.Segment, member: bool) -> list[Option]:
    """Options that may put a customer into a segment, or out of it; the host's word comes last."""
    listed = aims.state.listed.get(segment.name)
    host: list[Option] = [(Act("include" if member else "exclude", segment.name),)]
    if listed is not None:
        return [(Act("unlist", segment.name),), *host]
    if segment.kind == "listed":
        return host
    if segment.kind == "derived":
        goal: Goal = "true" if member else "not true"
        own = Aims(aims.plan, aims.zone, aims.state, aims.now, aims.value, (*aims.within, segment.name))
        options = own.turn(segment.condition, goal) if segment.condition is not None else []
        return [*options, *host]
    options = _by_rules(aims, segment, member)
    if segment.condition is not None:
        wanted: Goal = "true" if member else "not true"
        turned = aims.turn(segment.condition, wanted)
        if member and segment.name in aims.state.added:
            options = turned
        elif member:
            options = together([turned, options])
        else:
            options = best([*turned, *options])
    return [*options, *host]


def _by_rules(aims: Aims, segment: p.Segment, member: bool) -> list[Option]:
    options: list[Option] = []
    for rule in aims.plan.rules:
        for way in list(_ways(rule.steps, segment.name, member, Way().where(rule.condition)))[:WAYS]:
            for trigger in rule.triggers:
                options += _along(aims, trigger, way)
    return best(options)


def _ways(steps: tuple[p.Step, ...], segment: str, member: bool, way: Way) -> Iterator[Way]:
    """The ways through some steps to an action on the segment."""
    for step in steps:
        match step:
            case p.Act(_, actions):
                kind = p.Add if member else p.Remove
                if any(isinstance(action, kind) and action.segment == segment for action in actions):
                    yield way
            case p.Gate(condition):
                way = way.where(condition)
            case p.Branch(kind, paths):
                before = way
                for path in paths:
                    yield from _ways(path.steps, segment, member, before.where(path.condition))
                    if kind == "first" and path.condition is not None:
                        before = before.where(path.condition, "not true")
                return
            case p.Wait() | p.WaitUntil() | p.WaitFor():
                way = way.behind(step)


def _along(aims: Aims, trigger: p.Trigger, way: Way) -> list[Option]:
    """Options to go a way from a trigger: first what has to be so, then the event, then the waits."""
    fields = aims.kinds_of(trigger.event) if isinstance(trigger, p.EventTrigger | p.CountTrigger) else {}
    here = evolve(aims, fields=fields)
    needed = together(here.turn(condition, goal) for condition, goal in way.conditions)
    made: list[Option] = []
    for start in _fired(aims, trigger):
        for need in needed:
            demanded = {each.name: each.value for each in need if isinstance(each, FieldIs)}
            before = tuple(each for each in need if isinstance(each, Act))
            made.append((*before, *_with_fields(start, demanded), *_waited(aims, way.waits)))
    return made


def _with_fields(start: Option, demanded: dict[str, object]) -> Option:
    """The event that starts the flow, with the fields that the way demands of it."""
    if not demanded or not start or not isinstance(start[-1], Act) or start[-1].kind != "event":
        return start
    last = start[-1]
    return (*start[:-1], Act("event", last.name, {**last.fields, **demanded}, times=last.times))


def _fired(aims: Aims, trigger: p.Trigger) -> list[Option]:
    """Options that fire a trigger."""
    match trigger:
        case p.EventTrigger(event, match):
            return _events(aims, event, match, 1)
        case p.CountTrigger(_, event, match, number):
            return _events(aims, event, match, number)
        case p.AfterTrigger(_, event, match, delay):
            return [(*option, _wait(delay)) for option in _events(aims, event, match, 1)]
        case p.EntersTrigger(segment) | p.LeavesTrigger(segment):
            found = next((each for each in aims.plan.segments if each.name == segment), None)
            if found is None or segment in aims.within:
                return []
            inner = evolve(aims, within=(*aims.within, segment), fields={})
            if isinstance(trigger, p.LeavesTrigger) and segment not in aims.state.members:
                return [(*option, wait) for option in to_be(inner, found, True)[:3] for wait in _ends(aims, found)]
            return best(to_be(inner, found, isinstance(trigger, p.EntersTrigger)))
        case p.DateTrigger(attribute, of, distance):
            date = aims.zone.date(aims.now) - distance.days + 1
            value = date if of == "date" else aims.now - distance.fixed + DAY
            return [(Act("attribute", attribute, value=value), Act("wait", wait=3 * DAY))]
        case p.ScheduleTrigger(every, instant=instant):
            length = {"day": DAY, "week": 7 * DAY, "month": MONTH, "once": instant - aims.now + 1}[every]
            return [(Act("wait", wait=length),)] if length > 0 else []


def _events(aims: Aims, event: str, match: p.Expression | None, times: int) -> list[Option]:
    fields = fields_meeting(match, aims.kinds_of(event), aims.now)
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
    memory = next((each for each in aims.plan.memories if isinstance(node, p.Recall) and each.key == node.memory), None)
    window = memory.window if memory is not None else None
    return [p.Length(window.older, window.older_months, window.older_days)] if window is not None else []


def _wait(length: p.Length) -> Act:
    return Act("wait", wait=length.fixed + length.days * DAY + length.months * MONTH)


def _waited(aims: Aims, waits: tuple[p.Pause, ...]) -> Option:
    """Letting the waits of a way pass, the longest they may take."""
    acts: list[Act] = []
    for pause in waits:
        match pause:
            case p.Wait(_, length):
                acts.append(_wait(length))
            case p.WaitUntil(_, p.AtTime(_, day)):
                acts.append(Act("wait", wait=DAY if day is None else 7 * DAY))
            case p.WaitUntil():
                return (*acts, Act("wait", wait=MONTH))
            case p.WaitFor(_, trigger):
                fired = _fired(aims, trigger)
                acts += [act for act in (fired[0] if fired else ()) if isinstance(act, Act)]
    return tuple(acts)
