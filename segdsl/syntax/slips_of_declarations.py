"""Slips of declarations: words that begin none, types, fields, and what a segment's condition stands behind."""

import re

from segdsl.diagnostics.diagnostic import Diagnostic, Edit, Fix
from segdsl.diagnostics.span import Span
from segdsl.diagnostics.suggest import instead, nearest
from segdsl.syntax.pieces import OPENERS
from segdsl.syntax.place import Place, around, wrong
from segdsl.syntax.words import NAME_ENDS

_TYPES = {
    "string": "text", "str": "text", "varchar": "text", "int": "number", "integer": "number", "float": "number",
    "decimal": "number", "double": "number", "money": "number", "bool": "boolean", "datetime": "instant",
    "timestamp": "instant", "time": "instant", "array": "list of text", "list": "list of text",
    "enum": 'one of ("a", "b")', "numeric": "number", "char": "text", "numbers": "number", "yes": "boolean",
}  # fmt: skip
_UNSURE = ("time", "array", "list", "enum", "yes")
_KNOWN = ("text", "number", "boolean", "date", "instant", "duration")

_IN_A_RULE = "it is a part of a rule: `when EVENT then ...`"
_BELONGS = {
    "then": _IN_A_RULE, "add": _IN_A_RULE, "remove": _IN_A_RULE, "set": _IN_A_RULE, "clear": _IN_A_RULE,
    "record": _IN_A_RULE, "wait": _IN_A_RULE, "branch": _IN_A_RULE, "send": _IN_A_RULE,
    "path": "it is a part of a branch: `then branch all { path if ... then ... }`",
    "otherwise": "it is a part of a branch: `then branch first { path if ... then ... otherwise then ... }`",
    "else": "what is done otherwise is the last line of a `branch first`: `otherwise then ...`",
    "stop": "it is a part of an activity: `activity NAME { ... stop when EVENT }`",
    "given": 'it is a part of a test: `test "..." { given ... }`',
    "expect": 'it is a part of a test: `test "..." { expect ... }`',
    "select": "this is no database: write `segment NAME if CONDITION`",
    "insert": "this is no database: write `when EVENT then add to SEGMENT`",
    "update": "this is no database: write `when EVENT then set ATTRIBUTE = VALUE`",
    "delete": "this is no database: write `when EVENT then remove from SEGMENT`",
    "create": "write `segment NAME by activities`, or `segment NAME if CONDITION`",
    "import": "nothing is imported: all files that are given together are one program",
    "include": "nothing is included: all files that are given together are one program",
}  # fmt: skip
"""What does not begin a declaration, and where it belongs."""

_OPENED = {"upon": "when", "rule": "when", "on": "when", "whenever": "when", "every": "when", "once": "when",
           "audience": "segment", "group": "segment", "campaign": "activity", "var": "attribute",
           "property": "attribute", "cap": "limit", "quota": "limit", "throttle": "limit", "suppress": "hold",
           "withhold": "hold", "block": "hold"}  # fmt: skip


def opener(place: Place) -> Diagnostic | None:
    """Something at the place of a declaration's first word that is none."""
    if not place.kinds >= {"_ZONE", "_SEGMENT", "_WHEN"} or not place.found[0].isalpha():
        return None
    if place.line_before().strip():
        return None
    if place.found == "search":
        help_ = 'write `search rule NAME { when searches "..." then ... }`'
        return wrong("`search` does not begin a declaration", place.span, help_)
    found, word = f"`{place.found}` does not begin a declaration", place.found.lower()
    near = nearest(place.found, OPENERS)
    if near is not None:
        return wrong(found, place.span, f"did you mean `{near}`?", instead(place.span, place.found, near, OPENERS))
    if word in _OPENED:
        fix = Fix(place.span, _OPENED[word], sure=word in ("upon", "whenever"))
        return wrong(found, place.span, f"did you mean `{_OPENED[word]}`?", fix)
    help_ = _BELONGS.get(word, "a declaration begins with a word such as `segment`, `event`, `when` or `activity`")
    return wrong(found, place.span, help_)


