"""The numbers of segments, and of the reasons that thousands of memberships share.

Both are lists on the server that only grow: the number is the place. They are read when they are longer than what is
known, and after each connection, since another server, or one that was started anew, may have lost the end of them.
"""

from collections.abc import Iterator

from segdsl.backends.redis.layout import Ask, Command, Why, coded, encode, in_lines, named, why_of
from segdsl.backends.redis.wire import Wire
from segdsl.records.outcomes import Because


class Names:
    """`segments` and `whys` by number. While something is written, new ones are given the next numbers; they count
    once `settle` was called."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire
        self._connections = -1
        self._clear()

    def _clear(self) -> None:
        self.segments: list[str] = []
        self.whys: list[Why] = []
        self._numbers: dict[str, int] = {}
        self._why_numbers: dict[Why, int] = {}
        self._settled = (0, 0)

    def forget(self) -> None:
        """Whatever is known may be wrong."""
        self._connections = -1

    def refresh(self, ask: Ask | None = None) -> None:
        """Learn what was added, through `ask` if given."""
        ask, wire, keys = ask or self._wire.ask, self._wire, self._wire.keys
        while True:
            if self._connections != wire.connections:
                self._clear()
                self._connections = wire.connections
            segments, whys = self._settled
            more, more_whys = ask([("LRANGE", keys.segments, segments, -1), ("LRANGE", keys.whys, whys, -1)])
            if self._connections == wire.connections:
                break
        for code in more:
            self._add_segment(named(code))
        for code in more_whys:
            self._add_why(why_of(code))
        self._settled = (len(self.segments), len(self.whys))

    def _add_segment(self, segment: str) -> int:
        number = self._numbers[segment] = len(self.segments)
        self.segments.append(segment)
        return number

    def _add_why(self, why: Why) -> int:
        number = self._why_numbers[why] = len(self.whys)
        self.whys.append(why)
        return number

    # While something is written

    def number(self, segment: str) -> int:
        found = self._numbers.get(segment)
        return self._add_segment(segment) if found is None else found

    def why(self, because: Because) -> int:
        key = (because.reason, because.place, because.rule)
        found = self._why_numbers.get(key)
        return self._add_why(key) if found is None else found

    def additions(self) -> Iterator[Command]:
        """Commands that add what is new."""
        keys, (segments, whys) = self._wire.keys, self._settled
        yield from in_lines(("RPUSH", keys.segments), [coded(each) for each in self.segments[segments:]])
        yield from in_lines(("RPUSH", keys.whys), [encode(each) for each in self.whys[whys:]])

    def settle(self) -> None:
        """What was added has landed."""
        self._settled = (len(self.segments), len(self.whys))

    def forget_unsettled(self) -> None:
        """What was added, and did not land, is not known."""
        segments, whys = self._settled
        for segment in self.segments[segments:]:
            del self._numbers[segment]
        for why in self.whys[whys:]:
            del self._why_numbers[why]
        del self.segments[segments:], self.whys[whys:]

    # For questions

    def of(self, segment: str) -> int | None:
        """The number of a segment; None while nobody was ever in it."""
        if segment not in self._numbers or self._connections != self._wire.connections:
            self.refresh()
        return self._numbers.get(segment)

    def because(self, why: int, cause: str) -> Because:
        if why >= len(self.whys) or self._connections != self._wire.connections:
            self.refresh()
        return Because(*self.whys[why], cause)

    def segment(self, number: int) -> str:
        if number >= len(self.segments) or self._connections != self._wire.connections:
            self.refresh()
        return self.segments[number]
