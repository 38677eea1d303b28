"""A run of some parts of an input that is split, each with a place of its own in the store.

Comes in: the events of these parts, in the order of time. Goes out: what comes out of any run. It is the same in a
process of its own (`work.py`) and in one process for all parts.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from attrs import define, field

from segdsl.backends.base import Position
from segdsl.host.running import Running
from segdsl.records.inputs import Event
from segdsl.records.outcomes import Reject


@define
class Parted(Running):
    """`parts` are the numbers of the parts, `part_of` says which of them an event belongs to, `places` how many places
    of the input are split, `own` what the store keeps for as long as they are. Whatever another run has taken is not
    among the events, so that the place of each part can always be kept; `begun` are the places from which this run
    goes on."""

    parts: Sequence[int] = field(kw_only=True)
    part_of: Callable[[Event], int] = field(kw_only=True)
    places: int = field(kw_only=True)
    own: Position | None = field(kw_only=True)
    begun: dict[int, Position | None] = field(init=False)

    def __attrs_post_init__(self) -> None:
        Running.__attrs_post_init__(self)
        position = self.engine.backend.position
        self.begun = {part: position(self.source.part(part)) for part in self.parts}
        places = {self.source.part(part): place for part, place in self.begun.items()}
        self.ends = {self.source.split: self.own, **places}

    def new(self, items: Iterable[Event | Reject]) -> Iterator[Event | Reject]:
        return self._not_done(items) if any(self.begun.values()) else iter(items)

    def is_done(self, item: Event | Reject) -> bool:
        if isinstance(item, Reject):
            return True
        begun = self.begun[self.part_of(item)]
        return begun is not None and (item.instant, item.place) <= (begun.instant, begun.place)

    def _places(self, events: list[Event]) -> dict[str, Position]:
        last = {self.part_of(event): event for event in events} if len(self.parts) > 1 else {self.parts[0]: events[-1]}
        return {
            self.source.part(part): Position(self.places, event.instant, event.place) for part, event in last.items()
        }

    def _is_read_again(self, positions: Mapping[str, Position]) -> bool:
        return not positions

    def reopen(self, earliest: int) -> dict[str, Position]:
        """It was said for all parts when the input was split."""
        return {}

    def _done(self) -> dict[str, Position]:
        return {}
