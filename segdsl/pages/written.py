"""A program's page as it is written: Markdown, HTML, or data. The programs given were checked without errors."""

from typing import Any

from segdsl.compiler.checked import CheckedProgram
from segdsl.pages.contents import contents
from segdsl.pages.listing import listing
from segdsl.pages.markdown import markdown
from segdsl.pages.page import page
from segdsl.pages.program import gather


def as_markdown(checked: CheckedProgram, title: str) -> str:
    """GitHub-flavoured Markdown, each place with an anchor that stays the same."""
    return markdown(contents(gather(checked), title))


def as_html(checked: CheckedProgram, title: str) -> str:
    """One HTML file that needs nothing else."""
    return page(contents(gather(checked), title))


def as_data(checked: CheckedProgram, title: str) -> dict[str, Any]:
    """What the page tells, as plain data for JSON."""
    return listing(gather(checked), title)
