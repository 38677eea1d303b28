"""What is decided on an event: what a page shows, and how a search is changed. `deciding.py` makes them."""

from collections.abc import Iterator
from typing import Any, Literal

from msgspec import Struct

from segdsl.host.effects import effect_said
from segdsl.host.objects import effect_line
from segdsl.records.outcomes import Effect, Outcome, Reject
from segdsl.values.instants import instant_text
from segdsl.values.wire import shown as quoted


class PassedOver(Struct, frozen=True):
    """An effect of the step that the page or the search does without, and why, for a person. It is handed over all the
    same when the event is processed."""

    effect: Effect
    reason: str


class Filter(Struct, frozen=True):
    """Only products whose property has this value."""

    property: str
    value: Any


class Rank(Struct, frozen=True):
    """Products whose property has this value count so many times as much; below 1, less."""

    property: str
    value: Any
    factor: Any


class Sort(Struct, frozen=True):
    """The order of the results by a property; `ascending` where the rule says no direction."""

    property: str
    direction: str


class Search(Struct, frozen=True):
    """A search as its rules would have it, for a search service to apply.

    `term` is what to search for: what was typed, or what takes its place. All `filters` hold. `top` are the products to
    put first, in their order. `rank` has one factor for a property and value. `sort` is the order asked for, the first
    property before the others. What the shopper asks for wins over all of it: a sort order of their own over `sort`
    and `rank`, and what they exclude over `top`; that is the search service's part. `effects` are those of which it is
    made."""

    term: str | None
    filters: tuple[Filter, ...] = ()
    top: tuple[str, ...] = ()
    rank: tuple[Rank, ...] = ()
    sort: tuple[Sort, ...] = ()
    effects: tuple[Effect, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """The search as a JSON object."""
        return {
            "term": self.term,
            "filters": [{"property": each.property, "value": each.value} for each in self.filters],
            "top": list(self.top),
            "rank": [{"property": each.property, "value": each.value, "factor": each.factor} for each in self.rank],
            "sort": [{"property": each.property, "direction": each.direction} for each in self.sort],
        }


class Part(Struct, frozen=True):
    """A part of what is told of a decision: rows of cells under a title."""

    title: str
    rows: list[tuple[str, ...]]


class Decision(Struct, frozen=True):
    """What `Engine.decide` answers: what is to be done now about an event that has not been processed.

    `id` is the event's, under which `process` gives the same effects; `event` its name (empty for what could not be
    read) and `instant` its time, in microseconds since 1970 UTC. `outcome` is that of `process`, but nothing of it has
    happened: `accepted`, `repeated` (the event was processed before, and gives nothing again) or `rejected`.

    `shown` is what the page shows, the most important first; `passed_over` is what it does without, with the reason.
    `search` is the changed search, for `searches`; None for other events."""

    id: str
    event: str
    outcome: Outcome
    shown: tuple[Effect, ...] = ()
    passed_over: tuple[PassedOver, ...] = ()
    search: Search | None = None
    instant: int | None = None

    @property
    def status(self) -> Literal["accepted", "repeated", "rejected", "advanced"]:
        return self.outcome.status

    @property
    def customer(self) -> str:
        return self.outcome.customer

    @property
    def effects(self) -> tuple[Effect, ...]:
        """All effects of the event, those of `process`, in its order: also messages, and what is passed over."""
        return self.outcome.effects

    @property
    def withdrawn(self) -> tuple[Effect, ...]:
        """Effects given out before that would not have been, after a late event (language.md section 5.15)."""
        return self.outcome.withdrawn

    @property
    def reject(self) -> Reject | None:
        """Why the event could not be taken."""
        return self.outcome.reject

    def of(self, action: str) -> list[Effect]:
        """What is shown by one action, in its order; a page that has room for two takes the first two."""
        return [effect for effect in self.shown if effect.action == action]

    def told(self) -> list[Part]:
        """The decision in words: first whose event it is, without a title; then the parts that there are, each effect
        with the rule it comes from, or why it is passed over."""
        at = f" at {instant_text(self.instant)}" if self.instant is not None else ""
        heading = [f"{self.customer} {self.event}{at}"]
        applied = self.search.effects if self.search is not None else ()
        told = {each.id for each in (*self.shown, *applied, *(over.effect for over in self.passed_over))}
        parts = [
            Part("shows", [(effect_said(each), _source(each)) for each in self.shown]),
            Part("searches", list(_search_said(self.search)) if self.search is not None else []),
            Part("passed over", [(effect_said(each.effect), each.reason) for each in self.passed_over]),
            Part("besides", [(effect_said(each), _source(each)) for each in self.effects if each.id not in told]),
        ]
        found = [part for part in parts if part.rows]
        if self.reject is not None:
            heading.append(f"{self.reject.reason}: {self.reject.detail}")
        elif self.status == "repeated":
            heading.append("the event was processed before: it gives nothing again")
        elif not found:
            heading.append("nothing to show")
        return [Part("", [(line,) for line in heading]), *found]

    def as_json(self) -> dict[str, Any]:
        """The decision as a JSON object."""
        reject = self.reject
        return {
            "id": self.id or None,
            "event": self.event or None,
            "customer": self.customer or None,
            "time": instant_text(self.instant) if self.instant is not None else None,
            "status": self.status,
            "reject": {"reason": reject.reason, "detail": reject.detail} if reject is not None else None,
            "shown": [effect_line(effect) for effect in self.shown],
            "passed_over": [{"effect": effect_line(each.effect), "why": each.reason} for each in self.passed_over],
            "search": self.search.as_json() if self.search is not None else None,
            "effects": [effect_line(effect) for effect in self.effects],
            "withdrawn": [effect_line(effect) for effect in self.withdrawn],
        }


def _source(effect: Effect) -> str:
    priority = f", priority {effect.priority}" if effect.priority else ""
    return f"at {effect.because.place}{priority}"


def _search_said(search: Search) -> Iterator[tuple[str, str]]:
    """What becomes of a search, thing by thing."""
    yield "for", quoted(search.term) if search.term is not None else "anything"
    for filter_ in search.filters:
        yield "only", f"{filter_.property} = {quoted(filter_.value)}"
    for product in search.top:
        yield "first", quoted(product)
    for rank in search.rank:
        yield "rank", f"{rank.property} = {quoted(rank.value)}, times {rank.factor}"
    for sort in search.sort:
        yield "sort by", f"{sort.property}, {sort.direction}"
