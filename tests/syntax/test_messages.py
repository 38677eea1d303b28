"""The panel of messages: what a newcomer reads. Each is (the text, the code, the underlined part, the message, the help
or the fix)."""

import re

import pytest

from segdsl.diagnostics.diagnostic import Diagnostic
from segdsl.syntax.grammar import parser
from tests.syntax.reading import diagnose

LOWER = "the words of the language are lower case"
PANEL = [
    ("When registers then add to A", "SEG111", "When", "`When` is written in lower case here",
     f"write `when`: {LOWER}"),
    ("when registers Then add to A", "SEG111", "Then", "`Then` is written in lower case here",
     f"write `then`: {LOWER}"),
    ("segment A if x > 5 AND y > 6", "SEG111", "AND", "`AND` is written in lower case here", f"write `and`: {LOWER}"),
    ("segmnet A listed", "SEG110", "segmnet", "`segmnet` does not begin a declaration", "did you mean `segment`?"),
    ("if x then add to A", "SEG110", "if", "a rule begins with `when`", "write `when EVENT if CONDITION then ...`"),
    ("search Acme { }", "SEG110", "search", "`search` does not begin a declaration",
     'write `search rule NAME { when searches "..." then ... }`'),
    ("when a then add to A if x > 5 then ring", "SEG112", "if", "a rule has one `if`, before its first `then`",
     "to judge several conditions one by one write `then branch all { path if ... then ... }`; to let only some go on "
     "write `then if ...`"),
    ("when registers add to A", "SEG110", "add to", "`then` is missing before `add to`",
     "write `then add to ...`"),
    ("when then add to A", "SEG110", "then", "`then` cannot stand here; a trigger such as `registers` was expected",
     None),
    ("when a, b then ring", "SEG110", ",", "several triggers are joined by `or`", "write `when A or B then ...`"),
    ("when a then", "SEG110", "then", "this ends too early; a step such as `add to` was expected", None),
    ("when a then wait for 7 days", "SEG110", "7", "`wait for` waits for an event",
     "to let time pass write `wait 7 days`, without `for`"),
    ("when a then wait 5", "SEG110", "5", "this ends too early; a unit such as `days` was expected",
     "as in `5 days`"),
    ("when a then wait 5 min", "SEG110", "min", "`min` is not a unit of time", "write `minutes`"),
    ('when a then set tier to "gold"', "SEG110", '"gold"', "an attribute is set with `=`", 'write `set tier = ...`'),
    ('when searches "x" 5 time then ring', "SEG110", "time", "a count is written with `times`",
     "write `once`, `twice` or `3 times`"),
    ("when a then branch { path then ring }", "SEG110", "{",
     "`{` cannot stand here; `first`, `all` or `random` was expected",
     "`branch first` takes the first path whose condition is true, `branch all` each of them, `branch random` one by "
     "chance"),
    ("when a then ring }", "SEG110", "}", "`}` closes nothing", "no `{` is open here"),
    ("activity A { when a then ring", "SEG110", "ring",
     "this ends too early; `stop when`, `when` or `}` was expected", None),
    ("segment A", "SEG110", "A", "this ends too early; `by`, `if` or `listed` was expected", None),
    ("segment A if # why", "SEG110", "if", "this ends too early; a condition was expected", None),
    ("segment Bed and Bath listed", "SEG110", "and", "`and` cannot stand here; `by`, `if` or `listed` was expected",
     'a name that holds `and` stands in quotes: segment "Bed and Bath" listed'),
    ("segment Web or App if registers and visits", "SEG110", "or",
     "`or` cannot stand here; `by`, `if` or `listed` was expected",
     'a name that holds `or` stands in quotes: segment "Web or App"'),
    ("dialog activity Mugs for all of us once { when a then ring }", "SEG110", "for",
     "`for` cannot stand here; `{` or an option such as `priority` was expected",
     'a name that holds `for` stands in quotes: dialog activity "Mugs for all of us"'),
    ("promotion Two for one from 2026-03-01", "SEG110", "for",
     "`for` cannot stand here; `from`, `if` or `until` was expected",
     'a name that holds `for` stands in quotes: promotion "Two for one"'),
    ("event is vouched for", "SEG110", "is", "`is` cannot stand here; a name was expected",
     "`is` cannot be part of this name: it is a word of the language"),
    ("segment A listed;", "SEG110", ";", "nothing ends with `;`", "leave it out: a line's end is enough"),
    ("segment A if (x > 5", "SEG110", "5", "this ends too early; `)` was expected", None),
    ("segment A if x == 5", "SEG110", "==", "`==` is not a comparison", "write `is` or `=`"),
    ("segment A if x > 50,000", "SEG110", "50,000", "a number has no commas in it", "write 50_000"),
    ("segment A if x > = 5", "SEG110", "=", "`<=`, `>=` and `!=` are written without a blank",
     "write `>=`"),
    ("segment A if x && y", "SEG110", "&&", "`&&` is not a word of the language", "write `and`"),
    ("segment A if x is 'CA'", "SEG102", "'", "a text stands in double quotes", 'write "CA"'),
    ("segment A if x is “CA”", "SEG102", "“", "`“` is not a quotation mark of the language",
     'write straight double quotes: "text"'),
    ('segment A if x is "CA', "SEG102", '"CA', "this text is not closed",
     'a text ends with `"` on the line on which it begins'),
    ("segment A if total amount of orders > 5", "SEG110", "of", "`total` is written `total of`",
     "write `total of amount of ...`"),
    ("segment A if in segment any()", "SEG110", ")", "`)` cannot stand here; a segment's name was expected", None),
    ("segment A if age between 18 to 25", "SEG110", "to",
     "the ends of `between` are joined by `and`", "write `between 18 and 25`"),
    ("segment A if not not x", "SEG110", "not", "`not` cannot stand here; a condition was expected", None),
    ("attribute income number", "SEG110", "number", "this ends too early; `:` was expected",
     "an attribute has a type: `attribute income: number`"),
    ("attribute income: float", "SEG110", "float", "`float` is not a type", "write `number`"),
    ("attribute income: colour", "SEG110", "colour", "`colour` is not a type",
     "the types are text, number, boolean, date, instant, duration, one of (...) and list of ..."),
    ("event adds with care", "SEG110", "with", "`with` cannot stand here; `as`, `for` or `{` was expected",
     "`with` cannot be part of this name: it is a word of the language"),
    ("event x { a: text b: text }", "SEG110", "b", "`b` cannot stand here; `,`, `as` or `}` was expected",
     "a comma is missing before the field `b`"),
    ("zone America/Toronto", "SEG110", "America", "`America` cannot stand here; a text in quotes was expected",
     'write zone "America/Toronto"'),
    ("promotion A from 1/3/2026", "SEG103", "1/3/2026", "`1/3/2026` is not how a date is written",
     "write 2026-01-03 or 2026-03-01: year-month-day"),
    ("promotion A from tomorrow", "SEG110", "tomorrow",
     "`tomorrow` cannot stand here; a date such as 2026-03-01 was expected", None),
    ("promotion A from 2026-02-29", "SEG103", "2026-02-29", "there is no date `2026-02-29`",
     "2026-02 has 28 days"),
    ("lateness 0 days", "SEG108", "0 days", "a duration is longer than zero", "the least is `1 second`"),
    ("lateness 2000000 seconds", "SEG105", "2000000", "`2000000` is too large for a duration",
     "the most is 1_000_000: say it in larger units, such as days"),
    ("lateness 3 calendar hours", "SEG109", "3 calendar hours", "there are no calendar hours",
     "calendar lengths are days, weeks, months and years"),
    ('zone "a\\q"', "SEG104", "\\q", "`\\q` means nothing in a text",
     'a text knows \\" \\\\ \\n and \\uXXXX; write a backslash as \\\\'),
    ("// a comment", "SEG110", "//", "`//` does not start a comment", "comments start with `#`"),
    ('test "t" { when a then ring }', "SEG110", "when",
     "`when` cannot stand here; `}` or a line such as `given`, `on` or `expect` was expected",
     "what happens is told with its instant: `on 2026-03-01T10:00 a`"),
]  # fmt: skip


