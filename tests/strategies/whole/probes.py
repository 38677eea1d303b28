"""Every measure, of every kind of source, in every kind of window: a program has a few of them, in turn, since drawing
alone seldom meets the rare ones."""

from itertools import product
from random import Random

from tests.strategies.whole.values import AGO, DATED, WINDOWS

MEASURES = ("count", "distinct", "total", "average", "smallest", "largest", "first", "latest", "most frequent", "since")
SOURCES = ("events", "events of the flow", "collection", "collection of the flow", "list")
REACHES = ("ever", "window", "past", "dated")

FORMS = tuple(
    (measure, source, reach)
    for measure, source, reach in product(MEASURES, SOURCES, REACHES)
    if not (reach != "ever" and (source == "list" or measure == "since")) and (measure, source) != ("since", "list")
)
PROBES = 4
"""In a program."""


def probes(random: Random, number: int) -> list[str]:
    """Declarations that ask for a few measures, in their turn by the program's number."""
    made = []
    for place in range(number * PROBES, (number + 1) * PROBES):
        measure, source, reach = FORMS[place * 7 % len(FORMS)]  # 7: those of one program are not all of one measure
        made.append(_probe(random, measure, source, reach, place % PROBES))
    return made


def _probe(random: Random, measure: str, source: str, reach: str, place: int) -> str:
    kind = random.choice(("number", "number", "text", "folded"))
    kind = "number" if measure in ("total", "average", "smallest", "largest") else kind
    where = random.choice(("", " where price >= 1", " where price is known"))
    window = {
        "ever": "", "window": f" within {random.choice(WINDOWS)}", "past": f" {random.choice(AGO)}",
        "dated": f" {random.choice(DATED)}",
    }[reach]  # fmt: skip
    trigger, price = random.choice((("buys thing", "this price"), ("looks", "this price")))
    match source:
        case "list":
            names = {"number": "price", "text": "article", "folded": "article"}
            asked = _asked(random, measure, names[kind], f"parts{where}", kind)
            return f'when orders if {asked} then tell "probe {place}"'
        case "collection" | "collection of the flow":
            of, fields = random.choice(
                (("bag", ("price", "number", "article")), ("basket", ("price", "kind", "thing")))
            )
        case _:
            of, fields = random.choice((("takes", ("price", "number", "article")),
                                        ("buys thing", ("price", "kind", "thing"))))  # fmt: skip
    where = f" where price {random.choice(('=', '!=', '<=', '>='))} {price}" if source.endswith("flow") else where
    asked = _asked(random, measure, fields[("number", "text", "folded").index(kind)], f"{of}{where}{window}", kind)
    if source.endswith("flow"):
        return f'when {trigger} if {asked} then tell "probe {place}"'
    return f"segment Probe {place} if {asked}"


def _asked(random: Random, measure: str, name: str, source: str, kind: str) -> str:
    if measure == "since":
        return f"time since {source} {random.choice(('>', '>=', '<', '<='))} {random.choice(('1 hour', '1 day'))}"
    sign = f"{random.choice(('>=', '>', '<=', '<', '=', '!='))} {random.choice(('1', '2', '2.5', 'points'))}"
    if measure in ("count", "distinct"):
        return f"{'count of' if measure == 'count' else f'count of distinct {name} of'} {source} {sign}"
    word = measure if measure == "most frequent" else f"{measure} of"
    if kind != "number":
        sign = random.choice(("is", "is not", "contains")) + random.choice((' "a"', ' "A"', ' "b"', " nick"))
    return f"{word} {name} of {source} {sign}"
