"""Where calendars meet the clock: local time in a zone (language.md section 5.20). The only module that knows of zones.

A local time that a spring change skips is the first instant after the gap; one that comes twice is the earlier; a day
begins with its first instant.
"""

from functools import cached_property, lru_cache
from zoneinfo import available_timezones

import whenever
from attrs import field, frozen

from segdsl.diagnostics.suggest import nearest, surely
from segdsl.values.instants import DAY, HOUR, plus_months, to_date


@frozen(slots=False)
class Zone:
    """A time zone by its name in the time zone database (`America/Toronto`, `UTC`).

    Raises ValueError for a name the database does not hold.
    """

    name: str = field()

    @name.validator
    def _known(self, _attribute: object, value: str) -> None:
        if value == "UTC":
            return
        try:
            whenever.Instant.from_timestamp(0).to_tz(value)
        except (whenever.TimeZoneNotFoundError, ValueError) as error:
            raise ValueError(f"no time zone is called {value!r}") from error

    @cached_property
    def is_utc(self) -> bool:
        return self.name in ("UTC", "Etc/UTC")

    def offset(self, instant: int) -> int:
        """Local time minus UTC at an instant, in microseconds."""
        if self.is_utc:
            return 0
        return _microseconds_offset(whenever.Instant.from_timestamp(instant, unit="microsecond").to_tz(self.name))

    def local(self, instant: int) -> int:
        """The local moment: microseconds since 1970 as the clocks there showed them."""
        return instant + self.offset(instant)

    def unrepeated(self, instant: int) -> int:
        """The local moment, but one that never goes back: while clocks show an hour for the second time, its end. So
        what is earlier stays earlier, whatever the clocks showed."""
        local = self.local(instant)
        if self.is_utc or self.offset(instant - 3 * HOUR) <= local - instant:
            return local
        moment = whenever.Instant.from_timestamp(instant, unit="microsecond").to_tz(self.name)
        change = moment.add(nanoseconds=1).prev_transition()
        if change is None:
            return local
        turned = int(change.timestamp(unit="microsecond"))
        return max(local, turned + self.offset(turned - 1))

    def date(self, instant: int) -> int:
        """The local date, in days since 1970-01-01."""
        return self.local(instant) // DAY

    def time_of_day(self, instant: int) -> int:
        return self.local(instant) % DAY

    def instant(self, local: int) -> int:
        """The instant of a local moment."""
        return local if self.is_utc else _resolve(self.name, local)

    def at(self, date: int, time: int = 0) -> int:
        """The instant at which a local date begins, or at which its clocks show `time`."""
        return self.instant(date * DAY + time)

    def shifted(self, instant: int, months: int, days: int = 0) -> int:
        """The same local moment some months and days later (negative: earlier)."""
        date, time = divmod(self.local(instant), DAY)
        if months:
            date = plus_months(date, months)
        return self.at(date + days, time)


def zone_meant(asked: str) -> tuple[str, bool] | None:
    """The zone that was most likely meant by a name that is none, and whether surely: by its city alone, or by the
    nearest name. None where nothing is near."""
    names = sorted(available_timezones())
    written = asked.strip().replace(" ", "_")
    city = written.casefold().rpartition("/")[2]
    of_city = [name for name in names if "/" in name and name.casefold().rpartition("/")[2] == city]
    usual = [name for name in of_city if name.count("/") == 1 and name.partition("/")[0] in _CONTINENTS] or of_city
    if len(usual) == 1:
        return usual[0], "/" not in written or surely(written, usual[0], names)
    meant = nearest(written, names)
    return (meant, surely(written, meant, names)) if meant is not None else None


_CONTINENTS = (
    "Africa", "America", "Antarctica", "Arctic", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific",
)  # fmt: skip


@lru_cache(maxsize=65_536)
def _resolve(zone: str, local: int) -> int:
    date, time = divmod(local, DAY)
    seconds, fraction = divmod(time, 1_000_000)
    day = to_date(date)
    plain = whenever.PlainDateTime(
        day.year, day.month, day.day, seconds // 3600, seconds // 60 % 60, seconds % 60, nanosecond=fraction * 1000
    )
    moment = plain.assume_tz(zone, disambiguation="compatible")
    if moment.to_plain() != plain:  # skipped: `compatible` lands as far behind the gap as `plain` was into it
        transition = moment.add(nanoseconds=1).prev_transition()
        if transition is not None:
            moment = transition
    return int(moment.timestamp(unit="microsecond"))


def _microseconds_offset(moment: whenever.ZonedDateTime) -> int:
    return int(moment.offset.total("nanoseconds")) // 1000
