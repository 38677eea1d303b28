"""What is asked of the tables."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from itertools import count, groupby
from operator import itemgetter
from typing import Any

import psycopg

from segdsl.backends.base import Membership, Moves, Position, StoredLink, StoredProgram, Tally, Versioned
from segdsl.backends.postgresql import rows as in_pages
from segdsl.backends.postgresql import statements
from segdsl.backends.postgresql.coding import because_of, kept, link_of, program_of, recorded, tally_of, told
from segdsl.backends.postgresql.failures import explained
from segdsl.backends.postgresql.hot import Hot
from segdsl.backends.postgresql.rows import Connection, Row, Rows
from segdsl.records.outcomes import Change
from segdsl.values.instants import DAY

_walks = count()


class Questions(Rows):
    """`due` gives the customers that were due when the first one was asked for; `customers` and `members` see what is
    committed meanwhile from the next page on. Nobody is given twice, and nobody who stays is left out."""

    _hot: Hot

    def program(self) -> StoredProgram | None:
        return self._program(statements.PROGRAM)

    def earlier(self, digest: str) -> StoredProgram | None:
        return self._program(statements.EARLIER, digest)

    def _program(self, sql: str, *values: Any) -> StoredProgram | None:
        row = self._row(sql, *values)
        with explained(self._session.name):
            return program_of(row[0]) if row else None

    def generation(self) -> int:
        return self._meta("generation") or 0

    def clock(self) -> int | None:
        latest: int | None = self._rows(statements.CLOCK)[0][0]
        return latest

    def pruned(self) -> int | None:
        return self._meta("pruned")

    def fetch(self, customers: Sequence[str]) -> dict[str, Versioned]:
        connection = self._session.connections
        hot = self._hot.of(customers, connection)
        others = [customer for customer in customers if customer not in hot] if hot else customers
        rows = self._chosen(statements.STATE, others)
        found = {customer: Versioned(state, version) for customer, state, version in rows}
        if hot:
            asked = [(customer, *hot[customer][1:]) for customer in sorted(hot)]
            columns = [list(column) for column in zip(*asked, strict=True)]
            asked_for = self._rows(statements.STATE_UNLESS, *columns)
            if self._session.connections != connection:  # what was asked about is from before
                return self.fetch(customers)
            for customer, version, state in asked_for:
                found[customer] = Versioned(hot[customer].state if state is None else state, version)
        return found

    def note(self, key: str) -> bytes | None:
        row = self._row(statements.NOTE, key)
        return row[0] if row else None

    def position(self, source: str) -> Position | None:
        row = self._row(statements.POSITION, source)
        return Position(*row) if row else None

    def tombstones(self, hashes: Sequence[str]) -> dict[str, int]:
        return dict(self._chosen(statements.TOMBSTONES, hashes))

    def remembers_forgotten(self) -> bool:
        return self._row("SELECT 1 FROM segdsl_tombstones LIMIT 1") is not None

    def visitors(self, names: Sequence[str]) -> dict[str, Versioned]:
        found = self._chosen(statements.VISITORS, names)
        return {visitor: Versioned(record, version) for visitor, record, version in found}

    def visitors_of(self, account: str) -> list[str]:
        return [visitor for (visitor,) in self._rows(statements.VISITORS_OF, account)]

    def links(self, guests: Sequence[str]) -> dict[str, StoredLink]:
        return {row[0]: link_of(row) for row in self._chosen(statements.LINKS, guests)}

    def links_of(self, account: str) -> list[StoredLink]:
        return [link_of(row) for row in self._rows(statements.LINKS_OF, account)]

    def customers(self) -> Iterator[str]:
        for row in self._pages(statements.CUSTOMERS):
            yield row[0]

    def customer_count(self) -> int:
        return int(self._rows("SELECT count(*) FROM segdsl_states")[0][0])

    def due(self, at: int) -> Iterator[str]:
        walk = _Walk(at)
        try:
            while page := self._ask(walk.page):
                yield from page
        finally:
            walk.close()

    def timers(self, at: int, limit: int) -> list[str]:
        return [customer for (customer,) in self._rows(statements.TIMERS, at, max(limit, 0))]

    def memberships(self, customer: str, at: int | None = None) -> list[Membership]:
        if at is None:
            return self._memberships(self._rows(statements.OF_CUSTOMER_NOW, customer))
        return self._memberships(self._rows(statements.OF_CUSTOMER_THEN, customer, at, at))

    def members(self, segment: str, at: int | None = None) -> Iterator[Membership]:
        now = self._pages(statements.MEMBERS_NOW, segment)
        for row in now if at is None else self._pages(statements.MEMBERS_THEN, segment, at, at):
            yield self._memberships([row])[0]

    def _memberships(self, rows: list[Row]) -> list[Membership]:
        with explained(self._session.name):
            return [Membership(who, segment, since, until, because_of(why)) for who, segment, since, until, why in rows]

    def count(self, segment: str, at: int | None = None) -> int:
        if at is None:
            return int(self._rows(statements.COUNT, segment)[0][0])
        return int(self._rows(statements.COUNT_THEN, segment, at, at)[0][0])

    def history(self, customer: str) -> list[Change]:
        with explained(self._session.name):
            rows = self._rows(statements.HISTORY, customer)
            changes = [change for segment, *moments in rows for change in recorded(customer, segment, moments)]
        return sorted(changes, key=lambda each: (each.instant, each.arrival, each.round, each.entered, each.segment))

    def journal(self, customer: str) -> list[bytes]:
        return [inputs for (inputs,) in self._rows(statements.JOURNAL, customer)]

    def moves(self) -> Iterator[Moves]:
        return (Moves(*row) for row in self._scanned(statements.MOVES.replace("%(day)s", str(DAY))))

    def standings(self, at: int | None = None) -> Iterator[tuple[str, tuple[str, ...]]]:
        for customer, rows in groupby(self._standing_rows(at), key=itemgetter(0)):
            yield customer, tuple(segment for _, segment in rows)

    def _standing_rows(self, at: int | None) -> Iterator[tuple[str, str]]:
        statement, given = (statements.STANDINGS_NOW, ()) if at is None else (statements.STANDINGS_THEN, (at, at))
        customer, segment = "", ""
        while rows := self._rows(statement, *given, customer, segment, in_pages.PAGE):
            yield from rows
            customer, segment = rows[-1][0], rows[-1][1] + "\0"

    def tallies(self) -> dict[Tally, int]:
        return {tally_of(*key): number for *key, number in self._rows(statements.TALLIES)}


class _Walk:
    """The customers who are due at an instant, page by page.

    The index has them in the order of `due`. Sorting them anew for every page would take a time that grows with the
    square of their number, so the server puts their ids in order once, and keeps them until the walk is over, whatever
    is committed. When the session is lost they are lost too: then the rest is put in order anew.
    """

    def __init__(self, at: int) -> None:
        self._at = at
        self._least = ""
        self._cursor: psycopg.ServerCursor[Row] | None = None

    def page(self, connection: Connection) -> list[str]:
        if self._cursor is None or self._cursor.connection is not connection:
            self.close()
            self._cursor = connection.cursor(f"segdsl_due_{next(_walks)}", binary=True, withhold=True)
            self._cursor.execute(statements.DUE, (self._at, kept(self._least)))
        customers = [told(customer) for (customer,) in self._cursor.fetchmany(in_pages.PAGE)]
        if customers:
            self._least = customers[-1] + "\0"
        return customers

    def close(self) -> None:
        if self._cursor is not None:
            with suppress(psycopg.Error):  # the session is closed or lost: then the server has let go of it
                self._cursor.close()
