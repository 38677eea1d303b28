"""`seg docs`: a page that says in plain sentences what a program does."""

import json
from pathlib import Path

import click

from segdsl import pages
from segdsl.cli.parts.colors import color_option
from segdsl.cli.parts.findings import Findings
from segdsl.cli.parts.rules import checked_rules, names_of
from segdsl.cli.parts.writing import force_option, made_by, may_write, write_whole

FORMATS = ("html", "markdown")
SUFFIXES = {
    ".html": "html", ".htm": "html", ".md": "markdown", ".markdown": "markdown", ".txt": "markdown", "": "markdown",
}  # fmt: skip


@click.command(no_args_is_help=True, short_help="Write a page that says what the rules do.")
@click.argument("paths", nargs=-1, required=True, metavar="PATH...")
@click.option("--format", "format_", type=click.Choice(FORMATS), help="Default: by the file's name; markdown.")
@click.option("--output", "-o", type=click.Path(dir_okay=False, allow_dash=True), metavar="FILE",
              help="Write the page there; an older one is replaced. Default: standard output.")  # fmt: skip
@click.option("--title", metavar="TEXT", help="What the page is called. Default: the name of the path.")
@click.option("--json", "as_json", is_flag=True, help="Write what is on the page as JSON to standard output.")
@force_option
@color_option
def command(
    paths: tuple[str, ...], format_: str | None, output: str | None, title: str | None, as_json: bool, force: bool,
    color: bool | None,
) -> None:  # fmt: skip
    """Write a page for people: who is in which segment and how they come to be, what each rule does in plain sentences,
    the events and attributes that are used, and what the tests promise. All paths together are one program.

    A comment that stands directly above a declaration is its description:

    \b
      # Whoever ordered in the last month. Shown in the weekly report.
      segment Active if places order within 30 days

    \b
      seg docs rules/
      seg docs rules/ --output rules.html
      seg docs rules/ --output RULES.md --title "Rules of the shop"

    The page has no date and no line numbers in it, so that it only changes where the rules do.

    Exit code: 0 done, 1 the rules have mistakes, 2 something cannot be read or written.
    """
    if as_json and (output is not None or format_ is not None):
        raise click.UsageError("--json goes to standard output, without --format and --output")
    html = (format_ or _format_of(output)) == "html"
    checked = checked_rules(paths)
    findings = Findings.of(checked.collector, checked.sources)
    if findings.errors:
        findings.refuse(color)
    called = title or _title(paths)
    if as_json:
        click.echo(json.dumps(pages.as_data(checked, called), ensure_ascii=False, indent=2))
        return
    may_write(output, made_by("docs"), force=force, reads=names_of(checked))
    text = pages.as_html(checked, called) if html else pages.as_markdown(checked, called)
    done = write_whole(output, text.encode())
    if done:
        click.echo(done, err=True)


def _format_of(output: str | None) -> str:
    """By the ending of the file's name. Raises UsageError for one that says something else."""
    if output is None or output == "-":
        return "markdown"
    suffix = Path(output).suffix.lower()
    if suffix not in SUFFIXES:
        raise click.UsageError(f"{output} does not say how to write: end it in .html or .md, or add --format")
    return SUFFIXES[suffix]


def _title(paths: tuple[str, ...]) -> str:
    if len(paths) > 1 or paths == ("-",):
        return "Rules"
    path = Path(paths[0])
    return f"Rules: {path.stem if path.is_file() else path.resolve().name}"
