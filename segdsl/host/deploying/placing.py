"""Other rules, put in place on a store that was run before (language.md section 5.14).

Comes in: a program and a store. First the difference is worked out and told; then every customer's state is turned, in
pages, each committed with how far it is (`note.py`), so that a deployment that was stopped anywhere goes on; last the
program is installed. The new rules count since the store's clock: what the old ones had to do up to then is done first,
customer by customer. Writers that still have the old rules are stopped by the generation.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, suppress
from itertools import islice
from pathlib import Path
from typing import Literal

import msgspec
from attrs import define, field, frozen
from msgspec.structs import replace

from segdsl.backends import open_backend
from segdsl.backends.base import Backend, Basis, Batch, Position, StoredProgram
from segdsl.diagnostics.errors import ConflictError, InputError, StoreError
from segdsl.host.deploying.customers import Filling, Turner
from segdsl.host.deploying.difference import Difference, Remembered, Standing, Telling, fills_of
from segdsl.host.deploying.filling import Journals
from segdsl.host.deploying.note import (
    DONE,
    UNDERWAY,
    Deployment,
    Fill,
    Underway,
    deployments,
    encoded,
    underway,
    with_one_more,
)
from segdsl.host.deploying.parts import Part
from segdsl.host.deploying.scratch import Scratch, Source
from segdsl.host.deploying.turning import Turning
from segdsl.host.loading import Program, plan_of
from segdsl.host.moments import database_version
from segdsl.host.running import TOLD
from segdsl.host.runs import Progress, Report
from segdsl.host.tidying import seldom_tidied
from segdsl.plan import nodes as p
from segdsl.records.outcomes import Outcome
from segdsl.state.life import decode

PAGE = 500
"""Customers that are turned in one transaction."""

LOOKED_AT = 2_000
"""Customers looked at together for the difference."""

TRIES = 12
"""How often a page is worked out anew where somebody else has written meanwhile."""


Agree = Callable[[Difference], bool]
Tell = Callable[[Literal["look", "read", "turn"], int, int | None], object]
"""Hears of how far it is: customers looked at, lines read of a file (of how many is not known), customers turned."""


def always(difference: Difference) -> bool:
    """Agrees to whatever happens."""
    return True


def nobody(what: str, done: int, of: int | None) -> None:
    """Hears of nothing."""


def unheard(outcomes: list[Outcome]) -> None:
    """Hears of no outcomes."""


@frozen
class Asked:
    """What was asked for; see `deploy`."""

    source: Source | None = None
    from_now: bool = False
    all_from_now: bool = False
    agree: Agree = always
    tell: Tell = nobody
    before_commit: Callable[[list[Outcome]], object] = unheard


@define
class Deployed:
    """What came of a deployment. `done`: the rules are in place; else nobody agreed and nothing happened. `customers`
    were turned, `changes` is how many memberships began or ended by it, `waits_ended` how many flows; `report` is that
    of the file of events."""

    difference: Difference
    done: bool
    customers: int = 0
    changes: int = 0
    waits_ended: int = 0
    report: Report | None = None


def deploy(  # noqa: PLR0913 - what is said about one deployment
    program: Program,
    store: str | Backend,
    *,
    backfill: str | Path | None = None,
    format: str | None = None,
    mapping: str | Path | None = None,
    from_now: bool = False,
    all_from_now: bool = False,
    agree: Agree = always,
    tell: Tell = nobody,
    before_commit: Callable[[list[Outcome]], object] = unheard,
) -> Deployed:
    """Put other rules in place on a store that was run before: conditions that mean the same keep their history, what
    holds then holds since the store's clock, and nothing fires (language.md section 5.14). `agree` is given the
    difference before anything happens, and says whether it is to. `tell` hears of how far it is, `before_commit` of
    what each page of customers brought about, an outcome for each, before it is committed.

    The past of conditions that are new comes from the store's journal; where that does not hold it, from `backfill`, a
    file of events with its `format` and `mapping` as `replay` takes them, or those start with nothing by `from_now`.
    With `all_from_now` all new conditions do. A deployment that was stopped is gone on with when it is called again
    with the same rules.

    Raises StoreError when the store was never run, when a past is missing, and when rules other than these are being
    put in place already; InputError for a file that cannot be read, and for `backfill` together with `from_now`."""
    if backfill is not None and (from_now or all_from_now):
        raise InputError("a past from a file, or none at all: backfill and from_now do not go together")
    source = Source(backfill, format, mapping) if backfill is not None else None
    asked = Asked(source, from_now, all_from_now, agree, tell, before_commit)
    with ExitStack() as closing:
        backend = closing.enter_context(open_backend(store)) if isinstance(store, str) else store
        with seldom_tidied():
            return Placing.of(backend, program, asked).run()


@define
class Placing:
    """One deployment on its way. `note` is that of one which was begun before."""

    backend: Backend
    program: Program
    asked: Asked
    kept: StoredProgram
    turning: Turning
    note: Underway | None
    fillings: list[Filling] = field(factory=list)

    @classmethod
    def of(cls, backend: Backend, program: Program, asked: Asked) -> "Placing":
        kept, note = backend.program(), underway(backend)
        if kept is None:
            raise StoreError("this store is empty, so there are no rules to take the place of: run these rules on it")
        if note is not None and note.to != program.digest and not note.turned:
            _abandon(backend, note)  # it has done nothing yet
            note = None
        if note is not None and note.to != program.digest:
            raise StoreError(
                f"other rules ({', '.join(note.names) or 'from a text'}) are being put in place in this store, and "
                "that is not done: run `seg deploy` with those once more, and with these afterwards"
            )
        before = kept if note is None or note.before == kept.digest else backend.earlier(note.before)
        assert before is not None, "a program that was installed can be had"
        turning = Turning(_plan(before), program.plan)
        return cls(backend, program, asked, kept, turning, note)

    def run(self) -> Deployed:
        """All of it."""
        if self.note is not None and self.kept.digest == self.note.to:
            difference = self._difference({})
            note = self.note
            self._finish(note)
            return Deployed(difference, True, note.turned, note.changes, note.waits_ended)
        fills = self._fills()
        difference = self._difference(fills)
        if not self.asked.agree(difference):
            return Deployed(difference, False)
        if difference.same:
            self._install()
            return Deployed(difference, True)
        if difference.missing:
            raise StoreError(_said(difference.missing))
        note = self._begin({part: how for part, (how, _) in fills.items()})
        assert note.at is not None, "it is settled by now"
        with ExitStack() as closing:
            try:
                report = self._prepare(fills, note.at, closing)
            except BaseException:
                if not note.turned:
                    with suppress(StoreError):
                        _abandon(self.backend, note)
                raise
            note = self._turn_all(note, note.at)
        self._install()
        self._finish(note)
        return Deployed(difference, True, note.turned, note.changes, note.waits_ended, report)

    # -------------------------------------------------------------------------------------------------- the difference

    def _fills(self) -> dict[Part, tuple[Fill, str]]:
        """How new conditions are filled: as it was said when the deployment was begun, if it was."""
        file = self.asked.source is not None
        found = fills_of(
            self.turning, list(map(self._plan_of, self._digests())), journal=self.kept.journal, file=file,
            from_now=self.asked.from_now, nothing=self.asked.all_from_now or not self.backend.customer_count(),
        )  # fmt: skip
        if self.note is None:
            return found
        if self.note.file and (self.asked.source is None or self.asked.source.known_by() != self.note.file):
            raise StoreError(
                "these rules are being put in place with the past from a file, and that is not done: name the same "
                "file with --backfill to go on"
            )
        return {part: (self.note.fills.get(f"{part.kind} {part.key}", how), why) for part, (how, why) in found.items()}

    def _digests(self) -> list[str]:
        """Of all programs that the store was run with, the last one that of now."""
        return [*(each.before for each in deployments(self.backend)), self.turning.old.digest]

    def _plan_of(self, digest: str) -> p.Plan:
        if digest == self.turning.old.digest:
            return self.turning.old
        found = self.backend.earlier(digest)
        if found is None:
            raise StoreError("the rules that this store was run with once are missing in it")
        return _plan(found)

    def _difference(self, fills: dict[Part, tuple[Fill, str]]) -> Difference:
        note = self.note
        at = note.at if note is not None and note.at is not None else self._now()
        customers = self.backend.customer_count()
        if self.kept.digest == self.program.digest:
            return Difference(self.program.digest, self.program.digest, at, customers)
        telling, standing = Telling(self.turning, fills), Standing(self.turning, at)
        done = 0
        for page in self._pages(LOOKED_AT, note.last if note is not None else ""):
            standing.look(decode(data).head for data in self.backend.load(page).values())
            done += len(page)
            self.asked.tell("look", done, customers)
        return Difference(
            self.turning.old.digest, self.program.digest, at, customers, telling.named(self.backend.count),
            telling.remembered(), telling.waits(standing), self.kept.journal, note.turned if note is not None else 0,
        )  # fmt: skip

    def _now(self) -> int:
        return self.backend.clock() or 0

    def _pages(self, size: int, last: str) -> Iterator[list[str]]:
        """All customers behind one, in the order of their ids."""
        behind = (customer for customer in self.backend.customers() if customer > last)
        while page := list(islice(behind, size)):
            yield page

    # ----------------------------------------------------------------------------------------------------- step by step

    def _begin(self, fills: dict[Part, Fill]) -> Underway:
        """Note what is being done, and stop all other writers: from then on the clock stands still."""
        note = self.note
        if note is None:
            file = self.asked.source.known_by() if self.asked.source is not None and "file" in fills.values() else ""
            names = tuple(name for name, _ in self.program.texts)
            made = {f"{part.kind} {part.key}": how for part, how in fills.items()}
            note = self._note_first(Underway(self.turning.old.digest, self.program.digest, names, made, file))
        self.backend.install(self.kept)  # who has read the generation before it sees the note now
        return note if note.at is not None else self._write(replace(note, at=self._now()), Batch())

    def _note_first(self, note: Underway) -> Underway:
        """Write the note for the first time, on the rules of which the difference was told."""
        for _ in range(TRIES):
            generation, kept = self.backend.generation(), self.backend.program()
            if kept is None or kept.digest != self.kept.digest:
                break
            with suppress(ConflictError):
                return self._write(note, Batch(basis=Basis(generation)))
        raise StoreError("somebody else has changed this store meanwhile: look at the difference anew")

    def _write(self, note: Underway, batch: Batch, outcomes: list[Outcome] | None = None) -> Underway:
        """Commit a batch together with how far the deployment is, if nobody else has gone on with it meanwhile. Raises
        TakenError else."""
        following = replace(note, number=note.number + 1)
        basis = batch.basis or Basis()
        basis.positions = {UNDERWAY: Position(note.number, 0, 0) if note.number else None}
        batch.basis = basis
        batch.positions = {UNDERWAY: Position(following.number, 0, 0)}
        batch.notes = {UNDERWAY: encoded(following)}
        self.backend.commit(batch, lambda: self.asked.before_commit(outcomes) if outcomes else None)
        return following

    def _prepare(self, fills: dict[Part, tuple[Fill, str]], at: int, closing: ExitStack) -> Report | None:
        """Make ready what the pasts of new conditions come from."""
        old, new = self.turning.old, self.turning.new
        of: dict[Fill, list[Part]] = {"journal": [], "file": [], "empty": [], "": []}
        for part, (how, _) in fills.items():
            of[how].append(part)
        if of["journal"]:
            self.fillings.append(Journals.of(self.backend, new, of["journal"], self._digests(), self._plan_of))
        if not of["file"] or self.asked.source is None:
            return None
        scratch = closing.enter_context(Scratch.of(self.asked.source, old, new, of["file"], at, self._tell_read))
        self.fillings.append(scratch)
        return scratch.report

    def _tell_read(self, progress: Progress) -> None:
        self.asked.tell("read", progress.places if progress.total is None else progress.handled, progress.total)

    def _turn_all(self, note: Underway, at: int) -> Underway:
        """Turn all customers that are not turned yet."""
        turner = Turner(self.backend, self.turning, at, self.kept.secret, self.kept.journal, self.fillings)
        customers = self.backend.customer_count()
        for page in self._pages(PAGE, note.last):
            note = self._turn(turner, page, note)
            self.asked.tell("turn", note.turned, customers)
        return note

    def _turn(self, turner: Turner, page: Sequence[str], note: Underway) -> Underway:
        for number in range(TRIES):
            try:
                batch = turner.batch(page, self.backend.generation())
                following = replace(
                    note, last=page[-1], turned=note.turned + len(page), changes=note.changes + turner.changes,
                    waits_ended=note.waits_ended + turner.waits_ended,
                )  # fmt: skip
                return self._write(following, batch, self._news(turner.outcomes))
            except ConflictError:
                if number == TRIES - 1:
                    raise
        raise AssertionError("the last try gave something or raised")

    def _news(self, outcomes: list[Outcome]) -> list[Outcome]:
        """Outcomes without the changes by the clock that a run has told of at its end."""
        position = self.backend.position(TOLD)
        if position is None:
            return outcomes
        told = position.instant
        kept = [
            tuple(change for change in each.changes if change.arrival or change.instant > told) for each in outcomes
        ]
        return [replace(each, changes=changes) for each, changes in zip(outcomes, kept, strict=True)]

    def _install(self) -> None:
        """Keep the program as the one of the store."""
        program = self.program
        stored = replace(
            self.kept, digest=program.digest, plan=program.encoded, sources=program.texts, zone_data=database_version()
        )
        if stored != self.kept:
            self.backend.install(stored)

    def _finish(self, note: Underway) -> None:
        """Take the note away, and remember that it was done."""
        done = with_one_more(self.backend, Deployment(note.at or 0, note.before, note.to))
        basis = Basis(positions={UNDERWAY: Position(note.number, 0, 0)})
        self.backend.commit(Batch(notes={UNDERWAY: None, DONE: done}, positions={UNDERWAY: None}, basis=basis))


def _abandon(backend: Backend, note: Underway) -> None:
    """Take the note of a deployment away that has turned nobody."""
    basis = Basis(positions={UNDERWAY: Position(note.number, 0, 0)})
    backend.commit(Batch(notes={UNDERWAY: None}, positions={UNDERWAY: None}, basis=basis))


def _plan(stored: StoredProgram) -> p.Plan:
    try:
        return plan_of(stored.plan)
    except msgspec.MsgspecError as error:
        raise StoreError(
            "the rules of this store were compiled by another version of segdsl, which this one cannot read: put other "
            "rules in place with that version, or run all events into a new store"
        ) from error


def _said(missing: Sequence[Remembered]) -> str:
    """What is missing, and what to write."""
    first = missing[0]
    more = f", and {len(missing) - 1} more" if len(missing) > 1 else ""
    return (
        f"the past of `{first.text}` is not in this store ({first.missing}){more}: give the events of before with "
        "--backfill FILE, or start with nothing by --from-now"
    )
