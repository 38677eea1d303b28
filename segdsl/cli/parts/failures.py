"""What goes wrong, as one short message and an exit code; never a traceback for what a user can do something about.
What is a mistake of ours says so, and what to report."""

import os
import platform
import shlex
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import click
from click.exceptions import Abort, Exit

from segdsl.diagnostics.errors import SegdslError
from segdsl.diagnostics.printable import printable
from segdsl.version import __version__

MISTAKES = 1
"""Exit code: the rules have mistakes."""

UNUSABLE = 2
"""Exit code: wrong usage, or something cannot be read, opened or written."""

OURS = 70
"""Exit code: segdsl itself is wrong, not the rules or the input."""

INTERRUPTED = 130
CLOSED_PIPE = 141


class Failure(click.ClickException):
    """Ends the command with `seg: message` on standard error."""

    exit_code = UNUSABLE

    def show(self, file: object = None) -> None:
        click.echo(f"seg: {self.format_message()}", err=True)


@contextmanager
def explained() -> Iterator[None]:
    """Turn what a command may raise into a message and an exit code."""
    try:
        yield
    except SegdslError as error:
        raise Failure(str(error)) from error
    except BrokenPipeError:
        _let_go_of_output()
        raise Exit(CLOSED_PIPE) from None
    except OSError as error:
        raise Failure(_what(error)) from error
    except KeyboardInterrupt:
        click.echo("seg: interrupted", err=True)
        raise Exit(INTERRUPTED) from None
    except (click.ClickException, Exit, Abort):
        raise
    except Exception as error:
        click.echo(_report(error), err=True)
        raise Exit(OURS) from error


def _report(error: Exception) -> str:
    """What to report where segdsl itself is wrong: what happened, in what of the rules, and where in the code."""
    lines = ["seg: this is a mistake of segdsl, not of yours", f"  {type(error).__name__}: {printable(str(error))}"]
    lines += [f"  {printable(note)}" for note in getattr(error, "__notes__", ())]
    lines += [
        "What was committed before stays as it is.",
        "Please report it with all that follows, and if you may with the rules that are named:",
        "",
        f"  segdsl {__version__}, Python {platform.python_version()}, {platform.system()}",
        f"  {printable(shlex.join(['seg', *sys.argv[1:]]))}",
    ]
    trace = "".join(traceback.format_exception(error)).rstrip("\n").split("\n")
    return "\n".join([*lines, *(f"  {printable(line)}" for line in trace)])


def _what(error: OSError) -> str:
    reason = (error.strerror or str(error)).lower()
    return f"{error.filename}: {reason}" if error.filename else reason


def _let_go_of_output() -> None:
    """Nobody reads any more: what is still held must not be written at the interpreter's end."""
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError):
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, stream.fileno())
            os.close(nowhere)
