"""The law *engines*: every engine does what the reference does (language.md section 5, architecture rule 2).

Each step of drawn programs over the whole language is taken by the reference and by the other engine, and all of it is
compared: the next state field by field, changes, effects, what fired and when, what was held back; and the state that
was given is as it was. So are questions, promotions, customers never seen, and the lines of orders. Then the same for
the corpus, the examples and the scenarios, and for what a host does with late, repeated and visitors' events.

`pytest tests/engines/test_agreement.py --agreement-steps 5000000` compares so many steps, and says how many at the end.
That the comparison finds what is wrong is seen in `test_faults.py`, that nothing is left out in `test_meeting.py`.
"""

from collections.abc import Callable
from importlib import import_module
from itertools import islice
from pathlib import Path
from random import Random

import pytest
from msgspec.structs import replace

from segdsl.engines import engines
from segdsl.host.engine import Engine
from segdsl.host.program import Program, check_texts, load, loads
from segdsl.host.replay import replay
from segdsl.host.trials import running
from segdsl.plan.nodes import Plan
from segdsl.records.inputs import Event, is_guest
from segdsl.values.instants import DAY, HOUR, LATEST
from tests.examples.test_examples import EVENTS, WITH_LATE_EVENTS
from tests.examples.test_scenarios import FILES as SCENARIOS
from tests.strategies.whole.inputs import Happens, Life
from tests.strategies.whole.programs import Whole, cached
from tests.support.agreeing import Beside, Prepare, Sides, run
from tests.support.corpus import programs
from tests.support.shrinking import Disagreement, shrunk

Note = Callable[[str, object], None]

INPUTS = 250
"""That happen under a program. About nine in ten of them are steps that are compared."""

OTHERS = [name for name in engines() if name != "reference"]
TOGETHER = 10
"""Programs a test."""


def preparing(engine: str) -> Prepare:
    prepare: Prepare = import_module(f"segdsl.engines.{engine}").prepare
    return prepare


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "first" in metafunc.fixturenames:
        wanted = metafunc.config.getoption("--agreement-steps")
        count = -(-wanted // (INPUTS * TOGETHER))
        metafunc.parametrize("first", range(0, count * TOGETHER, TOGETHER), ids=lambda first: f"program {first}")


# ------------------------------------------------------------------------------------------------------ drawn programs


@pytest.mark.parametrize("engine", OTHERS)
def test_every_step_is_the_one_of_the_reference(engine: str, first: int, record_property: Note) -> None:
    steps = 0
    for number in range(first, first + TOGETHER):
        steps += agree(cached(number), engine, INPUTS)
    record_property("steps compared", steps)


def agree(program: Whole, engine: str, inputs: int) -> int:
    """Compare a run of a program. Gives the number of steps; fails with the smallest disagreement that it finds."""
    reference, other = preparing("reference"), preparing(engine)
    sides = Sides.of(program.plan, reference, other)
    happened, found = run(sides, program.number, inputs)
    if found is not None:
        smallest = shrunk(Disagreement(program, tuple(happened), found), reference, other)
        pytest.fail(smallest.text(), pytrace=False)
    return sides.steps


# ------------------------------------------------------------------------------------------------- programs as written


def _written() -> list[object]:
    corpus = [pytest.param([path], id=f"{path.parent.name}/{path.stem}") for path in programs()]
    scenarios = [pytest.param([path], id=f"scenario {path.stem}") for path in SCENARIOS]
    folders = sorted({path.parent for path in EVENTS} | set(WITH_LATE_EVENTS))
    return [*corpus, *scenarios, *(pytest.param([path], id=f"example {path.name}") for path in folders)]


@pytest.mark.parametrize("engine", OTHERS)
@pytest.mark.parametrize("paths", _written())
def test_every_step_under_a_program_as_written_is_the_one_of_the_reference(
    paths: list[Path], engine: str, record_property: Note
) -> None:
    plan = load(*paths).plan
    sides = Sides.of(plan, preparing("reference"), preparing(engine))
    _, found = run(sides, paths[0].name, INPUTS // 2)
    assert found is None, found.text()
    record_property("steps compared", sides.steps)


@pytest.mark.parametrize("engine", OTHERS)
@pytest.mark.parametrize("path", [*programs(), *SCENARIOS], ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_every_step_of_a_program_s_own_tests_is_the_one_of_the_reference(
    path: Path, engine: str, monkeypatch: pytest.MonkeyPatch, record_property: Note
) -> None:
    made: list[Beside] = []

    def beside(plan: Plan, *_: object) -> Beside:
        made.append(Beside(preparing("reference")(plan), preparing(engine)(plan)))
        return made[-1]

    monkeypatch.setattr(running, "prepare", beside)
    for _ in running.run_tests(check_texts([(path.name, path.read_text("utf-8"))])):
        pass
    record_property("steps compared", sum(each.steps for each in made))


# -------------------------------------------------------------------------------------------------------------- a host


class Compared(Engine):
    """A host whose steps are taken by two engines."""

    def __init__(self, program: Program, engine: str) -> None:
        super().__init__(program, engine="reference", clock=lambda: LATEST - DAY)
        self.prepared = self.lives.prepared = Beside(self.prepared, preparing(engine)(program.plan))


@pytest.mark.parametrize("engine", OTHERS)
@pytest.mark.parametrize("events", EVENTS, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_every_step_of_an_example_s_events_is_the_one_of_the_reference(
    events: Path, engine: str, record_property: Note
) -> None:
    with Compared(load(events.parent), engine) as host:
        replay(host, events)
        record_property("steps compared", host.prepared.steps)


def _happened(plan: Plan, number: int) -> list[Event]:
    """Events in the order in which they arrive: some of them late, some sent again, and some of visitors."""
    random = Random(f"arrivals {number}")
    drawn = islice(Life(plan, Random(f"inputs {number}"), {}).next(), 120)
    events = [doing.entry for doing in drawn if isinstance(doing, Happens) and isinstance(doing.entry, Event)]
    events = [event if not is_guest(event.customer) else replace(event, customer="", visitor="v") for event in events]
    events = [replace(event, visitor="v") if random.random() < 0.1 else event for event in events]
    late = {event.id: event.instant + random.choice((0, 0, 0, HOUR, DAY, 3 * DAY)) for event in events}
    again = [event for event in events if random.random() < 0.1]
    return sorted([*events, *again], key=lambda event: late[event.id])


@pytest.mark.parametrize("engine", OTHERS)
@pytest.mark.parametrize("number", range(20))
def test_every_step_of_late_and_repeated_events_is_the_one_of_the_reference(
    engine: str, number: int, record_property: Note
) -> None:
    program = loads(cached(number).text.replace("lateness 2 days\n", "") + "lateness 2 days\n")
    with Compared(program, engine) as host:
        events = _happened(program.plan, number)
        for start in range(0, len(events), 15):
            outcomes = host.process(events[start : start + 15])
            assert len(outcomes) == len(events[start : start + 15])
            if number % 2:
                host.advance(max(event.instant for event in events[: start + 15]) + HOUR)
        record_property("steps compared", host.prepared.steps)
