"""`seg why`: why a customer is in a segment or not, and what became of an action."""

import shlex

import click

import segdsl
from segdsl.cli.parts.asking import at_option, json_option, store_option
from segdsl.cli.parts.failures import Failure
from segdsl.cli.parts.lines import print_lines
from segdsl.cli.parts.stores import existing
from segdsl.diagnostics.printable import printable
from segdsl.diagnostics.suggest import nearest


@click.command(no_args_is_help=True, short_help="Explain why a customer is in a segment, or got a message, or not.")
@click.argument("customer", metavar="ID")
@click.argument("segment", nargs=-1, required=True, metavar="SEGMENT|ACTION")
@store_option
@at_option
@json_option
def command(customer: str, segment: tuple[str, ...], store: str, at: str | None, as_json: bool) -> None:
    """Explain why a customer is in a segment, or is not.

    For a member: the events and rules that led to it, with the conditions as they stood. For somebody who is not in it:
    what is missing, or what took it away. For both: the event without which it would be otherwise, the smallest change
    that would turn it, and until when it stays so if nothing more happens.

    With an action in place of a segment: when rules did it for the customer, and what was held back, by which limit and
    the messages that filled it, or by which hold and its condition.

    \b
      seg why ann Skiers --store shop.store
      seg why ann "High-Income Earners" --store shop.store --at 2026-03-01T10:00:00Z
      seg why ann send email --store shop.store

    The answer is worked out from the events that the store keeps, by playing them again: `seg run --no-journal` makes
    a store that cannot answer.

    Exit code: 0 answered, 2 there is no such store, segment or action, or wrong usage.
    """
    with existing(store) as engine:
        asked = " ".join(segment)
        found: segdsl.Why | segdsl.WhyEffects
        actions = [action.name for action in engine.plan.actions]
        meant = asked in actions or (nearest(asked, actions) is not None and nearest(asked, engine.segments) is None)
        if asked not in engine.segments and meant:
            found = engine.why_effects(customer, asked, at)
        else:
            found = engine.why(customer, _segment(engine, customer, asked), at)
        if as_json:
            print_lines([found.as_json()])
            return
        for line in found.text().splitlines():
            click.echo(printable(line))


def _segment(engine: "segdsl.Engine", customer: str, segment: str) -> str:
    """The segment that is asked about. Fails where the two were given the wrong way round."""
    if segment not in engine.segments and customer in engine.segments:
        turned = shlex.join(["seg", "why", segment, customer])
        raise Failure(f"{customer!r} is a segment: the customer comes first, as in {turned}")
    return segment
