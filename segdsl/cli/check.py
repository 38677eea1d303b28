"""`seg check`: what is wrong with rules."""

import json

import click

from segdsl.cli.parts import reports
from segdsl.cli.parts.colors import color_option
from segdsl.cli.parts.failures import MISTAKES
from segdsl.cli.parts.findings import Findings, counted
from segdsl.cli.parts.rules import checked_rules
from segdsl.diagnostics.codes import CODES
from segdsl.diagnostics.suggest import nearest


@click.command(no_args_is_help=True, short_help="Say what is wrong with rules.")
@click.argument("paths", nargs=-1, required=True, metavar="PATH...")
@click.option(
    "--format", type=click.Choice(("text", "json", "github", "sarif")), default="text", show_default=True,
    help="How mistakes are written: for people; as lines of JSON; as annotations of a GitHub action; as SARIF.",
)  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="The same as --format json.")
@click.option(
    "--allow",
    multiple=True,
    metavar="CODE",
    help="Say nothing of warnings with this code; SEG9 means all that begin so. May be given several times.",
)
@click.option("--strict", is_flag=True, help="Warnings count as mistakes for the exit code.")
@color_option
@click.pass_context
def command(
    ctx: click.Context,
    paths: tuple[str, ...],
    format: str,
    as_json: bool,
    allow: tuple[str, ...],
    strict: bool,
    color: bool | None,
) -> None:
    """Say what is wrong with rules, with the line and what to write instead.

    All paths together are one program; a directory means all .seg files in it; - is standard input.

    \b
      seg check shop.seg
      seg check rules/
      seg check rules/ --format github
      seg check rules/ --strict --allow SEG914

    Exit code: 0 no mistakes (there may be warnings, unless --strict), 1 mistakes, 2 something cannot be read.
    """
    codes = tuple(_allowed(code) for code in allow)
    checked = checked_rules(paths)
    findings = Findings.of([*checked.collector, *checked.unready, *checked.left_out], checked.sources).without(codes)
    if as_json and format not in ("text", "json"):
        raise click.UsageError(f"--json and --format {format} are two formats: name one")
    chosen = "json" if as_json else format
    _print(findings, chosen, color)
    if findings.errors:
        more = f"; `seg explain {findings.errors[0].code}` says more of the first"
        summary = findings.counted() + (more if chosen == "text" else "")
    else:
        size = f"{counted(len(checked.scope.segments), 'segment')}, {counted(len(checked.rules), 'rule')}"
        warned = f", {findings.counted()}" if findings.warnings else ""
        warned += " (mistakes for --strict)" if strict and findings.warnings else ""
        summary = f"no mistakes{warned}: {size}"
    click.echo(summary, err=chosen != "text")
    ctx.exit(findings.exit_code or (MISTAKES if strict and findings.warnings else 0))


def _allowed(given: str) -> str:
    """The code, or the beginning of codes, that `--allow` names. Raises UsageError."""
    code = f"SEG{given.upper().removeprefix('SEG')}"
    if code == "SEG" or not any(each.startswith(code) for each in CODES):
        meant = nearest(code, CODES)
        hint = f"did you mean {meant}?" if meant else "`seg explain` lists all"
        raise click.UsageError(f"there is no code {given!r} to allow: {hint}")
    return code


def _print(findings: Findings, format: str, color: bool | None) -> None:
    match format:
        case "json":
            findings.print_json()
        case "github":
            for line in reports.github(findings.shown(), findings.sources):
                click.echo(line)
        case "sarif":
            click.echo(json.dumps(reports.sarif(findings.shown(), findings.sources), indent=2, ensure_ascii=False))
        case _:
            findings.print(color)
