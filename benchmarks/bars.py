"""What is held against what was found: the bars that segdsl has set itself. A report, not a test: a bar that is missed
fails nothing."""

from collections.abc import Iterator, Mapping
from typing import Any

from attrs import frozen

from benchmarks.results import Table, shown

KIB = 1024


@frozen
class Bar:
    """At most `bound`, and what was `measured`; None where it was not."""

    what: str
    bound: float
    measured: float | None
    unit: str = ""

    @property
    def verdict(self) -> str:
        if self.measured is None:
            return "not measured"
        return "held" if self.measured <= self.bound else "missed"


def bars(figures: Mapping[str, Any]) -> list[Bar]:
    """All bars, from the figures of the parts by their names."""
    return list(_bars(figures))


def table(figures: Mapping[str, Any]) -> Table:
    rows = tuple(
        (
            bar.what,
            f"{shown(bar.bound)}{bar.unit}",
            None if bar.measured is None else f"{shown(bar.measured)}{bar.unit}",
            bar.verdict,
        )
        for bar in bars(figures)
    )
    return Table("The bars", ("", "at most", "measured", ""), rows)


def _bars(figures: Mapping[str, Any]) -> Iterator[Bar]:
    condition = figures.get("condition", {})
    yield Bar("a condition, to hand-written Python of the same meaning", 1.3, condition.get("compiled to by hand"))
    for kind, found in figures.get("matching", {}).items():
        if kind != "no index":
            yield Bar(f"a step at the most rules to one at the fewest: {kind}", 1.5, found["step"])
            yield Bar(f"`process` at the most rules to that at the fewest: {kind}", 1.5, found["process"])
    for work in figures.get("end_to_end", {}).get("works", []):
        yield Bar(f"{work['work']}: in memory to a program of the same meaning", 1.5, work["memory to by hand"])
        yield Bar(f"{work['work']}: in memory to decoding alone (json)", 5.0, work["memory to json"])
        yield Bar(f"{work['work']}: in memory to decoding alone (msgspec)", 5.0, work["memory to msgspec"])
        yield Bar(f"{work['work']}: into SQLite to in memory", 1.6, work["SQLite to memory"])
    starts = figures.get("starting", {})
    most = max(starts, key=int, default=None)
    if most is not None:
        yield Bar(f"a cached start of {int(most):,} rules to one anew", 0.1, starts[most]["cached to anew"])
    kept = figures.get("memory", {}).get("memory")
    if kept is not None:
        yield Bar("the state of a customer in memory", 1.5, kept["state"] / KIB, " KiB")
