"""Programs that compile, drawn from a number: the same number always gives the same program."""

from functools import cache
from random import Random

from attrs import evolve, frozen

from segdsl.compiler.pipeline import check_modules, compile_program
from segdsl.diagnostics.diagnostic import Collector, Diagnostic
from segdsl.diagnostics.source import Source, SourceMap
from segdsl.host import files
from segdsl.plan.nodes import Plan
from segdsl.syntax import ast
from segdsl.syntax.parse import parse
from tests.strategies.whole.conditions import condition
from tests.strategies.whole.crowds import crowd, deep, many
from tests.strategies.whole.probes import probes
from tests.strategies.whole.rules import BOUNDS, CLOCKS, activity, rule, sentence
from tests.strategies.whole.values import WINDOWS, Scope, value
from tests.strategies.whole.words import ACTIONS, FILLED, WORDS

ZONES = ("UTC", "America/Toronto", "America/Toronto", "Australia/Lord_Howe", "Europe/Berlin")
HEARERS = (
    ("segment Looker if looks within 1 day", "when looks then add to Added One for 90 minutes",
     'when leaves Added One then tell "left"', 'when enters Looker then tell "in"'),
    ("segment Quiet if time since pings > 90 minutes", "when pings then add to Added Two for 1 day",
     'when leaves Added Two then record notes with what = "left"', "when leaves Quiet then add to Added Three"),
    ('when buys thing then shout "bought"', 'limit 2 within 1 day for shout', 'hold tell while in segment Added Two',
     "when looks or pings then tell with amount = points"),
    ('when pings then record notes with what = "u", price = 1 and record notes with what = "v", price = 2',
     'activity Each note per what { when notes then wait 1 hour then tell with what = this what }',
     "activity Each line per article restarting { when 1 hour after each takes then wait 1 day then tell with "
     "what = this article, amount = this price }"),
    ("activity Bought first per thing { when buys thing then wait for looks 2 times within 1 day then tell with "
     "what = this thing, amount = price then wait for orders within 2 days then tell with what = this thing }",
     "activity Held back holdout 50% { when looks then shout with amount = price }"),
    ('activity At the end { when every month on day 31 at 09:00 then tell "month" }',
     'activity On the day { when every month on day 30 then record notes with what = "month" }',
     'activity Until then until 2026-03-09 { when looks then tell "until" }',
     'activity From then from 2026-03-09 { when looks then tell "from" }',
     "segment Seldom if looks within 1 month and not buys thing within 2 calendar days"),
    ("segment Ready One by activities while ready is yes", "segment Noting by activities while notes within 1 day",
     "when looks then set ready = yes and add to Ready One for 2 days", "when pings then set ready = no",
     "when buys thing then record notes and add to Noting", 'when enters Ready One or leaves Noting then tell "ready"'),
    ("segment Monthly if looks within 1 month", "segment Seen if seen at within 2 calendar days",
     "segment Yearly if count of pings within 1 year >= 2",
     'when looks if on Sunday from 22:00 to 03:00 then tell "night"',
     'when pings if on Saturday from 22:00 to 03:00 then tell "night"',
     'when buys thing if (price / 3) * 3 < price then shout "cut" with amount = price / 3'),
)  # fmt: skip
"""Rules that listen to what other rules, ends and the clock do: drawn ones seldom listen to the segment in question."""

OF_DEFAULTS = (
    'alias is "aB"', 'alias starts with "A"', 'alias in ("b", "AB")', 'not alias is "b"', "joined since 2026-03-01",
    "joined within 30 days", "joined + 1 month > 2026-03-31", "joined - 1 calendar day <= 2026-03-06",
    "met at < 2026-03-08",
    "met at + 1 day >= 2026-03-08T13:00:00Z", "met at within 1 day", "patience * 2 >= 3 hours", "patience / 2 < 1 hour",
    "wary", "not wary", "points * points >= 4", 'stage in ("a", "b")', "not ready is yes", "points between 1 and 3",
    "time since looks > patience", "2026-04-01 - joined >= 3 weeks", "alias is not known", 'alias is "ab" and wary',
)  # fmt: skip
"""Conditions that may hold for customers of whom nothing is known."""


@frozen
class Whole:
    """A program: its declarations, without the words that all programs know, and its plan."""

    number: int
    declarations: tuple[str, ...]
    plan: Plan

    @property
    def text(self) -> str:
        """All of it, as it would stand in a file."""
        return "\n".join((*WORDS, *self.declarations)) + "\n"

    def without(self, dropped: set[int]) -> "Whole | None":
        """The program without some declarations, by their places; None where it does not compile."""
        kept = tuple(each for place, each in enumerate(self.declarations) if place not in dropped)
        plan, _ = compiled(kept)
        return evolve(self, declarations=kept, plan=plan) if plan is not None else None


def whole(number: int) -> Whole:
    """The program of a number: what the compiler refuses in it is left out."""
    declarations = _drawn(Random(f"program {number}"), number)
    while True:
        plan, refused = compiled(declarations)
        if plan is not None:
            return Whole(number, declarations, plan)
        declarations = tuple(each for place, each in enumerate(declarations) if place not in refused)


