"""Expressions of a wanted kind, drawn: literals, attributes, fields, history, collections, lists, arithmetic, dates;
and what compares them."""

from collections.abc import Callable
from random import Random

from attrs import evolve, field, frozen

from tests.strategies.whole.words import CHOICES, EVENTS, HOLDERS, ITEMS_OF, LISTS, PART, TEXT_LIKE, TRAITS

LITERALS: dict[str, tuple[str, ...]] = {
    "number": ("0", "1", "2", "3", "2.5", "-1", "0.000001", "50%"),
    "text": ('"a"', '"A"', '"b"', '"ab"', '""'),
    "folded": ('"a"', '"A"', '"b"', '"Ab"', '"ß"', '"SS"'),
    "boolean": ("yes", "no"),
    "date": ("2026-03-07", "2026-03-08", "2026-03-09", "2026-02-28"),
    "instant": ("2026-03-08T07:00", "2026-03-08T02:30", "2026-03-09T00:00Z", "2026-03-07T12:00:00Z"),
    "duration": ("1 second", "1 hour", "90 minutes", "1 day", "2 days"),
    "clock": ("00:00", "09:00", "12:00", "17:30", "23:00"),
    "day": ('"Monday"', '"Sunday"', '"Saturday"'),
    **{kind: tuple(f'"{each}"' for each in choices) for kind, choices in CHOICES.items()},
}
FIXED = ("1 hour", "90 minutes", "1 day", "2 days", "1 week")
CALENDAR = ("1 calendar day", "2 calendar days", "1 calendar week", "1 month", "2 months", "1 year")
WINDOWS = (*FIXED, *FIXED, *CALENDAR)
AGO = (
    "from 2 days to 1 hour ago", "from 1 day to 90 minutes ago", "from 2 calendar days to 1 hour ago",
    "from 1 month to 1 calendar day ago", "from 2 months to 1 month ago", "from 1 year to 2 days ago",
)  # fmt: skip
DATED = ("since 2026-03-08", "before 2026-03-08", "since 2026-03-08T02:30", "before 2026-03-09T00:00Z")


KINDS = ("number", "number", "number", "text", "folded", "choice of grade", "boolean", "date", "instant", "duration",
         "clock", "day", "texts", "foldeds", "numbers")  # fmt: skip
SIGNS = ("<", "<=", ">", ">=", "=", "!=")


@frozen
class Scope:
    """What an expression may speak of: segments and defines (with their kinds), the fields of the event at hand (None:
    there is none), those of the event that started the flow where that is another one, and inside a `where` those of
    the remembered event or the item. `lasting` where it has to hold between events."""

    segments: tuple[str, ...] = ()
    defines: dict[str, str] = field(factory=dict)
    event: dict[str, str] | None = None
    start: dict[str, str] | None = None
    item: dict[str, str] | None = None
    lasting: bool = True

    def about(self, item: dict[str, str]) -> "Scope":
        return evolve(self, item=item)


def read(kind: str, scope: Scope) -> list[str]:
    """All names by which a value of a kind can be read."""
    if scope.item is not None:
        found = [name or "it" for name, of in scope.item.items() if of == kind]
        found += ["time"] if kind == "instant" and "" not in scope.item and "pieces" not in scope.item else []
    else:
        found = [name for name, of in TRAITS.items() if of == kind]
        found += [name for name, of in scope.defines.items() if of == kind]
        found += [] if scope.start is not None else [name for name, of in (scope.event or {}).items() if of == kind]
    at_hand = scope.start if scope.start is not None else scope.event
    found += [f"this {name}" for name, of in (at_hand or {}).items() if of == kind]
    if scope.start is not None and scope.item is None:
        found += [name for name, of in (scope.event or {}).items() if of == kind]
    if kind == "instant" and scope.event and scope.item is None:
        found += ["time", "received"]
    return found


