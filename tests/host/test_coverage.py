"""What tests have seen of the rules: counted by hand for small programs, and the same however a text is laid out."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

import segdsl
from segdsl.host.trials.coverage import NOT_KNOWN, Coverage
from segdsl.syntax.format import format_module

VISITS = "on 2026-03-01 visits"


def covered(rules: str, *lines: str) -> Coverage:
    """What a test with these lines has seen of some rules."""
    body = "\n".join([*lines, "expect count of visits >= 0"])
    _, coverage = segdsl.cover(segdsl.check_texts([("t.seg", rules), ("u.seg", f'test "t" {{\n{body}\n}}')]))
    return coverage


def seen(coverage: Coverage) -> dict[str, list[str]]:
    """What was seen of each part, by its text."""
    return {part.text: sorted(part.seen) for part in coverage.parts}


def test_a_rule_that_fired_and_one_that_did_not() -> None:
    coverage = covered("when visits then send push\nwhen registers then send push", VISITS)
    assert (seen(coverage), coverage.counts()) == ({"when visits": ["fired"], "when registers": []}, (1, 2))


def test_a_rule_whose_condition_is_false_has_not_fired() -> None:
    coverage = covered("when visits if income > 3 then send push", "given income is 3", VISITS)
    assert seen(coverage) == {"when visits": [], "income > 3": ["false"]}


def test_a_condition_is_seen_true_and_false() -> None:
    coverage = covered("segment A if visits", VISITS)
    assert seen(coverage) == {"visits": ["true"]}
    assert seen(covered("segment A if visits", "on 2026-03-01 registers", "after 1 day visits")) == {
        "visits": ["false", "true"]
    }


@pytest.mark.parametrize("condition", ["visits and registers", "visits or registers"])
def test_the_parts_of_a_condition_count_beside_the_whole(condition: str) -> None:
    coverage = covered(f"segment A if {condition}", VISITS)
    whole = "false" if " and " in condition else "true"
    assert seen(coverage) == {condition: [whole], "visits": ["true"], "registers": ["false"]}
    assert coverage.counts() == (3, 6)


def test_of_a_not_what_stands_behind_it_counts() -> None:
    assert seen(covered("segment A if not visits", VISITS)) == {"visits": ["true"]}


def test_the_segments_of_a_list_count_each() -> None:
    rules = "segment A listed\nsegment B listed\nsegment C if in segment any(A, B)"
    assert seen(covered(rules, VISITS)) == {
        "in segment any(A, B)": ["false"],
        "in segment A": ["false"],
        "in segment B": ["false"],
    }


def test_a_range_is_one_part() -> None:
    assert list(seen(covered("segment A if income between 1 and 3", VISITS))) == ["income between 1 and 3"]


def test_a_define_counts_where_it_is_written() -> None:
    coverage = covered("define often as visits and registers\nsegment A if often", VISITS)
    assert [part.text for part in coverage.parts] == ["visits and registers", "visits", "registers"]


def test_not_known_is_told_and_not_counted() -> None:
    coverage = covered("segment A if income > 3", VISITS)
    assert (seen(coverage), coverage.counts()) == ({"income > 3": [NOT_KNOWN]}, (0, 2))


def test_not_known_counts_where_it_is_asked_for() -> None:
    checked = segdsl.check_texts([("t.seg", f'segment A if income > 3\ntest "t" {{\n{VISITS}\nexpect visits\n}}')])
    _, coverage = segdsl.cover(checked, unknown=True)
    assert coverage.counts() == (1, 3)


BRANCH = """
when visits
then branch first {
  path if income > 3 then send push "a"
  otherwise then send push "b"
}
"""


def test_a_path_that_was_taken_and_one_that_was_not() -> None:
    coverage = covered(BRANCH, VISITS)
    assert seen(coverage) == {
        "when visits": ["fired"],
        "path if income > 3": [],
        "income > 3": [NOT_KNOWN],
        "otherwise": ["taken"],
    }


WAIT = "when visits then wait for registers within 3 days then send push"


@pytest.mark.parametrize(
    ("line", "what"),
    [("after 1 day registers", ["gone on"]), ("after 3 days", ["ended unanswered"]), ("after 1 day", [])],
)
def test_a_wait_goes_on_or_ends_unanswered(line: str, what: list[str]) -> None:
    assert seen(covered(WAIT, VISITS, line))["wait for registers within 3 days"] == what


def test_a_wait_for_a_time_only_goes_on() -> None:
    coverage = covered("when visits then wait 1 day then send push", VISITS, "after 1 day")
    assert coverage.counts("wait") == (1, 1)


def test_a_gate_and_a_while_count() -> None:
    rules = "segment A by activities while income > 1\nwhen visits then if income > 2 then add to A"
    coverage = covered(rules, "given income is 3", VISITS)
    assert seen(coverage) == {"when visits": ["fired"], "income > 1": ["true"], "income > 2": ["true"]}


def test_the_shipped_vocabulary_does_not_count() -> None:
    assert covered("segment A listed", VISITS).parts == []
    assert covered("segment A listed", VISITS).share == 100


def test_files_are_counted_apart() -> None:
    texts = [
        ("a.seg", "segment A if visits"),
        ("b.seg", f'segment B if registers\ntest "t" {{\n{VISITS}\nexpect A\n}}'),
    ]
    texts[1] = (texts[1][0], texts[1][1].replace("expect A", "expect visits"))
    _, coverage = segdsl.cover(segdsl.check_texts(texts))
    assert [(file, coverage.counts("", file)) for file in coverage.files] == [("a.seg", (1, 2)), ("b.seg", (1, 2))]


MESSY = """when   visits   # comes
   if income
      > 3   and ( age > 18
   or registers ) then send push
segment A if
 visits and not
   registers
"""


def test_layout_changes_nothing() -> None:
    [module] = segdsl.check_texts([("t.seg", MESSY)]).modules[1:]
    tidy = format_module(module, MESSY)
    lines = ("given income is 4", VISITS)
    assert tidy != MESSY
    assert seen(covered(tidy, *lines)) == seen(covered(MESSY, *lines))


GAPS = st.sampled_from([" ", "  ", "\n", "\n\n", "  # why\n  "])
WORDS = ("when visits", "if income > 3", "and (", "age > 18", "or", "registers", ")", "then send push")


@given(st.lists(GAPS, min_size=len(WORDS), max_size=len(WORDS)))
def test_where_the_lines_end_changes_nothing(gaps: list[str]) -> None:
    lines = ("given income is 4", VISITS)
    spread = "".join(word + gap for word, gap in zip(WORDS, gaps, strict=True))
    assert seen(covered(spread, *lines)) == seen(covered(" ".join(WORDS), *lines))


def test_a_part_that_was_never_seen_has_its_place() -> None:
    coverage = covered("segment A if\n  visits\n  and registers", VISITS)
    assert [(part.place, part.text, missing) for part, missing in coverage.never_seen()] == [
        ("t.seg:2", "visits and registers", ["true"]),
        ("t.seg:2", "visits", ["false"]),
        ("t.seg:3", "registers", ["true"]),
    ]
