"""Whether to write in colour: on a terminal only, unless an option says otherwise (https://no-color.org)."""

import os
import sys
from typing import TextIO

import click

color_option = click.option(
    "--color/--no-color", "color", default=None, help="Write in colour or not. Default: on a terminal."
)


def colorful(asked: bool | None, stream: TextIO | None = None) -> bool:
    """Whether a stream (standard error where none is given) is written in colour."""
    if asked is not None:
        return asked
    if os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb":
        return False
    return (stream or sys.stderr).isatty()
