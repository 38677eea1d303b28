"""`seg include`: put customers into a segment, whatever the rules say."""

from typing import Any

import click

from segdsl.cli.parts.listing import Options, known_only_option, options, say


@click.command(no_args_is_help=True, short_help="Put customers into a segment, whatever the rules say.")
@options
@known_only_option
def command(**given: Any) -> None:
    """Put customers into a segment, whatever the rules say.

    An explicit inclusion beats rules and conditions, and no `remove from` ends it. Of each customer and segment one
    setting holds: `seg exclude` replaces it, `seg unlist` takes it back.

    \b
      seg include Staff ann bob --store shop.store
      seg include "Season Guests" --from guests.txt --store shop.store
      seg include Staff --from people.csv --column email --store shop.store --at 2026-03-01T09:00:00Z
      cut -f1 ids.tsv | seg include Staff --from - --store shop.store

    A file has one id a line. A CSV file has a head; the ids stand in its column `customer`, `customer_id` or `id`, or
    in the one that --column names.

    A customer of whom no event was seen becomes known by it: a mistyped id makes a customer whom nobody is. How many
    are new is told; --known-only leaves them out.

    Rules that wait for somebody to enter the segment start, and their effects wait in the store, or go to --effects.
    Said again, it does what is left to do: nothing, if it was gone through.

    Exit code: 0 done; 2 somebody was left out, there is no such store or segment, or wrong usage; 130 interrupted:
    what was done by then stays.
    """
    say("include", Options(**given))
