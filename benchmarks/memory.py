"""What a customer takes up in memory and on disk: with five segments and three windows of at most ten entries.

Each figure is of a process of its own, and of customers who come after the first 10,000: a store may keep so many in a
quicker form. Python's own account (tracemalloc) is taken of a tenth of the customers, since it slows the work down.
What a membership takes up is the difference that five more segments make; what is left of a customer without five of
them is the state.
"""

import tempfile
from pathlib import Path
from typing import Any

from benchmarks import fresh
from benchmarks.results import Chart, Result, Table
from benchmarks.sizes import Sizes
from benchmarks.timing import versions

KINDS = {
    "memory": "memory://", "memory, with a journal": "memory://",
    "SQLite": "sqlite:///", "SQLite, with a journal": "sqlite:///",
}  # fmt: skip

AHEAD = 10_000
"""Customers who go ahead."""

SEGMENTS, MORE = 5, 5
"""Those that everybody is in, and further ones by which a membership is weighed."""


def measure(sizes: Sizes) -> Result:
    result = Result("memory", versions=versions("segdsl"))
    rows: list[tuple[str | float, ...]] = []
    ahead = min(AHEAD, sizes.customers)
    with tempfile.TemporaryDirectory(prefix="segdsl-benchmarks-") as name:
        folder = Path(name)
        for number, (kind, store) in enumerate(KINDS.items()):
            if sizes.rounds == 1 and number:
                continue  # quickly: a process takes its time
            journal = "journal" in kind
            url = store if store.startswith("memory") else f"{store}{folder / f'{number}.store'}"
            tenth = sizes.customers // 10 or 1
            found = kept(folder, url, ahead, sizes.customers, journal=journal)
            traced = kept(folder, url.replace(".store", "-traced.store"), ahead, tenth, journal=journal, traced=True)
            more = kept(folder, url.replace(".store", "-more.store"), ahead, tenth, MORE, journal=journal, traced=True)
            by = "file" if found["file"] else "traced"
            each = {
                "encoded": found["encoded"],
                "resident": found["resident"] / sizes.customers,
                "whole": traced[by] / tenth,
                "membership": (more[by] - traced[by]) / tenth / MORE,
                "ahead": traced["ahead"] / ahead,
            }
            each["state"] = each["whole"] - SEGMENTS * each["membership"]
            names = ("encoded", "resident", "whole", "membership", "state", "ahead")
            rows.append((kind, *(each[part] for part in names)))
            result.figures[kind] = each | {"seconds": found["seconds"]}
    head = ("", "state, encoded", "resident", "all of it", "a membership", "without memberships", "one of those ahead")
    title = f"Bytes of a customer with 5 segments and 3 windows of 10 entries, {sizes.customers:,} customers"
    note = (
        "All of it, a membership and without memberships: of the file where there is one, else as Python accounts for "
        f"its memory, as it does for the {ahead:,} ahead."
    )
    result.tables.append(Table(title, head, tuple(rows), note))
    bars = tuple((str(row[0]), float(row[3])) for row in rows)
    result.charts.append(Chart("memory", title, "bytes", bars))
    return result


def kept(
    folder: Path, url: str, ahead: int, customers: int, more: int = 0, *, journal: bool = False, traced: bool = False
) -> dict[str, Any]:
    """What a fresh process says that it keeps."""
    arguments = (url, ahead, customers, more, int(journal), int(traced))
    return fresh.run(folder, fresh.cache(folder), "benchmarks.kept", *arguments)
