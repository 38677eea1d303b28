"""The numbers of a report, against what was counted by hand."""

from itertools import pairwise
from pathlib import Path

import msgspec
import pytest

import segdsl
from segdsl.diagnostics.errors import ClockError
from segdsl.pages.report import StoreReport, report_on
from segdsl.values.instants import date_text, parse_date
from tests.cli.conftest import registers
from tests.pages.conftest import EVENTS, RULES, ran


def day(text: str) -> int:
    found = parse_date(text)
    assert found is not None
    return found


@pytest.fixture
def report(engine: segdsl.Engine) -> StoreReport:
    return report_on(engine, "shop")


def course(report: StoreReport, segment: str) -> dict[str, int]:
    """The days on which the members of a segment are others than the day before."""
    [found] = [part.course for part in report.segments if part.name == segment]
    changed = found[:1] + [after for before, after in pairwise(found) if after[1] != before[1]]
    return {date_text(d)[5:]: n for d, n in changed}


def test_segments_come_by_size_with_what_entered_and_left(report: StoreReport):
    assert [(p.name, p.kind, p.members, p.entered, p.left) for p in report.segments] == [
        ("Buyers", "by activities", 1, 1, 0), ("Fresh", "derived", 1, 3, 2), ("Staff", "listed", 1, 1, 0),
        ("Nobody", "derived", 0, 0, 0),
    ]  # fmt: skip


def test_members_over_time_hold_what_the_clock_has_changed(report: StoreReport):
    assert course(report, "Fresh") == {"03-01": 1, "03-02": 2, "03-08": 1, "03-09": 0, "03-10": 1}
    assert course(report, "Buyers") == {"03-01": 1}
    assert course(report, "Nobody") == {"03-01": 0}


def test_members_are_those_that_the_engine_counts(engine: segdsl.Engine, report: StoreReport):
    assert {part.name: part.members for part in report.segments} == engine.counts()


def test_a_course_ends_with_the_members(report: StoreReport):
    assert {part.name: part.course[-1][1] for part in report.segments} == {p.name: p.members for p in report.segments}


def test_every_customer_is_in_one_combination_or_in_none(report: StoreReport):
    assert report.combinations == [(("Buyers", "Fresh"), 1), (("Staff",), 1)]
    assert (report.alone, report.further, report.customers) == (1, 0, 3)


def test_guests_are_told_apart_from_accounts(tmp_path: Path):
    views = [{"id": f"e{n}", "event": "views page", "visitor": who, "time": "2026-03-01T10:00:00Z"}
             for n, who in enumerate(("v", "v", "w"))]  # fmt: skip
    with ran(RULES, [*views, registers("e9", "ann", "2026-03-02T10:00:00Z")], tmp_path) as engine:
        report = report_on(engine, "shop")
    assert (report.customers, report.guests, report.as_json()["guests"]) == (3, 2, 2)


def test_pairs_give_the_share_of_the_first(engine: segdsl.Engine, report: StoreReport):
    assert [(p.segment, p.other, p.customers, p.share) for p in report.pairs if p.customers] == [
        ("Buyers", "Fresh", 1, 1.0), ("Fresh", "Buyers", 1, 1.0),
    ]  # fmt: skip


def test_rules_come_by_how_often_they_fired_with_their_text_and_days(report: StoreReport):
    assert [(r.place, r.text, r.fired, r.first, r.last) for r in report.rules] == [
        ("rules/shop.seg:6", 'when registers then send push "hello"', 2, day("2026-03-01"), day("2026-03-12")),
        (
            "rules/shop.seg:7", "when places order if income >= 0 then add to Buyers", 2,
            day("2026-03-01"), day("2026-03-10"),
        ),
    ]  # fmt: skip


def test_inputs_and_effects(report: StoreReport):
    assert report.events == {"places order": 3, "registers": 2}
    assert report.rejects == {"unknown event": 1}
    assert [(a.name, a.handed_out, a.withdrawn) for a in report.actions] == [("send push", 2, 0)]
    assert [(d, n) for d, n in report.actions[0].course if n] == [(day("2026-03-01"), 1), (day("2026-03-12"), 1)]
    assert [(i.event, i.name, i.count, i.meant) for i in report.ignored] == [
        ("places order", "amuont", 1, "amount"), ("places order", "colour", 1, ""),
    ]  # fmt: skip


def test_the_last_day_is_as_of_its_end(engine: segdsl.Engine):
    report = report_on(engine, "shop", last=day("2026-03-08"))
    assert {p.name: p.members for p in report.segments} == engine.counts("2026-03-08T23:59:59.999999Z")
    assert {p.name: p.members for p in report.segments} == {"Buyers": 1, "Fresh": 1, "Staff": 0, "Nobody": 0}
    assert report.combinations == [(("Buyers",), 1), (("Fresh",), 1)]
    assert report.events == {"places order": 2, "registers": 1}
    assert all(part.course[-1][1] == part.members for part in report.segments)


def test_the_first_day_leaves_out_what_was_counted_before_it_but_no_member(engine: segdsl.Engine):
    report = report_on(engine, "shop", first=day("2026-03-05"))
    assert {p.name: (p.members, p.entered, p.left) for p in report.segments} == {
        "Buyers": (1, 0, 0), "Fresh": (1, 1, 2), "Staff": (1, 1, 0), "Nobody": (0, 0, 0),
    }  # fmt: skip
    assert course(report, "Fresh") == {"03-05": 2, "03-08": 1, "03-09": 0, "03-10": 1}
    assert report.events == {"places order": 1, "registers": 1}


def test_a_last_day_behind_the_clock_is_that_of_the_clock(engine: segdsl.Engine, report: StoreReport):
    later = report_on(engine, "shop", last=day("2030-01-01"))
    assert later.as_json() == report.as_json()


@pytest.mark.parametrize(
    ("first", "last", "said"),
    [
        ("2026-03-05", "2026-03-01", "the wrong way round"),
        ("2026-04-01", None, "the store's clock is at 2026-03-12T10:00:00Z"),
    ],
)
def test_days_that_cannot_be_told_of(engine: segdsl.Engine, first: str, last: str | None, said: str):
    with pytest.raises(ClockError, match=said):
        report_on(engine, "shop", day(first), day(last) if last else None)


def test_a_store_that_has_read_nothing():
    with segdsl.Engine(segdsl.loads(RULES)) as engine:
        report = report_on(engine, "shop")
        assert (report.instant, report.span, report.customers, report.combinations) == (None, None, 0, [])
        assert [(part.members, part.entered) for part in report.segments] == [(0, 0)] * 4


def test_a_store_with_one_customer(tmp_path):
    with ran(RULES, EVENTS[:1], tmp_path) as engine:
        report = report_on(engine, "shop")
        assert (report.customers, report.alone, report.combinations, report.pairs) == (1, 1, [], [])


def test_the_report_is_json(report: StoreReport):
    assert msgspec.json.decode(msgspec.json.encode(report.as_json())) == report.as_json()


def test_both_backends_give_the_same_report(tmp_path):
    def made(url: str) -> dict[str, object]:
        with ran(RULES, EVENTS, tmp_path, url) as engine:
            return report_on(engine, "shop").as_json()

    assert made(f"sqlite:///{tmp_path}/a.store") == made("memory://")


def test_progress_is_told(engine: segdsl.Engine):
    told: list[str] = []
    report_on(engine, "shop", told=told.append)
    assert told
