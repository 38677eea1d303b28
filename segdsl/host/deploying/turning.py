"""One customer's state, from the plan that made it to another one (language.md section 5.14).

Comes in: a state of the old plan, up to which the clock has been let run, and the pasts of new conditions. Goes out:
the state that the new plan goes on from, of which an engine says what holds (`Prepared.load`).

| of a state | what becomes of it |
|---|---|
| memories, collections, counts, looks back, what limits count | kept under equal keys; new ones are filled, others go |
| attributes | kept where they are still declared, with values that can be read; others go |
| what rules added | stays while the segment is by activities, with its end and its reason |
| what the host listed | stays while the segment is declared, whatever kind it is of |
| memberships as seen | judged anew by the engine: what holds then holds since then, or goes on |
| waits | go on where the rest of the sentence stands unchanged, at the moment that was set when they began |
| that somebody entered a `once` activity | stays while the rule is there, and `once`, with the same `per` |
| ids that were seen, instants, arrivals, the name by which chance is drawn | stay |
"""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from attrs import define, field, frozen
from msgspec.structs import replace

from segdsl.host.deploying.parts import Part, PartKind, alike, parts_of, same
from segdsl.plan import nodes as p
from segdsl.plan.needs import pauses
from segdsl.state.customer import Pending, State, Waiting


@define
class Past:
    """What is kept of one customer for some parts of a plan, by their keys."""

    memories: dict[str, Any] = field(factory=dict)
    collections: dict[str, list[Any]] = field(factory=dict)
    tallies: dict[str, list[Any]] = field(factory=dict)
    pending: dict[str, list[Pending]] = field(factory=dict)
    made: dict[str, list[int]] = field(factory=dict)
    attributes: dict[str, Any] = field(factory=dict)

    @classmethod
    def of(cls, state: State, parts: Iterable[Part]) -> "Past":
        """What a state holds for some parts."""
        past = cls()
        for part in parts:
            name = WHERE[part.kind]
            held = getattr(state, name)
            if part.key in held:
                getattr(past, name)[part.key] = _with_fields(held[part.key], part.node)
        return past

    def into(self, state: State) -> State:
        """A state that holds all of it besides."""
        held = {name: {**getattr(state, name), **getattr(self, name)} for name in set(WHERE.values())}
        return replace(state, **held)

    def add(self, other: "Past") -> None:
        for name in set(WHERE.values()):
            getattr(self, name).update(getattr(other, name))


WHERE: dict[PartKind, str] = {
    "memory": "memories", "collection": "collections", "count": "tallies", "look back": "pending", "limit": "made",
    "attribute": "attributes",
}  # fmt: skip
"""In which field of a state a part is kept."""


@frozen
class Goal:
    """The rule in which a wait goes on; or why it ends."""

    rule: p.Rule | None
    reason: str = ""


