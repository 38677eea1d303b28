"""Values on the wire: JSON values and CSV cells to run-time values by kind, and back.

Comes in: what a JSON decoder gives (numbers as `int` or `decimal.Decimal`, never `float`) or the text of a cell, with
the kind that the program declares. Goes out: a run-time value (see `segdsl.values`), or `BadValue`. The readers use it
for events, the host for effects and answers.
"""

from collections.abc import Callable
from decimal import ROUND_HALF_EVEN, Context, Decimal, Inexact, InvalidOperation, Overflow
from typing import Any, NoReturn

from segdsl.values import instants, numbers
from segdsl.values.kinds import Kind, RecordField
from segdsl.values.limits import TEXT_CHARACTERS
from segdsl.values.showing import DIGIT_BITS, SHOWN
from segdsl.values.showing import shown as shown
from segdsl.values.text import normal
from segdsl.values.zones import Zone

LONGEST_DURATION = instants.LATEST - instants.EARLIEST
"""A duration on the wire is no longer than this, either way."""


_MILLIONTH = Decimal("0.000001")
_EXACT = Context(prec=40, rounding=ROUND_HALF_EVEN, traps=[InvalidOperation])
_MILLION = Decimal(1_000_000)
_SURE = Context(prec=60, Emax=60, traps=[InvalidOperation, Overflow, Inexact])
"""Raises ArithmeticError where a digit would be lost, and for what is far too large."""

_times, _whole_number = _SURE.multiply, _SURE.to_integral_exact
_TRUTHS = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}
_UNITS = {word: size for unit, size in instants.UNITS.items() for word in (unit, unit + "s")}


class BadValue(ValueError):  # noqa: N818 - it is a finding about the data, not a failure of the program
    """A value is not of its kind. `reason` goes on from "is": `"ten", not a number`. `within` says where inside a list
    or record it stood, innermost first."""

    def __init__(self, reason: str, within: tuple[str, ...] = ()) -> None:
        super().__init__(f"{' of '.join(within)} is {reason}" if within else reason)
        self.reason = reason
        self.within = within

    def about(self, name: str) -> str:
        """The whole sentence: `amount is "ten", not a number`, `price of item 2 of items is true, not a number`."""
        return f"{' of '.join((*self.within, name))} is {self.reason}"


def decode(kind: Kind, raw: Any, zone: Zone) -> Any:
    """The run-time value of a JSON value; None for `null`.

    A date and time without an offset is local in `zone`. Of a record, undeclared keys are passed over, and fields that
    are not known are left out. Raises BadValue when the value is not of its kind or out of range.
    """
    return None if raw is None else _DECODERS[kind.name](kind, raw, zone)


def decode_text(kind: Kind, text: str, zone: Zone) -> Any:
    """The run-time value of a cell; None when it is empty or blank.

    A boolean may be `true`, `yes`, `1`, `false`, `no` or `0` in any case. Lists and records have no form as a cell.
    Raises BadValue as `decode` does.
    """
    cell = text.strip()
    if not cell:
        return None
    match kind.name:
        case "text" | "text ignoring case":
            return as_text(text)
        case "number":
            return _number_in(cell)
        case "boolean":
            truth = _TRUTHS.get(cell.lower())
            return truth if truth is not None else _bad(text, "yes or no")
        case "list" | "record":
            return _bad(text, f"a {kind.name}: that has no form as one cell")
    return _DECODERS[kind.name](kind, cell, zone)


