"""Connections to a store's file."""

import sqlite3
from pathlib import Path


def connect(path: Path, mode: str, busy_seconds: float) -> sqlite3.Connection:
    """A connection to a file that is there: `ro` reads only, `rw` writes too. A wait for another process's commit ends
    after `busy_seconds`."""
    uri = f"{path.absolute().as_uri()}?mode={mode}"
    return sqlite3.connect(uri, uri=True, timeout=busy_seconds, isolation_level=None)
