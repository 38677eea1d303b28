"""`seg store check`: whether a store is sound."""

import click
from click.exceptions import Exit

from segdsl.cli.parts.asking import json_option
from segdsl.cli.parts.caring import progress_option, store_argument, telling
from segdsl.cli.parts.failures import MISTAKES
from segdsl.cli.parts.findings import counted
from segdsl.cli.parts.lines import print_lines
from segdsl.cli.parts.stores import existing_backend, shown, url_of, warn_exposed
from segdsl.host.care.checking import check


@click.command(no_args_is_help=True, short_help="Look through a store for what must not be.")
@store_argument
@click.option("--journal", is_flag=True, help="Step the events of each customer anew: do they come to what is kept?")
@click.option("--sample", type=click.IntRange(min=1), metavar="N",
              help="With --journal: only for so many customers, drawn at random.")  # fmt: skip
@json_option
@progress_option
def command(store: str, journal: bool, sample: int | None, as_json: bool, progress: bool) -> None:
    """Look through a store for what must not be, and tell of each fault with whom it is about.

    \b
      seg store check shop.store
      seg store check shop.store --journal --sample 1000

    It reads all of the store: whether everything in it can be read, the clock and timers beside each state are those of
    the state, memberships that go on are those of the states, nobody is in a segment twice at once, counts are right,
    journals, effects and links are of customers who are known, and the file itself is whole. Nothing is written, and
    others may go on writing meanwhile.

    --journal takes every customer's steps anew, which takes as long as the events took. It also finds states that an
    earlier version of segdsl came to otherwise.

    Who else on this machine could write to the file, or read it, is told as a warning.

    Exit code: 0 it is sound, 1 there are faults, 2 there is no such store, or it cannot be read.
    """
    if sample is not None and not journal:
        raise click.UsageError("--sample goes with --journal")
    with existing_backend(store) as backend:
        warn_exposed(backend)
        with telling(progress, "looked at") as told:
            found = check(backend, deep=journal, sample=sample, told=told)
    if as_json:
        print_lines([
            {"store": shown(url_of(store)), "sound": not found.faults, "customers": found.customers,
             "journals": found.journals, "faults": list(found.faults)},
        ])  # fmt: skip
    else:
        for fault in found.faults:
            click.echo(fault)
        said = f"{shown(url_of(store))}: {counted(found.customers, 'customer')}"
        said += f", the events of {found.journals:,} stepped anew" if journal else ""
        click.echo(f"{said}; {counted(len(found.faults), 'fault') if found.faults else 'no faults'}")
    if found.faults:
        raise Exit(MISTAKES)
