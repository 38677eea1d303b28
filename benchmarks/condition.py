"""One condition of four parts on one event: segdsl's engines, a hand-written function, and other people's engines.

All four parts are true of the event that is timed, so that nobody gets away with the first. Before it is timed every
contestant answers for a few hundred other events and customers, and all must agree.
"""

import json
from collections.abc import Callable, Mapping
from functools import partial
from importlib import import_module
from itertools import product
from typing import Any

import segdsl
from benchmarks import peers
from benchmarks.results import Chart, Result, Table, agree
from benchmarks.sizes import Sizes
from benchmarks.timing import Call, nanoseconds, versions
from segdsl.engines import engines, prepare
from segdsl.plan.expressions import Expression
from segdsl.state.customer import State
from segdsl.values.numbers import SCALE

RULES = """
attribute country: text ignoring case
attribute household: number
segment Loyal by activities
segment Targets by activities
when places order
  if amount > 50 and country is "AT" and income / household >= 9000 and in segment Loyal
then add to Targets
"""
NOW = 1_767_225_600_000_000

Fields = Mapping[str, Any]
Judge = Callable[[State, int, Fields], bool]

SITUATIONS = [
    dict(zip(("amount", "country", "income", "household", "loyal"), each, strict=True))
    for each in product(
        (73.5, 50.0, 50.25, 12.0),
        ("AT", "at", "aT", "DE"),
        (30_000.0, 18_000.0, 17_999.5),
        (2.0, 1.0, 4.0),
        (True, False),
    )
]
"""The first one meets all four parts."""

PARTIAL = [
    {key: value for key, value in SITUATIONS[0].items() if key != missing}
    for missing in ("amount", "country", "income", "household")
] + [SITUATIONS[0] | {"household": 0.0}]
"""What is not known, and a division by zero: only those who know the language's meaning are asked."""


def by_hand(state: State, now: int, fields: Fields) -> bool:
    """The same meaning: what is not known is not met, exact millionths, text without case."""
    amount = fields.get("amount")
    if amount is None or amount <= 50_000_000:
        return False
    attributes = state.attributes
    country = attributes.get("country")
    if country is None or country.casefold() != "at":
        return False
    income, household = attributes.get("income"), attributes.get("household")
    if income is None or not household:
        return False
    return rounded(income * 1_000_000, household) >= 9_000_000_000 and "Loyal" in state.members


def rounded(numerator: int, denominator: int) -> int:
    """A quotient rounded half to even."""
    if denominator < 0:
        numerator, denominator = -numerator, -denominator
    quotient, rest = divmod(numerator, denominator)
    rest += rest
    return quotient + 1 if rest > denominator or (rest == denominator and quotient & 1) else quotient


def plainly(state: State, now: int, fields: Fields) -> bool:
    """What is written where everything is known: `by_hand` without asking for it, on floats."""
    attributes = state.attributes
    return (
        fields["amount"] > 50
        and attributes["country"].casefold() == "at"
        and attributes["income"] / attributes["household"] >= 9000
        and "Loyal" in state.members
    )


def measure(sizes: Sizes) -> Result:
    result = Result("condition", versions=versions("segdsl", *peers.PACKAGES.values()))
    judges = judges_of(result)
    for each in SITUATIONS + PARTIAL:
        state, fields = given(each)
        agree(f"the condition for {each}", ((name, judge(state, NOW, fields)) for name, judge in judges.items()))
    asked = dict(judges) | {"by hand, all known, floats": plainly}
    state, fields = given(SITUATIONS[0])
    floats = (
        State("ann", NOW, NOW, NOW, attributes=attributes_of(SITUATIONS[0], 1), members={"Loyal": NOW}),
        {"amount": 73.5},
    )
    calls = {
        name: Call(
            "judge(state, now, fields)", dict(zip(("judge", "state", "now", "fields"), (judge, *kept), strict=True))
        )
        for name, judge in asked.items()
        for kept in [(floats[0], NOW, floats[1]) if judge is plainly else (state, NOW, fields)]
    }
    for name, peer in peers.found(result.skipped).items():
        agree(
            f"the condition as {name} judges it",
            [
                ("segdsl", [by_hand(*_at(each)) for each in SITUATIONS]),
                (name, [bool(peer.answer(each)) for each in SITUATIONS]),
            ],
        )
        calls[name] = peer.call(SITUATIONS[0])
    times = nanoseconds(calls, sizes.rounds, sizes.seconds)
    base = times["by hand"]
    ordered = sorted(times.items(), key=lambda each: each[1])
    result.tables.append(
        Table(
            "One condition of four parts, one event",
            ("", "nanoseconds", "to by hand"),
            tuple((name, nanos, nanos / base) for name, nanos in ordered),
        )
    )
    result.charts.append(Chart("condition", "One condition of four parts, one event", "ns", tuple(ordered), True))
    result.figures = {"nanoseconds": times}
    if "segdsl, compiled" in times:
        result.figures["compiled to by hand"] = times["segdsl, compiled"] / base
    return result


def judges_of(result: Result) -> dict[str, Judge]:
    """Those that take a state and the fields of an event: by hand, and each of segdsl's engines."""
    judges: dict[str, Judge] = {"by hand": by_hand}
    plan = segdsl.loads(RULES).plan
    condition = plan.rules[0].condition
    assert condition is not None
    for name in engines():
        prepared: Any = prepare(plan, name)
        if hasattr(prepared, "condition"):
            judges[f"segdsl, {name}"] = prepared.condition(condition)
        elif name == "reference":
            judges["segdsl, reference"] = partial(_referred, prepared, condition)
    if "segdsl, compiled" not in judges:
        result.skipped["segdsl, compiled"] = "this version of segdsl has no compiled engine"
    return judges


def _referred(prepared: Any, condition: Expression, state: State, now: int, fields: Fields) -> bool:
    """By the reference engine, which has the event at hand in a view of its own."""
    evaluating = import_module("segdsl.engines.reference.evaluate")
    holds: Callable[..., bool] = evaluating.holds
    return holds(condition, prepared._view(state, now).of_flow(fields))


def given(situation: Mapping[str, Any]) -> tuple[State, dict[str, Any]]:
    """A state and the fields of an event, as segdsl has them."""
    members = {"Loyal": NOW} if situation["loyal"] else {}
    state = State("ann", NOW, NOW, NOW, attributes=attributes_of(situation, SCALE), members=members)
    return state, {"time": NOW} | ({"amount": round(situation["amount"] * SCALE)} if "amount" in situation else {})


def _at(situation: Mapping[str, Any]) -> tuple[State, int, dict[str, Any]]:
    state, fields = given(situation)
    return state, NOW, fields


def attributes_of(situation: Mapping[str, Any], scale: int) -> dict[str, Any]:
    """The attributes of a customer, with numbers in parts of `scale`."""
    kept = {key: situation[key] for key in ("country", "income", "household") if key in situation}
    return {
        key: round(value * scale) if isinstance(value, float) else value
        for key, value in json.loads(json.dumps(kept)).items()
    }
