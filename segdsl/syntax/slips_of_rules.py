"""Slips of rules: a missing `then`, a second `if`, words of other languages for steps and branches."""

import re

from segdsl.diagnostics.diagnostic import Diagnostic, Edit, Fix
from segdsl.diagnostics.span import Span
from segdsl.syntax.place import Place, put, wrong

_ACTION = r"add\s+to|remove\s+from|send|issue|show|recommend|set|clear|record|wait"
_STEP = rf"(?:{_ACTION})\b"
_LENGTH = r"[0-9]+\s+(?:calendar\s+)?(?:second|minute|hour|day|week|month|year)s?"


def second_if(place: Place) -> Diagnostic | None:
    rule = re.search(r"\bwhen\b(?!.*\bwhen\b)(.*)", place.before, re.DOTALL)
    if place.found != "if" or rule is None or not re.search(r"\bthen\b", rule.group(1)) or "_THEN" not in place.kinds:
        return None
    help_ = (
        "to judge several conditions one by one write `then branch all { path if ... then ... }`; "
        "to let only some go on write `then if ...`"
    )
    return wrong("a rule has one `if`, before its first `then`", place.span, help_, code="SEG112")


def if_first(place: Place) -> Diagnostic | None:
    """`if C when T then ...`, and `if C then ...` without a trigger."""
    line = place.line_before() if not place.ended else ""
    if place.found != "if" or line.strip() or not place.kinds >= {"_ZONE", "_SEGMENT", "_WHEN"}:
        return None
    turned = re.match(
        r"(\s+)((?:(?!\b(?:when|then)\b)[^\n])+?)\s+when\s+((?:(?!\bthen\b)[^\n])+?)\s+(?=then\b)", place.after
    )
    if turned is None:
        return wrong("a rule begins with `when`", place.span, "write `when EVENT if CONDITION then ...`")
    sentence = f"when {turned[3]} if {turned[2]} "
    span = Span(place.span.source, place.span.start, place.span.end + turned.end())
    help_ = f"first what happens, then the condition: `{sentence}then ...`"
    return wrong("a rule begins with `when`", place.span, help_, Fix(span, sentence))


def arrow(place: Place) -> Diagnostic | None:
    """`=>`, `->` or `:` for `then`."""
    if "_THEN" not in place.kinds or place.found not in ("=>", "->", "-", ":", "="):
        return None
    sign = re.match(r"[=-]?>|:", place.found + place.after)
    if sign is None or "COMPARE" in place.kinds:
        return None
    span = Span(place.span.source, place.span.start, place.span.start + sign.end())
    blank = "" if place.before[-1:].isspace() else " "
    fix = Fix(span, f"{blank}then" if place.whole[len(place.before) + sign.end() :][:1].isspace() else f"{blank}then ")
    return wrong(f"`{sign.group()}` is not a word of the language", span, "write `then`", fix)


def wait_for_time(place: Place) -> Diagnostic | None:
    waiting = re.search(r"\bwait\s+(for\s*)$", place.before)
    if not place.found[0].isdigit() or waiting is None:
        return None
    fix = Fix(place.stretch(*waiting.span(1)), "")
    help_ = "to let time pass write `wait 7 days`, without `for`"
    return wrong("`wait for` waits for an event", place.span, help_, fix)


def time_passes(place: Place) -> Diagnostic | None:
    """`then after 3 days ...` and `then in 3 days ...`."""
    found = place.find(rf"\bthen\s+(?P<word>after|in)\s+(?P<length>{_LENGTH})(?P<then>\s+then\b)?")
    if found is None:
        return None
    match, start = found
    behind = place.stretch(start + match.end("length"), start + match.end("length"))
    also = () if match["then"] else (Edit(behind, " then"),)
    fix = Fix(place.part(found, "word"), "wait", also)
    help_ = f"write `then wait {match['length']} then ...`"
    return wrong("to let time pass is a step of its own", place.part(found, "word"), help_, fix)


def and_then(place: Place) -> Diagnostic | None:
    before = re.search(r"\band\s+$", place.before)
    if place.found != "then" or before is None:
        return None
    span = place.stretch(before.start(), len(place.before))
    both = Span(span.source, span.start, place.span.end)
    return wrong("`and then` is one word too much", both, "write `then`", Fix(span, ""))


def comma(place: Place) -> Diagnostic | None:
    """A comma for `then`, between triggers, or between actions."""
    if place.found == "," and "_THEN" in place.kinds and "_OR" in place.kinds:
        if not re.search(r"\bwhen\b(?!.*\b(?:if|then)\b)[^\n]*$", place.before):
            return None
        step = re.match(rf"\s*(?:(then\b)|{_STEP})", place.after)
        if step is not None:
            fix = Fix(place.span, "" if step[1] else " then")
            return wrong("a comma does not lead to what is done", place.span, "write `then`", fix)
        return wrong("several triggers are joined by `or`", place.span, "write `when A or B then ...`")
    found = place.find(rf"\bthen\b(?:(?!\bthen\b)[^\n])*?(?P<comma>,)\s*{_STEP}")
    if found is None:
        return None
    fix = Fix(place.part(found, "comma"), " and")
    return wrong("actions are joined by `and`", place.part(found, "comma"), "write `then ... and ...`", fix)


