"""`seg run`: a whole file of events through rules, into a store."""

import gc
from collections.abc import Iterable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import click
from attrs import define, field, frozen
from click.exceptions import Exit

import segdsl
from segdsl.cli.parts import lines
from segdsl.cli.parts.colors import color_option
from segdsl.cli.parts.completing import any_files, seg_files
from segdsl.cli.parts.events import format_option, mapping_option
from segdsl.cli.parts.failures import INTERRUPTED
from segdsl.cli.parts.findings import counted
from segdsl.cli.parts.lines import Lines
from segdsl.cli.parts.rules import loaded_rules
from segdsl.cli.parts.stopping import stopping
from segdsl.cli.parts.stores import MEMORY, beside, opened, path_of, shown, url_of, warn_exposed
from segdsl.cli.parts.summary import REJECTS_SHOWN, Summary
from segdsl.cli.parts.telling import Telling
from segdsl.cli.parts.writing import force_option, may_write
from segdsl.diagnostics.errors import InputError
from segdsl.host.objects import change_line, reject_line
from segdsl.host.runs import Wanted, handed_over

_FILE = click.Path(dir_okay=False, allow_dash=True)

ENGINES = ("compiled", "reference")
"""The default first."""

MOST_WORKERS = 64
"""More are a slip: each is a process."""


@frozen
class Options:
    """What was asked for, by the names of the options."""

    paths: tuple[str, ...]
    events: str
    format: str | None
    mapping: str | None
    store: str | None
    until: str | None
    follow: bool
    workers: int
    changes: str | None
    effects: str | None
    rejects: str | None
    held: str | None
    fresh: bool
    force: bool
    no_journal: bool
    engine: str
    as_json: bool
    progress: bool
    color: bool | None

    def check(self) -> None:
        """Raises UsageError for what does not go together."""
        if self.events == "-" and "-" in self.paths:
            raise click.UsageError("rules and events cannot both come from standard input")
        if self.follow and self.until is not None:
            raise click.UsageError(
                "--follow and --until do not go together: a followed run has no end of its own, and its clock goes "
                "by the events and the time of day"
            )
        if self.follow and self.workers > 1:
            raise click.UsageError(
                "--follow and --workers do not go together: events are followed one after the other. Run what is there "
                "already with --workers, then follow the file"
            )
        if self.events == "-" and self.workers > 1:
            raise click.UsageError(
                "--workers needs a file: standard input can be read only once, and a run that is stopped could not go "
                "on with it"
            )
        outs = [name for name in ("changes", "effects", "rejects", "held") if getattr(self, name) == "-"]
        if len(outs) + self.as_json > 1:
            names = " and ".join([f"--{name} -" for name in outs] + ["--json"] * self.as_json)
            raise click.UsageError(f"only one can have standard output: {names}")

    def check_store(self, url: str) -> None:
        """Raises UsageError for a store that does not go with the rest."""
        if url == MEMORY and self.workers > 1:
            raise click.UsageError(
                "--workers needs a store that several processes can open, such as shop.store or "
                "postgresql://localhost/shop: one in memory is for one process"
            )

    @property
    def wanted(self) -> frozenset[Wanted]:
        """What the files need of an outcome, and the summary."""
        needed: dict[Wanted, str | None] = {"changes": self.changes, "effects": self.effects, "held": self.held}
        return frozenset(("rejects", *(name for name, path in needed.items() if path)))

    @property
    def takes_output(self) -> bool:
        """Whether standard output belongs to lines of JSON."""
        return "-" in (self.changes, self.effects, self.rejects, self.held)


def _only(_context: click.Context, _option: click.Parameter, given: tuple[str, ...]) -> str:
    """The one file of events: of several, all but the last would be passed over without a word."""
    if len(given) > 1:
        raise click.UsageError(
            "--events takes one file a run: run one after the other, with the same --store, or put them together in "
            "the order of time"
        )
    return given[0]


@click.command(no_args_is_help=True, short_help="Run events through rules, into a store.")
@click.argument("paths", nargs=-1, required=True, metavar="PATH...", shell_complete=seg_files)
@click.option("--events", required=True, metavar="FILE", multiple=True, callback=_only, shell_complete=any_files,
              help="The events: a file, or - for standard input.")  # fmt: skip
