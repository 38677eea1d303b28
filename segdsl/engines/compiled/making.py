"""What a step makes of its rules' wishes: effects and events with their stable ids (language.md section 5.7), and which
effects limits and holds keep back."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from segdsl.engines.compiled.round import NONE, Round
from segdsl.engines.compiled.rules import Judge, Writing
from segdsl.plan import nodes as p
from segdsl.records.inputs import Event
from segdsl.records.outcomes import Effect, Held, HeldBy
from segdsl.state.landing import Wish, because, effect_id
from segdsl.state.memories import inside
from segdsl.values import wire
from segdsl.values.kinds import Kind
from segdsl.values.zones import Zone

Times = dict[tuple[str, str, int], int]
"""How often a stage of a flow of a rule has done something for one cause, by rule, flow and stage."""

Wanted = tuple[Effect, Mapping[str, Any]]
"""An effect, and its fields as run-time values."""


def recorded(wish: Wish, round_: Round, times: Times) -> Event:
    """The event that a rule recorded."""
    state = round_.state
    name = wish.action.event if isinstance(wish.action, p.Record) else ""
    identity = effect_id(state.drawn, round_.identity, wish, _nth(wish, times))
    return Event(identity, name, state.customer, round_.now, wish.value)


def effects(
    wishes: list[Wish], round_: Round, cause: str, times: Times, kinds: Mapping[str, Mapping[str, Kind]]
) -> list[Wanted]:
    """The effects that rules want, in the order in which they go out. `kinds` are those of each action's fields."""
    state, wanted, written = round_.state, [], Counter[str]()  # wishes stand rule by rule, in a rule as it is written
    drawn, identity = state.drawn, round_.identity
    for wish in wishes:
        action = wish.action.action if isinstance(wish.action, p.Emit) else ""
        written[wish.rule.id] += 1
        of = kinds[action]
        effect = Effect(
            effect_id(drawn, identity, wish, _nth(wish, times)),
            action,
            state.customer,
            {name: wire.encode(of[name], value) for name, value in wish.value.items()},
            round_.now,
            round_.arrival,
            round_.number,
            wish.rule.priority,
            because("done", wish.rule, cause),
            nth=written[wish.rule.id],
        )
        wanted.append((effect, wish.value))
    return sorted(wanted, key=_order) if len(wanted) > 1 else wanted


def _order(wanted: Wanted) -> tuple[int, str]:
    return -wanted[0].priority, wanted[0].id


def _nth(wish: Wish, times: Times) -> int:
    """How many-th this is of what a stage of one flow does for one cause."""
    stage = (wish.rule.id, wish.flow, wish.stage)
    nth = times[stage] = times.get(stage, 0) + 1
    return nth


class Holding:
    """The limits and holds of a plan, by the action they speak of."""

    def __init__(self, plan: p.Plan, writing: Writing, zone: Zone) -> None:
        self.zone = zone
        self.is_needed = bool(plan.limits or plan.holds)
        self.limits: dict[str, list[tuple[p.Limit, Judge | None]]] = {}
        self.holds: dict[str, list[tuple[p.Hold, Judge | None]]] = {}
        self.standing: dict[str, Judge | None] = {}
        for limit in plan.limits:
            counts = writing.judge(limit.where, f"{limit.place}: limit", limit.place)
            for action in limit.actions:
                self.limits.setdefault(action, []).append((limit, counts))
        for hold in plan.holds:
            speaks = writing.judge(hold.where, f"{hold.place}: hold", hold.place)
            self.standing[hold.key] = writing.judge(hold.condition, f"{hold.place}: hold while", hold.place)
            for action in hold.actions:
                self.holds.setdefault(action, []).append((hold, speaks))

    def part(self, wanted: Iterable[Wanted], round_: Round) -> tuple[list[Effect], list[Held]]:
        """Part the effects of a step into those that are made and those that are held back, and log what limits count.
        The conditions of holds are judged on the snapshot, once a step."""
        made: list[Effect] = []
        held: list[Held] = []
        standing: dict[str, bool] = {}
        for effect, fields in wanted:
            logs, by = self._against(effect.action, fields, round_, standing)
            if by:
                held.append(Held(effect, tuple(by)))
                continue
            made.append(effect)
            if logs:
                added = {scope: [*log, round_.now] for scope, log in logs.items()}
                round_.state.made = {**round_.state.made, **added}
        return made, held

    def _against(
        self, action: str, fields: Mapping[str, Any], round_: Round, standing: dict[str, bool]
    ) -> tuple[dict[str, list[int]], list[HeldBy]]:
        """The logs of the limits that count an effect, and what holds it back."""
        state, now = round_.state, round_.now
        by: list[HeldBy] = []
        for hold, speaks in self.holds.get(action, ()):
            if speaks is None or speaks(state, now, NONE, NONE, fields):
                if hold.key not in standing:
                    condition = self.standing[hold.key]
                    standing[hold.key] = condition is None or bool(condition(state, now, NONE, NONE, NONE))
                if standing[hold.key]:
                    by.append(HeldBy("hold", hold.text, hold.place))
        logs: dict[str, list[int]] = {}
        counting = [
            limit
            for limit, counts in self.limits.get(action, ())
            if counts is None or counts(state, now, NONE, NONE, fields)
        ]
        for limit in counting:
            logs[limit.scope] = inside(limit.window, state.made.get(limit.scope, []), now, self.zone)
        for limit in counting:
            log = logs[limit.scope]
            if len(log) >= limit.number:
                by.append(HeldBy("limit", limit.text, limit.place, len(log), log[0]))
        return logs, by
