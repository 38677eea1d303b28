"""All engines bring a state of other rules under theirs alike (language.md section 5.14)."""

from hypothesis import given, settings

from segdsl.engines import prepare
from segdsl.host.deploying.turning import Past, Turning
from segdsl.host.program import loads
from segdsl.plan import nodes as p
from segdsl.records.outcomes import Because
from segdsl.state.customer import State, Stay
from segdsl.state.life import decode
from tests.strategies.programs import Written, programs
from tests.strategies.streams import CUSTOMERS, Stream, streams
from tests.support.agreeing import compare
from tests.support.running import opened


@settings(max_examples=6)
@given(programs(), programs(), streams())
def test_a_state_of_other_rules_is_the_same_to_all_engines(old: Written, new: Written, stream: Stream) -> None:
    other = loads(new.text()).plan
    with opened(old.text()) as engine:
        engine.process(stream)
        turning, at = Turning(engine.plan, other), engine.now()
        for data in engine.backend.load(CUSTOMERS).values():
            before = engine.prepared.settle(decode(data).head, at).state
            state, _ = turning.turn(before, Past(), at)
            reference, compiled = (prepare(other, name) for name in ("reference", "compiled"))
            compare("load", reference.load(state, at), compiled.load(state, at))


def test_a_membership_that_rules_of_before_gave_ends_at_its_instant() -> None:
    plan: p.Plan = loads("segment Skiers by activities\nsegment Staff listed").plan
    for name in ("reference", "compiled"):
        engine = prepare(plan, name)
        state = State("ann", 0, 0, 0, added={"Skiers": Stay(Because("added"), 7)}, members={"Skiers": 0, "Gone": 0})
        loaded = engine.load(state, 5)
        assert [(change.segment, change.entered) for change in loaded.changes] == [("Gone", False)]
        assert (loaded.state.due, loaded.state.timer) == (7, None)
        assert [change.instant for change in engine.settle(loaded.state, 9).changes] == [7]
