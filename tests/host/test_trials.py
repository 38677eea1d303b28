"""Tests beside the rules, run: what they say of what they did not find (language.md section 7)."""

import pytest

import segdsl
from segdsl.host.trials.running import Failure, run_tests

RULES = """
segment Trial by activities
segment Team listed
segment Rich if income > 3
when registers then add to Trial for 7 days then wait 1 day then send email "hello" with name = first name
"""


def failures(lines: str, rules: str = RULES) -> list[tuple[str, str]]:
    """What a test with these lines expected and found, without places."""
    [result] = run_tests(segdsl.check_texts([("t.seg", f'{rules}\ntest "t" {{\n{lines}\n}}')]))
    return [(each.expected, each.found) for each in result.failures]


def test_a_test_that_holds_has_no_failures() -> None:
    assert failures("on 2026-03-01 registers\nafter 1 day\nexpect in segment Trial\nexpect send email") == []


TWICE = "on 2026-03-01 registers\non 2026-03-03 registers\n"
"""Two e-mails, on the days after."""


@pytest.mark.parametrize(
    "expected",
    ["twice", "exactly twice", "at least once", "at most twice", "more than once",
     "fewer than 3 times", "from 1 to 2 times", '"hello" twice', "twice with name = \"Ann\"",
     '"bye" at most 0 times', '"bye" exactly 0 times'],
)  # fmt: skip
def test_effects_are_counted(expected: str) -> None:
    lines = f'given first name is "Ann"\n{TWICE}after 5 days\nexpect send email {expected}'
    assert failures(lines) == []


@pytest.mark.parametrize("expected", ["once", "at least 3 times", "fewer than twice", '"bye" once', '"hello" once'])
def test_another_count_of_effects_fails(expected: str) -> None:
    [(said, _)] = failures(f"{TWICE}after 5 days\nexpect send email {expected}")
    assert said == f"send email {expected}"


def test_effects_count_up_to_the_instant_reached() -> None:
    assert failures(f"{TWICE}expect send email once\nafter 5 days\nexpect send email twice") == []


def test_of_effects_that_are_too_many_all_are_told() -> None:
    [(_, found)] = failures(f"{TWICE}after 5 days\nexpect send email once")
    assert [each.rpartition(" at ")[2] for each in found.split("; ")] == [
        "2026-03-02T00:00:00Z",
        "2026-03-04T00:00:00Z",
    ]


def test_the_clock_can_go_on_to_an_instant_at_which_nothing_happens() -> None:
    begun = "given in segment Team\non 2026-03-01 registers"
    assert failures(f"{begun}\non 2026-03-07T23:59:59\nexpect in segment Trial") == []
    assert failures(f"{begun}\non 2026-03-08\nexpect not in segment Trial and in segment Team") == []


def test_what_is_given_holds_at_an_instant_at_which_nothing_happens() -> None:
    assert failures("given income is 4\non 2026-03-01\nexpect in segment Rich") == []


def test_a_failure_has_the_place_of_its_line() -> None:
    text = 'segment A if visits\ntest "t" {\n  on 2026-03-01 visits\n  expect not visits\n}'
    [result] = run_tests(segdsl.check_texts([("t.seg", text)]))
    assert result.failures == (
        Failure("t.seg:4", "not visits", "not so at 2026-03-01T00:00:00Z", ("count of visits is 1",)),
    )


def test_only_the_part_that_does_not_hold_is_told() -> None:
    found = failures("on 2026-03-01 registers\nexpect in segment Trial and in segment Rich")
    assert [expected for expected, _ in found] == ["in segment Rich"]


def test_a_condition_on_segments_tells_the_memberships() -> None:
    [(_, found)] = failures("on 2026-03-01 registers\nexpect in segment Rich")
    assert found == "not so at 2026-03-01T00:00:00Z, a member of Trial since 2026-03-01T00:00:00Z"


def test_what_is_not_known_is_told_as_such() -> None:
    [(_, found)] = failures("on 2026-03-01 registers\nexpect income < 3")
    assert found == "not known at 2026-03-01T00:00:00Z"


def test_an_effect_that_was_not_done() -> None:
    assert failures("on 2026-03-01 registers\nexpect send email") == [("send email", "no send email at all")]


