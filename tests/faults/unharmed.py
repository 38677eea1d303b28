"""A run to which nothing happens: what all others have to come to."""

from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from attrs import frozen

from segdsl.backends import open_backend
from segdsl.backends.base import Backend
from segdsl.values.instants import DAY
from tests.faults import killing, shop
from tests.faults.whole import Whole, whole

EVENTS, LATE, SEED = 600, 100, 7
BATCH = 24


@frozen
class Unharmed:
    """The run's inputs, one after the other, the second with late events; what the store held at first and after each
    commit; and what was told."""

    inputs: list[str]
    moments: list[Whole]
    lines: Counter[str]

    @classmethod
    def run(cls, folder: Path) -> "Unharmed":
        late = shop.events(LATE, SEED + 1, first=EVENTS, start=shop.START + 11 * DAY, days=2)
        inputs = [
            str(shop.write(folder / "events.jsonl", shop.events(EVENTS, SEED))),
            str(shop.write(folder / "late.jsonl", late)),
        ]
        with open_backend("memory://") as backend:
            moments = [whole(backend)]
            for name in killing.WRITING:
                setattr(backend, name, _remembering(backend, getattr(backend, name), moments))
            killing.told(backend, inputs, str(folder / "lines.jsonl"), BATCH)
        return cls(inputs, moments, lines(folder / "lines.jsonl"))


def _remembering(backend: Backend, method: Callable[..., Any], moments: list[Whole]) -> Callable[..., Any]:
    def call(*given: Any) -> Any:
        found = method(*given)
        moments.append(whole(backend))
        return found

    return call


def lines(path: Path) -> Counter[str]:
    """The lines of a file, each with how often it is there."""
    return Counter(path.read_text("utf-8").splitlines() if path.exists() else ())
