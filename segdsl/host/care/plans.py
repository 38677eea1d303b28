"""The plan of an older store as this version reads it, with which its states still fit.

States speak of memories, waits, triggers and limits by keys that are hashes of what they mean, and of rules by ids. So
a plan fits if it has the same keys. It is compiled from the sources that the store keeps, so that a run with the same
rules goes on; where that gives other keys, the plan of then is kept, if its nodes still are what they were.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec
from attrs import field, frozen
from msgspec.structs import replace

from segdsl.backends.base import StoredProgram
from segdsl.diagnostics.errors import CompileError, StoreError
from segdsl.host.loading import plan_of
from segdsl.host.program import build, check_texts
from segdsl.plan import nodes as p

UNTAGGED = 1
"""The version of plans whose triggers were all events. The ids of their rules are others now."""


@frozen
class Raised:
    """A program as this version keeps it, with its plan, and the ids of rules that have another one now."""

    stored: StoredProgram
    plan: p.Plan
    rules: Mapping[str, str] = field(factory=dict)


def raised(stored: StoredProgram) -> Raised:
    """The program of an older store. Raises StoreError where this version makes nothing of it with which its states
    would fit."""
    old: dict[str, Any] = msgspec.json.decode(stored.plan)
    if old["version"] == p.VERSION:
        return Raised(stored, plan_of(stored.plan))
    try:
        program = build(check_texts(stored.sources))
    except CompileError as error:
        if old["version"] == UNTAGGED:
            raise StoreError(
                "the rules of this store are no longer right in this version of the language, and its plan is of a "
                f"form that is not read any more; it is left as it was\n{error.rendered}"
            ) from error
        return _as_it_was(stored, old)
    new = msgspec.to_builtins(program.plan)
    if old["version"] == UNTAGGED:
        return Raised(_with(stored, program.plan), program.plan, _renamed(old, new))
    if set(_keys(old)) <= set(_keys(new)):
        return Raised(_with(stored, program.plan), program.plan)
    return _as_it_was(stored, old)


def _with(stored: StoredProgram, plan: p.Plan) -> StoredProgram:
    return replace(stored, digest=plan.digest, plan=msgspec.json.encode(plan))


def _as_it_was(stored: StoredProgram, old: dict[str, Any]) -> Raised:
    """The plan of then, whose nodes are the same now."""
    try:
        plan = msgspec.convert({**old, "version": p.VERSION}, p.Plan)
    except msgspec.ValidationError as error:
        raise StoreError(
            "this version makes another plan of the rules of this store, and its own is of a form that is not read any "
            "more; it is left as it was"
        ) from error
    return Raised(_with(stored, plan), plan)


def _keys(node: Any) -> Iterator[str]:
    """What states can speak of: keys of memories, waits, triggers and collections, scopes of limits, ids of rules."""
    if isinstance(node, dict):
        for name, value in node.items():
            if name in ("key", "scope", "id") and isinstance(value, str):
                yield value
            yield from _keys(value)
    elif isinstance(node, list | tuple):
        for each in node:
            yield from _keys(each)


def _renamed(old: dict[str, Any], new: dict[str, Any]) -> dict[str, str]:
    """The ids of rules that are others now: a rule is known by where it stands."""
    memories = {each["key"] for each in new["memories"]}
    at: dict[str, list[str]] = {}
    for rule in new["rules"]:
        at.setdefault(rule["place"], []).append(rule["id"])
    places = [rule["place"] for rule in old["rules"]]
    lost = [each["key"] for each in old["memories"] if each["key"] not in memories]
    twice = sorted({place for place in places if places.count(place) != 1 or len(at.get(place, ())) != 1})
    if lost or twice:
        what = f"two rules stand at {twice[0]}" if twice else "it remembers the past by other keys"
        raise StoreError(f"this store cannot be brought up: {what}, so that what is kept cannot be told apart; it is "
                         "left as it was")  # fmt: skip
    return {rule["id"]: at[rule["place"]][0] for rule in old["rules"]}
