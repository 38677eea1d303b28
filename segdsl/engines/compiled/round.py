"""One step at one instant, as generated code and the parts of this engine hand it on (language.md section 5.5)."""

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AnySet
from typing import Any

from segdsl.records.outcomes import Because, Change
from segdsl.state.customer import State, Waiting
from segdsl.values.instants import instant_text

Fields = Mapping[str, Any]
NONE: Fields = {}
"""The fields of no event: what is at hand after a transition or a moment of the calendar."""

NOBODY: AnySet[str] = frozenset()


class Round:
    """A step at (`now`, `arrival`, `number`): arrival 0 is the clock's, number 0 the first at its instant.

    `cause` is the id of the input, empty for the clock. `events` are the input, or what the step before
    recorded, as (name, fields). `entered` and `left` are the segments that differ from the snapshot before. `counted`
    and `due` are the events at hand for counting triggers that are complete, and for those that look back, by key.
    `full` are collections that had no room. `begun` are the waits at which flows have arrived. `reasons` say why a
    membership with a `while` is judged, where it is not for the condition. `known` are segments that are no news when
    they are entered. `mark` is how many changes there were before this step's.

    Most steps are about one event and nothing else, so what is empty is shared: it is replaced, never changed in
    place."""

    __slots__ = (
        "arrival", "begun", "by_clock", "cause", "counted", "due", "entered", "events", "full", "known", "left", "mark",
        "now", "number", "reasons", "state",
    )  # fmt: skip

    def __init__(
        self, state: State, now: int, arrival: int, number: int, cause: str, mark: int, known: AnySet[str] = NOBODY
    ) -> None:
        self.state = state
        self.now = now
        self.arrival = arrival
        self.number = number
        self.cause = cause
        self.mark = mark
        self.known = known
        self.by_clock = arrival == 0 and number == 0
        self.events: Sequence[tuple[str, Fields]] = ()
        self.entered: AnySet[str] = NOBODY
        self.left: AnySet[str] = NOBODY
        self.counted: Mapping[str, list[Fields]] = NONE
        self.due: Mapping[str, list[Fields]] = NONE
        self.full: Sequence[str] = ()
        self.begun: Sequence[Waiting] = ()
        self.reasons: Mapping[str, Because] = NONE

    def advance(self, mark: int) -> None:
        """Become the next step at this instant."""
        self.number += 1
        self.mark = mark
        self.by_clock = False
        self.events = self.begun = ()
        self.entered = self.left = self.known = NOBODY
        self.counted = self.due = self.reasons = NONE

    @property
    def identity(self) -> str:
        """What tells the effects of this step's cause from those of another: the instant's, where it is the clock."""
        return self.cause or f"clock {instant_text(self.now)}"

    def complete(self, key: str, fields: Fields) -> None:
        """Note that an event has completed a count; called by generated code."""
        self.counted = {**self.counted, key: [*self.counted.get(key, ()), fields]}

    def overflow(self, collection: str) -> None:
        """Note that a collection has no room for an event; called by generated code."""
        self.full = [*self.full, collection]

    def note_transitions(self, changes: Iterable[Change]) -> None:
        """Note the segments that differ between this snapshot and the one before."""
        self.left = {change.segment for change in changes if not change.entered}
        self.entered = {change.segment for change in changes if change.entered and change.segment not in self.known}
