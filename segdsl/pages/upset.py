"""An UpSet chart: which segments customers are in together, exactly, as columns of dots under bars.

Comes in: combinations of segments with how many customers are in just these, and the segments' sizes. Goes out: a
Vega-Lite specification. It stays readable where circles that overlap do not: with more than three segments.
"""

from collections.abc import Sequence
from typing import Any

from segdsl.pages.charts import BAR, CONFIG, FAINT, LABEL, MARK, SECOND, Spec

ROWS = 30
"""Segments that are drawn; combinations that need more are in the table alone."""

COLUMN = 34  # pixels from one combination to the next

Combinations = Sequence[tuple[Sequence[str], int]]


def drawn(combinations: Combinations) -> int:
    """How many of the first combinations can be drawn together."""
    names: set[str] = set()
    for number, (segments, _) in enumerate(combinations):
        names |= set(segments)
        if len(names) > ROWS:
            return number
    return len(combinations)


def upset(combinations: Combinations, sizes: Sequence[tuple[str, int]]) -> Spec:
    """The chart of some combinations, in their order. `sizes` are (segment, members) in the order of the rows; those
    in no combination are left out."""
    names = {name for segments, _ in combinations for name in segments}
    rows = [(name, size) for name, size in sizes if name in names]
    at = {name: row for row, (name, _) in enumerate(rows)}
    width, height = COLUMN * len(combinations), BAR * len(rows)
    x = {"field": "column", "type": "ordinal", "axis": None, "scale": {"domain": list(range(len(combinations)))}}
    y = {"field": "row", "type": "ordinal", "axis": None, "scale": {"domain": list(range(len(rows)))}}
    tops = [{"column": column, "number": number} for column, (_, number) in enumerate(combinations)]
    return {
        "config": CONFIG | {"concat": {"spacing": 6}},
        "padding": 4,
        "bounds": "flush",
        "spacing": 6,
        "vconcat": [
            _tops(tops, x, width),
            {
                "bounds": "flush",
                "spacing": 14,
                "hconcat": [_matrix(combinations, at, x, y, width, height), _sizes(rows, y, height)],
            },
        ],
    }


def _tops(tops: list[Spec], x: Spec, width: int) -> Spec:
    top = max(each["number"] for each in tops)
    y: Spec = {"field": "number", "type": "quantitative", "axis": None, "scale": {"domain": [0, top * 1.12]}}
    number = {"field": "number", "type": "quantitative", "format": ",.3~s" if top >= 10_000 else ","}
    return {
        "data": {"values": tops}, "width": width, "height": 130,
        "layer": [
            {"mark": {"type": "bar", "width": COLUMN - 14}, "encoding": {"x": x, "y": y}},
            {"mark": {"type": "text", "dy": -8, "fontSize": 11}, "encoding": {"x": x, "y": y, "text": number}},
        ],
    }  # fmt: skip


def _matrix(combinations: Combinations, at: dict[str, int], x: Spec, y: Spec, width: int, height: int) -> Spec:
    dots, lines = [], []
    for column, (segments, _) in enumerate(combinations):
        rows = [at[name] for name in segments]
        dots += [{"column": column, "row": row, "held": row in rows} for row in at.values()]
        lines.append({"column": column, "row": min(rows), "to": max(rows)})
    names = [{"row": row, "name": name} for name, row in at.items()]
    colour: dict[str, Any] = {"condition": {"test": {"field": "held", "equal": True}, "value": MARK}, "value": FAINT}
    return {
        "width": width, "height": height,
        "layer": [
            {"data": {"values": dots}, "mark": {"type": "circle", "size": 110, "opacity": 1},
             "encoding": {"x": x, "y": y, "color": colour}},
            {"data": {"values": lines}, "mark": {"type": "rule", "color": MARK, "strokeWidth": 2.5},
             "encoding": {"x": x, "y": y, "y2": {"field": "to"}}},
            {"data": {"values": names}, "mark": {"type": "text", "align": "right", "x": -8, "limit": LABEL},
             "encoding": {"y": y, "text": {"field": "name", "type": "nominal"}}},
        ],
    }  # fmt: skip


def _sizes(rows: Sequence[tuple[str, int]], y: Spec, height: int) -> Spec:
    values = [{"row": row, "size": size} for row, (_, size) in enumerate(rows)]
    top = max(size for _, size in rows)
    x = {"field": "size", "type": "quantitative", "axis": None, "scale": {"domain": [0, top]}}
    return {
        "data": {"values": values}, "width": 130, "height": height,
        "layer": [
            {"mark": {"type": "bar", "height": BAR - 9, "color": SECOND}, "encoding": {"x": x, "y": y}},
            {"mark": {"type": "text", "align": "left", "dx": 5},
             "encoding": {"x": x, "y": y, "text": {"field": "size", "type": "quantitative", "format": ","}}},
        ],
    }  # fmt: skip
