"""That the comparison of engines finds what is wrong: each small fault, planted in a copy of the reference, is seen."""

import pytest

from segdsl.engines.reference import prepare
from tests.engines.faults import FAULTS
from tests.strategies.whole.programs import cached
from tests.support.agreeing import Sides, run
from tests.support.planting import Fault, planted
from tests.support.shrinking import Disagreement, shrunk

PROGRAMS = 160
"""A fault that is not seen in so many is not found: then better what programs are drawn, or what happens in them."""

INPUTS = 250


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_a_planted_fault_is_seen(fault: Fault) -> None:
    faulty = planted(fault)
    assert any(
        run(Sides.of(cached(number).plan, prepare, faulty), number, INPUTS)[1] is not None for number in range(PROGRAMS)
    )


def test_a_copy_without_a_fault_agrees() -> None:
    copy = planted(Fault("none", "engines.reference", "def prepare(", "def prepare("))
    for number in range(3):
        assert run(Sides.of(cached(number).plan, prepare, copy), number, INPUTS)[1] is None


def test_a_disagreement_is_told_by_a_small_program_and_few_inputs() -> None:
    fault = next(each for each in FAULTS if each.name == "a limit lets one more through")
    faulty = planted(fault)
    for number in range(PROGRAMS):
        program = cached(number)
        happened, found = run(Sides.of(program.plan, prepare, faulty), number, INPUTS)
        if found is not None:
            break
    assert found is not None
    smallest = shrunk(Disagreement(program, tuple(happened), found), prepare, faulty)
    assert len(smallest.happened) <= 6
    assert len(smallest.program.declarations) <= len(program.declarations) / 2
    assert any(text.startswith("limit ") for text in smallest.program.declarations)
    assert "limit " in smallest.text() and "reference: " in smallest.text()


def test_a_fault_on_code_that_has_changed_is_told() -> None:
    with pytest.raises(LookupError, match="has 0 times, and not once: no such code"):
        planted(Fault("gone", "engines.reference", "no such code", ""))
