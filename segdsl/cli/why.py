"""`seg why`: why a customer is in a segment or has a promotion or not, and what became of an action."""

import shlex

import click

import segdsl
from segdsl.cli.parts.asking import at_option, json_option, store_option
from segdsl.cli.parts.completing import asked_why
from segdsl.cli.parts.failures import Failure
from segdsl.cli.parts.lines import print_lines
from segdsl.cli.parts.stores import existing
from segdsl.diagnostics.printable import printable
from segdsl.diagnostics.suggest import nearest

PROMOTION = "promotion "


@click.command(no_args_is_help=True, short_help="Explain why a customer is in a segment, or got a message, or not.")
@click.argument("customer", metavar="ID")
@click.argument("segment", nargs=-1, required=True, metavar="SEGMENT|ACTION", shell_complete=asked_why)
@store_option
@at_option
@json_option
def command(customer: str, segment: tuple[str, ...], store: str, at: str | None, as_json: bool) -> None:
    """Explain why a customer is in a segment, or is not; has a promotion, or has it not.

    For a member: the events and rules that led to it, with the conditions as they stood. For somebody who is not in it:
    what is missing, or what took it away. For both: the event without which it would be otherwise, the smallest change
    that would turn it, and until when it stays so if nothing more happens.

    With an action in place of a segment: when rules did it for the customer, and what was held back, by which limit and
    the messages that filled it, or by which hold and its condition.

    \b
      seg why ann Skiers --store shop.store
      seg why ann "High-Income Earners" --store shop.store --at 2026-03-01T10:00:00Z
      seg why ann send email --store shop.store
      seg why ann promotion "20% off first order" --store shop.store

    The word `promotion` can be left out where no segment or action has that name.

    The answer is worked out from the events that the store keeps, by playing them again: `seg run --no-journal` makes
    a store that cannot answer.

    Exit code: 0 answered, 2 there is no such store, segment, promotion or action, or wrong usage.
    """
    with existing(store) as engine:
        found = _found(engine, customer, " ".join(segment), at)
        if as_json:
            print_lines([found.as_json()])
            return
        for line in found.text().splitlines():
            click.echo(printable(line))


def _found(engine: "segdsl.Engine", customer: str, name: str, at: str | None) -> "segdsl.Why | segdsl.WhyEffects":
    """The answer about a segment, a promotion or an action. Fails where customer and name were given the wrong way
    round, and for a name of none of them."""
    if name == PROMOTION.strip() and name not in engine.segments:
        raise Failure(
            f"which promotion is meant? Name it, as in seg why {shlex.quote(customer)} promotion Free shipping"
        )
    promotions = [each.name for each in engine.plan.promotions]
    actions = [each.name for each in engine.plan.actions]
    said = name.removeprefix(PROMOTION)
    if name in engine.segments:
        return engine.why(customer, name, at)
    if said in promotions:
        return engine.why_promotion(customer, said, at)
    if name in actions:
        return engine.why_effects(customer, name, at)
    turned = _turned(customer, {"segment": [*engine.segments], "promotion": promotions, "action": actions})
    if turned:
        raise Failure(
            f"{customer!r} is {turned}: the customer comes first, as in {shlex.join(['seg', 'why', name, customer])}"
        )
    if name.startswith(PROMOTION) or (nearest(name, promotions) and not nearest(name, engine.segments)):
        return engine.why_promotion(customer, said, at)
    if nearest(name, actions) and not nearest(name, engine.segments):
        return engine.why_effects(customer, name, at)
    return engine.why(customer, name, at)


def _turned(customer: str, names: dict[str, list[str]]) -> str:
    """What a name that stands in the place of a customer is; empty where it is none that the program declares."""
    found = next((kind for kind, declared in names.items() if customer in declared), "")
    return f"{'an' if found == 'action' else 'a'} {found}" if found else ""
