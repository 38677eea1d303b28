"""When something can next change by itself (language.md section 5.13, architecture rule 9).

Computed from plan and state, never kept as a record: the oldest event leaving a window, a length of time since an
event, a date coming near, a birthday, a membership lasting long enough or coming to its end, a wait that is over, a
schedule. An instant too many does no harm: everything is judged there and nothing has changed.
"""

from collections.abc import Iterable, Iterator

from attrs import define, field

from segdsl.engines.reference.evaluate import View, evaluate
from segdsl.plan import nodes as p
from segdsl.plan.needs import Needs
from segdsl.plan.timed import Timed, least, timed_parts
from segdsl.state.memories import inside, next_change, next_passage
from segdsl.state.moments import NEVER, next_birthday, next_near_date, next_scheduled
from segdsl.state.windows import leaves


@define
class Clock:
    """The parts of a plan that the clock alone can move. `heard` are those of segments a rule listens to, `quiet` the
    others: they cost no timer, since whoever asks can work them out."""

    needs: Needs
    heard: list[Timed] = field(factory=list)
    quiet: list[Timed] = field(factory=list)

    @classmethod
    def of(cls, plan: p.Plan, needs: Needs) -> "Clock":
        clock = cls(needs)
        memories = {memory.key: memory for memory in plan.memories}
        for segment in plan.segments:
            parts = clock.heard if segment.name in needs.heard else clock.quiet
            parts += timed_parts(segment.condition, memories)
        return clock

    def set_due(self, view: View) -> None:
        """Write into the state when something can next change by itself, and when a rule may next act."""
        state = view.state
        timer = _earliest((*_changes_of(self.heard, view), *self._rules(view), *self._ends(view, heard=True)), view)
        quiet = _earliest((*_changes_of(self.quiet, view), *self._ends(view, heard=False)), view)
        state.timer = timer
        state.due = quiet if timer is None else timer if quiet is None else min(timer, quiet)

    def _ends(self, view: View, *, heard: bool) -> Iterator[int | None]:
        for segment, stay in view.state.added.items():
            if stay.end is not None and (segment in self.needs.heard) == heard:
                yield stay.end

    def _rules(self, view: View) -> Iterator[int | None]:
        state = view.state
        yield from (wait.due for wait in state.waits)
        for pending in state.pending.values():
            yield from (each.due for each in pending)
        if self.needs.stopped_by_clock:
            stopped = self.needs.stopped_by_clock
            for rule in (stopped[wait.rule] for wait in state.waits if wait.rule in stopped):
                yield from (next_moment(rule, stop, view) for stop in rule.stops)
        for rule in self.needs.clocked.values():
            yield from (next_moment(rule, trigger, view) for trigger in rule.triggers)


def next_moment(rule: p.Rule, trigger: p.Trigger, view: View) -> int | None:
    """The next moment, while the rule's activity runs, at which a trigger by the calendar fires for this customer."""
    after = view.now if rule.begin is None else max(view.now, rule.begin - 1)
    match trigger:
        case p.ScheduleTrigger():
            moment = next_scheduled(trigger, after, view.zone)
        case p.DateTrigger(attribute):
            moment = next_near_date(trigger, evaluate(p.Attribute(attribute), view), after, view.zone)
        case _:
            return None
    return moment if moment is not None and (rule.end is None or moment < rule.end) else None


def fires_now(trigger: p.DateTrigger | p.ScheduleTrigger, view: View) -> bool:
    """Whether this is a moment of a trigger by the calendar."""
    if isinstance(trigger, p.ScheduleTrigger):
        return next_scheduled(trigger, view.now - 1, view.zone) == view.now
    value = evaluate(p.Attribute(trigger.attribute), view)
    return next_near_date(trigger, value, view.now - 1, view.zone) == view.now


def _earliest(moments: Iterable[int | None], view: View) -> int | None:
    return min((moment for moment in moments if moment is not None and view.now < moment < NEVER), default=None)


def _changes_of(parts: Iterable[Timed], view: View) -> Iterator[int | None]:
    for part in parts:
        yield from _changes(part, view)


def _changes(part: Timed, view: View) -> Iterator[int | None]:
    match part:
        case p.Recall(key):
            yield next_change(view.memories[key], view.state.memories.get(key), view.now, view.zone)
        case p.Items(key, window):
            items = view.state.collections.get(key, [])
            yield next_passage(window, items, view.now, view.zone) if window is not None else None
        case p.Compare(_, p.Recall(key)):
            number = least(part, view.memories)
            held = view.state.memories.get(key)
            window = view.memories[key].window
            if number is not None and held and window is not None:
                inside_now = inside(window, held, view.now, view.zone)
                yield leaves(window, inside_now[-number], view.zone) if len(inside_now) >= number else None
        case p.Compare(operator, _, turning):
            # `now >= x` turns at x, `now > x` a microsecond later, `now = x` at both.
            instant = evaluate(turning, view)
            if instant is not None and operator not in (">", "<="):
                yield instant
            if instant is not None and operator not in (">=", "<"):
                yield instant + 1
        case p.Age(birth):
            yield next_birthday(evaluate(birth, view), view.now, view.zone)
        case p.Member(segment, lasting):
            since = view.state.members.get(segment)
            yield since + lasting if since is not None and lasting is not None else None
