"""A mistake in generated code can be found: a fault planted in it shows the generated line, the place in the rules, and
the input that it came with; and the texts of generated code do not pile up."""

import gc
import linecache
import traceback
from collections.abc import Callable

import pytest

import segdsl
from segdsl.engines.compiled import Compiled, expressions, prepare
from segdsl.host.program import loads
from segdsl.plan import nodes as p
from segdsl.records.inputs import Event
from segdsl.state.customer import State

NOON = 1_772_366_400_000_000
HOUR = 3_600_000_000


class PlantedError(Exception):
    """The fault."""


def fail(*_given: object) -> None:
    raise PlantedError("planted")


def plant(compiled: Compiled, *names: str) -> None:
    """Have functions fail that generated code calls."""
    for name in names:
        assert name in compiled.source.names
        compiled.source.names[name] = fail


def shown(act: Callable[[], object]) -> str:
    """What Python prints of a fault."""
    with pytest.raises(PlantedError) as caught:
        act()
    return "".join(traceback.format_exception(caught.value))


def made(text: str) -> Compiled:
    return prepare(loads(text, "shop.seg").plan)


def event(name: str = "pings", **fields: object) -> Event:
    return Event("e1", name, "ann", NOON, fields)


BASE = "event pings { note: text, amount: number }\nsegment Hit by activities\naction tell { what: text }\n"


def test_a_fault_in_a_memory_tells_the_segment_that_asks_for_it() -> None:
    compiled = made(BASE + "segment Busy if count of pings within 1 hour >= 2\n")
    plant(compiled, "with_instant")
    text = shown(lambda: compiled.step(None, event()))
    assert "s.memories = {**s.memories," in text
    assert "in the code made for count of pings within 1 hour: shop.seg:4 (segment Busy)" in text
    assert "on pings 'e1' of customer 'ann' at 2026-03-01T12:00:00Z" in text


def test_a_fault_in_one_of_many_memories_tells_its_own_segment() -> None:
    many = "".join(f'segment S{n} if count of pings where note is "n{n}" within 1 hour >= 2\n' for n in range(12))
    compiled = made(BASE + many)
    plant(compiled, "with_instant")
    text = shown(lambda: compiled.step(None, event(note="n7")))
    assert 'count of pings where note is "n7" within 1 hour: shop.seg:11 (segment S7)' in text


def test_a_fault_in_a_segment_tells_its_line() -> None:
    compiled = made(BASE + "segment Busy if count of pings within 1 hour >= 2\n")
    state = compiled.step(None, event()).state
    plant(compiled, "count_since")
    text = shown(lambda: compiled.step(state, Event("e2", "pings", "ann", NOON + 1)))
    assert "count_since(" in text
    assert "in the code made for shop.seg:4 (segment Busy)" in text


def test_a_fault_in_a_newcomers_segment_tells_its_line() -> None:
    compiled = made('attribute points: number default 2\nsegment Odd if random 50% "x" and points > 1\n')
    plant(compiled, "falls_within")
    assert "shop.seg:2 (segment Odd)" in shown(lambda: compiled.fresh("ann", NOON))


def test_a_fault_in_a_rules_condition_tells_its_line_among_others() -> None:
    rules = 'when pings where note is "a" then add to Hit\nwhen pings if random 50% seed "x" then tell "b"\n'
    compiled = made(BASE + rules.replace('random 50% seed "x"', 'random 50% "x"'))
    plant(compiled, "falls_within")
    text = shown(lambda: compiled.step(None, event(note="b")))
    assert "in the code made for shop.seg:5 (rule)" in text
    assert "found.append" in text


def test_a_fault_in_a_table_of_rules_tells_how_many_they_are() -> None:
    event_ = "event pings { note: text ignoring case }\nsegment Hit by activities\n"
    compiled = made(event_ + "".join(f'when pings where note is "n{n}" then add to Hit\n' for n in range(5)))
    plant(compiled, "folded")
    assert "in the code made for 5 rules: shop.seg:" in shown(lambda: compiled.step(None, event(note="\u00f1")))


def test_a_fault_in_steps_tells_the_rule_with_its_activity() -> None:
    compiled = made(BASE + "activity Greeting {\n  when pings then tell with what = note\n}\n")
    plant(compiled, "known")
    text = shown(lambda: compiled.step(None, event(note="x")))
    assert "in the code made for shop.seg:5 (activity Greeting)" in text
    assert "wishes.append(Wish(" in text


