"""A report as one HTML page, in the frame of all pages.

Comes in: a `StoreReport`, and what draws its charts. Goes out: the page as text. Names, rules and fields are of whoever
wrote the rules or sent the events: all of them pass through `shown`. Beside every chart stand its numbers in a table.
"""

from collections.abc import Iterable, Sequence

from attrs import frozen

from segdsl.pages import charts
from segdsl.pages.charts import COLOURS
from segdsl.pages.days import Span
from segdsl.pages.frame import escaped as shown
from segdsl.pages.frame import frame, style
from segdsl.pages.pictures import Pictures
from segdsl.pages.report import Pair, SegmentPart, StoreReport, Told
from segdsl.pages.upset import drawn, upset
from segdsl.records.inputs import PLAIN
from segdsl.values.instants import date_text, duration_text, instant_text

MULTIPLES = 12
"""Segments, and actions, of which each has a small chart."""

BARS = 25
"""Rows of a chart of bars; all are in its table."""

OPEN_ROWS = 12
"""A table of no more rows than this is open."""


def page(report: StoreReport, pictures: Pictures, told: Told = lambda text: None) -> str:
    """The whole page. `told` is given a line of progress before each part that takes a while."""
    told("drawing")
    writing = Writing(report, pictures)
    parts = [
        ("members", "Members over time", writing.members()),
        ("overlaps", "Overlaps of segments", writing.overlaps()),
        ("rules", "Rules", writing.rules()),
        ("effects", "Effects", writing.effects()),
        ("inputs", "Events and rejects", writing.inputs()),
        ("program", "Rules and runs", writing.program()),
    ]
    links = "".join(f'<li><a href="#{id_}">{title}</a></li>' for id_, title, _ in parts)
    sections = "".join(
        f'<section id="{id_}" aria-labelledby="{id_}-title"><h2 id="{id_}-title">{title}</h2>{body}</section>\n'
        for id_, title, body in parts
    )
    body = f'<nav aria-label="Parts of this page"><ul>{links}</ul></nav>\n<main id="content">\n{sections}</main>\n'
    return frame(f"{report.store} - segments", "report", _style(), writing.head(), body, "store")


def _style() -> str:
    """The page's own style, and for the dark each colour of the charts by the one in its place."""
    dark = "".join(
        f'  svg [fill="{colour}"] {{ fill: {other}; }}\n  svg [stroke="{colour}"] {{ stroke: {other}; }}\n'
        for colour, other in COLOURS.items()
    )
    return f"{style('report')}@media screen and (prefers-color-scheme: dark) {{\n{dark}}}\n"


# ------------------------------------------------------------------------------------------------------------- pieces


def number(value: int) -> str:
    return f"{value:,}"


def table(heads: Sequence[str], rows: Iterable[Sequence[str]], right: Sequence[int] = (), caption: str = "") -> str:
    """A table of cells that are HTML already; the first cell of a row is its head. The columns in `right` are
    numbers."""

    def classed(at: int) -> str:
        return ' class="number"' if at in right else ""

    head = "".join(f'<th scope="col"{classed(at)}>{cell}</th>' for at, cell in enumerate(heads))
    body = "".join(
        f'<tr><th scope="row"{classed(0)}>{row[0]}</th>'
        + "".join(f"<td{classed(at)}>{cell}</td>" for at, cell in enumerate(row[1:], 1))
        + "</tr>\n"
        for row in rows
    )
    said = f"<caption>{caption}</caption>" if caption else ""
    return (
        f'<div class="wide"><table>{said}<thead><tr>{head}</tr></thead>\n<tbody>\n{body}</tbody></table></div>'
    )  # fmt: skip


def details(summary: str, body: str, *, open_: bool = False) -> str:
    return f"<details{' open' if open_ else ''}><summary>{summary}</summary>{body}</details>\n"


def nothing(text: str) -> str:
    return f'<p class="nothing">{text}</p>\n'


