"""Values as other systems write them, brought into the form of the plain shape where it is certain what is meant.

Comes in: a plain object made of a foreign one, with the program's declarations. Goes out: the same object, in which a
number written as text is a number, a moment given for a date is that date, and so on. What is left as it is, and does
not fit, becomes a reject by `EventShape`. Serves the dialects, and is no format.
"""

import re
from decimal import Decimal
from typing import Any

from segdsl.readers.base import RESERVED, EventShape
from segdsl.values import instants
from segdsl.values.kinds import Kind
from segdsl.values.text import folded, normal
from segdsl.values.wire import BadValue, decode_text
from segdsl.values.zones import Zone

_MIDNIGHT = re.compile(r"00:00(:00(\.0+)?)?(?![\d:.])")

_EPOCHS = ((9, 10, 1_000_000), (12, 13, 1_000), (15, 16, 1))
"""Digits before the point of a moment as a number, from 2001 to 2286: of seconds, milliseconds and microseconds since
1970, with the microseconds in each."""


def loosened(plain: dict[str, Any], shape: EventShape, zone: Zone | None = None) -> dict[str, Any]:
    """The object with its values in the form in which the program declares them, wherever that is certain. Moments
    without an offset are in `zone`, else in the program's. Changes the object itself."""
    zone = zone or shape.zone
    known = shape.found(plain.get("event"))
    for key, value in plain.items() if known is not None else ():
        field = known.keys.get(normal(str(key))) if known is not None and key not in RESERVED else None
        if field is not None and value is not None:
            plain[key] = as_declared(field.kind, value, zone)
    attributes = plain.get("attributes")
    if isinstance(attributes, dict):
        for key, value in attributes.items():
            attribute = shape.attributes.get(normal(str(key)))
            if attribute is not None and value is not None:
                attributes[key] = as_declared(attribute.kind, value, zone)
    return plain


def as_declared(kind: Kind, raw: Any, zone: Zone) -> Any:
    """A JSON value in the form that its kind has in the plain shape; one that is not certain stays as it is.

    Text is read as the number or boolean that it says, a date out of a moment (as it is written where it is midnight,
    else that of the zone), a moment out of a number of seconds, milliseconds or microseconds since 1970. A choice is
    found in any case, and text may be given as a number.
    """
    match kind.name:
        case "number" | "boolean" if isinstance(raw, str) and raw and not raw.isspace():
            return _said(kind, raw, zone)
        case "boolean" if raw in (0, 1) and not isinstance(raw, bool):
            return bool(raw)
        case "date":
            return _as_date(raw, zone)
        case "instant":
            return as_moment(raw)
        case "text" | "text ignoring case" if isinstance(raw, Decimal) and raw.is_finite() and abs(raw.adjusted()) < 40:
            return format(raw, "f")
        case "one of" if isinstance(raw, str) and raw not in kind.choices:
            return next((choice for choice in kind.choices if folded(choice) == folded(normal(raw))), raw)
        case "list" if isinstance(raw, list | tuple) and kind.item is not None:
            return [as_declared(kind.item, each, zone) for each in raw]
        case "record" if isinstance(raw, dict):
            return _as_record(kind, raw, zone)
    return raw


def as_moment(raw: Any) -> Any:
    """The text of a moment that is given as a number since 1970, in the unit that its size says."""
    if isinstance(raw, bool) or not isinstance(raw, int | Decimal):
        return raw
    value = Decimal(raw)
    if not value.is_finite() or value < 0:
        return raw
    for least, most, unit in _EPOCHS:
        if least <= value.adjusted() + 1 <= most:
            return instants.instant_text(int(value * unit))
    return raw


def _said(kind: Kind, raw: str, zone: Zone) -> Any:
    """What a text says; the text itself where it says nothing of that kind."""
    try:
        value = decode_text(kind, raw, zone)
    except BadValue:
        return raw
    return value if kind.name == "boolean" else Decimal(raw.strip())


def _as_date(raw: Any, zone: Zone) -> Any:
    raw = as_moment(raw)
    moment = instants.parse_moment(raw) if isinstance(raw, str) and len(raw) > 10 else None
    if moment is None:
        return raw
    instant, placed = moment
    if not placed or _MIDNIGHT.match(raw, 11):
        return raw[:10]
    if not instants.EARLIEST <= instant < instants.LATEST:
        return raw
    return instants.date_text(zone.date(instant))


def _as_record(kind: Kind, raw: dict[str, Any], zone: Zone) -> dict[str, Any]:
    kinds = {key: field.kind for field in kind.fields for key in field.wires}
    kinds |= {field.name.replace(" ", "_"): field.kind for field in kind.fields}
    kinds |= {field.name: field.kind for field in kind.fields}
    return {
        key: as_declared(kinds[key], value, zone) if key in kinds and value is not None else value
        for key, value in raw.items()
    }
