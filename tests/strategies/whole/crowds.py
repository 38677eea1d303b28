"""Many declarations that are much alike: engines look such up in tables, go through them in pieces, and write what
stands deep inside one another as functions of their own. Drawn programs alone are too small for any of it."""

from collections.abc import Callable
from random import Random

from attrs import evolve

from tests.strategies.whole.conditions import condition
from tests.strategies.whole.rules import actions
from tests.strategies.whole.values import WINDOWS, Scope
from tests.strategies.whole.words import EVENTS, FILLED

VALUES: dict[str, tuple[str, ...]] = {
    "text": ('"a"', '"A"', '"b"', '"ab"', '"u"', '"v"', '""', '"ß"', '"c"', '"d"'),
    "folded": ('"a"', '"A"', '"b"', '"aB"', '"SS"', '"ß"', '""', '"u"', '"v"', '"c"'),
    "number": ("0", "1", "2", "3", "2.5", "-1", "0.000001", "4", "5", "6"),
    "boolean": ("yes", "no"),
    "date": ("2026-03-07", "2026-03-08", "2026-03-09", "2026-03-10", "2026-03-06"),
    "instant": ("2026-03-07T12:00:00Z", "2026-03-07T13:00:00Z", "2026-03-08T07:00:00Z"),
    "duration": ("1 hour", "90 minutes", "1 day", "2 days"),
}
SUBJECTS = (("buys thing", "thing"), ("buys thing", "kind"), ("buys thing", "price"), ("buys thing", "again"),
            ("looks", "page"), ("looks", "price"), ("looks", "took"), ("takes", "article"), ("notes", "what"),
            ("asks", "day"), ("asks", "kind"), ("buys thing", "paid"))  # fmt: skip
ASKED = (("points", "number"), ("nick", "folded"), ("grade", "choice"), ("flag", "boolean"), ("start", "date"),
         ("alias", "folded"), ("mood", "text"), ("mark", "number"))  # fmt: skip


def crowd(random: Random, scope: Scope) -> list[str]:
    """The declarations of one crowd."""
    kinds: tuple[Callable[[Random, Scope], list[str]], ...] = (
        _rules_by_value, _rules_by_value, _rules_by_attribute, _rules_by_membership, _rules_by_bound, _segments,
        _segments, _looking_back, _counting,
    )  # fmt: skip
    return random.choice(kinds)(random, scope)


def _subject(random: Random) -> tuple[str, str, tuple[str, ...]]:
    event, field = random.choice(SUBJECTS)
    return event, field, VALUES[EVENTS[event][field]]


def _done(random: Random, scope: Scope, event: str, number: int) -> str:
    if random.random() < 0.15:
        return actions(random, evolve(scope, event=EVENTS[event], lasting=False))
    if random.random() < 0.3:
        return f'add to {random.choice(FILLED)} for {random.choice(WINDOWS)} and tell "crowd {number}"'
    return f'tell "crowd {number}"'


def _more(random: Random, scope: Scope, event: str, joint: str) -> str:
    """A further condition, now and then."""
    if random.random() > 0.3:
        return ""
    return f"{joint}({condition(random, evolve(scope, event=EVENTS[event], lasting=False), 0)})"


def _test(random: Random, name: str, values: tuple[str, ...]) -> str:
    """A test by which something can be looked up, or nearly."""
    one, other = random.choice(values), random.choice(values)
    return random.choice((
        f"{name} = {one}", f"{name} = {one}", f"{name} is {one}", f"{name} in ({one}, {other})",
        f"(({name} = {one}) or ({name} = {other}))", f"(not ({name} != {one}))", f"{one} = {name}",
        f"{name} in ({', '.join(values[:7])})",
    ))  # fmt: skip


def _rules_by_value(random: Random, scope: Scope) -> list[str]:
    event, field, values = _subject(random)
    made = []
    for number in range(random.randint(3, 9)):
        if random.random() < 0.6:
            text = f"{event} where ({_test(random, field, values)}){_more(random, scope, event, ' if ')}"
        else:
            text = f"{event} if {_test(random, f'this {field}', values)}{_more(random, scope, event, ' and ')}"
        made.append(f"when {text} then {_done(random, scope, event, number)}")
    return made


def _rules_by_attribute(random: Random, scope: Scope) -> list[str]:
    event = random.choice(("looks", "pings", "buys thing", "notes"))
    name, kind = random.choice(ASKED)
    values = VALUES.get(kind, ('"a"', '"b"', '"c"'))
    return [
        f"when {event} if {_test(random, name, values)}{_more(random, scope, event, ' and ')} then "
        f"{_done(random, scope, event, number)}"
        for number in range(random.randint(3, 8))
    ]


