"""What is told of a plan, as data: an event with what is done on it, a way in which a rule starts, something kept."""

from typing import Any, Literal

from attrs import asdict, evolve, frozen

By = Literal[
    "equality",
    "membership",
    "history",
    "threshold",
    "each time",
    "every event",
    "count",
    "look back",
    "transition",
    "clock",
]
"""How a rule is reached: by what it asks for, looked at each time, started by every event
(it asks for nothing more), or when something is complete or due."""

FEW = 10
"""So many entries a list is taken to have, where it is said how large a state is about."""


@frozen
class Reader:
    """Something in the rules, with its place: `segment Active` at `shop.seg:4`."""

    place: str
    what: str

    def __str__(self) -> str:
        return f"{self.what} ({self.place})"


@frozen
class Kept:
    """Something that is kept of a customer. `keeps` says what, `entries` is its bound (None: as many as there are
    different values), `bytes` are those in memory with few entries (see FEW), `most` with as many as there may be."""

    kind: Literal["memory", "collection", "count", "look back", "limit", "wait", "entered"]
    text: str
    keeps: str
    entries: int | None
    bytes: int
    most: int | None
    readers: tuple[Reader, ...]
    events: tuple[str, ...] = ()


@frozen
class Start:
    """A way in which a rule starts: `trigger` in its words, and how it is reached. `asked` is the part by which it is
    found, `is_looked_up`: in a table, since there are enough of them. `why` it is not found by what it asks for, and
    what to write `instead`, where something helps."""

    place: str
    activity: str
    trigger: str
    by: By
    asked: str = ""
    is_looked_up: bool = False
    why: str = ""
    instead: str = ""

    @property
    def named(self) -> str:
        return self.activity or "rule"


@frozen
class Table:
    """What is looked up together: `of` tells by what, of so many `members`; at most so many are found for one value.
    `what`: rules, or parts of the past."""

    what: Literal["rules", "past"]
    by: By
    of: str
    members: int
    values: int
    most: int
    first: str


@frozen
class Work:
    """How much one event goes through at most: parts of the past, segments, rules."""

    past: int
    segments: int
    rules: int


@frozen
class OfEvent:
    """What is done on an event. `lines` are the events made of its lines."""

    name: str
    keeps: tuple[Kept, ...]
    segments: tuple[str, ...]
    starts: tuple[Start, ...]
    tables: tuple[Table, ...]
    work: Work
    lines: tuple[str, ...] = ()

    @property
    def does_something(self) -> bool:
        return bool(self.keeps or self.segments or self.starts or self.lines)  # lines are those that do something


@frozen
class Turn:
    """A segment that the clock alone can change, with the parts of its condition that it turns. `is_heard`: rules
    listen to it, so that a timer is kept."""

    segment: str
    place: str
    parts: tuple[str, ...]
    is_heard: bool


@frozen
class ByItself:
    """What happens without an event: rules started by a transition or the clock, segments that it turns, memberships
    that end (as the action and its place) and waits."""

    starts: tuple[Start, ...]
    turns: tuple[Turn, ...]
    ends: tuple[Reader, ...]
    waits: tuple[Reader, ...]


@frozen
class Planned:
    """What the compiler made of a program. `rules` are their places; `declared` is how many events there are;
    from `looked_up_from` rules on that ask for the like, a table finds them."""

    rules: tuple[str, ...]
    segments: int
    events: tuple[OfEvent, ...]
    declared: int
    kept: tuple[Kept, ...]
    by_itself: ByItself
    by_attribute: tuple[tuple[str, tuple[str, ...]], ...]
    looked_up_from: int

    @property
    def bytes(self) -> int:
        """What is kept of a customer, with few entries in each list; without the customer's own attributes."""
        return BASE + sum(each.bytes for each in self.kept)

    @property
    def most(self) -> int | None:
        """The same with as many entries as there may be; None where nothing bounds it."""
        sizes = [each.most for each in self.kept]
        return None if None in sizes else BASE + sum(size for size in sizes if size is not None)

    @property
    def starts(self) -> tuple[Start, ...]:
        """All ways in which rules start."""
        return (*(start for event in self.events for start in event.starts), *self.by_itself.starts)

    @property
    def shared(self) -> tuple[Kept, ...]:
        """What several ask for."""
        return tuple(each for each in self.kept if len(each.readers) > 1)

    def only(self, events: list[str], places: list[str]) -> "Planned":
        """So much of it as is about some events, or some rules; all where none are named."""
        if not events and not places:
            return self
        some = [
            evolve(each, starts=tuple(start for start in each.starts if not places or start.place in places))
            for each in self.events
            if not events or each.name in events
        ]
        chosen = [each for each in some if each.starts or not places]
        kept = dict.fromkeys(each for event in chosen for each in event.keeps)
        kept |= dict.fromkeys(each for each in self.kept if any(reader.place in places for reader in each.readers))
        starts = tuple(start for start in self.by_itself.starts if start.place in places)
        return evolve(
            self, events=tuple(chosen), kept=tuple(kept), by_itself=ByItself(starts, (), (), ()), by_attribute=()
        )

    def as_json(self) -> dict[str, Any]:
        """All of it, for a program."""
        keys = {each: number for number, each in enumerate(self.kept)}
        return {
            "rules": len(self.rules),
            "segments": self.segments,
            "state": {"bytes": self.bytes, "most": self.most, "kept": [asdict(each) for each in self.kept]},
            "events": [
                {
                    **asdict(event, filter=lambda each, _value: each.name != "keeps"),
                    "keeps": [keys[each] for each in event.keeps],
                }
                for event in self.events
            ],
            "attributes": [{"attribute": name, "segments": list(segments)} for name, segments in self.by_attribute],
            "by_itself": asdict(self.by_itself),
        }


BASE = 700
"""About so many bytes a state has before anything is kept in it: the customer, its instants, the id of its latest
event."""
