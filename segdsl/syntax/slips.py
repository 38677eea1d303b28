"""Slips that are common enough to have an answer of their own: words and signs of other languages, capitals, quotation
marks, a forgotten `then`. Each is a function of the place of the error that knows its slip or gives None."""

import re

from attrs import frozen

from segdsl.diagnostics.diagnostic import Diagnostic, Fix
from segdsl.diagnostics.span import Span
from segdsl.diagnostics.suggest import nearest
from segdsl.syntax import words
from segdsl.syntax.pieces import OPENERS

INSIDE_TEXT = re.compile(r'"(?:[^"\\\n]|\\.)*"|#[^\n]*')
_CURLY = "“”„«»‘’"
_KEYWORDS = OPENERS | set(words.RESERVED) | set(words.NAME_ENDS) | {
    "path", "branch", "wait", "add", "remove", "set", "clear", "record", "expect", "given", "after", "on", "rule",
    "first", "all", "any", "none", "random", "yes", "no", "known", "enters", "leaves", "every", "day", "days", "times",
    "text", "number", "boolean", "date", "instant", "duration", "activities", "from", "to", "at", "drop", "default",
}  # fmt: skip
_TYPES = {
    "string": "text", "str": "text", "varchar": "text", "int": "number", "integer": "number", "float": "number",
    "decimal": "number", "double": "number", "money": "number", "bool": "boolean", "datetime": "instant",
    "timestamp": "instant", "time": "instant", "array": "list of text", "list": "list of text",
    "enum": 'one of ("a", "b")',
}  # fmt: skip
_INSTEAD = {
    "else": "otherwise", "elif": "path if", "elseif": "path if", "elsif": "path if", "&&": "and", "||": "or",
    "&": "and",
    "|": "or", "!": "not", "<>": "!=", "=>": ">=", "=<": "<=", "//": "#", "/*": "#", "--": "#", "true": "yes",
    "false": "no", "null": "is not known", "upon": "when", "rule": "when",
}  # fmt: skip

_IN_A_RULE = "it is a part of a rule: `when EVENT then ...`"
_BELONGS = {
    "then": _IN_A_RULE, "add": _IN_A_RULE, "remove": _IN_A_RULE, "set": _IN_A_RULE, "clear": _IN_A_RULE,
    "record": _IN_A_RULE, "wait": _IN_A_RULE, "branch": _IN_A_RULE,
    "path": "it is a part of a branch: `then branch all { path if ... then ... }`",
    "otherwise": "it is a part of a branch: `then branch first { path if ... then ... otherwise then ... }`",
    "else": "what is done otherwise is the last line of a `branch first`: `otherwise then ...`",
    "stop": "it is a part of an activity: `activity NAME { ... stop when EVENT }`",
    "given": 'it is a part of a test: `test "..." { given ... }`',
    "expect": 'it is a part of a test: `test "..." { expect ... }`',
}  # fmt: skip
"""What does not begin a declaration, and where it belongs."""


@frozen
class Place:
    """Where the parser stopped: `found` is the word there, `before` the declaration up to it, `after` what follows,
    `kinds` the kinds of word that could have stood there."""

    found: str
    before: str
    after: str
    span: Span
    kinds: set[str]

    def line_before(self) -> str:
        return self.before.rsplit("\n", 1)[-1]

    def line_start(self) -> int:
        """The offset of `line_before`. Where a declaration ends too early, what was found is its last word."""
        ended = not self.after and self.before.endswith(self.found)
        return (self.span.end if ended else self.span.start) - len(self.line_before())


def _curly(place: Place) -> Diagnostic | None:
    if place.found[0] not in _CURLY:
        return None
    return Diagnostic("SEG102", f"`{place.found[0]}` is not a quotation mark of the language",
                      _first_character(place), help='write straight double quotes: "text"',
                      fix=Fix(_first_character(place), '"'))  # fmt: skip


def _first_character(place: Place) -> Span:
    return Span(place.span.source, place.span.start, place.span.start + 1)


def _unclosed(place: Place) -> Diagnostic | None:
    line = place.after.split("\n", 1)[0]
    if place.found != '"' or INSIDE_TEXT.match('"' + line):
        return None
    span = Span(place.span.source, place.span.start, place.span.start + 1 + min(len(line.rstrip()), 60))
    return Diagnostic(
        "SEG102", "this text is not closed", span, help='a text ends with `"` on the line on which it begins'
    )


def _single_quotes(place: Place) -> Diagnostic | None:
    if place.found not in ("'", "`"):
        return None
    return Diagnostic("SEG102", "a text stands in double quotes", place.span, help='write "text"')


def _capital(place: Place) -> Diagnostic | None:
    """A word of the language that is written with a capital: here, or before on the line, where a name took it in."""
    if place.found != place.found.lower() and place.found.lower() in _KEYWORDS:
        return _lower(place.found, place.span)
    line = INSIDE_TEXT.sub(lambda m: " " * len(m.group()), place.line_before())
    for match in re.finditer(r"\b[A-Z]\w*", line):
        if match.group().lower() in ("when", "then", "if", "and", "or", "where", "within", "otherwise", "while"):
            start = place.line_start() + match.start()
            return _lower(match.group(), Span(place.span.source, start, start + len(match.group())))
    return None


