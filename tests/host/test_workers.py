"""Runs with several workers: the same end as with one process, wherever they are stopped."""

import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import segdsl
from segdsl.backends.base import Batch
from segdsl.backends.sqlite import SqliteBackend
from segdsl.diagnostics.errors import ConflictError, InputError, TakenError, WorkerError
from segdsl.host.runs import Listener, Report, handed_over
from segdsl.host.workers import crew
from segdsl.host.workers.feeding import Feeding
from segdsl.host.workers.splitting import Names, Note, Split
from segdsl.records.inputs import Event
from tests.support.servers import postgresql, redis
from tests.support.splitting import RULES, Here, contents, lines, write

Told = Counter[tuple[Any, ...]]


PROGRAM = segdsl.loads(RULES, "shop.seg")


class Place:
    """A store and a file of events, and runs of them. `told` is what all of the runs told of."""

    def __init__(self, folder: Path, texts: list[str], url: str) -> None:
        self.path = folder / "events.jsonl"
        self.url = url or f"sqlite:///{folder / 'shop.store'}"
        self.told: Told = Counter()
        write(self.path, texts)

    def run(self, workers: int = 1, *, batch: int = 40, **options: Any) -> Report:
        listener = Listener(self._outcomes, self._changes)
        with segdsl.Engine(PROGRAM, self.url) as engine:
            return segdsl.replay(engine, self.path, workers=workers, batch=batch, listener=listener, **options)

    def _outcomes(self, outcomes: list[segdsl.Outcome]) -> None:
        for each in outcomes:
            self._changes([*each.undone, *each.changes])
            self.told.update(("effect", effect.id, effect.mark) for effect in (*each.withdrawn, *each.effects))
            self.told.update(("held", held.effect.id) for held in each.held)
            if each.reject is not None:
                self.told["reject", each.reject.place, each.reject.detail] += 1

    def _changes(self, changes: list[segdsl.Change]) -> None:
        self.told.update((each.customer, each.segment, each.entered, each.instant, each.arrival) for each in changes)

    @property
    def there(self) -> dict[str, list[Any]]:
        return contents(self.url, self.path.parent)


@pytest.fixture
def make(tmp_path: Path) -> Callable[..., Place]:
    """A place with so many events."""

    def make(number: int = 160, seed: int = 1, texts: list[str] | None = None, url: str = "") -> Place:
        folder = tmp_path / str(len(list(tmp_path.iterdir())))
        folder.mkdir()
        return Place(folder, texts if texts is not None else lines(number, seed), url)

    return make


@pytest.fixture
def always(monkeypatch: pytest.MonkeyPatch) -> None:
    """Workers are worth it for few events."""
    monkeypatch.setattr("segdsl.host.workers.dividing.WORTH", 1)


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch, always: None) -> None:
    """And they are no processes."""
    monkeypatch.setattr("segdsl.host.workers.dividing.Crew", Here)


# ------------------------------------------------------------------------------------------------------ who is together


def named(customer: str = "", visitor: str = "", instant: int = 0) -> Event:
    return Event("e", "places order", customer, instant, visitor=visitor)


def split_of(*events: Event, parts: int = 1_000) -> Split:
    names = Names()
    names.add(events)
    return Split(Note(parts, 0), names)


def test_a_visitor_and_who_it_was_with_are_of_one_part() -> None:
    split = split_of(named("ann", "v"), named("bob", "v"), named("cem", "w"))
    together = {split.part(each) for each in (named("ann"), named("bob"), named("", "v"), named("visitor:v#2"))}
    assert len(together) == 1
    assert split.part(named("cem")) not in together


def test_all_parts_are_given_some_customers() -> None:
    split = split_of(parts=8)
    given = Counter(split.part(named(f"customer {number}")) for number in range(8_000))
    assert sorted(given) == list(range(8))
    assert min(given.values()) > 800


def test_a_split_is_the_same_again_when_the_store_has_forgotten_who_was_together(make: Callable[..., Place]) -> None:
    place = make(0)
    with segdsl.Engine(PROGRAM, place.url) as engine:
        linking = {"event": "registers", "customer": "ann", "visitor": "v", "time": "2026-03-01T10:00:00Z"}
        engine.process([linking, linking | {"customer": "bob", "visitor": "w"}])
        events = [named("ann"), named("", "v"), named("", "w")]
        first = Names()
        first.add(events)
        note = Note(1_000, 0, first.couple(engine.backend))
        again = Names()
        again.add(events)
    split = Split.again(note, again)
    assert split.part(events[0]) == split.part(events[1]) != split.part(events[2])