def encode(kind: Kind, value: Any) -> Any:
    """The JSON value of a run-time value: what `decode` reads back as the same.

    A number is an `int` when it is whole and a `Decimal` of exactly its digits when not: write it with
    `msgspec.json.Encoder(decimal_format="number")`. An instant is text in UTC (`...Z`), a duration text in its largest
    whole unit. What is not known is None.
    """
    if value is None:
        return None
    match kind.name:
        case "number":
            whole, rest = divmod(value, numbers.SCALE)
            return Decimal(numbers.to_text(value)) if rest else whole
        case "instant":
            return instants.instant_text(value)
        case "date":
            return instants.date_text(value)
        case "duration":
            return f"{numbers.to_text(value)} seconds" if value % instants.SECOND else instants.duration_text(value)
        case "time of day":
            return instants.clock_text(value)
        case "list":
            item = _item(kind)
            return [encode(item, each) for each in value]
        case "record":
            return {f.name: encode(f.kind, value[f.name]) for f in kind.fields if value.get(f.name) is not None}
    return value


def as_text(raw: Any) -> str:
    """Text in its normal form; a whole number is read as its digits. Raises BadValue for all else, for text that is too
    long, and for characters that no text can be made of."""
    if isinstance(raw, str):
        text = raw if raw.isascii() else _whole(normal(raw))
        if len(text) > TEXT_CHARACTERS:
            raise BadValue(f"longer than {TEXT_CHARACTERS:,} characters")
        return text
    if isinstance(raw, int) and not isinstance(raw, bool) and raw.bit_length() <= DIGIT_BITS:
        return str(raw)
    return _bad(raw, "text")


def _whole(text: str) -> str:
    """Half of a surrogate pair cannot be stored or sent on: it is no text. A JSON file cannot hold one, a host can."""
    try:
        text.encode()
    except UnicodeEncodeError:
        _bad(text, "text: it has half a character in it")
    return text


def _bad(raw: object, expected: str) -> NoReturn:
    raise BadValue(f"{shown(raw)}, not {expected}")


def _text(_kind: Kind, raw: Any, _zone: Zone) -> str:
    return as_text(raw)


def _choice(kind: Kind, raw: Any, _zone: Zone) -> str:
    text = as_text(raw)
    if text not in kind.choices:
        choices = ", ".join(shown(choice) for choice in kind.choices[:10])
        _bad(text, f"one of {choices}{' and others' if len(kind.choices) > 10 else ''}")
    return text


def as_number(raw: Any) -> int:
    """The millionths of a JSON number. Raises BadValue for all else, and for one that is too large."""
    number: int | None
    if isinstance(raw, Decimal):
        try:
            number = int(_whole_number(_times(raw, _MILLION)))  # mostly there is nothing to be rounded
        except (ArithmeticError, ValueError):
            number = _millionths(raw) if not raw.is_nan() else _bad(raw, "a number")
    elif isinstance(raw, int) and not isinstance(raw, bool):
        number = raw * numbers.SCALE
    elif isinstance(raw, float):
        _bad(raw, "an exact number: give an int or a Decimal instead of a float")
    else:
        _bad(raw, "a number")
    if number is None or not -numbers.WIRE_LIMIT < number < numbers.WIRE_LIMIT:
        raise BadValue(f"{shown(raw)}, a number of more than twelve digits before the point")
    return number


def _number(_kind: Kind, raw: Any, _zone: Zone) -> int:
    return as_number(raw)


def _number_in(text: str) -> int:
    """Of a cell, where a number may be written as `2.5`, `-3`, `.5` or `1e3`, and without signs between thousands."""
    plain = text.isascii() and len(text) <= SHOWN and "_" not in text
    if not plain or not (text.lstrip("+-")[:1].isdecimal() or text.lstrip("+-")[:1] == "."):
        _bad(text, "a number")
    try:
        value = Decimal(text)
    except InvalidOperation:
        _bad(text, "a number")
    number: int | None
    try:
        number = int(_whole_number(_times(value, _MILLION)))
    except (ArithmeticError, ValueError):
        number = _millionths(value)
    if number is None or not -numbers.WIRE_LIMIT < number < numbers.WIRE_LIMIT:
        raise BadValue(f"{text}, a number of more than twelve digits before the point")
    return number


