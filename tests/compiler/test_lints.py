"""Lints: alarms and near misses in `tests/corpus/lints`, and no false alarm on any program of ours."""

import re
import time
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

import segdsl
from segdsl.cli.new import RULES, TESTS
from segdsl.compiler import lints
from segdsl.diagnostics.diagnostic import Diagnostic, Severity
from segdsl.host.program import check_texts
from tests.support.corpus import CORPUS, programs
from tests.support.diagnosed import checked, expected, missing_and_further

ROOT = Path(__file__).parent.parent.parent
FILES = sorted((CORPUS / "lints").glob("*.seg"))
FOLDER = Path(lints.__file__).parent
NEAR_MISS = re.compile(r"# not (SEG9\d\d): ")

TRUE = {
    # Segments that nothing fills, left over in programs that test something else.
    "activities/entry.seg": ["SEG906"],
    "rules/snapshot.seg": ["SEG906"],
    "rules/steps.seg": ["SEG906"],
    "time/branching.seg": ["SEG906"],
    "time/heldout.seg": ["SEG906"],
    "time/long_enough.seg": ["SEG906"],
    "time/transitions.seg": ["SEG906"],
    # Two such segments, and a path behind a wider one: only the first path is taken.
    "branches/kinds.seg": ["SEG904", "SEG906", "SEG906"],
    # That the event which empties it finds it empty is what this program shows.
    "collections/rules.seg": ["SEG916"],
    # 100% is everybody.
    "conditions/chance.seg": ["SEG902"],
    # The same text sent by two rules, on purpose.
    "rules/effects.seg": ["SEG903"],
    # What is not known is not different: that is what this program shows.
    "unknown/kleene.seg": ["SEG909", "SEG909", "SEG909"],
    # Also holds those who never ordered.
    "windows/fixed.seg": ["SEG914"],
}
"""The alarms on programs of the corpus, each looked at and true."""


def found(texts: Iterable[tuple[str, str]]) -> list[Diagnostic]:
    return [each for each in check_texts(texts).collector if each.code >= "SEG9"]


def code_of(name: str) -> str:
    [code] = re.findall(r'^CODE = "(SEG9\d\d)"$', (FOLDER / f"{name}.py").read_text("utf-8"), re.MULTILINE)
    return str(code)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_exactly_the_alarms_that_the_comments_tell(path: Path) -> None:
    assert missing_and_further(path.read_text("utf-8")) == ([], [])


@pytest.mark.parametrize("name", lints.names())
def test_each_lint_has_three_alarms_and_three_near_misses(name: str) -> None:
    code = code_of(name)
    text = (CORPUS / "lints" / f"{name}.seg").read_text("utf-8")
    alarms = [each for _, each, _ in expected(text) if each == code]
    misses = [each for each in NEAR_MISS.findall(text) if each == code]
    assert len(alarms) >= 3
    assert len(misses) >= 3


def test_each_lint_has_a_code_of_its_own() -> None:
    assert max(Counter(map(code_of, lints.names())).values()) == 1


@pytest.mark.parametrize("path", sorted((ROOT / "examples").glob("*/rules.seg")), ids=lambda path: path.parent.name)
def test_no_alarm_on_an_example(path: Path) -> None:
    """The scenarios, a file a program, are looked at by `tests/examples`."""
    assert not found((path.name, path.read_text("utf-8")) for path in sorted(path.parent.glob("*.seg")))


def test_no_alarm_on_the_vocabulary_and_the_rules_to_begin_with() -> None:
    assert not found([("rules.seg", RULES), ("tests.seg", TESTS)])


RUN = programs()


@pytest.mark.parametrize("path", RUN, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_no_false_alarm_on_the_corpus(path: Path) -> None:
    alarms = sorted(each.code for each in found([(path.name, path.read_text("utf-8"))]))
    assert alarms == TRUE.get(f"{path.parent.name}/{path.name}", [])


def test_lints_are_warnings_and_say_what_to_write() -> None:
    for path in FILES:
        for each in found([(path.name, path.read_text("utf-8"))]):
            assert each.severity is Severity.WARNING
            assert each.help


def test_a_fix_mends_what_it_is_for() -> None:
    text = "activity March from 2026-03-01 until 2026-03-31 { when visits then send push }"
    [found] = checked(text).collector
    assert found.fix is not None
    mended = text[: found.fix.span.start] + found.fix.text + text[found.fix.span.end :]
    assert not list(checked(mended).collector)


def test_lints_change_nothing_of_the_plan(monkeypatch: pytest.MonkeyPatch) -> None:
    text = (CORPUS / "lints" / "never.seg").read_text("utf-8")
    with_them = segdsl.loads(text)
    monkeypatch.setattr(lints, "found", lambda program: iter(()))
    without = segdsl.loads(text)
    assert without.plan == with_them.plan
    assert without.digest == with_them.digest


def test_no_lints_beside_mistakes() -> None:
    text = "segment A if age < 20 and age > 60\nsegment B if incme > 3"
    assert [each.code for each in checked(text).collector] == ["SEG203"]


def test_a_never_held_condition_shows_the_conditions_of_the_segments() -> None:
    text = "segment Young if age < 20\nsegment Old if age > 60\nsegment Both if in segment all(Young, Old)"
    [alarm] = found([("a.seg", text)])
    assert [label.span.start for label in alarm.labels] == [text.index("Young"), text.index("Old")]


# ----------------------------------------------------------------------------------------------------------- many rules


def many(rules: int) -> str:
    """Rules on one event that look alike, for the worst of what is compared pair by pair."""
    lines = ["segment S by activities", *(f"segment D{n} if income > {n}" for n in range(rules // 10))]
    for n in range(rules):
        asked = f"income between {n} and {n + 10} and in segment D{n % (rules // 10)} and city is not known"
        lines.append(f'when places order if {asked} then add to S and send push "p{n}"')
    return "\n".join(lines)


def chained(segments: int) -> str:
    """Segments that each ask for the one before."""
    first = "segment S0 if income > 0"
    return "\n".join([first, *(f"segment S{n} if in segment S{n - 1} and age > {n % 50}" for n in range(1, segments))])


def branching(paths: int) -> str:
    lines = [f'path if income > {paths - n} and income < {2 * paths - n} then send push "p{n}"' for n in range(paths)]
    return "\n".join(["when visits then branch first {", *lines, "}"])


def seconds(text: str) -> float:
    """What the lints take of the processor, at best."""
    program = check_texts([("many.seg", text)])
    taken = []
    for _ in range(2):
        begun = time.process_time()
        list(lints.found(program))
        taken.append(time.process_time() - begun)
    return min(taken)


@pytest.mark.parametrize("program", [many, chained, branching], ids=lambda program: program.__name__)
def test_ten_times_as_much_takes_no_hundred_times_as_long(program: Callable[[int], str]) -> None:
    assert seconds(program(1_000)) < 40 * max(seconds(program(100)), 0.01)
