"""How long it takes until a program of many rules has handled its first event: compiled anew, and from the cache of an
earlier start. Whole processes, from the start of Python on; the tables of the grammar are there, as after any use.
"""

import shutil
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
        for _ in range(2):  # the byte code, and the tables of the grammar
            started(folder / "one", folder / "tables")
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
    note = "Seconds of processor time, medians; without the tables of the grammar half a second comes on top, once."
    result.tables.append(Table("From the start of Python to the first event handled", head, tuple(rows), note))
    bars = tuple((str(row[0]), float(row[1])) for row in rows)
    result.charts.append(
        Chart("starting", "From the start of Python to the first event handled", "seconds", bars, True)
    )
    return result


def times(folder: Path, rules: Path, rounds: int) -> tuple[dict[str, float], dict[str, float]]:
    """Medians of the parts of a start without and with what an earlier one kept."""
    cold, cached = [], []
    for turn in range(rounds):
        cache = folder / f"{rules.name}-cache-{turn}"
        shutil.copytree(folder / "tables", cache)
        cold.append(started(rules, cache))
        cached.append(started(rules, cache))
        shutil.rmtree(cache)
    one, other = ({part: statistics.median(each[part] for each in found) for part in PARTS} for found in (cold, cached))
    return one, other


def started(rules: Path, cache: Path) -> dict[str, float]:
    return fresh.run("benchmarks.started", rules, environment={"SEGDSL_CACHE": str(cache)})
