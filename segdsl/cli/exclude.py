"""`seg exclude`: keep customers out of a segment, whatever the rules say."""

from typing import Any

import click

from segdsl.cli.parts.listing import Options, known_only_option, options, say


@click.command(no_args_is_help=True, short_help="Keep customers out of a segment, whatever the rules say.")
@options
@known_only_option
def command(**given: Any) -> None:
    """Keep customers out of a segment, whatever the rules say.

    An explicit exclusion beats all else, also `seg include`, which it replaces: of each customer and segment one
    setting holds. `seg unlist` takes it back; what rules added meanwhile is seen then.

    \b
      seg exclude "Ski Letter" ann --store shop.store
      seg exclude "Ski Letter" --from unsubscribed.csv --column email --store shop.store

    Ids, files of them, customers who are not known yet, and effects are as `seg include --help` says.

    Exit code: 0 done; 2 somebody was left out, there is no such store or segment, or wrong usage; 130 interrupted.
    """
    say("exclude", Options(**given))
