"""What an event costs when there are ten rules or ten thousand, and one of them matches.

Several kinds of rules, by what could find the one that matches. Beside segdsl: a loop over all rules, and an index,
both written by hand, which only find what matches and keep a set of memberships; and zen's decision table, which only
finds.
"""

import json
import statistics
from collections.abc import Callable, Mapping
from functools import partial
from importlib import import_module
from itertools import count
from typing import Any

from attrs import frozen

import segdsl
from benchmarks.results import Chart, Differs, Result, Table
from benchmarks.sizes import Sizes
from benchmarks.timing import NANO, Call, nanoseconds, taken, versions
from segdsl.engines import DEFAULT, engines, prepare
from segdsl.records.inputs import Event, Include
from segdsl.state.customer import State
from segdsl.values.instants import DAY, HOUR, LATEST, instant_text
from segdsl.values.numbers import SCALE

START = 1_767_225_600_000_000
OWN = "compiled" if "compiled" in engines() else DEFAULT
FIRST, MOST = 10, 2_000
"""Events in the first batches that are processed, and at most in the others."""

SLOW = 1_000
"""The most rules that the reference engine is asked about."""

Fields = Mapping[str, Any]
Loop = list[tuple[str, Callable[[Fields, set[str]], bool], str]]


@frozen
class Kind:
    """Rules of one kind: `rule(n)` is the n-th, and the one that matches, the 7th, fills the segment that `enters`.

    `event` and `fields` are those of the event that it matches, and of those `before`, which happened already.
    `test(n)` is the n-th as a function of fields and segments, `key` the field by whose `value(n)` an index finds it.
    `cell(n)` is the n-th row of zen's table, on `input`; `head` are the declarations, `member` is the segment that the
    customer is in."""

    rule: Callable[[int], str]
    event: str
    fields: Fields
    test: Callable[[int], Callable[[Fields, set[str]], bool]] | None = None
    key: str = ""
    value: Callable[[int], Any] | None = None
    input: str = ""
    cell: Callable[[int], str] | None = None
    head: Callable[[int], str] = lambda number: ""
    member: str = ""
    before: int = 0
    enters: str = "S"


def _equal(key: str, value: str) -> Callable[[Fields, set[str]], bool]:
    return lambda fields, segments: bool(fields[key].casefold() == value)


def _among(name: str) -> Callable[[Fields, set[str]], bool]:
    return lambda fields, segments: name in segments


def _above(bound: int) -> Callable[[Fields, set[str]], bool]:
    return lambda fields, segments: bool(fields["amount"] >= bound)


def _groups(number: int) -> str:
    return "\n".join(f'segment "Group {n}" listed' for n in range(number))


KINDS = {
    "equality": Kind(
        lambda n: f'when searches "Acme {n}" then add to S',
        "searches", {"term": "Acme 7"}, lambda n: _equal("term", f"acme {n}"), "term", lambda n: f"acme {n}",
        "lower(term)", lambda n: f'"acme {n}"',
    ),
    "membership": Kind(
        lambda n: f'when views cart if in segment "Group {n}" then add to S',
        "views cart", {}, lambda n: _among(f"Group {n}"), head=_groups, member="Group 7",
    ),
    "threshold": Kind(
        lambda n: f"when places order where amount >= {10 * n + 10} then add to S",
        "places order", {"amount": 15 * SCALE}, lambda n: _above((10 * n + 10) * SCALE),
        input="amount", cell=lambda n: f">= {10 * n + 10}",
    ),
    "count of equal events": Kind(
        lambda n: f'when views product "P{n}" 3 times within 30 days then add to S',
        "views product", {"product": "P7"}, before=2,
    ),
    "segment by a count": Kind(
        lambda n: f'segment "S{n}" if views product "P{n}" at least 3 times within 30 days',
        "views product", {"product": "P7"}, before=2, enters="S7",
    ),
    "condition on a count": Kind(
        lambda n: f'when views product if views product "P{n}" at least 3 times within 30 days then add to S',
        "views product", {"product": "P7"}, before=2,
    ),
    "no index": Kind(
        lambda n: f"when places order if amount * 2 - amount >= {10 * n + 10} then add to S",
        "places order", {"amount": 15 * SCALE}, lambda n: _above((10 * n + 10) * SCALE),
    ),
}  # fmt: skip


