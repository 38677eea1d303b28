"""The colours of pages and of the charts in them, by what they are for: on light paper, and on a dark screen.

Ink, muted, mark and second stand out from both grounds by 4.5 to 1 at least (WCAG 2.2, 1.4.3); a test holds them to it.
Ink, muted and both grounds are also those of pictures (`drawing/colors.py`), which a test holds together.
"""

LIGHT = {
    "paper": "#ffffff", "raised": "#f6f8fa", "ink": "#1f2328", "muted": "#4b535d",
    "line": "#c4cad1", "faint": "#e4e8ec", "mark": "#0b62a8", "second": "#a34a00",
}  # fmt: skip
"""Paper and raised are grounds; line and faint are drawn; mark (blue, also of links) and second (orange) are told apart
by everybody."""

DARK = {
    "paper": "#0d1117", "raised": "#161b22", "ink": "#f0f3f6", "muted": "#b1bac4",
    "line": "#4a535e", "faint": "#2b323a", "mark": "#6cb2f2", "second": "#f2a25c",
}  # fmt: skip


def style() -> str:
    """The colours as custom properties of CSS, for light and for dark screens; paper is always light."""
    light, dark = ("".join(f" --{name}: {colour};" for name, colour in each.items()) for each in (LIGHT, DARK))
    return (
        f":root {{ color-scheme: light dark;{light} }}\n"
        f"@media screen and (prefers-color-scheme: dark) {{ :root {{{dark} }} }}\n"
    )
