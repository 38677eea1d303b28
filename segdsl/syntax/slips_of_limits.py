"""Slips of limits and holds: their parts in another order or behind other words, and parts that are missing."""

import re

from attrs import frozen

from segdsl.diagnostics.diagnostic import Diagnostic, Fix
from segdsl.diagnostics.span import Span
from segdsl.syntax.place import Place, wrong

_UNIT = r"(?P<calendar>calendar\s+)?(?P<unit>second|minute|hour|day|week|month|year)s?(?!\w)"
_WINDOW = re.compile(
    r"(?<!\w)(?P<word>within|in|per|every|over|during|each|an?|any)\s+(?:(?:the\s+)?(?:last|past)\s+|any\s+)?"
    rf"(?:(?P<count>[0-9]+)\s+)?{_UNIT}"
)
_OFTEN = re.compile(r"(?<!\w)(?P<often>daily|weekly|monthly|yearly)(?!\w)")
_OFTEN_UNITS = {"daily": "day", "weekly": "week", "monthly": "month", "yearly": "year"}
_NUMBER = re.compile(
    r"(?:(?<!\w)(?:to|at\s+most|up\s+to|max|maximum|no\s+more\s+than)\s+(?:of\s+)?)?(?<![\w.])(?P<number>[0-9]+)(?![\w.%])"
    r"(?:\s+times)?"
)
_WHERE = re.compile(r"(?<!\w)where\s+(?P<where>[^\0]+)")
_NAMES = re.compile(r"[^\W\d_][\w ]*(?:,\s*[^\W\d_][\w ]*)*")
_FORM = 'limit 3 within 7 days for send email where kind is "marketing"'
_HOLD = "hold send email while marketing consent is not yes"
_CLOCK = re.compile(
    r"\s+(?:[0-9]{1,2}(?::[0-9]{2}|\s*[ap]m)|(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day|week|night|the\s+night)", re.I
)
_HOURS = (
    "ask for the hours in the rule: `if local time between 08:00 and 22:00 then send push ...`; or let it wait there: "
    "`then wait until 08:00 then send push ...`"
)


@frozen
class _Said:
    """What a limit says, whatever the order. `sure`: it can be meant only so."""

    number: str
    window: str
    actions: str
    where: str
    sure: bool

    @property
    def text(self) -> str:
        return f"limit {self.number} within {self.window} for {self.actions}{self.where}"


def limit(place: Place) -> Diagnostic | None:
    """`limit send email to 3 within 7 days`, `limit 3 per week for ...`, `limit 3 in 7 days for ...`."""
    whole = _whole(place, "limit")
    if whole is None or _is_within_where(place):
        return None
    said, span = _understood(whole), _span(place, whole)
    if said.number and said.window and said.actions:
        if said.text == " ".join(whole.split()):
            return None  # it is as it should be: what is wrong stands elsewhere
        fix = Fix(span, said.text, sure=said.sure)
        return wrong("a limit says how many, within how long, and of what", place.span, f"write `{said.text}`", fix)
    if "NUMBER" in place.kinds and not said.number:
        return wrong("how many are let through is not said", place.span, f"write it first, as in `{_FORM}`")
    if "_WITHIN" in place.kinds and not said.window:
        return wrong("within how long is not said", place.span, f"write it behind the number, as in `{_FORM}`")
    if "_FOR" in place.kinds and not said.actions:
        return wrong("what is limited is not said", place.span, f"name the actions behind `for`, as in `{_FORM}`")
    return None


def limit_while(place: Place) -> Diagnostic | None:
    """`limit 3 within 7 days for send email while ...`."""
    if place.found not in ("while", "if", "when", "unless") or _whole(place, "limit") is None:
        return None
    message = f"a limit has no `{place.found}`: it holds for everybody"
    return wrong(message, place.span, f"what is held back from some is a hold of its own: `{_HOLD}`")


