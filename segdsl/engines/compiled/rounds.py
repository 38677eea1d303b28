"""One step at one instant, as generated code and the parts of this engine hand it on (language.md section 5.5)."""

from collections.abc import Mapping
from collections.abc import Set as AnySet
from typing import Any

from segdsl.records.outcomes import Because
from segdsl.state.customer import State, Waiting

Fields = Mapping[str, Any]
NONE: Fields = {}
"""The fields of no event: what is at hand after a transition or a moment of the calendar."""


class Round:
    """A step at (`now`, `arrival`, `number`): arrival 0 is the clock's, number 0 the first at its instant.

    `cause` tells effects of one input or instant from those of another. `events` are the input, or what the step before
    recorded, as (name, fields). `entered` and `left` are the segments that differ from the snapshot before. `counted`
    and `due` are the events at hand for counting triggers that are complete, and for those that look back, by key.
    `full` are collections that had no room. `begun` are the waits at which flows have arrived. `reasons` say why a
    membership with a `while` is judged, where it is not for the condition. `known` are segments that are no news when
    they are entered. `mark` is how many changes there were before this step's."""

    __slots__ = (
        "arrival", "begun", "by_clock", "cause", "counted", "due", "entered", "events", "full", "known", "left", "mark",
        "now", "number", "reasons", "state",
    )  # fmt: skip

    def __init__(
        self, state: State, now: int, arrival: int, number: int, cause: str, mark: int, known: AnySet[str] = frozenset()
    ) -> None:
        self.state = state
        self.now = now
        self.arrival = arrival
        self.number = number
        self.cause = cause
        self.mark = mark
        self.known = known
        self.by_clock = arrival == 0 and number == 0
        self.events: list[tuple[str, Fields]] = []
        self.entered: set[str] = set()
        self.left: set[str] = set()
        self.counted: dict[str, list[Fields]] = {}
        self.due: dict[str, list[Fields]] = {}
        self.full: list[str] = []
        self.begun: list[Waiting] = []
        self.reasons: dict[str, Because] = {}
