"""`seg deploy`: other rules, put in place on a store that was run before."""

import sys
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import click
from attrs import define, field
from click.exceptions import Exit

import segdsl
from segdsl.cli.parts import lines
from segdsl.cli.parts.asking import json_option
from segdsl.cli.parts.colors import color_option
from segdsl.cli.parts.completing import any_files, seg_files
from segdsl.cli.parts.deploying import lines_of
from segdsl.cli.parts.events import format_option, mapping_option
from segdsl.cli.parts.failures import INTERRUPTED, UNUSABLE
from segdsl.cli.parts.findings import counted
from segdsl.cli.parts.lines import Lines
from segdsl.cli.parts.rules import loaded_rules
from segdsl.cli.parts.stores import beside, path_of, shown, url_of_existing
from segdsl.cli.parts.telling import Telling
from segdsl.cli.parts.writing import force_option, may_write
from segdsl.diagnostics.errors import InputError


@click.command(no_args_is_help=True, short_help="Put other rules in place on a store.")
@click.argument("paths", nargs=-1, required=True, metavar="PATH...", shell_complete=seg_files)
@click.option("--store", metavar="URL", shell_complete=any_files,
              help="The store. Default: the one beside the rules, as in shop.store.")  # fmt: skip
@click.option("--backfill", metavar="FILE", shell_complete=any_files,
              help="The events of before, for new conditions whose past the store does not hold.")  # fmt: skip
@format_option
@mapping_option
@click.option(
    "--from-now", is_flag=True, help="New conditions start with nothing where the store does not hold their past."
)
@click.option("--all-from-now", is_flag=True, help="All new conditions start with nothing.")
@click.option("--changes", type=click.Path(dir_okay=False, allow_dash=True), metavar="FILE",
              help="Write every change of membership that comes of it there, as lines of JSON.")  # fmt: skip
@force_option
@click.option("--dry-run", is_flag=True, help="Only show what would change.")
@click.option("--yes", is_flag=True, help="Do it without asking.")
@json_option
@click.option("--progress", is_flag=True, help="Tell of progress also where standard error is no terminal.")
@color_option
def command(paths: tuple[str, ...], store: str | None, color: bool | None, **given: Any) -> None:
    """Put other rules in place on a store, and keep what it knows.

    First it shows what changes: segments and rules that are new, changed or gone; conditions that keep their history,
    are new, or are no longer kept; and customers whose flows wait, and whether they go on. Then it asks.

    \b
      seg deploy shop.seg --dry-run
      seg deploy shop.seg
      seg deploy rules/ --store shop.store --backfill events-2025.jsonl --yes

    A condition that means the same keeps its history, wherever it stands in the rules. The past of a new one comes from
    the events that the store has kept; where it has not kept them, from a file with --backfill, or it starts with
    nothing by --from-now. What holds under the new rules holds since the instant that the runs have come to. Nothing
    fires: no rule hears that somebody enters or leaves by this.

    Nobody else can use the store meanwhile. If it is stopped, the same command goes on. Events from before that come
    in afterwards are refused as late, so bring the store up to date with `seg run` first.

    Exit code: 0 done, or nothing to do; 1 the rules have mistakes; 2 wrong usage, a past is missing, or something
    cannot be read or written; 130 interrupted.
    """
    options = Options(**given)
    options.check()
    if options.backfill is not None and not Path(options.backfill).exists():
        raise InputError(f"there is no file {options.backfill}")
    program = loaded_rules(paths, color)
    url = url_of_existing(store or beside(paths))
    may_write(
        options.changes, lines.MADE["changes"], force=options.force, reads=[*paths, options.backfill, path_of(url)]
    )
    telling = Telling(options.progress)
    asking = Asking(options, shown(url), telling, can_ask=is_terminal() and "-" not in paths)
    try:
        deployed = segdsl.deploy(
            program, url, backfill=options.backfill, format=options.format, mapping=options.mapping,
            from_now=options.from_now, all_from_now=options.all_from_now, agree=asking.agrees, tell=telling_of(telling),
            before_commit=asking.write,
        )  # fmt: skip
    except KeyboardInterrupt:
        telling.done()
        click.echo("seg: interrupted; run the same command to go on from there", err=True)
        raise Exit(INTERRUPTED) from None
    finally:
        telling.done()
        asking.files.close()
    if options.as_json:
        lines.print_lines([_as_json(deployed)])
    elif deployed.customers or not deployed.difference.same:
        for line in _result(deployed):
            click.echo(line, err=options.changes == "-")


