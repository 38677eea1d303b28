"""An explanation for a person: lines of text, with marks that need no colour to be told apart."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from segdsl.values import wire
from segdsl.values.instants import instant_text

if TYPE_CHECKING:
    from segdsl.host.why.answer import Finding, Link, Occurrence, Why

MARKS = {True: "yes", False: "no", None: "not known"}

EVENTS_TOLD = 3
"""Events named for one condition."""


def text_of(why: "Why") -> str:
    """All of an explanation."""
    return "\n".join(_lines(why))


def _lines(why: "Why") -> Iterator[str]:
    stands = f"is in {why.segment}" if why.member else f"is not in {why.segment}"
    since = f" since {instant_text(why.since)}" if why.since is not None else ""
    yield f"{why.customer} {stands}{since}: {why.reason}"
    if not why.known:
        yield f"  nothing has happened to {why.customer} up to {instant_text(why.at)}"
    if why.chain:
        yield "what led to it:" if why.member else "what ended it:"
        for link in why.chain:
            yield from _link(link)
    if why.condition is not None and why.condition not in [f for link in why.chain for f in link.findings]:
        yield "how its condition stands:"
        yield from _finding(why.condition, 1)
    if why.rules:
        yield "how far the rules came that could add:"
        for link in why.rules:
            yield from _link(link)
    yield from _turning(why)


def _turning(why: "Why") -> Iterator[str]:
    """What would turn the answer, and when the clock does."""
    if why.named is not None:
        yield f"without {_occurrence(why.named)}, {why.customer} would {why.without}"
    if why.change_text and [act.kind for act in why.change] != ["wait"]:
        turned = f"not be in {why.segment}" if why.member else f"be in {why.segment}"
        yield f"{why.customer} would {turned} if {why.change_text}"
    if why.until is not None:
        yield f"if nothing more happens it stays so until {instant_text(why.until)}"
    else:
        yield "it stays so as long as nothing more happens"


def _link(link: "Link") -> Iterator[str]:
    named = link.occurrence is not None and link.occurrence.kind != "clock"
    happened = f" {_occurrence(link.occurrence, link.instant)}" if link.occurrence is not None and named else ""
    when = f"{instant_text(link.instant)}{happened}: " if link.instant or named else ""
    yield f"  {when}{link.what}{f' ({link.place})' if link.place else ''}"
    if link.rule:
        yield f"    {link.rule}"
    for finding in link.findings:
        yield from _finding(finding, 2)


def _finding(finding: "Finding", depth: int) -> Iterator[str]:
    """A condition with how it turned out, and what it is made of below it."""
    indent = "  " * depth
    text = finding.text or "a condition"
    found = f": {finding.found}" if finding.found else ""
    place = f" ({finding.place.rpartition(':')[0] if finding.place.count(':') > 1 else finding.place})"
    yield f"{indent}[{MARKS[finding.outcome]}] {text}{found}{place if finding.place and not finding.parts else ''}"
    if finding.events:
        told = finding.events[-EVENTS_TOLD:]
        more = finding.counted - len(told)
        before = f"{more} before, " if more > 0 else ""
        yield f"{indent}  by {before}{', '.join(map(_occurrence, told))}"
    for part in finding.parts:
        yield from _finding(part, depth + 1)


def _occurrence(occurrence: "Occurrence", told: int | None = None) -> str:
    """An event as a sentence names it: what, with its first fields, and when, unless that was told already."""
    fields = [f"{name} {wire.shown(value)}" for name, value in occurrence.fields.items() if not _is_large(value)][:2]
    within = ", ".join([*([occurrence.id] if occurrence.id else []), *fields])
    name = "the clock" if occurrence.kind == "clock" and not occurrence.name else occurrence.name
    when = "" if occurrence.instant == told else f" at {instant_text(occurrence.instant)}"
    return f"{name}{f' ({within})' if within else ''}{when}"


def _is_large(value: object) -> bool:
    return isinstance(value, dict | list | tuple)
