"""A store to a file of lines, and from one store straight to another."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from hashlib import sha256
from typing import Any

from segdsl.backends.base import Backend, Content
from segdsl.host.care import written

Told = Callable[[int], object]
"""Is told now and then how many parts of a store have been gone through."""

EVERY = 1_000
"""Parts of a store between two times that somebody is told."""


def nobody(_parts: int) -> None:
    """Hears nothing."""


def export(backend: Backend, write: Callable[[bytes], Any], told: Told = nobody) -> Counter[str]:
    """Write a store as lines (`written.py`), as it is at one instant, whatever is committed meanwhile. Gives how many
    there are of each kind. What is written is all that is known of the customers: keep it as private as the store."""
    seen = sha256()
    counts: Counter[str] = Counter()

    def put(line: bytes) -> None:
        seen.update(line)
        write(line)

    put(written.header())
    for content in watched(backend.contents(), told):
        counts[written.kind_of(content)] += 1
        put(written.line(content))
    write(written.end(counts.total() + 1, seen.hexdigest()))
    return counts


def copy(source: Backend, target: Backend, told: Told = nobody) -> Counter[str]:
    """Put all that a store holds into another one, which is empty. Gives how many parts there are of each kind.

    Raises StoreError when the other one holds something already; nothing is copied then."""
    counts: Counter[str] = Counter()

    def counted(contents: Iterable[Content]) -> Iterator[Content]:
        for content in contents:
            counts[written.kind_of(content)] += 1
            yield content

    target.fill(counted(watched(source.contents(), told)))
    return counts


def watched(contents: Iterable[Content], told: Told) -> Iterator[Content]:
    """The parts of a store as they come; somebody is told of how many there were."""
    for number, content in enumerate(contents):
        if number % EVERY == 0:
            told(number)
        yield content
