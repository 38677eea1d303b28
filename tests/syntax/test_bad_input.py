"""No input ends in an exception, a hang or silence, whatever it is; what is wrong is said, and where."""

import sys
import time
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from segdsl.diagnostics.diagnostic import Diagnostic
from segdsl.syntax import ast
from segdsl.syntax.format import format_module
from segdsl.values import limits
from tests.syntax.reading import diagnose, read

LONG = 100_000
SECONDS = 10.0


def refused(text: str) -> list[Diagnostic]:
    """The diagnostics of a text, found in reasonable time."""
    began = time.process_time()
    found = diagnose(text)[1]
    assert time.process_time() - began < SECONDS
    return found


HUGE = {
    "opening brackets": "define x as " + "(" * LONG,
    "opening braces": "event x " + "{" * LONG,
    "both": "define x as " + "({" * LONG,
    "closing brackets": "define x as 5" + ")" * LONG,
    "balanced brackets": "define x as " + "(" * LONG + "5" + ")" * LONG,
    "not": "define x as " + "not " * LONG + "x",
    "minus": "define x as " + "- " * LONG + "x",
    "list of": "attribute x: " + "list of " * LONG + "text",
    "nested records": "event x { " + "a: { " * LONG,
    "nested branches": "when x then " + "branch all { path then " * (LONG // 10),
    "declarations cut short": "segment\n" * 10_000,
    "unclosed braces": "activity A {\n" * 10_000,
    "unclosed quotes": 'zone "a\n' * 10_000,
    "quotes": '"' * (LONG + 1),
    "backslashes": 'zone "' + "\\" * (LONG + 1) + '"',
    "words": "a " * LONG,
    "name": "segment " + "a" * (4 * LONG),
    "number": "define x as " + "9" * LONG,
    "percent": "define x as " + "9" * LONG + "%",
    "count": "segment A if x " + "9" * LONG + " times",
    "stops": "define x as " + "." * LONG,
    "commas": "define x as 5 in (" + "," * LONG,
    "blanks": "segment" + " " * 1_000_000,
    "lines": "segment" + "\n" * 1_000_000,
    "words that stop a name": "define x as " + "starts " * 50_000,
    "one line of keywords": "collection " + "of by " * 60_000 + "\n",
    "indented keywords": "segment A\n" + ("  collection " + "of " * 90 + "\n") * 1_000,
}


@pytest.mark.parametrize("name", HUGE)
def test_a_huge_fault_is_refused_in_time(name: str) -> None:
    assert refused(HUGE[name])


HUGE_AND_GOOD = {
    "or": "define x as a" + " or a" * 50_000,
    "sum": "define x as 1" + " + 1" * 20_000,
    "steps": "when a" + " then wait 1 day" * 5_000,
    "segments": "segment A if in segment any(" + "B, " * 20_000 + "C)",
    "a comment": "# " + "c" * 1_000_000 + "\nsegment A listed",
    "comments": "# c\n" * LONG + "segment A listed",
    "a text": 'define x as "' + "t" * 300_000 + '"',
    "declarations": "segment A listed\n" * 5_000,
}


@pytest.mark.parametrize("name", HUGE_AND_GOOD)
def test_a_huge_text_without_faults_is_parsed_and_formatted_in_time(name: str) -> None:
    text = HUGE_AND_GOOD[name]
    began = time.process_time()
    module, messages = read(text)
    formatted = format_module(module, text)
    assert (messages, time.process_time() - began < SECONDS) == ([], True)
    assert read(formatted)[0] == module


# ------------------------------------------------------------------------------------------------------- depth


def nested(levels: int, opening: str, closing: str = ")") -> str:
    return "define x as " + opening * levels + "x" + closing * levels


LADDERS = {
    "brackets": ("(", ")"),
    "and, or": ("(a or b and (", "))"),
    "every rung": ("(a or b and not 1 + 2 * -", ")"),
    "aggregates": ("total of (", ") of x"),
    "where": ("x where (", ")"),
    "where in comparisons": ("count of x where (", ") > 3"),
}


@pytest.fixture
def _little_stack() -> Iterator[None]:
    """Less than the usual stack, for the caller has used some of it."""
    frame, depth = sys._getframe(), 0
    while frame is not None:
        frame, depth = frame.f_back, depth + 1
    usual = sys.getrecursionlimit()
    sys.setrecursionlimit(depth + 800)
    yield
    sys.setrecursionlimit(usual)


@pytest.mark.usefixtures("_little_stack")
@pytest.mark.parametrize("levels", [10, 25, 30, 59, 60])
@pytest.mark.parametrize("ladder", LADDERS)
def test_what_is_parsed_can_be_formatted_compared_and_shown(ladder: str, levels: int) -> None:
    opening, closing = LADDERS[ladder]
    count = levels // opening.count("(")
    text = nested(count, opening, closing)
    module, messages = read(text)
    if messages:
        assert isinstance(module.declarations[0], ast.Broken)
        return
    formatted = format_module(module, text)
    again = read(formatted)[0]
    assert again == module
    assert hash(again) == hash(module)
    assert repr(again) == repr(module)
    assert format_module(again, formatted) == formatted


def test_brackets_at_the_limit_are_parsed() -> None:
    assert read(nested(limits.NESTING, "("))[1] == []


def test_brackets_beyond_the_limit_are_refused_where_they_are() -> None:
    text = nested(limits.NESTING + 1, "(")
    (found,) = diagnose(text)[1]
    assert (found.code, found.span.start) == ("SEG113", len("define x as ") + limits.NESTING)


@pytest.mark.usefixtures("_little_stack")
def test_branches_at_the_limit_are_formatted() -> None:
    text = "when x then " + "branch all { path if a then " * limits.NESTING + "add to A" + " }" * limits.NESTING
    module, messages = read(text)
    formatted = format_module(module, text)
    assert messages == []
    assert read(formatted)[0] == module


@pytest.mark.usefixtures("_little_stack")
def test_records_at_the_limit_are_formatted() -> None:
    text = "event x " + "{ a: " * limits.NESTING + "text" + " }" * limits.NESTING
    module, messages = read(text)
    formatted = format_module(module, text)
    assert messages == []
    assert read(formatted)[0] == module


# -------------------------------------------------------------------------------------------------- characters


@pytest.mark.parametrize(
    ("text", "code", "shown"),
    [
        ("segment A\x00 listed", "SEG101", "\x00"),
        ("segment A\ud800 listed", "SEG101", "\ud800"),
        ('zone "\udfff"', "SEG101", "\udfff"),
        ("segment A\x07 listed", "SEG101", "\x07"),
        ("segment A listed\x1b[31m", "SEG101", "\x1b"),
        ("segment “A” listed", "SEG102", "“"),
        ("segment A if x is „a”", "SEG102", "„"),
        ('zone "UTC', "SEG102", '"UTC'),
        ('zone "\\q"', "SEG104", "\\q"),
        ('zone "\\ud83d"', "SEG104", "\\ud83d"),
        ('zone "\\u12"', "SEG104", "\\u"),
        ("promotion A from 2026-02-29", "SEG103", "2026-02-29"),
        ("promotion A from 2026-13-01T10:00", "SEG103", "2026-13-01T10:00"),
        ("promotion A from 0000-01-01", "SEG103", "0000-01-01"),
        ("promotion A from 9999-12-31T23:59", "SEG103", "9999-12-31T23:59"),
        ("when every day at 24:00 then a", "SEG103", "24:00"),
        ("when every month on day 32 then a", "SEG103", "32"),
        ("lateness 0 days", "SEG108", "0 days"),
        ("lateness 3 calendar hours", "SEG109", "3 calendar hours"),
        ("lateness 9999999 days", "SEG105", "9999999"),
        ("lateness 1.5 days", "SEG105", "1.5"),
        ("define x as 1000000000000", "SEG105", "1000000000000"),
        (f"segment {'a' * 201} listed", "SEG106", "a" * 201),
        ('segment "" listed', "SEG107", '""'),
        ('segment "  " listed', "SEG107", '"  "'),
        ("define x as ٣", "SEG110", "٣"),
        ("Segment A listed", "SEG111", "Segment"),
        ("WHEN a THEN b", "SEG111", "WHEN"),
        ("segment A if x == 5", "SEG110", "=="),
        ("define x as 50,000", "SEG110", "50,000"),
        ('segment A if x is "\u202e5"', "SEG190", "\u202e"),
        ("segment A if x is \u202e5", "SEG110", "\u202e"),
        ("segment Gоlfers listed", "SEG191", "Gоlfers"),
    ],
)
def test_a_fault_is_told_where_it_is(text: str, code: str, shown: str) -> None:
    found = diagnose(text)[1][0]
    assert (found.code, text[found.span.start : found.span.end]) == (code, shown)


def test_a_carriage_return_is_a_blank() -> None:
    module, messages = read("segment A listed\r\nsegment B\r\n  by activities # why\r\n")
    assert (messages, module) == ([], read("segment A listed\nsegment B by activities")[0])


def test_a_name_in_letters_and_marks_of_any_script_is_a_name() -> None:
    text = "attribute नाम: text\nattribute cafe\u0301: text\nattribute ชื่อ: text\nattribute 名前: text"
    module, messages = read(text)
    names = [found.name.text for found in module.declarations if isinstance(found, ast.AttributeDeclaration)]
    assert (messages, names) == ([], ["नाम", "café", "ชื่อ", "名前"])


def test_an_empty_text_is_an_empty_module() -> None:
    assert read("") == (ast.Module(()), [])


def test_bytes_read_as_text_are_refused() -> None:
    assert refused(bytes(range(256)).decode("latin-1") * 100)


# -------------------------------------------------------------------------------------------------------- fuzz

_TOKENS = (
    "zone lateness attribute event collection action define segment when dialog web activity search rule promotion "
    "test if then and or not in is of as by for from until within where any( all( ( ) { } , : = == <= >= != + - * / # "
    '\n \t "text" "open \\" 5 2.5 10% 1_000 2026-03-01 2026-02-30 2026-03-01T10:00 09:00 99:99 7 days 0 calendar month '
    "at least most times once twice exactly every Monday day year on weekdays random given expect after add to remove "
    "set clear record wait branch first path otherwise stop this known count total most frequent time since item no "
    "yes listed activities while holdout per seed restarting priority A registers x price “ ” ' ; @ $ é 名 \u202e \x0b"
)
TOKENS = ("\r", *_TOKENS.split(" "))


def well_behaved(text: str) -> None:
    module, found = diagnose(text)
    for diagnostic in found:
        assert 0 <= diagnostic.span.start <= diagnostic.span.end <= len(text)
    if not any(isinstance(declaration, ast.Broken) for declaration in module.declarations):
        formatted = format_module(module, text)
        assert read(formatted)[0] == module or found
    else:
        assert found


@given(st.text(max_size=200))
def test_random_text_is_survived(text: str) -> None:
    well_behaved(text)


@given(st.lists(st.sampled_from(TOKENS), max_size=60).map(" ".join))
def test_random_words_are_survived(text: str) -> None:
    well_behaved(text)


@given(st.binary(max_size=200))
def test_random_bytes_are_survived(data: bytes) -> None:
    well_behaved(data.decode("utf-8", errors="surrogateescape"))
