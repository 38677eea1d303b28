"""A customer of a store brought along into memory, to try things out on: the store itself is never written to.

Comes in: the engine on a store, and one on `memory://`, of the same program or of another. Goes out: the customer's
state and history in the second.
"""

import msgspec

from segdsl.backends import open_backend
from segdsl.backends.base import Batch, StoredInputs, StoredState
from segdsl.host.engine import Engine
from segdsl.host.trying import keep
from segdsl.plan import nodes as p
from segdsl.records.inputs import Event, Exclude, Include, Link, Unlist
from segdsl.records.outcomes import Because, Change
from segdsl.state.customer import State
from segdsl.state.life import decode
from segdsl.values.instants import LATEST


def on_program_of(store: Engine) -> Engine:
    """An empty engine in memory with the very program of a store."""
    backend = open_backend("memory://")
    backend.install(store.stored)
    return Engine(None, backend, clock=store.now)


def copied(store: Engine, engine: Engine, customer: str) -> bool:
    """Bring along what a store keeps of a customer. Gives whether they are known there.

    Under another program all that happened to the customer happens anew, as far as the program knows of it. A store
    without a journal does not keep what happened; there, what means the same goes along: attributes, memberships, waits
    and what is remembered of the past for equal conditions. The rest counts from now on.
    """
    data = store.backend.load([customer]).get(customer)
    if data is None:
        return False
    life, recorded = decode(data), store.backend.history(customer)
    if engine.plan.digest == store.plan.digest:
        stored = StoredState(customer, data, life.head.clock, life.head.due, life.head.timer)
        links = store.guests_of(customer)
        whose = [customer, *(link.guest for link in links if not link.renamed)]
        pages = [StoredInputs(each, page) for each in whose for page in store.backend.journal(each)]
        engine.backend.commit(Batch([stored], changes=recorded, clock=life.head.clock, journal=pages, links=links))
        return True
    if store.stored.journal:
        _again(store, engine, customer)
        return True
    now = store.now()
    step = store.prepared.settle(life.head, now)
    state, turned = _under(engine, step.state, now)
    declared = engine.segments
    changes = [c for c in [*recorded, *step.changes] if c.segment in declared] + turned
    keep(engine, state, changes, [], now)
    return True


def _again(store: Engine, engine: Engine, customer: str) -> None:
    """Have all happen to a customer that another program took. What this one does not know is passed over."""
    events = {event.name for event in engine.plan.events}
    attributes = {attribute.name for attribute in engine.plan.attributes} - engine.ruled
    for taken in store.whole_journal(customer):
        match entry := taken.entry:
            case Event() if entry.name in events or not entry.name:
                known = {name: value for name, value in entry.attributes.items() if name in attributes}
                engine.take([msgspec.structs.replace(entry, attributes=known)], vouched=LATEST, settled=True)
            case Link():
                if not entry.renames:
                    _again(store, engine, entry.guest)
                engine.link(entry)
            case Include() if entry.segment in engine.segments:
                engine.include(entry.customer, entry.segment, entry.instant, id=entry.id)
            case Exclude() if entry.segment in engine.segments:
                engine.exclude(entry.customer, entry.segment, entry.instant, id=entry.id)
            case Unlist() if entry.segment in engine.segments:
                engine.unlist(entry.customer, entry.segment, entry.instant, id=entry.id)


def _under(engine: Engine, state: State, now: int) -> tuple[State, list[Change]]:
    """A state under another program, with the memberships that turn by it."""
    state, plan = state.copy(), engine.plan
    segments, rules = engine.segments, {rule.id for rule in plan.rules}
    memories = {memory.key for memory in plan.memories}
    state.memories = {key: value for key, value in state.memories.items() if key in memories}
    collections = {collection.key for collection in plan.collections}
    state.collections = {key: items for key, items in state.collections.items() if key in collections}
    state.members = {name: since for name, since in state.members.items() if name in segments}
    state.added = {name: stay for name, stay in state.added.items() if name in segments}
    state.listed = {name: put for name, put in state.listed.items() if name in segments}
    state.waits = [wait for wait in state.waits if wait.rule in rules]
    state.clock = now
    turned: list[Change] = []
    for segment in plan.segments:
        holds = _holds(engine, segment, state, now)
        if holds == (segment.name in state.members):
            continue
        if holds:
            state.members[segment.name] = now
        else:
            del state.members[segment.name]
        why = Because("condition", segment.place)
        turned.append(Change(state.customer, segment.name, holds, now, 0, 0, why))
    again = Event(f"program at {now}", "", state.customer, now)
    step = engine.prepared.step(state, again)
    return step.state, turned + step.changes


def _holds(engine: Engine, segment: p.Segment, state: State, now: int) -> bool:
    """Whether a customer is seen in a segment (language.md section 5.12): the host's word first."""
    listed = state.listed.get(segment.name)
    if listed is not None or segment.kind == "listed":
        return listed is True
    beneath = segment.kind == "derived" or segment.name in state.added
    return beneath and (segment.condition is None or engine.prepared.ask(state, segment.condition, now) is True)


def not_remembered(store: Engine, engine: Engine) -> bool:
    """Whether a program asks something of the past that a store neither counted nor keeps."""
    if store.stored.journal:
        return False
    known = {memory.key for memory in store.plan.memories}
    kept = {collection.key: set(collection.fields) for collection in store.plan.collections}
    return any(memory.key not in known for memory in engine.plan.memories) or any(
        collection.key not in kept or not kept[collection.key].issuperset(collection.fields)
        for collection in engine.plan.collections
    )
