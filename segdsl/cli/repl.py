"""`seg repl`: rules tried out at a prompt."""

import sys
from typing import Any

import click
from click.exceptions import Exit

import segdsl
from segdsl import repl as prompt
from segdsl.cli.parts.colors import color_option, colorful
from segdsl.cli.parts.events import format_option, mapping_option
from segdsl.cli.parts.failures import MISTAKES
from segdsl.cli.parts.findings import Findings, counted
from segdsl.cli.parts.rules import checked_rules
from segdsl.cli.parts.stores import existing
from segdsl.diagnostics.errors import CompileError
from segdsl.diagnostics.extras import load_extra


@click.command(short_help="Try rules out at a prompt.")
@click.argument("paths", nargs=-1, metavar="[PATH]...")
@click.option("--store", metavar="URL", help="Look at the customers of a store, with its rules; it is never changed.")
@click.option("--events", metavar="FILE", help="Events that happen before the prompt, as for seg run.")
@format_option
@mapping_option
@click.option("--json", "as_json", is_flag=True, help="Write each answer as a line of JSON. Not on a terminal.")
@color_option
def command(
    paths: tuple[str, ...], store: str | None, events: str | None, format: str | None, mapping: str | None,
    as_json: bool, color: bool | None,
) -> None:  # fmt: skip
    """Try rules out: declare a segment or a rule, let events happen and time go by, and see at once what comes of it.

    Begin with nothing, with rules, with rules and a file of events, or with a store that was run before.

    \b
      seg repl
      seg repl shop.seg
      seg repl shop.seg --events events.jsonl
      seg repl --store shop.store

    A session:

    \b
      me 2026-03-01 10:00> segment Skiers by activities
      new: segment Skiers
      me 2026-03-01 10:00> when searches "skis" then add to Skiers for 30 days
      new: rule at typed 2:1
      me 2026-03-01 10:00> searches "skis"
        enters Skiers  (added at typed 2:1)
        next, by the clock: 2026-03-31 10:00, in 30 days: leaves Skiers
      me 2026-03-01 10:00> count of searches >= 2
      false
      me 2026-03-01 10:00> :after 31 days

    `:help` tells of all that can be typed. Without a terminal all of standard input is taken as if it were typed, and
    only the answers are written:

    \b
      seg repl shop.seg < session.txt

    Exit code: 0 done, 1 the rules or something typed on standard input had mistakes, 2 something cannot be read.
    """
    at_terminal = sys.stdin.isatty()
    if as_json and at_terminal:
        raise click.UsageError("--json is for standard input: seg repl --json < session.txt")
    if store is not None and (paths or events):
        raise click.UsageError("--store has its own rules and events: it goes with neither PATH nor --events")
    if "-" in paths or events == "-":
        raise click.UsageError("standard input is what you type: name files for the rules and the events")
    terminal = _terminal() if at_terminal else None
    engine = existing(store) if store is not None else None
    if at_terminal and events is not None:
        click.echo(f"taking in the events of {events}", err=True)
    try:
        session = _session(paths, engine, events, format, mapping, color)
        if terminal is not None:
            terminal.run(session, color=colorful(color, sys.stdout))
            return
        if session.play.rejects:
            click.echo(f"seg: {counted(len(session.play.rejects), 'event')} could not be taken", err=True)
        _take_script(session, as_json)
    finally:
        if engine is not None:
            engine.close()


def _take_script(session: "prompt.Session", as_json: bool) -> None:
    """Take all of standard input as if it were typed, and end with the exit code of what had mistakes in it."""
    failed = False
    text = sys.stdin.buffer.read().decode("utf-8-sig", "replace")
    for said, mistaken in prompt.run(session, text, as_json=as_json):
        click.echo(said)
        failed = failed or mistaken
    if failed:
        raise Exit(MISTAKES)


def _terminal() -> Any:
    """What speaks with a terminal: an extra, needed only there."""
    without = "standard input works all the same"
    return load_extra("segdsl.repl.terminal", "prompt_toolkit", "repl", "the prompt needs", without)


def _session(
    paths: tuple[str, ...], engine: "segdsl.Engine | None", events: str | None, format: str | None,
    mapping: str | None, color: bool | None,
) -> "prompt.Session":  # fmt: skip
    if engine is not None:
        return prompt.Session.begin(prompt.Rules.of(engine.stored.sources), store=engine)
    texts: list[tuple[str, str]] = []
    if paths:
        checked = checked_rules(paths)
        try:
            segdsl.build(checked)
        except CompileError as error:
            Findings.of(error.diagnostics, checked.sources).refuse(color)
        texts = [(source.name, source.text) for source in checked.sources if not source.shipped]
    return prompt.Session.begin(prompt.Rules.of(texts), events=events, format=format, mapping=mapping)
