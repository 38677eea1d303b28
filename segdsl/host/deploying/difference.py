"""What becomes of a store when other rules are put in place, told before it happens (language.md section 5.14).

Comes in: the plan of a store and another one, how the pasts of new conditions could be had, and where customers' flows
stand. Goes out: a `Difference`, as data; `cli/parts/deploying.py` says it to a person.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Literal

import msgspec
from attrs import define, field
from msgspec import Struct

from segdsl.host.deploying.filling import asks_rules
from segdsl.host.deploying.note import Fill
from segdsl.host.deploying.parts import Part, declared_otherwise, parts_of, same, text_of
from segdsl.host.deploying.turning import Turning
from segdsl.plan import nodes as p
from segdsl.plan.needs import pauses
from segdsl.plan.readers import in_order, readers, rule_name
from segdsl.plan.text import Text
from segdsl.plan.walk import structs
from segdsl.state.customer import State
from segdsl.values.instants import instant_text

Fate = Literal["kept", "new", "changed", "gone"]

DEEDS = 2
"""Actions of a rule that are told."""

LONGEST = 100
"""Characters of a rule that are told."""

NO_JOURNAL = "the store keeps no events of its customers"


class Named(Struct, frozen=True):
    """Something declared, and what becomes of it: `what` it is (segment, rule, ...), its name or its text, its place.
    `detail` says what is changed. `members` are those that a segment which is gone has."""

    what: str
    name: str
    fate: Fate
    place: str = ""
    detail: str = ""
    members: int | None = None


class Remembered(Struct, frozen=True):
    """Something that is kept of customers' pasts, and what becomes of it. `readers` are the places that ask for it.
    `filled` says how a new one gets its past; empty where that is `missing`: why it cannot be had without a word."""

    kind: str
    key: str
    text: str
    fate: Fate
    readers: tuple[str, ...] = ()
    filled: Fill = ""
    missing: str = ""
    detail: str = ""


class Stand(Struct, frozen=True):
    """A wait at which flows stand: of how many customers, and whether they go on (`place`: where the rule is by now),
    or end, for a `reason`."""

    text: str
    place: str
    customers: int
    goes_on: bool
    reason: str = ""


class Difference(Struct, frozen=True):
    """All of it. `at` is the instant since when the new rules count (microseconds since 1970 UTC), `same` that nothing
    is different that matters to customers."""

    before: str
    to: str
    at: int
    customers: int
    named: tuple[Named, ...] = ()
    remembered: tuple[Remembered, ...] = ()
    waits: tuple[Stand, ...] = ()
    journal: bool = True
    turned: int = 0

    @property
    def same(self) -> bool:
        return self.before == self.to

    @property
    def missing(self) -> tuple[Remembered, ...]:
        """New conditions whose past is needed, and of which nobody has said where it is to come from."""
        return tuple(each for each in self.remembered if each.fate == "new" and not each.filled)

    def as_json(self) -> dict[str, Any]:
        """JSON values; the instant is text in UTC."""
        made: dict[str, Any] = msgspec.to_builtins(self)
        return {**made, "at": instant_text(self.at), "same": self.same}


def fills_of(
    turning: Turning, plans: Sequence[p.Plan], *, journal: bool, file: bool, from_now: bool, nothing: bool
) -> dict[Part, tuple[Fill, str]]:
    """How each part that is new under the new plan is filled, and why not from the journal. `plans` are those of all
    programs that the store was run with. `from_now`: what cannot be had starts with nothing; `nothing`: all does."""
    found: dict[Part, tuple[Fill, str]] = {}
    for part in new_parts(turning):
        why = NO_JOURNAL if not journal else _not_in_journal(part, turning.new, plans)
        how: Fill = "empty" if nothing else "journal" if not why else "file" if file else "empty" if from_now else ""
        found[part] = how, why
    return found


def new_parts(turning: Turning) -> Iterator[Part]:
    """What the new plan keeps and the old one did not, or not in the same sense."""
    for part in parts_of(turning.new).values():
        kept = part.key in turning.attributes if part.kind == "attribute" else part in turning.kept
        if not kept:
            yield part


def _not_in_journal(part: Part, new: p.Plan, plans: Sequence[p.Plan]) -> str:
    """Why the past of a part is not in the journal; empty where it is."""
    ruled = asks_rules(part, new, plans)
    for plan in plans:
        if part.kind == "attribute":
            return same(part, plan, new) or "it was declared otherwise"
        why = same(part, plan, new) if part.kind == "limit" else declared_otherwise(part, plan, new)
        if not why and ruled and part.goes_by_zone and plan.zone != new.zone:
            why = f"rules recorded such events while the zone was {plan.zone}"
        if why:
            return why
    return ""


# ------------------------------------------------------------------------------------------------------- what is told


@define
class Telling:
    """Tells of the difference between two plans."""

    turning: Turning
    fills: Mapping[Part, tuple[Fill, str]]
    old: Text = field(init=False)
    new: Text = field(init=False)

    def __attrs_post_init__(self) -> None:
        self.old, self.new = Text(self.turning.old), Text(self.turning.new)

    def named(self, members: Callable[[str], int]) -> tuple[Named, ...]:
        """What is declared; `members` says how many a segment has."""
        return (*self._segments(members), *self._rules(), *self._activities(), *self._promotions(), *self._limits(),
                *self._events(), *self._attributes())  # fmt: skip

    def _segments(self, members: Callable[[str], int]) -> Iterator[Named]:
        were = {each.name: each for each in self.turning.old.segments}
        are = {each.name: each for each in self.turning.new.segments}
        for name, segment in sorted(are.items()):
            if name not in were:
                yield Named("segment", name, "new", segment.place)
                continue
            detail = _segment_changed(were[name], segment)
            yield Named("segment", name, "changed" if detail else "kept", segment.place, detail)
        for name in sorted(were.keys() - are.keys()):
            yield Named("segment", name, "gone", were[name].place, members=members(name))

    def _rules(self) -> Iterator[Named]:
        were = {each.id: each for each in self.turning.old.rules}
        are = {each.id: each for each in self.turning.new.rules}
        going = {_rule_text(rule, self.old) for rule in were.values() if rule.id not in are}
        for rule in sorted(are.values(), key=lambda each: in_order(each.place)):
            said = _rule_text(rule, self.new)
            if rule.id not in were:
                yield Named("rule", said, "new", rule.place, "changed further inside" if said in going else "")
                continue
            detail = _options_changed(were[rule.id], rule)
            yield Named("rule", said, "changed" if detail else "kept", rule.place, detail)
        for rule in sorted(were.values(), key=lambda each: in_order(each.place)):
            if rule.id not in are:
                detail = "that customers entered it once is no longer known" if rule.once else ""
                yield Named("rule", _rule_text(rule, self.old), "gone", rule.place, detail)

    def _activities(self) -> Iterator[Named]:
        were = {each.activity: each.place for each in self.turning.old.rules if each.activity}
        are = {each.activity: each.place for each in self.turning.new.rules if each.activity}
        yield from _by_name("activity", were, are)

    def _promotions(self) -> Iterator[Named]:
        were = {each.name: each.place for each in self.turning.old.promotions}
        are = {each.name: each.place for each in self.turning.new.promotions}
        yield from _by_name("promotion", were, are)

    def _limits(self) -> Iterator[Named]:
        old, new = self.turning.old, self.turning.new
        yield from _by_name(
            "limit", {each.text: each.place for each in old.limits}, {each.text: each.place for each in new.limits}
        )
        yield from _by_name(
            "hold", {each.text: each.place for each in old.holds}, {each.text: each.place for each in new.holds}
        )

    def _events(self) -> Iterator[Named]:
        were = {each.name: each for each in self.turning.old.events}
        are = {each.name: each for each in self.turning.new.events}
        yield from _by_name("event", dict.fromkeys(were, ""), dict.fromkeys(are, ""))
        for name in sorted(were.keys() & are.keys()):
            kinds = {each.name: str(each.kind) for each in were[name].fields}
            fields = {each.name: str(each.kind) for each in are[name].fields}
            detail = _fields_changed(kinds, fields)
            if detail:
                yield Named("event", name, "changed", detail=detail)

    def _attributes(self) -> Iterator[Named]:
        were = {each.name: each for each in self.turning.old.attributes}
        are = {each.name: each for each in self.turning.new.attributes}
        yield from _by_name("attribute", dict.fromkeys(were, ""), dict.fromkeys(are, ""))
        for name in sorted(were.keys() & are.keys()):
            old, new = were[name], are[name]
            if old.kind != new.kind:
                lost = "" if name in self.turning.attributes else ": its values cannot be read as that, and go"
                yield Named("attribute", name, "changed", detail=f"{old.kind} becomes {new.kind}{lost}")
            elif (old.default, old.ruled) != (new.default, new.ruled):
                by = "rules" if new.ruled else "events"
                detail = "another default" if old.ruled is new.ruled else f"set by {by} from now on"
                yield Named("attribute", name, "changed", detail=detail)

    def remembered(self) -> tuple[Remembered, ...]:
        """What is kept of the past: first what keeps its history, then what is new, then what vanishes."""
        old, new = parts_of(self.turning.old), parts_of(self.turning.new)
        asked, before = readers(self.turning.new), readers(self.turning.old)
        kept, made, gone = [], [], []
        for place, part in new.items():
            by = tuple(map(str, asked.get(part.key, ())))
            if part not in self.fills:
                if part.kind != "attribute":
                    kept.append(Remembered(part.kind, part.key, text_of(part, self.new), "kept", by))
                continue
            how, why = self.fills[part]
            detail = same(part, self.turning.old, self.turning.new) if place in old else ""
            made.append(Remembered(part.kind, part.key, text_of(part, self.new), "new", by, how, why, detail))
        for place, part in old.items():
            if place not in new and part.kind != "attribute":
                by = tuple(map(str, before.get(part.key, ())))
                gone.append(Remembered(part.kind, part.key, text_of(part, self.old), "gone", by))
        return tuple(each for some in (kept, made, gone) for each in sorted(some, key=lambda each: each.text))

    def waits(self, standing: "Standing") -> tuple[Stand, ...]:
        """Where flows stand, and whether they go on."""
        rules = {rule.id: rule for rule in self.turning.old.rules}
        texts = {
            (rule.id, pause.key): self.old.pause(pause) for rule in rules.values() for pause, _ in pauses(rule.steps)
        }
        found = []
        for (rule_id, key, goes_on, reason), customers in standing.customers.items():
            goal = self.turning.goals[rule_id, key].rule if goes_on else None
            rule = goal or rules[rule_id]
            text = f"{texts[rule_id, key]} in {rule_name(rules[rule_id])}"
            found.append(Stand(text, rule.place, customers, goes_on, reason))
        return tuple(sorted(found, key=lambda each: (not each.goes_on, in_order(each.place), each.text)))


@define
class Standing:
    """Counts the customers whose flows stand somewhere, by rule, key, and what becomes of them."""

    turning: Turning
    at: int
    customers: Counter[tuple[str, str, bool, str]] = field(factory=Counter)

    def look(self, states: Iterable[State]) -> None:
        """Count the flows of some customers that still wait when the new rules count."""
        for state in states:
            if not state.waits:
                continue
            waiting = [each for each in state.waits if (each.due or each.deadline or self.at + 1) > self.at]
            goes_on, _ = self.turning.parted(waiting, self.at)
            self.customers.update(
                {
                    (
                        wait.rule,
                        wait.key,
                        wait in goes_on,
                        "" if wait in goes_on else self.turning.reason(wait, self.at),
                    )
                    for wait in waiting
                }
            )


def _by_name(what: str, were: Mapping[str, str], are: Mapping[str, str]) -> Iterator[Named]:
    for name in sorted(are):
        if name not in were:
            yield Named(what, name, "new", are[name])
    for name in sorted(were):
        if name not in are:
            yield Named(what, name, "gone", were[name])


def _segment_changed(old: p.Segment, new: p.Segment) -> str:
    kinds = {"added": "by activities", "derived": "derived", "listed": "listed"}
    if old.kind != new.kind:
        return f"{kinds[old.kind]} becomes {kinds[new.kind]}"
    return "its condition is another" if old.condition != new.condition else ""


def _options_changed(old: p.Rule, new: p.Rule) -> str:
    names = ("begin", "end", "priority", "once", "holdout", "seed", "restarting", "per", "stops")
    said = {"begin": "from", "end": "until", "stops": "stop when"}
    changed = [said.get(name, name) for name in names if getattr(old, name) != getattr(new, name)]
    return f"other than before: {', '.join(changed)}" if changed else ""


def _rule_text(rule: p.Rule, text: Text) -> str:
    """A rule in short: what starts it, its condition, what it waits for and what it does."""
    when = " or ".join(map(text.trigger, rule.triggers))
    events = [
        each.event for each in rule.triggers if isinstance(each, p.EventTrigger | p.CountTrigger | p.AfterTrigger)
    ]
    asked = "" if rule.condition is None else f" if {text.condition(rule.condition, events)}"
    deeds = list(_deeds(rule, text, events))
    more = [f"{len(deeds) - DEEDS} more"] if len(deeds) > DEEDS else []
    said = f"when {when}{asked} then {', '.join([*deeds[:DEEDS], *more])}"
    whole = f"{rule_name(rule)}: {said}" if rule.activity else said
    return whole if len(whole) <= LONGEST else f"{whole[: LONGEST - 3].rstrip()}..."


def _deeds(rule: p.Rule, text: Text, events: Sequence[str]) -> Iterator[str]:
    waits: list[str] = []
    for step in structs(rule.steps):
        match step:
            case p.Wait() | p.WaitUntil() | p.WaitFor():
                waits.append(text.pause(step, events))
            case p.Act(_, actions):
                for action in actions:
                    yield " then ".join([*waits, text.action(action, events)])
                    waits = []
            case _:
                pass


def _fields_changed(old: Mapping[str, str], new: Mapping[str, str]) -> str:
    said = [f"{name} is new" for name in new if name not in old]
    said += [f"{name} is gone" for name in old if name not in new]
    said += [f"{name} was {old[name]}" for name in new if name in old and old[name] != new[name]]
    return ", ".join(said)
