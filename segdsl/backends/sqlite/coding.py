"""How what is kept stands in rows: values to columns, and back."""

from decimal import Decimal
from typing import Any

import msgspec

from segdsl.backends.base import StoredLink, StoredProgram, Tally
from segdsl.records.outcomes import Because, Change, Effect

NO_DAY = -(
    1 << 62
)  # stands for the day of a tally that has none: before all others, and not NULL, which a key cannot be

encode = msgspec.json.Encoder(decimal_format="number").encode
because_of = msgspec.json.Decoder(Because).decode
effect_of = msgspec.json.Decoder(Effect, float_hook=Decimal).decode
program_of = msgspec.json.Decoder(StoredProgram).decode


def recorded(customer: str, segment: str, moments: list[Any]) -> list[Change]:
    """The changes that a row of `memberships` was made by: the one that began it and, when it is over, the one that
    ended it."""
    changes = []
    for entered, (instant, arrival, round_, because) in ((True, moments[:4]), (False, moments[4:])):
        if instant is not None:
            changes.append(Change(customer, segment, entered, instant, arrival, round_, because_of(because)))
    return changes


def moment(change: Change) -> tuple[int, int, int, str]:
    return change.instant, change.arrival, change.round, encode(change.because).decode()


def link_of(row: tuple[Any, ...]) -> StoredLink:
    guest, account, instant, visitor, first, renamed = row
    return StoredLink(guest, account, instant, visitor, first, bool(renamed))


def key_of(tally: Tally) -> tuple[str, str, str, int]:
    return tally.kind, tally.name, tally.owner, NO_DAY if tally.day is None else tally.day


def tally_of(kind: Any, name: str, owner: str, day: int) -> Tally:
    return Tally(kind, name, None if day == NO_DAY else day, owner)


def action_of(effect: Effect) -> str:
    """By which an effect can be claimed: its action, nothing for a notice."""
    return "" if effect.is_notice else effect.action


def row_of(effect: Effect) -> tuple[str, str, str, str]:
    return effect.id, effect.customer, action_of(effect), encode(effect).decode()
