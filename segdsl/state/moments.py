"""Moments that the calendar gives: schedules, dates near an attribute's, ends and waits (language.md sections 3, 5.20).

All are whole microseconds UTC, worked out in the program's zone, right through changes of its clocks.
"""

from datetime import date

from segdsl.plan import nodes as p
from segdsl.values.instants import DAY, age_on, from_date, plus_months, shifted_date, to_date
from segdsl.values.zones import Zone

NEVER = from_date(date(9000, 1, 1)) * DAY
"""Later than any instant that is reached: the calendar ends soon after."""


def plus(instant: int, length: p.Length, zone: Zone) -> int:
    """The instant a length of time later: calendar lengths keep the local time."""
    try:
        moved = zone.shifted(instant, length.months, length.days) if length.months or length.days else instant
    except (ValueError, OverflowError):
        return NEVER
    return min(moved + length.fixed, NEVER)


def next_at_time(moment: p.AtTime, now: int, zone: Zone) -> int:
    """The first moment, `now` included, at which clocks show a time, on its weekday if it names one."""
    days = range(7) if moment.day is None else (moment.day,)
    return next_scheduled(p.ScheduleTrigger("week", tuple(days), moment.time), now - 1, zone) or NEVER


def next_scheduled(trigger: p.ScheduleTrigger, after: int, zone: Zone) -> int | None:
    """The first moment of a schedule later than `after`; None when there is none any more."""
    if trigger.every == "once":
        return trigger.instant if trigger.instant > after else None
    try:
        today = zone.date(after)
        if trigger.every == "month":
            return _next_monthly(trigger, today, after, zone)
        for day in range(today - 1, today + 9):
            if trigger.every == "day" or to_date(day).weekday() in trigger.days:
                moment = zone.at(day, trigger.time)
                if moment > after:
                    return moment
    except (ValueError, OverflowError):
        pass
    return None


def _next_monthly(trigger: p.ScheduleTrigger, today: int, after: int, zone: Zone) -> int | None:
    first = from_date(to_date(today).replace(day=1))
    for months in range(-1, 3):
        start = plus_months(first, months)
        last = plus_months(start, 1) - 1
        moment = zone.at(min(start + trigger.days[0] - 1, last), trigger.time)
        if moment > after:
            return moment
    return None


def next_near_date(trigger: p.DateTrigger, value: int | None, after: int, zone: Zone) -> int | None:
    """The first moment later than `after` at which a trigger near a date fires, for the date (days since 1970) or
    instant that the attribute holds; None when there is none."""
    if value is None:
        return None
    try:
        if not trigger.every_year:
            moment = _near(trigger, value, 0, zone)
            return moment if moment > after else None
        base = to_date(value if trigger.of == "date" else zone.date(value)).year
        now = to_date(zone.date(after)).year
        reach = 2 + (abs(trigger.distance.months) + abs(trigger.distance.days) // 28) // 12
        reach += abs(trigger.distance.fixed) // (365 * DAY)
        for year in range(max(base, now - reach), now + reach + 1):
            moment = _near(trigger, value, year - base, zone)
            if moment > after:
                return moment
    except (ValueError, OverflowError):
        pass
    return None


def _near(trigger: p.DateTrigger, value: int, years: int, zone: Zone) -> int:
    """The moment for the anniversary `years` after the date itself."""
    distance = trigger.distance
    if trigger.of == "date":
        day = plus_months(value, 12 * years) if years else value
        moved, _ = shifted_date(day, distance.months, distance.days)
        if not distance.fixed:
            return zone.at(moved, trigger.time or 0)
        moment = zone.at(moved) + distance.fixed
    else:
        moment = plus(zone.shifted(value, 12 * years) if years else value, distance, zone)
    return moment if trigger.time is None else zone.at(zone.date(moment), trigger.time)


def next_birthday(birth: int | None, now: int, zone: Zone) -> int | None:
    """The first instant of the next day on which the age grows."""
    if birth is None:
        return None
    try:
        age = age_on(birth, zone.date(now))
        return zone.at(birth if age is None else plus_months(birth, 12 * (age + 1)))
    except (ValueError, OverflowError):
        return None
