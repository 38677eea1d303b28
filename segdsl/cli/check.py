"""`seg check`: what is wrong with rules."""

import json

import click

from segdsl.cli.parts import reports
from segdsl.cli.parts.colors import color_option
from segdsl.cli.parts.findings import Findings, counted
from segdsl.cli.parts.rules import checked_rules


@click.command(no_args_is_help=True, short_help="Say what is wrong with rules.")
@click.argument("paths", nargs=-1, required=True, metavar="PATH...")
@click.option(
    "--format", type=click.Choice(("text", "json", "github", "sarif")), default="text", show_default=True,
    help="How mistakes are written: for people; as lines of JSON; as annotations of a GitHub action; as SARIF.",
)  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="The same as --format json.")
@color_option
@click.pass_context
def command(ctx: click.Context, paths: tuple[str, ...], format: str, as_json: bool, color: bool | None) -> None:
    """Say what is wrong with rules, with the line and what to write instead.

    All paths together are one program; a directory means all .seg files in it; - is standard input.

    \b
      seg check shop.seg
      seg check rules/
      seg check rules/ --format github

    Exit code: 0 no mistakes (there may be warnings), 1 mistakes, 2 something cannot be read.
    """
    checked = checked_rules(paths)
    findings = Findings.of([*checked.collector, *checked.unready, *checked.left_out], checked.sources)
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
        summary = f"no mistakes{warned}: {size}"
    click.echo(summary, err=chosen != "text")
    ctx.exit(findings.exit_code)


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
