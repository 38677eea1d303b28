"""Conditions, drawn: every form of a comparison, history, collections and lists, memberships, time, chance, and what
joins them."""

from random import Random

from tests.strategies.whole.values import (
    DATED,
    FIXED,
    SIGNS,
    WINDOWS,
    Scope,
    any_item,
    comparison,
    count,
    matched,
    measure,
    read,
    some_kind,
    source,
    value,
    where,
    window,
)  # fmt: skip
from tests.strategies.whole.words import EVENTS

COUNTS = (
    "", "", " once", " twice", " at least twice", " at least 3 times", " at most once", " at most 2 times",
    " fewer than 2 times", " more than 1 times", " exactly 0 times", " exactly twice", " exactly 3 times",
    " from 1 to 2 times", " from 0 to 1 times", " at least 0 times",
)  # fmt: skip


def _history(random: Random, scope: Scope) -> str:
    event = random.choice([*EVENTS, "buys thing", "looks", "pings"])
    about = matched(random, event) or where(random, scope, EVENTS[event])
    return f"{event}{about}{random.choice(COUNTS)}{window(random)}"


def _measured(random: Random, scope: Scope) -> str:
    kind = random.choice(("number", "number", "number", "text", "folded", "duration", "date", "instant", "boolean"))
    if kind in ("text", "folded", "boolean"):
        return f"{measure(random, scope, kind)} {random.choice(('is', 'is not'))} {value(random, kind, scope, 0)}"
    found = count(random, scope) if random.random() < 0.25 and kind == "number" else measure(random, scope, kind)
    return f"{found} {random.choice(SIGNS)} {value(random, kind, scope, 0)}"


def _since(random: Random, scope: Scope) -> str:
    found = source(random, scope, timed=False)
    if found is None or found.is_list:
        return "time since pings > 1 hour"
    lasted = value(random, "duration", scope, 1) if random.random() < 0.3 else random.choice(FIXED)
    return f"time since {found.text} {random.choice(SIGNS[:4])} {lasted}"


def _dated(random: Random, scope: Scope) -> str:
    """Whether a date or instant is near now."""
    names = [*read("date", scope), *read("instant", scope)]
    near = (
        f"within {random.choice(WINDOWS)}", f"within the next {random.choice(WINDOWS)}",
        random.choice(("from 2 days to 1 hour ago", "from 1 month to 1 day ago")), random.choice(DATED),
    )  # fmt: skip
    return f"{random.choice(names)} {random.choice(near)}"


def _membership(random: Random, scope: Scope) -> str:
    if not scope.segments:
        return "pings"
    some = random.sample(scope.segments, k=min(len(scope.segments), random.randint(1, 3)))
    form = random.random()
    if form < 0.3:
        return f"in segment {some[0]} for at least {random.choice(FIXED)}"
    if form < 0.5:
        return f"{random.choice(('', 'not '))}in segment {some[0]}"
    return f"in segment {random.choice(('any', 'all', 'none'))}({', '.join(some)})"


def _moment(random: Random, scope: Scope) -> str:
    """The day and the time: in rules alone."""
    return random.choice((
        "on weekdays", "on Sunday from 22:00 to 03:00", "on Saturday, Sunday", "on Monday from 09:00 to 17:00",
        "local time between 09:00 and 17:00", "local time >= 12:00", 'weekday is "Sunday"', "today = 2026-03-08",
        "today - 30 days >= start", "on weekdays from 22:00 to 06:00",
    ))  # fmt: skip


def _chance(random: Random, _scope: Scope) -> str:
    return f'random {random.choice((10, 50, 50, 90, 33.3333))}% "{random.choice(("coin", "die"))}"'


def atom(random: Random, scope: Scope) -> str:
    form = random.random()
    if form < 0.2:
        return _history(random, scope)
    if form < 0.35:
        return _measured(random, scope)
    if form < 0.55:
        return comparison(random, some_kind(random, scope), scope)
    if form < 0.63:
        return any_item(random, scope)
    if form < 0.71:
        return _since(random, scope)
    if form < 0.78:
        return _dated(random, scope)
    if form < 0.90:
        return _membership(random, scope)
    if form < 0.93 or scope.lasting:
        return _chance(random, scope)
    return _moment(random, scope)


OFTEN = ("points >= 1", "pings", "not looks within 1 hour", "any item of basket", "count of looks <= 2",
         "flag is not no", "grade is not known", "not buys thing within 1 day")  # fmt: skip
"""Conditions that are often true and often not."""


def condition(random: Random, scope: Scope, depth: int = 1) -> str:
    form = random.random()
    if form < 0.12:
        return random.choice(OFTEN)
    if form < 0.55 or not depth:
        return atom(random, scope)
    if form < 0.67:
        return f"not ({condition(random, scope, depth - 1)})"
    joint = " and " if form < 0.84 else " or "
    return joint.join(f"({condition(random, scope, depth - 1)})" for _ in range(random.randint(2, 3)))
