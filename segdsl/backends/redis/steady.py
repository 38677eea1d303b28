"""Reading a whole store as of one instant: what is read counts as long as nobody writes."""

from collections.abc import Iterator, Sequence
from typing import Any

from segdsl.backends.redis.layout import LINES, Command, parted
from segdsl.backends.redis.wire import Wire
from segdsl.diagnostics.errors import StoreError

PAGE = 1_000
"""Customers that are read at a time."""


class Steady:
    """Asks as a wire does. Raises StoreError once somebody has written to the store since this was made."""

    def __init__(self, wire: Wire) -> None:
        self.wire = wire
        self.keys = wire.keys
        (self._commits,) = wire.ask([("HGET", wire.keys.meta, "commits")])

    def ask(self, commands: Sequence[Command]) -> list[Any]:
        *answers, commits = self.wire.ask([*commands, ("HGET", self.keys.meta, "commits")])
        if commits != self._commits:
            raise StoreError(
                f"somebody wrote to the store {self.wire.address} while it was read as a whole: stop those who write "
                "to it, then try again"
            )
        return answers

    def ids(self) -> Iterator[list[bytes]]:
        """All of whom anything is kept, in their order, in pages."""
        least = b"-"
        while True:
            (page,) = self.ask([("ZRANGEBYLEX", self.keys.ids, least, "+", "LIMIT", 0, PAGE)])
            if not page:
                return
            yield page
            least = b"(" + page[-1]

    def pairs(self, key: bytes) -> Iterator[tuple[bytes, bytes]]:
        """All that a hash holds. Not with HSCAN, which may give something twice."""
        (fields,) = self.ask([("HKEYS", key)])
        for page in parted(fields, LINES):
            (values,) = self.ask([("HMGET", key, *page)])
            yield from zip(page, values, strict=True)
