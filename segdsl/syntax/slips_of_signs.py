"""Slips of signs: quotation marks, comments, and the marks of other languages."""

import re

from segdsl.diagnostics.diagnostic import Diagnostic, Edit, Fix
from segdsl.diagnostics.span import Span
from segdsl.syntax.place import INSIDE_TEXT, Place, wrong

_CURLY = "“”„«»‘’"
_PAIR = re.compile('[“”„«»‘’]([^“”„«»"\n]*)[“”„«»’]')
_INSTEAD = {
    "&&": "and", "||": "or", "&": "and", "|": "or", "!": "not", "<>": "!=", "=>": ">=", "=<": "<=", "//": "#",
    "/*": "#", "--": "#", "true": "yes", "false": "no", "null": "is not known", "else": "otherwise",
    "elif": "path if", "elseif": "path if", "elsif": "path if", "TRUE": "yes", "FALSE": "no", "True": "yes",
    "False": "no", "NULL": "is not known",
}  # fmt: skip
_CLEAR = frozenset(("&&", "||", "&", "true", "false", "TRUE", "FALSE", "True", "False"))
"""Those that can mean nothing else where they stand."""


def json_line(place: Place) -> Diagnostic | None:
    """A line of JSON at the beginning: events where rules were expected."""
    if place.found != "{" or place.before.strip() or not re.match(r'\s*"[^"\n]*"\s*:', place.after):
        return None
    return wrong(
        "this is JSON, and no rules", place.span, "events are run through rules: `seg run RULES --events FILE`"
    )


def curly(place: Place) -> Diagnostic | None:
    if place.found[0] not in _CURLY:
        return None
    span = Span(place.span.source, place.span.start, place.span.start + 1)
    return wrong(
        f"`{place.found[0]}` is not a quotation mark of the language", span, 'write straight double quotes: "text"',
        _straight(place), code="SEG102",
    )  # fmt: skip


def _straight(place: Place) -> Fix | None:
    """Straight quotes for all the curly ones on the line; none where they do not come in pairs."""
    end = place.whole.find("\n", place.here)
    end = end if end >= 0 else len(place.whole)
    edits = []
    for pair in _PAIR.finditer(place.whole, place.here, end):
        edits += [Edit(place.stretch(at, at + 1), '"') for at in (pair.start(), pair.end() - 1)]
    if not edits or edits[0].span.start != place.span.start:
        return None
    return Fix(edits[0].span, edits[0].text, tuple(edits[1:]))


def unclosed(place: Place) -> Diagnostic | None:
    line = place.after.split("\n", 1)[0]
    if place.found != '"' or INSIDE_TEXT.match('"' + line):
        return None
    span = Span(place.span.source, place.span.start, place.span.start + 1 + min(len(line.rstrip()), 60))
    help_, fix = 'a text ends with `"` on the line on which it begins', None
    closing = re.match(r"[^“”„«»\"]*([”“])", line)
    if closing:
        at = place.span.end + closing.start(1)
        span = Span(place.span.source, place.span.start, at + 1)
        help_, fix = f"{help_}, not with `{closing[1]}`", Fix(Span(place.span.source, at, at + 1), '"')
    return wrong("this text is not closed", span, help_, fix, code="SEG102")


def ends_late(place: Place) -> Diagnostic | None:
    """A text that took in a part of the sentence, since its own end is missing: the marks of the line do not pair."""
    start = place.before.rfind("\n") + 1
    end = place.whole.find("\n", place.here)
    line = place.whole[start : end if end >= 0 else len(place.whole)]
    if line.replace('\\"', "").count('"') % 2 == 0 or "#" in line:
        return None
    for text in re.finditer(r'"(?:[^"\\\n]|\\.)*"', line):
        if text.end() + start <= place.here and re.search(r"\b(?:then|if|and|or|add to|send)\b", text.group()):
            span = place.stretch(start + text.start(), start + text.end())
            help_ = "one of the line's quotation marks is missing: a text ends where its own one stands"
            return wrong("this text ends too late", span, help_, code="SEG102")
    return None


def single_quotes(place: Place) -> Diagnostic | None:
    if place.found not in ("'", "`"):
        return None
    text = re.match(rf"([^\n\"\\{place.found}]*){place.found}(?!\w)", place.after)
    if text is None:
        return wrong("a text stands in double quotes", place.span, 'write "text"', code="SEG102")
    whole = Span(place.span.source, place.span.start, place.span.end + text.end())
    fix = Fix(whole, f'"{text[1]}"')
    return wrong("a text stands in double quotes", place.span, f'write "{text[1]}"', fix, code="SEG102")


