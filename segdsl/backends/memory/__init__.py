"""The backend `memory://`: dictionaries that vanish with the process. For tests, trials, and runs that keep nothing.

Comes in: batches. Goes out: answers. `backend.py` is what is asked; `states.py` keeps the states, `stays.py` who was in
which segment, `agenda.py` who is due next. A million customers are to fit into a small machine, so what is not touched
all the time lies there as bytes, and nothing is walked through that need not be.
"""

from segdsl.backends.base import Backend
from segdsl.backends.memory.backend import MemoryBackend
from segdsl.diagnostics.errors import StoreError

__all__ = ["MemoryBackend", "open_backend"]


def open_backend(url: str) -> Backend:
    """A fresh, empty store; opening the same URL twice gives two stores.

    Raises StoreError when something follows `memory://`, since the name would be forgotten.
    """
    if url != "memory://":
        raise StoreError(f"no store can be opened at {url!r}: a store in memory has no name, write memory://")
    return MemoryBackend()
