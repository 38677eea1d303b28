"""Plain tables for a terminal."""

from collections.abc import Iterable, Sequence

from segdsl.diagnostics.printable import printable
from segdsl.diagnostics.width import width


def table(rows: Iterable[Sequence[str]], right: Sequence[int] = ()) -> list[str]:
    """Rows of cells as lines of columns two blanks apart; the columns whose numbers are in `right` stand to the
    right."""
    cells = [[printable(cell) for cell in row] for row in rows]
    widths = [max(map(width, column)) for column in zip(*cells, strict=True)]
    lines = []
    for row in cells:
        padded = []
        for number, (cell, wide) in enumerate(zip(row, widths, strict=True)):
            gap = " " * (wide - width(cell))
            padded.append(gap + cell if number in right else cell + gap)
        lines.append("  ".join(padded).rstrip())
    return lines
