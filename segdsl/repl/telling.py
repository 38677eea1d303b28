"""What came of something, told line by line: a new declaration, an event, the clock, a question, an expectation.

Comes in: news, and the plays before and after. Goes out: lines of an answer, and what of them is for programs.
"""

from collections.abc import Sequence
from typing import Any

from attrs import frozen

import segdsl
from segdsl import Effect
from segdsl.diagnostics.printable import printable
from segdsl.host.objects import change_line, effect_line, held_line
from segdsl.repl.answers import Line, Speech, effect_text, listed, roughly
from segdsl.repl.play import News, Play
from segdsl.repl.rules import said
from segdsl.syntax import ast
from segdsl.values.instants import instant_text
from segdsl.values.kinds import Kind

EFFECTS = 5
"""Effects of the past told of, when a new rule would have had them."""


@frozen
class Missing:
    """What was expected and not found, in words."""

    expected: str
    found: str


def news(news: News, play: Play, line: ast.TestLine | None, speech: Speech) -> list[Line]:
    """What came of something for the customer, and how many others it concerned."""
    now = play.engine.now()
    told = [(change.instant, speech.change(change)) for change in news.changes]
    told += [(effect.instant, speech.effect(effect)) for effect in news.effects]
    told += [(held.effect.instant, speech.held(held)) for held in news.held]
    told.sort(key=lambda each: each[0])
    lines = [said if at == now else Line(f"  {speech.instant(at)}{said.text[1:]}", said.tone) for at, said in told]
    lines += [speech.wait(wait) for wait in news.waits]
    if isinstance(line, ast.Happens | ast.Later) and line.occurrence is None:
        lines.insert(0, Line(f"it is {speech.instant(now)}"))
    elif not lines and line is not None:
        lines.append(Line(f"  {_taken(line)}; nothing changes", "hint"))
    others = sorted({c.customer for c in news.others} | {e.customer for e in news.others_effects})
    if others:
        parts = []
        if news.others:
            parts.append(counted(len(news.others), "change"))
        if news.others_effects:
            parts.append(counted(len(news.others_effects), "effect"))
        lines.append(Line(f"  of others: {' and '.join(parts)} ({listed(others)})", "hint"))
    return lines


def _taken(line: ast.TestLine) -> str:
    match line:
        case ast.Given() | ast.GivenMember() | ast.GivenExcluded():
            return "so it is given"
    return "it has happened"


def note(found: dict[str, list[object]], news: News) -> None:
    """Add news to what is for programs."""
    found["changes"] += map(change_line, (*news.changes, *news.others))
    found["effects"] += map(effect_line, (*news.effects, *news.others_effects))
    if news.held:
        found.setdefault("held", []).extend(map(held_line, news.held))


def ahead(play: Play, customer: str, speech: Speech) -> list[Line]:
    """What the clock does next for a customer."""
    found = play.next_steps(customer)
    if found is None:
        return []
    instant, changes, effects = found
    words = [f"{'enters' if c.entered else 'leaves'} {c.segment}" for c in changes if c.instant == instant]
    words += [effect_text(effect) for effect in effects if effect.instant == instant]
    what = f": {', '.join(words)}" if words else ": a flow goes on"
    away = roughly(instant - play.engine.now())
    return [Line(f"  next, by the clock: {speech.instant(instant)}, in {away}{what}", "hint")]


# ---------------------------------------------------------------------------------------------------- new declarations


def declared(
    nodes: Sequence[ast.Declaration], replaced: Sequence[str], before: Play, play: Play, customer: str, speech: Speech
) -> list[Line]:
    """A declaration was taken: what it is, whom it concerns, and what it changes for the customer."""
    titles = [f"rule at {play.checked.place(n.span)}" if isinstance(n, ast.Rule) else said(n) for n in nodes]
    lines = [Line(f"{'changed' if replaced else 'new'}: {', '.join(map(printable, titles))}", "title")]
    lines += [Line(f"  in place of {each}", "hint") for each in replaced]
    for node in nodes:
        if isinstance(node, ast.SegmentDeclaration) and node.kind == "derived":
            lines.append(_members(play, node.name.text))
        if isinstance(node, ast.TestDeclaration):
            lines += _tested(play, node.name.value)
    return lines + moved(before, play, customer, speech)


