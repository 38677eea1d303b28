"""Generated programs of any number of rules, as shops write them: `rules(10_000)` is the text of ten thousand.

Two thirds are rules that add to segments (on searches, products, carts, orders, visits and registrations; with
conditions, waits, branches and effects, in activities and outside them), one third are segments with a condition (over
windows, counts, totals, attributes and other segments). Made from a seed, so that a run can be repeated. By itself:
`python -m benchmarks.programs 1000 > rules.seg`.
"""

import random
import sys
from collections.abc import Callable

CATEGORIES = ("Golf", "Ski", "Tennis", "Shoes", "Apparel", "Garden", "Toys", "Books", "Music", "Kitchen")
BRANDS = ("Acme", "Northwind", "Contoso", "Fabrikam", "Tailspin", "Litware", "Adventure", "Proseware")
WINDOWS = ("1 day", "7 days", "14 days", "30 days", "60 days", "90 days", "7 calendar days", "3 months")
HEAD = """\
zone "America/Toronto"
attribute household: one of ("single", "couple", "family")
attribute income: number
attribute region: text
"""


def rules(number: int, seed: int = 1) -> str:
    """The text of a program of so many rules."""
    return "\n".join((HEAD, *declarations(number, seed)))


def files(number: int, seed: int = 1, each: int = 100) -> dict[str, str]:
    """The same program as files of so many declarations each, by name."""
    made = declarations(number, seed)
    parts = {f"part-{at // each:04}.seg": "\n".join(made[at : at + each]) for at in range(0, len(made), each)}
    return {"head.seg": HEAD, **parts}


