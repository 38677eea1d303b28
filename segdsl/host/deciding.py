"""Deciding on an event: of all that it would bring about, what its page shows and how its search is changed.

Comes in: an event, what taking it would do (an `Outcome`, with nothing of it committed), and how much the page wants.
Goes out: a `Decision`. Nothing here reads a store, and nothing is judged anew: the effects are those of the step.
"""

from collections.abc import Iterable, Mapping
from itertools import groupby

from attrs import define, field

from segdsl.host.decisions import Decision, PassedOver, Search
from segdsl.host.searching import SEARCHES, changed
from segdsl.plan import nodes as p
from segdsl.plan.needs import pauses
from segdsl.records.inputs import Event
from segdsl.records.outcomes import Effect, Outcome, Reject

MESSAGES = frozenset(("send email", "send text", "send push", "issue coupon"))
"""Actions of the vocabulary that reach a customer elsewhere than on a page: nothing that a spot could show."""

SEARCH = "searches"
"""The event with which a search rule starts (language.md section 3)."""

TERM = "term"

Ordered = tuple[int, str, str, int]


@define
class Deciding:
    """The rules of a plan, by id, and which of them an event sets going: it starts them, or they wait for it."""

    rules: Mapping[str, p.Rule]
    listening: dict[str, set[str]] = field(factory=dict)

    @classmethod
    def of(cls, plan: p.Plan) -> "Deciding":
        deciding = cls({rule.id: rule for rule in plan.rules})
        for rule in plan.rules:
            waited = [pause.trigger for pause, _ in pauses(rule.steps) if isinstance(pause, p.WaitFor)]
            for trigger in (*rule.triggers, *waited):
                if isinstance(trigger, p.EventTrigger | p.CountTrigger):
                    deciding.listening.setdefault(trigger.event, set()).add(rule.id)
        return deciding

    def decision(self, item: Event | Reject, outcome: Outcome, wanted: Mapping[str, int]) -> Decision:
        """What is decided on an event. `wanted` is how many effects of an action the page has room for, by name."""
        if isinstance(item, Reject):
            return Decision(item.id, "", outcome)
        own = sorted((effect for effect in outcome.effects if self._is_own(effect, item)), key=self._order)
        search: Search | None = None
        passed: list[PassedOver] = []
        if item.name == SEARCH:
            search, passed = changed(item.fields.get(TERM), [each for each in own if each.action in SEARCHES])
        for_page = [each for each in own if each.action not in SEARCHES and each.action not in MESSAGES]
        shown, over = self._merged(for_page, wanted)
        passed = sorted([*passed, *over], key=lambda each: self._order(each.effect))
        return Decision(item.id, item.name, outcome, tuple(shown), tuple(passed), search, item.instant)

    def _is_own(self, effect: Effect, event: Event) -> bool:
        """Whether an effect is of a rule that the event itself has set going, in the event's own step: not of what the
        clock brought about before it, nor of what that step led to."""
        of_event = effect.because.cause == event.id and (effect.instant, effect.round) == (event.instant, 0)
        return of_event and effect.because.rule in self.listening.get(event.name, ())

    def _order(self, effect: Effect) -> Ordered:
        """By priority; of equal priority by the name of the activity; within a rule as it is written."""
        rule = effect.because.rule
        return -effect.priority, self.rules[rule].activity, rule, effect.nth

    # ------------------------------------------------------------------------------------------------------ the page

    def _merged(self, effects: list[Effect], wanted: Mapping[str, int]) -> tuple[list[Effect], list[PassedOver]]:
        """What is shown, and what is passed over. Each action of which the page wants an amount is filled by itself;
        the others go together. All of one priority count, even where a part of them would do."""
        shown: list[Effect] = []
        over: list[PassedOver] = []
        for action, amount in wanted.items():
            _fill([each for each in effects if each.action == action], amount, shown, over)
        others = [each for each in effects if each.action not in wanted]
        for _, level in groupby(others, key=_priority):
            self._first_level(others[0], list(level), shown, over)
        return sorted(shown, key=self._order), over

    def _first_level(self, first: Effect, level: list[Effect], shown: list[Effect], over: list[PassedOver]) -> None:
        """Show the effects of one priority if it is the highest that has any."""
        if level[0].priority == first.priority:
            shown += level
        else:
            name = self.rules[first.because.rule].activity
            whose = f"`{name}`" if name else f"the rule at {first.because.place}"
            over += [PassedOver(each, f"{whose} has the higher priority {first.priority}") for each in level]


def _fill(effects: Iterable[Effect], amount: int, shown: list[Effect], over: list[PassedOver]) -> None:
    """Take the effects of one action from the highest priority down, until there are as many as wanted."""
    found = 0
    for _, level in groupby(effects, key=_priority):
        each_of = list(level)
        if found < amount:
            shown += each_of
            found += len(each_of)
        else:
            reason = f"of higher priority there are {found}, and {amount} wanted" if amount else "none is wanted"
            over += [PassedOver(each, reason) for each in each_of]


def _priority(effect: Effect) -> int:
    return effect.priority