def test_an_effect_with_other_fields_tells_what_was_done() -> None:
    lines = 'given first name is "Ann"\non 2026-03-01 registers\nafter 1 day\nexpect send email "helo"'
    assert failures(lines) == [
        ('send email "helo"', 'send email with template = "hello", name = "Ann" at 2026-03-02T00:00:00Z')
    ]


def test_an_effect_that_should_not_have_been_done() -> None:
    [(expected, found)] = failures("on 2026-03-01 registers\nafter 1 day\nexpect no send email")
    assert (expected, found) == ("no send email", 'send email with template = "hello" at 2026-03-02T00:00:00Z')


def test_a_test_that_goes_back_ends_there() -> None:
    found = failures("on 2026-03-02 registers\non 2026-03-01 registers\nexpect in segment Rich")
    assert found == [("a line that can be run", "a test goes forward, and 2026-03-02T00:00:00Z was reached before")]


@pytest.mark.parametrize("lines", ["after 1 day\nexpect visits", "expect in segment Rich"])
def test_a_test_that_begins_without_an_instant(lines: str) -> None:
    [(expected, found)] = failures(lines)
    assert expected == "a line that can be run"
    assert found.endswith("begin with `on`")


PROMOTIONS = """
promotion "20% off" from 2026-03-01 until 2026-03-08 if in segment Rich and registers
promotion All
"""


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        (
            'given income is 200000\non 2026-02-28 registers\nexpect promotion "20% off"',
            ("promotion 20% off", "it is 2026-02-28T00:00:00Z, and it begins at 2026-03-01T00:00:00Z"),
        ),
        (
            'given income is 200000\non 2026-03-08 registers\nexpect promotion "20% off"',
            ("promotion 20% off", "it is 2026-03-08T00:00:00Z, and it was over at 2026-03-08T00:00:00Z"),
        ),
        (
            'given income is 200000\non 2026-03-01 registers\nexpect no promotion "20% off"',
            (
                "no promotion 20% off",
                "`in segment Rich and registers` is so at 2026-03-01T00:00:00Z, a member of Rich since "
                "2026-03-01T00:00:00Z, Trial since 2026-03-01T00:00:00Z",
            ),
        ),
        (
            'on 2026-03-01 registers\nexpect promotion "20% off"',
            (
                "promotion 20% off",
                "`in segment Rich and registers` is not so at 2026-03-01T00:00:00Z, a member of Trial since "
                "2026-03-01T00:00:00Z",
            ),
        ),
        (
            "on 2026-03-01 registers\nexpect no promotion All",
            ("no promotion All", "it has no condition: at 2026-03-01T00:00:00Z everybody has it"),
        ),
    ],
)
def test_a_promotion_that_is_not_as_expected(lines: str, told: tuple[str, str]) -> None:
    assert failures(lines, RULES + PROMOTIONS) == [told]


def test_a_promotion_that_is_as_expected() -> None:
    lines = """
      given income is 200000
      on 2026-03-01 registers
      expect promotion "20% off"
      after 7 days
      expect no promotion "20% off"
      expect promotion All"""
    assert failures(lines, RULES + PROMOTIONS) == []


def test_what_a_promotion_looks_at_is_told() -> None:
    rules = "promotion Regulars if places order at least 3 times within 90 days"
    lines = 'test "t" {\n on 2026-03-01 places order\n expect promotion Regulars\n}'
    [result] = run_tests(segdsl.check_texts([("t.seg", f"{rules}\n{lines}")]))
    assert [why for each in result.failures for why in each.why] == ["count of places order within 90 days is 1"]


def test_a_promotion_is_asked_of_somebody() -> None:
    [(expected, found)] = failures("expect promotion All", RULES + PROMOTIONS)
    assert (expected, found.endswith("begin with `on`")) == ("a line that can be run", True)


def test_rules_with_mistakes_run_no_test() -> None:
    with pytest.raises(segdsl.CompileError):
        run_tests(segdsl.check_texts([("t.seg", "segment A if zzz > 3")]))


