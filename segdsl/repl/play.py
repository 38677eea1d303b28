"""What has happened in a session, under the program as it stands: an engine in memory, and what came of each thing.

Comes in: a checked program, the events of a file, the customers of a store, and what was typed. Goes out: `News` of one
customer. A change of the program plays all of it anew: a new derived segment then shows who is in it now.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from attrs import define, evolve, field, frozen

import segdsl
from segdsl import Change, CheckedProgram, Effect, Engine, Event, Held, Outcome, Reject
from segdsl.host.moments import instant_of
from segdsl.host.overlay import copied, not_remembered, on_program_of
from segdsl.host.trying import ahead, give, happen, waits_of
from segdsl.repl.rules import Rules
from segdsl.syntax import ast
from segdsl.values.instants import LATEST

BATCH = 5_000


@frozen
class Doing:
    """A sentence that happened: to whom, when, and which line of which text of the program it is (`line` None: the
    clock went on, and nothing else). `number` is that of what was typed."""

    number: int
    customer: str
    instant: int
    text: int = -1
    line: int | None = None


@frozen
class News:
    """What came of something for one customer, and how much changed for others. `waits` are those begun."""

    changes: tuple[Change, ...] = ()
    effects: tuple[Effect, ...] = ()
    waits: tuple[Any, ...] = ()
    reject: Reject | None = None
    others: tuple[Change, ...] = ()
    others_effects: tuple[Effect, ...] = ()
    held: tuple[Held, ...] = ()


@frozen
class Before:
    """What there was before the program: the events of a file in the order of time, and a store."""

    items: tuple[Event | Reject, ...] = ()
    store: Engine | None = None

    def of(self, customer: str) -> "Before":
        """The same of one customer alone, and of visitors who may turn out to be that customer."""
        mine = tuple(i for i in self.items if isinstance(i, Event) and (i.visitor or i.customer == customer))
        return Before(mine, self.store)


@define(eq=False)
class Play:
    """A program with what has happened under it. `effects` are all so far, by customer; `brought` are the customers
    that were looked up in the store."""

    rules: Rules
    checked: CheckedProgram
    engine: Engine
    before: Before
    effects: dict[str, list[Effect]] = field(factory=dict)
    brought: set[str] = field(factory=set)
    rejects: list[Reject] = field(factory=list)
    heard: list[Outcome] = field(factory=list)

    @classmethod
    def of(
        cls, rules: Rules, checked: CheckedProgram, before: Before, journal: Iterable[Doing], clock: int, *,
        own: bool = True, tests: bool = False,
    ) -> "Play":  # fmt: skip
        """Play all that has happened, up to the clock. `own`: the program is no longer just that of the store. Raises
        CompileError, and CannotRun for a sentence that the program does not know any more."""
        if before.store is not None and not own:
            engine = on_program_of(before.store)
        else:
            engine = segdsl.Engine(segdsl.build(checked, tests=tests), "memory://", clock=lambda: clock)
        play = cls(rules, checked, engine, before)
        play._take_items(before.items)
        for doing in journal:
            play.take(doing)
        play.advance(clock)
        return play

    def under(self, rules: Rules, checked: CheckedProgram) -> "Play":
        """The same, for a program with a sentence more, which changes no rule. What happens next happens to both."""
        return evolve(self, rules=rules, checked=checked)

    @property
    def forgets(self) -> bool:
        """Whether the program asks for what a store's rules never counted."""
        return self.before.store is not None and not_remembered(self.before.store, self.engine)

    def _take_items(self, items: Sequence[Event | Reject]) -> None:
        for start in range(0, len(items), BATCH):
            self._hear(self.engine.take(list(items[start : start + BATCH]), vouched=LATEST))
        latest = max((item.instant for item in items if isinstance(item, Event)), default=None)
        if latest is not None:
            self.advance(latest)

    def bring(self, customer: str) -> None:
        """Bring a customer along from the store, once."""
        store = self.before.store
        if store is not None and customer not in self.brought:
            self.brought.add(customer)
            copied(store, self.engine, customer)

    # ----------------------------------------------------------------------------------------------------- what happens

    def take(self, doing: Doing) -> News:
        """Let the clock run to something, and have it happen."""
        self.bring(doing.customer)
        engine, customer = self.engine, doing.customer
        clock = engine.now()
        changes = len(engine.history(customer))
        effects = len(self.effects.get(customer, ()))
        waits = waits_of(engine, customer, clock)
        self.heard = []
        self.advance(doing.instant)
        moved = engine.clock_changes(doing.instant) if doing.instant > clock else ()
        silent = [change for change in moved if change.instant > clock and change.customer != customer]
        reject = self._happen(doing)
        begun = [wait for wait in waits_of(engine, customer, doing.instant) if wait not in waits]
        heard = [outcome for outcome in self.heard if outcome.customer != customer]
        return News(
            tuple(engine.history(customer)[changes:]),
            tuple(self.effects.get(customer, [])[effects:]),
            tuple(begun),
            reject,
            tuple([c for outcome in heard for c in outcome.changes if c.instant > clock] + silent),
            tuple(effect for outcome in heard for effect in outcome.effects),
            tuple(held for outcome in self.heard if outcome.customer == customer for held in outcome.held),
        )

    def advance(self, instant: int) -> None:
        """Let the clock run for everybody."""
        self.engine.advance(instant, before_commit=self._hear)

    def _happen(self, doing: Doing) -> Reject | None:
        if doing.line is None:
            return None
        line = self.rules.texts[doing.text].lines[doing.line]
        id_ = self.id_of(doing)
        match line:
            case ast.Happens(_, occurrence) | ast.Later(_, occurrence) if occurrence is not None:
                outcome = happen(self.engine, self.checked, occurrence, doing.customer, doing.instant, id_)
            case ast.Given() | ast.GivenMember() | ast.GivenExcluded():
                outcome = give(self.engine, self.checked, line, doing.customer, doing.instant, id_)
            case _:
                return None
        self._hear([outcome])
        return outcome.reject

    def id_of(self, doing: Doing) -> str:
        """The id under which something happens."""
        name = self.rules.texts[doing.text].source.name
        return f"{name}.{doing.line + 1}" if doing.line else name

    def _hear(self, outcomes: list[Outcome]) -> None:
        self.heard += outcomes
        for outcome in outcomes:
            if outcome.reject is not None:
                self.rejects.append(outcome.reject)
            if outcome.effects:
                self.effects.setdefault(outcome.customer, []).extend(outcome.effects)

    # ------------------------------------------------------------------------------------------------------ what stands

    def customers(self) -> list[str]:
        """All customers of whom something is known."""
        stored = self.before.store.backend.customers() if self.before.store is not None else ()
        return sorted({*self.engine.backend.customers(), *stored})

    def past(self, customer: str) -> list[Event]:
        """The events of a customer that were not typed, in the order of time, as far as they are kept."""
        if not self.engine.stored.journal:
            return []
        typed = {text.source.name for text in self.rules.texts if text.before}
        return [
            entry for entry in self.engine.inputs(customer)
            if isinstance(entry, Event) and entry.name and entry.id.partition(".")[0] not in typed
        ]  # fmt: skip

    def known_in_store(self) -> set[str]:
        """Of the customers brought along, those whom the store knows."""
        store = self.before.store
        return set(store.backend.load(sorted(self.brought))) if store is not None else set()

    def next_steps(self, customer: str) -> tuple[int, tuple[Change, ...], tuple[Effect, ...]] | None:
        """The next instant at which the clock alone does something for a customer, and what it does."""
        moment = self.engine.next_change(customer)
        if moment is None:
            return None
        instant = instant_of(moment)
        changes, effects = ahead(self.engine, customer, instant)
        now = self.engine.now()
        return instant, tuple(c for c in changes if c.instant > now), tuple(e for e in effects if e.instant > now)

    def rule_places(self) -> dict[str, str]:
        """The place of each rule, by its id."""
        return {rule.id: rule.place for rule in self.engine.plan.rules}