def _rules_by_membership(random: Random, scope: Scope) -> list[str]:
    event = random.choice(("looks", "pings", "buys thing", "notes"))
    made = []
    for number in range(random.randint(3, 9)):
        one, other = random.choice(scope.segments), random.choice(scope.segments)
        forms = ("{0}", "any({0}, {1})", "all({0}, {1})", "{0} for at least 1 hour", "none({0})")
        asked = f"in segment {random.choice(forms).format(one, other)}"
        made.append(f"when {event} if {asked}{_more(random, scope, event, ' and ')} then "
                    f"{_done(random, scope, event, number)}")  # fmt: skip
    return made


def _rules_by_bound(random: Random, scope: Scope) -> list[str]:
    event, field, values = _subject(random)
    name = f"this {field}"
    if EVENTS[event][field] not in ("number", "date", "instant", "duration"):
        event, name, values = "pings", "points", VALUES["number"]
    sign = random.choice(("<", "<=", ">", ">="))
    made = []
    for number in range(random.randint(3, 8)):
        bound = random.choice(values)
        asked = f"{name} {sign} {bound}" if random.random() < 0.8 else f"{bound} {sign} {name}"
        made.append(f"when {event} if {asked}{_more(random, scope, event, ' and ')} then "
                    f"{_done(random, scope, event, number)}")  # fmt: skip
    return made


def _segments(random: Random, scope: Scope) -> list[str]:
    """More segments about one event than an engine looks at after each."""
    event, field, values = _subject(random)
    made = []
    heard = random.random() < 0.4
    for number in range(random.choice((8, 12, 30))):
        about = f"{event} where ({_test(random, field, values)})"
        within = random.choice(("", f" within {random.choice(WINDOWS)}"))
        asked = random.choice((
            f"{about}{within}", f"{about} at least twice{within}", f"count of {about}{within} >= 1",
            f"not {about}{within}", f"time since {about} > 90 minutes", f"total of price of takes{within} >= {number}",
            f"{about} at most once{within}", f"count of distinct kind of buys thing{within} >= 2",
        ))  # fmt: skip
        also = f" and in segment Crowd {number - 1}" if number and random.random() < 0.1 else ""
        made.append(f"segment Crowd {number} if ({asked}){also}")
        if heard and random.random() < 0.3:
            made.append(f'when {random.choice(("enters", "leaves"))} Crowd {number} then tell "crowd {number}"')
    return made


def _looking_back(random: Random, scope: Scope) -> list[str]:
    event, field, values = _subject(random)
    which = random.choice(("each", "the last"))
    made = []
    for number in range(random.randint(8, 10)):
        without = random.choice(("", f" without {event}", f" without {event} where {field} = this {field}",
                                 " without pings"))  # fmt: skip
        test = f" where {field} = {random.choice(values)}"
        made.append(f'when {random.choice(WINDOWS)} after {which} {event}{test}{without} then tell "crowd {number}"')
    return made


def _counting(random: Random, scope: Scope) -> list[str]:
    event, field, values = _subject(random)
    return [
        f"when {event} where ({_test(random, field, values)}) {random.randint(1, 3)} times within "
        f"{random.choice(WINDOWS)} then {_done(random, scope, event, number)}"
        for number in range(random.randint(8, 10))
    ]


# ---------------------------------------------------------------------------------------------------------------- depth


def deep(random: Random, scope: Scope) -> list[str]:
    """Conditions and formulas of many parts inside one another, and a branch of many paths."""
    levels = random.randint(20, 45)
    asked = random.choice(("looks", "points >= 1", "flag is yes", "nick is known", 'mood is "a"'))
    for level in range(levels):
        asked = f"not ({asked})" if level % 3 else f"({asked}) {random.choice(('and', 'or'))} (points < {level})"
    sum_ = "points" + "".join(
        f" {random.choice('+-*/')} {random.choice(('1', '2', 'mark', 'points'))}" for _ in range(levels)
    )
    signs = random.choice((">=", "<", "="))
    paths = [f'path if this price = {number} then tell "deep {number}"' for number in range(random.randint(5, 60))]
    return [
        f"segment Deep if {asked}",
        f"segment Long if {sum_} {signs} 1",
        "when looks then branch first {\n" + "\n".join(paths) + "\n}",
        f'when looks if {sum_.replace("points", "this price")} {signs} 2 then tell "deep" with amount = {sum_}',
    ]


def many(random: Random, scope: Scope) -> list[str]:
    """More rules on one event, with nothing to look them up by, than fit into one function."""
    return [f'when pings if not (looks at least {number} times) then tell "many {number}"' for number in range(210)]
