"""The command: `python -m benchmarks [PART ...]` measures, prints tables and writes figures and charts.

python -m benchmarks                          all parts, in half an hour
python -m benchmarks condition matching       these parts
python -m benchmarks end_to_end --events 1000000 --programs 10 100
python -m benchmarks --quick                  that everything runs: its figures mean nothing
python -m benchmarks --markdown DIR           the tables of an earlier run as Markdown; measures nothing
"""

import argparse
import json
import sys
import time
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

from attrs import evolve

from benchmarks import bars
from benchmarks.charts import svg
from benchmarks.results import Differs, Result, Table
from benchmarks.sizes import QUICK, Sizes
from benchmarks.timing import machine

PARTS = ("condition", "matching", "end_to_end", "stores", "starting", "memory", "questions", "large")
"""The modules that have a `measure`, in the order in which they run."""

FIGURES = "results.json"


def main(arguments: Sequence[str] | None = None) -> int:
    """Gives 0, also where a bar is missed; 1 if two contestants gave different answers."""
    given = parsed(arguments)
    if given.markdown is not None:
        print(markdown(json.loads((given.markdown / FIGURES).read_text("utf-8")), given.parts))
        return 0
    sizes = chosen(given)
    found: dict[str, Any] = {"machine": machine(), "quick": given.quick, "parts": {}}
    print(", ".join(f"{what}: {value}" for what, value in found["machine"].items()))
    for name in given.parts or PARTS:
        begun = time.perf_counter()
        try:
            result: Result = import_module(f"benchmarks.{name}").measure(sizes)
        except Differs as difference:
            print(f"{name}: {difference}", file=sys.stderr)
            return 1
        show(result, time.perf_counter() - begun)
        found["parts"][name] = kept(result)
        if given.output is not None:  # what was found so far is not lost if a later part fails
            draw(result, given.output)
            write(found, given.output)
    table = bars.table({name: part["figures"] for name, part in found["parts"].items()})
    print(f"\n{table.text()}")
    if given.quick:
        print("These were the quick sizes: the figures show that everything runs, and nothing else.")
    if given.output is not None:
        print(f"\nfigures, tables and charts are in {given.output}")
    return 0


def parsed(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        "python -m benchmarks", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"of {', '.join(PARTS)}; none said: all")
    parser.add_argument("--quick", action="store_true", help="small sizes, in seconds")
    parser.add_argument(
        "--output", type=Path, help="write results.json, a table a part (.txt) and charts (.svg) to this folder"
    )
    parser.add_argument("--markdown", type=Path, metavar="DIR", help="print what an earlier run wrote to this folder")
    parser.add_argument("--rounds", type=int, help="of which medians are taken")
    parser.add_argument("--events", type=int, help="of a stream, 200,000 if not said")
    parser.add_argument("--programs", type=int, nargs="+", help="numbers of rules for a stream")
    parser.add_argument("--matching", type=int, nargs="+", help="numbers of rules of which one matches")
    parser.add_argument("--compiled", type=int, nargs="+", help="numbers of rules that are compiled")
    parser.add_argument("--customers", type=int, help="kept in memory and on disk")
    parser.add_argument("--memberships", type=int, help="that are asked about")
    parser.add_argument("--retail", type=Path, help="the file of real sales")
    given = parser.parse_args(arguments)
    for name in given.parts:
        if name not in PARTS:
            parser.error(f"there is no part {name!r}; there are {', '.join(PARTS)}")
    if given.markdown is not None and not (given.markdown / FIGURES).is_file():
        parser.error(f"there is no {FIGURES} in {given.markdown}: an earlier run with --output writes it")
    return given


def chosen(given: argparse.Namespace) -> Sizes:
    """The sizes, with what was said on the command line."""
    said = {name: getattr(given, name) for name in ("rounds", "events", "customers", "memberships", "retail")}
    said |= {name: tuple(getattr(given, name) or ()) for name in ("programs", "matching", "compiled")}
    return evolve(QUICK if given.quick else Sizes(), **{name: value for name, value in said.items() if value})


def show(result: Result, seconds: float) -> None:
    """Print the tables of a part."""
    versions = ", ".join(f"{name} {number}" for name, number in result.versions.items())
    print(f"\n== {result.name}, in {seconds:,.0f} s ({versions})")
    for table in result.tables:
        print(f"\n{table.text()}")
    for what, why in result.skipped.items():
        print(f"skipped: {what}: {why}")
    sys.stdout.flush()


def kept(result: Result) -> dict[str, Any]:
    """A part as JSON."""
    tables = [{"title": t.title, "head": t.head, "rows": t.rows, "note": t.note} for t in result.tables]
    return {
        "versions": result.versions, "skipped": result.skipped, "figures": result.figures, "tables": tables,
        "load": machine()["load"],
    }  # fmt: skip


def draw(result: Result, folder: Path) -> None:
    """The charts of a part, and beside them its tables as text."""
    folder.mkdir(parents=True, exist_ok=True)
    for chart in result.charts:
        (folder / f"{chart.name}.svg").write_text(svg(chart), "utf-8")
    (folder / f"{result.name}.txt").write_text("\n\n".join(table.text() for table in result.tables) + "\n", "utf-8")


def write(found: dict[str, Any], folder: Path) -> None:
    (folder / FIGURES).write_text(json.dumps(found, indent=1) + "\n", "utf-8")


def markdown(found: dict[str, Any], names: Sequence[str] = ()) -> str:
    """The tables of a run, or of those parts of it; of the whole run the bars come first."""
    parts = {name: part for name, part in found["parts"].items() if not names or name in names}
    tables = [] if names else [bars.table({name: part["figures"] for name, part in parts.items()})]
    for part in parts.values():
        tables += [
            Table(each["title"], tuple(each["head"]), tuple(map(tuple, each["rows"])), each["note"])
            for each in part["tables"]
        ]
    versions = {name: number for part in parts.values() for name, number in part["versions"].items()}
    said = [f"{what} {value}" for what, value in (found["machine"] | versions).items()]
    return "\n\n".join([", ".join(said), *(table.markdown() for table in tables)])


if __name__ == "__main__":
    sys.exit(main())
