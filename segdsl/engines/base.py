"""The contract of an engine: a pure step from a state and an input to the next state and what came of it."""

from collections.abc import Callable
from typing import Any, Protocol

from msgspec import Struct

from segdsl.plan.expressions import Expression
from segdsl.plan.nodes import Plan, Promotion
from segdsl.records.inputs import Event, Input
from segdsl.records.outcomes import Change, Effect, Held
from segdsl.state.customer import State


class Step(Struct, gc=False):
    """What an input did: the next state, changes and effects in their order, the ids of the rules that fired, and for
    each of them the instant at which it did (microseconds UTC). `full` are the collections that had no room for what
    the input would have put in: that put did nothing, and whoever takes inputs refuses such a one. `held` are the
    effects that were held back, in their order."""

    state: State
    changes: list[Change]
    effects: list[Effect]
    fired: list[str]
    fired_at: list[int] = []
    full: list[str] = []
    held: list[Held] = []


class Prepared(Protocol):
    """A plan ready to run. Nothing here has a side effect, reads a clock or draws a random number."""

    plan: Plan

    def step(self, state: State | None, entry: Input) -> Step:
        """Handle an accepted input; `state` is None for a customer never seen. The input is not earlier than the
        state's clock. The given state is left as it is."""

    def settle(self, state: State, until: int) -> Step:
        """Let the clock run to `until` (that instant in), without an input: memberships change by themselves, and rules
        act whose time has come. The given state is left as it is."""

    def expand(self, event: Event) -> list[Event]:
        """The events made of the lines of an event, as listed, and then the event itself."""

    def ask(self, state: State, asked: Expression, now: int) -> Any:
        """The value of an expression for a customer (of a condition, whether it is true), None where that is not known,
        at an instant that is not before the state's clock and to which the clock has been let run."""

    def looking(self, state: State, now: int) -> Callable[[Expression], Any]:
        """What gives the worth of an expression, None where that is not known; the instant as for `ask`."""

    def entitled(self, state: State, promotion: Promotion, now: int) -> bool:
        """Whether a customer has a promotion (language.md section 6); the instant as for `ask`."""

    def fresh(self, customer: str, instant: int) -> State:
        """The state of a customer of whom nothing is known, with the derived segments that hold even so."""

    def load(self, state: State, now: int) -> Step:
        """A state that other rules have made, under this plan from an instant on, up to which the clock has been let
        run (language.md section 5.14): what holds then holds since then, and nothing fires. What the plan knows nothing
        of is out of it already, but for memberships as seen. The given state is left as it is."""
