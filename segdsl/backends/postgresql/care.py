"""The store as a whole: all that it holds, what is wrong with it, who else could get at it."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing
from ipaddress import ip_address
from itertools import count, groupby, islice
from typing import Any, assert_never

from msgspec.structs import astuple

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
from segdsl.backends.postgresql import statements
from segdsl.backends.postgresql.coding import (
    encode,
    key_of,
    link_of,
    moment,
    program_of,
    recorded,
    row_of,
    stored_effect,
    tally_of,
    told_all,
)
from segdsl.backends.postgresql.failures import explained
from segdsl.backends.postgresql.rows import LOT, Row, Rows, Transaction
from segdsl.backends.postgresql.schema import TABLES
from segdsl.diagnostics.errors import StoreError

_READS = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
_WRITING = {"INSERT", "UPDATE", "DELETE", "TRUNCATE", "TRIGGER"}


class Care(Rows):
    """What `seg store` does to a store."""

    def prune(self, bounds: Mapping[str, int], before: int) -> int:
        def work(transaction: Transaction) -> int:
            transaction.put(statements.SHUT_GATE)
            transaction.put(statements.NEXT_GENERATION)
            transaction.put(statements.PUT_PRUNED, before)
            dropped = transaction.many(statements.PRUNE, sorted(bounds.items()))
            transaction.settle()
            return dropped.changed()

        return self._insist(work)

    def faults(self) -> list[str]:
        found = [
            f"{segment} is said to have {kept} members, and has {there}"
            for segment, kept, there in self._scanned(statements.WRONG_COUNTS)
        ]
        for (index,) in self._rows(statements.BROKEN_INDEXES, list(TABLES)):
            found.append(f"the index {index} is not whole: REINDEX INDEX {index}")
        for (number,) in self._scanned(statements.WRONG_VERSIONS):
            if number:
                found.append(f"{number} states have no version")
        return found

    def exposed(self) -> list[str]:
        found = []
        for role, schema, privileges in self._rows(statements.PRIVILEGES, list(TABLES)):
            who = "every role of the database" if role == "PUBLIC" else f"the role {role}"
            may = "write to" if _WRITING.intersection(privileges) else "read"
            found.append(
                f"{who} may {may} its tables ({', '.join(privileges)}): if that is not meant, REVOKE ALL ON ALL TABLES "
                f"IN SCHEMA {schema} FROM {role}"
            )
        host, encrypted = self._ask(lambda connection: (connection.info.host, connection.pgconn.ssl_in_use))
        return [*found, *_over_the_network(host, encrypted=encrypted)]

    # ------------------------------------------------------------------------------------------------------ all of it

    def contents(self) -> Iterator[Content]:
        """Read through a connection of its own, so that all of it is as of one instant whatever is committed
        meanwhile. When that is lost there is no way back to the instant: StoreError."""
        with explained(self._session.name), closing(self._session.another()) as connection:
            connection.execute(_READS)
            connection.execute("SET LOCAL enable_seqscan = on")
            for number, (sql, content) in zip(count(), _PARTS, strict=False):
                with connection.cursor(f"segdsl_part_{number}", binary=True) as cursor:
                    cursor.execute(sql)
                    while rows := cursor.fetchmany(LOT):
                        yield from map(content, told_all(rows))

    def fill(self, contents: Iterable[Content]) -> None:
        lots = _lots(contents)
        begun = False

        def work(transaction: Transaction) -> None:
            nonlocal begun
            if begun:
                raise StoreError(
                    f"the connection to the store {self._session.name} was lost while it was filled; nothing of it was "
                    "kept: try again"
                )
            begun = True
            transaction.put(statements.SHUT_GATE)
            if any(transaction.rows(f"SELECT 1 FROM {table} LIMIT 1") for table in TABLES if table != "segdsl_meta"):  # noqa: S608 - ours
                raise StoreError(f"the store {self._session.name} holds something already: name another one")
            for lot in lots:
                _put(transaction, lot)
                transaction.settle()
            transaction.put(statements.COUNT_ALL)

        self._land(work)


def _lots(contents: Iterable[Content]) -> Iterator[list[Content]]:
    """Contents of one kind together, not too many."""
    for _, some in groupby(contents, key=type):
        while lot := list(islice(some, LOT)):
            yield lot


def _put(transaction: Transaction, lot: list[Content]) -> None:
    """Put some contents of one kind into their table."""
    for content in lot:
        if isinstance(content, StoredClock):
            if content.clock is not None:
                transaction.put(statements.PUT_CLOCK, 0, content.clock)
            if content.pruned is not None:
                transaction.put(statements.PUT_PRUNED, content.pruned)
    for kind, statement in _FILLING.items():
        if isinstance(lot[0], kind):
            transaction.many(statement, [_row(content) for content in lot])


def _row(content: Content) -> Row:
    """The columns of a content, as its statement in `_FILLING` takes them."""
    match content:
        case StoredProgram():
            return content.digest, encode(content)
        case StoredClock():
            return ()
        case StoredState(customer, state, clock, due, timer):
            return customer, bytes(state), clock, due, timer, 1
        case StoredStay(began, ended):
            left = moment(ended) if ended is not None else (None, None, None, None)
            return began.customer, began.segment, *moment(began), *left
        case StoredEffect(effect, given, tries, again, dead, error):
            return *row_of(effect), effect.is_notice, given, tries, again, dead, error
        case StoredPosition(source, position):
            return source, *astuple(position)
        case StoredTally(tally, number):
            return *key_of(tally), number, 0
        case StoredVisitor():
            return *astuple(content), 1
        case StoredInputs() | StoredTombstone() | StoredLink() | StoredNote():
            return astuple(content)
        case _:
            assert_never(content)


def _over_the_network(host: str, *, encrypted: bool) -> list[str]:
    """That what goes to a server can be read on its way, if that is so."""
    if encrypted or not host or host.startswith(("/", "@")) or host == "localhost":
        return []
    try:
        if ip_address(host).is_loopback:
            return []
    except ValueError:
        pass  # a name
    return [
        f"what goes to {host} can be read on its way, since the connection has no TLS: add sslmode=verify-full to the "
        "URL of the store"
    ]


def _stay(row: Row) -> Content:
    customer, segment, *moments = row
    return StoredStay(*recorded(customer, segment, moments))


def _tally(row: Row) -> Content:
    *key, number = row
    return StoredTally(tally_of(*key), number)


_PARTS: tuple[tuple[str, Callable[[Any], Content]], ...] = (
    (statements.ALL_PROGRAMS, lambda row: program_of(row[0])),
    (statements.ALL_CLOCKS, lambda row: StoredClock(*row)),
    (statements.ALL_STATES, lambda row: StoredState(*row)),
    (statements.ALL_STAYS, _stay),
    (statements.ALL_PAGES, lambda row: StoredInputs(*row)),
    (statements.ALL_EFFECTS, stored_effect),
    (statements.ALL_TOMBSTONES, lambda row: StoredTombstone(*row)),
    (statements.ALL_VISITORS, lambda row: StoredVisitor(*row)),
    (statements.LINK, link_of),
    (statements.ALL_POSITIONS, lambda row: StoredPosition(row[0], Position(*row[1:]))),
    (statements.TALLIES, _tally),
    (statements.ALL_NOTES, lambda row: StoredNote(*row)),
)

_FILLING: dict[type[Content], str] = {
    StoredProgram: statements.PUT_PROGRAM,
    StoredState: statements.PUT_STATE_ANYWAY,
    StoredStay: statements.PUT_STAY,
    StoredInputs: statements.PUT_JOURNAL,
    StoredEffect: statements.RESTORE_EFFECT,
    StoredTombstone: statements.PUT_TOMBSTONE,
    StoredVisitor: statements.PUT_VISITOR_ANYWAY,
    StoredLink: statements.PUT_LINK,
    StoredPosition: statements.PUT_POSITION,
    StoredTally: statements.PUT_TALLY,
    StoredNote: statements.PUT_NOTE,
}