def test_only_what_the_input_does_not_say_is_noted(make: Callable[..., Place]) -> None:
    place = make(0)
    with segdsl.Engine(PROGRAM, place.url) as engine:
        engine.process([{"event": "registers", "customer": "ann", "visitor": "v", "time": "2026-03-01T10:00:00Z"}])
        names = Names()
        names.add([named("ann", "v"), named("", "w")])
        assert names.couple(engine.backend) == []


def test_who_is_behind_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("segdsl.host.workers.feeding.LOT", 10)
    monkeypatch.setattr("segdsl.host.workers.feeding.BACKLOG", 20)
    events = [named(str(number % 2), instant=number) for number in range(100)]
    feeding = Feeding(iter(events), lambda event: int(event.customer), 2)
    given: list[Event] = []
    while (items := feeding.next_for(0)) is not None:
        given += items.read()
    assert len(given) == 20
    assert not feeding.is_over(0)
    while not feeding.is_over(1):
        for worker in (0, 1):
            if (items := feeding.next_for(worker)) is not None:
                given += items.read()
    assert sorted(each.instant for each in given) == list(range(100))


# --------------------------------------------------------------------------------------------------------- the same end


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize("seed", range(4))
def test_the_end_is_that_of_one_process(make: Callable[..., Place], seed: int) -> None:
    one, several = make(seed=seed), make(seed=seed)
    assert several.run(3) == one.run()
    assert several.there == one.there
    assert several.told == one.told


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize("url", [postgresql.packaged_url, redis.packaged_url], ids=["postgresql", "redis"])
def test_the_end_is_the_same_on_a_server(
    make: Callable[..., Place], tmp_path: Path, url: Callable[[Path], str]
) -> None:
    one, several = make(), make(url=url(tmp_path))
    assert several.run(3) == one.run()
    assert several.there == one.there


@pytest.mark.usefixtures("here")
def test_the_end_is_the_same_where_a_store_knows_visitors(make: Callable[..., Place]) -> None:
    one, several, texts = make(seed=3), make(seed=3), lines(400, 3)
    for place in (one, several):
        place.run()
        write(place.path, texts)
    assert several.run(4) == one.run()
    assert several.there == one.there
    assert several.told == one.told


@pytest.mark.usefixtures("here")
def test_events_from_before_are_taken_and_told_of_as_by_one_process(make: Callable[..., Place]) -> None:
    texts = lines(200, 5)
    one, several = (make(texts=texts[100:]) for _ in range(2))
    for place in (one, several):
        place.run()
        write(place.path, texts[100:] + texts[:100])
    assert several.run(2) == one.run()
    assert several.there == one.there
    assert several.told == one.told


@pytest.mark.usefixtures("here")
def test_an_end_and_then_the_rest(make: Callable[..., Place]) -> None:
    one, several = make(), make()
    for until in ("2026-03-10", None):
        assert several.run(3, until=until) == one.run(until=until)
        assert several.there == one.there
    assert several.told == one.told


@pytest.mark.usefixtures("here")
def test_a_line_that_is_being_written_is_read_again(make: Callable[..., Place]) -> None:
    one, several = make(60), make(60)
    whole = one.path.read_text()
    for text in (whole[:-30], whole):
        for place in (one, several):
            place.path.write_text(text)
        assert several.run(3) == one.run()
    assert several.there == one.there


@pytest.mark.usefixtures("here")
def test_effects_go_to_the_handlers_of_the_engine_once(make: Callable[..., Place]) -> None:
    one, place, given = make(), make(), Counter[str]()
    one.run()
    with segdsl.Engine(None, one.url) as engine:
        waiting = {effect.id for effect in engine.backend.outbox(1_000)}
    with segdsl.Engine(PROGRAM, place.url, handlers={"send email": lambda e: given.update([e.id])}) as engine:
        segdsl.replay(engine, place.path, workers=2)
        assert engine.backend.outbox(1) == []
    assert given == Counter(waiting)


@pytest.mark.usefixtures("here")
def test_effects_that_a_listener_handed_over_do_not_wait(make: Callable[..., Place]) -> None:
    place = make()
    handlers = {"send email": handed_over}
    with segdsl.Engine(PROGRAM, place.url, handlers=handlers, withdrawn=handed_over) as engine:
        assert segdsl.replay(engine, place.path, workers=2).effects
        assert engine.backend.outbox(1) == []


