"""Hypothesis strategies for streams in which visitors are guests, log on and log off: customers who share browsers."""

from typing import Any

from hypothesis import strategies as st

from tests.strategies.streams import GAPS, Stream, streams

ACCOUNTS = ("ann", "bob")
VISITORS = ("v", "w")
GUESTS = tuple(f"visitor:{name}#{number}" for name in VISITORS for number in range(1, 9))
EVERYBODY = (*ACCOUNTS, *GUESTS)
WHOM = (
    *((None, visitor) for visitor in VISITORS),
    *((None, visitor) for visitor in VISITORS),
    *((account, visitor) for account in ACCOUNTS for visitor in VISITORS),
    *((account, None) for account in ACCOUNTS),
)
"""Whom an event may name, as (customer, visitor)."""


def naming(event: dict[str, Any], customer: str | None, visitor: str | None) -> dict[str, Any]:
    """An event that names these, and only these."""
    return {**event, "customer": customer, "visitor": visitor}


@st.composite
def visited(
    draw: st.DrawFn, *, gaps: tuple[int, ...] = GAPS, least: int = 3, most: int = 14, apart: bool = False
) -> Stream:
    """Events in the order of time, some of which log off."""
    made: Stream = []
    for event in draw(streams(least=least, most=most, gaps=gaps, apart=apart)):
        named = naming(event, *draw(st.sampled_from(WHOM)))
        if named["visitor"] and draw(st.integers(0, 4)) == 0:
            named = {key: named[key] for key in ("id", "customer", "visitor", "time")} | {"event": "logs off"}
        made.append(named)
    return made