def no_then(place: Place) -> Diagnostic | None:
    """An action that a trigger's name took in, because `then` is missing, or another word stands for it."""
    if "_THEN" not in place.kinds:
        return None
    found = place.find(r"(?<=\s)(?:add\s+to|remove\s+from|wait(?=\s+[0-9])|branch\s+(?:all|first|random)|send)\b")
    if found is None:
        return None
    match, start = found
    before, span = match.string[: match.start()], place.part(found)
    if re.search(r"\bthen\s*$", before) or "then" in match.string[match.end() : max(0, place.here - start)]:
        return None
    other = re.search(r"(?<=\s)(?:than|the|thne|thn|tehn|hten|do|please)\s+$", before)
    if other is not None:
        there = place.stretch(start + other.start(), start + other.start() + len(other.group().rstrip()))
        message = f"`{other.group().strip()}` does not lead to what is done"
        return wrong(message, there, "write `then`", Fix(there, "then"))
    help_ = f"write `then {match.group()} ...`"
    return wrong(f"`then` is missing before `{match.group()}`", span, help_, put(span, "then "))


def steps_missing(place: Place) -> Diagnostic | None:
    """A rule that ends before what it does."""
    if "_THEN" not in place.kinds or not re.search(r"\bwhen\b(?!.*\bthen\b)", place.before, re.DOTALL):
        return None
    help_ = 'say what is done: `then add to SEGMENT`, or `then send email "..."`'
    return wrong("this ends too early; `then` was expected", place.span, help_)


def condition_for_event(place: Place) -> Diagnostic | None:
    """`when count of cart >= 3 then ...`, `when cart is empty then ...`."""
    begun = re.search(r"(?:^|\n)\s*when\s+[^\W\d][\w ]*$", place.before)
    if begun is None or not place.kinds >= {"_THEN", "_IF"}:
        return None
    if place.found not in ("of", "is", "between", "contains", "in") and not re.fullmatch(r"[<>]=?|=", place.found):
        return None
    help_ = "make it a segment, `segment NAME if CONDITION`, and start with `when enters NAME`"
    return wrong("a rule starts with an event, not with a condition", place.span, help_)


def unless(place: Place) -> Diagnostic | None:
    found = place.find(r"(?<=\s)(?P<word>unless)\s+(?P<condition>[^\n]*?)(?=\s+then\b|\s*$)")
    if found is None:
        return None
    match, start = found
    behind = place.stretch(start + match.end("condition"), start + match.end("condition"))
    fix = Fix(place.part(found, "word"), "if not (", (Edit(behind, ")"),))
    before = match.start("condition") + start
    blank = place.stretch(start + match.end("word"), before)
    fix = Fix(Span(fix.span.source, fix.span.start, blank.end), "if not (", fix.also)
    return wrong("`unless` is not a word of the language", place.part(found, "word"), "write `if not (...)`", fix)


def otherwise_in_a_rule(place: Place) -> Diagnostic | None:
    """`otherwise` or `else` behind the steps of a rule."""
    if place.found not in ("otherwise", "else") or not re.search(r"\bwhen\b.*\bthen\b", place.before, re.DOTALL):
        return None
    if "_OTHERWISE" in place.kinds or not place.line_before().strip():
        return None
    help_ = "write `then branch first { path if ... then ... otherwise then ... }`"
    return wrong(f"`{place.found}` is a part of a branch", place.span, help_)


def in_a_branch(place: Place) -> Diagnostic | None:
    """`if` and `else` for the paths of a branch."""
    if not place.kinds & {"_PATH", "_OTHERWISE"}:
        return None
    if place.found == "if" and "_PATH" in place.kinds:
        help_ = "write `path if ... then ...`"
        return wrong("each way through a branch is a `path`", place.span, help_, put(place.span, "path "))
    if place.found == "else" and "_OTHERWISE" in place.kinds:
        then = "" if re.match(r"\s+then\b", place.after) else " then"
        fix = Fix(place.span, f"otherwise{then}") if not re.match(r"\s+if\b", place.after) else None
        return wrong("`else` is not a word of the language", place.span, "write `otherwise then ...`", fix)
    return None


def kind_of_branch(place: Place) -> Diagnostic | None:
    if place.kinds != {"BRANCH_KIND"}:
        return None
    help_ = (
        "`branch first` takes the first path whose condition is true, `branch all` each of them, "
        "`branch random` one by chance"
    )
    shown = f"`{place.found}` cannot stand here; `first`, `all` or `random` was expected"
    return wrong(shown, place.span, help_)


def set_to(place: Place) -> Diagnostic | None:
    found = re.search(r"\bset\s+(?P<name>[^\n]*?)\s+(?P<to>to|as|is)\s*$", place.before)
    if found is None or ("EQUAL" not in place.kinds and place.found != "is"):
        return None
    span = place.stretch(*found.span("to"))
    return wrong("an attribute is set with `=`", place.span, f"write `set {found['name']} = ...`", Fix(span, "="))


def every_so_often(place: Place) -> Diagnostic | None:
    """`every 3 days`, `daily`."""
    if "_DAY_WORD" not in place.kinds or "_MONTH" not in place.kinds:
        return None
    help_ = "there is `every day`, `every Monday` and `every month on day 1`, each with a time: `at 09:00`"
    if place.found[0].isdigit():
        help_ = f"{help_}; some time after an event is `3 days after each EVENT`"
    if place.found in ("week", "weekday", "morning", "evening", "night") or place.found[0].isdigit():
        return wrong(f"`every {place.found}` is no time of the calendar", place.span, help_)
    return None
