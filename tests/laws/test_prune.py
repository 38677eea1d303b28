"""The law *prune*: a run whose store is pruned at any time goes on as if it had not been, is sound, and answers what it
still can as before.

Seen to fail when all that ended before the instant goes, whatever a late event can still reach, and when history goes
that had not ended by then.
"""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from segdsl.diagnostics.errors import StoreError
from segdsl.host.care.checking import check
from segdsl.host.care.pruning import prune
from segdsl.host.engine import Engine
from segdsl.records.outcomes import Outcome
from segdsl.values.instants import DAY, HOUR
from tests.strategies.programs import Written
from tests.strategies.streams import Stream
from tests.strategies.timed_programs import timed_programs
from tests.strategies.visitors import visited
from tests.support.running import LATER, instant, opened
from tests.support.timing import SHORT

BACK = (0, 1, HOUR, 90 * 60_000_000, 2 * DAY)
"""How far behind the store's clock it is pruned."""


@st.composite
def out_of_order(draw: st.DrawFn) -> Stream:
    """Events some of which come one or two places late."""
    stream = draw(visited(gaps=SHORT))
    for place in draw(st.lists(st.integers(1, len(stream) - 1), max_size=4, unique=True)):
        stream[place - 1], stream[place] = stream[place], stream[place - 1]
    return stream


@pytest.mark.parametrize("lateness", ["", "lateness 90 minutes\n", "lateness 2 days\n"])
@settings(max_examples=12)
@given(timed_programs(), out_of_order(), st.data())
def test_a_pruned_run_goes_on_as_one_that_was_not(
    lateness: str, program: Written, stream: Stream, data: st.DataObject
) -> None:
    with opened(lateness + program.text()) as pruned, opened(lateness + program.text()) as whole:
        for event in stream:
            assert pruned.process(event) == whole.process(event)
            if (ahead := data.draw(st.sampled_from((None, None, HOUR, 5 * DAY)))) is not None:
                assert advanced(pruned, instant(event) + ahead) == advanced(whole, instant(event) + ahead)
            clock = pruned.backend.clock()
            if clock is not None and data.draw(st.booleans()):
                prune(pruned.backend, clock - data.draw(st.sampled_from(BACK)))
        assert advanced(pruned, LATER) == advanced(whole, LATER)
        assert check(pruned.backend, deep=True).faults == ()
        since = pruned.backend.pruned()
        for name in pruned.segments:
            assert list(pruned.members(name)) == list(whole.members(name))
            if since is not None:
                assert list(pruned.members(name, since)) == list(whole.members(name, since))
                with pytest.raises(StoreError, match="were pruned from this store"):
                    pruned.members(name, since - 1)


def advanced(engine: Engine, to: int) -> list[Outcome]:
    """What comes of the clock's running up to an instant."""
    outcomes: list[Outcome] = []
    engine.advance(to, before_commit=outcomes.extend)
    return outcomes
