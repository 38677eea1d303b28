"""`seg decide`: what a page needs now, without a commit."""

import sys
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any, BinaryIO

import click
from msgspec.json import Decoder

import segdsl
from segdsl.cli.parts.asking import json_option, store_option
from segdsl.cli.parts.completing import any_files
from segdsl.cli.parts.failures import Failure
from segdsl.cli.parts.lines import print_lines
from segdsl.cli.parts.stores import existing
from segdsl.cli.parts.tables import table
from segdsl.diagnostics.printable import printable
from segdsl.values.limits import EVENT_BYTES

_decoder: Decoder[Any] = Decoder(float_hook=Decimal)

Wanted = dict[str, int]
_WANT = "it is written ACTION=NUMBER, as in 'show content=2'"


def _wanted(_ctx: click.Context, _param: click.Parameter, given: tuple[str, ...]) -> Wanted:
    """The amounts of `--want`, by action."""
    amounts: Wanted = {}
    for each in given:
        action, sign, number = each.rpartition("=")
        if not (sign and action.strip() and number.strip().isdecimal()):
            raise click.BadParameter(f"{each!r} is no amount: {_WANT}")
        amounts[" ".join(action.split())] = int(number)
    return amounts


@click.command(no_args_is_help=True, short_help="Say what a page shows on an event, writing nothing.")
@click.argument("event", metavar="EVENT", shell_complete=any_files)
@click.option("--want", "wanted", multiple=True, metavar="ACTION=NUMBER", callback=_wanted,
              help="How much of an action the page has room for; may be said several times.")  # fmt: skip
@store_option
@json_option
def command(event: str, wanted: Wanted, store: str, as_json: bool) -> None:
    """Say what a page shows on an event, and how a search is changed, without writing anything.

    EVENT is the event as JSON, @FILE for a file that holds it, or - for a line of JSON each from standard input; then a
    decision is written for each line as it comes, as JSON. It may also be a call of Segment's or a CloudEvent, which
    are told apart by their shape.

    \b
      seg decide --store shop.store '{"event": "views spot", "spot": "Home", "customer": "ann",
                                      "time": "2026-03-06T10:00:00Z"}'
      seg decide @event.json --store shop.store --want "show content=2" --json
      page-server | seg decide - --store shop.store

    Activities count from the highest priority down until one has something to show; with --want, until there is as much
    as wanted. All of equal priority count, so that more may come: the page takes the first. When the same event, with
    the same `id`, is run next, its effects are these, with these ids.

    Exit code: 0 decided; 2 the event cannot be taken (with -, its decision says so), there is no such store, or wrong
    usage.
    """
    with existing(store) as engine:
        if event == "-":
            for given in _lines(sys.stdin.buffer):
                print_lines([_decided(engine, given, wanted).as_json()])
            return
        decision = _decided(engine, _text(event), wanted)
        if as_json:
            print_lines([decision.as_json()])
        if decision.reject is not None:
            raise Failure(printable(f"{decision.reject.reason}: {decision.reject.detail}"))
        if not as_json:
            _print(decision)


def _text(event: str) -> bytes:
    """The JSON of EVENT. Fails where it cannot be any."""
    if event.startswith("@"):
        return Path(event[1:]).read_bytes()
    if not event.lstrip().startswith("{"):
        raise Failure(
            f"{printable(event[:80])} is no event: write it as a JSON object, @FILE for a file that holds one, or - "
            "for lines from standard input"
        )
    return event.encode("utf-8", "replace")


def _decided(engine: "segdsl.Engine", text: bytes | None, wanted: Wanted) -> "segdsl.Decision":
    """The decision on an event given as JSON; None for a line that is too long."""
    flaw = f"the line is longer than {EVENT_BYTES:,} bytes"
    if text is not None:
        try:
            found = _decoder.decode(text)
            if isinstance(found, dict):
                return engine.decide(found, wanted=wanted, format="auto")
            flaw = "this is no object with an event's keys"
        except (ValueError, ArithmeticError, RecursionError) as error:
            flaw = f"this is not JSON: {_what(error)}"
    reject = segdsl.Reject("not an event", flaw)
    return segdsl.Decision("", "", segdsl.Outcome("rejected", reject=reject))


def _what(error: Exception) -> str:
    """In the words of a person, not of the decoder."""
    if isinstance(error, RecursionError):
        return "its brackets go too deep"
    if isinstance(error, ArithmeticError):
        return "a number in it is far too large, or far too small"
    what = str(error).removeprefix("JSON is malformed: ")
    return "it ends too early" if what == "Input data was truncated" else what


def _lines(stream: BinaryIO) -> Iterator[bytes | None]:
    """Lines as they come; None for one that is too long, of which no more is held than need be. Blank ones are passed
    over."""
    while line := stream.readline(EVENT_BYTES + 1):
        if len(line) > EVENT_BYTES and not line.endswith(b"\n"):
            while line and not line.endswith(b"\n"):
                line = stream.readline(EVENT_BYTES)
            yield None
        elif line.strip():
            yield line


def _print(decision: "segdsl.Decision") -> None:
    heading, *parts = decision.told()
    for line in heading.rows:
        click.echo(printable(*line))
    for part in parts:
        click.echo("\n" + click.style(f"{part.title}:", bold=True))
        for text in table(part.rows):
            click.echo(f"  {text}")