def value(random: Random, kind: str, scope: Scope, depth: int = 2) -> str:
    """An expression of a kind; in brackets where it is not one word."""
    names = read(kind, scope)
    of_flow = [name for name in names if name.startswith("this ")] if scope.start is not None else []
    form = random.random()
    if names and form < 0.55:
        return random.choice(of_flow if of_flow and form < 0.25 else names)
    if depth and form < 0.85:
        made = _made(random, kind, scope, depth - 1)
        if made is not None:
            return made
    if kind in LITERALS:
        return random.choice(LITERALS[kind])
    return random.choice(names) if names else "likes"


def _made(random: Random, kind: str, scope: Scope, depth: int) -> str | None:
    """An expression that works something out."""
    ways: list[Callable[[], str]] = []
    inner = _Inner(random, scope, depth)
    match kind:
        case "number":
            ways = [inner.sum, inner.product, inner.quotient, inner.minus, inner.ratio]
            ways += [lambda: "age"] if scope.item is None else []
            ways += [lambda: measure(random, scope, kind)] * 3
            ways += [lambda: count(random, scope), lambda: count(random, scope)]
        case "duration":
            ways = [inner.between_instants, inner.between_dates, inner.scaled, inner.longer]
            ways += [lambda: measure(random, scope, kind)]
        case "instant":
            ways = [inner.moved_instant, inner.moved_instant, lambda: measure(random, scope, kind)]
        case "date":
            ways = [inner.moved_date, lambda: measure(random, scope, kind)]
            ways += [lambda: "today"] * 2 if not scope.lasting and scope.item is None else []
        case "clock" | "day":
            if scope.lasting or scope.item is not None:
                return None
            return "local time" if kind == "clock" else "weekday"
        case "text" | "folded" | "boolean" | "choice of size":
            ways = [lambda: measure(random, scope, kind)]
        case _:
            return None
    return random.choice(ways)()


@frozen
class _Inner:
    random: Random
    scope: Scope
    depth: int

    def of(self, kind: str) -> str:
        return value(self.random, kind, self.scope, self.depth)

    def one(self, *choices: str) -> str:
        return self.random.choice(choices)

    def sum(self) -> str:
        return f"({self.of('number')} {self.one('+', '-')} {self.of('number')})"

    def product(self) -> str:
        return f"({self.of('number')} * {self.of('number')})"

    def quotient(self) -> str:
        return f"({self.of('number')} / {self.of('number')})"

    def minus(self) -> str:
        return f"(-{self.of('number')})"

    def ratio(self) -> str:
        return f"({self.of('duration')} / {self.of('duration')})"

    def between_instants(self) -> str:
        return f"({self.of('instant')} - {self.of('instant')})"

    def between_dates(self) -> str:
        return f"({self.of('date')} - {self.of('date')})"

    def scaled(self) -> str:
        return f"({self.of('duration')} {self.one('*', '/')} {self.of('number')})"

    def longer(self) -> str:
        return f"({self.of('duration')} {self.one('+', '-')} {self.of('duration')})"

    def moved_instant(self) -> str:
        by = self.one(*CALENDAR, *FIXED, self.of("duration"))
        return f"({self.of('instant')} {self.one('+', '-')} {by})"

    def moved_date(self) -> str:
        return f"({self.of('date')} {self.one('+', '-')} {self.one('1 day', '30 days', *CALENDAR)})"


# ------------------------------------------------------------------------------------------- history and collections


def window(random: Random) -> str:
    """A window behind a source, with a blank before it; none at all, too."""
    form = random.random()
    if form < 0.3:
        return ""
    if form < 0.7:
        return f" within {random.choice(WINDOWS)}"
    return f" {random.choice(AGO if form < 0.9 else DATED)}"


@frozen
class Source:
    """Events, a collection or a list that a measure is of: as it is written, and the kinds of its fields."""

    text: str
    fields: dict[str, str]
    is_list: bool = False


