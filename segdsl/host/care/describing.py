"""What is in a store, in numbers: `seg store info`."""

from pathlib import Path
from typing import Any

import msgspec
from attrs import asdict, frozen

from segdsl.backends.base import Backend
from segdsl.diagnostics.errors import StoreError
from segdsl.host.loading import plan_of
from segdsl.values.instants import instant_text

SHOWN = 1_000
"""Effects in the outbox that are counted; more are many."""


@frozen
class Description:
    """A store. `digest` is that of its program, empty where none was run; `sources` are the names of its rules.
    `waiting` are effects in the outbox, up to `SHOWN`; `dead` those of which delivery was given up. `bytes` is the size
    of its file, None where it is none. `clock` and `pruned` are instants as text."""

    digest: str
    sources: tuple[str, ...]
    segments: int
    customers: int
    members: int
    waiting: int
    dead: int
    clock: str | None
    pruned: str | None
    journal: bool
    bytes: int | None
    exposed: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        """All of it, by the names of the fields."""
        return asdict(self)

    def rows(self) -> list[tuple[str, str]]:
        """The same for a person: what, and how it is."""
        if not self.digest:
            return [("rules", "none yet: nothing was run on it"), *self._size()]
        effects = f"{self.waiting:,}{' or more' if self.waiting == SHOWN else ''}"
        rows = [
            ("rules", f"{', '.join(self.sources)} ({self.digest[:8]})"),
            ("clock", self.clock or "no event yet"),
            ("customers", f"{self.customers:,}"),
            ("memberships", f"{self.members:,} in {self.segments:,} segments"),
            ("effects not yet delivered", f"{effects}, and {self.dead:,} given up" if self.dead else effects),
            ("events of customers", "kept" if self.journal else "not kept"),
        ]
        if self.pruned is not None:
            rows.append(("history", f"dropped before {self.pruned}"))
        return [*rows, *self._size()]

    def _size(self) -> list[tuple[str, str]]:
        return [] if self.bytes is None else [("size", _size_text(self.bytes))]


def describe(backend: Backend, path: str | None) -> Description:
    """What is in a store; `path` is its file, if it is one. Members are as recorded: what the clock has changed since
    each customer's last event is not among them."""
    stored = backend.program()
    clock, pruned = backend.clock(), backend.pruned()
    try:
        names = [segment.name for segment in plan_of(stored.plan).segments] if stored is not None else []
    except msgspec.MsgspecError as error:
        raise StoreError("the plan of this store cannot be read: `seg store check` says more") from error
    return Description(
        digest=stored.digest if stored is not None else "",
        sources=tuple(name for name, _ in stored.sources) if stored is not None else (),
        segments=len(names),
        customers=backend.customer_count(),
        members=sum(map(backend.count, names)),
        waiting=len(backend.outbox(SHOWN)),
        dead=len(backend.dead(SHOWN)),
        clock=instant_text(clock) if clock is not None else None,
        pruned=instant_text(pruned) if pruned is not None else None,
        journal=stored.journal if stored is not None else True,
        bytes=_bytes_of(path),
        exposed=tuple(backend.exposed()),
    )


def _bytes_of(path: str | None) -> int | None:
    """The size of a store's file, with that of what is not yet brought into it."""
    if path is None:
        return None
    files = [Path(path), Path(f"{path}-wal")]
    return sum(file.stat().st_size for file in files if file.exists())


def _size_text(size: int) -> str:
    for unit, name in ((1_000_000_000, "GB"), (1_000_000, "MB"), (1_000, "KB")):
        if size >= unit:
            return f"{size / unit:.1f} {name}"
    return f"{size} bytes"
