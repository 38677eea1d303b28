"""Which of a step's effects are made, and which are held back (language.md, limits and holds).

Comes in: the effects of one step in their order, and the snapshot. Effects are judged one after the other: one is made
if no hold holds and all limits that count it have room, and is then counted by all of them; else it is held back, and
counted by none. So neither the order in the files nor the order of asking decides anything.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from attrs import define, field

from segdsl.engines.reference.evaluate import View, holds
from segdsl.engines.reference.witness import Sighting, What, Witness, judged
from segdsl.plan import nodes as p
from segdsl.records.outcomes import Effect, Held, HeldBy
from segdsl.state.memories import inside

Wanted = tuple[Effect, Mapping[str, Any]]
"""An effect, and its fields as run-time values."""


@define
class Holding:
    """The limits and holds of a plan, by the action they speak of. `witness` is told what is held back, and by what."""

    plan: p.Plan
    witness: Witness | None = None
    limits: dict[str, list[p.Limit]] = field(factory=dict)
    holds: dict[str, list[p.Hold]] = field(factory=dict)

    def __attrs_post_init__(self) -> None:
        for limit in self.plan.limits:
            for action in limit.actions:
                self.limits.setdefault(action, []).append(limit)
        for hold in self.plan.holds:
            for action in hold.actions:
                self.holds.setdefault(action, []).append(hold)

    def part(self, wanted: Iterable[Wanted], view: View, key: tuple[int, int, int]) -> tuple[list[Effect], list[Held]]:
        """Part the effects of a step into those that are made and those that are held back, and log what limits count.
        The conditions of holds are judged on the snapshot, once a step."""
        made: list[Effect] = []
        held: list[Held] = []
        standing: dict[str, bool] = {}
        for effect, fields in wanted:
            about = view.about(fields)
            holding = [h for h in self.holds.get(effect.action, ()) if holds(h.where, about)]
            counting = [limit for limit in self.limits.get(effect.action, ()) if holds(limit.where, about)]
            for hold in holding:
                if hold.key not in standing:
                    standing[hold.key] = judged(hold.condition, view, key, hold, None, self.witness)
            logs = {limit.scope: self._log(limit, view) for limit in counting}
            stands = [hold for hold in holding if standing[hold.key]]
            full = [limit for limit in counting if len(logs[limit.scope]) >= limit.number]
            by = [HeldBy("hold", hold.text, hold.place) for hold in stands]
            by += [HeldBy("limit", f.text, f.place, len(logs[f.scope]), logs[f.scope][0]) for f in full]
            if by:
                held.append(Held(effect, tuple(by)))
            else:
                made.append(effect)
                for scope, log in logs.items():
                    view.state.made[scope] = [*log, view.now]
            against = {*(hold.key for hold in stands), *(limit.key for limit in full)}
            self._tell(effect, fields, holding, counting, against, key)
        return made, held

    def _log(self, limit: p.Limit, view: View) -> list[int]:
        return inside(limit.window, view.state.made.get(limit.scope, []), view.now, view.zone)

    def _tell(
        self,
        effect: Effect,
        fields: Mapping[str, Any],
        holding: list[p.Hold],
        counting: list[p.Limit],
        against: set[str],
        key: tuple[int, int, int],
    ) -> None:
        """Tell the witness of each limit and hold that concerned an effect, and whether it held the effect back."""
        if self.witness is None:
            return
        concerned: list[p.Hold | p.Limit] = [*holding, *counting]
        for node in concerned:
            what: What = "held" if node.key in against else "passed"
            self.witness(Sighting(what, key, effect.customer, node, None, None, effect.id, fields))
