"""What a run over events comes to, in one form for segdsl and for programs written by hand: members with the instant
since when, the history of memberships, and the counts of the report."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:  # programs written by hand start without segdsl
    from segdsl.host.engine import Engine
    from segdsl.host.runs import Report

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
TICK = timedelta(microseconds=1)

Entry = tuple[int, str, bool, str]
"""An instant (microseconds UTC), a segment, whether it was entered, and the id of the event that caused it (empty: the
clock)."""


class Answer(NamedTuple):
    """`members` by segment, each with the instant since when; `history` by customer, sorted; `counts` by name."""

    members: dict[str, dict[str, int]]
    history: dict[str, list[Entry]]
    counts: dict[str, Any]

    @property
    def sets(self) -> dict[str, set[str]]:
        """Only who is in which segment."""
        return {segment: set(who) for segment, who in self.members.items()}


def of_engine(engine: "Engine", report: "Report", rules: dict[int, str]) -> Answer:
    """What a store holds after a run. `rules` are the names of rules by the line on which they stand. Members come from
    the histories, and are compared with what `members` says of the first ten segments and the last."""
    history = {
        who: [(c.instant, c.segment, c.entered, c.because.cause) for c in engine.history(who)]
        for who in engine.backend.customers()
    }
    members = as_of(history, engine.segments)
    for name in [*engine.segments][:10] + [*engine.segments][-1:]:
        since = {each.customer: each.since for each in engine.members(name)}
        assert since == members[name], f"the members of {name} are not those of the histories"
    lines = {rule.id: int(rule.place.rsplit(":", 1)[1]) for rule in engine.plan.rules}
    fired = {rules[lines[rule]]: number for rule, number in report.fired.items()}
    return Answer(members, {who: sorted(entries) for who, entries in history.items() if entries}, counted(
        report.events, report.repeated, report.rejects, fired, report.changes, (report.first, report.last)
    ))  # fmt: skip


def counted(
    events: int,
    repeated: int,
    rejects: dict[str, int],
    fired: dict[str, int],
    changes: int,
    between: tuple[int | None, int | None],
) -> dict[str, Any]:
    """The counts of a report."""
    return {
        "events": events, "repeated": repeated, "rejects": {k: v for k, v in sorted(rejects.items()) if v},
        "fired": {k: v for k, v in sorted(fired.items()) if v}, "changes": changes, "between": between,
    }  # fmt: skip


def as_of(history: dict[str, list[Entry]], segments: Iterable[str]) -> dict[str, dict[str, int]]:
    """The members at the end of histories, which are in order."""
    members: dict[str, dict[str, int]] = {segment: {} for segment in segments}
    for who, entries in history.items():
        for instant, segment, entered, _ in entries:
            if entered:
                members[segment][who] = instant
            else:
                members[segment].pop(who, None)
    return members


def microseconds(at: datetime) -> int:
    """An instant as segdsl has it."""
    return (at - EPOCH) // TICK