def _millionths(value: Decimal) -> int | None:
    """Rounded once, from all the digits, however many. In a context of its own: the host may have set another."""
    if not value:
        return 0
    if not value.is_finite() or value.adjusted() > 12:
        return None
    return numbers.fitting(int(value.quantize(_MILLIONTH, context=_EXACT).scaleb(6, context=_EXACT)))


def _boolean(_kind: Kind, raw: Any, _zone: Zone) -> bool:
    return raw if isinstance(raw, bool) else _bad(raw, "true or false")


def _date(_kind: Kind, raw: Any, _zone: Zone) -> int:
    date = instants.parse_date(raw) if isinstance(raw, str) else None
    return date if date is not None else _bad(raw, "a date like 2026-03-01")


def _instant(_kind: Kind, raw: Any, zone: Zone) -> int:
    moment = instants.parse_moment(raw) if isinstance(raw, str) else None
    if moment is None:
        _bad(raw, "a date and time like 2026-03-01T10:00:00Z")
    instant, placed = moment
    # Before it is placed in its zone it must be near the range: a zone has no clocks in the year 1 or 9999.
    if not placed and instants.EARLIEST - instants.DAY <= instant < instants.LATEST + instants.DAY:
        instant = zone.instant(instant)
    if not instants.EARLIEST <= instant < instants.LATEST:
        raise BadValue(f"{shown(raw)}, not from 1900 to 2199")
    return instant


def _duration(_kind: Kind, raw: Any, _zone: Zone) -> int:
    count, _, word = raw.strip().partition(" ") if isinstance(raw, str) else ("", "", "")
    unit = _UNITS.get(word.strip())
    if unit is None:
        _bad(raw, "a duration like 30 minutes")
    try:
        duration = _number_in(count) * unit // numbers.SCALE  # exact: every unit is whole seconds
    except BadValue:
        _bad(raw, "a duration like 30 minutes")
    if abs(duration) > LONGEST_DURATION:
        raise BadValue(f"{shown(raw)}, longer than 300 years")
    return duration


def _time_of_day(_kind: Kind, raw: Any, _zone: Zone) -> int:
    time = instants.parse_clock(raw) if isinstance(raw, str) else None
    return time if time is not None else _bad(raw, "a time of day like 22:00")


def _list(kind: Kind, raw: Any, zone: Zone) -> tuple[Any, ...]:
    if not isinstance(raw, list | tuple):
        _bad(raw, "a list")
    item = _item(kind)
    values = []
    try:
        for each in raw:
            values.append(decode(item, each, zone))
    except BadValue as bad:
        raise BadValue(bad.reason, (*bad.within, f"item {len(values) + 1}")) from None
    return tuple(values)


def _record(kind: Kind, raw: Any, zone: Zone) -> dict[str, Any]:
    if not isinstance(raw, dict):
        _bad(raw, "an object")
    record = {}
    for field in kind.fields:
        key = key_of(field, raw)
        if key is None or raw[key] is None:
            continue
        try:
            value = decode(field.kind, raw[key], zone)
        except BadValue as bad:
            raise BadValue(bad.reason, (*bad.within, field.name)) from None
        record[field.name] = value
    return record


def key_of(field: RecordField, raw: dict[str, Any]) -> str | None:
    """The key under which a record holds a field: its name, its name with underscores, then its wire names, the first
    that is there; None where none is."""
    for key in (field.name, field.name.replace(" ", "_"), *field.wires):
        if key in raw:
            return key
        if not key.isascii():
            for other in raw:
                if isinstance(other, str) and normal(other) == normal(key):
                    return other
    return None


def _item(kind: Kind) -> Kind:
    if kind.item is None:
        raise TypeError("a list's kind names the kind of its items")
    return kind.item


_DECODERS: dict[str, Callable[[Kind, Any, Zone], Any]] = {
    "text": _text,
    "text ignoring case": _text,
    "one of": _choice,
    "number": _number,
    "boolean": _boolean,
    "date": _date,
    "instant": _instant,
    "duration": _duration,
    "time of day": _time_of_day,
    "list": _list,
    "record": _record,
}
