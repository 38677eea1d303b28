"""What a memory holds, takes in and answers (architecture rule 7). Held values are plain lists and numbers, and are
never changed in place: taking in gives a new one.

| memory | holds |
|---|---|
| count, ever | [count, first instant, first event's id] |
| count in a window | the instants, the last `keep` of them |
| when | the latest instant |
| total or average, ever | [sum, count] |
| smallest, largest, ever | the value |
| first, latest, ever | [instant, value] |
| distinct, ever | the values |
| most frequent, ever | [value, count, instant], the one seen last at the end |
| any of them in a window | [instant, value] of each event that can still be in it |
| one that is filtered when asked | [instant, value, fields] of each event |
"""

from bisect import bisect_right
from collections import Counter
from collections.abc import Callable
from typing import Any

from segdsl.plan.nodes import Measure, Memory, Window
from segdsl.plan.timed import looks_past
from segdsl.state.windows import enters, leaves
from segdsl.values import limits, numbers
from segdsl.values.numbers import SCALE
from segdsl.values.zones import Zone

Held = Any
Entry = list[Any]


def take_in(
    memory: Memory, held: Held, instant: int, identity: str, value: Any, fields: dict[str, Any], zone: Zone
) -> Held:
    """What the memory holds after an event that meets its `where`. `value` is that of the operand (None where it is
    not known: such an event does not count for an aggregate), `fields` all fields of the event."""
    if memory.operand is not None and value is None:
        return held
    if memory.fields:
        entry = [instant, value, {name: fields[name] for name in memory.fields if name in fields}]
        return _appended(memory, held, entry, zone)
    if memory.measure == "when":
        return instant
    if memory.window is None:
        return _for_ever(memory.measure, held, instant, identity, value)
    entry = [instant, value]
    if not looks_past(memory.window):
        held = _outdone(memory.measure, held or [], value)
    return _appended(memory, held, entry if memory.measure != "count" else instant, zone)


def _appended(memory: Memory, held: Held, entry: Any, zone: Zone) -> Held:
    """The entries with one more, without those that have left the window or are not needed to answer."""
    return _kept(memory, [*(held or ()), entry], _instant(entry), zone)


def _kept(memory: Memory, kept: list[Any], now: int, zone: Zone) -> Held:
    """Of some entries those that have not left the window at `now` and are needed to answer."""
    bound = limits.WINDOW_ENTRIES
    if memory.window is not None:
        kept = kept[_first_inside(memory.window, kept, now, zone) :]
        bound = bound if memory.keep is None or looks_past(memory.window) else max(1, memory.keep)
    return kept[-bound:]


def _first_inside(window: Window, entries: list[Any], now: int, zone: Zone) -> int:
    """The index of the first entry that has not left the window at `now`. Entries are in the order of their instants,
    and so they leave."""
    return bisect_right(entries, now, key=lambda entry: leaves(window, _instant(entry), zone))


def _end_inside(window: Window, entries: list[Any], now: int, zone: Zone) -> int:
    """The index behind the last entry that has come into the window at `now`."""
    if not looks_past(window):
        return len(entries)
    return bisect_right(entries, now, key=lambda entry: enters(window, _instant(entry), zone))


def _outdone(measure: Measure, held: list[Entry], value: Any) -> list[Entry]:
    """The entries that a later one has not made needless: an older larger value can never be the smallest again."""
    if measure == "latest":
        return []
    if measure == "distinct":
        return [entry for entry in held if entry[1] != value]
    if measure in ("smallest", "largest"):
        end = len(held)
        while end and (held[end - 1][1] >= value if measure == "smallest" else held[end - 1][1] <= value):
            end -= 1
        return held[:end]
    return held


def _for_ever(measure: Measure, held: Held, instant: int, identity: str, value: Any) -> Held:
    match measure:
        case "count":
            return [held[0] + 1, held[1], held[2]] if held else [1, instant, identity]
        case "total" | "average":
            return [held[0] + value, held[1] + 1] if held else [value, 1]
        case "smallest":
            return value if held is None else min(held, value)
        case "largest":
            return value if held is None else max(held, value)
        case "first":
            return [instant, value] if held is None else held
        case "latest":
            return [instant, value]
        case "when":
            return instant
        case "distinct":
            return held if held and value in held else [*(held or ()), value]
        case "frequent":
            count = next((entry[1] for entry in held or () if entry[0] == value), 0)
            return [*(entry for entry in held or () if entry[0] != value), [value, count + 1, instant]]


def united(memory: Memory, one: Held, other: Held, now: int, zone: Zone) -> Held:
    """What the memory would hold at `now` if the events of both had been one customer's, each at its own instant; of
    those at one instant, the first one's came first (language.md section 5.18). Both have taken in something."""
    if memory.window is None and not memory.fields:
        return _united_for_ever(memory.measure, one, other)
    if memory.measure == "when" and not memory.fields:
        return max(one, other)
    entries = sorted([*one, *other], key=_instant)
    if not memory.fields and memory.window is not None and not looks_past(memory.window):
        entries = _not_outdone(memory.measure, entries)
    return _kept(memory, entries, now, zone)


