"""An explanation for a person: lines of text, with marks that need no colour to be told apart."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from segdsl.values.instants import instant_text

if TYPE_CHECKING:
    from segdsl.host.why.answer import Finding, Link, Occurrence, Why

MARKS = {True: "yes", False: "no", None: "not known"}

EVENTS_TOLD = 3
"""Events named for one condition."""

DECISIVE_TOLD = 3
"""Conditions that are named as those that keep somebody out."""


def text_of(why: "Why") -> str:
    """All of an explanation."""
    return "\n".join(_lines(why))


def _lines(why: "Why") -> Iterator[str]:
    stands = f"is {why.standing}" if why.member else f"is not {why.standing}"
    since = f" since {instant_text(why.since)}" if why.since is not None else ""
    yield f"{why.customer} {stands}{since}: {why.reason}"
    if not why.known:
        yield f"  {why.customer} is not known at {instant_text(why.at)}: not seen by then, or forgotten since"
    if why.chain:
        yield "what led to it:" if why.member or not _was_in(why) else "what ended it:"
        for link in why.chain:
            yield from _link(link)
    if why.condition is not None and why.condition not in [f for link in why.chain for f in link.findings]:
        yield "how its condition stands:"
        yield from finding_lines(why.condition, 1)
    if why.rules:
        yield "how far the rules came that could add:"
        for link in why.rules:
            yield from _link(link)
        if why.rules_in_all > len(why.rules):
            yield f"  and {why.rules_in_all - len(why.rules)} more, which came less far"
    yield from _turning(why)


def _was_in(why: "Why") -> bool:
    return bool(why.chain) and not why.reason.startswith("explicitly")


def _turning(why: "Why") -> Iterator[str]:
    """What would turn the answer, and when the clock does."""
    if len(why.decisive) and not _is_alone(why):
        told = "; ".join(map(_said, why.decisive[:DECISIVE_TOLD]))
        yield f"what keeps {why.customer} {'from it' if why.of_promotion else 'out'}: {told}"
    if why.named is not None:
        yield f"without {_occurrence(why.named)}, {why.customer} would {why.without}"
    turned = f"not be {why.standing}" if why.member else f"be {why.standing}"
    kinds = {act.kind for act in why.change}
    if kinds and kinds <= {"include", "exclude"}:
        by = "" if why.reason.startswith("only the host") else "found no event, attribute or wait that would turn it; "
        yield f"{by}{why.customer} would {turned} if {why.change_text}"
    elif why.change_text and [act.kind for act in why.change] != ["wait"]:
        yield f"{why.customer} would {turned} if {why.change_text}"
    if why.until is not None:
        yield f"if nothing more happens it stays so until {instant_text(why.until)}"
    elif why.looked_until is not None:
        yield f"if nothing more happens it stays so at least until {instant_text(why.looked_until)}: no further looked"
    else:
        yield "it stays so as long as nothing more happens"
    yield from why.left_open


def _is_alone(why: "Why") -> bool:
    """Whether what decides is the only condition that is shown anyway."""
    shown = [why.condition] if why.condition is not None else []
    shown += [finding for link in (*why.chain, *why.rules) for finding in link.findings]
    return not shown[0].parts and all(finding == shown[0] for finding in shown)


def _said(finding: "Finding") -> str:
    found = f" ({finding.found})" if finding.found else ""
    return f"{_text(finding)}{found}"


def _text(finding: "Finding") -> str:
    """The words of a condition; where they are not at hand, what is known of it."""
    nameless = {"and": "all of these", "or": "one of these"}.get(finding.joined, "a condition")
    text = finding.text or (f"the condition at {finding.place}" if finding.place else nameless)
    return f"{finding.segment} if {text}" if finding.segment else text


def _link(link: "Link") -> Iterator[str]:
    named = link.occurrence is not None and link.occurrence.kind != "clock"
    happened = f" {_occurrence(link.occurrence, link.instant)}" if link.occurrence is not None and named else ""
    when = f"{instant_text(link.instant)}{happened}: " if link.instant or named else ""
    yield f"  {when}{link.what}{f' ({link.place})' if link.place else ''}"
    if link.rule:
        yield f"    {link.rule}"
    for finding in link.findings:
        yield from finding_lines(finding, 2)


def finding_lines(finding: "Finding", depth: int) -> Iterator[str]:
    """A condition with how it turned out, and what it is made of below it."""
    indent = "  " * depth
    found = f": {finding.found}" if finding.found else ""
    place = f" ({finding.place.rpartition(':')[0] if finding.place.count(':') > 1 else finding.place})"
    shown = finding.place and finding.text and not finding.parts
    yield f"{indent}[{MARKS[finding.outcome]}] {_text(finding)}{found}{place if shown else ''}"
    if finding.events:
        told = finding.events[-EVENTS_TOLD:]
        more = finding.counted - len(told)
        before = f"{more} before, " if more > 0 else ""
        yield f"{indent}  by {before}{', '.join(map(_occurrence, told))}"
    for part in finding.parts:
        yield from finding_lines(part, depth + 1)


def _occurrence(occurrence: "Occurrence", told: int | None = None) -> str:
    """An event as a sentence names it, and when it was, unless that was told already."""
    within = f" ({occurrence.id})" if occurrence.id else ""
    when = "" if occurrence.instant == told else f" at {instant_text(occurrence.instant)}"
    return f"{occurrence.text or f'{occurrence.name}{within}'}{when}"