@format_option
@mapping_option
@click.option("--store", metavar="URL", shell_complete=any_files,
              help="Where memberships are kept. Default: beside the rules, as in shop.store. "
              "memory:// keeps nothing.")  # fmt: skip
@click.option("--until", metavar="INSTANT", help="The end of the run. Default: the latest event.")
@click.option("--follow", is_flag=True, help="Go on with events as they are added to the file, until Ctrl-C.")
@click.option("--workers", type=click.IntRange(1, MOST_WORKERS), default=1, metavar="N",
              help="Split the events by customer over so many processes. Default: 1.")  # fmt: skip
@click.option("--changes", type=_FILE, metavar="FILE", help="Write every change of membership there, as lines of JSON.")
@click.option("--effects", type=_FILE, metavar="FILE", help="Write every effect there, as lines of JSON.")
@click.option("--rejects", type=_FILE, metavar="FILE", help="Write events that could not be taken there, with reasons.")
@click.option("--held", type=_FILE, metavar="FILE",
              help="Write every effect that a limit or a hold kept back there, as lines of JSON.")  # fmt: skip
@click.option("--no-journal", is_flag=True, help="Keep no events in a new store: smaller, but `seg why` cannot answer.")
@click.option("--fresh", is_flag=True, help="Remove the store and begin anew.")
@click.option("--engine", type=click.Choice(ENGINES), default=ENGINES[0], show_default=True,
              help="What runs the rules. Both give the same; the reference, to compare with, is slow.")  # fmt: skip
@force_option
@click.option("--json", "as_json", is_flag=True, help="Write the summary as one JSON object.")
@click.option("--progress", is_flag=True, help="Tell of progress also where standard error is no terminal.")
@color_option
def command(**given: Any) -> None:
    """Run events through rules, and keep who is in which segment in a store.

    PATH is a file of rules, a directory of them, or - for standard input. The events are taken in the order of their
    instants. Run again, the same file changes nothing, a grown one gives its new events, and a run that was stopped
    goes on where it was.

    Events are JSON, one object a line or an array: plain ones, calls of Segment's spec, rows of the GA4 export to
    BigQuery, or CloudEvents, which are told apart by their shape. CSV needs a mapping, and with one, Parquet and any
    other JSON can be read too. Files may be packed with gzip.

    \b
      seg run shop.seg --events events.jsonl
      seg run rules/ --events orders.csv --mapping mapping.toml --changes changes.jsonl
      seg run shop.seg --events segment.jsonl.gz
      seg run shop.seg --events events.jsonl --follow --effects effects.jsonl

    With --follow the run stays with a file that grows, or a pipe, and takes events as they come; while none come, what
    is due happens by the time of day. Ctrl-C, or the end of a pipe, ends it in order; run again, it goes on from there.

    With --workers a long file is split by customer over several processes, which write to one store; the end is the
    same. When any of them is stopped, the same command goes on from there, with any number of workers.

    \b
      seg run shop.seg --events events.jsonl --store postgresql://localhost/shop --workers 4

    Events that cannot be taken are counted by reason and do not stop the run.

    Exit code: 0 done, also if there were events that could not be taken; 1 the rules have mistakes; 2 wrong usage, or
    something cannot be read or written; 130 interrupted. A run with --follow that is ended with Ctrl-C is done.
    """
    options = Options(**given)
    options.check()
    program = _program(options)
    _check_events(options.events)
    url = url_of(options.store) if options.store else beside(options.paths)
    options.check_store(url)
    reads = [*(source.name for source in program.sources), options.events, options.mapping, path_of(url)]
    for name, made in lines.MADE.items():
        may_write(getattr(options, name), made, force=options.force, reads=reads)
    gc.freeze()
    with opened(url, program, fresh=options.fresh, paths=options.paths) as backend:
        warn_exposed(backend)
        # An effect that is written to a file is handed over: it need not wait in the store for a host.
        taken = {action.name: handed_over for action in program.plan.actions} if options.effects else {}
        journal = False if options.no_journal or url == MEMORY else None
        notices = handed_over if taken else None
        engine = segdsl.Engine(
            program, backend, handlers=taken, withdrawn=notices, journal=journal, engine=options.engine
        )
        summary = _run(engine, options, url)
        if options.as_json:
            lines.print_lines([summary.as_json()])
        else:
            for line in summary.lines():
                click.echo(line, err=options.takes_output)


