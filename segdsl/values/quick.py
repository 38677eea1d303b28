"""The short way from JSON values to run-time values, for input that comes by the million.

Comes in: a value as `wire.decode` takes it, but never None. Goes out: what `wire.decode` gives for it, or its BadValue.
What `wire` says is the meaning; here stands nothing but what can be said sooner of ordinary values, and what is not
ordinary goes to `wire`. The readers use it for events.
"""

import re
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from typing import Any

from segdsl.values import instants, wire
from segdsl.values.kinds import INSTANT, Kind
from segdsl.values.zones import Zone

Read = Callable[[Any], Any]

UNUSUAL = (ValueError, TypeError, ArithmeticError, LookupError, AttributeError)
"""What the short way may raise of a value for which it is not made. BadValue is among them."""

HOURS = 50_000
"""Local hours whose instants are kept, some five years; then they are gathered anew."""

RESTS = 20_000
"""Minutes and seconds whose lengths are kept: all of an hour, with some fractions. Others are worked out each time."""

LENGTHS = frozenset((20, 24, 25, 27, 29, 32))
"""Of moments as they are mostly written, with an offset: in seconds, milliseconds or microseconds."""

FEW = 32
"""Moments that are tried together again where one of many more is unusual."""

FORMS = 200
"""Sets of keys that are kept of one kind of record."""

_PARTS = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2}[T ](?:[01][0-9]|2[0-3]))(:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,3})?)?)")


class Moments:
    """The instants of moments as text, in microseconds since 1970 UTC; those without an offset are local in `zone`.

    Of a local moment as it is mostly written, what stands before the minutes and what stands after are looked up, each
    by itself, in `hours` and `rests`. Their sum is the instant. An hour in which the clocks are changed is not kept,
    nor one near the ends of what can be said.
    """

    def __init__(self, zone: Zone) -> None:
        self.zone = zone
        self.hours: dict[str, int] = {}
        self.rests: dict[str, int] = {}

    def of(self, raw: Any) -> int:
        """The instant. Raises BadValue as `wire.decode` does, or one of `UNUSUAL` for what is no text."""
        if len(raw) in LENGTHS and raw[4] == "-" and raw[10] == "T":
            instant = _placed(raw)
            if instant is not None:
                return instant
        hour, rest = self.hours.get(raw[:13]), self.rests.get(raw[13:])
        if hour is not None and rest is not None:
            return hour + rest
        decoded: int = wire.decode(INSTANT, raw, self.zone)
        self._keep(raw)
        return decoded

    def of_each(self, raws: list[Any]) -> Sequence[int | None]:
        """The instants of many, which cost less together; None for what `of` refuses."""
        found = _all_placed(raws)
        if found is None and len(raws) > FEW:  # mostly one of them is no moment
            return [instant for at in range(0, len(raws), FEW) for instant in self.of_each(raws[at : at + FEW])]
        return found if found is not None else [self._if_any(raw) for raw in raws]

    def _if_any(self, raw: Any) -> int | None:
        try:
            return self.of(raw)
        except UNUSUAL:
            return None

    def _keep(self, text: str) -> None:
        """Keep the parts of a local moment that is one."""
        found = _PARTS.fullmatch(text)
        if found is None:
            return
        before, after = found.groups()
        moment, begin = instants.parse_moment(text), instants.parse_moment(f"{before}:00:00")
        if moment is None or begin is None:
            return
        if len(self.rests) < RESTS:
            self.rests[after] = moment[0] - begin[0]
        first = self._whole_hour(begin[0])
        if first is not None and instants.EARLIEST + 2 * instants.DAY < first < instants.LATEST - 2 * instants.DAY:
            if len(self.hours) >= HOURS:
                self.hours.clear()
            self.hours[before] = first

    def _whole_hour(self, local: int) -> int | None:
        """The instant at which a local hour begins; None where it is not an hour long."""
        if not instants.EARLIEST < local < instants.LATEST:
            return None
        first, last = self.zone.instant(local), self.zone.instant(local + instants.HOUR - 1)
        return first if last - first == instants.HOUR - 1 else None


def _placed(text: str) -> int | None:
    """The instant of a moment in range that names its offset; None for what is another thing, or none."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    if moment.tzinfo is None:
        return None
    since = moment - instants.EPOCH
    instant = since.days * instants.DAY + since.seconds * instants.SECOND + since.microseconds
    return instant if instants.EARLIEST <= instant < instants.LATEST else None


def _all_placed(raws: list[Any]) -> list[int] | None:
    """The same of many, if it can be said of all of them."""
    day, second, epoch = instants.DAY, instants.SECOND, instants.EPOCH
    try:
        if not LENGTHS.issuperset(map(len, raws)) or False in [raw[4] == "-" and raw[10] == "T" for raw in raws]:
            return None
        found = [
            (since := moment - epoch).days * day + since.seconds * second + since.microseconds
            for moment in map(datetime.fromisoformat, raws)
        ]
        in_range = not found or (min(found) >= instants.EARLIEST and max(found) < instants.LATEST)
    except UNUSUAL:
        return None
    return found if in_range else None


def reader(kind: Kind, moments: Moments) -> Read:
    """What reads the values of a kind. Raises BadValue as `wire.decode` does, or one of `UNUSUAL`."""
    match kind.name:
        case "text" | "text ignoring case":
            return wire.as_text
        case "number":
            return wire.as_number
        case "instant":
            return moments.of
        case "list" if kind.item is not None:
            return _lists(kind, reader(kind.item, moments), moments.zone)
        case "record":
            return _Records(kind, moments).read
    return partial(_decoded, kind, moments.zone)


def _decoded(kind: Kind, zone: Zone, raw: Any) -> Any:
    return wire.decode(kind, raw, zone)


def _lists(kind: Kind, item: Read, zone: Zone) -> Read:
    def read(raw: Any) -> Any:
        if type(raw) is list:
            try:
                return tuple([None if each is None else item(each) for each in raw])
            except UNUSUAL:
                pass  # which says where in the list it is
        return wire.decode(kind, raw, zone)

    return read


class _Records:
    """Reads records of one kind: for each set of keys that it has met it knows which of them count."""

    def __init__(self, kind: Kind, moments: Moments) -> None:
        self.kind = kind
        self.zone = moments.zone
        self.fields = [(field, reader(field.kind, moments)) for field in kind.fields]
        self.forms: dict[tuple[str, ...], list[tuple[str, str, Read]]] = {}

    def read(self, raw: Any) -> dict[str, Any]:
        try:
            form = self.forms.get(tuple(raw)) if type(raw) is dict else None
            if form is not None:
                return {name: read(value) for name, key, read in form if (value := raw[key]) is not None}
        except UNUSUAL:
            pass
        record: dict[str, Any] = wire.decode(self.kind, raw, self.zone)
        self._keep(raw)
        return record

    def _keep(self, raw: dict[str, Any]) -> None:
        if len(self.forms) < FORMS and all(type(key) is str for key in raw):
            keys = ((field.name, wire.key_of(field, raw), read) for field, read in self.fields)
            self.forms[tuple(raw)] = [(name, key, read) for name, key, read in keys if key is not None]
