"""`seg report`: a page about a store."""

from pathlib import Path

import click

from segdsl.cli.parts.asking import store_option
from segdsl.cli.parts.lines import print_lines
from segdsl.cli.parts.stores import existing, path_of, shown, url_of
from segdsl.cli.parts.telling import Telling
from segdsl.cli.parts.writing import force_option, made_by, may_write, write_whole
from segdsl.pages.html import page
from segdsl.pages.pictures import Pictures
from segdsl.pages.report import StoreReport, report_on
from segdsl.values.instants import parse_date

ENDINGS = (".html", ".htm", "")
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
    "--output",
    "-o",
    type=click.Path(dir_okay=False, allow_dash=True),
    metavar="FILE",
    help="Write the page there, an HTML file; an older one is replaced. - is standard output.",
)
@click.option("--from", "first", type=Day(), metavar="DATE", help="The first day to count. Default: that of the store.")
@click.option("--to", "last", type=Day(), metavar="DATE", help="The last day to count. Default: that of the store.")
@click.option("--json", "as_json", is_flag=True, help="Write the numbers as one JSON object, and no page.")
@click.option("--progress", is_flag=True, help="Tell of progress also where standard error is no terminal.")
@force_option
def command(
    store: str, output: str | None, first: int | None, last: int | None, as_json: bool, progress: bool,
    force: bool,
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
    may_write(output, made_by("report"), force=force, reads=[path_of(store)])
    if output not in (None, "-") and Path(output or "").suffix.lower() not in ENDINGS:
        raise click.UsageError(f"the page is HTML, which {output} does not say: end its name in .html or .htm")
    telling = Telling(progress)
    try:
        report = _report(store, first, last, telling)
        if pictures is None or output is None:
            print_lines([report.as_json()])
            return
        text = page(report, pictures, telling.say)
    finally:
        telling.done()
    done = write_whole(output, text.encode())
    if done:
        click.echo(done, err=True)


def _report(store: str, first: int | None, last: int | None, telling: Telling) -> StoreReport:
    with existing(store) as engine:
        return report_on(engine, shown(url_of(store)), first, last, telling.say)
