"""All that a store holds, in a form in which two stores can be compared: what lies in what order in the store does not
count, nor does what each store draws for itself, nor how many transactions there were."""

from collections import defaultdict
from typing import Any

from segdsl.backends.base import (
    Backend,
    StoredClock,
    StoredEffect,
    StoredInputs,
    StoredLink,
    StoredNote,
    StoredPosition,
    StoredProgram,
    StoredState,
    StoredStay,
    StoredTally,
    StoredTombstone,
    StoredVisitor,
)
from segdsl.state.life import decode_inputs

Whole = dict[str, dict[Any, Any]]
"""By what it is, then by its key."""


def whole(backend: Backend) -> Whole:
    """What a store holds."""
    pages: dict[str, list[bytes]] = defaultdict(list)
    found: Whole = defaultdict(dict)
    for content in backend.contents():
        match content:
            case StoredProgram():
                found["programs"][len(found["programs"])] = content
            case StoredClock():
                found["clock"]["clock"] = content
            case StoredState(customer, state, clock, due, timer):
                found["states"][customer] = (bytes(state), clock, due, timer)
            case StoredStay(began, _):
                found["stays"].setdefault((began.customer, began.segment), []).append(content)
            case StoredInputs(customer, inputs):
                pages[customer].append(inputs)
            case StoredEffect(effect):
                found["outbox"][effect.id, effect.mark] = content
            case StoredTombstone(hash_, instant):
                found["tombstones"][hash_] = instant
            case StoredVisitor(visitor):
                found["visitors"][visitor] = content
            case StoredLink(guest):
                found["links"][guest] = content
            case StoredPosition(source, position):
                found["positions"][source] = position
            case StoredTally(tally, number):
                if tally.kind != "batch":
                    found["tallies"][tally] = number
            case StoredNote(key, note):
                found["notes"][key] = note
    found["journal"] = {customer: decode_inputs(each) for customer, each in pages.items()}
    return dict(found)


def differences(expected: Whole, found: Whole) -> list[str]:
    """Where two stores differ, a line each; none where they are the same."""
    lines = []
    for what in {**expected, **found}:
        ours, theirs = expected.get(what, {}), found.get(what, {})
        lines += [
            f"{what} of {key!r}: {theirs.get(key)!r} and not {ours.get(key)!r}"
            for key in {**ours, **theirs}
            if ours.get(key) != theirs.get(key)
        ]
    return lines
