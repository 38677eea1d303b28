"""The backend itself, of its parts: what is written, what is asked, the outbox, and the store as a whole."""

from segdsl.backends.base import Backend
from segdsl.backends.postgresql.care import Care
from segdsl.backends.postgresql.hot import Hot
from segdsl.backends.postgresql.outbox import Outbox
from segdsl.backends.postgresql.questions import Questions
from segdsl.backends.postgresql.session import Session
from segdsl.backends.postgresql.writing import Writing


class PostgresqlBackend(Writing, Questions, Outbox, Care, Backend):
    """A store on a server, made by `open_store`. To be used by the thread that opened it."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._hot = Hot()
