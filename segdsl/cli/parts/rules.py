"""Rules as the command line names them: files and directories, or `-` for standard input."""

import sys
from collections.abc import Sequence

import click

import segdsl
from segdsl.values import limits

STANDARD_INPUT = "<standard input>"


def checked_rules(paths: Sequence[str]) -> "segdsl.CheckedProgram":
    """The rules that paths mean, checked as one program."""
    if "-" not in paths:
        return segdsl.check(*paths)
    if len(paths) > 1:
        raise click.UsageError("- is standard input and stands alone: it cannot be joined with files")
    return segdsl.check_texts([(STANDARD_INPUT, standard_input())])


def standard_input() -> bytes:
    """What is on standard input; of more than rules may have, a little too much."""
    return sys.stdin.buffer.read(limits.RULES_FILE_BYTES + 1)


def names_of(checked: "segdsl.CheckedProgram") -> list[str]:
    """The names of the files that rules were read from, without those that always come along."""
    return [source.name for source in checked.sources if not source.shipped]
