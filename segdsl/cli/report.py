"""`seg report`: a page about a store."""

import os
import sys
from pathlib import Path

import click

from segdsl.cli.parts.asking import store_option
from segdsl.cli.parts.failures import Failure
from segdsl.cli.parts.lines import print_lines
from segdsl.cli.parts.stores import existing, shown, url_of
from segdsl.cli.parts.telling import Telling
from segdsl.pages.html import GENERATOR, page
from segdsl.pages.pictures import Pictures
from segdsl.pages.report import StoreReport, report_on
from segdsl.values.instants import parse_date

HEAD = 1_000
"""Bytes of a file in which a page of ours says that it is one."""


ENDINGS = (".html", ".htm")
"""How the name of a page ends."""


class Day(click.ParamType[int]):
    """A date of the calendar, as days since 1970."""

    name = "date"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> int:
        day = parse_date(value)
        if day is None:
            self.fail(f"{value!r} is no date: write it as 2026-03-01", param, ctx)
        return day


@click.command(no_args_is_help=True, short_help="Write a page about a store.")
@store_option
@click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False, allow_dash=True),
    metavar="FILE",
    help="The page, an HTML file, or - for standard output. An older report there is replaced, nothing else is.",
)
@click.option("--from", "first", type=Day(), metavar="DATE", help="The first day to count. Default: that of the store.")
@click.option("--to", "last", type=Day(), metavar="DATE", help="The last day to count. Default: that of the store.")
@click.option("--json", "as_json", is_flag=True, help="Write the numbers as one JSON object, and no page.")
@click.option("--progress", is_flag=True, help="Tell of progress also where standard error is no terminal.")
def command(
    store: str, output: str | None, first: int | None, last: int | None, as_json: bool, progress: bool
) -> None:  # fmt: skip
    """Write a page about a store: members over time, segments that overlap, how often each rule fired, effects, events
    that were rejected and why, and fields that nothing declares.

    \b
      seg report --store shop.store --output report.html
      seg report --store shop.store --output march.html --from 2026-03-01 --to 2026-03-31
      seg report --store shop.store --json

    The page is one file that needs no network and runs nothing. Beside each chart stand its numbers. Days are those of
    UTC; with --to, memberships are told as of that day's end. Charts need an extra package: pip install
    "segdsl[pictures]".

    Exit code: 0 done, 2 there is no such store, wrong usage, or the page cannot be written.
    """
    if as_json == (output is not None):
        raise click.UsageError(
            "--json writes to standard output: leave out --output" if as_json else "say where the page goes: --output "
            "report.html (or --json for the numbers alone)"
        )  # fmt: skip
    pictures = None if as_json else Pictures.ready()
    replaced = _is_ours(Path(output)) if output not in (None, "-") else False
    telling = Telling(progress)
    try:
        report = _report(store, first, last, telling)
        if pictures is None or output is None:
            print_lines([report.as_json()])
            return
        text = page(report, pictures, telling.say)
    finally:
        telling.done()
    _write(text, output)
    if output != "-":
        click.echo(f"{'replaced' if replaced else 'written'}: {output}", err=True)


def _report(store: str, first: int | None, last: int | None, telling: Telling) -> StoreReport:
    with existing(store) as engine:
        return report_on(engine, shown(url_of(store)), first, last, telling.say)


def _is_ours(path: Path) -> bool:
    """Whether there is an older report, which may be replaced. Fails for any other file, before any work is done."""
    if not path.exists():
        if not path.parent.is_dir():
            raise Failure(f"{path} cannot be written: the folder {path.parent} does not exist; make it first")
        if path.suffix.lower() not in ("", *ENDINGS):
            raise Failure(f"the page is HTML, which {path} does not say: end its name in {' or '.join(ENDINGS)}")
        return False
    with path.open("rb") as file:
        if GENERATOR.encode() in file.read(HEAD):
            return True
    raise Failure(f"{path} is there already, and is no report: name another file, or remove it first")


def _write(text: str, output: str) -> None:
    """Write the page; one that is replaced stays whole until the new one is."""
    data = text.encode()
    if output == "-":
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
        return
    path = Path(output)
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        part.write_bytes(data)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
