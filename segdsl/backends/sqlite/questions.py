"""What is asked of the tables."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from itertools import count, groupby
from operator import itemgetter
from typing import Any

from segdsl.backends.base import Membership, Moves, Position, StoredLink, StoredProgram, Tally, Versioned
from segdsl.backends.sqlite import rows as in_pages
from segdsl.backends.sqlite import statements
from segdsl.backends.sqlite.coding import because_of, link_of, program_of, recorded, tally_of
from segdsl.backends.sqlite.failures import explained
from segdsl.backends.sqlite.hot import Hot
from segdsl.backends.sqlite.rows import Rows
from segdsl.diagnostics.errors import StoreError
from segdsl.records.outcomes import Change
from segdsl.values.instants import DAY

_walks = count()
_FIRST = itemgetter(0)


class Questions(Rows):
    """`due` gives the customers that were due when the first one was asked for; `customers` and `members` see what is
    committed meanwhile from the next page on. Nobody is given twice, and nobody who stays is left out."""

    _hot: Hot

    def program(self) -> StoredProgram | None:
        return self._program("SELECT program FROM programs ORDER BY sequence DESC LIMIT 1")

    def earlier(self, digest: str) -> StoredProgram | None:
        return self._program("SELECT program FROM programs WHERE digest = ?", digest)

    def _program(self, sql: str, *values: Any) -> StoredProgram | None:
        row = self._row(sql, *values)
        with explained(self._path):
            return program_of(row[0]) if row else None

    def generation(self) -> int:
        return self._meta("generation") or 0

    def clock(self) -> int | None:
        return self._meta("clock")

    def pruned(self) -> int | None:
        return self._meta("pruned")

    def fetch(self, customers: Sequence[str]) -> dict[str, Versioned]:
        found = self._hot.of(customers)
        others = [customer for customer in customers if customer not in found] if found else customers
        for customer, state, version in self._chosen(statements.STATE, others):
            found[customer] = Versioned(state, version)
        return found

    def note(self, key: str) -> bytes | None:
        row = self._row("SELECT note FROM notes WHERE key = ?", key)
        return row[0] if row else None

    def position(self, source: str) -> Position | None:
        row = self._row(statements.POSITION, source)
        return Position(*row) if row else None

    def tombstones(self, hashes: Sequence[str]) -> dict[str, int]:
        return dict(self._chosen("SELECT hash, instant FROM tombstones WHERE hash", hashes))

    def remembers_forgotten(self) -> bool:
        return self._row("SELECT 1 FROM tombstones LIMIT 1") is not None

    def visitors(self, names: Sequence[str]) -> dict[str, Versioned]:
        found = self._chosen("SELECT visitor, record, version FROM visitors WHERE visitor", names)
        return {visitor: Versioned(record, version) for visitor, record, version in found}

    def visitors_of(self, account: str) -> list[str]:
        return [visitor for (visitor,) in self._rows(statements.VISITORS_OF, account)]

    def links(self, guests: Sequence[str]) -> dict[str, StoredLink]:
        return {row[0]: link_of(row) for row in self._chosen(f"{statements.LINK} WHERE guest", guests)}

    def links_of(self, account: str) -> list[StoredLink]:
        return [link_of(row) for row in self._rows(statements.LINKS_OF, account)]

    def customers(self) -> Iterator[str]:
        for rows in self._pages("SELECT customer FROM states WHERE customer >= ? ORDER BY customer LIMIT ?"):
            yield from map(_FIRST, rows)

    def customer_count(self) -> int:
        return int(self._rows("SELECT count(*) FROM states")[0][0])

    def due(self, at: int) -> Iterator[str]:
        # The index has them in the order of `due`. Sorting them anew for every page would take a time that grows with
        # the square of their number, so their ids are put in order once, in a temporary table of this connection.
        walk = next(_walks)
        try:
            self._rows("INSERT INTO due_walk SELECT ?, customer FROM states WHERE due <= ?", walk, at)
            sql = "SELECT customer FROM due_walk WHERE walk = ? AND customer >= ? ORDER BY customer LIMIT ?"
            for rows in self._pages(sql, walk):
                yield from map(_FIRST, rows)
        finally:
            with suppress(StoreError):  # closed in the meantime: then the table is gone as well
                self._rows("DELETE FROM due_walk WHERE walk = ?", walk)

    def timers(self, at: int, limit: int) -> list[str]:
        return [customer for (customer,) in self._rows(statements.TIMERS, at, max(limit, 0))]

    def memberships(self, customer: str, at: int | None = None) -> list[Membership]:
        if at is None:
            return self._memberships(self._rows(statements.OF_CUSTOMER_NOW, customer))
        return self._memberships(self._rows(statements.OF_CUSTOMER_THEN, customer, at, at))

    def members(self, segment: str, at: int | None = None) -> Iterator[Membership]:
        now = self._pages(statements.MEMBERS_NOW, segment)
        for rows in now if at is None else self._pages(statements.MEMBERS_THEN, segment, at, at):
            yield from self._memberships(rows)

    def _memberships(self, rows: list[tuple[Any, ...]]) -> list[Membership]:
        with explained(self._path):
            return [Membership(who, segment, since, until, because_of(why)) for who, segment, since, until, why in rows]

    def count(self, segment: str, at: int | None = None) -> int:
        if at is None:
            row = self._row("SELECT members FROM counts WHERE segment = ?", segment)
        else:
            row = self._row(statements.COUNT_THEN, segment, at, at)
        return int(row[0]) if row else 0

    def history(self, customer: str) -> list[Change]:
        with explained(self._path):
            rows = self._rows(statements.HISTORY, customer)
            changes = [change for segment, *moments in rows for change in recorded(customer, segment, moments)]
        return sorted(changes, key=lambda each: (each.instant, each.arrival, each.round, each.entered, each.segment))

    def journal(self, customer: str) -> list[bytes]:
        return [inputs for (inputs,) in self._rows(statements.JOURNAL, customer)]

    def moves(self) -> Iterator[Moves]:
        with explained(self._path):
            rows = self._connection.execute(statements.MOVES, {"length": DAY}).fetchall()
        return (Moves(*row) for row in rows)

    def standings(self, at: int | None = None) -> Iterator[tuple[str, tuple[str, ...]]]:
        for customer, rows in groupby(self._standing_rows(at), key=itemgetter(0)):
            yield customer, tuple(segment for _, segment in rows)

    def _standing_rows(self, at: int | None) -> Iterator[tuple[str, str]]:
        sql, given = (statements.STANDINGS_NOW, ()) if at is None else (statements.STANDINGS_THEN, (at, at))
        customer, segment = "", ""
        while rows := self._rows(sql, *given, customer, customer, segment, in_pages.PAGE):
            yield from rows
            customer, segment = rows[-1]

    def tallies(self) -> dict[Tally, int]:
        return {tally_of(*key): number for *key, number in self._rows(statements.TALLIES)}