def hold(place: Place) -> Diagnostic | None:
    """`hold send email if ...`, `hold send email unless ...`, `hold send email`."""
    whole = _whole(place, "hold")
    if whole is None or "_WHILE" not in place.kinds:
        return None
    if place.ended:
        return wrong("when it is held back is not said", place.span, f"say it behind `while`, as in `{_HOLD}`")
    message = f"when it is held back is said behind `while`, not `{place.found}`"
    if place.found in ("if", "when", "whenever"):
        return wrong(message, place.span, f"write `while`, as in `{_HOLD}`", Fix(place.span, "while"))
    longer = re.match(r"\s+long\s+as(?!\w)", place.after) if place.found == "as" else None
    if longer is not None:
        span = Span(place.span.source, place.span.start, place.span.end + longer.end())
        return wrong(message, place.span, f"write `while`, as in `{_HOLD}`", Fix(span, "while"))
    unless = re.search(r"(?<!\w)unless\s+(?P<rest>.*)", " ".join(whole.split()))
    if unless is not None:
        message = "when it is held back is said behind `while`, not `unless`"
        help_ = f"write `while not ({unless['rest']})`; that is not so either for those of whom it is not known"
        return wrong(message, place.span, help_)
    if place.found in ("from", "between", "on", "at", "during") and _CLOCK.match(place.after):
        return wrong("a hold does not go by the clock", place.span, _HOURS)
    if place.found == "until":
        return wrong(message, place.span, f"say what has to be so while it is held back, as in `{_HOLD}`")
    return None


def joined(place: Place) -> Diagnostic | None:
    """`for send email and send push`."""
    head = re.match(r"(?:limit|hold)\s", place.before)
    if head is None or place.found not in ("and", "or") or "COMMA" not in place.kinds or _is_within_where(place):
        return None
    blanks = len(place.before) - len(place.before.rstrip())
    at = place.stretch(len(place.before) - blanks, len(place.before) + len(place.found))
    return wrong("several actions are parted by commas", place.span, "write `send email, send push`", Fix(at, ","))


def _whole(place: Place, word: str) -> str | None:
    """The text of a declaration that begins with a word, without what stands behind it."""
    if not re.match(rf"{word}\s", place.whole):
        return None
    return re.split(r"\s*#|\n\s*\n", place.whole, maxsplit=1)[0].rstrip()


def _span(place: Place, whole: str) -> Span:
    return place.stretch(0, len(whole))


def _is_within_where(place: Place) -> bool:
    return re.search(r"(?<!\w)where(?!\w)", place.before) is not None and place.found not in (
        "to",
        "within",
        "in",
        "per",
    )


def _understood(whole: str) -> _Said:
    text = " ".join(whole.split()).removeprefix("limit").strip()
    window, sure = "", True
    found = _WINDOW.search(text) or _OFTEN.search(text)
    if found is not None:
        parts = found.groupdict()
        unit = parts.get("unit") or _OFTEN_UNITS[parts["often"]]
        count = parts.get("count") or "1"
        sure = parts.get("count") is not None
        window = f"{count} {parts.get('calendar') or ''}{unit}{'' if count == '1' else 's'}"
        text = f"{text[: found.start()]}\0{text[found.end() :]}"
    asked = _WHERE.search(text)
    where = ""
    if asked is not None:
        behind = re.search(r"\s+(?:to|at\s+most|up\s+to)\s+[0-9]+(?:\s+times)?\s*$", asked["where"])
        end = asked.start("where") + behind.start() if behind is not None else asked.end()
        where = f" where {text[asked.start('where') : end].strip()}"
        text = f"{text[: asked.start()]}\0{text[end:]}"
    number = _NUMBER.search(text)
    if number is not None:
        text = f"{text[: number.start()]}\0{text[number.end() :]}"
    rest = [part for part in (piece.strip(" ,") for piece in text.split("\0")) if part]
    actions = re.sub(r"^(?:for|to|of)\s+", "", " ".join(rest))
    actions = ", ".join(re.split(r"\s*,\s*|\s+(?:and|or)\s+", actions))
    fits = actions if _NAMES.fullmatch(actions) and actions not in ("for", "to", "of") else ""
    return _Said(number["number"] if number is not None else "", window, fits, where, sure)
