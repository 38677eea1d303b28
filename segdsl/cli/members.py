"""`seg members`: who is in a segment."""

from itertools import islice

import click

from segdsl.cli.parts.asking import at_option, guests_option, json_option, store_option
from segdsl.cli.parts.completing import segments
from segdsl.cli.parts.lines import print_lines
from segdsl.cli.parts.stores import existing
from segdsl.cli.parts.tables import table
from segdsl.records.inputs import is_guest
from segdsl.values.instants import instant_text

PAGE = 1_000
"""Rows whose columns are lined up together; more are on their way meanwhile."""


@click.command(no_args_is_help=True, short_help="List the members of a segment.")
@click.argument("segment", nargs=-1, required=True, metavar="SEGMENT", shell_complete=segments)
@store_option
@at_option
@guests_option
@json_option
def command(segment: tuple[str, ...], store: str, at: str | None, no_guests: bool, as_json: bool) -> None:
    """List the members of a segment, in the order of their ids, each with the instant since when.

    \b
      seg members "Loyal Customers" --store shop.store
      seg members Skiers --store shop.store --at 2026-03-01 --json

    Exit code: 0 answered, 2 there is no such store or segment, or wrong usage.
    """
    with existing(store) as engine:
        members = (
            each for each in engine.members(" ".join(segment), at) if not (no_guests and is_guest(each.customer))
        )
        if as_json:
            print_lines({"customer": each.customer, "since": instant_text(each.since)} for each in members)
            return
        while page := [(each.customer, instant_text(each.since)) for each in islice(members, PAGE)]:
            click.echo("\n".join(table(page)))
