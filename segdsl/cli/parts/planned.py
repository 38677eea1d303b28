"""What the compiler made of rules, as text for a terminal: short where there is much of a kind."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from attrs import frozen

from segdsl.cli.parts.findings import counted
from segdsl.cli.parts.tables import table
from segdsl.diagnostics.printable import printable
from segdsl.host.planned.parts import FEW, ByItself, Kept, OfEvent, Planned, Start, Table, Turn

SHOWN = 8
"""Lines of one kind that are shown, where not all are asked for."""

HOW = {
    "equality": "found by value", "membership": "found by membership", "threshold": "found by bound",
    "history": "found by what is remembered",
    "each time": "looked at each time", "every event": "every event starts it", "count": "by a count",
    "look back": "by a look back", "transition": "by a transition", "clock": "by the clock",
}  # fmt: skip
"""How a rule is reached, in words."""

AMONG_FEW = "among few"


@frozen
class Telling:
    """What is told: all lines of a kind, or the first of them."""

    every: bool

    def some(self, lines: Sequence[str], more: str = "more; --all shows them") -> list[str]:
        """The first of many lines, and how many are left."""
        if self.every or len(lines) <= SHOWN + 1:
            return list(lines)
        return [*lines[:SHOWN], f"... {len(lines) - SHOWN:,} {more}"]

    # ----------------------------------------------------------------------------------------------------- the program

    def program(self, planned: Planned) -> Iterator[str]:
        """All of a program."""
        yield from self.summary(planned)
        for event in self._events(planned):
            yield ""
            yield from self.event(event)
        left = len(planned.events) - len(self._events(planned))
        if left:
            yield ""
            yield f"... {left:,} more events; --all shows them, --event NAME one of them"
        for part in (self.state(planned), self.attributes(planned), self.by_itself(planned.by_itself)):
            lines = list(part)
            if lines:
                yield ""
                yield from lines

    def _events(self, planned: Planned) -> Sequence[OfEvent]:
        return planned.events if self.every or len(planned.events) <= 2 * SHOWN else planned.events[: 2 * SHOWN]

    def summary(self, planned: Planned) -> Iterator[str]:
        """How much there is, how rules are reached, and what a customer takes."""
        rules, events = len(planned.rules), len(planned.events)
        yield (
            f"{counted(rules, 'rule')}, {counted(planned.segments, 'segment')}, "
            f"{counted(events, 'event')} of {planned.declared:,} matter"
        )
        ways: dict[str, int] = defaultdict(int)
        for start in planned.starts:
            ways[_how(start)] += 1
        if ways:
            told = ", ".join(f"{number:,} {how}" for how, number in sorted(ways.items(), key=lambda each: -each[1]))
            yield f"rules are reached: {told}"
        if any(AMONG_FEW in way for way in ways):
            few = f"fewer than {planned.looked_up_from} ask for the like"
            yield f"({AMONG_FEW}: {few} and are gone through; more are found by a table)"
        yield f"a customer's state: {_about(planned.bytes, planned.most)}"

    # --------------------------------------------------------------------------------------------------------- an event

    def event(self, event: OfEvent) -> Iterator[str]:
        """What is done on an event."""
        work, rules = event.work, len({start.place for start in event.starts})
        yield printable(event.name)
        of = f" of {rules:,}" if rules > work.rules else ""
        through = [
            counted(work.past, "thing kept", "things kept") if work.past else "",
            counted(work.segments, "segment") if work.segments else "",
            counted(work.rules, "rule") + of if work.rules else "",
        ]
        yield f"  goes through at most {', '.join(filter(None, through)) or 'nothing'}"
        if event.lines:
            yield f"  makes {', '.join(map(printable, event.lines))} of its lines, before itself"
        yield from _block("keeps", self.some([printable(each.text) for each in event.keeps]))
        yield from _block("judges", self.some([printable(each) for each in event.segments]))
        yield from _block("tables", [_table(each) for each in event.tables])
        yield from _block("starts", self.starts(event.starts))

    def starts(self, starts: Sequence[Start]) -> list[str]:
        """Ways in which rules start: each with its place; of many the first, and the others by how they are reached."""
        is_cut = not self.every and len(starts) > SHOWN + 1
        if is_cut:  # a few of those first that cost the most
            dear = [each for each in starts if each.by == "each time"]
            others = [each for each in starts if each.by != "each time"]
            starts = [*dear[: SHOWN // 2], *others, *dear[SHOWN // 2 :]]
        shown = starts[:SHOWN] if is_cut else starts
        rows = table([(each.place, each.named, _how(each), each.asked or each.trigger) for each in shown])
        lines = []
        for row, each in zip(rows, shown, strict=True):
            lines.append(row)
            lines += _why(each)
        if len(shown) < len(starts):
            lines += self._others(starts[len(shown) :])
        return lines

    @staticmethod
    def _others(starts: Sequence[Start]) -> list[str]:
        """Many ways, by how and why they are reached so."""
        groups: dict[tuple[str, str, str], list[Start]] = defaultdict(list)
        for start in starts:
            groups[_how(start), start.why, start.instead].append(start)
        lines = []
        for (how, why, instead), members in sorted(groups.items(), key=lambda each: -len(each[1])):
            reason = f": {why}" if why else ""
            lines.append(f"... {len(members):,} more {how}{reason}: {printable(members[0].place)} ...")
            lines += [f"    {instead}"] if instead else []
        return [*lines, "(--all shows each, --rule PLACE or --rule ACTIVITY one)"]

    # -------------------------------------------------------------------------------------------------- what is kept

    def state(self, planned: Planned) -> Iterator[str]:
        """What is kept of a customer."""
        if not planned.kept:
            return
        yield f"Kept of a customer: {_about(planned.bytes, planned.most)}"
        largest = sorted(planned.kept, key=lambda each: -each.bytes) if not self.every else list(planned.kept)
        shown = largest if self.every or len(largest) <= SHOWN + 1 else largest[:SHOWN]
        yield from self.kept(shown)
        if len(shown) < len(largest):
            yield f"  ... {len(largest) - len(shown):,} more, which are no larger; --all shows them"
        if planned.shared:
            yield f"  {len(planned.shared):,} of {len(planned.kept):,} are asked for by several, and kept once"

    def kept(self, some: Iterable[Kept]) -> Iterator[str]:
        for each in some:
            yield f"  {printable(each.text)}"
            yield f"    {printable(each.keeps)}; {_about(each.bytes, each.most)}"
            readers = [printable(str(reader)) for reader in each.readers]
            yield from (f"    for {reader}" for reader in self.some(readers, "others"))

    def kept_for(self, event: OfEvent) -> Iterator[str]:
        """What is kept of an event."""
        if event.keeps:
            yield "what is kept of it"
            yield from self.kept(event.keeps[: None if self.every else SHOWN])

    def attributes(self, planned: Planned) -> Iterator[str]:
        """Which segments an attribute touches."""
        if planned.by_attribute:
            yield "When an attribute changes"
            rows = [(name, "judges " + ", ".join(self.some(segments))) for name, segments in planned.by_attribute]
            yield from (f"  {line}" for line in self.some(table(rows)))

    # ------------------------------------------------------------------------------------------------------- by itself

    def by_itself(self, found: ByItself) -> Iterator[str]:
        """What happens without an event."""
        if not (found.starts or found.turns or found.ends or found.waits):
            return
        yield "By itself"
        yield from _block("starts", self.starts(found.starts))
        yield from _block("turns", self.some(_turns(found.turns)))
        yield from _block("ends", self.some(table([(each.place, each.what) for each in found.ends])))
        yield from _block("waits", self.some(table([(each.place, each.what) for each in found.waits])))

    # ---------------------------------------------------------------------------------------------------------- a rule

    def rule(self, planned: Planned, place: str) -> Iterator[str]:
        """One rule: how it is reached, and what is kept for it."""
        starts = [(event.name, start) for event in planned.events for start in event.starts if start.place == place]
        starts += [("", start) for start in planned.by_itself.starts if start.place == place]
        named = next((start.activity for _, start in starts if start.activity), "")
        yield printable(f"{place} ({named or 'rule'})")
        for event, start in dict.fromkeys(starts):
            yield f"  when {printable(start.trigger)}"
            asked = f": {printable(start.asked)}" if start.asked else ""
            yield f"    {_how(start)}{asked}"
            yield from (f"    {line.strip()}" for line in _why(start))
            for each in planned.events:
                if each.name == event:
                    yield from (f"    {_table(found)}" for found in each.tables if _holds(found, start))
        kept = [each for each in planned.kept if any(reader.place == place for reader in each.readers)]
        if kept:
            yield "  kept for it"
            yield from (f"  {line}" for line in self.kept(kept))


def _how(start: Start) -> str:
    """How a rule is reached; where a table would not be worth while, that its condition is just asked."""
    how = HOW[start.by]
    few = start.by in ("equality", "membership", "history", "threshold") and not start.is_looked_up
    return f"{how.removeprefix('found ')}, {AMONG_FEW}" if few else how


def _why(start: Start) -> list[str]:
    return [f"    {part}" for part in (start.why, start.instead and f"instead: {start.instead}") if part]


def _table(each: Table) -> str:
    what = "rules" if each.what == "rules" else "things kept"
    most = "any of them" if each.most == each.members else f"at most {each.most:,}"
    values = {"membership": "segments", "history": "histories", "threshold": "bounds"}.get(each.by, "values")
    return printable(f"{each.members:,} {what} {each.of}: {each.values:,} {values}, {most} found for one event")


def _holds(found: Table, start: Start) -> bool:
    return found.what == "rules" and found.by == start.by and start.is_looked_up


def _turns(turns: Sequence[Turn]) -> list[str]:
    heard = {True: "a rule listens: a timer is kept", False: "worked out when asked, no timer"}
    rows = [(each.place, each.segment, heard[each.is_heard], "; ".join(each.parts)) for each in turns]
    return table(sorted(rows, key=lambda row: row[2]))


def _block(word: str, lines: Sequence[str]) -> Iterator[str]:
    """Lines behind the word that tells what they are."""
    for number, line in enumerate(lines):
        yield f"  {word if number == 0 else '':<8}{line}"


def _about(size: int, most: int | None) -> str:
    """A size with few entries, and with as many as there may be."""
    if most == size:
        return f"about {_bytes(size)}"
    limit = "without a bound" if most is None else f"at most {_bytes(most)}"
    return f"about {_bytes(size)} with {FEW} entries each, {limit}"


def _bytes(size: int) -> str:
    for unit, worth in (("MB", 1_000_000), ("KB", 1_000)):
        if size >= worth:
            return f"{size / worth:.1f} {unit}"
    return f"{size} bytes"
