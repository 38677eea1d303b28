"""Example 06 over a year of real sales, every segment compared member by member with plain SQL over the same file.

The queries know nothing of segdsl: DuckDB reads the CSV and counts afresh, as of the instant that is asked about. The
run over all rows takes about a minute, so it is made once for the whole module.
"""

import json
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest
from attrs import frozen

import segdsl
from segdsl.host.runs import Listener, Report
from segdsl.records.outcomes import Effect, Outcome

CHECKOUT = Path(__file__).resolve().parents[2]
EXAMPLE = CHECKOUT / "examples" / "06-online-retail"
DATA = Path(os.environ.get("SEGDSL_DATA", CHECKOUT.parent / "shared" / "data")) / "online_retail.csv.gz"

pytestmark = pytest.mark.skipif(
    not DATA.is_file(),
    reason="the Online Retail data are neither in SEGDSL_DATA nor in ../shared/data beside the checkout",
)

SAID = json.loads((EXAMPLE / "expected.json").read_text("utf-8"))
END = "2011-12-09 12:50:00"
"""The last instant of the data."""
PAST = "2011-06-01 00:00:00"
INSTANTS = [END, PAST]

QUERIES = {
    "Big Spenders": "select customer from seen group by customer having sum(price * quantity) >= 5000",
    "Frequent Buyers": """
        select customer from bought where time > :now - interval 90 day
        group by customer having count(distinct invoice) >= 5""",
    "Wide Range": "select customer from bought group by customer having count(distinct product) >= 200",
    "One Big Ticket": """
        select customer from bought where time > :now - interval 6 month
        group by customer having max(price * quantity) >= 1000""",
    "Small Baskets": """
        select customer from bought
        group by customer having sum(price * quantity) < 5 * count(*) and count(*) >= 20""",
    "Newcomers": """
        select customer from bought where time > :now - interval 30 day
        except select customer from bought
        where time > :now - interval 400 day and time <= :now - interval 30 day""",
    "Summer Visitors": """
        select customer from bought
        where time > :now - interval 190 day and time <= :now - interval 100 day
        group by customer having count(*) >= 3
        except select customer from bought where time > :now - interval 100 day""",
    "Lapsed": "select customer from bought group by customer having :now - max(time) > interval 180 day",
    "Christmas Shoppers": """
        select customer from bought where time >= '2011-11-01'
        intersect select customer from bought where time < '2011-01-01'""",
    "British": "select customer from seen group by customer having arg_max(country, place) = 'United Kingdom'",
    "Abroad": "select customer from seen group by customer having arg_max(country, place) <> 'United Kingdom'",
    "Heart Collectors": "select customer from bought where product = '85123A' group by customer having count(*) >= 2",
    "Heart First": """
        select customer from (
          select customer, product, row_number() over (
            partition by customer order by count(*) desc, max(place) desc) as rank
          from bought group by customer, product)
        where rank = 1 and product = '85123A'""",
    "Returners": "select customer from returned group by customer having count(*) >= 3",
    "No Returns": """
        select customer from bought group by customer having count(*) >= 100
        except select customer from returned""",
    "Bulk Buyers": """
        select customer from seen where quantity >= 1000 or quantity <= -1000
        group by customer having arg_max(quantity, place) > 0""",
    "Sunday Shoppers": "select customer from bought where isodow(time) = 7 and country = 'United Kingdom'",
}

BIG_LINES = """
    select customer, time, price * quantity as amount from (
      select *, last_value(if(abs(quantity) >= 1000, quantity > 0, null) ignore nulls) over (
        partition by customer order by place rows between unbounded preceding and 1 preceding) as bulk
      from seen)
    where quantity > 0 and price * quantity >= 2000 and not coalesce(bulk, false)"""


@frozen
class Run:
    """All rows, once through the engine, and what was heard of it."""

    engine: segdsl.Engine
    report: Report
    effects: list[Effect]


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    effects: list[Effect] = []

    def hear(outcomes: list[Outcome]) -> None:
        effects.extend(effect for outcome in outcomes for effect in outcome.effects)

    store = tmp_path_factory.mktemp("online-retail") / "retail.store"
    with segdsl.Engine(segdsl.load(EXAMPLE), f"sqlite:///{store}") as engine:
        report = segdsl.replay(
            engine, DATA, format="csv", mapping=EXAMPLE / "mapping.toml", listener=Listener(outcomes=hear)
        )
        yield Run(engine, report, effects)


