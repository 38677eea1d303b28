"""What became of an action for a customer: the effects that were made, and those that limits and holds kept back, each
limit with the effects that filled it, and each hold with its condition as it stood.

Comes in: a life played again (`course.py`). Goes out: a `WhyEffects`.
"""

from collections.abc import Iterator, Sequence
from typing import Any

import msgspec
from attrs import define, field
from msgspec import Struct

from segdsl.engines.reference.witness import Sighting
from segdsl.host.effects import effect_said
from segdsl.host.why.answer import Finding, instants_as_text
from segdsl.host.why.course import Course, Player
from segdsl.host.why.findings import Looking, Reader
from segdsl.host.why.text import finding_lines
from segdsl.plan import nodes as p
from segdsl.plan.walk import structs
from segdsl.records.outcomes import Effect, Held, HeldBy
from segdsl.state.life import Taken
from segdsl.state.windows import leaves
from segdsl.values.instants import instant_text

TOLD = 5
"""Effects that are told of: the latest."""


class KeptBack(Struct, frozen=True):
    """What kept an effect back: a `limit` or a `hold` as it is `text`, with its `file:line`. `filled` are the effects
    that had filled a limit, `condition` is how that of a hold stood."""

    kind: str
    text: str
    place: str
    filled: tuple[Effect, ...] = ()
    condition: Finding | None = None


class Wanted(Struct, frozen=True):
    """An effect that a rule wanted; it was made where nothing kept it back."""

    effect: Effect
    by: tuple[KeptBack, ...] = ()


class WhyEffects(Struct, frozen=True):
    """What became of an `action` for a customer up to an instant (microseconds since 1970 UTC). `wanted` are the latest
    of the effects that rules wanted (`wanted_in_all`), in their order; `rules` the places of the rules that do it."""

    customer: str
    action: str
    at: int
    known: bool
    wanted: tuple[Wanted, ...] = ()
    wanted_in_all: int = 0
    rules: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """JSON values; instants are text in UTC."""
        made: dict[str, Any] = instants_as_text(msgspec.to_builtins(self))
        return made

    def text(self) -> str:
        """The answer for a person, lines of text."""
        return "\n".join(_lines(self))


@define
class Effects:
    """Looks at the effects of one course."""

    plan: p.Plan
    reader: Reader
    player: Player
    course: Course
    inputs: Sequence[Taken]
    limits: dict[tuple[str, str], p.Limit] = field(init=False)
    holds: dict[tuple[str, str], p.Hold] = field(init=False)

    def __attrs_post_init__(self) -> None:
        self.limits = {(limit.place, limit.text): limit for limit in self.plan.limits}
        self.holds = {(hold.place, hold.text): hold for hold in self.plan.holds}

    def of(self, action: str, known: bool) -> WhyEffects:
        """What became of an action."""
        held = {each.effect.id: each for each in self.course.held}
        all_of_them = [*self.course.effects, *(each.effect for each in self.course.held)]
        meant = sorted((each for each in all_of_them if each.action == action), key=_order)
        wanted = tuple(Wanted(each, self._by(held.get(each.id))) for each in meant[-TOLD:])
        doing = [rule.place for rule in self.plan.rules if any(_does(node, action) for node in structs(rule.steps))]
        return WhyEffects(
            self.course.customer, action, self.course.now, known, wanted, len(meant), tuple(sorted(doing, key=_by_line))
        )

    def _by(self, held: Held | None) -> tuple[KeptBack, ...]:
        return tuple(self._kept(held.effect, each) for each in held.by) if held is not None else ()

    def _kept(self, effect: Effect, by: HeldBy) -> KeptBack:
        limit, hold = self.limits.get((by.place, by.text)), self.holds.get((by.place, by.text))
        filled = tuple(self._filled(limit, effect)) if by.kind == "limit" and limit is not None else ()
        condition = self._stood(hold, effect) if by.kind == "hold" and hold is not None else None
        return KeptBack(by.kind, by.text, by.place, filled, condition)

    def _filled(self, limit: p.Limit, effect: Effect) -> Iterator[Effect]:
        """The effects that were made, that the limit counts, and that were in its window."""
        counted = {each.reason for each in self.course.sightings if each.what == "passed" and each.node is limit}
        for each in sorted(self.course.effects, key=_order):
            inside = effect.instant < leaves(limit.window, each.instant, self.reader.zone)
            if each.id in counted and inside and _order(each) < _order(effect):
                yield each

    def _stood(self, hold: p.Hold, effect: Effect) -> Finding | None:
        """How the condition of a hold stood in the step of an effect."""
        key = (effect.instant, effect.arrival, effect.round)
        found: list[Finding] = []

        def witness(sighting: Sighting) -> None:
            if sighting.what == "judged" and sighting.node is hold and sighting.key == key:
                assert sighting.value is not None, "a condition was judged"
                entered = [each for each in self.course.entered if each.key <= key]
                looking = Looking(effect.instant, sighting.value, entered, self.course.members_at(key))
                found.append(self.reader.finding(hold.condition, looking))

        self.player.tell(self.course, self.inputs, effect.instant, witness)
        return found[-1] if found else None


def _order(effect: Effect) -> tuple[int, int, int, int, str]:
    return effect.instant, effect.arrival, effect.round, -effect.priority, effect.id


def _does(node: object, action: str) -> bool:
    return isinstance(node, p.Emit) and node.action == action


def _by_line(place: str) -> tuple[str, int]:
    file, _, line = place.rpartition(":")
    return file, int(line) if line.isdigit() else 0


def _lines(why: WhyEffects) -> Iterator[str]:
    if not why.known:
        yield f"{why.customer} is not known at {instant_text(why.at)}: not seen by then, or forgotten since"
        return
    if not why.wanted:
        yield f"no rule has come to `{why.action}` for {why.customer} by {instant_text(why.at)}"
        yield f"  rules that do it: {', '.join(why.rules)}" if why.rules else "  no rule does it"
        return
    yield f"`{why.action}` for {why.customer}, up to {instant_text(why.at)}:"
    before = why.wanted_in_all - len(why.wanted)
    if before:
        yield f"  {before:,} before, and then"
    for each in why.wanted:
        yield f"  {_said(each.effect)}: {'held back' if each.by else 'made'}"
        for by in each.by:
            yield f"    {by.text} ({by.place})"
            for effect in by.filled:
                yield f"      filled by {_said(effect)}"
            if by.condition is not None:
                yield from finding_lines(by.condition, 3)


def _said(effect: Effect) -> str:
    return f"{instant_text(effect.instant)} {effect_said(effect)} ({effect.because.place})"
