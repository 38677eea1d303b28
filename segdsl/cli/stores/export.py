"""`seg store export`: a store as lines of JSON."""

import click

from segdsl.cli.parts.caring import parts_text, progress_option, store_argument, telling
from segdsl.cli.parts.stores import existing_backend, path_of
from segdsl.cli.parts.writing import may_write, never, private_file
from segdsl.host.care.exporting import export


@click.command(no_args_is_help=True, short_help="Write all of a store as lines of JSON.")
@store_argument
@click.option("--output", "-o", default="-", type=click.Path(dir_okay=False, allow_dash=True), metavar="FILE",
              help="Write there, packed if it ends with .gz. Default: standard output.")  # fmt: skip
@click.option("--force", is_flag=True, help="Write also over a file that is there already.")
@progress_option
def command(store: str, output: str, force: bool, progress: bool) -> None:
    """Write all of a store as lines of JSON, to keep it or to import it elsewhere.

    \b
      seg store export shop.store -o shop.jsonl.gz
      seg store import shop.jsonl.gz --store postgresql://localhost/shop

    It is the store as it is at one instant; others may go on writing meanwhile. The last line says that the file is
    whole. The file can be read by you alone: it holds all that is known of the customers.

    Exit code: 0 done, 2 there is no such store, or FILE cannot be written; 130 interrupted, and no file is written.
    """
    may_write(output, never, force=force, reads=[path_of(store)])
    with existing_backend(store) as backend, telling(progress, "written") as told, private_file(output) as write:
        counts = export(backend, write, told)
    click.echo(f"written: {parts_text(counts)}", err=True)
