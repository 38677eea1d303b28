"""`seg store copy`: one store into another."""

import click

import segdsl
from segdsl.cli.parts.caring import parts_text, progress_option, telling
from segdsl.cli.parts.completing import any_files
from segdsl.cli.parts.stores import existing_backend, shown, url_to_keep
from segdsl.host.care.exporting import copy


@click.command(no_args_is_help=True, short_help="Put all of a store into an empty one.")
@click.argument("store", metavar="STORE", shell_complete=any_files)
@click.argument("target", metavar="TARGET", shell_complete=any_files)
@progress_option
def command(store: str, target: str, progress: bool) -> None:
    """Put all that a store holds into an empty one, of any kind: from a file to a server, or back.

    \b
      seg store copy shop.store postgresql://localhost/shop
      seg store copy redis://localhost/0 shop.store

    It is the same as exporting and importing, without a file between. The first store stays as it is; what others write
    to it meanwhile is not copied, so stop the runs on it first.

    Exit code: 0 done, 2 there is no such store, or TARGET holds something already; 130 interrupted, and nothing is
    kept.
    """
    url = url_to_keep(target)
    with (
        existing_backend(store) as backend,
        segdsl.open_backend(url) as other,
        telling(progress, "copied") as told,
    ):
        counts = copy(backend, other, told)
    click.echo(f"{shown(url)}: {parts_text(counts)}")
