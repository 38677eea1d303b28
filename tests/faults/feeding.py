"""What a writer does in a process of its own, while another one does the same: it feeds events to an engine on a store,
or runs a file into it."""

import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import segdsl
from segdsl.backends import open_backend
from segdsl.diagnostics.errors import StoreError
from segdsl.values.instants import DAY, LATEST
from tests.faults import killing, shop

COUNTING = """\
segment Counted if count of searches >= 1000
segment Golf by activities

when searches "in" then add to Golf
when searches "out" then remove from Golf
when searches then send text "searched"
"""
PROGRAMS = {"counting": segdsl.loads(COUNTING), "shop": killing.PROGRAM}


def feed(url: str, program: str, events: Sequence[dict[str, Any]], size: int, folder: str) -> dict[str, Any]:
    """Feed all events, so many at once, as soon as both writers are there. Gives the ids by what became of the events,
    and how often a batch was worked out anew because the other one was faster."""
    with segdsl.Engine(PROGRAMS[program], url, clock=lambda: LATEST - DAY) as engine:
        pause, anew, became = engine.pause, 0, {}

        def paused(seconds: float) -> None:
            nonlocal anew
            anew += 1
            pause(seconds)

        engine.pause = paused
        _meet(Path(folder))
        for start in range(0, len(events), size):
            batch = events[start : start + size]
            for event, outcome in zip(batch, engine.process(batch), strict=True):
                became.setdefault(outcome.status, []).append(event["id"])
    return {"became": became, "anew": anew}


def run(url: str, inputs: Sequence[str], lines: str, batch: int, folder: str) -> str:
    """Run files into a store as soon as both writers are there. Gives the error with which that ended, empty for
    none."""
    try:
        with open_backend(url) as backend:
            _meet(Path(folder))
            killing.told(backend, inputs, lines, batch)
    except StoreError as error:
        return f"{type(error).__name__}: {error}"
    return ""


def _meet(folder: Path) -> None:
    """Wait until the other one is there."""
    (folder / f"here-{time.monotonic_ns()}").touch()
    while len(list(folder.glob("here-*"))) < 2:
        time.sleep(0.0005)


def warm() -> None:
    killing.warm()
    for program in PROGRAMS.values():
        with segdsl.Engine(program, clock=lambda: LATEST - DAY) as engine:
            engine.process(shop.events(50, 0))