@frozen
class Writing:
    """The parts of one page."""

    report: StoreReport
    pictures: Pictures

    @property
    def span(self) -> Span:
        assert self.report.span is not None, "the store has read something"
        return self.report.span

    def figure(self, spec: charts.Spec, said: str, kind: str = "") -> str:
        """A chart with what it shows, which is also read out in its place."""
        css = f' class="{kind}"' if kind else ""
        return f'<figure{css} role="group">{self.pictures.draw(spec)}<figcaption>{said}</figcaption></figure>\n'

    def head(self) -> str:
        report = self.report
        if report.instant is None or report.span is None:
            when = "The store has read nothing yet."
        else:
            when = (
                f"Memberships as of <time>{instant_text(report.instant)}</time>; days from {report.span.text()}, UTC."
            )
        if report.pruned is not None:
            when += f" Memberships that had ended before <time>{instant_text(report.pruned)}</time> were pruned: of the"
            when += " days before it, changes and members are told of those alone that went on."
        guests = f", of them {number(report.guests)} guests" if report.guests else ""
        tiles = [
            (number(report.customers), f"customers{guests}"),
            (number(len(report.segments)), "segments"),
            (number(sum(report.events.values())), "events taken"),
            (number(sum(rule.fired for rule in report.rules)), "firings of rules"),
            (number(sum(action.handed_out for action in report.actions)), "effects"),
            (number(sum(report.rejects.values())), "rejects"),
        ]
        shown_tiles = "".join(f"<div><dd>{value}</dd><dt>{name}</dt></div>" for value, name in tiles)
        return f'<h1>{shown(report.store)}</h1>\n<p>{when}</p>\n<dl class="tiles">{shown_tiles}</dl>'

    # --------------------------------------------------------------------------------------------------------- members

    def members(self) -> str:
        segments = self.report.segments
        if not segments:
            return nothing("The rules declare no segments.")
        if self.report.span is None:
            return nothing("The store has read nothing yet.")
        drawn_ones = [part for part in segments if part.members or part.entered or part.left][:MULTIPLES]
        multiples = "".join(map(self._multiple, drawn_ones))
        left_out = len(segments) - len(drawn_ones)
        said = f"Members at the end of each {self._part()}. Each chart has a scale of its own, from 0."
        if left_out:
            said += f" {number(left_out)} more {'segment' if left_out == 1 else 'segments'} in the table alone."
        rows = [
            [shown(p.name), p.kind, number(p.members), number(p.entered), number(p.left), self._place(p.place)]
            for p in segments
        ]
        heads = ("Segment", "Kind", "Members", "Entered", "Left", "Declared")
        numbers = table(heads, rows, right=(2, 3, 4))
        return (
            f'<p class="said">{said}</p>\n<div class="multiples">{multiples}</div>\n'
            + details(
                f"Members, and how many memberships began and ended, of {number(len(segments))} "
                f"{'segment' if len(segments) == 1 else 'segments'}",
                numbers, open_=len(rows) <= OPEN_ROWS,
            )
            + details(f"Members at the end of each {self._part()}", self._courses(drawn_ones))
        )  # fmt: skip

    def _multiple(self, part: SegmentPart) -> str:
        name = f"<strong>{shown(part.name)}</strong> <span>{number(part.members)}</span>"
        return self.figure(charts.course(part.course, self.span.part), name, "multiple")

    def _courses(self, segments: Sequence[SegmentPart]) -> str:
        days = [day for day, _ in segments[0].course] if segments else []
        levels = [[level for _, level in part.course] for part in segments]
        rows = [[date_text(day), *(number(each[at]) for each in levels)] for at, day in enumerate(days)]
        return table(["From", *(shown(part.name) for part in segments)], rows, right=range(1, len(levels) + 1))

    def _part(self) -> str:
        days = self.span.part
        return {1: "day", 7: "week", 28: "four weeks", 91: "quarter", 364: "year"}.get(days, f"{days} days")

    def _place(self, place: str) -> str:
        return f"<code>{shown(self._short(place))}</code>"

    def _short(self, place: str) -> str:
        """A place without the folder that all files of rules are in; the files stand whole at the page's end."""
        folders = {name.rpartition("/")[0] for name, _ in self.report.sources}
        return place.removeprefix(f"{folders.pop()}/") if len(folders) == 1 else place

    # -------------------------------------------------------------------------------------------------------- overlaps

    def overlaps(self) -> str:
        report = self.report
        if not report.combinations:
            return nothing("Nobody is in a segment.")
        shown_ones = report.combinations[: drawn(report.combinations)]
        sizes = [(part.name, part.members) for part in report.segments]
        body = ""
        if shown_ones:
            said = (
                "Each column is a combination: the customers who are in the segments with a dot and in no other. Bars "
                "above count them; bars at the right are all members of a segment."
            )
            body = self.figure(upset(shown_ones, sizes), said, "upset")
        everyone = report.customers if report.alone or not report.bounded else 0
        rows = [[", ".join(map(shown, names)), number(n), self._share(n, everyone)] for names, n in report.combinations]
        if report.alone:
            rows.append(["<em>in no segment</em>", number(report.alone), self._share(report.alone, everyone)])
        more = f"; {number(report.further)} rarer ones are left out" if report.further else ""
        body += details(
            f"Customers by the exact combination of their segments{more}",
            table(("Segments", "Customers", "Of all"), rows, right=(1, 2)), open_=len(rows) <= OPEN_ROWS,
        )  # fmt: skip
        return body + (self._pairs() if report.pairs else "")

    def _share(self, part: int, whole: int) -> str:
        return f"{part / whole:.1%}" if whole else ""

    def _pairs(self) -> str:
        by_row: dict[str, list[Pair]] = {}
        for pair in self.report.pairs:
            by_row.setdefault(pair.segment, []).append(pair)
        names = list(by_row)
        rows = []
        for name, pairs in by_row.items():
            cells = {
                pair.other: f"{pair.share:.0%}" if pair.customers else '<span class="none">0</span>' for pair in pairs
            }
            rows.append([shown(name), *(cells.get(other, "") for other in names)])
        said = "Of the members of the segment in the row, the share who are in that of the column too"
        return details(said, table(["", *map(shown, names)], rows, right=range(1, len(names) + 1)), open_=True)

    # ----------------------------------------------------------------------------------------------------------- rules

    def rules(self) -> str:
        rules = self.report.rules
        if not rules:
            return nothing("There are no rules: all segments hold by their conditions, or by the host's word.")
        fired = [(f"{self._short(rule.place)}  {rule.text}", rule.fired) for rule in rules if rule.fired]
        body = self._bars(fired, "How often each rule fired", "No rule has fired.", "rule", label=480)
        idle = len(rules) - len(fired)
        if idle and fired:
            body += f'<p class="said">{number(idle)} of {number(len(rules))} rules did not fire.</p>\n'
        rows = [
            [
                self._place(rule.place), f"<code>{shown(rule.text)}</code>", number(rule.fired), self._day(rule.first),
                self._day(rule.last), shown(rule.activity),
            ]
            for rule in rules
        ]  # fmt: skip
        heads = ["Place", "Rule", "Fired", "First", "Last", "Activity"]
        if not any(rule.activity for rule in rules):
            heads, rows = heads[:-1], [row[:-1] for row in rows]
        return body + details("All rules", table(heads, rows, right=(2,)), open_=len(rows) <= OPEN_ROWS)

    def _day(self, day: int | None) -> str:
        return f"<time>{date_text(day)}</time>" if day is not None else ""

    def _bars(self, rows: Sequence[tuple[str, int]], said: str, none: str, what: str, *, label: int = 300) -> str:
        if not rows:
            return nothing(none)
        more = len(rows) - BARS
        said += f"; {number(more)} more {what if more == 1 else what + 's'} in the table alone." if more > 0 else "."
        return self.figure(charts.bars(rows[:BARS], width=740 - label, label=label), said)

    # --------------------------------------------------------------------------------------------------------- effects

    def effects(self) -> str:
        actions = self.report.actions
        if not actions:
            return nothing("No rule has handed out an effect.")
        made = [(action.name, action.handed_out) for action in actions]
        body = self._bars(made, "Effects by action", "", "action")
        multiples = "".join(
            self.figure(
                charts.flow(action.course, self.span.part),
                f"<strong>{shown(action.name)}</strong> <span>{number(action.handed_out)}</span>", "multiple",
            )
            for action in actions[:MULTIPLES]
        )  # fmt: skip
        rows = [
            [shown(a.name), number(a.handed_out), number(a.withdrawn), number(a.held)] for a in actions
        ]  # fmt: skip
        return (
            body
            + f'<p class="said">Effects in each {self._part()}.</p>\n<div class="multiples">{multiples}</div>\n'
            + details(
                "Effects by action",
                table(("Action", "Effects", "Withdrawn", "Held back"), rows, right=(1, 2, 3)),
                open_=True,
            )
            + details(f"Effects in each {self._part()}", self._flows([(a.name, a.course) for a in actions]))
        )

    def _flows(self, named: Sequence[tuple[str, Sequence[tuple[int, int]]]]) -> str:
        """What was counted in each part of the time, parts without anything left out."""
        days = [day for day, _ in named[0][1]]
        counts = [[count for _, count in course] for _, course in named]
        rows = [
            [date_text(day), *(number(each[at]) for each in counts)]
            for at, day in enumerate(days) if any(each[at] for each in counts)
        ]  # fmt: skip
        return table(["From", *(shown(name) for name, _ in named)], rows, right=range(1, len(named) + 1))

    # ---------------------------------------------------------------------------------------------------------- inputs

    def inputs(self) -> str:
        report = self.report
        body = ""
        if report.events:
            said = f"Events taken in each {self._part()}."
            body += self.figure(charts.flow(report.events_course, self.span.part, width=820, height=130), said)
            rows = [[shown(name), number(n)] for name, n in report.events.items()]
            body += details("Events taken, by name", table(("Event", "Events"), rows, right=(1,)), open_=True)
            rows = [[shown(name), number(n)] for name, n in report.formats.items()]
            if len(rows) > 1 or (rows and PLAIN not in report.formats):
                body += details("Events taken, by format", table(("Format", "Events"), rows, right=(1,)))
            body += details(f"Events taken in each {self._part()}", self._flows([("Events", report.events_course)]))
        else:
            body += nothing("No event has been taken.")
        body += "<h3>Rejects</h3>\n"
        rejects = list(report.rejects.items())
        body += self._bars(rejects, "Events that could not be taken, by reason", "No event was rejected.", "reason")
        if rejects:
            rows = [[shown(reason), number(n)] for reason, n in rejects]
            body += details("Rejects by reason", table(("Reason", "Events"), rows, right=(1,)), open_=True)
        return body + "<h3>Ignored fields</h3>\n" + self._ignored()

    def _ignored(self) -> str:
        ignored = self.report.ignored
        if not ignored:
            return nothing("The rules declare every field that came.")
        rows = [
            [shown(each.event or "further ones"), shown(each.name), number(each.count), shown(each.meant)]
            for each in ignored
        ]
        heads = ("Event", "Field", "Times", "Is this one meant?")
        said = f"Fields that came with events and that no rule declares ({number(len(rows))})"
        return details(said, table(heads, rows, right=(2,)), open_=len(rows) <= OPEN_ROWS)

    # --------------------------------------------------------------------------------------------------------- program

    def program(self) -> str:
        report = self.report
        clock = instant_text(report.clock) if report.clock is not None else "not started"
        facts = [
            ("The store's clock", f"<time>{clock}</time>"),
            ("Rules, by what they mean", f"<code>{shown(report.program)}</code>"),
            ("Their zone", f"{shown(report.zone)}, by data {shown(report.zone_data)}"),
            ("Lateness", duration_text(report.lateness) if report.lateness else "none"),
        ]
        if report.bounded:
            facts.append(("Counted", "what has a day: these days alone; rejects that could not be read, and ignored "
                                     "fields: of all time"))  # fmt: skip
        body = '<dl class="facts">' + "".join(f"<div><dt>{k}</dt><dd>{v}</dd></div>" for k, v in facts) + "</dl>\n"
        rows = [[date_text(day), number(n)] for day, n in report.written.items()]
        if rows:
            said = "Days of the host's clock on which the store was run"
            heads = ("Day (UTC)", "Transactions")
            body += details(said, table(heads, rows, right=(1,)), open_=len(rows) <= OPEN_ROWS)
        for name, text in report.sources:
            lines = "\n".join(map(shown, text.splitlines()))
            body += details(f"<code>{shown(name)}</code>", f"<pre><code>{lines}</code></pre>")
        return body
