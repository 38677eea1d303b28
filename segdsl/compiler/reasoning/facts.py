"""What is certain where a condition stands: an event has happened, other conditions hold or do not."""

from __future__ import annotations

from attrs import evolve, frozen

from segdsl.compiler.reasoning.formulas import Formula
from segdsl.plan import nodes as p


@frozen
class Happened:
    """An event of a name that met all `tests` has happened; `now`, at this very instant."""

    event: str
    tests: frozenset[p.Expression] = frozenset()
    now: bool = True


@frozen
class Facts:
    """`so` are sentences that are true. With `blank` nothing has happened and nothing is known of the customer."""

    so: tuple[Formula, ...] = ()
    happened: tuple[Happened, ...] = ()
    blank: bool = False

    def also(self, *further: Formula) -> Facts:
        return evolve(self, so=(*self.so, *further))

    def later(self) -> Facts:
        """What of it is still certain some time after: only that what happened has happened."""
        return Facts((), tuple(evolve(each, now=False) for each in self.happened))


NO_FACTS = Facts()
