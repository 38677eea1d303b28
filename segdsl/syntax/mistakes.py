"""A syntax error as its author should read it: what was found, what was expected, what to write instead."""

import re

from lark import Token
from lark.exceptions import UnexpectedCharacters, UnexpectedInput, UnexpectedToken

from segdsl.diagnostics.diagnostic import Diagnostic, Fix
from segdsl.diagnostics.span import Span
from segdsl.syntax import words

_DECLARATIONS = {
    "_WHEN", "_SEGMENT", "_ACTIVITY", "ACTIVITY_KIND", "_SEARCH_RULE", "_EVENT", "_ATTRIBUTE", "_DEFINE", "_ACTION",
    "_COLLECTION", "_PROMOTION", "_TEST", "_ZONE", "_LATENESS",
}  # fmt: skip
_PHRASES = {
    "NAME": "a name", "BARE_NAME": "a name", "LISTED_NAME": "a segment", "STRING": 'a "text"', "NUMBER": "a number",
    "PERCENT": "a share such as 10%", "DATE": "a date", "DATETIME": "an instant", "TIME": "a time of day",
    "UNIT": "days, hours or another unit", "CALENDAR": "`calendar`", "COMPARE": "a comparison", "LPAR": "`(`",
    "RPAR": "`)`", "LBRACE": "`{`", "RBRACE": "`}`", "COMMA": "`,`", "COLON": "`:`", "EQUAL": "`=`", "DAY": "a weekday",
    "TYPE": "a type such as number", "BRANCH_KIND": "`first`, `all` or `random`", "QUANTIFIER": "`any(`",
    "COUNT_TEST": "a count such as `at least 3 times`", "TEXT_TEST": "`contains`", "ACTIVITY_KIND": "`activity`",
    "AGGREGATE": "`total of`", "ITEM_TEST": "`any item of`", "_FOLDED": "`text ignoring case`",
}  # fmt: skip
_LEFT_OUT = {"PLUS", "MINUS", "TIMES_SIGN", "DIVIDE", "YES", "NO", "_COUNT_OF", "_TIME_SINCE", "AGGREGATE", "ITEM_TEST",
             "_RANDOM", "CALENDAR", "DATETIME", "_ON", "QUANTIFIER", "PERCENT", "TIME", "ONCE", "TWICE"}  # fmt: skip
_LOWER = {"when", "then", "if", "and", "or", "not", "segment", "activity", "dialog", "web", "event", "attribute",
          "define", "action", "collection", "promotion", "test", "otherwise", "branch", "wait", "path", "where", "add",
          "remove", "expect", "given", "within", "search", "by", "for", "until", "from", "zone", "stop"}  # fmt: skip
_WORD = re.compile(r"\w+|[^\w\s]+")
_CAPITAL = re.compile(r"\b(?:If|IF|Then|THEN|And|AND|Or|OR|When|WHEN|Where|WHERE|Within|Otherwise|Then)\b")
_CURLY = "“”„«»‘’"


def explain(error: UnexpectedInput, text: str, source: int, start: int, end: int) -> Diagnostic:
    """The diagnostic for an error in the declaration that spans [start, end) of the text."""
    at = error.pos_in_stream if error.pos_in_stream is not None else end
    ended = isinstance(error, UnexpectedToken) and error.token.type == "$END"
    if ended or at >= end or not text[at:end].strip():
        return _ended(error, text, source, start, end)
    if text[at] in _CURLY or (text[at] == '"' and isinstance(error, UnexpectedCharacters)):
        return _quotes(text, source, at)
    found = _found(error, text, at)
    span = Span(source, at, at + len(found))
    special = _special(found, error, text, span, start)
    if special is not None:
        return special
    expected = _expected(error)
    help_ = None
    if found in words.RESERVED:
        help_ = f"`{found}` is a word of the language; a segment's name that holds it stands in quotes"
    return Diagnostic("SEG110", f"`{found}` cannot stand here{expected}", span, help=help_)


def _found(error: UnexpectedInput, text: str, at: int) -> str:
    if isinstance(error, UnexpectedToken) and isinstance(error.token, Token) and len(str(error.token)) < 40:
        return str(error.token).split("\n", 1)[0].rstrip() or text[at]
    match = _WORD.match(text, at)
    return match.group()[:40] if match else text[at]


