"""Hypothesis strategies for streams of events over the vocabulary of `programs`, as mappings in the wire's shape.

Few customers, instants that crowd: many equal, many exactly a window's length apart or a microsecond off, around a
change of clocks in America/Toronto; fields that are missing, or null.
"""

from typing import Any

from hypothesis import strategies as st

from segdsl.values.instants import DAY, HOUR, MINUTE, SECOND, instant_text, parse_moment

CUSTOMERS = ("ann", "bob", "cyd")
Stream = list[dict[str, Any]]

START = (parse_moment("2026-03-07T12:00:00Z") or (0, True))[0]
LENGTHS = (HOUR, 90 * MINUTE, DAY, 2 * DAY)
GAPS = (
    0,
    0,
    0,
    1,
    SECOND,
    *LENGTHS,
    *(length - 1 for length in LENGTHS),
    *(length + 1 for length in LENGTHS),
    31 * DAY,
)
_TEXTS = st.sampled_from(("a", "A", "b", "ab"))
VALUES: dict[str, dict[str, st.SearchStrategy[Any]]] = {
    "buys thing": {
        "thing": _TEXTS, "kind": _TEXTS, "price": st.sampled_from((0, 1, 2, 3)), "again": st.booleans(),
        "paid": st.sampled_from(("2026-03-07T11:00:00Z", "2026-03-07T12:00:00Z", "2026-03-08T07:00:00Z")),
    },
    "looks": {"page": _TEXTS, "price": st.sampled_from((0, 1, 2)), "took": st.sampled_from(("1 hour", "2 hours"))},
    "pings": {},
    "drops thing": {"thing": _TEXTS},
}  # fmt: skip
ATTRIBUTE_VALUES: dict[str, st.SearchStrategy[Any]] = {
    "points": st.sampled_from((0, 1, 2, 3)), "grade": st.sampled_from(("a", "b")), "nick": _TEXTS,
    "flag": st.booleans(), "start": st.sampled_from(("2026-03-07", "2026-03-08", "2026-03-09", "2026-01-31")),
}  # fmt: skip


@st.composite
def _some(draw: st.DrawFn, values: dict[str, st.SearchStrategy[Any]]) -> dict[str, Any]:
    """Some of the values; of the others some are null and some not there."""
    found: dict[str, Any] = {}
    for name, value in values.items():
        kind = draw(st.integers(0, 5))
        if kind < 4:
            found[name] = draw(value)
        elif kind == 4:
            found[name] = None
    return found


@st.composite
def events(draw: st.DrawFn, number: int, instant: int, customers: tuple[str, ...] = CUSTOMERS) -> dict[str, Any]:
    name = draw(st.sampled_from(("buys thing", "buys thing", "looks", "looks", "pings", "drops thing")))
    event = {
        "id": f"e{number}",
        "event": name,
        "customer": draw(st.sampled_from(customers)),
        "time": instant_text(instant),
    }
    event |= draw(_some(VALUES[name]))
    if draw(st.integers(0, 3)) == 0:
        event["attributes"] = draw(_some(ATTRIBUTE_VALUES))
    return event


@st.composite
def streams(
    draw: st.DrawFn,
    *,
    least: int = 1,
    most: int = 14,
    gaps: tuple[int, ...] = GAPS,
    apart: bool = False,
    customers: tuple[str, ...] = CUSTOMERS,
) -> Stream:
    """Events in the order of time, each with an id of its own; `apart`: and with an instant of its own."""
    instant = START
    made: Stream = []
    for number in range(draw(st.integers(least, most))):
        instant += draw(st.sampled_from(gaps)) or apart
        made.append(draw(events(number, instant, customers)))
    return made
