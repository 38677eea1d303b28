"""What was typed, told apart by the grammar; what goes on in the next line; a text of many sentences."""

import pytest

from segdsl.repl.reading import Mistake, Reading, Unfinished, entries, is_whole, read


@pytest.mark.parametrize(("text", "kind"), [
    ("segment A by activities", "declarations"), ("when registers then add to A", "declarations"),
    ("zone \"UTC\"", "declarations"), ("on 2026-03-01 registers", "lines"), ("on 2026-03-01", "lines"),
    ("after 7 days", "lines"), ("after 7 days registers", "lines"), ("given income is 5", "lines"),
    ("expect in segment A", "lines"), ("registers", "event"), ('searches "Acme"', "event"),
    ("places order with amount = 40", "event"),
    ("income", "event"), ("(registers)", "question"), ("income > 5", "question"), ("2 + 3", "question"),
    ("count of places order within 30 days >= 2", "question"),
])  # fmt: skip
def test_a_text_is_told_by_the_grammar(text: str, kind: str):
    reading = read(text)
    assert isinstance(reading, Reading)
    assert reading.kinds[0] == kind


@pytest.mark.parametrize("text", [
    "when registers", "when registers then", "segment A by", "segment A if", "event a {", "event a {\n  b: text,",
    "activity X {\n  when registers then add to A", "when places order then branch all {", "in segment any(A,",
    "income >", "income > 5 and", "count of", "(income > 5", "given income is", "expect", "on",
    "define a as", "places order with", "places order with amount =", 'test "a" {',
])  # fmt: skip
def test_what_is_unfinished_goes_on_in_the_next_line(text: str):
    assert isinstance(read(text), Unfinished)
    assert not is_whole(text)


@pytest.mark.parametrize("text", [
    "", "  ", "# a comment", ":clock", ":zork", "registers", "segment A by activities", "income > 5", "serches",
    'searches "Acm', "income > > 5", "when registers then add too A", "segment A by zork",
])  # fmt: skip
def test_what_is_whole_or_wrong_is_taken_at_once(text: str):
    assert is_whole(text)


def test_what_begins_like_a_line_of_a_test_may_be_a_question():
    reading = read("on Monday")
    assert isinstance(reading, Reading)
    assert "question" in reading.kinds


def test_a_brace_does_not_break_out_of_what_is_put_around_a_sentence():
    assert isinstance(read('registers } test "b" { after 1 day'), Mistake)


SCRIPT = """
# a session
segment A by activities
when registers
then add to A
then wait 7 days

then remove from A
registers
registers
after 7 days
registers
:clock
activity X {

  # a comment inside
  when registers then add to A
}
segment B if income > 4
  and income < 7
event hires skis {
  model: text,

  price: number
}
total of amount of places order
within 30 days
places order
with amount = 3
segment C by
"""


def test_a_text_of_many_lines_is_what_would_be_typed_one_after_the_other():
    assert list(entries(SCRIPT)) == [
        "segment A by activities",
        "when registers\nthen add to A\nthen wait 7 days",
        "then remove from A",
        "registers",
        "registers",
        "after 7 days",
        "registers",
        ":clock",
        "activity X {\n\n  # a comment inside\n  when registers then add to A\n}",
        "segment B if income > 4\n  and income < 7",
        "event hires skis {\n  model: text,\n\n  price: number\n}",
        "total of amount of places order\nwithin 30 days",
        "places order\nwith amount = 3",
        "segment C by",
    ]


@pytest.mark.parametrize("first", ["registers", "serches", "income", "when registers then add to A", "after 2 days"])
@pytest.mark.parametrize("second", ["2 + 2", '"text"', "registers", "income > 5", "segment A by activities", ":clock"])
def test_a_line_that_can_stand_alone_does(first: str, second: str):
    assert list(entries(f"{first}\n{second}")) == [first, second]


def test_line_ends_of_other_systems_are_line_ends():
    assert list(entries("registers\r\n:clock\r\n")) == ["registers", ":clock"]
