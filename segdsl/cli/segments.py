"""`seg segments`: the segments of a store, with how many are in each."""

import click

import segdsl
from segdsl.cli.parts.asking import KINDS, at_option, guests_option, json_option, store_option
from segdsl.cli.parts.lines import print_lines
from segdsl.cli.parts.stores import existing
from segdsl.cli.parts.tables import table
from segdsl.records.inputs import is_guest


@click.command(short_help="List the segments of a store and how many are in each.")
@store_option
@at_option
@guests_option
@json_option
def command(store: str, at: str | None, no_guests: bool, as_json: bool) -> None:
    """List the segments of a store and how many customers are in each.

    \b
      seg segments --store shop.store
      seg segments --store shop.store --at 2026-03-01

    Exit code: 0 answered, 2 there is no such store, or wrong usage.
    """
    with existing(store) as engine:
        counts = _without_guests(engine, at) if no_guests else engine.counts(at)
        rows = [(name, KINDS[engine.segments[name].kind], count) for name, count in counts.items()]
    if as_json:
        print_lines({"segment": name, "kind": kind, "members": members} for name, kind, members in rows)
    elif not rows:
        click.echo("the rules of this store declare no segments")
    else:
        shown = [(name, kind, f"{members:,}") for name, kind, members in rows]
        head, *lines = table([("segment", "kind", "members"), *shown], right=[2])
        click.echo("\n".join([click.style(head, bold=True), *lines]))


def _without_guests(engine: "segdsl.Engine", at: str | None) -> dict[str, int]:
    """How many members each segment has who are no guests: every member is looked at."""
    return {
        name: sum(not is_guest(member.customer) for member in engine.members(name, at))
        for name in sorted(engine.segments)
    }
