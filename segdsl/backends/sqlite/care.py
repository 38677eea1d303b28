"""The store as a whole: all that it holds, and what is wrong with it."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing
from itertools import groupby, islice
from typing import Any, assert_never

import msgspec

from segdsl.backends.base import (
    Content,
    Position,
    StoredClock,
    StoredEffect,
    StoredInputs,
    StoredLink,
    StoredNote,
    StoredPosition,
    StoredProgram,
    StoredState,
    StoredStay,
    StoredTally,
    StoredTombstone,
    StoredVisitor,
)
from segdsl.backends.sqlite import statements
from segdsl.backends.sqlite.coding import (
    effect_of,
    encode,
    key_of,
    link_of,
    moment,
    program_of,
    recorded,
    row_of,
    tally_of,
)
from segdsl.backends.sqlite.connections import connect
from segdsl.backends.sqlite.exposure import exposed
from segdsl.backends.sqlite.failures import explained
from segdsl.backends.sqlite.rows import Rows
from segdsl.diagnostics.errors import StoreError

LOT = 1_000
"""Rows that are put into a table together."""


class Care(Rows):
    """What `seg store` does to a store."""

    def prune(self, bounds: Mapping[str, int], before: int) -> int:
        with self._transaction():
            self._rows(statements.NEXT_GENERATION)
            self._rows(statements.PUT_PRUNED, before)
            return self._many("DELETE FROM memberships WHERE customer = ? AND until < ?", sorted(bounds.items()))

    def faults(self) -> list[str]:
        found = [f"the file is damaged: {said}" for (said,) in self._rows("PRAGMA integrity_check(20)") if said != "ok"]
        for segment, kept, there in self._rows(statements.WRONG_COUNTS):
            found.append(f"{segment} is said to have {kept} members, and has {there}")
        return found

    def exposed(self) -> list[str]:
        return exposed(self._path)

    # ------------------------------------------------------------------------------------------------------ all of it

    def contents(self) -> Iterator[Content]:
        """Read through a connection of its own, so that all of it is as of one instant whatever is committed
        meanwhile."""
        with explained(self._path), closing(connect(self._path, "ro", 5.0)) as connection:
            connection.execute("BEGIN")
            clock = dict(connection.execute("SELECT key, value FROM meta WHERE key IN ('clock', 'pruned')"))
            for sql, content in _PARTS:
                yield from map(content, connection.execute(sql))
                if content is _program:
                    yield StoredClock(clock.get("clock"), clock.get("pruned"))

    def fill(self, contents: Iterable[Content]) -> None:
        with self._transaction():
            empty = ("programs", "states", "memberships", "outbox", "journal", "tombstones", "visitors", "links")
            others = ("positions", "tallies", "notes", "meta")
            if any(self._rows(f"SELECT 1 FROM {table} LIMIT 1") for table in (*empty, *others)):  # noqa: S608 - ours
                raise StoreError(f"the store {self._path} holds something already: name another one")
            for _, some in groupby(contents, key=type):
                while lot := list(islice(some, LOT)):
                    self._put(lot)
            self._rows(statements.COUNT_ALL)

    def _put(self, lot: list[Content]) -> None:
        """Put some contents of one kind into their table."""
        sql = {kind: sql for kind, sql in _FILLING.items() if isinstance(lot[0], kind)}
        for content in lot:
            if isinstance(content, StoredClock):
                for key, value in (("clock", content.clock), ("pruned", content.pruned)):
                    if value is not None:
                        self._rows("INSERT INTO meta VALUES (?, ?)", key, value)
        for statement in sql.values():
            self._many(statement, [_row(content) for content in lot])


def _program(row: tuple[Any, ...]) -> Content:
    return program_of(row[0])


def _stay(row: tuple[Any, ...]) -> Content:
    customer, segment, *moments = row
    return StoredStay(*recorded(customer, segment, moments))


def _effect(row: tuple[Any, ...]) -> Content:
    given, tries, again, dead, error, effect = row
    return StoredEffect(effect_of(effect), bool(given), tries, again, bool(dead), error)


def _tally(row: tuple[Any, ...]) -> Content:
    *key, number = row
    return StoredTally(tally_of(*key), number)


def _row(content: Content) -> tuple[Any, ...]:
    """The columns of a content, as its statement in `_FILLING` takes them."""
    match content:
        case StoredProgram():
            return content.digest, encode(content)
        case StoredClock():
            return ()
        case StoredState(customer, state, clock, due, timer):
            return customer, bytes(state), clock, due, timer
        case StoredStay(began, ended):
            left = moment(ended) if ended is not None else (None, None, None, None)
            return began.customer, began.segment, *moment(began), *left
        case StoredEffect(effect, given, tries, again, dead, error):
            return *row_of(effect), effect.is_notice, given, tries, again, dead, error
        case StoredPosition(source, position):
            return source, *msgspec.structs.astuple(position)
        case StoredTally(tally, number):
            return *key_of(tally), number
        case StoredInputs() | StoredTombstone() | StoredVisitor() | StoredLink() | StoredNote():
            return msgspec.structs.astuple(content)
        case _:
            assert_never(content)


_PARTS: tuple[tuple[str, Callable[[Any], Content]], ...] = (
    ("SELECT program FROM programs ORDER BY sequence", _program),
    ("SELECT customer, state, clock, due, timer FROM states", lambda row: StoredState(*row)),
    (statements.ALL_STAYS, _stay),
    ("SELECT customer, inputs FROM journal ORDER BY sequence", lambda row: StoredInputs(*row)),
    ("SELECT given, tries, again, dead, error, effect FROM outbox ORDER BY sequence", _effect),
    ("SELECT hash, instant FROM tombstones", lambda row: StoredTombstone(*row)),
    ("SELECT visitor, account, record FROM visitors", lambda row: StoredVisitor(*row)),
    (statements.LINK, link_of),
    ("SELECT source, places, instant, place FROM positions", lambda row: StoredPosition(row[0], Position(*row[1:]))),
    (statements.TALLIES, _tally),
    ("SELECT key, note FROM notes", lambda row: StoredNote(*row)),
)

_FILLING: dict[type[Content], str] = {
    StoredProgram: statements.PUT_PROGRAM,
    StoredState: statements.PUT_STATE,
    StoredStay: statements.PUT_STAY,
    StoredInputs: statements.PUT_JOURNAL,
    StoredEffect: statements.RESTORE_EFFECT,
    StoredTombstone: statements.PUT_TOMBSTONE,
    StoredVisitor: statements.PUT_VISITOR,
    StoredLink: statements.PUT_LINK,
    StoredPosition: statements.PUT_POSITION,
    StoredTally: statements.PUT_TALLY,
    StoredNote: statements.PUT_NOTE,
}
