"""`seg customer`: the segments and promotions of one customer, with the reasons, and how it came to that."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import click

import segdsl
from segdsl.cli.parts.asking import as_of, at_option, bounds, json_option, store_option, why
from segdsl.cli.parts.lines import print_lines
from segdsl.cli.parts.stores import existing
from segdsl.cli.parts.tables import table
from segdsl.diagnostics.printable import printable
from segdsl.host.objects import change_line, membership_line, promotion_line
from segdsl.values.instants import instant_text

if TYPE_CHECKING:  # the help of all commands comes by here, and needs none of it
    from segdsl.backends.base import StoredLink


@click.command(no_args_is_help=True, short_help="Show the segments and promotions of a customer, and why.")
@click.argument("customer", metavar="ID")
@store_option
@at_option
@json_option
def command(customer: str, store: str, at: str | None, as_json: bool) -> None:
    """Show the segments that a customer is in, since when and why, the promotions the customer has, and all changes
    before.

    \b
      seg customer ann --store shop.store
      seg customer ann --store shop.store --at 2026-03-01

    A customer of whom nothing is known is in the segments, and has the promotions, of one without events. A guest is
    `visitor:` and the visitor's name, as in `visitor:browser-7#1`; of one who has turned out to be a customer it is
    told who that is.

    Exit code: 0 answered, 2 there is no such store, or wrong usage.
    """
    with existing(store) as engine:
        segments, history = engine.segments_of(customer, at), engine.history(customer, at)
        promotions, untold = _promotions(engine, customer, at)
        guests, visitors = engine.guests_of(customer), engine.visitors_of(customer)
        if as_json:
            found = {
                "customer": customer, "known": _known(engine, customer), "at": as_of(engine, at),
                "now": engine.became(customer), "guests": [_guest_line(each) for each in guests],
                "visitors": visitors,
                "segments": [membership_line(each) for each in segments],
                "promotions": None if untold else [promotion_line(each) for each in promotions],
                "history": [change_line(each) for each in history],
                "pruned": _pruned(engine),
            }  # fmt: skip
            print_lines([found])
            return
        click.echo(f"{printable(customer)} at {as_of(engine, at)}{_unknown(engine, customer)}")
        for each in guests:
            click.echo(f"  was the guest {printable(each.guest)} until {instant_text(each.instant)}")
        if visitors:
            click.echo(f"  linked now: {', '.join(map(printable, visitors))}")
        click.echo("\n" + click.style("segments:" if segments else "in no segment", bold=True))
        _print_table((each.segment, f"since {instant_text(each.since)}", why(each.because)) for each in segments)
        if untold:
            click.echo("\n" + click.style("promotions:", bold=True) + f" {untold}")
        elif engine.plan.promotions:
            click.echo("\n" + click.style("promotions:" if promotions else "no promotion", bold=True))
            _print_table((each.name, bounds(each), each.place) for each in promotions)
        pruned = _pruned(engine)
        if history:
            click.echo("\n" + click.style("history:", bold=True))
            _print_table(
                (instant_text(each.instant), "enters" if each.entered else "leaves", each.segment, why(each.because))
                for each in history
            )
        if pruned is not None:
            click.echo(f"\nwhat had ended before {pruned} was pruned")


def _promotions(
    engine: "segdsl.Engine", customer: str, at: str | None
) -> tuple[list["segdsl.Promotion"], str]:  # fmt: skip
    """The promotions of a customer, or why they cannot be told."""
    try:
        return engine.promotions(customer, at), ""
    except segdsl.StoreError as error:
        return [], str(error)


def _unknown(engine: "segdsl.Engine", customer: str) -> str:
    """What is to be said of one who is not known: a guest may be known under another id."""
    if _known(engine, customer):
        return ""
    [*found] = engine.backend.links([customer]).values()
    if not found:
        return " (no event of this customer was seen yet)"
    account = printable(found[0].account)
    return f" (a guest, who is {account} since {instant_text(found[0].instant)}: ask for {account})"


def _pruned(engine: "segdsl.Engine") -> str | None:
    """The instant before which history was dropped, as text."""
    instant = engine.backend.pruned()
    return instant_text(instant) if instant is not None else None


def _guest_line(link: "StoredLink") -> dict[str, Any]:
    return {"guest": link.guest, "visitor": link.visitor, "until": instant_text(link.instant), "new": link.renamed}


def _known(engine: "segdsl.Engine", customer: str) -> bool:
    return bool(engine.backend.load([customer]))


def _print_table(rows: Iterable[tuple[str, ...]]) -> None:
    for line in table(rows):
        click.echo(f"  {line}")
