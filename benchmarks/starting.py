"""How long it takes until a program of many rules has handled its first event: compiled anew, and from the cache of an
earlier start. Whole processes, from the start of Python on; the tables of the grammar are there, as after any use, but
for the first row.
"""

import statistics
import tempfile
from pathlib import Path

from benchmarks import fresh
from benchmarks.results import Chart, Result, Table
from benchmarks.sizes import Sizes
from benchmarks.timing import versions

KINDS = (
    'segment "S{n}" by activities\nwhen searches "Acme {n}" then add to "S{n}"',
    'segment "S{n}" if places order where amount >= {n} at least 3 times within 30 days',
    'segment "S{n}" if total of amount of places order within 90 days >= {n}',
    'when buys category "C{n}" if income >= {n} and country is "AT" then send email "offer {n}"',
    'when views product "P{n}" then wait 3 days then if not places order then send email "still {n}?"',
)
"""Rules, in turn."""

FILE = 1_000
"""Rules in a file."""

PARTS = ("process", "load", "engine", "first event")


def write(folder: Path, number: int) -> None:
    """So many rules, in files of a thousand."""
    folder.mkdir(exist_ok=True)
    for first in range(0, number, FILE):
        made = [KINDS[n % len(KINDS)].replace("{n}", str(n)) for n in range(first, min(first + FILE, number))]
        (folder / f"rules-{first}.seg").write_text("\n".join(made) + "\n", "utf-8")


def measure(sizes: Sizes) -> Result:
    result = Result("starting", versions=versions("segdsl"))
    rows: list[tuple[str | float, ...]] = []
    with tempfile.TemporaryDirectory(prefix="segdsl-benchmarks-") as name:
        folder = Path(name)
        write(folder / "one", 1)
        started(folder, folder / "one", fresh.cache(folder))  # makes the byte code
        if sizes.rounds > 1:
            first = started(folder, folder / "one", folder / "nothing")
            rows.append(("1 rule, without the tables of the grammar", *(first[part] for part in PARTS)))
        for number in sizes.compiled:
            rules = folder / f"rules-{number}"
            write(rules, number)
            cold, cached = times(folder, rules, 3 if sizes.rounds > 1 else 1)
            for what, found in (("anew", cold), ("from the cache", cached)):
                rows.append((f"{number:,} rules, {what}", *(found[part] for part in PARTS)))
            result.figures[str(number)] = {
                "anew": cold, "cached": cached, "cached to anew": cached["process"] / cold["process"],
            }  # fmt: skip
    head = ("", "whole process, s", "loading", "engine ready", "first event")
    note = "Seconds of processor time, medians. The tables of the grammar are made once, by whatever comes first."
    result.tables.append(Table("From the start of Python to the first event handled", head, tuple(rows), note))
    bars = tuple((str(row[0]), float(row[1])) for row in rows)
    result.charts.append(
        Chart("starting", "From the start of Python to the first event handled", "seconds", bars, True)
    )
    return result


def times(folder: Path, rules: Path, rounds: int) -> tuple[dict[str, float], dict[str, float]]:
    """Medians of the parts of a start without and with what an earlier one kept."""
    cold, cached = [], []
    for _ in range(rounds):
        cache = fresh.cache(folder)
        cold.append(started(folder, rules, cache))
        cached.append(started(folder, rules, cache))
    one, other = ({part: statistics.median(each[part] for each in found) for part in PARTS} for found in (cold, cached))
    return one, other


def started(folder: Path, rules: Path, cache: Path) -> dict[str, float]:
    return fresh.run(folder, cache, "benchmarks.started", rules)
