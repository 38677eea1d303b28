"""When a derived segment can next change by itself (language.md section 5.13, architecture rule 9).

Computed from plan and state, never kept as a record: the oldest event leaving a window, a length of time since an
event, a date coming near, a birthday, a membership lasting long enough. An instant too many does no harm: the segments
are judged there and nothing has changed.
"""

from collections.abc import Iterable, Iterator

from segdsl.engines.reference.evaluate import View, evaluate
from segdsl.plan import nodes as p
from segdsl.plan.walk import walk
from segdsl.state.memories import next_change
from segdsl.values import instants

Timed = p.Recall | p.Compare | p.Age | p.Member


def timed_parts(condition: p.Expression, memories: dict[str, p.Memory]) -> Iterator[Timed]:
    """The parts of a condition whose answer the clock alone can change."""
    for node in walk(condition):
        match node:
            case p.Recall(key) if memories[key].window is not None:
                yield node
            case p.Compare(_, p.Now("instant"), _):
                yield node
            case p.Age():
                yield node
            case p.Member(_, lasting) if lasting is not None:
                yield node
            case _:
                pass


def next_due(parts: Iterable[Timed], view: View) -> int | None:
    """The first instant after `view.now` at which one of the parts can change."""
    soonest: int | None = None
    for part in parts:
        for change in _changes(part, view):
            if change is not None and change > view.now and (soonest is None or change < soonest):
                soonest = change
    return soonest


def _changes(part: Timed, view: View) -> Iterator[int | None]:
    match part:
        case p.Recall(key):
            yield next_change(view.memories[key], view.state.memories.get(key), view.now, view.zone)
        case p.Compare(_, _, turning):
            # `now >= x` turns at x, `now > x` a microsecond later.
            instant = evaluate(turning, view)
            if instant is not None:
                yield instant
                yield instant + 1
        case p.Age(birth):
            yield _birthday(evaluate(birth, view), view)
        case p.Member(segment, lasting):
            since = view.state.members.get(segment)
            yield since + lasting if since is not None and lasting is not None else None


def _birthday(birth: int | None, view: View) -> int | None:
    """The first instant of the next day on which the age grows."""
    if birth is None:
        return None
    try:
        today = view.zone.date(view.now)
        age = instants.age_on(birth, today)
        return view.zone.at(birth if age is None else instants.plus_months(birth, 12 * (age + 1)))
    except (ValueError, OverflowError):
        return None