def _special(found: str, error: UnexpectedInput, text: str, span: Span, start: int) -> Diagnostic | None:
    """Mistakes that are common enough to have an answer of their own."""
    first = found.split()[0] if found.split() else found
    if first != first.lower() and first.lower() in _LOWER:
        return Diagnostic("SEG111", f"`{first}` is written in lower case here", span,
                          help=f"write `{first.lower()}`: the words of the language are lower case",
                          fix=Fix(Span(span.source, span.start, span.start + len(first)), first.lower()))  # fmt: skip
    before = text[start : span.start]
    capital = _CAPITAL.search(before.rsplit("\n", 1)[-1])
    if capital and '"' not in before[: capital.start()].rsplit("\n", 1)[-1]:
        at = start + before.rfind("\n") + 1 + capital.start()
        word = capital.group()
        place = Span(span.source, at, at + len(word))
        return Diagnostic("SEG111", f"`{word}` is written in lower case here", place,
                          help=f"write `{word.lower()}`: the words of the language are lower case",
                          fix=Fix(place, word.lower()))  # fmt: skip
    if found == "if" and re.search(r"\bwhen\b.*\bthen\b", before, re.DOTALL):
        return Diagnostic("SEG112", "a rule has one `if`, before its first `then`", span,
                          help="to judge several conditions by themselves write `then branch all { path if ... then ... "
                               "}`; to let only some go on write `then if ...`")  # fmt: skip
    if found == "=" and before.endswith("="):
        both = Span(span.source, span.start - 1, span.end)
        return Diagnostic("SEG110", "`==` is not a comparison", both, help="write `is` or `=`", fix=Fix(both, "="))
    if found == "," and re.search(r"\d$", before) and re.match(r",\d{3}\b", text[span.start :]):
        return Diagnostic("SEG110", "a number has no commas in it", span, help="write 50_000 for fifty thousand",
                          fix=Fix(span, "_"))  # fmt: skip
    if found == "=" and re.search(r"[<>]\s*$", before):
        return Diagnostic("SEG110", "`<=` and `>=` are written without a blank", span)
    if re.search(r"\bwait\s+for\s*$", before) and found[:1].isdigit():
        return Diagnostic("SEG110", "`wait for` waits for an event", span,
                          help="to let time pass write `wait 7 days`, without `for`")  # fmt: skip
    return None


def _quotes(text: str, source: int, at: int) -> Diagnostic:
    line_end = text.find("\n", at)
    span = Span(source, at, line_end if 0 <= line_end < at + 60 else at + 1)
    if text[at] in _CURLY:
        return Diagnostic("SEG102", f"`{text[at]}` is not a quotation mark of the language", Span(source, at, at + 1),
                          help='write straight quotes: "text"', fix=Fix(Span(source, at, at + 1), '"'))  # fmt: skip
    return Diagnostic(
        "SEG102", "this text is not closed", span, help='a text ends with `"` on the line on which it begins'
    )


def _ended(error: UnexpectedInput, text: str, source: int, start: int, end: int) -> Diagnostic:
    last = end
    while last > start and text[last - 1].isspace():
        last -= 1
    line_start = text.rfind("\n", start, last) + 1
    hash_at = text.find("#", max(line_start, start), last)
    if hash_at > 0 and '"' not in text[line_start:hash_at]:
        last = hash_at
        while last > start and text[last - 1].isspace():
            last -= 1
    span = Span(source, max(start, last - 1), last)
    return Diagnostic("SEG110", f"this declaration ends too early{_expected(error)}", span)


def _expected(error: UnexpectedInput) -> str:
    accepted = (
        getattr(error, "accepts", None) or getattr(error, "expected", None) or getattr(error, "allowed", None) or ()
    )
    names = set(accepted)
    if isinstance(error, UnexpectedToken):
        try:
            names = set(error.accepts or error.expected)
        except (AttributeError, TypeError):
            names = set(error.expected)
    phrases = []
    if names >= _DECLARATIONS:
        names -= _DECLARATIONS
        phrases = ["a declaration such as `when` or `segment`"]
    if "$END" in names:
        names.discard("$END")
    few = names - _LEFT_OUT if len(names) > 4 else names
    phrases = sorted({_PHRASES.get(name, f"`{name.strip('_').lower().replace('_', ' ')}`") for name in few}) + phrases
    if not phrases or len(phrases) > 7:
        return ""
    listed = phrases[0] if len(phrases) == 1 else ", ".join(phrases[:-1]) + " or " + phrases[-1]
    return f"; {listed} was expected"
