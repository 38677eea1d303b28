"""`kill -9` at 50 points of runs that go on from each other: what is in the store is then what it held after one of the
commits of a run that nobody killed, and in the end all of it; what is told of is told of.

Seen to fail when the positions of inputs are committed apart from the rest, before it or after it, and when a run tells
of a batch after its commit.
"""

from collections import Counter
from collections.abc import Callable
from pathlib import Path
from random import Random
from signal import SIGKILL

from attrs import asdict

from segdsl.backends import open_backend
from tests.conftest import KILLED
from tests.faults import killing
from tests.faults.forking import Forks
from tests.faults.killing import PHASES, Point
from tests.faults.unharmed import BATCH, Unharmed, lines
from tests.faults.whole import Whole, differences, whole

KILLS = 50
IN_A_ROW = 17
"""Runs that are killed one after the other on one store."""

SEED = 7


def test_a_run_that_is_killed_anywhere_goes_on_as_if_nothing_had_been(
    fresh: Callable[[], str], forks: Forks, unharmed: Unharmed, tmp_path: Path, record_property
) -> None:
    random, phases = Random(SEED), Counter[str]()
    row, ahead = 0, len(unharmed.moments) // IN_A_ROW
    calls = usual(fresh(), forks, unharmed, tmp_path)
    while phases.total() < KILLS:
        row += 1
        told, phase = tmp_path / f"{row}.jsonl", tmp_path / f"{row}.phase"
        phase.write_bytes(b"\0")
        given = {"url": fresh(), "inputs": unharmed.inputs, "lines": str(told), "shared": str(phase), "batch": BATCH}
        reached = 0
        for _ in range(min(IN_A_ROW, KILLS - phases.total())):
            point = Point.drawn(random, ahead, calls)
            if forks.start("tests.faults.killing:run", **given, point=asdict(point)).wait() != -SIGKILL:
                break
            phases[PHASES[phase.read_bytes()[0]]] += 1
            reached = moment_of(given["url"], unharmed.moments, reached, point)
        forks.run("tests.faults.killing:run", **given)
        with open_backend(given["url"]) as backend:
            assert differences(unharmed.moments[-1], whole(backend)) == []
        assert lines(told).keys() == unharmed.lines.keys()
    record_property(KILLED, dict(phases))
    assert sum(phases[phase] for phase in killing.IN_COMMITS) >= KILLS // 3


def usual(url: str, forks: Forks, unharmed: Unharmed, folder: Path) -> list[int]:
    """How many calls a phase of each kind usually has with this store."""
    (folder / "usual.phase").write_bytes(b"\0")
    names = {"lines": str(folder / "usual.jsonl"), "shared": str(folder / "usual.phase")}
    found: list[int] = forks.run(
        "tests.faults.killing:counted", url=url, inputs=unharmed.inputs[1:], batch=BATCH, **names
    )
    return found


def moment_of(url: str, moments: list[Whole], reached: int, point: Point) -> int:
    """After which commit the store is now; not before the one it had reached."""
    with open_backend(url) as backend:
        found = whole(backend)
    place = next((place for place in range(reached, len(moments)) if moments[place] == found), None)
    if place is None:
        near = min((differences(moment, found) for moment in moments[reached:]), key=len)
        raise AssertionError(f"killed at {point}, the store holds what no commit has left: {near}")
    return place
