"""What commands show: customers, segments and reasons, what comes next, what has been, the program and its plan."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import segdsl
from segdsl.diagnostics.printable import printable
from segdsl.host.objects import change_line, effect_line, membership_line, promotion_line
from segdsl.repl.answers import (
    SHOWN,
    Answer,
    Line,
    columns,
    length,
    listed,
    refused,
)
from segdsl.repl.saving import line_text
from segdsl.repl.telling import counted
from segdsl.syntax import ast
from segdsl.values import limits
from segdsl.values.instants import instant_text

if TYPE_CHECKING:
    from segdsl.repl.session import Session

CUSTOMERS = 40
"""Customers that are listed before the rest is counted."""

KINDS = {"added": "by activities", "derived": "derived", "listed": "listed"}


def greeting(session: "Session") -> Answer:
    """What a session begins with: what there is, when it is, and what is wrong with it."""
    rules, play = session.standing.rules, session.play
    checked = play.checked
    rows = [counted(len(checked.scope.segments), "segment"), counted(len(checked.rules), "rule")]
    happened = sum(isinstance(item, segdsl.Event) for item in session.before.items)
    happened -= sum(1 for reject in play.rejects if reject not in session.before.items)
    lines = [Line(f"segdsl {segdsl.__version__}: {', '.join(rows)}; :help says what can be typed", "title")]
    if session.events is not None:
        known = counted(play.engine.backend.customer_count(), "customer")
        lines.append(Line(f"{counted(max(happened, 0), 'event')} of {known} from {printable(session.events)}"))
    if session.before.store is not None:
        known = counted(session.before.store.backend.customer_count(), "customer")
        lines.append(Line(f"{known} in the store, which is only read: what you type happens in memory"))
    if play.rejects:
        first = play.rejects[0]
        rejected = counted(len(play.rejects), "event")
        lines.append(Line(f"{rejected} could not be taken: line {first.place}: {printable(first.detail)}", "leaves"))
    standing = session.standing
    when = f"{session.speech.instant(standing.clock)} ({session.zone.name})"
    lines.append(Line(f"the customer is {printable(standing.customer)}; it is {when}"))
    return Answer("greeting", tuple(lines), diagnostics=tuple(session.warnings(play)), sources=rules.sources())


def customers(session: "Session", _argument: str) -> Answer:
    """The customers of whom something is known, the one at hand marked."""
    now, found = session.standing.customer, session.play.customers()
    lines = [Line(f"{'>' if name == now else ' '} {printable(name)}") for name in found[:CUSTOMERS]]
    if now not in found:
        lines.append(Line(f"> {printable(now)}, of whom nothing is known yet"))
    elif now not in found[:CUSTOMERS]:
        lines.append(Line(f"> {printable(now)}"))
    if len(found) > CUSTOMERS:
        lines.append(Line(f"  and {len(found) - CUSTOMERS:,} more", "hint"))
    return Answer("customers", tuple(lines), found={"customers": found[:1_000], "count": len(found), "current": now})


def segments(session: "Session", _argument: str) -> Answer:
    """The segments of the customer, since when and why."""
    customer, speech = session.standing.customer, session.speech
    found = session.play.engine.segments_of(customer)
    lines = [Line(line, "enters") for line in columns((m.segment, speech.membership(m)) for m in found)]
    others = [name for name in sorted(session.play.engine.segments) if name not in {m.segment for m in found}]
    if others:
        lines.append(Line(f"  not in {', '.join(map(printable, others[:SHOWN]))}"
                          + (f" and {len(others) - SHOWN:,} more" if len(others) > SHOWN else ""), "hint"))  # fmt: skip
    if not lines:
        lines = [Line("the program declares no segments yet", "hint")]
    return Answer("segments", tuple(lines), found={"segments": [membership_line(m) for m in found], "not_in": others})


def promotions(session: "Session", _argument: str) -> Answer:
    """The promotions that the customer has, now."""
    engine, speech = session.play.engine, session.speech
    found = engine.promotions(session.standing.customer, session.standing.clock)
    rows = []
    for each in found:
        bounds = [("from", each.begin), ("until", each.end)]
        said = [f"{word} {speech.instant(instant)}" for word, instant in bounds if instant is not None]
        rows.append((each.name, " ".join([*said, f"at {each.place}"])))
    lines = [Line(line, "enters") for line in columns(rows)]
    has = {each.name for each in found}
    others = [each.name for each in engine.plan.promotions if each.name not in has]
    if others:
        lines.append(Line(f"  not {listed(others)}", "hint"))
    if not lines:
        lines = [Line("the program declares no promotions yet", "hint")]
    return Answer("promotions", tuple(lines), found={"promotions": [promotion_line(each) for each in found],
                                                      "not": others})  # fmt: skip


def why(session: "Session", name: str) -> Answer:
    """Why the customer is in a segment, or is not; has a promotion, or has it not."""
    if not name:
        return refused("mistake", "which segment or promotion? as in `:why Skiers`")
    name = name.removeprefix('"').removesuffix('"')
    engine, customer = session.play.engine, session.standing.customer
    promotion = name.removeprefix("promotion ").removeprefix('"')
    if name not in engine.segments and any(each.name == promotion for each in engine.plan.promotions):
        return _why_promotion(session, promotion)
    engine.known_segment(name)
    if not engine.stored.journal:
        return _why_by_reason(session, name, "the store keeps no events, so this is all that can be said")
    if given := _given_segments(session):
        hint = (
            f"it was given that {printable(customer)} is in {listed(given)}: nothing led to that, so no more is known"
        )
        return _why_by_reason(session, name, hint)
    found = engine.why(customer, name)
    lines = found.text().rstrip("\n").split("\n")
    return Answer("why", tuple(Line(printable(line)) for line in lines), found={"why": found.as_json()})


def _why_promotion(session: "Session", name: str) -> Answer:
    engine, customer = session.play.engine, session.standing.customer
    given = _given_segments(session)
    if engine.stored.journal and not given:
        found = engine.why_promotion(customer, name, session.standing.clock)
        lines = [Line(printable(line)) for line in found.text().rstrip("\n").split("\n")]
        return Answer("why", tuple(lines), found={"why": found.as_json()})
    has = any(each.name == name for each in engine.promotions(customer, session.standing.clock))
    stands = Line(f"{printable(customer)} {'has' if has else 'does not have'} {name}", "enters" if has else "leaves")
    hint = (
        f"it was given that {printable(customer)} is in {listed(given)}: nothing led to that, so no more is known"
        if given else "the store keeps no events, so this is all that can be said"
    )  # fmt: skip
    return Answer("why", (stands, Line(f"  {hint}", "hint")), found={"entitled": has})


def _given_segments(session: "Session") -> list[str]:
    """The segments filled by rules that it was given the customer is in: no input of an engine says that."""
    scope, texts = session.play.checked.scope, session.standing.rules.texts
    lines = [texts[d.text].lines[d.line] for d in session.standing.journal
             if d.customer == session.standing.customer and d.line is not None]  # fmt: skip
    named = {line.segment.text for line in lines if isinstance(line, ast.GivenMember)}
    return sorted(name for name in named if name in scope.segments and scope.segments[name].kind == "added")


def _why_by_reason(session: "Session", name: str, hint: str) -> Answer:
    """The same from memberships alone, where what happened is not known in full."""
    customer, speech = session.standing.customer, session.speech
    engine = session.play.engine
    found = next((m for m in engine.segments_of(customer) if m.segment == name), None)
    past = [change for change in engine.history(customer) if change.segment == name]
    if found is not None:
        lines = [Line(f"{printable(customer)} is in {name} {speech.membership(found)}", "enters")]
    else:
        lines = [Line(f"{printable(customer)} is not in {name}", "leaves")]
        if not past:
            lines.append(Line("  and never was", "hint"))
    lines += [Line(f"  {speech.instant(c.instant)}{speech.change(c).text[1:]}", "hint") for c in past]
    lines.append(Line(f"  {hint}", "hint"))
    return Answer("why", tuple(lines), found={"member": found is not None, "history": [change_line(c) for c in past]})


def next_change(session: "Session", _argument: str) -> Answer:
    """What the clock does next for the customer."""
    found = session.play.next_steps(session.standing.customer)
    if found is None:
        return Answer("next", (Line("nothing lies ahead: the clock alone changes nothing for this customer"),),
                      found={"next": None})  # fmt: skip
    instant, changes, effects = found
    speech = session.speech
    lines = [Line(f"{speech.instant(instant)}, in {length(instant - session.standing.clock)}")]
    lines += [speech.change(change) for change in changes if change.instant == instant]
    lines += [speech.effect(effect) for effect in effects if effect.instant == instant]
    if len(lines) == 1:
        lines.append(Line("  a flow goes on, or a rule is asked", "wait"))
    return Answer("next", tuple(lines), found={"next": instant_text(instant)})


def history(session: "Session", _argument: str) -> Answer:
    """What has happened to the customer: sentences, changes and effects, in the order of time."""
    customer, speech, play = session.standing.customer, session.speech, session.play
    rows: list[tuple[int, int, int, Line]] = []
    order: dict[str, int] = {}
    for item in play.past(customer):
        order[item.id] = len(order) + 1
        place = f"line {item.place} of the events" if play.before.items else "in the store"
        line = Line(f"{speech.instant(item.instant)}  {printable(item.name)}  ({place})", "title")
        rows.append((item.instant, order[item.id], 0, line))
    for doing in session.standing.journal:
        if doing.customer == customer and doing.line is not None:
            order[play.id_of(doing)] = len(order) + 1
            line = Line(f"{speech.instant(doing.instant)}  {said_line(session, doing.text, doing.line)}", "title")
            rows.append((doing.instant, len(order), 0, line))
    changes, effects = play.engine.history(customer), play.effects.get(customer, [])
    told = [(change.instant, change.because, speech.change(change)) for change in changes]
    told += [(effect.instant, effect.because, speech.effect(effect)) for effect in effects]
    for number, (instant, because, line) in enumerate(told, 1):
        cause = order.get(because.cause.partition("/")[0], 0)
        by_clock = Line(f"{speech.instant(instant)}{line.text}", line.tone)
        rows.append((instant, cause, number, line if cause else by_clock))
    rows.sort(key=lambda row: row[:3])
    lines = [row[3] for row in rows] or [Line(f"nothing has happened to {printable(customer)} yet", "hint")]
    found = {"changes": [change_line(c) for c in changes], "effects": [effect_line(e) for e in effects]}
    return Answer("history", tuple(lines), found=found)


def said_line(session: "Session", text: int, line: int) -> str:
    """A sentence that happened, as it would stand in a test, without its moment."""
    return line_text(session.standing.rules.texts[text].lines[line])


# --------------------------------------------------------------------------------------------------------- the program


def program(session: "Session", _argument: str) -> Answer:
    """The rules as they stand, by the texts they are in."""
    rules = session.standing.rules
    lines: list[Line] = []
    for given in (True, False):
        for name, text in rules.declared(given=given):
            lines.append(Line(f"# {name}", "hint"))
            lines += [Line(line) for line in text.split("\n")]
    if not lines:
        lines = [Line("nothing is declared yet beside the shipped vocabulary: :help says how to begin", "hint")]
    return Answer("program", tuple(lines), found={"program": [line.text for line in lines if line.tone == "plain"]})


def plan(session: "Session", _argument: str) -> Answer:
    """The plan in short: segments, rules, and what is kept of a customer for them."""
    engine = session.play.engine
    made, counts = engine.plan, engine.counts()
    size = f"{counted(len(made.segments), 'segment')}, {counted(len(made.rules), 'rule')}"
    lines = [Line(f"{size}, zone {made.zone}", "title")]
    rows = [(s.name, f"{KINDS[s.kind]}, {counted(counts[s.name], 'member')}, at {s.place}") for s in made.segments]
    lines += _block("segments", rows)
    lines += _block("promotions", ((each.name, f"at {each.place}") for each in made.promotions))
    lines += _block("rules", ((rule.place, _listens(rule)) for rule in made.rules))
    kept = [(memory.event, _kept(memory)) for memory in made.memories]
    kept += [(collection.name, _kept_items(collection)) for collection in made.collections]
    lines += _block("kept of each customer", kept)
    return Answer("plan", tuple(lines), found={"digest": made.digest, "segments": counts, "rules": len(made.rules)})


def _block(title: str, rows: Any) -> Iterator[Line]:
    found = columns(rows)
    if found:
        yield Line(title, "title")
        yield from map(Line, found)


def _listens(rule: Any) -> str:
    words = {"event": "event", "segment": "segment", "attribute": "attribute"}
    said = []
    for trigger in rule.triggers:
        kind = type(trigger).__struct_config__.tag or ""
        names = [getattr(trigger, word) for word in words if hasattr(trigger, word)]
        said.append(f"{kind} {' '.join(map(str, names))}".strip())
    return ", ".join(said)


def _kept_items(collection: Any) -> str:
    fields = f", with {', '.join(collection.fields)}" if collection.fields else ""
    return f"the items{fields}, up to {limits.ITEMS:,} of them"


def _kept(memory: Any) -> str:
    window = memory.window
    kept = f"the latest {memory.keep}" if memory.keep else memory.measure
    if window is None or not (window.older or window.older_months or window.older_days):
        return f"{kept}, of all time"
    parts = [length(window.older)] if window.older else []
    parts += [counted(window.older_months, "month")] if window.older_months else []
    parts += [counted(window.older_days, "calendar day")] if window.older_days else []
    return f"{kept}, within {' '.join(parts)}"
