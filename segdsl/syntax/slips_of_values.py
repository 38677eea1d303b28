"""Slips of values: numbers, money, dates, times of day, weekdays and lengths of time as people write them elsewhere."""

import re

from segdsl.diagnostics.diagnostic import Diagnostic, Fix
from segdsl.diagnostics.span import Span
from segdsl.diagnostics.suggest import nearest, surely
from segdsl.syntax.place import KEYWORDS, Place, wrong
from segdsl.values.instants import parse_date
from segdsl.values.kinds import WEEKDAYS

_UNITS = ("seconds", "minutes", "hours", "days", "weeks", "months", "years")
_SHORT = {
    "s": "seconds", "sec": "seconds", "secs": "seconds", "min": "minutes", "mins": "minutes", "h": "hours",
    "hr": "hours", "hrs": "hours", "d": "days", "w": "weeks", "wk": "weeks", "wks": "weeks", "y": "years",
    "yr": "years", "yrs": "years", "mo": "months", "mos": "months",
}  # fmt: skip
_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip
_MONTH = "|".join(f"{month}|{month[:3]}" for month in _MONTHS) + "|Sept"
_DAY_FIRST = re.compile(
    rf"(?P<day>[0-9]{{1,2}})(?:st|nd|rd|th|\.)?\s+(?P<month>{_MONTH})\.?,?\s+(?P<year>[0-9]{{4}})\b", re.I
)
_MONTH_FIRST = re.compile(
    rf"(?P<month>{_MONTH})\.?\s+(?P<day>[0-9]{{1,2}})(?:st|nd|rd|th)?,?\s+(?P<year>[0-9]{{4}})\b", re.I
)
_NUMERIC = re.compile(r"([0-9]{1,4})([-/.])([0-9]{1,2})\2([0-9]{1,4})\b")
_CLOCK = re.compile(r"(?<![\w:])([0-9]{1,2})(?:[:.]([0-9]{2}))?\s*([ap])\.?m\b\.?", re.I)
_NUMBERS = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
    "eleven": 11, "twelve": 12, "fourteen": 14, "fifteen": 15, "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50,
    "sixty": 60, "ninety": 90, "a": 1, "an": 1,
}  # fmt: skip
_CURRENCY = "EUR|USD|CAD|GBP|CHF|AUD|JPY|INR|euros?|dollars?|pounds?|bucks|€|\\$|£|¥"


def thousands(place: Place) -> Diagnostic | None:
    """`50,000`."""
    begun = re.search(r"(?<![\w.])[0-9]{1,3}$", place.before)
    rest = re.match(r"(?:,?[0-9]{3})(?:,[0-9]{3})*(?![\w,.]*[0-9])", place.after)
    if place.found != "," or begun is None or rest is None:
        return None
    whole = place.stretch(begun.start(), len(place.before) + 1 + rest.end())
    number = f"{begun.group()}_{rest.group().replace(',', '_')}"
    return wrong("a number has no commas in it", whole, f"write {number}", Fix(whole, number))


def decimal_comma(place: Place) -> Diagnostic | None:
    """`12,5` and `1.000,50`."""
    begun = re.search(r"(?<![\w.])(?:[0-9]{1,3}(?:\.[0-9]{3})+|[0-9]+)$", place.before)
    rest = re.match(r"[0-9]+(?![\w,.]*[0-9])", place.after)
    if place.found != "," or begun is None or rest is None:
        return None
    whole = place.stretch(begun.start(), len(place.before) + 1 + rest.end())
    number = f"{begun.group().replace('.', '')}.{rest.group()}"
    help_ = f"write {number}: a point before the decimals, and no other marks"
    return wrong("a number has no commas in it", whole, help_, Fix(whole, number))


def money(place: Place) -> Diagnostic | None:
    """`$100`, `100 EUR`."""
    help_ = "an amount is a plain number: leave the currency out"
    if place.found in "$€£¥":
        blank = re.match(r"\s*(?=[0-9])", place.after)
        number = blank is not None or re.search(r"[0-9]\s*$", place.before) is not None
        span = Span(place.span.source, place.span.start, place.span.end + (blank.end() if blank else 0))
        return wrong("a number has no currency", place.span, help_, Fix(span, "") if number else None)
    before = re.search(r"[0-9](\s*)$", place.before)
    if before is None or not re.fullmatch(_CURRENCY, place.found, re.I):
        return None
    span = Span(place.span.source, place.span.start - len(before[1]), place.span.end)
    return wrong("a number has no currency", place.span, help_, Fix(span, ""))


def thousand_letter(place: Place) -> Diagnostic | None:
    """`100k`."""
    begun = re.search(r"(?<![\w.])[0-9]+$", place.before)
    if place.found not in ("k", "K") or begun is None:
        return None
    whole = place.stretch(begun.start(), len(place.before) + 1)
    return wrong("a number is written out", whole, f"write {begun.group()}_000", Fix(whole, f"{begun.group()}_000"))


def number_word(place: Place) -> Diagnostic | None:
    number = _NUMBERS.get(place.found.lower())
    if number is None or "NUMBER" not in place.kinds or "NAME" in place.kinds:
        return None
    return wrong("a number is written with digits", place.span, f"write `{number}`", Fix(place.span, str(number)))


