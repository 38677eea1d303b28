"""What goes wrong, as one short message and an exit code; never a traceback for what a user can do something about."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import click
from click.exceptions import Exit

from segdsl.diagnostics.errors import SegdslError

MISTAKES = 1
"""Exit code: the rules have mistakes."""

UNUSABLE = 2
"""Exit code: wrong usage, or something cannot be read, opened or written."""

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