def type_of(place: Place) -> Diagnostic | None:
    if not place.kinds >= {"TYPE", "_ONE_OF"} or not place.found[0].isalpha():
        return None
    said = place.found.lower()
    near = _TYPES.get(said) or nearest(place.found, _KNOWN)
    help_ = f"write `{near}`" if near else f"the types are {', '.join(_KNOWN)}, one of (...) and list of ..."
    fix = None
    if said in _TYPES:
        fix = Fix(place.span, _TYPES[said], sure=said not in _UNSURE)
    elif near is not None:
        fix = instead(place.span, place.found, near, _KNOWN)
    return wrong(f"`{place.found}` is not a type", place.span, help_, fix)


def type_missing(place: Place) -> Diagnostic | None:
    """`attribute favourite colour`, `attribute income number`."""
    types = "|".join(_KNOWN)
    declared = re.match(rf"attribute\s+(?P<name>[^\n:]+?)(?P<type>\s+(?:{types}))?\s*$", place.before)
    if "COLON" not in place.kinds or declared is None:
        return None
    message = "this ends too early; `:` was expected"
    help_ = f"an attribute has a type: `attribute {declared['name']}: {(declared['type'] or 'text').strip()}`"
    at = place.stretch(declared.end("name"), declared.end("name"))
    return wrong(message, place.span, help_, Fix(at, ":") if declared["type"] else None)


def condition_of_segment(place: Place) -> Diagnostic | None:
    """`segment Rich = ...`, `segment Rich where ...`, `segment Rich: ...`."""
    if not place.kinds & {"_LISTED", "_BY"} or place.found in NAME_ENDS:  # that name ends too early
        return None
    declared = re.match(
        r'segment\s+(?:"[^"\n]*"|[^\n"]+?)(?P<word>\s*(?::=|:|=)|\s+(?:where|when|as|with|are|is|whose|who)(?=\s))(?=\s*\S)',
        place.whole,
    )
    if declared is None:
        return None
    written = place.stretch(declared.start("word"), declared.end("word"))
    word = declared["word"].strip()
    shown = Span(written.source, written.end - len(word), written.end)
    behind = "" if place.whole[declared.end() : declared.end() + 1].isspace() else " "
    fix = Fix(written, f" if{behind}", sure=word not in ("with", "as", "is", "are", "who", "whose"))
    help_ = "write `segment NAME if CONDITION`"
    return wrong(f"the condition of a segment stands behind `if`, not `{word}`", shown, help_, fix)


def from_to(place: Place) -> Diagnostic | None:
    """`from 2026-03-01 to 2026-04-01`."""
    begun = re.search(r"\bfrom\s+[0-9]{4}-[0-9]{2}-[0-9]{2}(?:T[0-9:.Z+-]*)?\s*$", place.before)
    if place.found not in ("to", "till", "through") or begun is None or "_UNTIL" not in place.kinds:
        return None
    help_ = "write `until 2026-04-01`: it ends as that day begins, so 31 March is the last day"
    return wrong("the end is said with `until`", place.span, help_, Fix(place.span, "until", sure=False))


def promotion(place: Place) -> Diagnostic | None:
    """`promotion Sale for segment Golfers`, `promotion Sale { ... }`, `promotion Sale then issue coupon "A"`."""
    if not re.match(r"promotion\s", place.before) or "_IF" not in place.kinds:
        return None
    message = f"`{place.found}` cannot stand here; `from`, `if` or `until` was expected"
    whom = re.match(r"\s+(?:(?:the\s+)?(?:segment|customers\s+in|members\s+of))(?:\s+segment)?\s+", place.after)
    if place.found == "for" and whom is not None:
        span = Span(place.span.source, place.span.start, place.span.end + whom.end())
        fix = Fix(span, "if in segment ", sure=False)
        return wrong(message, place.span, "who may have it is said behind `if`: `if in segment ...`", fix)
    if place.found == "{":
        return wrong(message, place.span, "a promotion has no braces: `promotion NAME from ... until ... if CONDITION`")
    if place.found == "then":
        help_ = "a promotion does nothing, it says who may have it; a rule does: `when ... then issue coupon ...`"
        return wrong(message, place.span, help_)
    return None


