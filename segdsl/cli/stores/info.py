"""`seg store info`: what is in a store."""

import click

from segdsl.cli.parts.asking import json_option
from segdsl.cli.parts.caring import store_argument
from segdsl.cli.parts.lines import print_lines
from segdsl.cli.parts.stores import existing_backend, path_of, shown, url_of
from segdsl.cli.parts.tables import table
from segdsl.diagnostics.printable import printable
from segdsl.host.care.describing import describe


@click.command(no_args_is_help=True, short_help="Say what is in a store.")
@store_argument
@json_option
def command(store: str, as_json: bool) -> None:
    """Say what is in a store: its rules, how many customers and members, how far it has come, and how it is kept.

    \b
      seg store info shop.store
      seg store info shop.store --json

    Exit code: 0 answered, 2 there is no such store.
    """
    with existing_backend(store) as backend:
        found = describe(backend, path_of(store))
    if as_json:
        print_lines([{"store": shown(url_of(store)), **found.as_json()}])
        return
    rows = [("store", shown(url_of(store))), *found.rows()]
    click.echo("\n".join(table(rows)))
    for sentence in found.exposed:
        click.echo(f"seg: warning: {printable(sentence)}", err=True)
