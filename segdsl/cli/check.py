"""`seg check`: what is wrong with rules."""

import click

from segdsl.cli.parts.colors import color_option
from segdsl.cli.parts.findings import Findings, counted
from segdsl.cli.parts.rules import checked_rules


@click.command(no_args_is_help=True, short_help="Say what is wrong with rules.")
@click.argument("paths", nargs=-1, required=True, metavar="PATH...")
@click.option("--json", "as_json", is_flag=True, help="Write each mistake as a line of JSON to standard output.")
@color_option
@click.pass_context
def command(ctx: click.Context, paths: tuple[str, ...], as_json: bool, color: bool | None) -> None:
    """Say what is wrong with rules, with the line and what to write instead.

    All paths together are one program; a directory means all .seg files in it; - is standard input.

    \b
      seg check shop.seg
      seg check rules/

    Exit code: 0 no mistakes (there may be warnings), 1 mistakes, 2 something cannot be read.
    """
    checked = checked_rules(paths)
    findings = Findings.of([*checked.collector, *checked.unready, *checked.left_out], checked.sources)
    if as_json:
        findings.print_json()
    else:
        findings.print(color)
    if findings.errors:
        more = f"; `seg explain {findings.errors[0].code}` says more of the first"
        summary = findings.counted() + ("" if as_json else more)
    else:
        size = f"{counted(len(checked.scope.segments), 'segment')}, {counted(len(checked.rules), 'rule')}"
        warned = f", {findings.counted()}" if findings.warnings else ""
        summary = f"no mistakes{warned}: {size}"
    click.echo(summary, err=as_json)
    ctx.exit(findings.exit_code)
