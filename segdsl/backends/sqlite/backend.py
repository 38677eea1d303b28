"""The backend itself, of its parts: what is written, what is asked, the outbox, and the store as a whole."""

import sqlite3
from pathlib import Path

from segdsl.backends.base import Backend
from segdsl.backends.sqlite.care import Care
from segdsl.backends.sqlite.hot import HOT, Hot
from segdsl.backends.sqlite.outbox import Outbox
from segdsl.backends.sqlite.questions import Questions
from segdsl.backends.sqlite.rows import Rows
from segdsl.backends.sqlite.writing import Writing


class SqliteBackend(Writing, Questions, Outbox, Care, Backend):
    """A store in a file, made by `open_file`. To be used by the thread that opened it."""

    def __init__(self, path: Path, connection: sqlite3.Connection, hot: int = HOT) -> None:
        Rows.__init__(self, path, connection)
        self._hot = Hot(lambda: int(self._rows("PRAGMA data_version")[0][0]), hot)
