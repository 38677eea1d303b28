"""The law *idle rules*: adding what nobody reads changes nothing else.

Seen to fail when arrival numbers count the rules that fired, and when memories are shared by event and measure alone.
"""

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.strategies.programs import Names, Written, actions, conditions, programs
from tests.strategies.streams import Stream, streams
from tests.support.running import run

SHARED = (("looks", "3 hours"), ("buys thing", "5 minutes"), ("pings", "1 week"))
"""Other windows over the same events as the program's."""

NAMES = Names(["Derived 0"], ["worth"])


@settings(max_examples=60)
@given(programs(), streams(), conditions(NAMES), st.sampled_from(("buys thing", "looks", "pings")))
def test_what_nobody_reads_changes_nothing_else(program: Written, stream: Stream, condition: str, event: str) -> None:
    idle = [
        f"segment Idle if {condition}",
        *(f"segment Idle {name} if count of {name} within {length} >= 2" for name, length in SHARED),
        "segment Idle Added by activities",
        "define idle as count of pings within 2 days + 1",
        f"when {event} if {condition} then add to Idle Added",
        f"activity Idle Activity priority 50 once {{ when {event} then add to Idle Added }}",
    ]
    # Before the program, so that what is shared with it would be made for the idle ones.
    names = ("Idle", "Idle Added", *(f"Idle {name}" for name, _ in SHARED))
    assert run("\n".join([*idle, program.text()]), stream).without(*names) == run(program.text(), stream)


@settings(max_examples=40)
@given(programs(), streams(), st.data())
def test_a_rule_that_never_fires_changes_nothing(program: Written, stream: Stream, data: st.DataObject) -> None:
    event = data.draw(st.sampled_from(("buys thing", "looks", "pings")))
    idle = f"when {event} if points = 77 then {data.draw(actions(event))}".replace("mark", "idle mark").replace(
        "set mood", "set idle mood"
    )
    extra = ["attribute idle mark: number", "attribute idle mood: text", idle]
    assert run("\n".join([program.text(), *extra]), stream) == run(program.text(), stream)