def equals(place: Place) -> Diagnostic | None:
    both = Span(place.span.source, place.span.start - 1, place.span.end)
    if place.found.startswith("=") and place.before.endswith("="):
        return wrong("`==` is not a comparison", both, "write `is` or `=`", Fix(both, "="))
    apart = re.search(r"([<>!])\s+$", place.before)
    if place.found == "=" and apart:
        span = place.stretch(apart.start(), len(place.before) + 1)
        sign = apart[1] + "="
        return wrong("`<=`, `>=` and `!=` are written without a blank", place.span, f"write `{sign}`", Fix(span, sign))
    if place.found[0] in "<>" and place.before.endswith("="):
        right = place.found[0] + "="
        return wrong(f"`={place.found[0]}` is not a comparison", both, f"write `{right}`", Fix(both, right))
    if place.found == ">" and place.before.endswith("<"):
        return wrong("`<>` is not a comparison", both, "write `is not` or `!=`", Fix(both, "!="))
    return None


def block_comment(place: Place) -> Diagnostic | None:
    """A comment between `/*` and `*/`, on one line or on several."""
    if place.found != "/*":
        return None
    end = place.after.find("*/")
    fix = _as_lines(place, end) if end >= 0 else None
    help_ = "comments start with `#`, each line of them"
    return wrong("`/*` does not start a comment", place.span, help_, fix)


def _as_lines(place: Place, end: int) -> Fix | None:
    """Each line of the comment that ends at an offset of what follows as a comment of its own."""
    rest = place.after[end + 2 :].split("\n", 1)[0]
    if rest.strip():
        return None  # something stands behind the comment on its last line
    inside = place.after[:end]
    edits = []
    for line in re.finditer(r"\n([ \t]*)(\*?[ \t]*)(?=[^\s*])", inside):
        at = place.span.end + line.start(2)
        edits.append(Edit(Span(place.span.source, at, at + len(line[2])), "# "))
    last = re.search(r"\s*\*/$", place.after[: end + 2])
    start, stop = last.span() if last else (end, end + 2)
    edits.append(Edit(Span(place.span.source, place.span.end + start, place.span.end + stop), ""))
    return Fix(place.span, "#", tuple(edits))


def dot(place: Place) -> Diagnostic | None:
    """`customer.income`, `order.amount`."""
    of = re.search(r"(\w[\w ]*)$", place.before)
    field = re.match(r"\w+", place.after)
    if place.found != "." or of is None or field is None:
        return None
    word = of[1].split(" ")[-1]
    if word in ("customer", "this"):
        help_, fix = f"write `{word} {field.group()}`", Fix(place.span, " ")
    else:
        help_ = f"a field is read by its name, `{field.group()}`, or as `this {field.group()}` of the event at hand"
        fix = None
    return wrong("a field is not read with a dot", place.span, help_, fix)


def foreign(place: Place) -> Diagnostic | None:
    """Words and signs of other languages."""
    if place.found == ";":
        return wrong("nothing ends with `;`", place.span, "leave it out: a line's end is enough", Fix(place.span, ""))
    instead = _INSTEAD.get(place.found)
    if instead is None:
        return None
    if instead == "#":
        message = f"`{place.found}` does not start a comment"
        return wrong(message, place.span, "comments start with `#`", Fix(place.span, "#"))
    fix = Fix(place.span, instead) if place.found in _CLEAR else None
    if place.found == "!" and place.after[:1].isalpha():
        fix = Fix(place.span, "not ")
    return wrong(f"`{place.found}` is not a word of the language", place.span, f"write `{instead}`", fix)


def semicolon_behind(place: Place) -> Diagnostic | None:
    """A semicolon that a bare name took in."""
    return foreign(place) if place.found == ";" else None


def stray_close(place: Place) -> Diagnostic | None:
    if place.found not in (")", "}") or {"RPAR", "RBRACE"} & place.kinds:
        return None
    opening = "(" if place.found == ")" else "{"
    before = INSIDE_TEXT.sub("", place.before)
    if before.count(opening) > before.count(place.found):
        return None
    fix = Fix(place.span, "", sure=False)
    return wrong(f"`{place.found}` closes nothing", place.span, f"no `{opening}` is open here", fix)