@define
class Turning:
    """From one plan to another. `kept` are the parts that mean the same in both."""

    old: p.Plan
    new: p.Plan
    kept: tuple[Part, ...] = field(init=False)
    attributes: frozenset[str] = field(init=False)
    goals: dict[tuple[str, str], Goal] = field(init=False)

    def __attrs_post_init__(self) -> None:
        before = parts_of(self.old)
        self.kept = tuple(
            part
            for place, part in parts_of(self.new).items()
            if part.kind != "attribute" and place in before and not same(part, self.old, self.new)
        )
        were = {each.name: each.kind for each in self.old.attributes}
        self.attributes = frozenset(
            each.name for each in self.new.attributes if each.name in were and alike(were[each.name], each.kind)
        )
        self.goals = goals(self.old, self.new)

    def turn(self, state: State, past: Past, at: int) -> tuple[State, list[Waiting]]:
        """The state under the new plan, and the waits that end. The given state is left as it is."""
        segments = {segment.name: segment.kind for segment in self.new.segments}
        goes_on, ended = self.parted(state.waits, at)
        turned = replace(
            state,
            **{name: {} for name in ("memories", "collections", "tallies", "pending", "made")},
            attributes={name: value for name, value in state.attributes.items() if name in self.attributes},
            added={name: stay for name, stay in state.added.items() if segments.get(name) == "added"},
            listed={name: word for name, word in state.listed.items() if name in segments},
            members=dict(state.members),
            waits=[self._moved(wait) for wait in goes_on],
            entered=self._entered(state),
            seen=dict(state.seen),
        )
        kept = Past.of(state, self.kept)
        kept.add(past)
        return kept.into(turned), ended

    def parted(self, waits: Iterable[Waiting], at: int) -> tuple[list[Waiting], list[Waiting]]:
        """The waits that go on, and those that end, as they stand in the old plan."""
        waiting = list(waits)
        goes_on: list[Waiting] = []
        ended: list[Waiting] = []
        taken: dict[tuple[str, str], str] = {}
        for wait in sorted(waiting, key=lambda each: not self._stays(each)):
            rule = self.goal(wait).rule
            if rule is not None and self._may_stand(wait, rule, at, taken):
                goes_on.append(wait)
            else:
                ended.append(wait)
        return goes_on, ended

    def _may_stand(self, wait: Waiting, rule: p.Rule, at: int, taken: dict[tuple[str, str], str]) -> bool:
        """Whether a flow may go on in a rule: while its activity runs, and where the customer is in no other flow."""
        if rule.end is not None and rule.end <= at:
            return False
        return taken.setdefault((rule.id, repr(wait.value)), wait.rule) == wait.rule

    def reason(self, wait: Waiting, at: int) -> str:
        """Why a wait ends that does."""
        goal = self.goal(wait)
        if goal.rule is not None and goal.rule.end is not None and goal.rule.end <= at:
            return "its activity is over"
        return goal.reason or "the customer is in the flow already in which it would go on"

    def goal(self, wait: Waiting) -> Goal:
        """Where a wait goes on."""
        return self.goals.get((wait.rule, wait.key), Goal(None, "its rule is gone"))

    def _moved(self, wait: Waiting) -> Waiting:
        rule = self.goal(wait).rule
        return wait if rule is None else replace(wait, rule=rule.id)

    def _stays(self, wait: Waiting) -> bool:
        rule = self.goal(wait).rule
        return rule is not None and rule.id == wait.rule

    def _entered(self, state: State) -> list[str]:
        were = {rule.id: rule for rule in self.old.rules}
        once = {rule.id for rule in self.new.rules if rule.once and rule.id in were and rule.per == were[rule.id].per}
        return [entry for entry in state.entered if entry.partition(" ")[0] in once]


def goals(old: p.Plan, new: p.Plan) -> dict[tuple[str, str], Goal]:
    """Where the waits of a plan go on in another one, by rule and key: where the same rest of a sentence stands, first
    of all in the same rule, then in one that is new, then in any."""
    standing: dict[str, list[tuple[p.Rule, p.Pause]]] = defaultdict(list)
    for rule in new.rules:
        for pause, _ in pauses(rule.steps):
            standing[pause.key].append((rule, pause))
    were = {rule.id for rule in old.rules}
    found: dict[tuple[str, str], Goal] = {}
    for rule in old.rules:
        for pause, _ in pauses(rule.steps):
            here = sorted(standing[pause.key], key=lambda each: (each[0].id != rule.id, each[0].id in were, each[0].id))
            fits = [other for other, there in here if other.per == rule.per and _has_what_it_needs(pause, there)]
            if fits:
                found[rule.id, pause.key] = Goal(fits[0])
            else:
                reason = (
                    "what follows it reads what was not kept" if here else "what followed it is no longer in the rules"
                )
                found[rule.id, pause.key] = Goal(None, reason)
    return found


def _has_what_it_needs(old: p.Pause, new: p.Pause) -> bool:
    return set(new.fields) <= set(old.fields) and set(new.start) <= set(old.start)


def _with_fields(held: Any, node: object) -> Any:
    """What is held of a part: of a collection only the fields that are read of its items."""
    if not isinstance(node, p.Collection):
        return held
    return [[at, key, {name: fields[name] for name in node.fields if name in fields}] for at, key, fields in held]