def percent(place: Place) -> Diagnostic | None:
    rest = re.match(r"\s*(?:percent|per cent|pct|%)(?!\w)", place.after)
    if "PERCENT" not in place.kinds or not re.fullmatch(r"[0-9]+(?:\.[0-9]+)?", place.found) or rest is None:
        return None
    whole = Span(place.span.source, place.span.start, place.span.end + rest.end())
    return wrong("a share is written with `%`", whole, f"write {place.found}%", Fix(whole, f"{place.found}%"))


def written_date(place: Place) -> Diagnostic | None:
    """A date in another order, without its zeros, or with the name of its month."""
    rest = place.found + place.after
    named = _DAY_FIRST.match(rest) or _MONTH_FIRST.match(rest)
    match = named or _NUMERIC.match(rest)
    if "DATE" not in place.kinds or match is None:
        return None
    span = Span(place.span.source, place.span.start, place.span.start + match.end())
    return _date(match.group(), span, [_iso(named)] if named else readings(match.group()))


def day_of_month(place: Place) -> Diagnostic | None:
    """`1 March 2026` where a number could stand, so that the parser stopped at the month."""
    for match in _DAY_FIRST.finditer(place.whole):
        if match.start() <= place.here < match.end():
            return _date(match.group(), place.stretch(*match.span()), [_iso(match)])
    return None


def _date(written: str, span: Span, meant: list[str]) -> Diagnostic:
    meant = [date for date in meant if parse_date(date) is not None]
    help_ = f"write {' or '.join(meant)}" if meant else "write year-month-day with all its zeros, as in 2026-03-01"
    if len(meant) > 1:
        help_ += ": year-month-day"
    fix = Fix(span, meant[0]) if len(meant) == 1 else None
    return wrong(f"`{written}` is not how a date is written", span, help_, fix, code="SEG103")


def _iso(match: re.Match[str]) -> str:
    month = next(n for n, name in enumerate(_MONTHS, 1) if name.lower().startswith(match["month"].lower()[:3]))
    return f"{match['year']}-{month:02}-{int(match['day']):02}"


def readings(written: str) -> list[str]:
    """What dates a date in digits can mean, as they are written here: `03/01/2026` is one of March or of January."""
    match = _NUMERIC.fullmatch(written)
    if match is None:
        return []
    one, mark, two, three = match[1], match[2], match[3], match[4]
    if len(one) == 4:
        found = [f"{one}-{int(two):02}-{int(three):02}"]
    elif len(three) == 4:
        found = [f"{three}-{int(two):02}-{int(one):02}"]
        found += [f"{three}-{int(one):02}-{int(two):02}"] if mark != "." else []
    else:
        found = []
    return sorted({date for date in found if parse_date(date) is not None})


def clock(place: Place) -> Diagnostic | None:
    """`10am`, `5:30 pm`."""
    for match in _CLOCK.finditer(place.whole):
        if match.start() <= place.here < match.end() and int(match[1]) <= 12:
            hour = int(match[1]) % 12 + (12 if match[3].lower() == "p" else 0)
            written = f"{hour:02}:{match[2] or '00'}"
            span = place.stretch(*match.span())
            return wrong("a time of day is written with 24 hours", span, f"write {written}", Fix(span, written))
    return None


def weekday(place: Place) -> Diagnostic | None:
    """`monday`, `Mon`, `Mondays`."""
    if "DAY" not in place.kinds or not place.found.isalpha():
        return None
    word = place.found.lower().removesuffix("s")
    day = next((day for day in WEEKDAYS if len(word) >= 3 and day.lower().startswith(word)), None)
    day = day or nearest(place.found, WEEKDAYS)
    if day is None:
        return None
    fix = Fix(place.span, day, sure=day.lower().startswith(word) or surely(place.found, day, WEEKDAYS))
    return wrong(f"`{place.found}` is not a weekday", place.span, f"write `{day}`", fix)


def unit(place: Place) -> Diagnostic | None:
    if "UNIT" not in place.kinds or not place.found.isalpha() or place.found in KEYWORDS:
        return None
    if len(place.kinds) > 2 and nearest(place.found, _UNITS) is None and place.found not in _SHORT:
        return None
    near = _SHORT.get(place.found) or nearest(place.found, _UNITS)
    help_ = f"write `{near}`" if near else f"the units are {', '.join(_UNITS)}"
    sure = place.found in _SHORT or (near is not None and surely(place.found, near, _UNITS))
    fix = Fix(place.span, near, sure=sure) if near else None
    return wrong(f"`{place.found}` is not a unit of time", place.span, help_, fix)


def unit_missing(place: Place) -> Diagnostic | None:
    """A length of time that stops at its number."""
    number = re.search(r"([0-9]+)\s*$", place.before)
    if not place.kinds or not place.kinds <= {"UNIT", "CALENDAR"} or number is None:
        return None
    what = "this ends too early" if place.ended else f"`{place.found}` cannot stand here"
    return wrong(f"{what}; a unit such as `days` was expected", place.span, f"as in `{number[1]} days`")


def number_missing(place: Place) -> Diagnostic | None:
    """`within days`."""
    if "NUMBER" not in place.kinds or "NAME" in place.kinds or place.found.rstrip("s") + "s" not in _UNITS:
        return None
    help_ = f"say how many: `{30 if place.found.startswith('day') else 2} {place.found.rstrip('s')}s`"
    return wrong(f"`{place.found}` cannot stand here; a number was expected", place.span, help_)
