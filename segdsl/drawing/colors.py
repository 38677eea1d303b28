"""The colours of pictures, in a light and a dark theme, and the style sheet made of them.

Text stands out from what is behind it by 4.5 to 1 at least, lines by 3 to 1 (WCAG 2.2, 1.4.3 and 1.4.11); a test holds
them to it.
"""

from attrs import frozen

from segdsl.drawing.graph import Kind
from segdsl.drawing.lettering import SIZE

FONT = "system-ui, sans-serif"


@frozen
class Palette:
    """`kinds` are the fill and the line of a node's shape."""

    ink: str
    muted: str
    paper: str
    frame: str
    frame_line: str
    edge: str
    kinds: dict[Kind, tuple[str, str]]


BLUE, AMBER, VIOLET = ("#dbeafe", "#1d4ed8"), ("#fef3c7", "#b45309"), ("#f3e8ff", "#7e22ce")
TEAL, GREEN, RED, GREY = ("#d5f5f0", "#0f766e"), ("#dcfce7", "#15803d"), ("#fee2e2", "#b91c1c"), ("#eaeef2", "#57606a")
LIGHT = Palette(
    ink="#1f2328", muted="#4b535d", paper="#ffffff", frame="#f6f8fa", frame_line="#8c959f", edge="#57606a",
    kinds={
        "trigger": BLUE, "condition": AMBER, "branch": VIOLET, "wait": TEAL, "action": GREEN, "stop": RED,
        "added": GREEN, "derived": AMBER, "listed": VIOLET, "activity": BLUE, "rule": BLUE, "attribute": TEAL,
        "event": GREY, "promotion": RED, "host": GREY,
    },
)  # fmt: skip

DARK_BLUE, DARK_AMBER, DARK_VIOLET = ("#172f54", "#60a5fa"), ("#423008", "#fbbf24"), ("#35205a", "#c4a5fd")
DARK_TEAL, DARK_GREEN, DARK_RED = ("#0d3f3c", "#4fd1c5"), ("#123a24", "#4ade80"), ("#541d1f", "#fca5a5")
DARK_GREY = ("#2b323b", "#a5b0bd")
DARK = Palette(
    ink="#f0f3f6", muted="#b1bac4", paper="#0d1117", frame="#161b22", frame_line="#656d76", edge="#9aa5b1",
    kinds={
        "trigger": DARK_BLUE, "condition": DARK_AMBER, "branch": DARK_VIOLET, "wait": DARK_TEAL,
        "action": DARK_GREEN, "stop": DARK_RED, "added": DARK_GREEN, "derived": DARK_AMBER, "listed": DARK_VIOLET,
        "activity": DARK_BLUE, "rule": DARK_BLUE, "attribute": DARK_TEAL, "event": DARK_GREY,
        "promotion": DARK_RED, "host": DARK_GREY,
    },
)  # fmt: skip

THEMES = {"light": LIGHT, "dark": DARK}


def style(theme: str) -> str:
    """The style sheet of a theme; of `auto`, the light one and the dark one for those who prefer it."""
    rules = [
        f".segdsl text {{ font: {SIZE:g}px {FONT}; text-anchor: middle; }}",
        ".segdsl .head, .segdsl .name { font-weight: 600; }",
        f".segdsl .name {{ font-size: {SIZE + 2:g}px; }}",
        ".segdsl .note { font-size: 11.5px; }",
        ".segdsl .group text, .segdsl .legend text { text-anchor: start; }",
        ".segdsl .shape { stroke-width: 1.4; }",
        ".segdsl .wait .shape { stroke-dasharray: 5 3; }",
        ".segdsl .line, .segdsl .edge { fill: none; stroke-width: 1.3; }",
        ".segdsl .reads { stroke-dasharray: 5 4; }",
    ]
    if theme == "auto":
        dark = "\n".join(f"  {rule}" for rule in _colored(DARK))
        rules += [*_colored(LIGHT), f"@media (prefers-color-scheme: dark) {{\n{dark}\n}}"]
    else:
        rules += _colored(THEMES[theme])
    return "\n" + "\n".join(rules) + "\n"


def _colored(palette: Palette) -> list[str]:
    rules = [
        f".segdsl .paper {{ fill: {palette.paper}; }}",
        f".segdsl text {{ fill: {palette.ink}; }}",
        f".segdsl .note {{ fill: {palette.muted}; }}",
        f".segdsl .frame {{ fill: {palette.frame}; stroke: {palette.frame_line}; }}",
        f".segdsl .edge {{ stroke: {palette.edge}; }}",
        f".segdsl .arrow {{ fill: {palette.edge}; }}",
        f".segdsl .back {{ fill: {palette.frame}; }}",
    ]
    for kind, (fill, line) in palette.kinds.items():
        rules.append(f".segdsl .{kind} .shape {{ fill: {fill}; stroke: {line}; }}")
        if kind in ("wait", "listed", "activity"):
            rules.append(f".segdsl .{kind} .line {{ stroke: {line}; }}")
    return rules
