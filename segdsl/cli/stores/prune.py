"""`seg store prune`: membership history that is old enough, dropped."""

import click

from segdsl.cli.parts.asking import json_option
from segdsl.cli.parts.caring import progress_option, store_argument, telling
from segdsl.cli.parts.findings import counted
from segdsl.cli.parts.lines import print_lines
from segdsl.cli.parts.stores import existing_backend, shown, url_of
from segdsl.host.care.pruning import prune
from segdsl.values.instants import instant_text


@click.command(no_args_is_help=True, short_help="Drop memberships that ended before an instant.")
@store_argument
@click.option("--before", required=True, metavar="INSTANT", help="As in 2026-01-01, or 2026-01-01T10:00:00Z.")
@click.option("--dry-run", is_flag=True, help="Only say how many would go.")
@json_option
@progress_option
def command(store: str, before: str, dry_run: bool, as_json: bool, progress: bool) -> None:
    """Drop memberships that ended before an instant, so that a store does not grow for ever.

    \b
      seg store prune shop.store --before 2026-01-01 --dry-run
      seg store prune shop.store --before 2026-01-01

    What rules ask of the past is not touched: they go on as if nothing was dropped. Nor is what an event that comes
    late could still take back. Memberships that go on stay, however long ago they began, and so do the journal, from
    which `seg why` answers, and what was counted. A file does not become smaller: its room is used again.

    Questions as of an instant before it are refused from then on, and the report says from when on it is whole.

    Exit code: 0 done, 2 there is no such store or instant, or wrong usage; 130 interrupted: said again, it does the
    rest.
    """
    with existing_backend(store) as backend, telling(progress, "customers looked at") as told:
        found = prune(backend, before, dry=dry_run, told=told)
    if as_json:
        print_lines([
            {"store": shown(url_of(store)), "before": instant_text(found.before), "memberships": found.memberships,
             "dry_run": dry_run},
        ])  # fmt: skip
        return
    what = f"{counted(found.memberships, 'membership')} that ended before {instant_text(found.before)}"
    click.echo(f"{shown(url_of(store))}: {what} {'would be' if dry_run else 'were'} dropped")
