"""`seg plan`: what the compiler made of rules."""

import ast
import json
import shutil
from pathlib import Path

import pytest
from hypothesis import given, settings

from segdsl.cli.parts.planned import Telling
from segdsl.engines.compiled.printing import python_of
from segdsl.host.planned import planned
from segdsl.host.planned.parts import Planned
from segdsl.host.program import loads
from tests.cli.conftest import Seg
from tests.strategies.programs import Written, programs
from tests.strategies.timed_programs import timed_programs
from tests.support.corpus import CORPUS
from tests.support.corpus import programs as corpus

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
SHOWN = ("04-manufacturer-interest-groups", "07-abandoned-cart", "08-onboarding-journey", "10-contact-policy")

SEARCHES = """\
segment Fans by activities
segment Rich if income > 1000
when searches "Acme" then add to Fans
when searches "Bolt" then add to Fans
when searches "Carl" if in segment Rich then add to Fans
when searches where term contains "x" then add to Fans
activity Often { when searches if count of searches within 3 days >= 3 then add to Fans }
activity Thrice { when searches 3 times within 2 days then remove from Fans }
when enters Rich then remove from Fans
"""


@pytest.fixture
def rules(place: Path) -> Path:
    (place / "shop.seg").write_text(SEARCHES)
    return place


def many(number: int) -> str:
    """Rules for as many terms, of which a few ask for a part of one."""
    lines = [f'when searches "term {each}" then add to Fans' for each in range(number)]
    lines += [f'when searches where term contains "part {each}" then add to Fans' for each in range(12)]
    return "segment Fans by activities\n" + "\n".join(lines)


def told(text: str, *, every: bool = False) -> str:
    return "\n".join(Telling(every).program(planned(loads(text, "shop.seg"))))


@pytest.mark.parametrize("name", SHOWN)
def test_an_example(name: str, run: Seg, place: Path, snapshot):
    shutil.copytree(EXAMPLES / name, place / "rules")
    result = run("plan", "rules/rules.seg")
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout == snapshot


def test_a_program(run: Seg, rules: Path, snapshot):
    assert run("plan", "shop.seg").stdout == snapshot


def test_ten_thousand_rules_are_told_shortly(snapshot):
    text = told(many(500))
    assert len(text.splitlines()) < 60
    assert text == snapshot


def test_all_of_many_rules(run: Seg, place: Path):
    (place / "shop.seg").write_text(many(40))
    shown = run("plan", "shop.seg", "--all").stdout
    assert all(f"shop.seg:{line} " in shown for line in range(2, 54))


def test_an_event(run: Seg, rules: Path, snapshot):
    assert run("plan", "shop.seg", "--event", "searches").stdout == snapshot


def test_an_event_of_which_nothing_takes_notice(run: Seg, rules: Path):
    assert run("plan", "shop.seg", "--event", "registers").stdout == "registers: nothing takes notice of it\n"


def test_an_event_that_there_is_not(run: Seg, rules: Path):
    result = run("plan", "shop.seg", "--event", "search")
    assert result.exit_code == 2
    assert "there is no event 'search': did you mean 'searches'?" in result.stderr


@pytest.mark.parametrize("asked", ["shop.seg:7", "Often"])
def test_a_rule(run: Seg, rules: Path, snapshot, asked: str):
    assert run("plan", "shop.seg", "--rule", asked).stdout == snapshot(name="rule")


def test_a_rule_that_there_is_not(run: Seg, rules: Path):
    result = run("plan", "shop.seg", "--rule", "Oftn")
    assert result.exit_code == 2
    assert "there is no rule 'Oftn': did you mean 'Often'?" in result.stderr


def test_two_parts_at_once(run: Seg, rules: Path):
    assert run("plan", "shop.seg", "--rule", "Often", "--event", "searches").exit_code == 2
    assert run("plan", "shop.seg", "--json", "--python").exit_code == 2


def test_mistakes_are_shown_as_check_does(run: Seg, place: Path):
    (place / "shop.seg").write_text("when searches then add to Fans\n")
    found, checked = run("plan", "shop.seg"), run("check", "shop.seg")
    assert (found.exit_code, found.stdout) == (1, "")
    assert checked.stderr.split("\n")[0] in found.stderr


def test_a_file_that_there_is_not(run: Seg, place: Path):
    assert run("plan", "nowhere.seg").exit_code == 2


def test_from_standard_input(run: Seg, place: Path):
    assert run("plan", "-", given=SEARCHES).stdout.startswith("7 rules, 2 segments")


def test_as_json(run: Seg, rules: Path):
    found = json.loads(run("plan", "shop.seg", "--json").stdout)
    [searches] = [each for each in found["events"] if each["name"] == "searches"]
    ways = {(each["place"], each["by"], each["is_looked_up"]) for each in searches["starts"]}
    assert {("shop.seg:3", "equality", True), ("shop.seg:6", "each time", False)} <= ways
    assert [found["state"]["kept"][number]["kind"] for number in searches["keeps"]] == ["memory", "count"]


def test_a_part_as_json(run: Seg, rules: Path):
    found = json.loads(run("plan", "shop.seg", "--json", "--rule", "Often").stdout)
    assert [start["place"] for event in found["events"] for start in event["starts"]] == ["shop.seg:7"]


