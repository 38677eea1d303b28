"""Changes to rules: a planted weak test leaves the change that it cannot notice, and a strong one leaves none."""

import pytest

import segdsl

RULES = """
segment Rich if income >= 100000
segment Trial by activities
when registers if in segment Rich then add to Trial for 7 days
"""

STRONG = """
test "rich" for each pay, rich in (100000, yes), (99999, no) {
  given income is pay
  on 2026-03-01 registers
  expect (in segment Rich) is rich and (in segment Trial) is rich
  after 167 hours
  expect (in segment Trial) is rich
  after 1 hour
  expect not in segment Trial
}
"""


def mutation(*texts: str, **options: object) -> segdsl.Mutation:
    return segdsl.Mutation(segdsl.check_texts([("t.seg", "\n".join(texts))]), **options)  # type: ignore[arg-type]


def survivors(*texts: str) -> list[tuple[str, str, str]]:
    """The changes that no test noticed: place, before, after."""
    return [(each.place, each.before, each.after) for each in mutation(*texts) if each.noticed_by is None]


def test_a_strong_test_notices_everything() -> None:
    assert survivors(RULES, STRONG) == []


@pytest.mark.parametrize(
    ("weaker", "left"),
    [
        (("(100000, yes)", "(100001, yes)"), ("t.seg:2", ">= 100000", "> 100000")),
        (("(99999, no)", "(99998, no)"), ("t.seg:2", ">= 100000", ">= 99999")),
        ((", (99999, no)", ""), ("t.seg:4", "if in segment Rich", "")),
    ],
)
def test_a_weak_test_leaves_what_it_cannot_notice(weaker: tuple[str, str], left: tuple[str, str, str]) -> None:
    assert left in survivors(RULES, STRONG.replace(*weaker))


def test_the_end_that_no_test_waits_for_is_left() -> None:
    short = STRONG[: STRONG.index("  after 167")] + "}"
    assert ("t.seg:4", "for 7 days", "") in survivors(RULES, short)


def test_who_noticed_is_told() -> None:
    tried = list(mutation(RULES, STRONG))
    assert {each.noticed_by for each in tried} == {"rich (100000, yes)", "rich (99999, no)"}


def test_without_tests_nothing_is_noticed() -> None:
    tried = list(mutation(RULES))
    assert tried and all(each.noticed_by is None for each in tried)


def test_only_the_tests_that_are_named_are_run() -> None:
    tried = list(mutation(RULES, STRONG, named="99999"))
    assert {each.noticed_by for each in tried} == {"rich (99999, no)", None}


def test_so_many_changes_are_drawn_and_the_same_ones_again() -> None:
    drawn = [list(mutation(RULES, STRONG, limit=3, seed=seed)) for seed in (0, 0, 1)]
    assert [len(each) for each in drawn] == [3, 3, 3]
    assert drawn[0] == drawn[1] != drawn[2]


def test_rules_with_mistakes_are_not_changed() -> None:
    with pytest.raises(segdsl.CompileError):
        mutation("segment A if zzz > 3")


def test_rules_that_go_round_are_no_change() -> None:
    rules = "segment A by activities\nwhen enters A then remove from A\nwhen visits then add to A"
    assert all(each.before for each in mutation(rules))


def test_tests_of_one_name_are_told_apart() -> None:
    # Two rows of two tables may be called the same.
    twin = STRONG.replace('"rich"', '"{pay}"')
    other = twin.replace('"{pay}"', '"{ pay }"')
    assert survivors(RULES, twin, other) == []
