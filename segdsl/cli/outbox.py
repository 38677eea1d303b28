"""`seg outbox`: the effects of a store that are not delivered yet, and its dead letters."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import click
from click.exceptions import Exit

import segdsl
from segdsl.cli.parts.asking import json_option, store_option
from segdsl.cli.parts.failures import UNUSABLE
from segdsl.cli.parts.findings import counted
from segdsl.cli.parts.lines import print_lines
from segdsl.cli.parts.stores import existing, shown, url_of
from segdsl.cli.parts.tables import table
from segdsl.diagnostics.printable import printable
from segdsl.host.effects import effect_said
from segdsl.host.objects import stored_effect_line
from segdsl.values.instants import instant_text

if TYPE_CHECKING:  # the help of all commands comes by here, and needs none of it
    from segdsl.backends.base import StoredEffect

SHOWN = 1_000
"""Effects that are listed if nothing else is said."""

WIDE = 80
"""Characters of an effect, and of an error, in a table."""


@click.command(no_args_is_help=True, short_help="List effects that wait to be delivered, and dead letters.")
@store_option
@click.option("--dead", is_flag=True, help="List the dead letters: effects that are not tried any more.")
@click.option("--again", multiple=True, metavar="ID", help="Have this dead letter tried again. Can be repeated.")
@click.option("--again-all", is_flag=True, help="Have all dead letters tried again.")
@click.option(
    "--limit", type=click.IntRange(min=1), default=SHOWN, metavar="N", show_default=True, help="List so many at most."
)
@json_option
def command(store: str, dead: bool, again: tuple[str, ...], again_all: bool, limit: int, as_json: bool) -> None:
    """List the effects that wait in a store to be delivered, those first whose time comes first.

    Effects that no handler took, and that no --effects file holds, wait in the store until a program delivers them
    with `engine.deliver`. One that fails is tried again later; after some tries it is a dead letter, which is kept with
    the last error until somebody has it tried again.

    \b
      seg outbox --store shop.store
      seg outbox --dead --store shop.store
      seg outbox --again 4f63cfadda646133813ea2dc --store shop.store
      seg outbox --again-all --store shop.store

    Nothing is delivered by this command. An effect that a program has in hand right now is listed as one that is tried
    again when the program's time for it is over.

    Exit code: 0 answered; 2 there is no such store or dead letter, or wrong usage.
    """
    if again and again_all:
        raise click.UsageError("--again-all has all dead letters tried again: leave out --again")
    if dead and (again or again_all):
        raise click.UsageError("--dead lists dead letters, --again and --again-all have them tried again: say one")
    with existing(store) as engine:
        if again or again_all:
            _revive(engine, again, as_json)
            return
        found = engine.dead_letters(limit + 1) if dead else engine.outbox(limit + 1)
        _list(found[:limit], dead, shown(url_of(store)), as_json)
        if len(found) > limit:
            click.echo(f"seg: there are more: these are the first {limit:,}, --limit N lists more", err=True)
        if not dead and not as_json and engine.dead_letters(1):
            click.echo("seg: there are dead letters too: --dead lists them", err=True)


def _revive(engine: "segdsl.Engine", ids: tuple[str, ...], as_json: bool) -> None:
    """Have dead letters tried again (none named: all). Ends the command with an exit code of its own for one that is
    none."""
    unknown = []
    revived = 0 if ids else engine.revive()
    for each in dict.fromkeys(ids):
        found = engine.revive([each])
        revived += found
        unknown += [] if found else [each]
    if as_json:
        print_lines([{"revived": revived, "unknown": unknown}])
    else:
        are = "is" if revived == 1 else "are"
        click.echo(f"{counted(revived, 'dead letter')} {are} to be tried again" if revived else "nothing was revived")
    for each in unknown:
        click.echo(f"seg: no dead letter has the id {printable(each)}: --dead lists them", err=True)
    if unknown:
        raise Exit(UNUSABLE)


def _list(found: "list[StoredEffect]", dead: bool, store: str, as_json: bool) -> None:
    if as_json:
        print_lines(map(stored_effect_line, found))
    elif not found:
        click.echo(f"{store} has no dead letters" if dead else f"nothing waits in {store}")
    else:
        heads = ("id", "effect", "customer", "made", "tries", *(() if dead else ("again at",)), "last error")
        head, *lines = table([heads, *(tuple(_row(each, dead)) for each in found)], right=[4])
        click.echo("\n".join([click.style(head, bold=True), *lines]))


def _row(each: "StoredEffect", dead: bool) -> Iterator[str]:
    effect = each.effect
    yield effect.id
    yield _cut(effect_said(effect)) + (f" ({effect.mark})" if effect.mark else "")
    yield effect.customer
    yield instant_text(effect.instant)
    yield f"{each.tries:,}"
    if not dead:
        yield instant_text(each.again) if each.again else ""
    yield _cut(each.error)


def _cut(text: str) -> str:
    return text if len(text) <= WIDE else f"{text[:WIDE]}..."
