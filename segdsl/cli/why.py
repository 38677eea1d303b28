"""`seg why`: why a customer is in a segment or not, or has a promotion or not."""

import shlex

import click

import segdsl
from segdsl.cli.parts.asking import at_option, json_option, store_option
from segdsl.cli.parts.failures import Failure
from segdsl.cli.parts.lines import print_lines
from segdsl.cli.parts.stores import existing
from segdsl.diagnostics.printable import printable
from segdsl.diagnostics.suggest import nearest

PROMOTION = "promotion "


@click.command(no_args_is_help=True, short_help="Explain why a customer is in a segment, or has a promotion, or not.")
@click.argument("customer", metavar="ID")
@click.argument("segment", nargs=-1, required=True, metavar="SEGMENT")
@store_option
@at_option
@json_option
def command(customer: str, segment: tuple[str, ...], store: str, at: str | None, as_json: bool) -> None:
    """Explain why a customer is in a segment, or is not; has a promotion, or has it not.

    For a member: the events and rules that led to it, with the conditions as they stood. For somebody who is not in it:
    what is missing, or what took it away. For both: the event without which it would be otherwise, the smallest change
    that would turn it, and until when it stays so if nothing more happens.

    \b
      seg why ann Skiers --store shop.store
      seg why ann "High-Income Earners" --store shop.store --at 2026-03-01T10:00:00Z
      seg why ann promotion "20% off first order" --store shop.store

    The word `promotion` can be left out where no segment has that name.

    The answer is worked out from the events that the store keeps, by playing them again: `seg run --no-journal` makes
    a store that cannot answer.

    Exit code: 0 answered, 2 there is no such store, segment or promotion, or wrong usage.
    """
    with existing(store) as engine:
        found = _found(engine, customer, " ".join(segment), at)
        if as_json:
            print_lines([found.as_json()])
            return
        for line in found.text().splitlines():
            click.echo(printable(line))


def _found(engine: "segdsl.Engine", customer: str, name: str, at: str | None) -> "segdsl.Why":
    """The answer about a segment, or about a promotion. Fails where customer and name were given the wrong way round,
    and for a name of neither."""
    promotions = [each.name for each in engine.plan.promotions]
    said = name.removeprefix(PROMOTION)
    if name in engine.segments:
        return engine.why(customer, name, at)
    if said in promotions:
        return engine.why_promotion(customer, said, at)
    if customer in engine.segments or customer in promotions:
        turned = shlex.join(["seg", "why", name, customer])
        what = "segment" if customer in engine.segments else "promotion"
        raise Failure(f"{customer!r} is a {what}: the customer comes first, as in {turned}")
    if name.startswith(PROMOTION) or (nearest(name, promotions) and not nearest(name, engine.segments)):
        return engine.why_promotion(customer, said, at)
    return engine.why(customer, name, at)
