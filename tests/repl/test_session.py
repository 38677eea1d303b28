"""What holds of every session: taking back, saving, warnings, and that nothing ends it."""

from pathlib import Path

import pytest

import segdsl
from segdsl.repl.reading import entries
from segdsl.repl.rules import Rules
from segdsl.repl.session import Session
from tests.repl.conftest import RULES, transcript

THINGS = (
    "segment Buyers if places order",
    "registers",
    "places order with amount = 40",
    ":after 3 days",
    "given income is 200000",
    ":customer zoe",
    "when registers then add to Golfers for 2 days then wait 1 day then send email \"x\"",
    "registers",
    ":clock 2026-04-01",
    "segment Fresh if places order within 60 days",
    ":drop Buyers",
    ":customer me",
    "on 2026-04-02 places order\nexpect in segment Golfers",
)  # fmt: skip

LOOKS = (":customer", ":clock", ":segments", ":history", ":program", ":next", ":customers", "count of places order")


def looks(session: Session) -> list[str]:
    """All that can be seen of how a session stands, without changing it."""
    seen = [session.take(look).text() for look in LOOKS]
    return [*seen, *(f"{m.customer} {m.segment}" for name in session.play.engine.segments
                     for m in session.play.engine.members(name))]  # fmt: skip


def test_what_a_test_of_the_rules_expects_can_be_expected_in_the_same_words():
    rules = 'segment Skiers by activities\ntest "a" {\n  on 2026-03-01 registers\n  expect not in segment Skiers\n}\n'
    session = Session.begin(Rules.of([("shop.seg", rules)]))
    assert session.take("expect not in segment Skiers").text() == "as expected"


def test_the_clock_goes_on_to_an_instant_at_which_nothing_happens(shop: Session):
    assert shop.take("on 2026-04-04T10:00").text().startswith("it is 2026-04-04 10:00")
    assert shop.take(":clock").text().startswith("it is 2026-04-04 10:00")


def test_everything_can_be_taken_back_step_by_step(shop: Session):
    stood = []
    for thing in THINGS:
        before = looks(shop)
        assert not shop.take(thing).diagnostics
        stood.append(before)
    for before in reversed(stood):
        assert not shop.take(":undo").failed
        assert looks(shop) == before
    assert shop.take(":undo").failed


def test_what_is_taken_back_can_be_done_again_with_the_same_result(shop: Session):
    for thing in THINGS:
        shop.take(thing)
    after = looks(shop)
    for _ in range(4):
        shop.take(":undo")
    for thing in THINGS[-4:]:
        shop.take(thing)
    assert looks(shop) == after


def test_a_mistake_changes_nothing(shop: Session):
    for thing in THINGS:
        shop.take(thing)
    before = looks(shop)
    for mistake in ("segment X if zork", "serches", ":zork", ":clock 2020-01-01", "registers with zork = 1", "when",
                    "on 2020-01-01 registers", "segment Golfers listed", ":drop Rich"):  # fmt: skip
        assert shop.take(mistake).failed, mistake
        assert looks(shop) == before


def test_a_sentence_that_fails_halfway_changes_nothing(empty: Session):
    empty.take("segment A by activities")
    empty.take("registers")
    assert empty.take("after 2 days registers\non 2026-03-01 registers").failed
    assert "2026-03-01 10:00" in empty.take(":clock").text()
    assert empty.take("count of registers").text() == "1"


def test_what_is_saved_gives_the_same_program(empty: Session, tmp_path: Path):
    for entry in entries(RULES):
        assert not empty.take(entry).failed, entry
    saved = tmp_path / "saved.seg"
    assert not empty.take(f":save {saved}").failed
    assert segdsl.load(saved).digest == segdsl.loads(RULES).digest
    again = Session.begin(Rules.of([]))
    assert not again.take(f":load {saved}").failed
    assert again.play.engine.plan.digest == empty.play.engine.plan.digest


