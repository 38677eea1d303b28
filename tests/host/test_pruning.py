"""What is dropped of a store's history, what stays, and which questions are refused from then on."""

from collections.abc import Callable, Iterator

import pytest

import segdsl
from segdsl.diagnostics.errors import ClockError, StoreError
from segdsl.host.care.pruning import prune
from segdsl.pages.report import report_on

RULES = """
zone "America/Toronto"
segment Keen by activities
segment Regular by activities
when adds to cart then add to Keen
when places order then remove from Keen and add to Regular
promotion Welcome if in segment Regular
"""
DAYS = [("ann", "adds to cart", 1), ("ann", "places order", 3), ("ann", "adds to cart", 10), ("bob", "registers", 20)]


def run(lateness: str = "", journal: bool = True) -> segdsl.Engine:
    engine = segdsl.Engine(segdsl.loads(lateness + RULES), clock=lambda: 1_775_000_000_000_000, journal=journal)
    engine.process(
        {"id": f"e{n}", "event": name, "customer": who, "time": f"2026-03-{day:02}T12:00:00Z"}
        for n, (who, name, day) in enumerate(DAYS)
    )
    return engine


@pytest.fixture
def engine() -> Iterator[segdsl.Engine]:
    with run() as engine:
        yield engine


def test_what_had_ended_by_then_goes(engine: segdsl.Engine) -> None:
    assert prune(engine.backend, "2026-03-05T00:00:00Z").memberships == 1
    assert [(each.segment, each.entered) for each in engine.history("ann")] == [("Regular", True), ("Keen", True)]


def test_what_ended_at_that_instant_stays(engine: segdsl.Engine) -> None:
    assert prune(engine.backend, "2026-03-03T12:00:00Z").memberships == 0
    assert prune(engine.backend, "2026-03-03T12:00:00.000001Z").memberships == 1


def test_a_dry_run_drops_nothing(engine: segdsl.Engine) -> None:
    assert prune(engine.backend, "2026-03-05T00:00:00Z", dry=True).memberships == 1
    assert (len(engine.history("ann")), engine.pruned()) == (4, None)


def test_what_a_late_event_could_take_back_stays() -> None:
    with run("lateness 8 days\n") as engine:
        assert prune(engine.backend, "2026-03-05T00:00:00Z").memberships == 0
    with run("lateness 6 days\n") as engine:
        assert prune(engine.backend, "2026-03-05T00:00:00Z").memberships == 1


def test_an_instant_without_an_offset_is_of_the_zone_of_the_rules(engine: segdsl.Engine) -> None:
    assert str(prune(engine.backend, "2026-03-05").before) == str(1_772_686_800_000_000)  # 05:00 UTC


@pytest.mark.parametrize(
    "ask",
    [
        lambda engine, at: engine.members("Keen", at),
        lambda engine, at: engine.count("Keen", at),
        lambda engine, at: engine.counts(at),
        lambda engine, at: engine.segments_of("ann", at),
        lambda engine, at: list(engine.standings(at)),
        lambda engine, at: engine.promotions("ann", at),
    ],
    ids=["members", "count", "counts", "segments of", "standings", "promotions"],
)
def test_a_question_as_of_before_it_is_refused_with_the_instant(
    ask: Callable[[segdsl.Engine, str], object], engine: segdsl.Engine
) -> None:
    prune(engine.backend, "2026-03-05T00:00:00Z")
    ask(engine, "2026-03-05T00:00:00Z")
    with pytest.raises(StoreError, match="had ended before 2026-03-05T00:00:00Z were pruned from this store"):
        ask(engine, "2026-03-04T23:59:59Z")


def test_reasons_are_still_told_of_before_it(engine: segdsl.Engine) -> None:
    before = engine.why("ann", "Keen", "2026-03-02T00:00:00Z").text()
    prune(engine.backend, "2026-03-05T00:00:00Z")
    assert engine.why("ann", "Keen", "2026-03-02T00:00:00Z").text() == before


def test_the_report_says_it(engine: segdsl.Engine) -> None:
    prune(engine.backend, "2026-03-05T00:00:00Z")
    report = report_on(engine, "shop")
    assert report.as_json()["pruned"] == "2026-03-05T00:00:00Z"


def test_an_instant_to_which_the_store_has_not_come_is_refused(engine: segdsl.Engine) -> None:
    with pytest.raises(ClockError, match="later than 2026-03-20T12:00:00Z, to which this store has come"):
        prune(engine.backend, "2026-03-21T00:00:00Z")


def test_there_is_nothing_to_prune_where_nothing_was_run() -> None:
    with segdsl.open_backend("memory://") as backend, pytest.raises(StoreError, match="nothing was ever run"):
        prune(backend, "2026-03-21T00:00:00Z")