def test_a_fault_in_a_limit_tells_its_line() -> None:
    limit = 'limit 1 within 1 day for tell where what in ("a", "b", "c", "d", "e")\n'
    compiled = made(BASE + limit + "when pings then tell with what = note\n")
    compiled.source.names |= {name: _Failing() for name in compiled.source.names if name.startswith("constant_")}
    assert "in the code made for shop.seg:4" in shown(lambda: compiled.step(None, event(note="a")))


class _Failing:
    def __contains__(self, _value: object) -> bool:
        raise PlantedError("planted")


def test_a_fault_while_the_clock_runs_tells_up_to_when() -> None:
    compiled = made(BASE + "segment Busy if count of pings within 1 hour >= 1\n")
    state = compiled.step(None, event()).state
    plant(compiled, "count_since")
    text = shown(lambda: compiled.settle(state, NOON + 2 * HOUR))
    assert "in the code made for shop.seg:4 (segment Busy)" in text
    assert "as the clock ran to 2026-03-01T14:00:00Z for customer 'ann'" in text


def test_a_fault_in_a_question_says_so() -> None:
    compiled = made(BASE)
    plant(compiled, "falls_within")
    state = compiled.fresh("ann", NOON)
    asked = p.Chance("s", "x", 500_000)
    assert "in the code made for a question" in shown(lambda: compiled.ask(state, asked, NOON))
    assert "in the code made for a question" in shown(lambda: compiled.looking(state, NOON)(asked))
    assert "return falls_within(" in shown(lambda: compiled.condition(asked)(state, NOON, {}))


def test_a_fault_in_a_promotion_tells_its_line() -> None:
    compiled = made(BASE + 'promotion Gift if random 50% "x"\n')
    plant(compiled, "falls_within")
    state = compiled.fresh("ann", NOON)
    text = shown(lambda: compiled.entitled(state, compiled.plan.promotions[0], NOON))
    assert "in the code made for shop.seg:4 (promotion Gift)" in text


def test_a_fault_deep_inside_a_condition_tells_its_line() -> None:
    deep = "points"
    for _ in range(40):
        deep = f"({deep} + 1)"
    compiled = made(f"event pings\nattribute points: number default 1\nsegment High if {deep} > 5\n")
    plant(compiled, "add")
    assert "shop.seg:3 (segment High)" in shown(lambda: compiled.step(None, event()))


def test_each_generated_line_of_a_traceback_is_of_its_own_function() -> None:
    """Two plans, and two functions of one plan, with the same names."""
    rules = BASE + "".join(f'when pings where note contains "{sign}" then tell with what = note\n' for sign in "ab")
    one, other = made(rules), made(rules)
    for compiled in (one, other):
        compiled.step(None, event(note="ab"))
    assert set(one.source.files).isdisjoint(other.source.files)
    for compiled in (one, other):
        for file, unit in compiled.source.files.items():
            assert "".join(linecache.getlines(file)) == unit.text


def test_the_user_of_an_engine_sees_the_note(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("segdsl.engines.compiled.provided.on_days", fail)
    rules = BASE + "when pings if on Sunday then add to Hit\n"
    with segdsl.Engine(segdsl.loads(rules, "shop.seg"), clock=lambda: NOON + HOUR) as engine:
        given = {"event": "pings", "customer": "ann", "time": "2026-03-01T12:00:00Z"}
        text = shown(lambda: engine.process(given))
        assert engine.segments_of("ann") == []
    assert "in the code made for shop.seg:4 (rule)" in text


def test_the_texts_of_plans_go_with_them() -> None:
    def run_one() -> None:
        compiled = made(BASE + "segment Busy if count of pings within 1 hour >= 2\nwhen pings then add to Hit\n")
        compiled.step(None, event())
        assert compiled.source.files

    run_one()
    gc.collect()
    before = len(linecache.cache)
    for _ in range(20):
        run_one()
    gc.collect()
    assert len(linecache.cache) <= before


def test_the_texts_of_questions_go_with_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("segdsl.engines.compiled.ASKED", 10)
    compiled = made(BASE)
    state: State = compiled.fresh("ann", NOON)
    for number in range(100):
        compiled.ask(state, p.Constant(f"question {number}"), NOON)
    gc.collect()
    assert len(compiled.source.files) <= 11


def test_names_that_generated_code_uses_are_there() -> None:
    assert {"with_instant", "count_since", "falls_within"} <= expressions.names(made(BASE).zone).keys()