def measure(sizes: Sizes) -> Result:
    result = Result("matching", versions=versions("segdsl", "zen-engine"))
    for name, kind in KINDS.items():
        times: dict[int, dict[str, float]] = {}
        for number in sizes.matching:
            made = program(kind, max(number, 10))
            calls = calls_of(kind, made, max(number, 10), result.skipped)
            times[number] = nanoseconds(calls, sizes.rounds, sizes.seconds)
            times[number]["segdsl, process"] = processed(kind, made, sizes)
        ways = list(dict.fromkeys(way for found in times.values() for way in found))
        micro = {way: [found[way] / 1000 if way in found else None for found in times.values()] for way in ways}
        rows = tuple((way, *each, _growth(each)) for way, each in micro.items())
        head = ("", *(f"{number:,} rules" for number in times), "last to first")
        result.tables.append(Table(f"Microseconds an event, one rule matching: {name}", head, rows))
        ends = dict.fromkeys((min(times), max(times)))
        bars = tuple((f"{way}, {n:,} rules", times[n][way] / 1000) for way in ways for n in ends if way in times[n])
        title = f"An event, one rule matching: {name}"
        result.charts.append(Chart(f"matching_{name.replace(' ', '_')}", title, "microseconds", bars, True))
        result.figures[name] = {
            "microseconds": micro,
            "step": _growth(micro[f"segdsl, {OWN}, step"]),
            "process": _growth(micro["segdsl, process"]),
        }
    return result


def _growth(times: list[float | None]) -> float | None:
    first, last = times[0], times[-1]
    return last / first if first is not None and last is not None else None


def program(kind: Kind, number: int) -> segdsl.Program:
    """So many rules of a kind."""
    lines = [kind.head(number), "segment S by activities", *(kind.rule(n) for n in range(number))]
    return segdsl.loads("\n".join(lines))


def calls_of(kind: Kind, made: segdsl.Program, number: int, skipped: dict[str, str]) -> dict[str, Call]:
    """The step of segdsl's engines and of the others, each checked to find that one rule matches."""
    plan = made.plan
    event = Event("e", kind.event, "ann", START + DAY, {"time": START + DAY, **kind.fields})
    calls: dict[str, Call] = {}
    for name in engines():
        if name == "reference" and number > SLOW:
            skipped["reference"] = f"the reference engine is asked about {SLOW:,} rules at most"
            continue
        prepared = prepare(plan, name)
        state = State("ann", START, START, START)
        if kind.member:
            state = prepared.step(state, Include("i", "ann", START, kind.member)).state
        for at in range(1, kind.before + 1):
            earlier = Event(f"b{at}", kind.event, "ann", START + at * HOUR, {"time": START + at * HOUR, **kind.fields})
            state = prepared.step(state, earlier).state
        step = prepared.step(state, event)
        if [change.segment for change in step.changes] != [kind.enters]:
            raise Differs(f"{name}: {step.changes}, and not one change by {number} rules")
        calls[f"segdsl, {name}, step"] = Call(
            "step(state, event)", {"step": prepared.step, "state": state, "event": event}
        )
    calls |= by_hand(kind, number, event)
    if kind.cell is not None:
        try:
            calls["zen, decision table"] = table(kind, number)
        except ImportError as error:
            skipped["zen"] = f'zen-engine is not installed (pip install "segdsl[benchmarks]"): {error}'
    return calls


