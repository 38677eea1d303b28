"""Events of an input, dealt out to workers as they ask for them.

Comes in: all events in the order of time, of which each is one part's. Goes out: for each worker the events of its
parts, in the same order, packed. What one worker does not want yet waits, up to a bound; then those who are further
ahead wait for it.
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from itertools import islice

from attrs import define, field

from segdsl.host.workers.talk import Items
from segdsl.records.inputs import Event

LOT = 5_000
"""Events that are dealt out together."""

BACKLOG = 100_000
"""Events that wait for one worker at most, but for those of one lot."""


@define(eq=False)
class Feeding:
    """`part` says whose an event is; part `n` is worked on by worker `n % workers`."""

    events: Iterator[Event]
    part: Callable[[Event], int]
    workers: int
    waiting: list[deque[tuple[int, Items]]] = field(init=False)
    sizes: list[int] = field(init=False)
    is_read: bool = False

    def __attrs_post_init__(self) -> None:
        self.waiting = [deque() for _ in range(self.workers)]
        self.sizes = [0] * self.workers

    def next_for(self, worker: int) -> Items | None:
        """Events for a worker; None where there are none for now: either there will be no more (`is_over`), or too many
        wait for another worker."""
        while not self.waiting[worker] and not self.is_read and max(self.sizes) < BACKLOG:
            self._deal(islice(self.events, LOT))
        if not self.waiting[worker]:
            return None
        size, items = self.waiting[worker].popleft()
        self.sizes[worker] -= size
        return items

    def is_over(self, worker: int) -> bool:
        """Whether a worker was given all that it will be."""
        return self.is_read and not self.waiting[worker]

    def _deal(self, events: Iterable[Event]) -> None:
        dealt: dict[int, list[Event]] = {}
        for event in events:
            dealt.setdefault(self.part(event), []).append(event)
        self.is_read = not dealt
        for part, its in dealt.items():
            worker = part % self.workers
            self.waiting[worker].append((len(its), Items.of(part, its)))
            self.sizes[worker] += len(its)
