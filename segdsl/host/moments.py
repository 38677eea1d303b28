"""Instants as a host program gives them, and events as it holds them, made ready for the readers."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from importlib import import_module
from pathlib import Path
from typing import Any

import whenever

from segdsl.diagnostics.errors import ClockError
from segdsl.values.instants import EARLIEST, EPOCH, LATEST, MICROSECOND, parse_date, parse_moment
from segdsl.values.zones import Zone

Moment = int | str | datetime
"""An instant: microseconds since 1970 UTC, a datetime with an offset, or text such as `2026-03-01T10:00:00Z`."""


def instant_of(moment: Moment, zone: Zone | None = None) -> int:
    """Microseconds since 1970 UTC. A text without an offset, and a date alone, are taken in `zone` where one is given.

    Raises ClockError when it is no instant, or does not say of which zone.
    """
    if isinstance(moment, bool):
        raise ClockError("yes and no are no instants")
    if isinstance(moment, int):
        return _checked(moment, str(moment))
    if isinstance(moment, datetime):
        if moment.tzinfo is None:
            raise ClockError(f"{moment} has no time zone: use datetime(..., tzinfo=timezone.utc)")
        return _checked((moment - EPOCH) // MICROSECOND, str(moment))
    day = parse_date(moment)
    if day is not None:
        return _checked((zone or Zone("UTC")).at(day), moment)
    parsed = parse_moment(moment)
    if parsed is None:
        raise ClockError(f"{moment!r} is no instant: write it as 2026-03-01T10:00:00Z")
    instant, fixed = parsed
    if not fixed and zone is None:
        raise ClockError(f"{moment!r} does not say its time zone: end it with Z or an offset")
    return _checked(instant if fixed or zone is None else zone.instant(instant), moment)


def _checked(instant: int, shown: str) -> int:
    if not EARLIEST <= instant < LATEST:
        raise ClockError(f"{shown} is not between the years 1900 and 2200")
    return instant


def json_ready(value: Any) -> Any:
    """A value of a host program as a JSON decoder would give it: a float is its shortest decimal, dates are text."""
    match value:
        case bool() | int() | str() | None | Decimal():
            return value
        case float():
            return Decimal(repr(value))
        case datetime() | date():
            return value.isoformat()
        case Mapping():
            return {key: json_ready(item) for key, item in value.items()}
        case list() | tuple() | set() | frozenset():
            return [json_ready(item) for item in value]
    return value


def database_version() -> str:
    """The version of the time zone data in use, kept with a store's program (language.md section 5.20)."""
    for folder in whenever.get_tzpath():
        for name in ("tzdata.zi", "+VERSION"):
            path = Path(folder) / name
            if path.is_file():
                with path.open(encoding="utf-8", errors="replace") as file:
                    return file.readline().strip().removeprefix("# version ")
    metadata = import_module("importlib.metadata")  # not at the top: it takes as long to load as a small program
    try:
        return str(metadata.version("tzdata"))
    except metadata.PackageNotFoundError:
        return "not known"
