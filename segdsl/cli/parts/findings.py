"""Diagnostics on their way to a person (standard error, in colour) or a program (JSON lines on standard output)."""

import json
import shutil
import sys
from collections.abc import Iterable
from typing import NoReturn

import click
from attrs import frozen
from click.exceptions import Exit

from segdsl.cli.parts.colors import colorful
from segdsl.cli.parts.failures import MISTAKES, UNUSABLE
from segdsl.diagnostics.diagnostic import Diagnostic, Severity
from segdsl.diagnostics.render import as_json, render
from segdsl.diagnostics.source import SourceMap
from segdsl.values import limits

UNREADABLE = "SEG100"
"""The code of a file that cannot be read."""


@frozen
class Findings:
    """Diagnostics with their sources, in the order of the text."""

    all: list[Diagnostic]
    sources: SourceMap

    @classmethod
    def of(cls, diagnostics: Iterable[Diagnostic], sources: SourceMap) -> "Findings":
        return cls(sorted(diagnostics, key=lambda d: (d.span, d.code)), sources)

    @property
    def errors(self) -> list[Diagnostic]:
        return [d for d in self.all if d.severity is Severity.ERROR]

    @property
    def warnings(self) -> list[Diagnostic]:
        return [d for d in self.all if d.severity is Severity.WARNING]

    @property
    def exit_code(self) -> int:
        if any(d.code == UNREADABLE for d in self.errors):
            return UNUSABLE
        return MISTAKES if self.errors else 0

    def shown(self) -> list[Diagnostic]:
        """As many as are shown: when there are too many, errors before warnings."""
        chosen = (self.errors + self.warnings)[: limits.DIAGNOSTICS]
        return sorted(chosen, key=lambda d: (d.span, d.code))

    def counted(self) -> str:
        """`3 errors, 1 warning`; says when not all of them are shown."""
        parts = [
            counted(len(each), word) for each, word in ((self.errors, "error"), (self.warnings, "warning")) if each
        ]
        more = f" (the first {limits.DIAGNOSTICS} are shown)" if len(self.all) > limits.DIAGNOSTICS else ""
        return ", ".join(parts) + more

    def print(self, color: bool | None) -> None:
        """To standard error, each with its line of source."""
        painted, columns = colorful(color), terminal_columns()
        for diagnostic in self.shown():
            shown = render(diagnostic, self.sources, color=painted, columns=columns)
            click.echo(shown, err=True, color=painted)

    def refuse(self, color: bool | None) -> NoReturn:
        """Print them, and end the command: nothing is run with mistakes."""
        self.print(color)
        click.echo(self.counted(), err=True)
        raise Exit(self.exit_code)

    def print_json(self) -> None:
        """To standard output, one JSON object a line."""
        for diagnostic in self.shown():
            click.echo(json.dumps(as_json(diagnostic, self.sources), ensure_ascii=False))


def terminal_columns() -> int | None:
    """How wide the terminal is that standard error is; None where it is none."""
    return shutil.get_terminal_size().columns if sys.stderr.isatty() else None


def counted(number: int, word: str, many: str = "") -> str:
    """`1 rule`, `2,000 rules`."""
    return f"{number:,} {word if number == 1 else many or word + 's'}"
