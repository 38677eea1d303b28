"""Instants, dates, times of day and durations as whole numbers, and their texts (language.md sections 1 and 5.1)."""

import re
from datetime import UTC, date, datetime, timedelta

SECOND = 1_000_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR
WEEK = 7 * DAY

UNITS = {"second": SECOND, "minute": MINUTE, "hour": HOUR, "day": DAY, "week": WEEK}
"""Fixed lengths, in microseconds."""

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
EPOCH_DAY = date(1970, 1, 1).toordinal()
NAIVE_EPOCH = datetime(1970, 1, 1)
MICROSECOND = timedelta(microseconds=1)

EARLIEST = int((datetime(1900, 1, 1, tzinfo=UTC) - EPOCH) / MICROSECOND)
LATEST = int((datetime(2200, 1, 1, tzinfo=UTC) - EPOCH) / MICROSECOND)
"""An instant on the wire lies in [EARLIEST, LATEST); others are nonsense."""

_FRACTION = re.compile(r"(\.\d{6})\d+")
_SHORTEST_FINER = len("2026-03-01T100000.000000")
"""Longer is any moment that says more than microseconds."""

_CLOCK = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2}))?")


def parse_moment(text: str) -> tuple[int, bool] | None:
    """Microseconds since 1970 of an ISO 8601 date and time, and whether it named its offset.

    With an offset the number is an instant (UTC); without one it is a local moment, to be placed in a zone. Finer than
    microseconds is cut off. None when the text is no date and time.
    """
    if len(text) < 16 or len(text) > 64 or text[4:5] != "-" or text[10:11] not in ("T", "t", " "):
        return None
    try:
        moment = datetime.fromisoformat(_FRACTION.sub(r"\1", text) if len(text) > _SHORTEST_FINER else text)
    except ValueError:
        return None
    placed = moment.tzinfo is not None
    try:
        since = moment - (EPOCH if placed else NAIVE_EPOCH)
    except OverflowError:
        return None
    return since.days * DAY + since.seconds * SECOND + since.microseconds, placed


def parse_date(text: str) -> int | None:
    """Days since 1970-01-01 of `2026-03-01`; None when it is no date of the calendar."""
    if len(text) != 10:
        return None
    try:
        return date.fromisoformat(text).toordinal() - EPOCH_DAY
    except ValueError:
        return None


def parse_clock(text: str) -> int | None:
    """Microseconds since midnight of `22:00` or `22:00:30`; None when there is no such time of day."""
    match = _CLOCK.fullmatch(text)
    if match is None:
        return None
    hour, minute, second = (int(part or 0) for part in match.groups())
    if hour > 23 or minute > 59 or second > 59:
        return None
    return hour * HOUR + minute * MINUTE + second * SECOND


def to_date(days: int) -> date:
    return date.fromordinal(days + EPOCH_DAY)


def from_date(day: date) -> int:
    return day.toordinal() - EPOCH_DAY


def date_text(days: int) -> str:
    return to_date(days).isoformat()


def instant_text(instant: int) -> str:
    """`2026-03-01T10:00:00Z`, with a fraction only where there is one."""
    moment = EPOCH + timedelta(microseconds=instant)
    text = moment.strftime("%Y-%m-%dT%H:%M:%S")
    return f"{text}.{moment.microsecond:06d}Z" if moment.microsecond else f"{text}Z"


def clock_text(time: int) -> str:
    minutes, rest = divmod(time, MINUTE)
    text = f"{minutes // 60:02d}:{minutes % 60:02d}"
    return f"{text}:{rest // SECOND:02d}" if rest else text


def duration_text(duration: int) -> str:
    """In the largest unit that holds it exactly: `2 days`, `90 minutes`."""
    for unit in ("week", "day", "hour", "minute", "second"):
        count, rest = divmod(duration, UNITS[unit])
        if not rest and count:
            return f"{count} {unit}{'' if count == 1 else 's'}"
    return f"{duration / SECOND:g} seconds"


def plus_months(days: int, months: int) -> int:
    """The same day of the month, `months` later; the last day of the month where there is no such day."""
    day = to_date(days)
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    last = (date(year + month // 11, (month + 1) % 12 + 1, 1) - timedelta(days=1)).day
    return from_date(date(year, month + 1, min(day.day, last)))


def shifted_date(days: int, months: int, further: int, *, up: bool = False) -> tuple[int, bool]:
    """A date some months and then days later (negative: earlier), and whether the month it comes to has such a day.
    Where it has not, it is the month's last day, or with `up` the day after that."""
    moved = plus_months(days, months) if months else days
    exists = not months or to_date(moved).day == to_date(days).day
    return moved + further + (0 if exists or not up else 1), exists


def age_on(birth: int, today: int) -> int | None:
    """Whole years from `birth` to `today` (days since 1970); a birthday on 29 February is kept on the 28th in other
    years. Not known for a birth in the future."""
    if birth > today:
        return None
    born, now = to_date(birth), to_date(today)
    years = now.year - born.year
    return years if plus_months(birth, 12 * years) <= today else years - 1
