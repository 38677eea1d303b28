"""Changes to the rules and whether tests notice them, as text and as JSON, with progress on a terminal."""

import sys
import time
from collections.abc import Sequence
from typing import Any

import click
from click.exceptions import Exit

import segdsl
from segdsl.cli.parts.coverage import enough, shown
from segdsl.cli.parts.failures import INTERRUPTED
from segdsl.cli.parts.findings import counted
from segdsl.cli.parts.lines import print_lines

SECONDS = 0.2
"""Between two tellings of progress."""

LONGEST = 60
"""Characters of a change that are shown of its text."""


def print_changes(changes: "segdsl.Mutation", least: float | None, as_json: bool) -> bool:
    """Try them, and write what no test noticed to standard output. Gives whether as many were noticed as was asked
    for. Interrupted, it tells what is known by then, and ends the command."""
    tried: list[segdsl.Tried] = []
    try:
        _try(changes, tried)
    except KeyboardInterrupt:
        _print(tried, changes, as_json)
        click.echo("interrupted: there were further changes to try", err=True)
        raise Exit(INTERRUPTED) from None
    _print(tried, changes, as_json)
    return enough("the share of changes noticed", _noticed(tried), least)


def _try(changes: "segdsl.Mutation", tried: list["segdsl.Tried"]) -> None:
    """Try them, with a line on standard error that changes, where that is a terminal."""
    live, last = sys.stderr.isatty(), time.monotonic()
    most = min(len(changes.candidates), changes.limit or len(changes.candidates))
    try:
        for each in changes:
            tried.append(each)
            if live and time.monotonic() - last > SECONDS:
                last = time.monotonic()
                click.echo(f"\r\x1b[Ktried: {len(tried):,} of at most {most:,}", nl=False, err=True, color=True)
    finally:
        if live:
            click.echo("\r\x1b[K", nl=False, err=True, color=True)


def _noticed(tried: Sequence["segdsl.Tried"]) -> float:
    return 100 * sum(each.noticed_by is not None for each in tried) / len(tried) if tried else 100.0


def _print(tried: Sequence["segdsl.Tried"], changes: "segdsl.Mutation", as_json: bool) -> None:
    if as_json:
        print_lines([_as_json(tried, changes)])
        return
    click.echo()
    for each in sorted(tried, key=lambda each: each.span):
        if each.noticed_by is None:
            click.echo(f"{each.place}: {_said(each)} and no test noticed")
    noticed = sum(each.noticed_by is not None for each in tried)
    drawn = f", drawn from about {len(changes.candidates):,}" if len(tried) == changes.limit else ""
    share = f": {shown(_noticed(tried))}" if tried else ""
    click.echo(f"{noticed:,} of {counted(len(tried), 'change')} noticed{share}{drawn}")


def _said(change: "segdsl.Tried") -> str:
    if not change.after:
        return f"`{_cut(change.before)}` left out"
    start = _differs(change.before, change.after)
    return f"`{_cut(change.before, start)}` → `{_cut(change.after, start)}`"


def _differs(before: str, after: str) -> int:
    """Where a long text begins to be shown, so that what became of it is seen: a few words before that."""
    if max(len(before), len(after)) <= LONGEST:
        return 0
    pairs = enumerate(zip(before, after, strict=False))
    alike = next((at for at, (old, new) in pairs if old != new), min(len(before), len(after)))
    return before.rfind(" ", 0, max(alike - LONGEST // 3, 0)) + 1


def _cut(text: str, start: int = 0) -> str:
    rest = "…" * bool(start) + text[start:]
    return rest if len(rest) <= LONGEST else rest[: LONGEST - 1] + "…"


def _as_json(tried: Sequence["segdsl.Tried"], changes: "segdsl.Mutation") -> dict[str, Any]:
    lines = [
        {"place": each.place, "before": each.before, "after": each.after or None, "noticed_by": each.noticed_by}
        for each in sorted(tried, key=lambda each: each.span)
    ]
    return {"noticed": round(_noticed(tried), 2), "candidates": len(changes.candidates), "changes": lines}
