"""The inputs of a customer, as a store keeps them."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings

from segdsl.diagnostics.errors import StoreError
from segdsl.host.engine import Engine
from segdsl.host.program import loads
from segdsl.records.inputs import Event
from segdsl.values.instants import LATEST
from tests.strategies.programs import Written
from tests.strategies.streams import Stream, streams
from tests.strategies.timed_programs import timed_programs
from tests.support.running import opened
from tests.support.timing import END, SHORT

RULES = "lateness 2 days\nsegment Staff listed\nsegment Buyers if places order"


def engine(rules: str = RULES, url: str = "memory://", journal: bool | None = None) -> Engine:
    return Engine(loads(rules), url, clock=lambda: LATEST, journal=journal)


def event(name: str, day: int, customer: str = "ann", **more: Any) -> dict[str, Any]:
    return {"id": f"{customer}-{name}-{day}", "event": name, "customer": customer,
            "time": f"2026-03-{day:02}T10:00:00Z", **more}  # fmt: skip


def names(opened: Engine, customer: str = "ann") -> list[str]:
    return [entry.name if isinstance(entry, Event) else type(entry).__name__ for entry in opened.inputs(customer)]


def test_events_and_the_word_of_the_host() -> None:
    with engine() as opened:
        opened.process([event("registers", 1), event("places order", 2, amount=5), event("registers", 3, "bob")])
        opened.include("ann", "Staff", "2026-03-04T10:00:00Z")
        assert names(opened) == ["registers", "places order", "Include"]


def test_a_late_event_stands_where_it_belongs() -> None:
    with engine() as opened:
        opened.process([event("registers", 1), event("searches", 3), event("places order", 2)])
        assert names(opened) == ["registers", "places order", "searches"]


def test_what_was_not_taken_is_not_in_it() -> None:
    with engine() as opened:
        opened.process([event("registers", 5), event("registers", 5), event("places order", 1), event("dances", 6)])
        assert names(opened) == ["registers"]


def test_a_forgotten_customer_has_none() -> None:
    with engine() as opened:
        opened.process(event("registers", 1))
        opened.forget("ann")
        assert opened.inputs("ann") == []


def test_one_forgotten_in_the_batch_has_none_of_before() -> None:
    with engine() as opened:
        opened.process([event("registers", 1), event("forget customer", 2), event("searches", 3)])
        assert names(opened) == ["searches"]


def test_a_store_begun_without_a_journal_says_so() -> None:
    with engine(journal=False) as opened, pytest.raises(StoreError, match="--no-journal"):
        opened.inputs("ann")


def test_a_store_keeps_its_journal_or_its_lack_of_one(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'j.store'}"
    engine(url=url, journal=False).close()
    engine(url=url).close()
    with pytest.raises(StoreError, match="begun without"):
        engine(url=url, journal=True)


@settings(max_examples=40)
@given(timed_programs(lateness="2 days"), streams(gaps=SHORT, customers=("ann", "bob")))
def test_the_journal_played_again_gives_the_same_state(program: Written, stream: Stream) -> None:
    with opened(program.text()) as first, opened(program.text()) as second:
        first.process(stream)
        for customer in ("ann", "bob"):
            second.process([entry for entry in first.inputs(customer) if isinstance(entry, Event)])
            assert second.history(customer, END) == first.history(customer, END)
