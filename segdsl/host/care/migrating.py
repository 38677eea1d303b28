"""Stores of older layouts, brought up to that of now: `seg store migrate`.

Only files have older layouts; servers began with the one of now.

| from | by |
|---|---|
| 5 | statements that alter the tables, in one transaction |
| 4 | a new file: states are coded anew (`recoding.py`), all else is as it was |
| 3 | the same; a plan of an older form is compiled anew from the store's sources (`plans.py`), and what states did not
      hold then is found by stepping the journal anew |
| 2, 1 | as 3, but there was no journal: what is not known is told |

The new file takes the place of the old one when it is whole, and the old one is kept beside it.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

import msgspec
from attrs import field, frozen
from msgspec.structs import replace

from segdsl.backends.base import (
    Content,
    StoredEffect,
    StoredInputs,
    StoredProgram,
    StoredState,
    StoredStay,
)
from segdsl.backends.sqlite import older, open_file
from segdsl.backends.sqlite.schema import VERSION
from segdsl.diagnostics.errors import StoreError
from segdsl.engines import DEFAULT, prepare
from segdsl.host.care.exporting import Told, nobody, watched
from segdsl.host.care.plans import raised
from segdsl.host.care.recoding import Recoding
from segdsl.state.life import encode, encode_inputs

Read = TypeVar("Read")


@frozen
class Migrated:
    """What was done: from which layout to which, what there is to know about it, and where the old file is kept. The
    same twice: nothing was to be done."""

    before: int
    after: int
    remarks: tuple[str, ...] = field(default=())
    kept: Path | None = None


def migrate(path: Path, told: Told = nobody) -> Migrated:
    """Bring the store in a file up to the layout of now. It is killed at any time: the old or the new store is there.

    Raises StoreError for a file that is no store, is in use, is of a newer layout, or cannot be brought up."""
    layout = older.layout_of(path)
    if layout is None or layout >= VERSION:
        open_file(path).close()  # says what is wrong with it
        return Migrated(VERSION, VERSION)
    with older.opened(path) as old:
        if old.layout >= VERSION:  # another process was faster
            return Migrated(VERSION, VERSION)
        if old.layout >= older.CODED_AS_NOW_FROM:
            old.alter()
            return Migrated(layout, VERSION)
        remarks: list[str] = []

        def fill(beside: Path) -> None:
            with open_file(beside) as backend:
                backend.fill(watched(_recoded(old, remarks), told))

        kept = old.replace(fill)
    return Migrated(layout, VERSION, tuple(remarks), kept)


def _recoded(old: older.Older, remarks: list[str]) -> Iterator[Content]:
    """All of an older store, as it is coded now. What there is to know is said in `remarks` at the end."""
    contents = old.contents()
    first = next(contents, None)
    if not isinstance(first, StoredProgram):
        if first is not None:
            yield first
        yield from contents  # nothing was ever run on it
        return
    program = raised(first)
    yield program.stored
    recoding = Recoding(old.layout, program.plan, prepare(program.plan, DEFAULT), program.rules, old.journal)
    for content in contents:
        yield _now(recoding, content)
    if recoding.guessed:
        remarks.append(
            f"of {recoding.guessed:,} customers there are first, latest or most frequent values whose instants were "
            "not kept: where a visitor turns out to be one of them, they count as of their first or latest event"
        )
    if not program.stored.journal:
        remarks.append("no events of customers were kept then, and none are from now on: `seg why` cannot answer")


def _now(recoding: Recoding, content: Content) -> Content:
    """A part of an older store, as it is now."""
    match content:
        case StoredState(customer, state, clock, due, timer):
            life = _read(lambda: recoding.life(bytes(state)), f"the state of {customer!r}")
            return StoredState(customer, encode(life), clock, due, timer)
        case StoredInputs(customer, inputs):
            page = _read(lambda: recoding.page(inputs), f"a page of the journal of {customer!r}")
            return StoredInputs(customer, encode_inputs(page))
        case StoredStay(began, ended):
            return StoredStay(recoding.change(began), recoding.change(ended) if ended is not None else None)
        case StoredEffect(effect):
            because = recoding.because(effect.because)
            return replace(content, effect=replace(effect, because=because))
    return content


def _read(read: Callable[[], Read], what: str) -> Read:
    try:
        return read()
    except (msgspec.MsgspecError, ValueError, SyntaxError, TypeError) as error:
        raise StoreError(f"{what} cannot be read ({error}), so the store is left as it was") from error
