"""What stands around every HTML page: its head, its look, who made it, and a policy by which nothing can run in it.

Comes in: a title as text, and the parts of the page as HTML. Goes out: one file that needs nothing else, for light and
dark screens and for paper. `frame.css` is the look of all pages, `program.css` and `report.css` that of each.
"""

from html import escape
from importlib.resources import files

from segdsl.diagnostics.printable import printable
from segdsl.pages import colors

_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"


def escaped(text: str, kept: str = "") -> str:
    """A text from outside in which nothing is markup, and what cannot be printed is shown by its number."""
    return escape(printable(text, kept))


def frame(title: str, command: str, look: str, header: str, body: str, made_from: str) -> str:
    """The whole page. `command` made it, and by this it is known as one that may be replaced; `look` is its own style;
    `body` holds an element with the id `content`; `made_from` is said at the end."""
    return (
        f"<!DOCTYPE html><!-- made by seg {command}: written anew each time, so change the {made_from} and not this "
        'file -->\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="color-scheme" content="light dark">\n<meta name="referrer" content="no-referrer">\n'
        '<meta name="generator" content="segdsl">\n'
        f"<title>{escaped(title)}</title>\n<style>\n{colors.style()}{style('frame')}{look}</style>\n</head>\n<body>\n"
        f'<a class="skip" href="#content">To the content</a>\n<div class="frame">\n<header>{header}</header>\n'
        f"{body}<footer><p>Made from the {made_from} by segdsl.</p></footer>\n</div>\n</body>\n</html>\n"
    )


def style(name: str) -> str:
    """A style sheet of this folder."""
    return files("segdsl.pages").joinpath(f"{name}.css").read_text("utf-8")