def _lower(word: str, span: Span) -> Diagnostic:
    return Diagnostic("SEG111", f"`{word}` is written in lower case here", span,
                      help=f"write `{word.lower()}`: the words of the language are lower case",
                      fix=Fix(span, word.lower()))  # fmt: skip


def _second_if(place: Place) -> Diagnostic | None:
    rule = re.search(r"\bwhen\b(?!.*\bwhen\b)(.*)", place.before, re.DOTALL)
    if place.found != "if" or rule is None or not re.search(r"\bthen\b", rule.group(1)) or "_THEN" not in place.kinds:
        return None
    return Diagnostic("SEG112", "a rule has one `if`, before its first `then`", place.span,
                      help="to judge several conditions one by one write `then branch all { path if ... then ... }`; "
                           "to let only some go on write `then if ...`")  # fmt: skip


def _equals(place: Place) -> Diagnostic | None:
    both = Span(place.span.source, place.span.start - 1, place.span.end)
    if place.found.startswith("=") and place.before.endswith("="):
        return Diagnostic("SEG110", "`==` is not a comparison", both, help="write `is` or `=`", fix=Fix(both, "="))
    if place.found == "=" and re.search(r"[<>!]\s+$", place.before):
        return Diagnostic("SEG110", "`<=`, `>=` and `!=` are written without a blank", place.span)
    if place.found[0] in "<>" and place.before.endswith("="):
        right = place.found[0] + "="
        return Diagnostic("SEG110", f"`={place.found[0]}` is not a comparison", both, help=f"write `{right}`",
                          fix=Fix(both, right))  # fmt: skip
    if place.found == ">" and place.before.endswith("<"):
        return Diagnostic(
            "SEG110", "`<>` is not a comparison", both, help="write `is not` or `!=`", fix=Fix(both, "!=")
        )
    return None


def _thousands(place: Place) -> Diagnostic | None:
    if place.found != "," or not re.search(r"[0-9]$", place.before) or not re.match(r"[0-9]{3}\b", place.after):
        return None
    return Diagnostic("SEG110", "a number has no commas in it", place.span, help="write 50_000 for fifty thousand",
                      fix=Fix(place.span, "_"))  # fmt: skip


def _wait_for_time(place: Place) -> Diagnostic | None:
    if not place.found[0].isdigit() or not re.search(r"\bwait\s+for\s*$", place.before):
        return None
    return Diagnostic("SEG110", "`wait for` waits for an event", place.span,
                      help="to let time pass write `wait 7 days`, without `for`")  # fmt: skip


def _written_date(place: Place) -> Diagnostic | None:
    """A date in another order or without its zeros."""
    match = re.match(r"[0-9]{1,4}([-/.])[0-9]{1,2}\1[0-9]{1,4}", place.found + place.after)
    if "DATE" not in place.kinds or match is None:
        return None
    span = Span(place.span.source, place.span.start, place.span.start + match.end())
    return Diagnostic("SEG103", f"`{match.group()}` is not how a date is written", span,
                      help="write year-month-day with all its zeros, as in 2026-03-01")  # fmt: skip


def _opener(place: Place) -> Diagnostic | None:
    """Something at the place of a declaration's first word that is none."""
    if not place.kinds >= {"_ZONE", "_SEGMENT", "_WHEN"} or not place.found[0].isalpha():
        return None
    line = place.line_before()
    if line.strip():
        return None
    if place.found == "if":
        return Diagnostic("SEG110", "a rule begins with `when`", place.span,
                          help="write `when EVENT if CONDITION then ...`")  # fmt: skip
    if place.found == "search":
        return Diagnostic("SEG110", "`search` does not begin a declaration", place.span,
                          help='write `search rule NAME { when searches "..." then ... }`')  # fmt: skip
    found = f"`{place.found}` does not begin a declaration"
    near = _INSTEAD.get(place.found.lower()) or nearest(place.found, OPENERS)
    if near is not None and near in OPENERS:
        return Diagnostic("SEG110", found, place.span, help=f"did you mean `{near}`?", fix=Fix(place.span, near))
    help_ = _BELONGS.get(
        place.found, "a declaration begins with a word such as `segment`, `event`, `when` or `activity`"
    )
    return Diagnostic("SEG110", found, place.span, help=help_)


def _type(place: Place) -> Diagnostic | None:
    if not place.kinds >= {"TYPE", "_ONE_OF"} or not place.found[0].isalpha():
        return None
    known = ("text", "number", "boolean", "date", "instant", "duration")
    near = _TYPES.get(place.found.lower()) or nearest(place.found, known)
    help_ = f"write `{near}`" if near else f"the types are {', '.join(known)}, one of (...) and list of ..."
    return Diagnostic("SEG110", f"`{place.found}` is not a type", place.span, help=help_)