def source(random: Random, scope: Scope, *, timed: bool = True, kind: str | None = None) -> Source | None:
    """Something to measure. Without `timed` it has no window; with a `kind` it has a field of that kind."""
    lists = _lists(scope, kind)
    if scope.item is not None or (lists and random.random() < 0.4):
        if not lists:
            return None
        name, fields = random.choice(sorted(lists.items()))
        return Source(f"{name}{where(random, scope, fields)}", fields, is_list=True)
    if random.random() < 0.3:
        holder, event = random.choice(
            [each for each in HOLDERS.items() if _has(EVENTS[each[1]], kind)] or [("bag", "takes")]
        )
        return Source(f"{holder}{where(random, scope, EVENTS[event])}{window(random) if timed else ''}", EVENTS[event])
    event = random.choice(
        [each for each in (*EVENTS, "buys thing", "looks", "pings") if _has(EVENTS[each], kind)] or ["takes"]
    )
    about = matched(random, event) or where(random, scope, EVENTS[event])
    return Source(f"{event}{about}{window(random) if timed else ''}", EVENTS[event])


def _has(fields: dict[str, str], kind: str | None) -> bool:
    return kind is None or kind in fields.values()


def _lists(scope: Scope, kind: str | None) -> dict[str, dict[str, str]]:
    """The lists at hand, with the fields of their items."""
    kinds = scope.item if scope.item is not None else scope.event
    found = {name: PART if of == "parts" else {"": ITEMS_OF[of]} for name, of in (kinds or {}).items() if of in LISTS}
    return {name: fields for name, fields in found.items() if _has(fields, kind)}


def matched(random: Random, event: str) -> str:
    """A value behind an event's name, now and then."""
    if random.random() > 0.12 or not EVENTS[event]:
        return ""
    field, kind = random.choice(list(EVENTS[event].items())[:3])
    if kind not in LITERALS or kind == "boolean":
        return ""
    first = next(iter(EVENTS[event]))
    return f" {random.choice(LITERALS[kind])}" if field == first else f" {field} {random.choice(LITERALS[kind])}"


def where(random: Random, scope: Scope, fields: dict[str, str]) -> str:
    """A `where` with a blank before it; mostly none."""
    if not fields or random.random() > 0.4:
        return ""
    return f" where {tested(random, scope.about(fields))}"


def count(random: Random, scope: Scope) -> str:
    found = source(random, scope)
    if found is None:
        return random.choice(LITERALS["number"])
    plain = [name for name, kind in found.fields.items() if kind not in LISTS]
    if plain and random.random() < 0.4:
        return f"(count of distinct {random.choice(plain) or 'it'} of {found.text})"
    return f"(count of {found.text})"


def measure(random: Random, scope: Scope, kind: str) -> str:
    """A measure whose answer is of a kind; a literal where there is none."""
    found = source(random, scope, kind=kind if random.random() < 0.9 else None)
    names = [name or "it" for name, of in (found.fields if found else {}).items() if of == kind]
    if found is not None and kind == "instant" and not found.is_list:
        names.append("time")
    if found is None or not names:
        return random.choice(LITERALS[kind])
    words = ["first", "latest"]
    if kind in ("number", "duration"):
        words += ["total", "average", "total", "average", "smallest", "largest"]
    elif kind in ("date", "instant"):
        words += ["smallest", "largest"]
    word = random.choice([f"{each} of" for each in words] + (["most frequent"] * 2 if kind != "instant" else []))
    name = random.choice(names)
    if kind == "number" and random.random() < 0.25:
        name = f"({name} {random.choice('+-*/')} {random.choice((*names, '2'))})"
    return f"({word} {name} of {found.text})"


# ---------------------------------------------------------------------------------------------------- comparisons