def only(text: str) -> Diagnostic:
    (found,) = diagnose(text)[1]
    return found


@pytest.mark.parametrize(("text", "code", "shown", "message", "help_"), PANEL, ids=[entry[0] for entry in PANEL])
def test_the_message(text: str, code: str, shown: str, message: str, help_: str | None) -> None:
    found = only(text)
    seen = (found.code, text[found.span.start : found.span.end], found.message, found.help)
    assert seen == (code, shown, message, help_)


@pytest.mark.parametrize("text", [entry[0] for entry in PANEL])
def test_no_message_speaks_of_the_parser(text: str) -> None:
    found = only(text)
    said = f"{found.message} {found.help} {' '.join(label.message for label in found.labels)}"
    kinds = {terminal.name for terminal in parser().terminals if "_" in terminal.name or len(terminal.name) > 4}
    assert not re.search(r"Token|Tree|Unexpected|NoneType|\bstr\b|\bint\b|lark", said)
    assert not {word for word in re.findall(r"[A-Z_]{3,}", said) if word in kinds}


FIXED = [
    ("When registers then add to A", "when registers then add to A"),
    ("segmnet A listed", "segment A listed"),
    ("when registers add to A", "when registers then add to A"),
    ("segment A listed;", "segment A listed"),
    ("segment Web or App listed", 'segment "Web or App" listed'),
    ("activity A if B per x { when a then ring }", 'activity "A if B" per x { when a then ring }'),
    ("segment A if x == 5", "segment A if x = 5"),
    ("segment A if x => 5", "segment A if x >= 5"),
    ("segment A if x <> 5", "segment A if x != 5"),
    ("segment A if x > 50,000", "segment A if x > 50_000"),
    ('when searches "x" 5 time then ring', 'when searches "x" 5 times then ring'),
    ("attribute income: Number", "attribute income: number"),
]


@pytest.mark.parametrize(("text", "mended"), FIXED)
def test_a_fix_mends_the_text(text: str, mended: str) -> None:
    fix = only(text).fix
    assert fix is not None
    assert text[: fix.span.start] + fix.text + text[fix.span.end :] == mended


@pytest.mark.parametrize("mended", [mended for _, mended in FIXED])
def test_the_mended_text_is_right(mended: str) -> None:
    assert diagnose(mended)[1] == []


@pytest.mark.parametrize(("text", "opened"), [("segment A if (x > (5)", 13), ("activity A { when a then ring", 11)])
def test_what_is_not_closed_is_labelled(text: str, opened: int) -> None:
    (label,) = only(text).labels
    assert (label.span.start, label.message) == (opened, f"this `{text[opened]}` is not closed")
