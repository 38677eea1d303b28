"""How much is measured: the full sizes, and small ones by which a test sees that everything still runs."""

from pathlib import Path

from attrs import frozen


@frozen
class Sizes:
    """`rounds` of which medians are taken, and the least `seconds` of a round of short calls. `events` are those of a
    stream and `programs` its numbers of rules; `matching` are the numbers of rules of which one matches; `compiled`
    those of whole programs that are started. `customers` are those kept in memory, `memberships` those asked about.
    `retail` is the file of real sales."""

    rounds: int = 7
    seconds: float = 0.1
    events: int = 200_000
    programs: tuple[int, ...] = (10, 100, 1_000)
    matching: tuple[int, ...] = (10, 100, 1_000, 10_000)
    compiled: tuple[int, ...] = (100, 1_000, 10_000)
    customers: int = 100_000
    memberships: int = 1_000_000
    retail: Path | None = None


QUICK = Sizes(
    rounds=1, seconds=0.001, events=400, programs=(10,), matching=(10,), compiled=(20,), customers=50, memberships=300,
)  # fmt: skip
