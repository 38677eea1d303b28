"""That nothing is left out where engines are compared: programs meet every node of the plan, in all its forms, and when
they run everything comes about that can."""

from collections import Counter

from segdsl.engines import reference
from segdsl.engines.reference.witness import Sighting
from tests.strategies.whole.programs import cached
from tests.support.agreeing import Sides, run
from tests.support.meeting import came_about, lived, met, tally, wanted

PROGRAMS = 150
LEAST = 3
"""Programs that have to meet each form."""

RUN = 50
TIMES = 5
"""How often everything has to come about, at the least, under so many programs that are run."""


def test_programs_meet_every_form_of_the_plan_s_nodes() -> None:
    found = tally(cached(number).plan for number in range(PROGRAMS))
    assert {label: found[label] for label in sorted(wanted()) if found[label] < LEAST} == {}


def test_no_node_of_a_plan_is_unknown_to_the_list_of_forms() -> None:
    found = set().union(*(met(cached(number).plan) for number in range(PROGRAMS)))
    assert found - wanted() <= {"Window", "Length"}


def test_everything_comes_about_when_programs_run() -> None:
    counted: Counter[str] = Counter()

    def see(sighting: Sighting) -> None:
        counted.update(came_about(sighting))

    for number in range(RUN):
        sides = Sides.of(cached(number).plan, lambda plan: reference.prepare(plan, see), reference.prepare)
        assert run(sides, number, 200)[1] is None
    assert {label: counted[label] for label in sorted(lived()) if counted[label] < TIMES} == {}
