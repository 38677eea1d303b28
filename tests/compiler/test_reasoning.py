"""The law *reasoning*: what is said never to hold is never true, what is said always to hold is always true, and what
is said to follow follows, for every customer at every instant of a run.

Seen to fail when the window of a count is not looked at, when a denied comparison is taken to hold for what is not
known, when a span's end is off by one, when texts that start otherwise is compared with its case, and when an event of
another `where` counts as the one at hand.
"""

import time
from collections import Counter

import pytest
from hypothesis import HealthCheck, Phase, assume, find, given, settings

from segdsl.compiler.judging import Because
from segdsl.compiler.lints.base import Ground
from segdsl.compiler.reasoning.values import Numbers, Texts, Values, between, only
from segdsl.host.engine import Engine
from segdsl.host.program import build, check_texts
from segdsl.plan import nodes as p
from tests.strategies.doubtful import asked_rules, asked_segments
from tests.strategies.streams import Stream, streams
from tests.support.running import LATER, instant, opened


def ground(text: str) -> Ground:
    return Ground.of(check_texts([("doubtful.seg", text)]))


def members(engine: Engine, stream: Stream) -> list[set[str]]:
    """The segments of each customer, at each instant at which something happens or changes."""
    found = []
    for customer in {event["customer"] for event in stream}:
        begun = min(instant(event) for event in stream if event["customer"] == customer)
        moments = {instant(event) for event in stream} | {change.instant for change in engine.history(customer, LATER)}
        found += [
            {membership.segment for membership in engine.segments_of(customer, at)} for at in moments if at >= begun
        ]
    return found


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.filter_too_much])
@given(asked_segments(), streams())
def test_what_never_or_always_holds_or_follows_does_so(text: str, stream: Stream) -> None:
    on = ground(text)
    conditions = on.conditions
    never = [name for name in conditions if on.reasoner.never(conditions[name])]
    always = [name for name in conditions if on.reasoner.always(conditions[name])]
    follows = [
        (one, other) for one in conditions for other in conditions
        if one != other and on.reasoner.implies(conditions[one], conditions[other])
    ]  # fmt: skip
    assume(never or always or [pair for pair in follows if pair[0] != "Both"])
    with opened(build(on.program)) as engine:
        engine.process(stream)
        for found in members(engine, stream):
            assert not found & set(never)
            assert found >= set(always)
            assert not [(one, other) for one, other in follows if one in found and other not in found]


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.filter_too_much])
@given(asked_rules(), streams())
def test_what_the_event_at_hand_decides_is_so(text: str, stream: Stream) -> None:
    on = ground(text)
    verdicts = [each for each in on.verdicts if each.part is each.asked.part and each.asked.rule is not None]
    assume(verdicts)
    with opened(build(on.program)) as engine:
        effects = [effect for outcome in engine.process(stream) for effect in outcome.effects]
    told = Counter(str(effect.fields["what"]) for effect in effects)
    for verdict in verdicts:
        before, after = ("asked", "gone on") if verdict.asked.earlier else ("started", "asked")
        assert told[after] == (told[before] if verdict.always else 0)


WITHOUT_DATABASE = settings(max_examples=2_000, database=None, phases=[Phase.generate])


@pytest.mark.parametrize("always", [True, False])
@pytest.mark.parametrize("because", [Because.ITSELF, Because.EVENT, Because.MATCH, Because.BEFORE])
def test_the_law_has_something_to_say(because: Because, always: bool) -> None:
    def judged(text: str) -> bool:
        return any((each.because, each.always) == (because, always) for each in ground(text).verdicts)

    assert find(asked_rules(), judged, settings=WITHOUT_DATABASE)


# ----------------------------------------------------------------------------------------------------------------- sets


def test_spans_have_both_ends_in() -> None:
    assert between(1, 3).meet(between(3, 5)) == only(3)
    assert between(1, 3).meet(between(4, 5)).empty


def test_multiples_leave_spans_between_them_empty() -> None:
    whole = Values(Numbers(((0, float("inf")),), 10), False)
    assert whole.meet(between(11, 19)).empty
    assert not whole.meet(between(11, 20)).empty


def test_the_complement_of_known_values_is_the_other_ones_and_what_is_not_known() -> None:
    assert between(1, 3).complement() == Values(Numbers(((-float("inf"), 0), (4, float("inf")))), True)


def test_texts_that_start_otherwise_exclude_each_other() -> None:
    new, newer, old = (Texts(None, frozenset(), frozenset({("starts with", t, True)})) for t in ("New", "New Y", "Old"))
    assert new.meet(old).empty
    assert not new.meet(newer).empty
    assert newer.meet(new.complement()).empty


def test_a_search_with_very_many_cases_gives_up_and_says_nothing() -> None:
    names = [f"n{number}" for number in range(12)]
    pairs = [(one, other) for one in names for other in names if one < other]
    asked = " and ".join(f"({one} > 1 or {other} > 1 or {one} < 0 or {other} < 0)" for one, other in pairs)
    on = ground("\n".join([*(f"attribute {name}: number" for name in names), f"segment S if {asked}"]))
    begun = time.perf_counter()
    assert not on.reasoner.never(on.conditions["S"])
    assert time.perf_counter() - begun < 5


def test_a_default_is_never_unknown() -> None:
    on = ground("attribute score: number default 0\nsegment S if score > 1 or score <= 1")
    assert on.reasoner.always(on.conditions["S"])
    assert not on.reasoner.never(p.Negation(p.Known(p.Attribute("income"))))
