"""Charts of bars as SVG, with nothing but text and rectangles, in the colours of segdsl's pages."""

from html import escape
from math import floor, log10

from benchmarks.results import Chart, shown
from segdsl.pages.colors import DARK, LIGHT

LABEL, WIDE, NUMBER, ROW, TOP = 300, 360, 90, 24, 40
"""Pixels: of the names, the longest bar, its number; from one bar to the next, and above the first."""

STYLE = (
    "text {{ font: 13px Helvetica, Arial, sans-serif; fill: {ink} }} .unit {{ fill: {muted}; font-size: 12px }} "
    "rect {{ fill: {mark} }} .own {{ fill: {second} }}"
)


def svg(chart: Chart) -> str:
    """A picture of a chart; segdsl's own bars have the second colour."""
    height = TOP + ROW * len(chart.bars) + 10
    unit = f"{chart.unit}, on a logarithmic scale" if chart.logarithmic else chart.unit
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {LABEL + WIDE + NUMBER} {height}" role="img">',
        f"<title>{escape(chart.title)}</title>",
        f"<style>{STYLE.format(**LIGHT)} @media (prefers-color-scheme: dark) {{ {STYLE.format(**DARK)} }}</style>",
        f'<text x="8" y="18">{escape(chart.title)} <tspan class="unit">({escape(unit)})</tspan></text>',
    ]
    for place, (name, number) in enumerate(chart.bars):
        y = TOP + ROW * place
        own = ' class="own"' if name.startswith("segdsl") else ""
        parts += [
            f'<text x="{LABEL - 8}" y="{y + 13}" text-anchor="end">{escape(name)}</text>',
            f'<rect x="{LABEL}" y="{y}" width="{_length(chart, number):.1f}" height="{ROW - 7}"{own}/>',
            f'<text x="{LABEL + _length(chart, number) + 6:.1f}" y="{y + 13}">{escape(shown(number))}</text>',
        ]
    return "\n".join([*parts, "</svg>", ""])


def _length(chart: Chart, number: float) -> float:
    top = max(number for _, number in chart.bars)
    if not chart.logarithmic:
        return WIDE * number / top if top else 0
    positive = [number for _, number in chart.bars if number > 0]
    if number <= 0 or not positive:
        return 0
    low = floor(log10(min(positive))) - 0.3  # the shortest bar is seen too
    return WIDE * (log10(number) - low) / (log10(top) - low)
