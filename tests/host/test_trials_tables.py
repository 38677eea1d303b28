"""Tests with a table: a test for each row, with its values in the place of the columns."""

import pytest

import segdsl
from segdsl.diagnostics.diagnostic import Severity

RULES = """
attribute pet: text
segment Rich if income >= 100000
segment Trial by activities
when registers then add to Trial for 7 days then send email "hello"
when searches "skis" then send push "snow"
"""

READ = "given income is pay\non 2026-03-01 registers\nexpect income > 0"


def results(table: str, lines: str, name: str = "t") -> dict[str, bool]:
    """Whether each row's test holds, by its name."""
    checked = segdsl.check_texts([("t.seg", f'{RULES}\ntest "{name}" for each {table} {{\n{lines}\n}}')])
    return {result.name: not result.failures for result in segdsl.run_tests(checked)}


def codes(table: str, lines: str, name: str = "t") -> list[str]:
    checked = segdsl.check_texts([("t.seg", f'{RULES}\ntest "{name}" for each {table} {{\n{lines}\n}}')])
    return [d.code for d in checked.collector if d.severity is Severity.ERROR]


def test_each_row_is_a_test_of_its_own() -> None:
    lines = "given income is pay\non 2026-03-01 registers\nexpect (in segment Rich) is rich"
    assert results("pay, rich in (100000, yes), (99999, no), (5, yes)", lines, "{pay}") == {
        "100000": True,
        "99999": True,
        "5": False,
    }


@pytest.mark.parametrize(
    ("table", "lines"),
    [
        ("pay in (1), (2)", "given income is pay\non 2026-03-01 registers\nexpect income = pay"),
        ("term wanted in (1), (2)", "on 2026-03-01 registers\nexpect count of registers = term wanted"),
        ("word in (1), (2)", "on 2026-03-01 places order with amount = word\nexpect places order where amount = word"),
        ("moment in (1), (2)", "on 2026-03-01 registers\nexpect income < moment or income is not known"),
    ],
)
def test_a_column_stands_where_a_value_may(table: str, lines: str) -> None:
    assert codes(table, lines) == []


def test_a_column_stands_behind_an_event() -> None:
    lines = "on 2026-03-01 searches word\nexpect searches word\nexpect no send push"
    assert results('word in ("skis"), ("golf")', lines, "{word}") == {"skis": False, "golf": True}


def test_a_column_stands_behind_a_field_named_with_the_event() -> None:
    lines = "on 2026-03-01 buys category wanted\nexpect buys category wanted exactly once"
    assert results('wanted in ("Golf")', lines, "{wanted}") == {"Golf": True}


def test_a_column_stands_behind_an_effect() -> None:
    lines = "on 2026-03-01 registers\nexpect send email letter"
    assert results('letter in ("hello"), ("bye")', lines, "{letter}") == {"hello": True, "bye": False}


def test_a_column_gives_the_instant_and_the_length() -> None:
    lines = "on start registers\nafter gap\nexpect (in segment Trial) is still"
    table = "start, gap, still in (2026-03-01, 6 days, yes), (2026-03-01T10:00, 7 days, no)"
    assert results(table, lines, "{start} {gap}") == {"2026-03-01 6 days": True, "2026-03-01T10:00 7 days": True}


def test_what_happens_after_a_length_of_the_table() -> None:
    lines = "on 2026-03-01 registers\nafter gap searches word\nexpect searches word"
    assert results('gap, word in (6 days, "a")', lines, "{gap}{word}") == {"6 daysa": True}


def test_names_without_columns_are_told_apart_by_the_values() -> None:
    lines = "given income is pay\ngiven country is land\non 2026-03-01 registers\nexpect income = pay"
    assert list(results('pay, land in (1, "CA"), (2, "US")', lines)) == ["t (1, CA)", "t (2, US)"]


def test_rows_that_are_the_same_are_numbered() -> None:
    lines = "given income is pay\non 2026-03-01 registers\nexpect income = pay"
    assert list(results("pay in (1), (1)", lines, "{pay}")) == ["1 (1)", "1 (1) #2"]


def test_a_row_has_the_place_of_its_line() -> None:
    text = f'test "t" for each pay in\n  (1),\n  (2)\n{{\n{READ.replace("> 0", "= 1")}\n}}'
    found = list(segdsl.run_tests(segdsl.check_texts([("t.seg", text)])))
    assert [(result.place, len(result.failures)) for result in found] == [("t.seg:2", 0), ("t.seg:3", 1)]


