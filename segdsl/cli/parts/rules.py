"""Rules as the command line names them: files and directories, or `-` for standard input."""

import sys
from collections.abc import Sequence

import click

import segdsl
from segdsl.cli.parts.findings import Findings
from segdsl.diagnostics.errors import CompileError
from segdsl.values import limits

STANDARD_INPUT = "<standard input>"


def checked_rules(paths: Sequence[str]) -> "segdsl.CheckedProgram":
    """The rules that paths mean, checked as one program."""
    if not _from_standard_input(paths):
        return segdsl.check(*paths)
    return segdsl.check_texts([(STANDARD_INPUT, standard_input())])


def loaded_rules(paths: Sequence[str], color: bool | None) -> "segdsl.Program":
    """The rules that paths mean, ready to be run, or the end of the command with what is wrong with them."""
    try:
        return segdsl.build(checked_rules(paths)) if _from_standard_input(paths) else segdsl.load(*paths)
    except CompileError as error:
        Findings.of(error.diagnostics, error.sources).refuse(color)


def _from_standard_input(paths: Sequence[str]) -> bool:
    if "-" in paths and len(paths) > 1:
        raise click.UsageError("- is standard input and stands alone: it cannot be joined with files")
    return "-" in paths


def standard_input() -> bytes:
    """What is on standard input; of more than rules may have, a little too much."""
    return sys.stdin.buffer.read(limits.RULES_FILE_BYTES + 1)


def names_of(checked: "segdsl.CheckedProgram") -> list[str]:
    """The names of the files that rules were read from, without those that always come along."""
    return [source.name for source in checked.sources if not source.shipped]
