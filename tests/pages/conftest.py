"""A small store whose numbers are counted by hand, and one of nothing but hostile names."""

from collections.abc import Iterator
from pathlib import Path

import pytest

import segdsl
from tests.cli.conftest import order, registers, write_events

RULES = """\
segment Buyers by activities
segment Fresh if places order within 7 days
segment Staff listed
segment Nobody if income > 1_000_000

when registers then send push "hello"
when places order
  if income >= 0
  then add to Buyers
"""

# ann is fresh from the 1st to the 8th and from the 10th on, bob from the 2nd to the 9th: the clock ends that, unasked.
EVENTS = [
    registers("e1", "ann", "2026-03-01T10:00:00Z", income=5),
    {**order("e2", "ann", "2026-03-01T11:00:00Z"), "colour": "red", "amuont": 3},
    order("e3", "bob", "2026-03-02T10:00:00Z"),
    order("e4", "ann", "2026-03-10T10:00:00Z"),
    registers("e5", "cem", "2026-03-12T10:00:00Z"),
    {"event": "dances", "customer": "ann", "time": "2026-03-02T12:00:00Z"},
]

HOSTILE = [
    "<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "</style></title>", "&lt;b&gt;", "a'b\"c",
    "\u202egnp.exe", "https://example.com/x", "\x1b[31mred", "{{7*7}}", "]]>",
]  # fmt: skip


def ran(rules: str, events: list[dict[str, object]], folder: Path, url: str = "memory://") -> segdsl.Engine:
    """An engine on a store that was run to the end of some events."""
    engine = segdsl.Engine(segdsl.loads(rules, "rules/shop.seg"), url, clock=lambda: 0)
    write_events(folder / "events.jsonl", events)
    segdsl.replay(engine, folder / "events.jsonl")
    return engine


@pytest.fixture(params=["memory", "sqlite"])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[segdsl.Engine]:
    url = "memory://" if request.param == "memory" else f"sqlite:///{tmp_path}/shop.store"
    with ran(RULES, EVENTS, tmp_path, url) as engine:
        engine.include("cem", "Staff")
        yield engine
