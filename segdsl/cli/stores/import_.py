"""`seg store import`: lines of JSON into an empty store."""

import click

import segdsl
from segdsl.cli.parts.caring import parts_text, progress_option, telling
from segdsl.cli.parts.completing import any_files
from segdsl.cli.parts.stores import shown, url_to_keep
from segdsl.host.care.importing import fill, reading_of


@click.command(no_args_is_help=True, short_help="Put an exported store into an empty one.")
@click.argument("file", metavar="FILE", type=click.Path(dir_okay=False, allow_dash=True), shell_complete=any_files)
@click.option("--store", required=True, metavar="URL", shell_complete=any_files,
              help="The store to put it into: a file that is made, or the URL of an empty store.")  # fmt: skip
@progress_option
def command(file: str, store: str, progress: bool) -> None:
    """Put a store that `seg store export` wrote into an empty one, of any kind.

    \b
      seg store import shop.jsonl.gz --store shop.store
      seg store import shop.jsonl.gz --store postgresql://localhost/shop

    All of it is put in at once, or nothing: a file that was cut off or changed is refused with the line. A run goes on
    from there as if the store had never moved.

    Exit code: 0 done, 2 FILE cannot be read or is damaged, or the store holds something already; 130 interrupted, and
    nothing is kept.
    """
    url = url_to_keep(store)
    with reading_of(file) as reading, segdsl.open_backend(url) as backend, telling(progress, "read") as told:
        counts = fill(reading, backend, told)
    click.echo(f"{shown(url)}: {parts_text(counts)}")
