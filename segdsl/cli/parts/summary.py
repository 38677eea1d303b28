"""The account of a run: what came in, what came out, and where things stand, as text and as JSON."""

from collections.abc import Iterator
from typing import Any

from attrs import define, field

import segdsl
from segdsl.cli.parts.findings import counted
from segdsl.cli.parts.tables import table
from segdsl.diagnostics.printable import printable
from segdsl.diagnostics.suggest import nearest
from segdsl.records.inputs import PLAIN
from segdsl.values.instants import instant_text

REJECTS_SHOWN = 5
IGNORED_SHOWN = 10
HELD_BY_SHOWN = 60
"""Characters of a limit or a hold that are shown of its text."""


@define
class Summary:
    """All that is said of a run. `members` is by segment; `rejects` are the first few."""

    store: str
    engine: "segdsl.Engine"
    report: "segdsl.Report"
    rejects: list["segdsl.Reject"] = field(factory=list)

    def as_json(self) -> dict[str, Any]:
        """One JSON object with all of it."""
        report = self.report
        return {
            "store": self.store,
            "events": report.events,
            "repeated": report.repeated,
            "skipped": report.skipped,
            "formats": dict(sorted(report.formats.items())),
            "skipped_rows": report.skipped_rows,
            "passed_over": dict(sorted(report.passed_over.items())),
            "changes": report.changes,
            "from": _text(report.first),
            "to": _text(report.last),
            "until": _text(report.until),
            "rules": [{"rule": rule, "place": place, "fired": fired} for rule, place, fired in self._rules()],
            "effects": dict(sorted(report.effects.items())),
            "late_effects": report.late,
            "withdrawn_effects": report.withdrawn,
            "held": dict(sorted(report.held.items())),
            "held_by": [
                {"action": action, "text": text, "place": place, "count": n}
                for (action, text, place), n in self._held_by()
            ],
            "segments": self._members(),
            "rejects": dict(sorted(report.rejects.items())),
            "ignored": [{"event": event, "field": name, "count": n} for (event, name), n in self._ignored()],
        }

    def lines(self) -> Iterator[str]:
        """The same for a person."""
        report = self.report
        yield f"{counted(report.events, 'event')}{self._span()}"
        if set(report.formats) - {PLAIN}:
            formats = sorted(report.formats.items(), key=lambda each: (-each[1], each[0]))
            only = formats[0][0] if len(formats) == 1 else ""
            yield f"read as {only or ', '.join(f'{name} ({n:,})' for name, n in formats)}"
        if report.repeated:
            yield f"{counted(report.repeated, 'event')} repeated, and taken once"
        if report.skipped:
            yield f"{counted(report.skipped, 'event')} in the store already, from an earlier run"
        yield from _block("passed over", [(f"{n:,}", what) for what, n in sorted(report.passed_over.items())])
        fired = [(f"{times:,}", place) for _, place, times in self._rules() if times]
        idle = [place for _, place, times in self._rules() if not times]
        yield from _block("rules fired", fired)
        if idle and fired:
            yield f"  {counted(len(idle), 'rule')} did not fire"
        yield from _block("effects", [(f"{n:,}", name) for name, n in sorted(report.effects.items())])
        if report.late:
            yield f"  {report.late:,} of them late, since an event came late"
        if report.withdrawn:
            yield f"withdrawn, since events came from before them: {counted(report.withdrawn, 'effect')}"
        yield from _block(
            f"held back, {counted(report.held.total(), 'effect')} in all",
            [(f"{n:,}", f"{action}: {_short(text)} ({place})") for (action, text, place), n in self._held_by()],
        )
        yield from _block("members", [(f"{n:,}", name) for name, n in self._members().items()])
        yield from self._rejected()
        yield from self._overlooked()
        yield f"store: {self.store}"

    def _span(self) -> str:
        report = self.report
        if report.first is None or report.last is None:
            return ""
        one = report.first == report.last
        span = f" at {_text(report.first)}" if one else f" from {_text(report.first)} to {_text(report.last)}"
        return span + (f", until {_text(report.until)}" if report.until is not None else "")

    def _rules(self) -> list[tuple[str, str, int]]:
        """Each rule's id, place and how often it fired, in the order of places."""
        rules = [(rule.id, rule.place, self.report.fired[rule.id]) for rule in self.engine.plan.rules]
        return sorted(rules, key=lambda each: _by_line(each[1]))

    def _members(self) -> dict[str, int]:
        return self.engine.counts()

    def _rejected(self) -> Iterator[str]:
        reasons = sorted(self.report.rejects.items(), key=lambda each: (-each[1], each[0]))
        if not reasons:
            return
        total = self.report.rejects.total()
        yield from _block(f"rejects, {total:,} in all", [(f"{n:,}", reason) for reason, n in reasons])
        for each in self.rejects:
            yield f"  line {each.place}: {printable(each.detail)}"
        if total > len(self.rejects):
            yield f"  and {total - len(self.rejects):,} more: --rejects FILE writes all of them"

    def _held_by(self) -> list[tuple[tuple[str, str, str], int]]:
        """What kept effects back, by action and in the order of places."""
        return sorted(self.report.held_by.items(), key=lambda each: (each[0][0], _by_line(each[0][2]), each[0][1]))

    def _ignored(self) -> list[tuple[tuple[str, str], int]]:
        return sorted(self.report.ignored.items(), key=lambda each: (-each[1], each[0]))

    def _overlooked(self) -> Iterator[str]:
        """Fields that no declaration names, with the declared one that may have been meant."""
        rows = []
        for (event, name), number in self._ignored()[:IGNORED_SHOWN]:
            meant = nearest(name, self._declared(event))
            owner = event or "further ones"
            rows.append((f"{number:,}", f"{owner}: {name}" + (f" (is {meant} meant?)" if meant else "")))
        yield from _block("ignored, since no rule declares these fields", rows)
        more = len(self.report.ignored) - IGNORED_SHOWN
        if more > 0:
            yield f"  and {counted(more, 'further field')}"

    def _declared(self, owner: str) -> list[str]:
        if owner == "attributes":
            return [attribute.name for attribute in self.engine.plan.attributes]
        return [f.name for event in self.engine.plan.events if event.name == owner for f in event.fields]


def _block(title: str, rows: list[tuple[str, str]]) -> Iterator[str]:
    if rows:
        yield f"{title}:"
        yield from (f"  {line}" for line in table(rows, right=[0]))


def _short(text: str) -> str:
    """A limit or a hold without the actions it speaks of, as far as there is room: `limit 3 within 7 days`."""
    head, _, condition = text.partition(" while ")
    text = f"hold while {condition}" if text.startswith("hold ") else head.partition(" for ")[0]
    return text if len(text) <= HELD_BY_SHOWN else text[: HELD_BY_SHOWN - 1].rstrip() + "…"


def _by_line(place: str) -> tuple[str, int]:
    file, _, line = place.rpartition(":")
    return file, int(line) if line.isdigit() else 0


def _text(instant: int | None) -> str | None:
    return instant_text(instant) if instant is not None else None
