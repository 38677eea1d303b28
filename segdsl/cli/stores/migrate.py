"""`seg store migrate`: a store of an older layout, brought up."""

from pathlib import Path

import click

from segdsl.cli.parts.caring import progress_option, store_argument, telling
from segdsl.cli.parts.stores import existing_backend, path_of
from segdsl.host.care.migrating import migrate


@click.command(no_args_is_help=True, short_help="Bring a store of an older segdsl up to this one.")
@store_argument
@progress_option
def command(store: str, progress: bool) -> None:
    """Bring a store that an older version of segdsl made up to this one. All that is in it stays.

    \b
      seg store migrate shop.store

    From the layout before this one the tables are altered in place, at once or not at all: copy the file first to keep
    the old store. From older ones all of it is written anew beside the file, which takes as much room again; when it is
    whole it takes the file's place, and the old store is kept as shop.store.bak. Stopped at any time, the old or the
    new store is there. Nobody else can use the store meanwhile.

    What an older layout did not keep is told. A store on a server has nothing to be brought up.

    Exit code: 0 done, or there was nothing to do; 2 there is no such store, it is in use, or it cannot be brought up,
    and is left as it was.
    """
    path = path_of(store)
    if path is None or not Path(path).exists():
        existing_backend(store).close()
        click.echo("nothing to do: this store is of the layout of now")
        return
    with telling(progress, "brought over") as told:
        done = migrate(Path(path), told)
    if done.before == done.after:
        click.echo(f"{path}: nothing to do, it is of layout {done.after}, which is that of now")
        return
    click.echo(f"{path}: brought from layout {done.before} to {done.after}")
    for remark in done.remarks:
        click.echo(f"  {remark}")
    if done.kept is not None:
        click.echo(f"  the old store is kept as {done.kept}: remove it when you need it no more")
