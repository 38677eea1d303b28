"""Whole sessions, as they read."""

import pytest

import segdsl
from segdsl.repl.rules import Rules
from segdsl.repl.session import Session
from tests.repl.conftest import transcript

FROM_NOTHING = {
    "a rule from nothing": """
        segment Skiers by activities
        when searches "skis" then add to Skiers for 30 days
        searches "skis"
        :segments
        :next
        :after 31 days
        :why Skiers
        :history
    """,
    "questions of every kind": """
        attribute tier: one of ("gold", "silver")
        given tier is "gold"
        given income is 50000
        given birth date is 1990-03-02
        tier
        tier is "gold" and income > 100000
        age
        birth date
        places order with amount = 40
        :after 36 hours
        places order with amount = 2.5
        total of amount of places order
        count of places order within 1 day >= 2
        time since registers
        time since places order
        latest of time of places order
        email
        (registers)
        2 + 3 * 4
        age > 30 or email is "a@b.c"
    """,
    "waits and effects": """
        when registers
        then send email "hello" with name = first name
        then wait 7 days
        then send email "again"
        given first name is "Ann"
        registers
        expect send email "hello"
        expect send email "again"
        :after 8 days
        expect send email "again"
        when registers then wait for places order within 2 days then send email "thanks"
        registers
    """,
    "lines of tests": """
        segment Golfers by activities
        segment Rich if income >= 1000
        on 2026-04-01 registers
        after 2 days registers with referrer = "me"
        given in segment Golfers
        given excluded from Rich
        given income is 5000
        expect in segment Golfers and in segment Rich
        expect not in segment Rich
        after 1 day
    """,
    "a declaration in place of another": """
        segment Big if total of amount of places order >= 100
        places order with amount = 60
        segment Big if total of amount of places order >= 50
        segment Big by activities
        when places order then add to Big
        when places order then add to Big
        :program
        :undo
        :undo
        :segments
        :drop Big
        :program
    """,
    "mistakes": """
        segment Skiers by
        segment Skiers if incom > 5
        when registers then add to Skirs
        serches "Acme"
        searches "Acm
        searches with colour = "red"
        count of places order >=

        send email "hello"
        5 > "a"
        wait 5 days
        registers } test "b" { after 1 day
        given income is "a lot"
        zone "Toronto"
    """,
    "promotions": """
        segment Newcomers by activities
        when registers then add to Newcomers
        when places order then remove from Newcomers
        :promotions
        promotion First order from 2026-03-01 until 2026-04-01 if in segment Newcomers
        promotion All
        registers
        :promotions
        expect promotion First order
        :why First order
        places order
        expect promotion First order
        :why promotion First order
    """,
    "tests beside the rules": """
        segment Buyers if places order
        test "a buyer" {
          on 2026-03-01 places order
          expect in segment Buyers
        }
        test "a guest" {
          on 2026-03-01 registers
          expect in segment Buyers
        }
    """,
    "commands that go wrong": """
        :frobnicate
        :sgments
        :c
        :clock 2026-01-01
        :clock yesterday
        :after 5 parsecs
        :after 2 days registers
        :why
        :why Skiers
        :drop Skiers
        :load nowhere.seg
        :save
        :undo
        :customer
        :help frobnicate
    """,
    "help": """
        :help
        :help clock
        :he save
        help
    """,
    "the zone moves the clock's face": """
        :clock
        zone "America/Toronto"
        :clock
        :clock 2026-03-08T09:30
        today
    """,
    "an event of another shape after it has happened": """
        event hires skis { model: text, price: number }
        hires skis "Racer 9" with price = 20.5
        event hires skis { model: text }
        total of price of hires skis
    """,
}

WITH_EVENTS = """
    :customers
    :customer bob
    :segments
    :history
    segment Two Sports if in segment all(Golfers, Skiers)
    segment Fresh if places order within 30 days
    count of places order
    total of amount of places order
    registers
    :undo
    :undo
    :customer dora
    registers
    :after 8 days
    :why Fresh
    :plan
    :drop Rich
    event nonsense
    :quit
    registers
"""


def _lines(script: str) -> str:
    return "\n".join(line.removeprefix("        ").removeprefix("    ") for line in script.split("\n"))


@pytest.mark.parametrize("script", FROM_NOTHING.values(), ids=list(FROM_NOTHING))
def test_a_session_from_nothing(empty: Session, script: str, snapshot):
    assert transcript(empty, _lines(script)) == snapshot


def test_a_session_on_events(shop: Session, snapshot):
    assert transcript(shop, _lines(WITH_EVENTS)) == snapshot


def test_a_session_on_a_store(store: str, snapshot):
    with segdsl.Engine(None, store) as engine:
        session = Session.begin(Rules.of(engine.stored.sources), store=engine)
        assert transcript(session, _lines(WITH_EVENTS)) == snapshot
