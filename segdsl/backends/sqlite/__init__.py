"""The backend `sqlite:///path`: one file, one writer at a time, any number of readers beside it.

Comes in: batches. Goes out: answers, from the tables in `schema.py`. `opening.py` opens the file, `backend.py` asks it
with the statements of `statements.py`, `failures.py` says what went wrong. Only the standard library's sqlite3; every
value is bound, never written into the SQL. The file is in WAL mode, so that queries go on while another process
commits.
"""

from pathlib import Path

from segdsl.backends.base import Backend
from segdsl.backends.sqlite.backend import SqliteBackend
from segdsl.backends.sqlite.opening import open_file
from segdsl.diagnostics.errors import StoreError

__all__ = ["SqliteBackend", "open_backend", "open_file"]


def open_backend(url: str) -> Backend:
    """The store at `sqlite:///path`, made when there is none; the path is taken as it stands (`sqlite:////tmp/a.store`
    is absolute, nothing is percent-decoded).

    Raises StoreError when the path is missing, or the file cannot be opened or is not a store of this version.
    """
    path = url.removeprefix("sqlite:///")
    if path in ("", url) or "\0" in path:
        raise StoreError(f"{url!r} does not name a file: write for example sqlite:///data/shop.store")
    return open_file(Path(path))