@pytest.mark.usefixtures("here")
def test_what_nobody_wants_to_hear_is_not_told(make: Callable[..., Place]) -> None:
    place, heard = make(), list[segdsl.Outcome]()
    with segdsl.Engine(PROGRAM, place.url) as engine:
        segdsl.replay(engine, place.path, workers=2, listener=Listener(heard.extend, wanted=frozenset(("rejects",))))
    assert "accepted" not in {each.status for each in heard}
    assert "rejected" in {each.status for each in heard}


# ----------------------------------------------------------------------------------------------------- stopped anywhere


class Killed(BaseException):
    """In the place of a signal that cannot be caught."""


@pytest.fixture
def killing(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[int, bool], None]]:
    """Have the run be killed at the so-manieth commit, before or after it has landed."""
    commit = SqliteBackend.commit

    def kill(at: int, landed: bool) -> None:
        left = at

        def deadly(self: SqliteBackend, batch: Batch, *sure: Any) -> Any:
            nonlocal left
            left -= 1
            if left == 0 and not landed:
                raise Killed
            notices = commit(self, batch, *sure)
            if left == 0:
                raise Killed
            return notices

        monkeypatch.setattr(SqliteBackend, "commit", deadly)

    yield kill
    monkeypatch.setattr(SqliteBackend, "commit", commit)


def killed(place: Place, *args: Any, **options: Any) -> bool:
    """Whether a run is killed."""
    try:
        place.run(*args, **options)
    except Killed:
        return True
    return False


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize("landed", [False, True], ids=["before", "after"])
def test_a_run_that_was_killed_goes_on_with_any_number_of_workers(
    make: Callable[..., Place], killing: Callable[[int, bool], None], landed: bool
) -> None:
    texts = lines(60, 2)
    one = make(texts=texts)
    one.run()
    at, runs = 0, True
    while runs:
        at += 1
        place = make(texts=texts)
        killing(at, landed)
        runs = killed(place, 3)
        killing(0, False)
        place.run((1, 2, 3, 5)[at % 4])
        assert place.there == one.there, f"killed at commit {at}"
        assert set(place.told) == set(one.told)
    assert at > 6


@pytest.mark.usefixtures("here")
def test_runs_that_are_killed_again_and_again_come_to_the_end(
    make: Callable[..., Place], killing: Callable[[int, bool], None]
) -> None:
    one, place = make(), make()
    one.run()
    killing(4, True)
    workers = 0
    while killed(place, 2 + workers % 3, batch=10):
        killing(4 + workers % 2, bool(workers % 3))
        workers += 1
    assert workers > 3
    assert place.there == one.there


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize("workers", [1, 2])
def test_a_file_that_has_grown_since_a_run_was_killed(
    make: Callable[..., Place], killing: Callable[[int, bool], None], workers: int
) -> None:
    texts = lines(300, 4, late=False)
    one, place = make(texts=texts), make(texts=texts[:150])
    killing(5, True)
    assert killed(place, 3)
    killing(0, False)
    write(place.path, texts)
    whole, report = one.run(), place.run(workers)
    assert report.events + report.repeated + report.skipped == whole.events + whole.repeated
    assert place.there | {"StoredPosition": []} == one.there | {"StoredPosition": []}


@pytest.mark.usefixtures("here")
def test_a_run_with_an_earlier_end_leaves_the_rest_to_the_next(
    make: Callable[..., Place], killing: Callable[[int, bool], None]
) -> None:
    one, place = make(), make()
    one.run()
    killing(7, True)
    assert killed(place, 2)
    killing(0, False)
    place.run(until="2026-03-05")
    place.run(2)
    assert [change for change in one.there["StoredStay"] if change not in place.there["StoredStay"]] == []
    assert place.there["inputs"] == one.there["inputs"]
    assert "StoredNote" not in place.there


@pytest.mark.usefixtures("here")
def test_a_file_that_is_followed_after_a_run_was_killed(
    make: Callable[..., Place], killing: Callable[[int, bool], None]
) -> None:
    one, place = make(), make()
    one.run()
    killing(5, True)
    assert killed(place, 2)
    killing(0, False)
    with segdsl.Engine(PROGRAM, place.url) as engine:
        stops = iter(range(3))
        segdsl.follow(engine, place.path, stop=lambda: next(stops, None) is None)
    place.run()
    assert place.there["inputs"] == one.there["inputs"]
    assert "StoredNote" not in place.there


# -------------------------------------------------------------------------------------------------------- beside others


def test_a_batch_with_which_others_interfere_is_halved(
    make: Callable[..., Place], monkeypatch: pytest.MonkeyPatch
) -> None:
    one, place = make(40), make(40)
    one.run()
    commit = SqliteBackend.commit

    def busy(self: SqliteBackend, batch: Batch, *sure: Any) -> Any:
        if len(batch.journal) > 3:
            raise ConflictError("somebody else was there")
        return commit(self, batch, *sure)

    monkeypatch.setattr(SqliteBackend, "commit", busy)
    monkeypatch.setattr("segdsl.host.batches.ANEW", 1)
    place.run()
    assert place.there == one.there
    assert place.told == one.told


