"""Pages about a program for people to read: what its rules mean, in plain English, as Markdown and HTML.

Comes in: a checked program. Goes out: text. `program.py` gathers who fills and reads what, `sentences.py` (with
`amounts.py`, `conditions.py` and `triggers.py`) says what a rule means, `contents.py` puts both into a `document.py`,
and `markdown.py` and `page.py` write that out. Nothing is run, and no file is touched.

And about a store: `report.py` gathers its numbers, `days.py` lays them out over time, `charts.py` and `upset.py` say
how they are drawn, `pictures.py` draws, and `html.py` writes the page. Each page is one file without a script and without
anything from elsewhere. What comes from rules and events is escaped where it is written, and nowhere trusted.

The names of `__all__` are imported when they are first used, so that the help of the command line does not wait for
the compiler.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from segdsl.pages.written import as_data, as_html, as_markdown

_PLACES = {"as_data": "written", "as_html": "written", "as_markdown": "written"}

__all__ = ["as_data", "as_html", "as_markdown"]


def __getattr__(name: str) -> Any:
    if name not in _PLACES:
        raise AttributeError(f"module 'segdsl.pages' has no attribute {name!r}")
    return getattr(import_module(f"segdsl.pages.{_PLACES[name]}"), name)
