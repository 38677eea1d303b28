"""The law *file order*: declarations shuffled, and split over files, are the same program.

Seen to fail when equal priority lets the rule that stands later in the file win a conflict, and when segments are judged
in the order of the file instead of that of dependence.
"""

from hypothesis import given, settings
from hypothesis import strategies as st

from segdsl.compiler.pipeline import compile_program
from segdsl.host.program import Program, check_texts, loads
from tests.strategies.programs import Written, programs
from tests.strategies.streams import Stream, streams
from tests.support.running import run


@settings(max_examples=60)
@given(programs(least_rules=2), streams(), st.data())
def test_shuffled_and_split_declarations_mean_the_same(program: Written, stream: Stream, data: st.DataObject) -> None:
    shuffled = data.draw(st.permutations(program.declarations()))
    cut = data.draw(st.integers(0, len(shuffled)))
    checked = check_texts([("one.seg", "\n".join(shuffled[:cut])), ("two.seg", "\n".join(shuffled[cut:]))])
    plan, errors = compile_program(checked)
    assert plan is not None, errors
    other = Program(plan, checked.sources)
    assert other.digest == loads(program.text()).digest
    assert run(other, stream) == run(program.text(), stream)
