"""The pasts of conditions that are new: what would be kept for them if the rules had asked before (5.14).

Comes in: a customer's journal, or a store into which a file of events was run. Goes out: a `Past`. What is kept for a
condition depends on the events alone. So where no rule has recorded such events, they go through a plan that does
nothing but keep (`keeping`); else the past is stepped anew with the plan of then, to which the new parts are added
(`beside`): what rules recorded, and handed over, is what it was.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from hashlib import sha256

from attrs import define, field
from msgspec.structs import replace

from segdsl.backends.base import Backend
from segdsl.engines import DEFAULT, prepare
from segdsl.engines.base import Prepared
from segdsl.host.deploying.parts import Part, alike, sources_of
from segdsl.host.deploying.turning import Past
from segdsl.plan import nodes as p
from segdsl.plan.walk import structs
from segdsl.records.inputs import Event, Link, Load
from segdsl.state.customer import State
from segdsl.state.life import Taken, decode_inputs, decode_state, encode_state

NO_END = 10**9
"""The number of a limit that lets everything through, and counts it."""


def asks_rules(part: Part, new: p.Plan, plans: Iterable[p.Plan]) -> bool:
    """Whether what is kept for a part depends on what rules did: on events that they recorded, or on effects."""
    if part.kind == "limit":
        return True
    events = {source for event in part.reads for source in sources_of(event, new)} | part.reads.keys()
    return any(isinstance(node, p.Record) and node.event in events for plan in plans for node in structs(plan.rules))


def keeping(new: p.Plan, parts: Sequence[Part]) -> p.Plan:
    """A plan that keeps some parts and does nothing else. Attributes are those of the parts alone."""
    wanted = {part.key for part in parts if part.kind == "attribute"}
    return p.Plan(
        p.VERSION,
        _digest(new, parts),
        new.zone,
        new.events,
        tuple(each for each in new.attributes if each.name in wanted),
        (),
        (),
        tuple(part.node for part in parts if isinstance(part.node, p.Memory)),
        tuple(_tracking(parts)),
        collections=tuple(part.node for part in parts if isinstance(part.node, p.Collection)),
    )


def beside(old: p.Plan, new: p.Plan, parts: Sequence[Part]) -> p.Plan:
    """A plan with some parts of another one that it keeps as well, and nothing that it does otherwise."""
    memories = {each.key: each for each in old.memories}
    memories |= {part.key: part.node for part in parts if isinstance(part.node, p.Memory)}
    collections = {each.key: each for each in old.collections}
    for part in parts:
        if isinstance(part.node, p.Collection):
            more = collections[part.key].fields if part.key in collections else ()
            collections[part.key] = replace(part.node, fields=tuple(sorted({*part.node.fields, *more})))
    limits = [replace(part.node, number=NO_END) for part in parts if isinstance(part.node, p.Limit)]
    actions = {action.name for action in old.actions}
    return replace(
        old,
        digest=_digest(old, parts),
        events=tuple(_events(old, new, parts)),
        memories=tuple(memories.values()),
        rules=(*old.rules, *_tracking(parts)),
        collections=tuple(collections.values()),
        limits=(*old.limits, *(limit for limit in limits if actions.intersection(limit.actions))),
    )


def for_a_file(old: p.Plan, new: p.Plan, parts: Sequence[Part]) -> p.Plan:
    """The plan through which a file of events goes. Where rules of then are asked, it has them; not where events or
    attributes are declared otherwise by now, so that those rules could not read them."""
    if not any(asks_rules(part, new, [old]) for part in parts) or not _reads_alike(old, new):
        return keeping(new, parts)
    wanted = {part.key for part in parts if part.kind == "attribute"}
    known = {each.name for each in old.attributes}
    attributes = [each for each in new.attributes if each.name in wanted and each.name not in known]
    return replace(beside(old, new, parts), events=tuple(_both(old, new)), attributes=(*old.attributes, *attributes))


def _tracking(parts: Iterable[Part]) -> Iterator[p.Rule]:
    """Rules that never start: for their triggers, events are counted and looked back on."""
    for part in parts:
        if isinstance(part.node, p.CountTrigger | p.AfterTrigger):
            yield p.Rule(f"keeping {part.key}", "", (part.node,), p.Constant(False), ())


def _events(old: p.Plan, new: p.Plan, parts: Sequence[Part]) -> Iterator[p.EventType]:
    """The events of a plan, which are made of lines as the other plan says where some parts read those."""
    read = {event for part in parts for event in part.reads}
    further = {each.name: each for each in new.events}
    for each in old.events:
        lines = further[each.name].lines if each.name in further else ()
        yield replace(each, lines=(*each.lines, *(of for of in lines if of[1] in read and of not in each.lines)))
        further.pop(each.name, None)
    yield from (each for name, each in further.items() if name in read)


def _reads_alike(old: p.Plan, new: p.Plan) -> bool:
    """Whether events and attributes that both plans declare are the same to both."""
    kinds = {each.name: each.kind for each in old.attributes}
    if any(each.name in kinds and not alike(kinds[each.name], each.kind) for each in new.attributes):
        return False
    events = {event.name: event for event in old.events}
    for event in new.events:
        was = events.get(event.name)
        fields = {each.name: each.kind for each in was.fields} if was is not None else {}
        if was is not None and (was.made is not event.made or was.lines != event.lines):
            return False
        if any(each.name in fields and fields[each.name] != each.kind for each in event.fields):
            return False
    return True


def _both(old: p.Plan, new: p.Plan) -> Iterator[p.EventType]:
    """The events of both plans, with the fields of both."""
    others = {event.name: event for event in old.events}
    for event in new.events:
        was = others.pop(event.name, None)
        names = {each.name for each in event.fields}
        further = [each for each in was.fields if each.name not in names] if was is not None else []
        yield replace(event, fields=(*event.fields, *further))
    yield from others.values()


def _digest(plan: p.Plan, parts: Iterable[Part]) -> str:
    keys = [f"{part.kind} {part.key}" for part in parts]
    return sha256("\n".join([plan.digest, *keys]).encode()).hexdigest()[:20]


# ------------------------------------------------------------------------------------------------------------- journals


@define
class Journals:
    """Fills from the journals of a store. `parts` are those that the journals hold all of; `current` is the digest of
    the program that the store was run with last, `plan_of` gives a plan by its digest."""

    backend: Backend
    new: p.Plan
    parts: Sequence[Part]
    current: str
    plan_of: Callable[[str], p.Plan]
    plain: tuple[Part, ...] = field(init=False)
    ruled: tuple[Part, ...] = field(init=False)
    keeper: Prepared = field(init=False)
    heard: frozenset[str] = field(init=False)
    engines: dict[str, Prepared] = field(factory=dict)

    @classmethod
    def of(
        cls,
        backend: Backend,
        new: p.Plan,
        parts: Sequence[Part],
        digests: Sequence[str],
        plan_of: Callable[[str], p.Plan],
    ) -> "Journals":
        """`digests` are those of all programs that the store was run with, the last one that of now."""
        plans = [plan_of(digest) for digest in dict.fromkeys(digests)]
        made = cls(backend, new, parts, digests[-1], plan_of)
        made.ruled = tuple(part for part in parts if asks_rules(part, new, plans))
        made.plain = tuple(part for part in parts if part not in made.ruled)
        made.keeper = prepare(keeping(new, made.plain), DEFAULT)
        made.heard = frozenset(
            source for part in made.plain for event in part.reads for source in sources_of(event, new)
        )
        return made

    def pasts(self, customers: Sequence[str], at: int) -> dict[str, Past]:
        """The pasts of some customers, up to an instant."""
        return {customer: self._past(customer, at) for customer in customers}

    def _past(self, customer: str, at: int) -> Past:
        inputs = self._inputs(customer)
        past = Past()
        if self.plain:
            state = self._kept(inputs, at)
            past.add(Past.of(state, self.plain) if state is not None else Past())
        if self.ruled:
            past.add(self._stepped(inputs, at, self.current))
        return past

    def _inputs(self, customer: str) -> list[Taken]:
        return decode_inputs(self.backend.journal(customer))

    # ------------------------------------------------------------------------------------------ what events alone tell

    def _kept(self, inputs: Iterable[Taken], until: int) -> State | None:
        """What a life comes to in the plan that only keeps."""
        state: State | None = None
        for taken in inputs:
            match entry := taken.entry:
                case Event() if entry.name in self.heard:
                    for each in self.keeper.expand(replace(entry, attributes={})):
                        state = self.keeper.step(state, each).state
                case Link() if not entry.renames:
                    guest = self._kept(self._inputs(entry.guest), entry.instant)
                    if guest is not None:
                        state = self.keeper.step(state, replace(entry, facts=encode_state(guest))).state
                case _:
                    pass
        return self.keeper.settle(state, until).state if state is not None else None

    # --------------------------------------------------------------------------------------------- what rules have done

    def _engine(self, digest: str) -> Prepared:
        if digest not in self.engines:
            self.engines[digest] = prepare(beside(self.plan_of(digest), self.new, self.ruled), DEFAULT)
        return self.engines[digest]

    def _stepped(self, inputs: Sequence[Taken], until: int, last: str) -> Past:
        """What a life comes to for the parts, each stretch of it under the rules of then; `last` are those in place at
        its end. What was put in place with other rules is taken from the journal; only what the new parts keep is
        carried on."""
        rules = next((taken.entry.before for taken in inputs if isinstance(taken.entry, Load)), last)
        engine, state = self._engine(rules), None
        for taken in inputs:
            match entry := taken.entry:
                case Load():
                    past = self._at(engine, state, entry.instant)
                    rules = entry.program
                    engine, state = self._engine(rules), self._with(past, decode_state(entry.state))
                case Link() if not entry.renames:
                    past = self._stepped(self._inputs(entry.guest), entry.instant, rules)
                    facts = encode_state(self._with(past, decode_state(entry.facts)))
                    state = engine.step(state, replace(entry, facts=facts)).state
                case Event():
                    for each in engine.expand(entry):
                        state = engine.step(state, each).state
                case _:
                    state = engine.step(state, entry).state
        return self._at(engine, state, until)

    def _at(self, engine: Prepared, state: State | None, until: int) -> Past:
        return Past.of(engine.settle(state, until).state, self.ruled) if state is not None else Past()

    def _with(self, past: Past, state: State) -> State:
        """A state that also holds a past, and is looked at when something of that is due."""
        dues = [each.due for pending in past.pending.values() for each in pending]
        due = min([*dues, *([state.due] if state.due is not None else [])], default=None)
        timer = min([*dues, *([state.timer] if state.timer is not None else [])], default=None)
        return replace(past.into(state), due=due, timer=timer)