def comparison(random: Random, kind: str, scope: Scope, depth: int = 2) -> str:
    """A test of a value of a kind."""
    if kind in LISTS:
        names = read(kind, scope)
        if kind == "parts" or not names:
            return f"{value(random, 'number', scope, depth)} >= 1"
        of = {"texts": "text", "foldeds": "folded", "numbers": "number"}[kind]
        if random.random() < 0.15:
            return f"{random.choice(names)} is {random.choice(('', 'not '))}known"
        return f"{random.choice(names)} contains {value(random, of, scope, 1)}"
    left = value(random, kind, scope, depth)
    form = random.random()
    if form < 0.08:
        return f"{left} is {random.choice(('', 'not '))}known"
    if kind == "boolean":
        return f"{left} is {random.choice(('', 'not '))}{random.choice(('yes', value(random, kind, scope, 0)))}"
    if form < 0.2:
        listed = random.sample(LITERALS[kind], k=min(len(LITERALS[kind]), random.randint(1, 3)))
        return f"{left} {random.choice(('', 'not '))}in ({', '.join(listed)})"
    if kind in TEXT_LIKE:
        word = random.choice(("is", "is", "is not", "contains", "starts with", "ends with"))
        return f"{left} {word} {value(random, kind, scope, min(depth, 1))}"
    if kind == "day":
        return f"{left} {random.choice(('is', 'is not'))} {random.choice(LITERALS[kind])}"
    if form < 0.3:
        return f"{left} between {value(random, kind, scope, 0)} and {value(random, kind, scope, 0)}"
    if kind in ("date", "instant") and form < 0.4:
        return f"{left} {random.choice(SIGNS)} {value(random, 'instant' if kind == 'date' else 'date', scope, 1)}"
    return f"{left} {random.choice(SIGNS)} {value(random, kind, scope, min(depth, 1))}"


def some_kind(random: Random, scope: Scope) -> str:
    if scope.item is not None:
        return random.choice([*scope.item.values(), "number"])
    if scope.event and random.random() < 0.5:
        return random.choice(list(scope.event.values()))
    timed = ("clock", "day") if scope.lasting else ()
    return random.choice([kind for kind in KINDS if kind not in timed])


def tested(random: Random, scope: Scope) -> str:
    """What a `where` asks of an event or an item, in brackets."""
    tests = []
    at_hand = (scope.start if scope.start is not None else scope.event) or {}
    same = [(f"{one or 'it'} {random.choice(('=', '!=', '='))} this {other}")
            for one, kind in (scope.item or {}).items() for other, of in at_hand.items()
            if kind == of and kind not in LISTS]  # fmt: skip
    if "" not in (scope.item or {}) and "pieces" not in (scope.item or {}):
        same += [f"time {random.choice(SIGNS)} this {name}" for name, kind in at_hand.items() if kind == "instant"]
    if same and random.random() < 0.5:
        tests.append(random.choice(same))
    for _ in range(0 if tests and random.random() < 0.7 else 1 if random.random() < 0.7 else 2):
        lists = [name for name, kind in (scope.item or {}).items() if kind in LISTS]
        if lists and random.random() < 0.3:
            tests.append(any_item(random, scope))
        else:
            tests.append(comparison(random, some_kind(random, scope), scope, 1))
    negated = "not " if random.random() < 0.2 else ""
    return f"({negated}({random.choice((' and ', ' or ')).join(f'({test})' for test in tests)}))"


def any_item(random: Random, scope: Scope) -> str:
    """A test of a list's or a collection's items."""
    found = source(random, scope, timed=False)
    if found is None or found.text.split(" where ")[0] in EVENTS or found.text.split(" ")[0] in ("buys", "drops"):
        holder, event = random.choice(sorted(HOLDERS.items()))
        if scope.item is not None:
            return f"{value(random, 'number', scope, 0)} >= 1"
        return f"{random.choice(('any', 'no'))} item of {holder}{where(random, scope, EVENTS[event])}"
    return f"{random.choice(('any', 'no'))} item of {found.text}"
