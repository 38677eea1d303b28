"""What the commands that ask a store have in common: their options, and how memberships and their reasons are told."""

import click

import segdsl
from segdsl.cli.parts.completing import any_files
from segdsl.values.instants import instant_text

store_option = click.option(
    "--store",
    required=True,
    metavar="URL",
    shell_complete=any_files,
    help="The store to ask: its file, as in sports.store, or its URL.",
)
at_option = click.option(
    "--at", metavar="INSTANT", help="As of when, as in 2026-03-01T10:00:00Z. Default: where the runs have come to."
)
guests_option = click.option("--no-guests", is_flag=True, help="Leave out guests: visitors who are no account yet.")
json_option = click.option("--json", "as_json", is_flag=True, help="Write JSON, one object a line.")

KINDS = {"added": "by activities", "derived": "derived", "listed": "listed"}
"""The kinds of segments in the words of the language."""

_REASONS = {
    "added": "added", "removed": "removed", "condition": "by its condition", "included": "included by the host",
    "excluded": "excluded by the host", "unlisted": "no longer listed by the host",
    "joined": "as guest and customer turned out to be one", "loaded": "as other rules were put in place",
}  # fmt: skip


def why(because: "segdsl.Because") -> str:
    """`added at sports.seg:5 on event e1`."""
    parts = [_REASONS.get(because.reason, because.reason)]
    if because.place:
        parts.append(f"at {because.place}")
    if because.cause:
        parts.append(f"on event {because.cause}")
    elif because.reason == "condition":
        parts.append("as time went by")
    return " ".join(parts)


def bounds(promotion: "segdsl.Promotion") -> str:
    """`from 2026-03-01T00:00:00Z until 2026-03-08T00:00:00Z`, of a promotion itself."""
    parts = [("from", promotion.begin), ("until", promotion.end)]
    return " ".join(f"{word} {instant_text(instant)}" for word, instant in parts if instant is not None)


def as_of(engine: "segdsl.Engine", at: str | None) -> str:
    """The instant that a question is answered for, as text."""
    return at if at is not None else instant_text(engine.now())