def is_terminal() -> bool:
    """Whether somebody can be asked."""
    return sys.stdin.isatty()


@define
class Options:
    """What was asked for, by the names of the options."""

    backfill: str | None
    format: str | None
    mapping: str | None
    from_now: bool
    all_from_now: bool
    changes: str | None
    force: bool
    dry_run: bool
    yes: bool
    as_json: bool
    progress: bool

    def check(self) -> None:
        """Raises UsageError for what does not go together."""
        if self.backfill is not None and (self.from_now or self.all_from_now):
            raise click.UsageError("a past from a file with --backfill, or none at all: they do not go together")
        if self.backfill is None and (self.format is not None or self.mapping is not None):
            raise click.UsageError("--format and --mapping say how the file of --backfill is written")
        if self.backfill == "-":
            raise click.UsageError("--backfill needs a file: if it is stopped, standard input cannot be read again")
        if self.changes == "-" and self.as_json:
            raise click.UsageError("only one can have standard output: --changes - and --json")
        if self.as_json and not (self.dry_run or self.yes):
            raise click.UsageError(
                "with --json nobody is asked: say --yes to do it, or --dry-run to see what would change"
            )


@define
class Asking:
    """Shows the difference, and asks."""

    options: Options
    store: str
    telling: Telling
    can_ask: bool
    files: ExitStack = field(factory=ExitStack)
    changes: Lines | None = None

    def agrees(self, difference: "segdsl.Difference") -> bool:
        self.telling.done()
        if not self.options.as_json:
            for line in lines_of(difference, self.store):
                click.echo(line, err=self.options.changes == "-")
        if self.options.dry_run:
            return False
        if difference.same or difference.missing or self.options.yes:
            return True
        if not self.can_ask:
            click.echo("seg: nothing was changed, as nobody can be asked here: say --yes to do it", err=True)
            raise Exit(UNUSABLE)
        try:
            return click.confirm("put these rules in place?", err=self.options.changes == "-")
        except click.Abort:
            click.echo("\nseg: interrupted; nothing was changed", err=True)
            raise Exit(INTERRUPTED) from None

    def write(self, outcomes: list["segdsl.Outcome"]) -> None:
        """Write what a page of customers brought about, before it is committed."""
        if self.options.changes is None:
            return
        if self.changes is None:
            self.changes = self.files.enter_context(Lines(self.options.changes, on=True))
        self.changes.write(line for each in outcomes for line in lines.change_lines(each))


def telling_of(telling: Telling) -> Any:
    """Tells of progress in words."""
    words = {"look": "looked at {0:,} of {1:,} customers", "read": "the past: {0:,} events",
             "turn": "put in place for {0:,} of {1:,} customers"}  # fmt: skip
    return lambda what, done, of: telling.say(words[what].format(done, of))


def _result(deployed: "segdsl.Deployed") -> list[str]:
    if not deployed.done:
        return ["nothing was changed"]
    report = deployed.report
    past = []
    if report is not None:
        refused = f", {report.rejects.total():,} could not be taken" if report.rejects else ""
        past = [f"the past came from {counted(report.events, 'event')}{refused}"]
    moved = counted(deployed.changes, "membership")
    return [
        *past,
        f"the rules are in place for {counted(deployed.customers, 'customer')}: {moved} began or ended, "
        f"{counted(deployed.waits_ended, 'flow')} ended",
    ]


def _as_json(deployed: "segdsl.Deployed") -> dict[str, Any]:
    report = deployed.report
    return {
        "done": deployed.done, "customers": deployed.customers, "changes": deployed.changes,
        "waits_ended": deployed.waits_ended,
        "past": None if report is None else {"events": report.events, "rejects": dict(report.rejects)},
        "difference": deployed.difference.as_json(),
    }  # fmt: skip
