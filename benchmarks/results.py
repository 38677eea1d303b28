"""What a part of the benchmarks has found: tables, charts and the figures that are held against the bars."""

from collections.abc import Iterable, Sequence
from typing import Any

from attrs import define, field, frozen

Cell = str | int | float | None


@frozen
class Table:
    """Rows under a head. The first column is text, the others are numbers; None is what could not be measured."""

    title: str
    head: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    note: str = ""

    def text(self) -> str:
        """Columns side by side."""
        cells = [self.head, *(tuple(map(shown, row)) for row in self.rows)]
        widths = [max(len(row[at]) for row in cells) for at in range(len(self.head))]
        lines = [_line(row, widths) for row in cells]
        lines.insert(1, "  ".join("-" * width for width in widths))
        return "\n".join([self.title, "", *lines, *([self.note] if self.note else [])])

    def markdown(self) -> str:
        """A table of Markdown."""
        head = [f"| {' | '.join(self.head)} |", "|---|" + "---:|" * (len(self.head) - 1)]
        rows = ["| " + " | ".join(shown(each).replace("|", "\\|") for each in row) + " |" for row in self.rows]
        return "\n".join([f"**{self.title}**", "", *head, *rows, *(["", self.note] if self.note else [])])


@frozen
class Chart:
    """Bars, each with its name and number, in a unit; `logarithmic` where they lie far apart."""

    name: str
    title: str
    unit: str
    bars: tuple[tuple[str, float], ...]
    logarithmic: bool = False


@define
class Result:
    """What a part gives. `figures` are the numbers by name, `skipped` says why something was not measured."""

    name: str
    tables: list[Table] = field(factory=list)
    charts: list[Chart] = field(factory=list)
    figures: dict[str, Any] = field(factory=dict)
    skipped: dict[str, str] = field(factory=dict)
    versions: dict[str, str] = field(factory=dict)


class Differs(Exception):  # noqa: N818 - a finding
    """Two contestants gave different answers, so that their times mean nothing."""


def agree(what: str, answers: Iterable[tuple[str, Any]]) -> None:
    """Raises Differs, with the two names, unless all answers are equal."""
    first: tuple[str, Any] | None = None
    for name, answer in answers:
        if first is None:
            first = (name, answer)
        elif answer != first[1]:
            raise Differs(f"{what}: {name} gives something else than {first[0]}{_where(first[1], answer)}")


def _where(one: Any, other: Any) -> str:
    """The first place in which two answers differ."""
    if isinstance(one, dict) and isinstance(other, dict):
        for key in [*one, *(key for key in other if key not in one)]:
            if one.get(key) != other.get(key):
                return f": {key!r}{_where(one.get(key), other.get(key))}"
    if isinstance(one, Sequence) and isinstance(other, Sequence) and not isinstance(one, str):
        for left, right in zip(one, other, strict=False):
            if left != right:
                return _where(left, right)
    return f": {str(other)[:200]} and not {str(one)[:200]}"


def shown(cell: Cell) -> str:
    """A number with as many digits as mean something."""
    if cell is None:
        return "-"
    if isinstance(cell, float):
        size = abs(cell)
        return f"{cell:,.0f}" if size >= 100 else f"{cell:.1f}" if size >= 10 else f"{cell:.2f}"
    return f"{cell:,}" if isinstance(cell, int) else cell


def _line(row: Sequence[str], widths: Sequence[int]) -> str:
    return "  ".join(
        [row[0].ljust(widths[0]), *(cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True))]
    ).rstrip()