def test_what_has_happened_is_saved_as_a_test_that_holds(empty: Session, tmp_path: Path, snapshot):
    saved = tmp_path / "saved.seg"
    transcript(empty, f"""
given income is 200000
segment Rich if income >= 100000
segment Skiers by activities
segment Golfers by activities
when registers if in segment Rich then add to Skiers for 7 days
when registers then send email "hello"
registers
:after 2 days
searches "skis" with category = "Ski"
:after 90 minutes
:save {saved} --test""")  # fmt: skip
    assert saved.read_text() == snapshot
    [result] = segdsl.run_tests(segdsl.check(saved))
    assert result.failures == ()


def test_a_file_that_is_there_is_not_overwritten(empty: Session, tmp_path: Path):
    saved = tmp_path / "mine.seg"
    saved.write_text("mine")
    empty.take("segment A by activities")
    assert empty.take(f":save {saved}").failed
    assert saved.read_text() == "mine"
    assert not empty.take(f":save! {saved}").failed
    assert saved.read_text() == "segment A by activities\n"


def test_a_file_of_sentences_is_taken_as_if_it_were_typed(empty: Session, tmp_path: Path):
    script = tmp_path / "script.txt"
    script.write_text("segment A by activities\nwhen registers\nthen add to A\nregisters\n")
    assert "enters A" in empty.take(f":load {script}").text()


def test_a_warning_is_shown_once(empty: Session):
    warned = empty.take("segment A by activities")
    twice = empty.take('when registers if income > 1 and income > 2 or age > 3 then add to A')  # fmt: skip
    assert not warned.diagnostics
    assert [d.code for d in twice.diagnostics] == ["SEG490"]
    assert not empty.take("segment B by activities").diagnostics


def test_the_store_is_never_written_to(store: str):
    path = Path(store.removeprefix("sqlite:///"))
    with segdsl.Engine(None, store) as engine:
        kept = path.read_bytes()
        session = Session.begin(Rules.of(engine.stored.sources), store=engine)
        for thing in (":customer bob", "registers", ":after 9 days", "segment Q if income > 3", "registers", ":undo"):
            assert not session.take(thing).failed
        assert path.read_bytes() == kept
        assert not engine.backend.load(["me"])


def test_a_question_of_the_past_that_a_store_with_a_journal_never_counted_is_answered(store: str):
    with segdsl.Engine(None, store) as engine:
        session = Session.begin(Rules.of(engine.stored.sources), store=engine)
        session.take(":customer bob")
        answer = session.take("total of amount of places order").text()
        if engine.stored.journal:
            assert answer == "40"
        else:
            assert answer.startswith("0\n")
            assert "the store keeps no events" in answer


@pytest.mark.parametrize("text", ["(" * 5_000, "not " * 5_000 + "registers", "a" * 100_000, "\x1b[31m", "\0", "﻿",
                                  "5 /0", "registers\x07", '"' * 999, "{" * 999, ":\x1b[2J", "\ud800"])  # fmt: skip
def test_hostile_text_is_a_mistake_and_no_more(empty: Session, text: str):
    answer = empty.take(text)
    assert "segdsl itself" not in answer.text()
    assert "\x1b" not in answer.text()
    assert empty.take("2 + 2").text() == "4"


def test_a_mistake_of_ours_is_an_answer(empty: Session, monkeypatch: pytest.MonkeyPatch):
    def fail(*_: object) -> None:
        raise ZeroDivisionError("zork")

    monkeypatch.setattr("segdsl.repl.session.read", fail)
    answer = empty.take("registers")
    assert answer.failed
    assert "ZeroDivisionError: zork" in answer.text()


def test_what_is_interrupted_has_not_happened(empty: Session, monkeypatch: pytest.MonkeyPatch):
    empty.take("registers")

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("segdsl.repl.telling.news", interrupted)
        with pytest.raises(KeyboardInterrupt):
            empty.take("registers")
        assert empty.interrupted().failed
    assert empty.take("count of registers").text() == "1"


def test_a_collection_can_be_asked_for_and_is_in_the_plan(empty: Session):
    empty.take('segment Ski Carts if any item of cart where category is "Ski"')
    empty.take('adds to cart "skis" with category = "Ski", price = 200')
    assert empty.take("count of cart").text() == "1"
    assert empty.take("total of price of cart").text() == "200"
    assert "the items, with category, up to 1,000 of them" in empty.take(":plan").text()
    empty.take("places order")
    assert empty.take("no item of cart").text() == "true"
