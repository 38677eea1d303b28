"""What the commands of `seg store` have in common: their argument and options, and how they tell of what goes on."""

import shlex
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import click

from segdsl.cli.parts.completing import any_files
from segdsl.cli.parts.findings import counted
from segdsl.cli.parts.stores import shown, url_of
from segdsl.cli.parts.telling import Telling


def _without_option(ctx: click.Context, _param: click.Parameter, store: str | None) -> None:
    if store is not None:
        ctx.fail(f"a store is named without --store here: {ctx.command_path} {shlex.quote(shown(url_of(store)))}")


def store_argument(command: Callable[..., Any]) -> Callable[..., Any]:
    """The store that a command of `seg store` is about. Other commands have an option for it: that is answered."""
    option = click.option("--store", "other", hidden=True, expose_value=False, is_eager=True, callback=_without_option)
    return click.argument("store", metavar="STORE", shell_complete=any_files)(option(command))


progress_option = click.option(
    "--progress", is_flag=True, help="Tell of progress also where standard error is no terminal."
)

PARTS = {
    "state": "customer", "stay": "membership", "inputs": "page of the journal", "effect": "effect in the outbox",
    "visitor": "visitor", "link": "link of a guest", "forgotten": "forgotten customer",
}  # fmt: skip
"""Kinds of parts of a store that people know of, with what they are called."""

PLURALS = {"page of the journal": "pages of the journal", "effect in the outbox": "effects in the outbox",
           "link of a guest": "links of guests"}  # fmt: skip


@contextmanager
def telling(asked: bool, what: str) -> Iterator[Callable[[int], None]]:
    """Something that tells how much of `what` was gone through."""
    told = Telling(asked)
    try:
        yield lambda number: told.say(f"{what}: {number:,}")
    finally:
        told.done()


def parts_text(counts: Counter[str]) -> str:
    """`12 customers, 30 memberships`: what of a store people know of."""
    said = []
    for kind, name in PARTS.items():
        if number := counts[kind]:
            said.append(f"{number:,} {PLURALS[name]}" if number != 1 and name in PLURALS else counted(number, name))
    return ", ".join(said) or "nothing yet"