def _program(options: Options) -> "segdsl.Program":
    """The rules, or the end of the command with what is wrong with them."""
    program = loaded_rules(options.paths, options.color)
    if program.warnings:
        click.echo(f"{counted(len(program.warnings), 'warning')} about the rules: `seg check` shows them", err=True)
    return program


def _check_events(events: str) -> None:
    """Raises InputError for a file that is not there or holds rules, before anything is made or removed for it."""
    path = Path(events)
    if events != "-" and not path.exists():
        raise InputError(f"there is no file {events}")
    if path.is_dir():
        raise InputError(f"{events} is a directory: name a file in it")
    if path.suffix == ".seg":
        raise InputError(f"{events} holds rules, not events: seg run RULES --events EVENTS")


def _run(engine: "segdsl.Engine", options: Options, url: str) -> Summary:
    with ExitStack() as open_files:
        outputs = Outputs(engine.now() > 0, open_files)
        outputs.changes = outputs.open(options.changes)
        outputs.effects = outputs.open(options.effects)
        outputs.rejects = outputs.open(options.rejects)
        outputs.held = outputs.open(options.held)
        telling = Telling(options.progress)
        handled = Handled(telling)
        listener = segdsl.Listener(outputs.take, outputs.take_by_clock, handled.tell, wanted=options.wanted)
        try:
            report = _report(engine, options, listener, telling)
        except KeyboardInterrupt:
            telling.done()
            click.echo(_interrupted(handled.events, options, url), err=True)
            raise Exit(INTERRUPTED) from None
        finally:
            telling.done()
        return Summary(shown(url), engine, report, outputs.first_rejects)


def _report(
    engine: "segdsl.Engine", options: Options, listener: "segdsl.Listener", telling: Telling
) -> "segdsl.Report":
    """Run the events, to their end or until somebody has enough."""
    if not options.follow:
        return segdsl.replay(
            engine, options.events, format=options.format, mapping=options.mapping, until=options.until,
            listener=listener, workers=options.workers,
        )  # fmt: skip

    def renewed(how: str) -> None:
        telling.done()
        click.echo(f"seg: {options.events} was {how}: going on with the new one from its start", err=True)

    listener.renewed = renewed
    with stopping() as stop:
        return segdsl.follow(
            engine, options.events, format=options.format, mapping=options.mapping, listener=listener, stop=stop
        )


def _interrupted(handled: int, options: Options, url: str) -> str:
    said = f"seg: interrupted after {counted(handled, 'event')}"
    if url == MEMORY:
        return f"{said}; nothing is kept, since the store was in memory"
    if options.events == "-":
        return f"{said}, which are in {shown(url)}; standard input cannot be gone on with where it was"
    return f"{said}, which are in {shown(url)}; run the same command to go on from there"


@define
class Handled:
    """How many events of the run are committed."""

    telling: Telling
    events: int = 0

    def tell(self, progress: "segdsl.Progress") -> None:
        self.events = progress.events
        self.telling.tell(progress)


@define
class Outputs:
    """The files that are written as the run goes. `on`: it goes on from an earlier one, so they are added to."""

    on: bool
    open_files: ExitStack
    changes: Lines | None = None
    effects: Lines | None = None
    rejects: Lines | None = None
    held: Lines | None = None
    first_rejects: list["segdsl.Reject"] = field(factory=list)

    def open(self, path: str | None) -> Lines | None:
        return self.open_files.enter_context(Lines(path, on=self.on)) if path else None

    def take(self, outcomes: Iterable["segdsl.Outcome"]) -> None:
        """Write what a batch brought about, before it is committed."""
        outcomes = list(outcomes)
        rejects = [each.reject for each in outcomes if each.reject is not None]
        self.first_rejects += rejects[: REJECTS_SHOWN - len(self.first_rejects)]
        if self.changes:
            self.changes.write(line for each in outcomes for line in lines.change_lines(each))
        if self.effects:
            self.effects.write(line for each in outcomes for line in lines.effect_lines(each))
        if self.held:
            self.held.write(line for each in outcomes for line in lines.held_lines(each))
        if self.rejects:
            self.rejects.write(map(reject_line, rejects))

    def take_by_clock(self, changes: Iterable["segdsl.Change"]) -> None:
        """Write what the clock brought about up to the run's end without any rule taking notice."""
        if self.changes:
            self.changes.write(map(change_line, changes))