def declarations(number: int, seed: int = 1) -> list[str]:
    """The rules, and the segments that they fill."""
    draw = random.Random(seed)
    added = [f"Audience {at}" for at in range(max(1, number // 5))]
    made = [f'segment "{name}" by activities' for name in added]
    derived: list[str] = []
    for at in range(number):
        if draw.randrange(3):
            made.append(draw.choice(RULES)(draw, at, draw.choice(added), derived or added))
        else:
            made.append(f'segment "Group {at}" if {draw.choice(CONDITIONS)(draw, at, derived or added)}')
            derived.append(f"Group {at}")
    return made


Draw = random.Random


def _search(draw: Draw, at: int, segment: str, known: list[str]) -> str:
    return f'when searches "{_word(draw)} {at}" then add to "{segment}" for {draw.choice((7, 30, 90))} days'


def _search_of_members(draw: Draw, at: int, segment: str, known: list[str]) -> str:
    return (
        f'search rule "Search {at}" {{\n  when searches "{_word(draw)} {at % 97}" if {_membership(draw, known)}\n'
        f'  then add to "{segment}" and show content "Banner {at}"\n}}'
    )


def _product(draw: Draw, at: int, segment: str, known: list[str]) -> str:
    return (
        f'when views product where (category is "{draw.choice(CATEGORIES)}" and price > {draw.randrange(10, 900)})\n'
        f'if not in segment {_name(draw.choice(known))} then add to "{segment}"'
    )


def _cart(draw: Draw, at: int, segment: str, known: list[str]) -> str:
    return (
        f'when adds to cart category "{draw.choice(CATEGORIES)}"\n'
        f"if total of (price * quantity) of cart >= {draw.randrange(20, 900)} and {_attribute(draw)}\n"
        f'then add to "{segment}" and send email "cart {at}"'
    )


def _order(draw: Draw, at: int, segment: str, known: list[str]) -> str:
    return (
        f"when places order where amount >= {draw.randrange(10, 2000)}\n"
        f'if {_count(draw, at)} and {_attribute(draw)} then add to "{segment}"'
    )


def _spot(draw: Draw, at: int, segment: str, known: list[str]) -> str:
    one, other = (_name(name) for name in (draw.sample(known, 2) if len(known) > 1 else known * 2))
    return (
        f'web activity "Banner {at}" priority {draw.randrange(10)} {{\n  when views spot "Spot {at % 50}"\n'
        f'  then branch first {{\n    path if in segment any({one}) then show content "A {at}"\n'
        f'    path if in segment none({other}) then show content "B {at}"\n'
        f'    otherwise then show content "C {at}"\n  }}\n}}'
    )


def _welcome(draw: Draw, at: int, segment: str, known: list[str]) -> str:
    return (
        f'dialog activity "Welcome {at}" from 2026-01-01 until 2027-01-01 holdout {draw.randrange(1, 20)}% {{\n'
        f'  when registers if {_attribute(draw)}\n  then send email "welcome {at}"\n'
        f"  then wait {draw.randrange(1, 30)} days\n"
        f'  then if not places order then send email "offer {at}" and add to "{segment}"\n}}'
    )


def _several(draw: Draw, at: int, segment: str, known: list[str]) -> str:
    return (
        f'when searches "{_word(draw)} {at % 89}" {draw.randrange(2, 6)} times within {draw.choice(WINDOWS[:5])}\n'
        f'then add to "{segment}"'
    )


Rule = Callable[[Draw, int, str, list[str]], str]
RULES: tuple[Rule, ...] = (
    _search, _search, _search, _search_of_members, _product, _product, _cart, _cart, _order, _order, _spot, _welcome,
    _several,
)  # fmt: skip


def _name(segment: str) -> str:
    return f'"{segment}"'


def _word(draw: Draw) -> str:
    return f"{draw.choice(BRANDS)} {draw.choice(CATEGORIES)}"


def _membership(draw: Draw, known: list[str]) -> str:
    some = dict.fromkeys(_name(draw.choice(known)) for _ in range(draw.randrange(1, 4)))
    return f"in segment {draw.choice(('any', 'all', 'none'))}({', '.join(some)})"


def _attribute(draw: Draw) -> str:
    return draw.choice(
        (
            f"income >= {1000 * draw.randrange(10, 200)}",
            f"age between {draw.randrange(18, 40)} and {draw.randrange(41, 90)}",
            f'household is "{draw.choice(("single", "couple", "family"))}"',
            f'region in ("R{draw.randrange(40)}", "R{draw.randrange(40, 80)}")',
        )
    )


def _count(draw: Draw, at: int) -> str:
    return (
        f'buys category "{draw.choice(CATEGORIES)}" at least {draw.randrange(2, 9)} times within {draw.choice(WINDOWS)}'
    )


def _products(draw: Draw, at: int) -> str:
    return f'views product "P{at}" at least {draw.randrange(2, 5)} times within {draw.choice(WINDOWS)}'


def _total(draw: Draw, at: int) -> str:
    return (
        f"total of amount of places order where amount > {draw.randrange(100)} within {draw.choice(WINDOWS)} "
        f">= {draw.randrange(100, 5000)}"
    )


def _away(draw: Draw, at: int) -> str:
    return f"time since places order > {draw.randrange(20, 400)} days"


def _history(draw: Draw, at: int) -> str:
    return draw.choice((_count, _count, _products, _total, _away))(draw, at)


Condition = Callable[[Draw, int, list[str]], str]
CONDITIONS: tuple[Condition, ...] = (
    lambda draw, at, known: _history(draw, at),
    lambda draw, at, known: f"{_history(draw, at)} and {_attribute(draw)}",
    lambda draw, at, known: f"{_history(draw, at)} and not ({_history(draw, at + 1)})",
    lambda draw, at, known: f"{_membership(draw, known)} and {_attribute(draw)}",
    lambda draw, at, known: f"({_attribute(draw)} or {_history(draw, at)}) and {_membership(draw, known)}",
)


def main() -> None:
    """Print a program of as many rules as the first argument says, with the seed of the second."""
    print(rules(*map(int, sys.argv[1:3])))


if __name__ == "__main__":
    main()
