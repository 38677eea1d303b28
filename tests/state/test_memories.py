"""A memory, which keeps as little as it can, answers what a look at all events would answer."""

from typing import Any

from hypothesis import assume, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from segdsl.plan.nodes import ItemField, Measure, Memory, Window
from segdsl.state.memories import measure_of, next_change, recall, take_in, united
from segdsl.values.instants import DAY, HOUR
from segdsl.values.zones import Zone
from tests.strategies.streams import GAPS, START

MEASURES: tuple[Measure, ...] = (
    "count", "distinct", "total", "average", "smallest", "largest", "first", "latest", "frequent", "when",
)  # fmt: skip
WINDOWS = (
    None,
    Window(HOUR),
    Window(DAY),
    Window(2 * DAY, younger=HOUR),
    Window(older_days=2),
    Window(older_days=2, whole_days=True),
)
ZONES = (Zone("UTC"), Zone("America/Toronto"))
Events = list[tuple[int, int | None]]


@st.composite
def pasts(draw: st.DrawFn) -> Events:
    instant, made = START, []
    for _ in range(draw(st.integers(0, 12))):
        instant += draw(st.sampled_from(GAPS))
        made.append((instant, draw(st.none() | st.integers(0, 3).map(lambda n: n * 1_000_000))))
    return made


def inside(window: Window | None, event: int, now: int, zone: Zone) -> bool:
    """Literally: (now - older, now - younger], and for whole days today and those before."""
    if window is None:
        return event <= now
    if window.whole_days:
        return zone.at(zone.date(now) - window.older_days + 1) <= event <= now
    older = zone.shifted(now, 0, -window.older_days) if window.older_days else now - window.older
    return older < event <= now - window.younger


def held_after(memory: Memory, past: Events, zone: Zone) -> Any:
    held = None
    for number, (instant, value) in enumerate(past):
        held = take_in(memory, held, instant, f"e{number}", value, {"time": instant}, zone)
    return held


def memory_of(measure: Measure, window: Window | None) -> Memory:
    operand = None if measure in ("count", "when") else ItemField("value")
    return Memory("key", "event", measure, None, operand, window)


@settings(max_examples=300)
@given(pasts(), st.sampled_from(MEASURES), st.sampled_from(WINDOWS), st.sampled_from(ZONES), st.sampled_from(GAPS))
def test_a_memory_answers_what_all_events_would(
    past: Events, measure: Measure, window: Window | None, zone: Zone, after: int
) -> None:
    memory = memory_of(measure, None if measure == "when" else window)
    now = (past[-1][0] if past else START) + after
    meant = [
        (i, v) for i, v in past if inside(memory.window, i, now, zone) and (memory.operand is None or v is not None)
    ]
    expected = measure_of(measure, [v for _, v in meant], [i for i, _ in meant])
    assert recall(memory, held_after(memory, past, zone), now, zone) == expected


@settings(max_examples=200)
@given(pasts(), st.sampled_from(MEASURES[:-1]), st.sampled_from(WINDOWS[1:]), st.sampled_from(ZONES))
def test_an_answer_changes_only_at_the_instants_that_are_told(
    past: Events, measure: Measure, window: Window | None, zone: Zone
) -> None:
    memory = memory_of(measure, window)
    held = held_after(memory, past, zone)
    now = past[-1][0] if past else START
    for _ in range(100):
        change = next_change(memory, held, now, zone)
        until = change - 1 if change is not None else now + 100 * DAY
        assert recall(memory, held, until, zone) == recall(memory, held, now, zone)
        if change is None:
            return
        now = change
    raise AssertionError("the instants of change do not end")


@settings(max_examples=200)
@given(pasts(), st.integers(1, 4), st.sampled_from(WINDOWS[1:]), st.sampled_from(ZONES), st.sampled_from(GAPS))
def test_a_count_that_keeps_few_is_exact_as_far_as_it_is_asked(
    past: Events, keep: int, window: Window | None, zone: Zone, after: int
) -> None:
    memory = Memory("key", "event", "count", None, None, window, keep)
    now = (past[-1][0] if past else START) + after
    count = sum(inside(window, instant, now, zone) for instant, _ in past)
    found = recall(memory, held_after(memory, past, zone), now, zone) // 1_000_000
    assert min(found, keep) == min(count, keep)


@settings(max_examples=300)
@given(
    pasts(), st.lists(st.booleans(), min_size=12, max_size=12), st.sampled_from(MEASURES), st.sampled_from(WINDOWS),
    st.sampled_from(ZONES), st.sampled_from((0, 1, HOUR, DAY, 3 * DAY)), st.booleans(),
)  # fmt: skip
def test_two_memories_united_hold_what_one_of_all_events_holds(
    past: Events, whose: list[bool], measure: Measure, window: Window | None, zone: Zone, pause: int, whole: bool
) -> None:
    memory = memory_of(measure, None if measure == "when" else window)
    if whole:
        memory = replace(memory, fields=("time",))
    # Of one instant the first one's events come first; so they do in the whole.
    past = sorted(
        ((at, value, mine) for (at, value), mine in zip(past, whose, strict=False)), key=lambda e: (e[0], e[2])
    )
    now = past[-1][0] + pause if past else START
    one = held_after(memory, [(at, value) for at, value, mine in past if not mine], zone)
    other = held_after(memory, [(at, value) for at, value, mine in past if mine], zone)
    assume(one is not None and other is not None)
    both = united(memory, one, other, now, zone)
    together = held_after(memory, [(at, value) for at, value, _ in past], zone)
    for later in (0, 1, HOUR, DAY, 2 * DAY, 4 * DAY):
        assert recall(memory, both, now + later, zone) == recall(memory, together, now + later, zone)
    assert next_change(memory, both, now, zone) == next_change(memory, together, now, zone)
