"""What the clock does over a year of real sales: who is silent for 60 days, and when exactly, compared with plain SQL.

Two ways to say the same are run together over all rows: a timer after the last purchase, and leaving a segment with a
window. The query knows nothing of segdsl: DuckDB reads the CSV and looks for gaps. The run over all rows takes about
half a minute, so it is made once for the whole module.
"""

import os
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import pytest
from attrs import field, frozen

import segdsl
from segdsl.host.runs import Listener, Report
from segdsl.records.outcomes import Effect, Outcome

CHECKOUT = Path(__file__).resolve().parents[2]
MAPPING = CHECKOUT / "examples" / "06-online-retail" / "mapping.toml"
DATA = Path(os.environ.get("SEGDSL_DATA", CHECKOUT.parent / "shared" / "data")) / "online_retail.csv.gz"

pytestmark = pytest.mark.skipif(
    not DATA.is_file(),
    reason="the Online Retail data are neither in SEGDSL_DATA nor in ../shared/data beside the checkout",
)

RULES = """
event buys { product: text, quantity: number, price: number, invoice: text }
event returns item { product: text, quantity: number, price: number, invoice: text }

segment Active if buys within 60 days

when 60 days after the last buys then send email "we miss you"
when leaves Active then send push "gone"
"""
ACTIONS = ("send email", "send push")
LAST = datetime(2011, 12, 9, 12, 50, tzinfo=UTC)
"""The last instant of the data."""
SILENCE = timedelta(days=60)

# Lines of one invoice share an instant. Who buys again exactly 60 days later was silent all the same: what the clock
# does at an instant comes before the events of it. (Nobody in the data does; one silence is over just at the last
# instant.)
SILENT = """
    with moments as (
      select distinct CustomerID as customer, InvoiceDate::timestamp as time from lines
      where CustomerID is not null and Quantity::int > 0),
    gaps as (select *, lead(time) over (partition by customer order by time) as following from moments)
    select customer, time + interval 1440 hour from gaps
    where following is null or following >= time + interval 1440 hour"""

Moments = Counter[tuple[str, datetime]]


@frozen
class Run:
    """All rows, once through the engine up to `LAST`, and then 60 days more."""

    engine: segdsl.Engine
    report: Report
    heard: list[Effect] = field(factory=list)
    after: list[Effect] = field(factory=list)


def given_out(outcomes: list[Outcome]) -> list[Effect]:
    return [effect for outcome in outcomes for effect in outcome.effects]


@pytest.fixture(scope="module")
def run() -> Iterator[Run]:
    heard: list[Effect] = []
    after: list[Effect] = []
    listener = Listener(outcomes=lambda outcomes: heard.extend(given_out(outcomes)))
    with segdsl.Engine(segdsl.loads(RULES)) as engine:
        report = segdsl.replay(engine, DATA, format="csv", mapping=MAPPING, until=LAST, listener=listener)
        engine.advance(LAST + SILENCE, before_commit=lambda outcomes: after.extend(given_out(outcomes)))
        yield Run(engine, report, heard, after)


@pytest.fixture(scope="module")
def silent() -> Moments:
    """Whoever bought nothing for 60 days, with the instant at which these were over; that may be after the data."""
    with duckdb.connect() as database:
        database.execute("set threads = 1")
        database.execute(f"create view lines as from read_csv('{DATA}', header = true, all_varchar = true)")
        return Counter((customer, time.replace(tzinfo=UTC)) for customer, time in database.execute(SILENT).fetchall())


def moments(effects: list[Effect], action: str) -> Moments:
    return Counter((effect.customer, effect.time) for effect in effects if effect.action == action)


@pytest.mark.parametrize("action", ACTIONS)
def test_up_to_the_end_of_the_data(run: Run, silent: Moments, action: str) -> None:
    expected = Counter({moment: number for moment, number in silent.items() if moment[1] <= LAST})
    assert moments(run.heard, action) == expected
    assert expected.total() > 4000, "too few to show anything"
    assert run.report.effects[action] == expected.total()


@pytest.mark.parametrize("action", ACTIONS)
def test_sixty_days_later(run: Run, silent: Moments, action: str) -> None:
    expected = Counter({moment: number for moment, number in silent.items() if moment[1] > LAST})
    assert moments(run.after, action) == expected
    assert expected.total() > 1000, "too few to show anything"


def test_nobody_is_active_then(run: Run) -> None:
    assert run.engine.count("Active") == 0
    assert {run.engine.next_change(customer) for customer in run.engine.backend.customers()} == {None}


def test_all_rows_were_read(run: Run) -> None:
    assert (run.report.events, dict(run.report.rejects)) == (406_829, {"no customer": 135_080})