def test_an_item_with_which_others_always_interfere_ends_the_run(
    make: Callable[..., Place], monkeypatch: pytest.MonkeyPatch
) -> None:
    def busy(self: SqliteBackend, batch: Batch, *sure: Any) -> Any:
        raise ConflictError("somebody else was there")

    monkeypatch.setattr(SqliteBackend, "commit", busy)
    monkeypatch.setattr("segdsl.host.batches.ANEW", 1)
    with pytest.raises(ConflictError, match="somebody else"):
        make(10).run()


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize(("first", "second"), [(1, 1), (1, 2), (2, 1)])
def test_of_two_runs_of_one_file_one_goes_on(make: Callable[..., Place], first: int, second: int) -> None:
    one, place = make(), make()
    for each in (one, place):
        each.run(until="2026-03-02")
    one.run()
    begun = False

    def begin(progress: segdsl.Progress) -> None:
        nonlocal begun
        if not begun and progress.events:
            begun = True
            place.run(second)

    with (
        segdsl.Engine(PROGRAM, place.url) as engine,
        pytest.raises(TakenError, match="another run goes on with"),
    ):
        segdsl.replay(engine, place.path, workers=first, batch=40, listener=Listener(progress=begin))
    place.run()
    assert place.there == one.there


# ---------------------------------------------------------------------------------------------------------- what is not


@pytest.mark.parametrize(
    ("url", "events", "workers", "said"),
    [
        ("memory://", "events.jsonl", 2, "one in memory is for one process"),
        ("sqlite:///shop.store", "-", 2, "standard input can be read only once"),
        ("sqlite:///shop.store", "events.jsonl", 0, "at least one worker"),
    ],
)
def test_what_several_workers_cannot_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, url: str, events: str, workers: int, said: str
) -> None:
    monkeypatch.chdir(tmp_path)
    write(tmp_path / "events.jsonl", lines(5, 1))
    with segdsl.Engine(PROGRAM, url) as engine, pytest.raises(InputError, match=said):
        segdsl.replay(engine, events, workers=workers)


# ------------------------------------------------------------------------------------------------------------ processes


@pytest.mark.usefixtures("always")
def test_workers_are_processes_and_one_that_is_killed_ends_the_run(
    make: Callable[..., Place], monkeypatch: pytest.MonkeyPatch
) -> None:
    one, place = make(), make()
    one.run()
    members: list[crew.Member] = []
    begin = crew.Member.__init__

    def noted(self: crew.Member, *args: Any) -> None:
        members.append(self)
        begin(self, *args)

    def kill(outcomes: list[segdsl.Outcome]) -> None:
        if members:
            members[0].process.kill()

    monkeypatch.setattr(crew.Member, "__init__", noted)
    with segdsl.Engine(PROGRAM, place.url) as engine, pytest.raises(WorkerError, match="by signal 9"):
        segdsl.replay(engine, place.path, workers=2, batch=20, listener=Listener(kill))
    assert all(member.process.returncode is not None for member in members)
    place.run(2)
    assert place.there == one.there


ALONE = """
import segdsl.host.workers.dividing as dividing
from segdsl.cli import main
from segdsl.host.replay import replay
dividing.WORTH = 1
replay.__kwdefaults__["batch"] = 10
main()
"""


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="this system has no such signals")
@pytest.mark.parametrize(("name", "code"), [("SIGKILL", -9), ("SIGINT", 130)])
def test_workers_end_when_their_run_does(make: Callable[..., Place], name: str, code: int) -> None:
    one, place = make(), make()
    one.run()
    (place.path.parent / "shop.seg").write_text(RULES)
    running = subprocess.Popen(
        [sys.executable, "-c", ALONE, "run", "shop.seg", "--events", "events.jsonl", "--workers", "2", "--changes",
         "-"],
        cwd=place.path.parent, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parents[2])},
    )  # fmt: skip
    assert running.stdout is not None
    running.stdout.readline()
    running.send_signal(getattr(signal, name))
    _, said = running.communicate(timeout=60)  # workers have the same standard error: they are gone when it ends
    assert running.returncode == code
    assert said.startswith("seg: interrupted after ") if code > 0 else said == ""
    place.run()
    assert place.there["StoredStay"] == one.there["StoredStay"]
    assert place.there["inputs"] == one.there["inputs"]
