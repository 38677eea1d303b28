"""Whether to write in colour: on a terminal only, unless an option or the environment says otherwise
(https://no-color.org, https://force-color.org)."""

import os
import sys
from typing import TextIO

import click

NAME = "color"


def _settle(ctx: click.Context, _option: click.Parameter, asked: bool | None) -> bool | None:
    """Let all that the command prints follow the choice; where there is none, each stream is asked."""
    ctx.color = decided(asked)
    return asked


color_option = click.option(
    "--color/--no-color", NAME, default=None, envvar="SEGDSL_COLOR", callback=_settle, is_eager=True,
    help="Write in colour or not. Default: on a terminal.",
)  # fmt: skip


def give_color_option(command: click.Command) -> click.Command:
    """Give a command the option, unless it takes it itself: then it applies to what is printed, and the command need
    not know of it."""
    if not any(param.name == NAME for param in command.params):
        command = color_option(command)
        command.params[-1].expose_value = False
    return command


def decided(asked: bool | None) -> bool | None:
    """What the option or the environment says: colour or none; None where neither says anything."""
    if asked is not None:
        return asked
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR", "0") not in ("", "0", "false"):
        return True
    return False if os.environ.get("TERM") == "dumb" else None


def colorful(asked: bool | None, stream: TextIO | None = None) -> bool:
    """Whether a stream (standard error where none is given) is written in colour."""
    said = decided(asked)
    return said if said is not None else (stream or sys.stderr).isatty()
