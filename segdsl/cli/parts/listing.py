"""`seg include`, `seg exclude` and `seg unlist`: the host's word about customers, and what came of it.

Comes in: a store, a segment and ids. Goes out: changes and effects as lines of JSON where they are asked for, and an
account as text or JSON. A list is gone through in batches, so what is said again of the same list does the rest.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import click
from attrs import define, field, frozen
from click.exceptions import Exit

import segdsl
from segdsl.cli.parts import lines
from segdsl.cli.parts.asking import json_option, store_option
from segdsl.cli.parts.completing import any_files, segments
from segdsl.cli.parts.failures import INTERRUPTED, UNUSABLE
from segdsl.cli.parts.findings import counted
from segdsl.cli.parts.ids import ids_of
from segdsl.cli.parts.lines import Lines
from segdsl.cli.parts.stores import existing, path_of, shown, url_of
from segdsl.cli.parts.tables import table
from segdsl.cli.parts.telling import Telling
from segdsl.cli.parts.writing import force_option, may_write
from segdsl.diagnostics.printable import printable
from segdsl.values.instants import instant_text

if TYPE_CHECKING:  # the help of all commands comes by here, and needs none of them
    from segdsl.host.listing import Listed, Word

SHOWN = 20
"""Changes, and customers of a kind, that are told one by one."""

_FILE = click.Path(dir_okay=False, allow_dash=True)

SAID: dict["Word", str] = {
    "include": "included in", "exclude": "excluded from", "unlist": "no longer included in or excluded from",
}  # fmt: skip

AGAIN: dict["Word", str] = {"include": "included before", "exclude": "excluded before", "unlist": "neither before"}


@frozen
class Options:
    """What was asked for, by the names of the options."""

    segment: str
    customers: tuple[str, ...]
    store: str
    source: str | None
    column: str | None
    at: str | None
    changes: str | None
    effects: str | None
    as_json: bool
    progress: bool
    force: bool
    known_only: bool = False

    def check(self) -> None:
        """Raises UsageError for what does not go together."""
        if not self.customers and self.source is None:
            raise click.UsageError("name customers, or a file of them with --from")
        if self.column is not None and self.source is None:
            raise click.UsageError("--column names a column of the file that --from names")
        outs = [f"--{name} -" for name in ("changes", "effects") if getattr(self, name) == "-"]
        if len(outs) + self.as_json > 1:
            raise click.UsageError(
                f"only one can have standard output: {' and '.join([*outs, *['--json'] * self.as_json])}"
            )

    @property
    def takes_output(self) -> bool:
        """Whether standard output belongs to lines of JSON."""
        return "-" in (self.changes, self.effects)


def options(command: Callable[..., Any]) -> Callable[..., Any]:
    """The arguments and options that the commands have in common."""
    for each in reversed(
        [
            click.argument("segment", shell_complete=segments),
            click.argument("customers", nargs=-1, metavar="[ID]..."),
            store_option,
            click.option("--from", "source", metavar="FILE", shell_complete=any_files,
                         help="A file of ids, one a line, or a CSV file; - is standard input."),
            click.option("--column", metavar="NAME", help="The column of the CSV file that holds the ids."),
            click.option("--at", metavar="INSTANT", help="As of when, as in 2026-03-01T10:00:00Z. Default: where the "
                         "runs have come to, or the customer's latest event if that is later."),
            click.option("--changes", type=_FILE, metavar="FILE",
                         help="Write every change of membership there, as lines of JSON."),
            click.option("--effects", type=_FILE, metavar="FILE",
                         help="Write every effect there, as lines of JSON. Default: they wait in the store."),
            force_option,
            json_option,
            click.option("--progress", is_flag=True, help="Tell of progress also where standard error is no terminal."),
        ]
    ):  # fmt: skip
        command = each(command)
    return command


known_only_option = click.option(
    "--known-only", is_flag=True, help="Leave out customers of whom no event was seen, in place of making them known."
)


def say(word: "Word", asked: Options) -> None:
    """Say it, and tell what came of it. Ends the command with an exit code of its own where somebody was left out, or
    it was interrupted."""
    asked.check()
    path = path_of(asked.store)
    reads = [asked.source, path]
    for name in ("changes", "effects"):
        may_write(getattr(asked, name), lines.MADE[name], force=asked.force, reads=reads)
    with existing(asked.store) as engine, ExitStack() as files:
        account = Account(word, asked.segment, shown(url_of(asked.store)))
        ids = ids_of(asked.customers, asked.source, asked.column)
        written = Written()
        batches = engine.list_many(
            word, asked.segment, ids, asked.at, known_only=asked.known_only, before_commit=written.take
        )
        written.changes = files.enter_context(Lines(asked.changes, on=True)) if asked.changes else None
        written.effects = files.enter_context(Lines(asked.effects, on=True)) if asked.effects else None
        for action in engine.plan.actions if written.effects else ():
            engine.handle(action.name, _handed_over)
        engine.withdrawn = _handed_over if written.effects else None
        _go_through(batches, account, Telling(asked.progress), len(ids))
    if asked.as_json:
        lines.print_lines([account.as_json()])
    else:
        for line in account.lines(with_changes=asked.changes is None):
            click.echo(line, err=asked.takes_output)
    if account.failed:
        raise Exit(UNUSABLE)


def _go_through(batches: Iterator[list["Listed"]], account: "Account", telling: Telling, of: int) -> None:
    try:
        for batch in batches:
            account.take(batch)
            telling.say(f"said of {account.customers:,} of {of:,} customers")
    except KeyboardInterrupt:
        telling.done()
        done = counted(account.customers, "customer")
        click.echo(f"seg: interrupted after {done} of {of:,}; run the same command to go on from there", err=True)
        raise Exit(INTERRUPTED) from None
    finally:
        telling.done()


def _handed_over(effect: "segdsl.Effect") -> None:
    """The effect was written to a file before."""


@define
class Written:
    """The files that are written, each batch before it is committed."""

    changes: Lines | None = None
    effects: Lines | None = None

    def take(self, outcomes: list["segdsl.Outcome"]) -> None:
        if self.changes:
            self.changes.write(line for each in outcomes for line in lines.change_lines(each))
        if self.effects:
            self.effects.write(line for each in outcomes for line in lines.effect_lines(each))


@define
class Account:
    """What came of it: how many customers there were, how many of whom it held before, who is new, who was left out,
    the first changes, and how often each effect came."""

    word: "Word"
    segment: str
    store: str
    customers: int = 0
    said: int = 0
    again: int = 0
    new: int = 0
    changed: int = 0
    refused: int = 0
    failed: bool = False
    names: list[str] = field(factory=list)
    rejects: list["segdsl.Reject"] = field(factory=list)
    changes: list["segdsl.Change"] = field(factory=list)
    effects: Counter[str] = field(factory=Counter)
    withdrawn: Counter[str] = field(factory=Counter)

    def take(self, batch: list["Listed"]) -> None:
        for each in batch:
            outcome = each.outcome
            self.customers += 1
            if outcome.reject is not None:
                self.refused += 1
                self.failed |= not each.was_to_be_left_out
                self.rejects += [outcome.reject][: SHOWN - len(self.rejects)]
                continue
            self.said += outcome.status == "accepted"
            self.again += outcome.status == "repeated"
            if each.is_new:
                self.new += 1
                self.names += [each.customer][: SHOWN - len(self.names)]
            self.changed += len(outcome.changes)
            self.changes += outcome.changes[: SHOWN - len(self.changes)]
            self.effects.update(effect.action for effect in outcome.effects)
            self.withdrawn.update(effect.action for effect in outcome.withdrawn)

    def as_json(self) -> dict[str, Any]:
        """One JSON object with all of it."""
        rejects = [{"customer": each.customer, "reason": each.reason, "detail": each.detail} for each in self.rejects]
        return {
            "store": self.store, "word": self.word, "segment": self.segment, "customers": self.customers,
            "said": self.said, "said_before": self.again, "new": self.new, "first_new": self.names,
            "changes": self.changed, "effects": dict(sorted(self.effects.items())),
            "withdrawn_effects": self.withdrawn.total(), "rejected": self.refused, "first_rejects": rejects,
        }  # fmt: skip

    def lines(self, *, with_changes: bool) -> Iterator[str]:
        """The same for a person; the first changes too, where they are not written anywhere."""
        yield f"{SAID[self.word]} {printable(self.segment)}: {counted(self.said, 'customer')}"
        if self.again:
            yield f"  {counted(self.again, 'customer')} {'was' if self.again == 1 else 'were'} {AGAIN[self.word]}"
        if self.new:
            yield (
                f"  {counted(self.new, 'customer')} {'is' if self.new == 1 else 'are'} new, of whom no event was seen: "
                f"{_some(self.names, self.new)}"
            )
        if self.changed:
            yield f"changes: {self.changed:,}" if not with_changes else "changes:"
        if with_changes:
            yield from (f"  {line}" for line in table(_row(each) for each in self.changes))
            if self.changed > len(self.changes):
                yield f"  and {self.changed - len(self.changes):,} more: --changes FILE writes all of them"
        if self.effects:
            yield "effects:"
            rows = [(f"{times:,}", action) for action, times in sorted(self.effects.items())]
            yield from (f"  {line}" for line in table(rows, right=[0]))
        if self.withdrawn:
            yield f"withdrawn: {counted(self.withdrawn.total(), 'effect')}"
        if self.refused:
            yield f"left out: {counted(self.refused, 'customer')}"
            yield from (f"  {printable(each.customer)}: {printable(each.detail)}" for each in self.rejects)
            if self.refused > len(self.rejects):
                yield f"  and {self.refused - len(self.rejects):,} more"
        yield f"store: {self.store}"


def _row(change: "segdsl.Change") -> tuple[str, ...]:
    return change.customer, "enters" if change.entered else "leaves", change.segment, instant_text(change.instant)


def _some(names: list[str], of: int) -> str:
    more = f" and {of - len(names):,} more" if of > len(names) else ""
    return ", ".join(map(printable, names)) + more
