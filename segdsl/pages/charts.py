"""Charts as Vega-Lite says them: plain dictionaries, without data from elsewhere; no expression holds any of it.

Comes in: numbers of a report. Goes out: specifications for `pictures.draw`. Every colour is one of `COLOURS`: the page
replaces them where it is dark. Text is shown as it is; the drawing escapes it.
"""

from collections.abc import Sequence
from typing import Any

from segdsl.pages.colors import DARK, LIGHT
from segdsl.values.instants import DAY

Spec = dict[str, Any]

MARK, SECOND, INK, MUTED, LINE, FAINT = (
    LIGHT[name] for name in ("mark", "second", "ink", "muted", "line", "faint")
)  # fmt: skip

COLOURS = {LIGHT[name]: DARK[name] for name in ("mark", "second", "ink", "muted", "line", "faint")}
"""Each colour on white paper, and the one in its place on a dark screen."""

FONT = "Helvetica, Arial, sans-serif"
LABEL = 300  # pixels that a label may take up
BAR = 22  # pixels from one bar to the next

CONFIG: Spec = {
    "aria": False,  # the page says what a picture shows, and has its numbers in a table
    "background": None,
    "font": FONT,
    "view": {"stroke": None},
    "axis": {
        "labelColor": INK, "titleColor": MUTED, "domainColor": LINE, "tickColor": LINE, "gridColor": FAINT,
        "labelFontSize": 12, "titleFontSize": 12, "titleFontWeight": "normal", "labelLimit": LABEL,
    },
    "text": {"color": INK, "fontSize": 12},
    "bar": {"color": MARK},
}  # fmt: skip


def course(points: Sequence[tuple[int, int]], part: int, *, width: int = 270, height: int = 110) -> Spec:
    """A level over time as a stepped area: (first day of a part, number), each good for `part` days."""
    values = [_moment(day, number) for day, number in points]
    if points:
        values.append(_moment(points[-1][0] + part, points[-1][1]))
    line = {"interpolate": "step-after", "color": MARK}
    return _chart(values, width, height) | {
        "layer": [
            {"mark": {"type": "area", **line, "opacity": 0.22}},
            {"mark": {"type": "line", **line, "strokeWidth": 2}},
        ],
        "encoding": {"x": _time(), "y": _amount(points)},
    }


def flow(points: Sequence[tuple[int, int]], part: int, *, width: int = 270, height: int = 110) -> Spec:
    """How much came in each part of the time, as bars from its first day to the next part's."""
    filled = part * _DAY_MS * (0.8 if len(points) < width / 4 else 1)
    values = [_moment(day, number) | {"end": day * _DAY_MS + filled} for day, number in points if number]
    x = _time()
    x["scale"]["domain"] = [points[0][0] * _DAY_MS, (points[-1][0] + part) * _DAY_MS]
    return _chart(values, width, height) | {
        "mark": {"type": "rect", "color": MARK},
        "encoding": {"x": x, "x2": {"field": "end"}, "y": _amount(points), "y2": {"datum": 0}},
    }


def bars(rows: Sequence[tuple[str, int]], *, width: int = 420, label: int = LABEL) -> Spec:
    """A bar with its number for each row, in the order given. Rows of the same name stay apart."""
    values = [{"at": at, "name": name, "number": number} for at, (name, number) in enumerate(rows)]
    top = max((number for _, number in rows), default=0)
    y = {"field": "at", "type": "ordinal", "axis": None}
    x = {"field": "number", "type": "quantitative", "axis": None, "scale": {"domain": [0, max(top, 1)]}}
    name = {"field": "name", "type": "nominal"}
    text = {"type": "text", "align": "right", "x": -8, "limit": label}
    return _chart(values, width, BAR * max(len(rows), 1)) | {
        "layer": [
            {"mark": {"type": "bar", "height": BAR - 7}, "encoding": {"y": y, "x": x}},
            {"mark": text, "encoding": {"y": y, "text": name}},
            {
                "mark": {"type": "text", "align": "left", "dx": 5},
                "encoding": {"y": y, "x": x, "text": {"field": "number", "type": "quantitative", "format": ","}},
            },
        ]
    }


def _chart(values: list[Spec], width: int, height: int) -> Spec:
    return {"data": {"values": values}, "width": width, "height": height, "config": CONFIG, "padding": 4}


_DAY_MS = DAY // 1000


def _moment(day: int, number: int) -> Spec:
    return {"day": day * _DAY_MS, "number": number}


def _time() -> Spec:
    return {
        "field": "day", "type": "temporal", "title": None, "scale": {"type": "utc"},
        "axis": {"grid": False, "tickCount": 4, "labelOverlap": True, "labelSeparation": 10},
    }  # fmt: skip


def _amount(points: Sequence[tuple[int, int]]) -> Spec:
    ticks = _ticks(max((number for _, number in points), default=0))
    return {
        "field": "number", "type": "quantitative", "title": None, "scale": {"domain": [0, ticks[-1]]},
        "axis": {"values": ticks, "labelExpr": "format(datum.value, '~s')", "domain": False, "ticks": False},
    }  # fmt: skip


def _ticks(top: int) -> list[int]:
    """Whole numbers in even steps from 0 to just above the largest: customers are not counted in halves."""
    unit = 1
    while True:
        for step in (unit, 2 * unit, 5 * unit):
            if step * 4 >= top:
                return list(range(0, max(top, 1) + step, step))[: -(-max(top, 1) // step) + 1]
        unit *= 10