def _united_for_ever(measure: Measure, one: Held, other: Held) -> Held:
    match measure:
        case "count":
            first = other if other[1] < one[1] else one
            return [one[0] + other[0], *first[1:]]
        case "total" | "average":
            return [one[0] + other[0], one[1] + other[1]]
        case "smallest":
            return min(one, other)
        case "largest" | "when":
            return max(one, other)
        case "first":
            return other if other[0] < one[0] else one
        case "latest":
            return other if other[0] >= one[0] else one
        case "distinct":
            return [*one, *(value for value in other if value not in one)]
        case "frequent":
            return _united_counts(one, other)


def _united_counts(one: list[Entry], other: list[Entry]) -> list[Entry]:
    """How often each value was seen in both, the one seen last at the end."""
    counts = {value: (count, at) for value, count, at in one}
    for value, count, at in other:
        before, seen = counts.get(value, (0, at))
        counts[value] = before + count, max(seen, at)
    return sorted(([value, count, at] for value, (count, at) in counts.items()), key=lambda entry: entry[2])


def _not_outdone(measure: Measure, entries: list[Any]) -> list[Any]:
    """Of some entries, in order, those that no later one has made needless."""
    match measure:
        case "latest":
            return entries[-1:]
        case "distinct":
            last = {entry[1]: number for number, entry in enumerate(entries)}
            return [entry for number, entry in enumerate(entries) if last[entry[1]] == number]
        case "smallest" | "largest":
            kept: list[Entry] = []
            for entry in entries:
                kept = [*_outdone(measure, kept, entry[1]), entry]
            return kept
    return entries


def recall(
    memory: Memory, held: Held, now: int, zone: Zone, meant: Callable[[dict[str, Any]], bool] | None = None
) -> Any:
    """What the memory answers at `now`; counts are numbers (millionths). `meant` picks, in a filtered memory, the
    events that are meant, by the fields it kept."""
    if memory.fields:
        entries = [e for e in _inside(memory, held, now, zone) if meant is None or meant({**e[2], "time": e[0]})]
        return measure_of(memory.measure, [e[1] for e in entries], [e[0] for e in entries])
    if memory.window is not None:
        kept = _inside(memory, held, now, zone)
        if memory.measure == "count" or (memory.measure == "distinct" and not looks_past(memory.window)):
            return len(kept) * SCALE  # of each distinct value only the latest event is held
        return measure_of(memory.measure, [e[1] for e in kept], [e[0] for e in kept])
    match memory.measure:
        case "count":
            return held[0] * SCALE if held else 0
        case "distinct":
            return len(held) * SCALE if held else 0
        case "total":
            return numbers.within_limits(held[0]) if held else 0
        case "average":
            return numbers.average(held[0], held[1]) if held else None
        case "frequent":
            return _most_frequent(held) if held else None
        case "first" | "latest":
            return held[1] if held else None
    return held


def _inside(memory: Memory, held: Held, now: int, zone: Zone) -> list[Any]:
    window = memory.window
    if not held:
        return []
    if window is None:
        return list(held)
    return inside(window, held, now, zone)


def inside(window: Window, entries: list[Any], now: int, zone: Zone) -> list[Any]:
    """The entries that are in a window at `now`. They are in the order of their instants."""
    return entries[_first_inside(window, entries, now, zone) : _end_inside(window, entries, now, zone)]


def _instant(entry: Any) -> int:
    return entry if isinstance(entry, int) else int(entry[0])


def measure_of(measure: Measure, values: list[Any], instants: list[int]) -> Any:
    """A measure over known values, in the order of their events. Counts and totals over nothing are 0, the others not
    known (language.md section 5.8)."""
    match measure:
        case "count":
            return len(values) * SCALE
        case "distinct":
            return len(set(values)) * SCALE
        case "total":
            return numbers.within_limits(sum(values))
        case "average":
            return numbers.average(sum(values), len(values))
        case "when":
            return instants[-1] if instants else None
    if not values:
        return None
    match measure:
        case "smallest":
            return min(values)
        case "largest":
            return max(values)
        case "first":
            return values[0]
        case "latest":
            return values[-1]
        case "frequent":
            seen = {value: at for at, value in enumerate(values)}
            times = Counter(values)
            return max(seen, key=lambda value: (times[value], seen[value]))


def _most_frequent(counted: list[Entry]) -> Any:
    """Of equally frequent values the one seen last, which stands last."""
    best = counted[0]
    for entry in counted[1:]:
        if entry[1] >= best[1]:
            best = entry
    return best[0]


def next_change(memory: Memory, held: Held, now: int, zone: Zone) -> int | None:
    """The next instant after `now` at which the memory's answer can change without an event; None if it cannot."""
    return next_passage(memory.window, held, now, zone) if memory.window is not None and held else None


def next_passage(window: Window, entries: list[Any], now: int, zone: Zone) -> int | None:
    """The next instant after `now` at which one of some entries comes into a window or leaves it; None if none does."""
    changes: list[int] = []
    leaving = _first_inside(window, entries, now, zone)
    if leaving < len(entries):
        changes.append(leaves(window, _instant(entries[leaving]), zone))
    entering = _end_inside(window, entries, now, zone)
    if entering < len(entries):
        changes.append(enters(window, _instant(entries[entering]), zone))
    return min(changes, default=None)