def by_hand(kind: Kind, number: int, event: Event) -> dict[str, Call]:
    """A loop over all rules, and, where rules are told apart by one value, a dictionary of them."""
    calls: dict[str, Call] = {}
    if kind.test is None:
        return calls
    members = {kind.member}
    rules = [(kind.event, kind.test(n), "S") for n in range(number)]
    if looped(rules, event, members) != {"S"}:
        raise Differs("the loop does not find one rule")
    calls["by hand, a loop"] = Call(
        "looped(rules, event, members)", {"looped": looped, "rules": rules, "event": event, "members": members}
    )
    if kind.value is not None:
        by_value = {kind.event: {kind.value(n): ["S"] for n in range(number)}}
        if indexed(by_value, kind.key, event) != {"S"}:
            raise Differs("the index does not find one rule")
        names = {"indexed": indexed, "by_value": by_value, "key": kind.key, "event": event}
        calls["by hand, an index"] = Call("indexed(by_value, key, event)", names)
    return calls


def looped(rules: Loop, event: Event, members: set[str]) -> set[str]:
    """What an event adds, by asking every rule."""
    added = set()
    for name, test, segment in rules:
        if name == event.name and test(event.fields, members):
            added.add(segment)
    return added


def indexed(by_value: dict[str, dict[Any, list[str]]], key: str, event: Event) -> set[str]:
    """What an event adds, by looking up the value of its field."""
    return set(by_value[event.name].get(event.fields[key].casefold(), ()))


def table(kind: Kind, number: int) -> Call:
    """A decision table of zen that gives all rows that fit, through a loader that keeps it ready: its fastest way."""
    assert kind.cell is not None
    rules = [{"_id": f"r{n}", "i": kind.cell(n), "o": '"S"'} for n in range(number)]
    rows = {
        "hitPolicy": "collect", "inputs": [{"id": "i", "name": "in", "field": kind.input}],
        "outputs": [{"id": "o", "name": "out", "field": "segment"}], "rules": rules,
    }  # fmt: skip
    nodes = [
        {"id": "in", "name": "in", "type": "inputNode"}, {"id": "out", "name": "out", "type": "outputNode"},
        {"id": "table", "name": "table", "type": "decisionTableNode", "content": rows},
    ]  # fmt: skip
    edges = [
        {"id": "1", "sourceId": "in", "targetId": "table", "type": "edge"},
        {"id": "2", "sourceId": "table", "targetId": "out", "type": "edge"},
    ]
    zen = import_module("zen")
    content = zen.ZenDecisionContent(json.dumps({"nodes": nodes, "edges": edges}))
    evaluate = zen.ZenEngine({"loader": lambda key: content}).evaluate
    data = {key: value / SCALE if isinstance(value, int) else value for key, value in kind.fields.items()}
    found = evaluate("rules", data)["result"]
    if found != [{"segment": "S"}]:
        raise Differs(f"zen's table gives {found}")
    return Call('evaluate("rules", data)', {"evaluate": evaluate, "data": data})


def processed(kind: Kind, made: segdsl.Program, sizes: Sizes) -> float:
    """Nanoseconds of `process` in memory: batches of events of as many customers, whose memberships it gives them. Two
    small ones come first: one for what is done once, and one that tells how large the others can be."""
    times: list[float] = []
    batch, numbers = FIRST, count()
    with segdsl.Engine(made, engine=OWN, journal=False, clock=lambda: LATEST) as engine:
        for _ in range(sizes.rounds + 2):
            names = [f"c{next(numbers)}" for _ in range(batch)]
            if kind.member:
                for _ in engine.list_many("include", kind.member, names, at=instant_text(START)):
                    pass
            for before in range(kind.before):
                engine.process([_event(kind, name, before + 1) for name in names])
            events = [_event(kind, name, 24) for name in names]
            time, outcomes = taken(partial(engine.process, events))
            if not all(len(outcome.changes) == 1 for outcome in outcomes):
                raise Differs("process gives something else than one change an event")
            times.append(time.processor / batch * NANO)
            if len(times) == 2:
                batch = max(min(int(sizes.seconds * NANO / max(times[-1], 1)), MOST), FIRST)
    return statistics.median(times[2:])


def _event(kind: Kind, customer: str, hours: int) -> Event:
    at = START + hours * HOUR
    return Event(f"e{hours}", kind.event, customer, at, {"time": at, **kind.fields})
