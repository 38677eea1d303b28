"""The stores of this folder, one of every older layout: see README.md.

`feed` is run by the version of segdsl that makes the store, and in the tests by that of now. It uses nothing that the
first version did not have.
"""

import gzip
import json
import os
import sqlite3
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
CLOCK = datetime(2026, 4, 19, 12, tzinfo=UTC)
LATEST = {"1": 1, "2": 2, "3-early": 2, "3": 3, "4": 4, "5": 4}
"""By the name of a store, up to which file the rules go that its version of the language knew."""


def rules_of(name: str) -> list[str]:
    """The files of rules, as the sources are named in the store: to be loaded from this folder."""
    return [f"shop-{number}.seg" for number in range(1, LATEST[name] + 1)]


def events_of(file: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (HERE / file).read_text(encoding="utf-8").splitlines()]


def ready(events: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Events as a host program hands them over."""
    return [{**each, "time": datetime.fromisoformat(each["time"].replace("Z", "+00:00"))} for each in events]


def feed(segdsl: Any, url: str, name: str, **options: Any) -> Any:
    """Run the rules of a store on the events: a first part from a file, then some together, then one by one, a few of
    them late; and what the host may do besides. Gives the engine."""
    handlers = {"show content": lambda effect: None}
    if name != "1":
        options["withdrawn"] = lambda effect: None
    program = segdsl.load(*rules_of(name))
    clock = int(CLOCK.timestamp()) * 1_000_000
    engine = segdsl.Engine(program, url, clock=lambda: clock, handlers=handlers, **options)
    events = events_of("events.jsonl")
    if LATEST[name] >= 4:
        events = sorted(events + events_of("visits.jsonl"), key=lambda each: each["time"])
    segdsl.replay(engine, "begin.jsonl")
    engine.include("eve", "Staff", at="2026-02-24T17:00:00Z", id="w1")
    engine.process(ready(events[:-8]))
    rest = events[-8:]
    if name != "1":
        rest = [rest[1], rest[0], rest[2], rest[4], rest[3], *rest[5:]]
    for each in ready(rest):
        engine.process(each)
    engine.exclude("bob", "Skiers", id="w2")
    engine.include("new", "Staff", id="w3")
    engine.forget("hal")
    if name != "1":
        engine.advance("2026-04-19T12:00:00Z")
    return engine


def main(name: str) -> None:
    """Make a store with the version of segdsl in the current directory."""
    sys.path.insert(0, str(Path.cwd()))
    import segdsl

    assert Path(segdsl.__file__).is_relative_to(Path.cwd()), "another version"
    os.chdir(HERE)
    store = HERE / f"{name}.store"
    with feed(segdsl, f"sqlite:///{store}", name):
        pass
    connection = sqlite3.connect(store)
    connection.execute("VACUUM")
    connection.execute("PRAGMA journal_mode = DELETE")
    connection.close()
    (HERE / f"{name}.store.gz").write_bytes(gzip.compress(store.read_bytes(), 9, mtime=0))
    store.unlink()


if __name__ == "__main__":
    main(sys.argv[1])
