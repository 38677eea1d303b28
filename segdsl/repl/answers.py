"""Answers, and how things are said in them: lines of text with a tone, and the same as JSON.

Comes in: changes, effects, waits and values. Goes out: an `Answer`, which a terminal may paint and a program may read.
Instants are shown in the zone of the program, as its clocks show them.
"""

from collections.abc import Iterable, Sequence
from typing import Any, Literal

from attrs import field, frozen

from segdsl import Because, Change, Diagnostic, Effect, Held, Membership
from segdsl.diagnostics.printable import printable
from segdsl.diagnostics.render import as_json, render
from segdsl.diagnostics.source import SourceMap
from segdsl.host.effects import effect_said
from segdsl.host.saying import NOT_KNOWN, said
from segdsl.values import instants
from segdsl.values.instants import DAY, HOUR, MINUTE, SECOND
from segdsl.values.kinds import Kind
from segdsl.values.zones import Zone

Tone = Literal["plain", "title", "enters", "leaves", "effect", "wait", "mistake", "hint"]

SHOWN = 8
"""Customers, changes of others and the like that are named before the rest is counted."""


@frozen
class Line:
    """A line of an answer. `tone` is what it tells of; it may be painted by it."""

    text: str
    tone: Tone = "plain"


@frozen
class Answer:
    """What is said to one thing that was typed. `kind` names what it was; `failed`: it was a mistake, and nothing has
    changed; `ended`: the session is over. `found` is for programs. `diagnostics` are shown before the lines."""

    kind: str
    lines: tuple[Line, ...] = ()
    failed: bool = False
    ended: bool = False
    found: dict[str, Any] = field(factory=dict)
    diagnostics: tuple[Diagnostic, ...] = ()
    sources: SourceMap = field(factory=SourceMap)

    def text(self) -> str:
        """All of it, plain."""
        return "\n".join([*self.rendered(color=False), *(line.text for line in self.lines)])

    def rendered(self, *, color: bool) -> list[str]:
        """The diagnostics, each with the line it speaks of."""
        return [render(diagnostic, self.sources, color=color).rstrip("\n") for diagnostic in self.diagnostics]

    def as_json(self) -> dict[str, Any]:
        """One JSON object."""
        made: dict[str, Any] = {"kind": self.kind, "ok": not self.failed, **self.found}
        if self.diagnostics:
            made["diagnostics"] = [as_json(diagnostic, self.sources) for diagnostic in self.diagnostics]
        said = [line.text.strip() for line in self.lines if line.text.strip()]
        return {**made, "said": said}


def refused(kind: str, message: str, *hints: str) -> Answer:
    """The answer to what cannot be done."""
    message = "\n".join(map(printable, message.split("\n")))
    return Answer(
        kind, (Line(message, "mistake"), *(Line(f"  {printable(hint)}", "hint") for hint in hints)), failed=True
    )


# -------------------------------------------------------------------------------------------------------------- values


@frozen
class Speech:
    """How instants, reasons and values are said under a program. `places` are those of its rules by their ids."""

    zone: Zone
    places: dict[str, str] = field(factory=dict)

    def instant(self, instant: int) -> str:
        """`2026-03-01 10:00`, with seconds only where there are some."""
        date, time = divmod(self.zone.local(instant), DAY)
        return f"{instants.date_text(date)} {instants.clock_text(time)}"

    def value(self, kind: Kind, value: Any) -> str:
        """A run-time value as a person says it."""
        if value is None:
            return NOT_KNOWN
        match kind.name:
            case "boolean":
                return "true" if value else "false"
            case "instant":
                return self.instant(value)
            case "duration":
                return length(value)
            case "text" | "text ignoring case" | "one of":
                return f'"{printable(value)}"'
        return printable(said(kind, value))

    def because(self, because: Because) -> str:
        """`added at shop.seg:7`."""
        reasons = {"condition": "by its condition", "included": "included by hand", "excluded": "excluded by hand",
                   "loaded": "as other rules were put in place"}  # fmt: skip
        said = reasons.get(because.reason, because.reason)
        if because.reason == "ended":
            said = "the time is over"
        return f"{said} at {because.place}" if because.place else said

    # ---------------------------------------------------------------------------------------------------- what happened

    def change(self, change: Change) -> Line:
        word, tone = ("enters", "enters") if change.entered else ("leaves", "leaves")
        cause = ", as time went by" if not change.because.cause and change.because.reason == "condition" else ""
        text = f"  {word} {change.segment}  ({self.because(change.because)}{cause})"
        return Line(text, tone)  # type: ignore[arg-type]

    def effect(self, effect: Effect) -> Line:
        mark = f", {effect.mark}" if effect.mark else ""
        return Line(f"  {effect_text(effect)}  (at {effect.because.place}{mark})", "effect")

    def held(self, held: Held) -> Line:
        by = "; ".join(printable(f"{each.text}, at {each.place}") for each in held.by)
        return Line(f"  held back: {effect_text(held.effect)}  ({by})", "hint")

    def wait(self, wait: Any) -> Line:
        place = self.places.get(wait.rule, "a rule")
        if wait.due is not None:
            said = f"waits until {self.instant(wait.due)}"
        elif wait.deadline is not None:
            said = f"waits for an event, before {self.instant(wait.deadline)}"
        else:
            said = "waits for an event"
        return Line(f"  {said}  (in the flow at {place})", "wait")

    def membership(self, membership: Membership) -> str:
        return f"since {self.instant(membership.since)}, {self.because(membership.because)}"


def effect_text(effect: Effect) -> str:
    """An effect as the language says it."""
    return printable(effect_said(effect))


def length(duration: int) -> str:
    """A length of time in its units, the largest first: `2 days 3 hours`."""
    if duration < 0:
        return f"-{length(-duration)}"
    parts = []
    for unit, name in ((DAY, "day"), (HOUR, "hour"), (MINUTE, "minute"), (SECOND, "second")):
        number, duration = divmod(duration, unit)
        if number:
            parts.append(f"{number:,} {name}{'' if number == 1 else 's'}")
    if duration:
        parts.append(f"{duration:,} microseconds")
    return " ".join(parts) or "0 seconds"


def roughly(duration: int) -> str:
    """The same in at most two units."""
    return " ".join(length(duration).split(" ")[:4])


def listed(names: Sequence[str], most: int = SHOWN) -> str:
    """Names with commas, the rest counted."""
    shown = ", ".join(map(printable, names[:most]))
    return f"{shown} and {len(names) - most:,} more" if len(names) > most else shown


def columns(rows: Iterable[tuple[str, str]]) -> list[str]:
    """Rows of two cells, the second ones in line."""
    rows = [(printable(one), printable(other)) for one, other in rows]
    wide = min(max((len(one) for one, _ in rows), default=0), 40)
    return [f"  {one:<{wide}}  {other}".rstrip() for one, other in rows]
