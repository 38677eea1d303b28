"""The law *file order*: declarations shuffled, and split over files, are the same program.

Seen to fail when equal priority lets the rule that stands later in the file win a conflict, and when of two values for
an attribute the later in the file is taken.
"""

from hypothesis import given, settings
from hypothesis import strategies as st

from segdsl.compiler.pipeline import compile_program
from segdsl.host.program import Program, check_texts, loads
from tests.strategies.programs import Written, actions, programs
from tests.strategies.streams import Stream, streams
from tests.support.running import run

WANTED = actions("looks") | st.sampled_from(("set mark = 1", "set mark = 2", "clear mark"))


@settings(max_examples=80)
@given(programs(), st.lists(WANTED, min_size=2, max_size=4), streams(), st.data())
def test_shuffled_and_split_declarations_mean_the_same(
    program: Written, wanted: list[str], stream: Stream, data: st.DataObject
) -> None:
    # Rules that one event fires, so that what they want is in conflict often.
    declarations = list(
        dict.fromkeys(
            [*program.declarations(), "segment Marked if mark = 2", *(f"when looks then {action}" for action in wanted)]
        )
    )
    text = "\n".join(declarations)
    shuffled = data.draw(st.permutations(declarations))
    cut = data.draw(st.integers(0, len(shuffled)))
    checked = check_texts([("one.seg", "\n".join(shuffled[:cut])), ("two.seg", "\n".join(shuffled[cut:]))])
    plan, errors = compile_program(checked)
    assert plan is not None, errors
    other = Program(plan, checked.sources)
    assert other.digest == loads(text).digest
    assert run(other, stream) == run(text, stream)
