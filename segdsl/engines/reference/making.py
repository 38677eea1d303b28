"""What a step makes of its rules' wishes: effects and events, each with its stable id (language.md section 5.7)."""

from collections import Counter
from collections.abc import Mapping

from segdsl.engines.reference.holding import Wanted
from segdsl.engines.reference.round import Round
from segdsl.plan import nodes as p
from segdsl.records.inputs import Event
from segdsl.records.outcomes import Effect
from segdsl.state.landing import Wish, because, effect_id
from segdsl.values import wire
from segdsl.values.kinds import Kind

Times = Counter[tuple[str, str, int]]
"""How often a stage of a flow of a rule has done something for one cause, by rule, flow and stage."""


def recorded(wish: Wish, round_: Round, times: Times) -> Event:
    """The event that a rule recorded."""
    state = round_.view.state
    name = wish.action.event if isinstance(wish.action, p.Record) else ""
    identity = effect_id(state.drawn, round_.cause, wish, _nth(wish, times))
    return Event(identity, name, state.customer, round_.view.now, wish.value)


def effects(
    wishes: list[Wish], round_: Round, cause: str, times: Times, kinds: Mapping[str, Mapping[str, Kind]]
) -> list[Wanted]:
    """The effects that rules want, in the order in which they go out, with their fields as run-time values. `kinds` are
    those of the fields of each action."""
    wanted: list[Wanted] = []
    state = round_.view.state
    written: Counter[str] = Counter()  # wishes stand rule by rule, and in a rule as it is written
    for wish in wishes:
        action = wish.action.action if isinstance(wish.action, p.Emit) else ""
        written[wish.rule.id] += 1
        effect = Effect(
            effect_id(state.drawn, round_.cause, wish, _nth(wish, times)),
            action,
            state.customer,
            {name: wire.encode(kinds[action][name], value) for name, value in wish.value.items()},
            *round_.key,
            wish.rule.priority,
            because("done", wish.rule, cause),
            nth=written[wish.rule.id],
        )
        wanted.append((effect, wish.value))
    return sorted(wanted, key=lambda each: (-each[0].priority, each[0].id))


def _nth(wish: Wish, times: Times) -> int:
    """How many-th this is of what a stage of one flow does for one cause."""
    stage = (wish.rule.id, wish.flow, wish.stage)
    times[stage] += 1
    return times[stage]