def test_tests_are_picked_by_a_part_of_their_name() -> None:
    text = "".join(f'test "{name}" {{\n  on 2026-03-01 visits\n  expect visits\n}}\n' for name in ("One", "two"))
    results = run_tests(segdsl.check_texts([("t.seg", text)]), named="ONE")
    assert [result.name for result in results] == ["One"]


def test_a_test_knows_nothing_of_another() -> None:
    once = "{\n  on 2026-03-01 visits\n  expect visits exactly once\n}\n"
    results = run_tests(segdsl.check_texts([("t.seg", f'test "a" {once}test "b" {once}')]))
    assert [result.failures for result in results] == [(), ()]


def test_a_window_that_only_a_test_asks_for_is_remembered() -> None:
    lines = "on 2026-03-01 visits\nafter 3 days visits\nexpect visits exactly once within 2 days"
    assert failures(lines) == []


def test_tests_change_nothing_of_what_a_program_means() -> None:
    with_tests = segdsl.loads(f'{RULES}\ntest "t" {{\n  on 2026-03-01 visits\n  expect visits exactly twice\n}}')
    assert with_tests.digest == segdsl.loads(RULES).digest


def why(lines: str, rules: str = RULES) -> list[tuple[str, ...]]:
    """The values that tell why the expectations of a test with these lines were not met."""
    [result] = run_tests(segdsl.check_texts([("t.seg", f'{rules}\ntest "t" {{\n{lines}\n}}')]))
    return [each.why for each in result.failures]


@pytest.mark.parametrize(
    ("condition", "values"),
    [
        ("visits at least 3 times within 90 days", ("count of visits within 90 days is 1",)),
        ("income > 3 or first name is known", ("income is not known", "first name is not known")),
        ("not (visits and not registers)", ("count of visits is 1", "count of registers is 0")),
        ('searches where term is "a"', ('count of searches where term is "a" is 0',)),
        ("time since visits > 3 days", ("the latest visits is 2026-03-01T00:00:00Z",)),
        ("count of visits + count of registers > 3", ("count of visits is 1", "count of registers is 0")),
        ("in segment Rich", ("income is not known",)),
        ("age between 1 and 2", ("age is not known",)),
        ("on Monday", ()),
    ],
)
def test_the_values_that_a_condition_looks_at_are_told(condition: str, values: tuple[str, ...]) -> None:
    assert why(f"on 2026-03-01 visits\nexpect {condition}") == [values]


def test_a_define_is_told_with_what_it_stands_for() -> None:
    rules = "define often as count of visits >= 3"
    assert why("on 2026-03-01 visits\nexpect often", rules) == [("often is no", "count of visits is 1")]


def test_a_membership_that_is_given_is_told() -> None:
    [told] = why("given excluded from Trial\non 2026-03-01 registers\nexpect in segment Trial")
    assert told == ("excluded from Trial by what is given",)


def test_effects_done_instead_are_told() -> None:
    rules = 'when registers then send push "a"'
    assert why('on 2026-03-01 registers\nexpect send email "a"', rules) == [
        ('done so far: send push with template = "a" at 2026-03-01T00:00:00Z',)
    ]


NOT_DONE = {
    "when searches then send email": "the rule at t.seg:1 was not triggered, or is still on its way",
    "when visits if income > 3 and age > 1 then send email": (
        "the rule at t.seg:1: at 2026-03-01T00:00:00Z `income > 3` was not so and `age > 1` was not known"
    ),
    "when visits then if registers then send email": (
        "the rule at t.seg:1: at 2026-03-01T00:00:00Z `registers` was not so"
    ),
    "activity A until 2026-01-01 { when visits then send email }": (
        "the rule at t.seg:1: at 2026-03-01T00:00:00Z it did not start: the activity has ended"
    ),
    "when visits then branch all { path if registers then send push path if searches then send email }": (
        "the rule at t.seg:1: at 2026-03-01T00:00:00Z `searches` was not so"
    ),
}


@pytest.mark.parametrize("rule", NOT_DONE)
def test_of_an_effect_that_was_not_done_the_rules_that_do_it_are_told(rule: str) -> None:
    [told] = why("given income is 2\non 2026-03-01 visits\nexpect send email", rule)
    assert told[-1] == NOT_DONE[rule]