@pytest.fixture(scope="module")
def database() -> Iterator[duckdb.DuckDBPyConnection]:
    """All lines with a customer, numbered as they stand; amounts of money are exact decimals."""
    with duckdb.connect() as connection:
        connection.execute("set threads = 1")
        connection.execute(
            f"""
            create table lines as
            select row_number() over () as place, CustomerID as customer, InvoiceDate::timestamp as time,
              StockCode as product, InvoiceNo as invoice, Country as country,
              Quantity::decimal(12) as quantity, UnitPrice::decimal(15, 6) as price
            from read_csv('{DATA}', header = true, all_varchar = true)"""
        )
        disordered = connection.execute(
            "select count(*) from (select time < lag(time) over (order by place) as back from lines) where back"
        )
        assert disordered.fetchone() == (0,)
        yield connection


def as_of(database: duckdb.DuckDBPyConnection, now: str) -> None:
    """What had been seen at an instant, as tables: all lines, those bought and those returned."""
    database.execute(
        f"""
        create or replace temp table seen as select * from lines where customer is not null and time <= '{now}';
        create or replace temp view bought as select * from seen where quantity > 0;
        create or replace temp view returned as select * from seen where quantity < 0"""
    )


def answer(database: duckdb.DuckDBPyConnection, segment: str, now: str) -> set[str]:
    as_of(database, now)
    asked = QUERIES[segment].replace(":now", f"timestamp '{now}'")
    return {customer for (customer,) in database.execute(asked).fetchall()}


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def members(run: Run, segment: str, now: str) -> set[str]:
    """As the engine has it; at the end without an instant, so that its own clock is tried."""
    listed = [each.customer for each in run.engine.members(segment, None if now == END else utc(now))]
    assert listed == sorted(set(listed))
    return set(listed)


def test_every_row_is_accounted_for(run: Run, database: duckdb.DuckDBPyConnection) -> None:
    rows, named, customers = database.execute(
        "select count(*), count(customer), count(distinct customer) from lines"
    ).fetchone() or (0, 0, 0)
    assert (rows, rows - named, customers) == (541_909, 135_080, 4_372)
    assert run.report.rejects == {"no customer": rows - named}
    assert run.report.events == named
    assert (run.report.repeated, run.report.skipped, run.report.skipped_rows) == (0, 0, 0)
    assert run.engine.backend.customer_count() == customers


def test_the_clock_is_the_latest_instant_read(run: Run) -> None:
    assert run.engine.now() == run.report.last == int(utc(END).timestamp()) * 1_000_000


def test_every_segment_is_compared(run: Run) -> None:
    combined = {"VIP", "Win Back", "Nothing Special"}
    assert set(run.engine.segments) == set(QUERIES) | combined


@pytest.mark.parametrize("now", INSTANTS)
@pytest.mark.parametrize("segment", QUERIES)
def test_members_are_those_of_the_query(run: Run, database: duckdb.DuckDBPyConnection, segment: str, now: str) -> None:
    expected = answer(database, segment, now)
    assert members(run, segment, now) == expected
    assert run.engine.count(segment, None if now == END else utc(now)) == len(expected)
    assert expected or (segment, now) == ("Christmas Shoppers", PAST), "a query that finds nobody shows nothing"
    if now == END:
        assert len(expected) == SAID["members"][segment]


@pytest.mark.parametrize("now", INSTANTS)
def test_segments_over_segments(run: Run, database: duckdb.DuckDBPyConnection, now: str) -> None:
    found = {segment: answer(database, segment, now) for segment in QUERIES}
    known = {customer for (customer,) in database.execute("select distinct customer from seen").fetchall()}
    big, often, lapsed = found["Big Spenders"], found["Frequent Buyers"], found["Lapsed"]
    combined = {
        "VIP": (big & often) - lapsed - found["Returners"],
        "Win Back": lapsed & (big | found["One Big Ticket"]),
        "Nothing Special": known - big - often - found["Newcomers"] - lapsed,
    }
    assert {segment: members(run, segment, now) for segment in combined} == combined
    if now == END:
        assert {segment: len(who) for segment, who in combined.items()} == {
            segment: SAID["members"][segment] for segment in combined
        }


def test_big_lines_are_told(run: Run, database: duckdb.DuckDBPyConnection) -> None:
    as_of(database, END)
    expected = [(who, time.replace(tzinfo=UTC), amount) for who, time, amount in database.execute(BIG_LINES).fetchall()]
    told = [(effect.customer, effect.time, Decimal(str(effect.fields["amount"]))) for effect in run.effects]
    assert sorted(told) == sorted(expected)
    assert len(told) >= 30, "too few to show anything"
    assert {effect.action for effect in run.effects} == {"tell account manager"}


def test_is_what_the_example_says(run: Run) -> None:
    assert {name: said for name, said in SAID.items() if name != "members"} == {
        "events": run.report.events,
        "customers": run.engine.backend.customer_count(),
        "rejects": dict(run.report.rejects),
        "effects": dict(run.report.effects),
    }
    assert set(SAID["members"]) == set(run.engine.segments)