def _drawn(random: Random, number: int) -> tuple[str, ...]:
    made = [f'zone "{random.choice(ZONES)}"']
    if random.random() < 0.3:
        made.append("lateness 2 days")
    segments: list[str] = [*FILLED, "Listed One"]
    defines: dict[str, str] = {}
    for place, kind in enumerate(random.sample(("number", "duration", "text", "instant", "boolean"), k=3)):
        inside = Scope(tuple(segments), dict(defines))
        text = condition(random, inside) if kind == "boolean" else value(random, kind, inside)
        name = f"{('some', 'other', 'third')[place]} {kind}"
        made.append(f"define {name} as {text}")
        defines[name] = kind
    made += random.choice((*HEARERS, (), ()))
    segments += [name for name in ("Looker", "Quiet") if any(f"segment {name} " in each for each in made)]
    for place in range(random.randint(2, 5)):
        made.append(f"segment Derived {place} if {condition(random, Scope(tuple(segments), defines))}")
        segments.append(f"Derived {place}")
    made += [f"segment Newcomer {place} if {random.choice(OF_DEFAULTS)}" for place in range(random.choice((0, 1, 2)))]
    made += probes(random, number)
    segments += [name for name in ("Probe 0", "Probe 1") if any(f"segment {name} " in each for each in made)]
    scope = Scope(tuple(segments), defines)
    if random.random() < 0.5:
        made.append(f"segment Watched by activities while {condition(random, scope)}")
        made.append(f"when {random.choice(('looks', 'pings'))} then add to Watched for {random.choice(WINDOWS)}")
    for place in range(random.randint(1, 4)):
        made.append(rule(random, scope, f' seed "s{place}"'))
    for place in range(random.randint(1, 4)):
        made.append(activity(random, scope, place))
    if random.random() < 0.3:
        text = f"when {random.choice(CLOCKS)} then {sentence(random, _rules(scope), '', 1)}"
        made.append(f"activity Clockwork{BOUNDS} {{ {text} }}")
    made += _conflict(random) if random.random() < 0.4 else []
    form = random.random()
    if form < 0.45:
        made += crowd(random, scope)
    elif form < 0.55:
        made += deep(random, scope)
    elif form < 0.56:
        made += many(random, scope)
    made += [_restraint(random, scope) for _ in range(random.choice((0, 1, 2)))]
    for place in range(random.randint(1, 2)):
        bounds = random.choice(("", " from 2026-03-08", BOUNDS))
        made.append(f"promotion Offer {place}{bounds} if {condition(random, scope)}")
    return tuple(made)


def _conflict(random: Random) -> list[str]:
    """Two rules that disagree in one step, of equal or other priorities."""
    event, segment = random.choice(("looks", "pings", "buys thing")), random.choice(FILLED)
    one, other = random.choice(((0, 1), (1, 0), (2, 1), (1, 1), (0, 0)))
    end = random.choice(("", " for 1 day", " for 1 hour"))
    return [
        f"activity Giving priority {one} {{ when {event} then add to {segment}{end} and set mark = 2 and set mood = "
        f'"b" }}',
        f"activity Taking priority {other} {{ when {event} then remove from {segment} and set mark = "
        f'{random.choice("123")} and {random.choice(("clear mood", "set mood = kind"))} }}'.replace(
            "kind", '"a"' if event != "buys thing" else "kind"),
    ]  # fmt: skip


def _rules(scope: Scope) -> Scope:
    return evolve(scope, event={}, lasting=False)


def _restraint(random: Random, scope: Scope) -> str:
    """A limit or a hold on effects."""
    some = sorted(random.sample(sorted(ACTIONS), k=random.randint(1, 3)))
    where = random.choice(("", ' where what is "u"', " where (amount > 1 or amount is not known)",
                           ' where what in ("u", "v")'))  # fmt: skip
    if random.random() < 0.6:
        return f"limit {random.randint(1, 3)} within {random.choice(WINDOWS)} for {', '.join(some)}{where}"
    return f"hold {', '.join(some)}{where} while {condition(random, scope)}"


# ----------------------------------------------------------------------------------------------------------- compiling


def compiled(declarations: tuple[str, ...]) -> tuple[Plan | None, set[int]]:
    """The plan of some declarations beside the words that all programs know, or the places of those to leave out."""
    text = "\n".join(declarations)
    sources, collector = SourceMap(), Collector()
    modules = _words(sources)
    number = sources.add(Source("program.seg", text))
    modules.append(parse(sources[number], number, collector))
    plan, errors = compile_program(check_modules(sources, modules, collector, linted=False))
    if plan is not None:
        return plan, set()
    ends: list[int] = []
    for each in declarations:
        ends.append((ends[-1] + 1 if ends else 0) + len(each))
    refused = {_place(error, ends) for error in errors if error.span.source == number}
    assert refused, f"the words that all programs know are refused: {errors}"
    return None, refused


def _place(error: Diagnostic, ends: list[int]) -> int:
    return next(place for place, end in enumerate(ends) if error.span.start <= end)


def _words(sources: SourceMap) -> list[ast.Module]:
    """The shipped vocabulary and the words that all programs know: parsed once."""
    shipped, own = files.vocabulary(), Source("words.seg", "\n".join(WORDS))
    return [_parsed(sources.add(each), each) for each in (shipped, own)]


_TREES: dict[int, ast.Module] = {}


def _parsed(number: int, source: Source) -> ast.Module:
    if number not in _TREES:
        collector = Collector()
        _TREES[number] = parse(source, number, collector)
        assert not collector.errors, list(collector)
    return _TREES[number]


@cache
def cached(number: int) -> Whole:
    """The program of a number, kept: several tests take the same ones."""
    return whole(number)
