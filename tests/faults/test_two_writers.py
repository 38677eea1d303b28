"""Two processes that write to one store at once: every event counts, and counts once.

Seen to fail when the versions of customers are not looked at, when how far an input was handled is not, and when each
of two who begin a store at once keeps a secret of its own.
"""

from collections import Counter
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import segdsl
from segdsl.backends import open_backend
from segdsl.backends.base import Backend
from segdsl.records.inputs import Event
from segdsl.state.life import Taken, decode_inputs
from segdsl.values.instants import DAY, LATEST, instant_text
from tests.faults import shop
from tests.faults.feeding import PROGRAMS
from tests.faults.forking import Forks
from tests.faults.unharmed import BATCH, Unharmed, lines
from tests.faults.whole import differences, whole

WRITERS = (0, 1)
EACH, OWN = 500, 50
"""Events of each writer about the one customer, and about one of its own."""


def searches(writer: int) -> list[dict[str, Any]]:
    """All at one instant, so that none of them is late whoever comes first."""
    time = instant_text(shop.START)
    made = [
        {"id": f"{writer}-{number}", "event": "searches", "customer": "both", "time": time, "term": term}
        for number, term in zip(range(EACH), ("in", "out", "golf", "in", "in", "out", "out") * EACH, strict=False)
    ]
    own = [each | {"id": f"own-{each['id']}", "customer": f"own {writer}"} for each in made[:OWN]]
    mixed = made + own
    Random(writer).shuffle(mixed)
    return mixed


def fed(forks: Forks, folder: Path, url: str, program: str, events: list[list[dict[str, Any]]], size: int) -> list[Any]:
    """What two writers say who feed these events, each his own, at the same time."""
    given = {"url": url, "program": program, "size": size, "folder": str(folder)}
    processes = [forks.start("tests.faults.feeding:feed", events=each, **given) for each in events]
    return [process.answered() for process in processes]


def inputs_of(backend: Backend, customer: str) -> list[Taken]:
    return decode_inputs(backend.journal(customer))


def test_a_thousand_events_of_one_customer_through_two_writers_count_once_each(
    fresh: Callable[[], str], forks: Forks, tmp_path: Path
) -> None:
    url, events = fresh(), [searches(writer) for writer in WRITERS]
    told = fed(forks, tmp_path, url, "counting", events, 25)
    assert [list(each["became"]) for each in told] == [["accepted"], ["accepted"]]
    assert sum(each["anew"] for each in told) > 0, "they never met"
    with segdsl.Engine(None, url) as engine:
        backend = engine.backend
        inputs = inputs_of(backend, "both")
        assert sorted(each.before for each in inputs) == list(range(2 * EACH))
        assert {each.entry.id for each in inputs} == {f"{w}-{n}" for w in WRITERS for n in range(EACH)}
        assert [each.customer for each in engine.members("Counted")] == ["both"]
        effects = Counter(effect.customer for effect in backend.outbox(10_000))
        assert effects == {"both": 2 * EACH, "own 0": OWN, "own 1": OWN}
        assert of_their_inputs(engine, "counting") == []
        assert backend.faults() == []


def test_whatever_two_writers_do_their_customers_are_what_their_inputs_make_them(
    fresh: Callable[[], str], forks: Forks, tmp_path: Path
) -> None:
    every = shop.events(360, 3, days=1)
    random = Random(3)
    shares = [
        [event for event in every if random.random() < 0.6] for _ in WRITERS
    ]  # some through both, some through none
    url = fresh()
    told = fed(forks, tmp_path, url, "shop", shares, 6)
    assert sum(each["anew"] for each in told) > 0, "they never met"
    accepted = Counter(id_ for each in told for id_ in each["became"]["accepted"])
    forgetful = {each["id"] for each in every if each["event"] == "forget customer"}
    twice = {id_ for id_, times in accepted.items() if times > 1} - forgetful
    assert twice == set()
    with segdsl.Engine(None, url) as engine:
        assert engine.backend.faults() == []
        assert of_their_inputs(engine, "shop") == []


def of_their_inputs(engine: segdsl.Engine, program: str) -> list[str]:
    """Customers whose memberships are not those that their inputs, taken in by one engine in the order of arrival, give
    them: of those of whom nothing but events is known."""
    wrong = []
    for customer in engine.backend.customers():
        inputs = sorted(inputs_of(engine.backend, customer), key=lambda each: each.before)
        if any(type(each.entry) is not Event for each in inputs):
            continue
        with segdsl.Engine(PROGRAMS[program], clock=lambda: LATEST - DAY) as alone:
            for each in inputs:
                alone.take([each.entry], settled=True)
            if alone.backend.history(customer) != engine.backend.history(customer):
                wrong.append(customer)
            if alone.backend.load([customer]) and bytes(alone.backend.load([customer])[customer]) != bytes(
                engine.backend.load([customer])[customer]
            ):
                wrong.append(f"{customer}'s state")
    return wrong


def test_two_runs_of_one_file_at_once_are_one_run(
    fresh: Callable[[], str], forks: Forks, unharmed: Unharmed, tmp_path: Path
) -> None:
    given = {"url": fresh(), "inputs": unharmed.inputs, "batch": BATCH, "folder": str(tmp_path)}
    files = [tmp_path / f"lines-{writer}.jsonl" for writer in WRITERS]
    runs = [forks.start("tests.faults.feeding:run", lines=str(file), **given) for file in files]
    ends = sorted(run.answered().partition(":")[0] for run in runs)
    assert ends in (["", ""], ["", "TakenError"])
    with open_backend(given["url"]) as backend:
        assert differences(unharmed.moments[-1], whole(backend)) == []
    assert sum(map(lines, files), Counter()).keys() == unharmed.lines.keys()
