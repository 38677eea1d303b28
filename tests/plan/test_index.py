"""How guards are reached: by what part of them, and that nothing which could have started is passed over."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from segdsl.engines.compiled import prepare as compiled_by
from segdsl.engines.compiled.selecting import TABLE
from segdsl.engines.reference import prepare as reference_by
from segdsl.host.program import loads
from segdsl.plan import nodes as p
from segdsl.plan.index import Access, access
from segdsl.plan.text import Text
from segdsl.plan.unindexed import NOTHING_ASKED, reason
from segdsl.records.inputs import Event
from segdsl.values.numbers import SCALE

BASE = """\
event searches { term: text ignoring case, place: text, results: number, again: boolean, tags: list of text }
attribute tier: text
attribute points: number
segment Fans by activities
segment Staff by activities
segment Out by activities
"""

START = 1_772_366_400_000_000


def reached(rule: str) -> tuple[str, Access]:
    """How a rule on `searches` is reached, in words, and as it is."""
    plan = loads(f"{BASE}when searches {rule} then add to Out\n").plan
    trigger, condition = plan.rules[0].triggers[0], plan.rules[0].condition
    assert isinstance(trigger, p.EventTrigger)
    found = access(trigger.match, condition)
    key = "" if found.key is None else Text(plan).condition(found.key)
    return f"{found.by} {key}".strip(), found


@pytest.mark.parametrize(
    ("rule", "how", "values"),
    [
        ('"Acme"', "equality term", ("acme",)),
        ('place "Home"', "equality place", ("Home",)),
        ('where term in ("Acme", "Bolt")', "equality term", ("acme", "bolt")),
        ('where (term is "Acme" or term is "Bolt")', "equality term", ("acme", "bolt")),
        ('where (term is "Acme" and results > 3)', "equality term", ("acme",)),
        ("where results = 3", "equality results", (3 * SCALE,)),
        ("where again is yes", "equality again", (True,)),
        ('if tier is "gold"', "equality tier", ("gold",)),
        ('if tier is "gold" and this place is "Home"', "equality place", ("Home",)),
        ("if in segment Fans", "membership", ("Fans",)),
        ("if in segment any(Fans, Staff)", "membership", ("Fans", "Staff")),
        ('"Acme" if in segment Fans', "equality term", ("acme",)),
        ("if in segment Fans and results > 3", "membership", ("Fans",)),
        ("where results >= 100", "threshold results", (100 * SCALE,)),
        ("if points < 5", "threshold points", (5 * SCALE,)),
        ("", "nothing", ()),
        ('where term contains "a"', "nothing", ()),
        ('where tags contains "a"', "nothing", ()),
        ('where term is not "Acme"', "nothing", ()),
        ('where (term is "Acme" or place is "Home")', "nothing", ()),
        ("where (results > 5 or results < 2)", "nothing", ()),
        ("if not in segment Fans", "nothing", ()),
        ("if in segment Fans or points > 1", "nothing", ()),
        ("if points is known", "nothing", ()),
        ("if searches within 1 day", "nothing", ()),
        ("if on Sunday", "nothing", ()),
    ],
)
def test_what_a_rule_is_reached_by(rule: str, how: str, values: tuple[Any, ...]) -> None:
    found, access_ = reached(rule)
    assert (found, access_.values) == (how, values)


@pytest.mark.parametrize(
    ("rule", "why", "instead"),
    [
        ("", NOTHING_ASKED.why, ""),
        ('where term contains "a"', "it looks for a part of a text", "where the whole text"),
        ('where tags contains "a"', "a list may hold many values", ""),
        ('where term is not "Acme"', "what is not so cannot be looked up", "name those that are meant"),
        ('where (term is "A" or place is "B")', "its alternatives ask for different things", "a rule for each"),
        ("if not in segment Fans", "what is not so cannot be looked up", "declare a segment"),
        ("if points is known", "that something is known cannot be looked up", "declare a segment"),
        ("if searches within 1 day", "it asks for the past", "declare a segment"),
        ("if searches where place is this place within 1 day", "it asks for the past", ""),
        ("if on Sunday", "it asks for the day or the time", ""),
        ("if on Sunday and searches within 1 day", "it asks for the past", "declare a segment"),
        ('if random 10% "x"', "a draw cannot be looked up", "declare a segment"),
    ],
)
def test_why_a_rule_cannot_be_looked_up(rule: str, why: str, instead: str) -> None:
    plan = loads(f"{BASE}when searches {rule} then add to Out\n").plan
    trigger = plan.rules[0].triggers[0]
    assert isinstance(trigger, p.EventTrigger)
    found = reason(trigger.match, plan.rules[0].condition)
    assert (found.why, instead in found.instead, bool(found.instead)) == (why, True, bool(instead))


@pytest.mark.parametrize("rule", ["if points is known", "if searches within 1 day", 'if random 10% "x"'])
def test_what_the_advice_says_can_be_written_and_is_looked_up(rule: str) -> None:
    """`declare a segment with this condition, and ask if in segment`."""
    condition = rule.removeprefix("if ")
    plan = loads(f"{BASE}segment Meant if {condition}\nwhen searches if in segment Meant then add to Out\n").plan
    assert access(None, plan.rules[0].condition).by == "membership"


ASKED = st.sampled_from(
    (
        '"a"', '"b"', '"C"', 'place "a"', 'where term in ("a", "b", "c")', "where results > 1", "where results >= 1",
        "where results < 1", "where results <= 1", "where results = 1", "where again is yes", "where again is no",
        'where (place is "a" or place is "b")', 'where (place is "a" and results > 0)', 'where (not (place is "a"))',
        'where term contains "a"', "", 'if tier is "a"', 'if tier in ("a", "b")', "if points > 1", "if points <= 0",
        "if in segment Fans", "if in segment any(Fans, Staff)", "if in segment all(Fans, Staff)",
        "if in segment none(Fans, Staff)", "if in segment Fans or points > 1", 'if this place is "a"',
        "if this results = 1 and in segment Fans", "if 1 < points", 'if tier is not "a"', "if points is not known",
    )
)  # fmt: skip
TEXTS = st.sampled_from((None, "a", "A", "b", "c", "ab"))
NUMBERS = st.sampled_from((None, 0, SCALE, 1_500_000, 2 * SCALE))
FIELDS = st.fixed_dictionaries(
    {"term": TEXTS, "place": TEXTS, "results": NUMBERS, "again": st.sampled_from((None, True, False))}
)


@settings(max_examples=40)
@given(
    st.lists(ASKED, min_size=TABLE, max_size=14, unique=True),
    st.lists(FIELDS, min_size=1, max_size=5),
    st.fixed_dictionaries({"tier": TEXTS, "points": NUMBERS}),
    st.sets(st.sampled_from(("Fans", "Staff"))),
)
def test_what_is_passed_over_could_not_have_started(
    asked: list[str], events: list[dict[str, Any]], attributes: dict[str, Any], members: set[str]
) -> None:
    """All rules that start by the reference's judgement are among those that are selected."""
    plan = loads(BASE + "".join(f"when searches {each} then add to Out\n" for each in asked)).plan
    reference, compiled = reference_by(plan), compiled_by(plan)
    state = reference.fresh("ann", START)
    state.attributes = {name: value for name, value in attributes.items() if value is not None}
    state.members = dict.fromkeys(members, START)
    select = compiled.history.on("searches").select
    assert select is not None
    for number, fields in enumerate(events):
        known = {name: value for name, value in fields.items() if value is not None}
        started = set(reference.step(state, Event(f"e{number}", "searches", "ann", START, known)).fired)
        found: list[int] = []
        select(state, START, known, found)
        assert started <= {plan.rules[each].id for each in found}
