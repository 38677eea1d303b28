"""What a customer takes up in memory and on disk: with five segments and three windows of at most ten entries.

Each row is a process of its own, which grows by what is kept; Python's own account of it (tracemalloc) comes from
another process with a tenth of the customers, since it slows the work down. What a membership takes up is the
difference that five more segments make; what is left of a customer without five of them is the state.
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

SEGMENTS, MORE = 5, 5
"""Those that everybody is in, and further ones by which a membership is weighed."""


def measure(sizes: Sizes) -> Result:
    result = Result("memory", versions=versions("segdsl"))
    rows: list[tuple[str | float, ...]] = []
    with tempfile.TemporaryDirectory(prefix="segdsl-benchmarks-") as name:
        folder = Path(name)
        for number, (kind, store) in enumerate(KINDS.items()):
            if sizes.rounds == 1 and number:
                continue  # quickly: a process takes its time
            journal = "journal" in kind
            url = store if store.startswith("memory") else f"{store}{folder / f'{number}.store'}"
            tenth = sizes.customers // 10 or 1
            found = kept(folder, url, sizes.customers, journal=journal)
            traced = kept(folder, url.replace(".store", "-traced.store"), tenth, journal=journal, traced=True)
            more = kept(folder, url.replace(".store", "-more.store"), tenth, more=MORE, journal=journal, traced=True)
            each = {what: found[what] / sizes.customers for what in ("resident", "file")}
            by, of = ("file", traced["file"]) if each["file"] else ("traced", traced["traced"])
            each |= {"encoded": found["state"], "whole": of / tenth, "membership": (more[by] - of) / tenth / MORE}
            each["state"] = each["whole"] - SEGMENTS * each["membership"]
            rows.append((kind, each["encoded"], each["resident"], each["whole"], each["membership"], each["state"]))
            result.figures[kind] = each | {"seconds": found["seconds"]}
    head = ("", "state, encoded", "resident", "all of it", "a membership", "without memberships")
    title = f"Bytes of a customer with 5 segments and 3 windows of 10 entries, {sizes.customers:,} customers"
    note = "The last three: of the file where there is one, else as Python accounts for its memory."
    result.tables.append(Table(title, head, tuple(rows), note))
    bars = tuple((str(row[0]), float(row[3])) for row in rows)
    result.charts.append(Chart("memory", title, "bytes", bars))
    return result


def kept(
    folder: Path, url: str, customers: int, *, more: int = 0, journal: bool = False, traced: bool = False
) -> dict[str, Any]:
    """What a fresh process says that it keeps."""
    return fresh.run(folder, fresh.cache(folder), "benchmarks.kept", url, customers, more, int(journal), int(traced))
