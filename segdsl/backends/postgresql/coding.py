"""How what is kept stands in rows: values to columns, and back."""

from decimal import Decimal
from typing import Any

import msgspec

from segdsl.backends.base import StoredEffect, StoredLink, StoredProgram, Tally
from segdsl.records.outcomes import Because, Change, Effect

# stands for the day of a tally that has none: before all others, and not NULL, which a key cannot be
NO_DAY = -(1 << 62)

# PostgreSQL's text holds all characters but NUL. It is written as two characters U+0001, and U+0001 itself as U+0001
# U+0002: all texts stay different, and their order by code points is the same as before. No other text is changed.
ESCAPE = "\1"
_KEPT = str.maketrans({"\0": "\1\1", "\1": "\1\2"})

encode = msgspec.json.Encoder(decimal_format="number").encode
because_of = msgspec.json.Decoder(Because).decode
effect_of = msgspec.json.Decoder(Effect, float_hook=Decimal).decode
program_of = msgspec.json.Decoder(StoredProgram).decode


def kept(text: str) -> str:
    """A text as it stands in the tables."""
    return text.translate(_KEPT) if "\0" in text or "\1" in text else text


def kept_all(values: list[Any]) -> list[Any]:
    """A column of values as they stand in the tables."""
    together = "".join([value for value in values if isinstance(value, str)])
    if "\0" not in together and "\1" not in together:
        return values
    return [kept(value) if isinstance(value, str) else value for value in values]


def told(text: str) -> str:
    """A text of the tables as it was."""
    return text.replace("\1\1", "\0").replace("\1\2", "\1") if ESCAPE in text else text


def told_all(rows: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """Rows of the tables with their texts as they were."""
    for place, value in enumerate(rows[0] if rows else ()):
        # Where texts may be missing it is the because of a change, which is JSON and holds nothing unusual.
        if isinstance(value, str) and any(ESCAPE in (row[place] or "") for row in rows):
            rows = [(*row[:place], told(row[place]), *row[place + 1 :]) for row in rows]
    return rows


def recorded(customer: str, segment: str, moments: list[Any]) -> list[Change]:
    """The changes that a row of memberships was made by: the one that began it and, when it is over, the one that ended
    it."""
    changes = []
    for entered, (instant, arrival, round_, because) in ((True, moments[:4]), (False, moments[4:])):
        if instant is not None:
            changes.append(Change(customer, segment, entered, instant, arrival, round_, because_of(because)))
    return changes


def moment(change: Change) -> tuple[int, int, int, str]:
    return change.instant, change.arrival, change.round, encode(change.because).decode()


def link_of(row: tuple[Any, ...]) -> StoredLink:
    return StoredLink(*row)


def key_of(tally: Tally) -> tuple[str, str, str, int]:
    return tally.kind, tally.name, tally.owner, NO_DAY if tally.day is None else tally.day


def tally_of(kind: Any, name: str, owner: str, day: int) -> Tally:
    return Tally(kind, name, None if day == NO_DAY else day, owner)


def row_of(effect: Effect) -> tuple[str, str, str, str]:
    """Its id, its customer, the action by which it can be claimed (none for a notice), and all of it."""
    return effect.id, effect.customer, "" if effect.is_notice else effect.action, encode(effect).decode()


def stored_effect(row: tuple[Any, ...]) -> StoredEffect:
    """An effect of the outbox, of its row without the sequence."""
    given, tries, again, dead, error, effect = row
    return StoredEffect(effect_of(effect), given, tries, again, dead, error)
