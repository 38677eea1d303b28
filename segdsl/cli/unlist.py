"""`seg unlist`: take back what was said with include and exclude."""

from typing import Any

import click

from segdsl.cli.parts.listing import Options, options, say


@click.command(no_args_is_help=True, short_help="Take back what was said with include and exclude.")
@options
def command(**given: Any) -> None:
    """Take back what was said with `seg include` and `seg exclude`.

    The customer is then in the segment if the rules, or its condition, say so.

    \b
      seg unlist Staff ann --store shop.store
      seg unlist Staff --from left.txt --store shop.store

    Of customers about whom nothing was said nothing is done, and nobody becomes known by it. Ids, files of them, and
    effects are as `seg include --help` says.

    Exit code: 0 done; 2 somebody was left out, there is no such store or segment, or wrong usage; 130 interrupted.
    """
    say("unlist", Options(**given))
