"""`seg explain`: what is behind the code of a mistake, and how to write it instead."""

import textwrap
from typing import Any

import click

from segdsl.cli.parts.colors import color_option
from segdsl.cli.parts.completing import codes
from segdsl.cli.parts.lines import print_lines
from segdsl.cli.parts.tables import table
from segdsl.diagnostics.codes import CODES
from segdsl.diagnostics.suggest import nearest

WIDTH = 100


@click.command(short_help="Explain the code of a mistake, such as SEG203.")
@click.argument("code", required=False, shell_complete=codes)
@click.option("--json", "as_json", is_flag=True, help="Write it as JSON, each code a line.")
@color_option
def command(code: str | None, as_json: bool, color: bool | None) -> None:
    """Explain what is behind the code of a mistake, with an example of it and how to write it instead. Without a code,
    list all of them; with the first digit alone, all that begin so.

    \b
      seg explain SEG203
      seg explain SEG9
      seg explain

    Exit code: 0 done, 2 there is no such code.
    """
    wanted = _known(code) if code is not None else list(CODES)
    if as_json:
        print_lines(map(_as_json, wanted))
    elif len(wanted) == 1:
        _print(wanted[0], color)
    else:
        click.echo("\n".join(table([(each, CODES[each].title) for each in wanted])))


def _known(given: str) -> list[str]:
    """The code that is meant, or all with this first digit: `seg203` and `203` will do. Raises UsageError."""
    digits = given.upper().removeprefix("SEG")
    code = f"SEG{digits}"
    found = [each for each in CODES if each == code or (len(digits) == 1 and each.startswith(code))]
    if found:
        return found
    meant = nearest(code, CODES)
    hint = f"did you mean {meant}?" if meant else "`seg explain` lists all"
    raise click.UsageError(f"there is no code {given!r}: {hint}")


def _print(code: str, color: bool | None) -> None:
    entry = CODES[code]
    click.echo(click.style(f"{code}: {entry.title}", bold=True), color=color)
    click.echo()
    click.echo(textwrap.fill(entry.text, WIDTH, break_on_hyphens=False, break_long_words=False))
    for said, example in (("not so", entry.wrong), ("but so", entry.right)):
        if example is not None:
            click.echo()
            click.echo(f"{said}:")
            click.echo(textwrap.indent(example, "  "))


def _as_json(code: str) -> dict[str, Any]:
    entry = CODES[code]
    return {"code": code, "title": entry.title, "text": entry.text, "wrong": entry.wrong, "right": entry.right}