def _foreign(place: Place) -> Diagnostic | None:
    """Words and signs of other languages."""
    if place.found == ";":
        return Diagnostic("SEG110", "nothing ends with `;`", place.span, help="leave it out: a line's end is enough",
                          fix=Fix(place.span, ""))  # fmt: skip
    instead = _INSTEAD.get(place.found)
    if instead is None:
        return None
    if instead == "#":
        return Diagnostic(
            "SEG110", f"`{place.found}` does not start a comment", place.span, help="comments start with `#`"
        )
    return Diagnostic("SEG110", f"`{place.found}` is not a word of the language", place.span, help=f"write `{instead}`")


def _semicolon_behind(place: Place) -> Diagnostic | None:
    """A semicolon that a bare name took in."""
    return _foreign(place) if place.found == ";" else None


def _aggregate(place: Place) -> Diagnostic | None:
    functions = "total|average|smallest|largest|first|latest"
    match = re.search(rf"\b({functions})\s+((?:\w+\s+)?\w+)\s+$", place.before)
    if place.found != "of" or match is None:
        return None
    function, what = match.groups()
    return Diagnostic("SEG110", f"`{function}` is written `{function} of`", place.span,
                      help=f"write `{function} of {what} of ...`")  # fmt: skip


def _stray_close(place: Place) -> Diagnostic | None:
    if place.found not in (")", "}") or {"RPAR", "RBRACE"} & place.kinds:
        return None
    opening = "(" if place.found == ")" else "{"
    before = INSIDE_TEXT.sub("", place.before)
    if before.count(opening) > before.count(place.found):
        return None
    return Diagnostic("SEG110", f"`{place.found}` closes nothing", place.span,
                      help=f"no `{opening}` is open here")  # fmt: skip


def _list_of_triggers(place: Place) -> Diagnostic | None:
    if place.found != "," or "_THEN" not in place.kinds or "_OR" not in place.kinds:
        return None
    if not re.search(r"\bwhen\b(?!.*\b(?:if|then)\b)[^\n]*$", place.before):
        return None
    return Diagnostic("SEG110", "several triggers are joined by `or`", place.span, help="write `when A or B then ...`")


def _set_to(place: Place) -> Diagnostic | None:
    if "EQUAL" not in place.kinds or not re.search(r"\bset\s+[^\n]*\bto\s*$", place.before):
        return None
    return Diagnostic("SEG110", "an attribute is set with `=`", place.span, help='write `set tier = "gold"`')


def _no_then(place: Place) -> Diagnostic | None:
    """An action that a trigger's name took in, because `then` is missing."""
    if "_THEN" not in place.kinds:
        return None
    line = INSIDE_TEXT.sub(lambda m: " " * len(m.group()), place.line_before())
    match = re.search(r"(?<=\s)(?:add\s+to|remove\s+from|wait(?=\s+[0-9])|branch\s+(?:all|first|random)|send)\b", line)
    if match is None or re.search(r"\bthen\s*$", line[: match.start()]) or "then" in line[match.end() :]:
        return None
    start = (
        place.span.end - len(line) if not place.after and line.endswith(place.found) else place.span.start - len(line)
    )
    span = Span(place.span.source, start + match.start(), start + match.end())
    return Diagnostic("SEG110", f"`then` is missing before `{match.group()}`", span,
                      fix=Fix(Span(span.source, span.start, span.start), "then "))  # fmt: skip


def _one_time(place: Place) -> Diagnostic | None:
    if place.found != "time" or "_TIMES" not in place.kinds:
        return None
    return Diagnostic("SEG110", "a count is written with `times`", place.span,
                      help="write `once`, `twice` or `3 times`", fix=Fix(place.span, "times"))  # fmt: skip


def _unit(place: Place) -> Diagnostic | None:
    if "UNIT" not in place.kinds or not place.found.isalpha() or place.found in _KEYWORDS:
        return None
    known = ("seconds", "minutes", "hours", "days", "weeks", "months", "years")
    if len(place.kinds) > 2 and nearest(place.found, known) is None:
        return None
    short = {"s": "seconds", "sec": "seconds", "min": "minutes", "mins": "minutes", "h": "hours", "hrs": "hours",
             "d": "days", "w": "weeks", "y": "years"}  # fmt: skip
    near = short.get(place.found) or nearest(place.found, known)
    return Diagnostic("SEG110", f"`{place.found}` is not a unit of time", place.span,
                      help=f"write `{near}`" if near else f"the units are {', '.join(known)}")  # fmt: skip


SLIPS = (
    _curly, _unclosed, _single_quotes, _capital, _second_if, _equals, _thousands, _wait_for_time, _written_date,
    _opener, _type, _foreign, _aggregate, _stray_close, _list_of_triggers, _set_to, _one_time, _no_then, _unit,
)  # fmt: skip
"""In the order in which they are asked."""

AT_THE_END = (_semicolon_behind, _capital, _no_then)
"""The same for a declaration that ends too early."""
