"""The connection to a server: made, and made anew when it is lost, so that whoever asks need not know.

What only reads is asked again. A transaction that writes is done again if it did not land. Where the connection was
lost while it was committed, the store tells: a transaction leaves its mark there, in one row a session. The number that
the server has for it would not do: after a crash the numbers of those that did not land are given out again, and tell
of somebody else's.
"""

import secrets
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import psycopg

from segdsl.backends.base import nothing
from segdsl.backends.postgresql.address import Address
from segdsl.backends.postgresql.failures import LOST, explained, said
from segdsl.backends.postgresql.rows import Answer, Connection, Transaction
from segdsl.diagnostics.errors import StoreError

PATIENCE = 30.0
"""Seconds for which a server that does not answer is asked again."""

LONGEST_PAUSE = 5.0
"""Seconds between two tries at most; the first pause is a hundredth of it, each further one twice as long."""

# All questions but a few (care.py) are to walk along an index in its order, also while the server has no statistics yet
# of a store that grows: so it is told not to think of anything else. A peer that is gone is noticed by the server after
# a minute, so that its locks do not stay: by tcp_keepalives where it waits for the peer, by tcp_user_timeout where it
# answers. Whoever waits for these locks has to wait for longer than that.
SETTINGS = {
    "lock_timeout": "90s",
    "enable_seqscan": "off",
    "enable_bitmapscan": "off",
    "enable_hashjoin": "off",
    "enable_mergejoin": "off",
    "jit": "off",
    "tcp_keepalives_idle": "30",
    "tcp_keepalives_interval": "10",
    "tcp_keepalives_count": "3",
    "tcp_user_timeout": "60s",
}

LANDED = "landed "
"""How the keys of marks begin. A mark is the instant of its transaction (microseconds UTC, by the clock here), or one
more than the session's last."""

REMEMBERED = 86_400_000_000
"""Microseconds for which the last mark of a session is kept at least."""

_PUT_MARK = """INSERT INTO segdsl_meta VALUES (%s, %s) ON CONFLICT (key) DO UPDATE SET value = excluded.value"""
_MARK = "SELECT value FROM segdsl_meta WHERE key = %s"
_DROP_MARKS = """DELETE FROM segdsl_meta WHERE key IN (SELECT key FROM segdsl_meta
    WHERE key >= %s AND key < %s AND value < %s FOR UPDATE SKIP LOCKED)"""

BEGIN = "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE"
_WHO = """SELECT pg_backend_pid(), (SELECT backend_start::text FROM pg_stat_activity WHERE pid = pg_backend_pid()),
    set_config('search_path', coalesce(quote_ident(current_schema()) || ', pg_temp', ''), false)"""
# Only the session that was lost: its number may be another's by now.
_END = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid = %s AND backend_start::text = %s"


