"""The short way from JSON values to run-time values, for input that comes by the million.

Comes in: a value as `wire.decode` takes it, but never None. Goes out: what `wire.decode` gives for it, or its BadValue.
What `wire` says is the meaning; here stands nothing but what can be said sooner of ordinary values, and what is not
ordinary goes to `wire`. The readers use it for events.
"""

import re
from collections.abc import Callable
from functools import partial
from typing import Any

from segdsl.values import instants, wire
from segdsl.values.kinds import INSTANT, Kind
from segdsl.values.zones import Zone

Read = Callable[[Any], Any]

UNUSUAL = (ValueError, TypeError, ArithmeticError, LookupError, AttributeError)
"""What the short way may raise of a value for which it is not made. BadValue is among them."""

HOURS = 50_000
"""Hours whose instants are kept, some five years; then they are gathered anew."""

RESTS = 20_000
"""Minutes and seconds whose lengths are kept: all of an hour, with some offsets. Others are worked out each time."""

FORMS = 200
"""Sets of keys that are kept of one kind of record."""

_PARTS = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2}[T ](?:[01][0-9]|2[0-3]))"
    r"(:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]+)?)?(Z|[+-][0-9]{2}:?[0-9]{2})?)"
)


class Moments:
    """The instants of moments as text, in microseconds since 1970 UTC; those without an offset are local in `zone`.

    Of a moment as it is mostly written, what stands before the minutes and what stands after are looked up, each by
    itself: `hours` and `rests` where an offset is named, else `local_hours` and `local_rests`. Their sum is the
    instant. An hour in which the clocks are changed is not kept, nor one near the ends of what can be said.
    """

    def __init__(self, zone: Zone) -> None:
        self.zone = zone
        self.hours: dict[str, int] = {}
        self.rests: dict[str, int] = {}
        self.local_hours: dict[str, int] = {}
        self.local_rests: dict[str, int] = {}
        self._full = False

    def of(self, raw: Any) -> int:
        """The instant. Raises BadValue as `wire.decode` does, or one of `UNUSUAL` for what is no text."""
        hour, rest = self.hours.get(raw[:13]), self.rests.get(raw[13:])
        if hour is None or rest is None:
            hour, rest = self.local_hours.get(raw[:13]), self.local_rests.get(raw[13:])
        if hour is not None and rest is not None:
            return hour + rest
        instant: int = wire.decode(INSTANT, raw, self.zone)
        if not self._full or (raw[:13] not in self.hours and raw[:13] not in self.local_hours):
            self._keep(raw)
        return instant

    def _keep(self, text: str) -> None:
        """Keep the parts of a moment that is one."""
        found = _PARTS.fullmatch(text)
        if found is None:
            return
        before, after, offset = found.groups()
        moment, begin = instants.parse_moment(text), instants.parse_moment(f"{before}:00:00Z")
        if moment is None or begin is None:
            return
        hours, rests = (self.hours, self.rests) if offset else (self.local_hours, self.local_rests)
        if not self._full:
            rests[after] = moment[0] - begin[0]
            self._full = len(self.rests) + len(self.local_rests) >= RESTS
        first = begin[0] if offset else self._whole_hour(begin[0])
        if first is not None and instants.EARLIEST + 2 * instants.DAY < first < instants.LATEST - 2 * instants.DAY:
            if len(hours) >= HOURS:
                hours.clear()
            hours[before] = first

    def _whole_hour(self, local: int) -> int | None:
        """The instant at which a local hour begins; None where it is not an hour long."""
        if not instants.EARLIEST < local < instants.LATEST:
            return None
        first, last = self.zone.instant(local), self.zone.instant(local + instants.HOUR - 1)
        return first if last - first == instants.HOUR - 1 else None


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
