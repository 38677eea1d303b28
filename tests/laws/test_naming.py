"""The law *naming*: a rule's condition, and a derived segment of that condition in its place, are the same rule.

Seen to fail when a step judges its rules before the derived segments have seen the event at hand.
"""

from hypothesis import given, settings

from tests.strategies.programs import Written, nameable
from tests.strategies.streams import Stream, streams
from tests.support.running import run


@settings(max_examples=100)
@given(nameable(), streams())
def test_a_condition_can_be_given_a_name(program: Written, stream: Stream) -> None:
    named = program.named(0, "Named")
    assert run(named.text(), stream).without("Named") == run(program.text(), stream)