class Session:
    """One connection at a time, used by one thread. `patience` are seconds; `pause` sleeps, `clock` tells seconds.
    `connections` is how many there were so far."""

    def __init__(
        self,
        address: Address,
        patience: float = PATIENCE,
        pause: Callable[[float], object] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.name = address.shown
        self.shard = 0
        self.connections = 0
        self._address = address
        self._patience = patience
        self._pause = pause
        self._clock = clock
        self._connection: Connection | None = None
        self._who: tuple[int, str] | None = None
        self._closed = self._is_landing = False
        self._writer = f"{LANDED}{secrets.token_hex(8)}"
        self._mark = 0

    def open(self) -> None:
        """Connect. Raises StoreError at once when that fails."""
        with explained(self.name):
            self._at_hand()

    def close(self) -> None:
        self._closed = True
        if self._connection is not None:
            self._connection.close()

    def another(self) -> Connection:
        """A connection beside this one, which the caller closes."""
        with explained(self.name):
            return _connected(self._address)[0]

    # ------------------------------------------------------------------------------------------------ what is asked

    def ask(self, question: Callable[[Connection], Answer]) -> Answer:
        """The answer to what only reads. Raises StoreError when the server stays away for longer than the patience."""
        with explained(self.name):
            waiting = _Waiting(self)
            while True:
                try:
                    return question(self._at_hand())
                except psycopg.Error as error:
                    if not self._is_lost(error):
                        raise
                    waiting.after(error)

    def land(self, work: Callable[[Transaction], Answer], sure: Callable[[], object] = nothing) -> Answer:
        """Do some work in a transaction that lands exactly once. `sure` is called when all of it is done, just before
        the commit; again only if the connection was lost after it and the transaction provably did not land, so that
        all of the work is done anew. It may ask, but not write: that would land at once, with all of the work."""
        if self._is_landing:
            raise StoreError(f"nothing else can be written to the store {self.name} while a batch is committed")
        waiting = _Waiting(self)
        while True:
            with explained(self.name):
                number, answer = self._do(work, waiting)
            begun = self.connections
            self._is_landing = True
            try:
                sure()
            except BaseException:
                self._roll_back()
                raise
            finally:
                self._is_landing = False
            with explained(self.name):
                if self._commit(number, begun, waiting):
                    return answer

    def _do(self, work: Callable[[Transaction], Answer], waiting: "_Waiting") -> tuple[str, Answer]:
        """Do the work, and leave the transaction open. Gives its number."""
        while True:
            try:
                connection = self._at_hand()
                with connection.pipeline():
                    connection.execute(BEGIN)
                    transaction = Transaction(connection)
                    answer = work(transaction)
                    self._leave_mark(transaction)
                return transaction.number, answer
            except psycopg.Error as error:
                if not self._is_lost(error):
                    self._roll_back()
                    raise
                waiting.after(error)
            except BaseException:
                self._roll_back()
                raise

    def _commit(self, number: str, begun: int, waiting: "_Waiting") -> bool:
        """Whether a transaction has landed that was begun on the connection of this number; if not, it has to be done
        again. Where `sure` has asked something the connection may be another one by now, on which nothing was begun; or
        the transaction may have failed, which the server tells by what it says it did."""
        try:
            if self._connection is None or self.connections != begun:
                return False
            done = self._connection.execute("COMMIT").statusmessage
        except psycopg.Error as error:
            if not self._is_lost(error):
                self._roll_back()
                raise
            return self._has_landed(number, waiting, error)
        except BaseException:
            self._roll_back()
            raise
        if done != "COMMIT":
            raise StoreError(f"nothing of the batch was kept: a question to the store {self.name} failed before it was")
        return True

    def _leave_mark(self, transaction: Transaction) -> None:
        """Have the transaction tell that it landed; the first one takes away what sessions long ago have left."""
        now = time.time_ns() // 1000
        if self._mark == 0:
            transaction.put(_DROP_MARKS, LANDED, f"{LANDED}~", now - REMEMBERED)
        self._mark = max(self._mark + 1, now)
        transaction.put(_PUT_MARK, self._writer, self._mark)

    def _has_landed(self, number: str, waiting: "_Waiting", lost: psycopg.Error) -> bool:
        """Whether a transaction landed whose commit was not answered. Connecting anew has ended the session that it ran
        in, if it was still there, so it is not in progress for long."""
        while True:
            waiting.after(lost)
            try:
                if self._is_in_progress(number):
                    continue
                row = self._at_hand().execute(_MARK, [self._writer]).fetchone()
            except psycopg.Error as error:
                if not self._is_lost(error):
                    raise
                lost = error
            else:
                return row is not None and bool(row[0] == self._mark)

    def _is_in_progress(self, number: str) -> bool:
        """Whether a transaction of this number is neither committed nor given up. It may be another one's by now."""
        try:
            row = self._at_hand().execute("SELECT pg_xact_status(%s::xid8)", [number]).fetchone()
        except psycopg.Error as error:
            if error.sqlstate == "22023":  # the server has lost what it had come to, and has not come so far again
                return False
            raise
        return row is not None and row[0] == "in progress"

    # -------------------------------------------------------------------------------------------- the connection

    def _at_hand(self) -> Connection:
        if self._closed:
            raise StoreError(f"the store {self.name} is closed")
        if self._connection is None:
            self._connection, who = _connected(self._address)
            self.connections += 1
            if self._who is not None and self._who != who:
                try:
                    self._connection.execute(_END, self._who)
                except psycopg.Error:  # it may belong to a role that is not to be ended by this one
                    if self._connection.closed:  # lost before the other was ended: the next one ends it
                        raise
            self._who = who
            self.shard = who[0]
        return self._connection

    def _is_lost(self, error: psycopg.Error) -> bool:
        """Whether an error says that there is no connection any more; then it is let go of."""
        if not isinstance(error, psycopg.OperationalError | psycopg.InterfaceError):
            return False
        connection = self._connection
        if connection is None:  # it could not be made: also when it was never there, which `open` finds out first
            return self._who is not None
        if not connection.closed and error.sqlstate not in LOST:
            return False
        self._connection = None
        with suppress(psycopg.Error):
            connection.close()
        return True

    def _roll_back(self) -> None:
        if self._connection is not None:
            try:
                self._connection.rollback()
            except psycopg.Error as error:
                self._is_lost(error)


class _Waiting:
    """How long one question has waited for a server that is gone."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._since: float | None = None
        self._next = 0.0

    def after(self, error: psycopg.Error) -> None:
        """Wait before the next try: the first one is at once, as an idle connection may have been ended long ago.
        Raises StoreError when there was patience enough."""
        session = self._session
        now = session._clock()
        if self._since is None:
            self._since = now
        if now - self._since + self._next > session._patience:
            raise StoreError(
                f"the server of the store {session.name} was away for {session._patience:g} seconds ({said(error)}): "
                "see that it runs and can be reached, then run again, which goes on where the store is"
            ) from error
        if self._next:
            session._pause(self._next)
        self._next = min(max(self._next * 2, LONGEST_PAUSE / 100), LONGEST_PAUSE)


def _connected(address: Address) -> tuple[Connection, tuple[int, str]]:
    """A connection that is set up, with the session's number and its beginning. What the URL sets in its `options`
    stays."""
    parameters: dict[str, Any] = dict(address.parameters)
    connection: Connection = psycopg.connect(**parameters, autocommit=True)
    try:
        options = parameters.get("options", "")
        settings = [each for each in SETTINGS.items() if each[0] not in options]
        with connection.pipeline():
            for setting in settings:
                connection.execute("SELECT set_config(%s, %s, false)", setting)
            row = connection.execute(_WHO).fetchone()
    except BaseException:
        connection.close()
        raise
    assert row is not None
    return connection, (row[0], row[1])
