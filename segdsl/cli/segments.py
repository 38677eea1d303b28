"""`seg segments`: the segments of a store, with how many are in each."""

import click

from segdsl.cli.parts.asking import KINDS, at_option, json_option, store_option
from segdsl.cli.parts.lines import print_lines
from segdsl.cli.parts.stores import existing
from segdsl.cli.parts.tables import table


@click.command(short_help="List the segments of a store and how many are in each.")
@store_option
@at_option
@json_option
def command(store: str, at: str | None, as_json: bool) -> None:
    """List the segments of a store and how many customers are in each.

    \b
      seg segments --store shop.store
      seg segments --store shop.store --at 2026-03-01

    Exit code: 0 answered, 2 there is no such store, or wrong usage.
    """
    with existing(store) as engine:
        rows = [(name, KINDS[engine.segments[name].kind], count) for name, count in engine.counts(at).items()]
    if as_json:
        print_lines({"segment": name, "kind": kind, "members": members} for name, kind, members in rows)
    elif not rows:
        click.echo("the rules of this store declare no segments")
    else:
        shown = [(name, kind, f"{members:,}") for name, kind, members in rows]
        head, *lines = table([("segment", "kind", "members"), *shown], right=[2])
        click.echo("\n".join([click.style(head, bold=True), *lines]))