def test_as_python(run: Seg, rules: Path, snapshot):
    """How it is read: what stands in comments. The code itself may become another one that does the same."""
    found = run("plan", "shop.seg", "--python").stdout
    ast.parse(found)
    assert [line for line in found.splitlines() if line.lstrip().startswith("#")] == snapshot


def test_a_rule_as_python(run: Seg, rules: Path):
    found = run("plan", "shop.seg", "--python", "--rule", "Often").stdout
    assert found.startswith("# ---")
    assert "activity Often (shop.seg:7)" in found
    assert "shop.seg:6" not in found


def test_tables_in_python_are_shown_shortly():
    assert max(map(len, python_of(loads(many(200)).plan).splitlines())) < 300


def test_a_text_of_the_rules_is_never_code(run: Seg, place: Path):
    (place / "shop.seg").write_text('segment Fans by activities\nwhen searches "\\n\') or fail(" then add to Fans\n')
    ast.parse(run("plan", "shop.seg", "--python").stdout)


# ------------------------------------------------------------------------------------------------------- what is true


def starts(text: str, *, line: int) -> list[tuple[str, bool]]:
    found = planned(loads(text, "shop.seg"))
    return [(start.by, start.is_looked_up) for start in found.starts if start.place == f"shop.seg:{line}"]


def test_few_rules_are_gone_through_and_more_are_looked_up():
    rule = 'when searches "{}" then add to Fans\n'
    two, three = ("segment Fans by activities\n" + "".join(map(rule.format, range(number))) for number in (2, 3))
    assert (starts(two, line=2), starts(three, line=2)) == ([("equality", False)], [("equality", True)])


def test_work_does_not_grow_with_rules_that_can_be_looked_up():
    few, lots = (planned(loads(many(number))).events[0].work.rules for number in (10, 300))
    assert few == lots


def test_a_memory_that_several_ask_for_is_kept_once():
    text = "segment A if places order within 3 days\nsegment B if places order within 3 days and income > 5\n"
    [kept] = planned(loads(text, "shop.seg")).kept
    assert [str(reader) for reader in kept.readers] == ["segment A (shop.seg:1)", "segment B (shop.seg:2)"]


def kept_of(condition: str) -> tuple[int | None, bool]:
    """The bound of what is kept for a condition, and whether its size is bounded."""
    [kept] = planned(loads(f"segment A if {condition}\n")).kept
    return kept.entries, kept.most is not None


@pytest.mark.parametrize(
    ("condition", "entries"),
    [
        ("places order", 1),
        ("places order at least 3 times within 90 days", 3),
        ("total of amount of places order within 90 days > 5", 100_000),
        ("total of amount of places order > 5", 1),
        ("count of distinct order of places order > 5", None),
        ("time since places order > 5 days", 1),
        ("count of places order from 90 days to 30 days ago >= 1", 100_000),
    ],
)
def test_how_much_is_kept(condition: str, entries: int | None):
    assert kept_of(condition) == (entries, entries is not None)


def test_rules_that_listen_have_a_timer_kept():
    text = "segment A if places order within 3 days\nsegment B if registers within 3 days\nsegment C by activities\n"
    found = planned(loads(text + "when leaves A then add to C\n")).by_itself.turns
    assert {turn.segment: turn.is_heard for turn in found} == {"A": True, "B": False}


# -------------------------------------------------------------------------------------------------------- of all kinds


def _is_told(found: Planned) -> None:
    for every in (False, True):
        lines = list(Telling(every).program(found))
        assert all(line.isprintable() for line in lines)
    json.dumps(found.as_json())
    places = {start.place for start in found.starts}
    assert places == set(found.rules)
    for place in sorted(places)[:3]:
        assert list(Telling(False).rule(found, place))


@pytest.mark.parametrize("path", corpus(), ids=lambda path: path.relative_to(CORPUS).as_posix())
def test_a_program_of_the_corpus_has_a_plan(path: Path):
    program = loads(path.read_text("utf-8"), path.name)
    _is_told(planned(program))
    ast.parse(python_of(program.plan))


@settings(max_examples=20)
@given(programs())
def test_every_program_has_a_plan(written: Written):
    program = loads(written.text())
    _is_told(planned(program))
    ast.parse(python_of(program.plan))


@settings(max_examples=15)
@given(timed_programs())
def test_every_program_in_which_time_does_things_has_a_plan(written: Written):
    program = loads(written.text())
    _is_told(planned(program))
    ast.parse(python_of(program.plan))


# ------------------------------------------------------------------------------------------------- a mistake of segdsl


def test_a_mistake_of_segdsl_says_what_to_report(run: Seg, shop: Path, monkeypatch: pytest.MonkeyPatch):
    def fail(*_given: object) -> None:
        raise ZeroDivisionError("planted")

    monkeypatch.setattr("segdsl.engines.compiled.provided.with_instant", fail)
    result = run("run", "shop.seg", "--events", "events.jsonl")
    assert result.exit_code == 70
    head = result.stderr.split("\n")
    assert "seg: this is a mistake of segdsl, not of yours" in head
    assert "  ZeroDivisionError: planted" in head
    assert "  in the code made for count of places order within 1 week: shop.seg:4 (segment Fresh)" in head
    assert "  on places order 'e3' of customer 'bob' at 2026-03-02T09:30:00Z" in head
    assert "s.memories = {**s.memories" in result.stderr