def _tested(play: Play, name: str) -> list[Line]:
    """Whether a test holds under the program as it stands."""
    lines = []
    for result in segdsl.run_tests(play.checked, named=name):
        if result.name == name:
            missing = [Missing(failure.expected, failure.found) for failure in result.failures]
            lines += [Line(f"  {line.text}", line.tone) for line in expected(missing)]
    return lines


def _members(play: Play, segment: str) -> Line:
    members = [membership.customer for membership in play.engine.members(segment)]
    known = play.engine.backend.customer_count()
    among = " of those looked at so far" if play.before.store is not None else ""
    if not members:
        return Line(f"  nobody{among} is in it now" if known else "  nobody is in it yet", "hint")
    return Line(f"  in it now{among}: {listed(members)}  ({len(members):,} of {counted(known, 'customer')})", "plain")


def moved(before: Play, play: Play, customer: str, speech: Speech) -> list[Line]:
    """What is different for a customer under another program, after all that has happened."""
    old = {m.segment: m for m in before.engine.segments_of(customer)}
    new = {m.segment: m for m in play.engine.segments_of(customer)}
    lines = []
    for name in sorted({*old, *new}):
        if name in new and name not in old:
            text = f"  {printable(customer)} is in {name} now, {speech.membership(new[name])}"
            lines.append(Line(text, "enters"))
        elif name in old and name not in new:
            lines.append(Line(f"  {printable(customer)} is not in {name} any more", "leaves"))
    added = _new(before.effects.get(customer, []), play.effects.get(customer, []))
    if added:
        lines.append(Line("  under it, what has happened would have led to:", "hint"))
        for effect in added[:EFFECTS]:
            lines.append(Line(f"    {effect_text(effect)}  ({speech.instant(effect.instant)})", "effect"))
        if len(added) > EFFECTS:
            lines.append(Line(f"    and {counted(len(added) - EFFECTS, 'effect')} more", "hint"))
    return lines


def difference(before: Play, play: Play, customer: str) -> dict[str, Any]:
    """The same for programs."""
    old = {m.segment for m in before.engine.segments_of(customer)}
    new = {m.segment for m in play.engine.segments_of(customer)}
    added = _new(before.effects.get(customer, []), play.effects.get(customer, []))
    return {
        "customer": customer, "enters": sorted(new - old), "leaves": sorted(old - new),
        "effects": [effect_line(effect) for effect in added],
    }  # fmt: skip


def _new(old: Sequence[Effect], new: Sequence[Effect]) -> list[Effect]:
    known = {(e.action, instant_text(e.instant), repr(e.fields)) for e in old}
    return [e for e in new if (e.action, instant_text(e.instant), repr(e.fields)) not in known]


# --------------------------------------------------------------------------------------------------- questions, tests


def answered(found: Sequence[tuple[Kind, Any]], parts: Sequence[str], speech: Speech) -> list[Line]:
    """The answer to a question; of one that is not simply true also how its parts stand."""
    kind, value = found[0]
    lines = [Line(speech.value(kind, value), "plain")]
    for part, (part_kind, answer) in zip(parts, found[1:], strict=True):
        lines.append(Line(f"  {speech.value(part_kind, answer):<9}  {part}", "hint"))
    return lines


def expected(missing: Sequence[Missing]) -> list[Line]:
    """Whether what was expected is so."""
    if not missing:
        return [Line("as expected", "enters")]
    lines = []
    for each in missing:
        lines.append(Line(f"expected: {each.expected}", "mistake"))
        lines.append(Line(f"   found: {printable(each.found)}", "hint"))
    return lines


def counted(number: int, word: str) -> str:
    """`1 change`, `2,000 changes`."""
    return f"{number:,} {word if number == 1 else word + 's'}"