def fields_in_brackets(place: Place) -> Diagnostic | None:
    """`event rates (product: text)`."""
    if place.found != "(" or "LBRACE" not in place.kinds or not re.match(r"\s*\w[\w ]*:", place.after):
        return None
    close = re.match(r"[^(){}\n]*(\))", place.after)
    fix = None
    if close is not None:
        at = place.span.end + close.start(1)
        fix = Fix(place.span, "{", (Edit(Span(place.span.source, at, at + 1), "}"),))
    return wrong("fields stand in braces", place.span, "write `{ product: text, stars: number }`", fix)


def comma_between_fields(place: Place) -> Diagnostic | None:
    if "COMMA" not in place.kinds or "RBRACE" not in place.kinds or not re.match(r"[\w ]*:", place.after):
        return None
    before = re.search(r"\s*$", place.before)
    at = before.start() if before else len(place.before)
    fix = Fix(place.stretch(at, at), ",")
    message = f"`{place.found}` cannot stand here; `,`, `as` or `}}` was expected"
    return wrong(message, place.span, f"a comma is missing before the field `{place.found}`", fix)


def zone_without_quotes(place: Place) -> Diagnostic | None:
    name = re.match(r"[A-Za-z_]+(?:/[A-Za-z_]+)*", place.found + place.after)
    if place.kinds != {"STRING"} or not re.search(r"\bzone\s+$", place.before) or name is None:
        return None
    span = Span(place.span.source, place.span.start, place.span.start + name.end())
    message = f"`{place.found}` cannot stand here; a text in quotes was expected"
    return wrong(message, place.span, f'write zone "{name.group()}"', around(span, '"'))


def test_line(place: Place) -> Diagnostic | None:
    """What happens in a test, written as a rule or without its instant."""
    if not place.kinds >= {"_GIVEN", "_EXPECT", "_ON"} or not place.found[0].isalpha():
        return None
    message = f"`{place.found}` cannot stand here; `}}` or a line such as `given`, `on` or `expect` was expected"
    ran = re.search(r"\S(?P<blank>[ \t]+)(?P<word>expect|given|after)[ \t][^\n]*$", place.before)
    if ran is not None and re.search(r"\b(?:on|after)\s[^\n]*$", place.before[: ran.start("word")]):
        help_ = "write it on the next line: what happens runs on to its line's end"
        broken = Fix(place.stretch(*ran.span("blank")), "\n  ")
        return wrong(f"`{ran['word']}` begins a line of its own", place.stretch(*ran.span("word")), help_, broken)
    if place.found == "then":
        return wrong(message, place.span, "what has to hold is said with `expect`: `expect in segment Skiers`")
    near = nearest(place.found, ("given", "expect", "after"))
    if near is not None:
        fix = instead(place.span, place.found, near, ("given", "expect", "after", "on"))
        return wrong(message, place.span, f"did you mean `{near}`?", fix)
    words = re.match(r"(?:when\s+)?([^\n{}]*)", place.found + place.after)
    event = re.split(r"\s+(?:then|if|do)\b", words[1])[0].strip() if words is not None else ""
    help_ = "what happens is told with its instant: `on 2026-03-01T10:00 EVENT`"
    return wrong(message, place.span, help_.replace("EVENT", event) if event else help_)


def equals_of_given(place: Place) -> Diagnostic | None:
    """`given income = 3`."""
    if place.found != "=" or not re.search(r"\bgiven\s+[^\n]*$", place.before) or "_IS" not in place.kinds:
        return None
    blank = "" if place.before[-1:].isspace() else " "
    behind = "" if place.after[:1].isspace() else " "
    message = "`=` cannot stand here; `is` was expected"
    return wrong(message, place.span, "write `given income is 150000`", Fix(place.span, f"{blank}is{behind}"))
