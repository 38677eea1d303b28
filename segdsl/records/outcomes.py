"""What comes out of a step: changes of membership, effects, and inputs that could not be taken.

None of it can hold itself, so the collector of cycles need not look at any (`gc=False`): millions of them may live at
once.
"""

from datetime import datetime, timedelta
from typing import Any, Literal

from msgspec import Struct

from segdsl.values.instants import EPOCH


class Because(Struct, frozen=True, gc=False):
    """Why something happened. `reason` is `added` or `removed` (by the rule), `ended` (the time it was added for is
    over), `condition` (a derived segment's turned), `joined` (a guest turned out to be the customer), `loaded` (other
    rules were put in place, under which it is so), `included`, `excluded`, `unlisted` (by the host). `rule` is the
    rule's id, `place` its `file:line` (for a derived segment its declaration's), `cause` the id of the event or input,
    empty when the clock brought it about."""

    reason: str
    place: str = ""
    rule: str = ""
    cause: str = ""


class Change(Struct, frozen=True, gc=False):
    """A customer enters or leaves a segment. (`instant`, `arrival`, `round`) is the order key of the step from which
    the change is seen: microseconds since 1970 UTC, the customer's arrival number (0 for the clock), the round."""

    customer: str
    segment: str
    entered: bool
    instant: int
    arrival: int
    round: int
    because: Because

    @property
    def time(self) -> datetime:
        """The instant, in UTC."""
        return EPOCH + timedelta(microseconds=self.instant)


class Effect(Struct, frozen=True, gc=False):
    """An action handed to the host. `id` is the same whenever the same rule does it for the same cause; `fields` holds
    JSON values by field name, what is not known left out. `mark` is `late` for one that a late event brought about, and
    `withdrawn` for the notice that one given out before would not have been (language.md section 5.15). `nth` is which
    of the effects of its rule in this step it is, from 1, in the order in which they are written."""

    id: str
    action: str
    customer: str
    fields: dict[str, Any]
    instant: int
    arrival: int
    round: int
    priority: int
    because: Because
    mark: Literal["", "late", "withdrawn"] = ""
    nth: int = 0

    @property
    def time(self) -> datetime:
        """The instant, in UTC."""
        return EPOCH + timedelta(microseconds=self.instant)

    @property
    def is_notice(self) -> bool:
        """Whether this is the word that an effect is withdrawn, and no effect."""
        return self.mark == "withdrawn"


class HeldBy(Struct, frozen=True, gc=False):
    """What held an effect back: a `limit` or a `hold` as it is written (`text`), and its `file:line`. For a limit, how
    many effects it had let through within its window, and the instant of the oldest of them (microseconds since 1970
    UTC)."""

    kind: Literal["limit", "hold"]
    text: str
    place: str
    made: int = 0
    since: int | None = None


class Held(Struct, frozen=True, gc=False):
    """An effect that was not made, because limits or holds kept it back. It is what would have been handed over, at
    that instant; it is not queued, and does not count for any limit. `by` are those that kept it back."""

    effect: Effect
    by: tuple[HeldBy, ...]


class Reject(Struct, frozen=True, gc=False):
    """An input that was not taken. `reason` is one of a few words that are counted (`late`, `no customer`, `unknown
    event`, ...), `detail` says it to a person, `place` is where in the input it stood (a line or row number, from 1),
    `raw` what was read of it (cut to 500 characters)."""

    reason: str
    detail: str
    place: int = 0
    id: str = ""
    customer: str = ""
    raw: str = ""


class Outcome(Struct, frozen=True, gc=False):
    """What one input did, or the clock for one customer. `status` is `accepted`, `repeated` (its id was seen before;
    nothing changed), `rejected` (then `reject` says why) or `advanced` (by the clock alone). `fired` lists the ids of
    the rules that fired, `fired_at` the instants at which they did (microseconds since 1970 UTC).

    A late input makes some of what was given out before wrong: `undone` are the changes of membership that are taken
    back, `withdrawn` the effects (language.md section 5.15).

    `held` are the effects that limits and holds kept back. After a late input these are only those that were not held
    back before; one that was, and is made now, is among the `effects`, marked late."""

    status: Literal["accepted", "repeated", "rejected", "advanced"]
    customer: str = ""
    changes: tuple[Change, ...] = ()
    effects: tuple[Effect, ...] = ()
    fired: tuple[str, ...] = ()
    reject: Reject | None = None
    undone: tuple[Change, ...] = ()
    withdrawn: tuple[Effect, ...] = ()
    fired_at: tuple[int, ...] = ()
    held: tuple[Held, ...] = ()