def test_a_row_is_picked_by_its_name() -> None:
    text = f'test "{{pay}} a year" for each pay in (1), (2) {{\n{READ}\n}}'
    found = segdsl.run_tests(segdsl.check_texts([("t.seg", text)]), named="2 A")
    assert [result.name for result in found] == ["2 a year"]


@pytest.mark.parametrize(
    ("column", "what"),
    [
        ("pet", "an attribute"), ("registers", "an event"), ("Rich", "a segment"), ("send email", "an action"),
        ("age", "built in"), ("cart", "a collection"), ("referrer", "a field of what happens in the test"),
    ],
)  # fmt: skip
def test_a_column_hides_nothing(column: str, what: str) -> None:
    assert codes(f"{column}, pay in (1, 2)", READ, f"{{{column}}}") == ["SEG420"], what


@pytest.mark.parametrize(
    "line",
    [
        'after 1 day searches "a"', "expect not searches", 'expect not searches term "a"',
        "expect count of searches = 0",
        'expect not searches where term is "a"', "expect no replace search",
    ],
)  # fmt: skip
def test_a_column_hides_no_field_of_what_its_test_speaks_of(line: str) -> None:
    assert codes("term, pay in (1, 2)", f"{READ}\n{line}", "{term}") == ["SEG420"]


def test_a_column_hides_no_field_of_an_item() -> None:
    assert codes("brand, pay in (1, 2)", f"{READ}\nexpect no item of cart", "{brand}") == ["SEG420"]


def test_a_column_hides_no_field_of_the_programs_own() -> None:
    checked = segdsl.check_texts(
        [("t.seg", f'event hums {{ song: text }}\ntest "{{song}}" for each song, pay in (1, 2) {{\n{READ}\n}}')]
    )
    assert [each.code for each in checked.collector] == ["SEG420"]


@pytest.mark.parametrize("column", ["term", "template", "size", "medium"])
def test_a_column_may_be_called_as_a_field_of_shipped_words_that_the_test_does_not_use(column: str) -> None:
    assert codes(f"{column}, pay in (1, 2)", READ, f"{{{column}}}") == []


@pytest.mark.parametrize(
    ("table", "lines", "name", "code"),
    [
        ("pay in (1), (2, 3)", READ, "t", "SEG421"),
        ("pay, more in (1)", READ, "{more}", "SEG421"),
        ("pay in (1)", READ, "{pey}", "SEG422"),
        ("pay, idle in (1, 2)", READ, "t", "SEG423"),
        ("pay, pay in (1, 2)", READ, "t", "SEG207"),
        ("pay in (1)", READ.replace("is pay", "is pey"), "{pay}", "SEG424"),
        ("pay in (1)", "on pay registers\nexpect income = 1", "t", "SEG424"),
        ("pay in (1)", "on 2026-03-01 registers\nafter pay\nexpect income = 1", "{pay}", "SEG424"),
        ("pay in (1 day)", "on 2026-03-01 registers\nafter pey\nexpect income = 1", "{pay}", "SEG424"),
        ('pay in ("ten")', READ, "t", "SEG301"),
    ],
)
def test_what_is_wrong_with_a_table(table: str, lines: str, name: str, code: str) -> None:
    assert code in codes(table, lines, name)


def test_a_value_of_the_wrong_kind_has_its_place_in_the_table() -> None:
    text = f'test "t" for each pay in\n  (1),\n  ("ten")\n{{\n{READ.replace("income > 0", "registers")}\n}}'
    checked = segdsl.check_texts([("t.seg", text)])
    assert [(wrong.code, checked.place(wrong.span)) for wrong in checked.collector] == [("SEG301", "t.seg:3")]


def test_braces_in_the_name_of_a_test_without_a_table_are_text() -> None:
    text = 'test "a {b} c" {\n  on 2026-03-01 registers\n  expect registers\n}'
    assert [result.name for result in segdsl.run_tests(segdsl.check_texts([("t.seg", text)]))] == ["a {b} c"]


def test_a_plain_test_has_no_columns() -> None:
    text = 'test "t" {\n  on start registers\n  expect registers\n}'
    assert [d.code for d in segdsl.check_texts([("t.seg", text)]).collector] == ["SEG424"]
