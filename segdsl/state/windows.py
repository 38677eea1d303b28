"""Windows of time: when an event comes into one and when it leaves it (language.md section 4, Windows).

`within 90 days` is (now - 90 × 24 h, now], so an event is in from its own instant and leaves 90 × 24 hours later.
`within 12 months` lets it go at the same local moment twelve months later; where that day does not exist, when the
month is over. An event that has left a window never comes back.
"""

from segdsl.plan.nodes import Window
from segdsl.values.instants import DAY, shifted_date
from segdsl.values.zones import Zone


def enters(window: Window, event: int, zone: Zone) -> int:
    """The first instant at which an event of instant `event` is in the window."""
    if not (window.younger or window.younger_months or window.younger_days):
        return event
    return _later(event, window.younger, window.younger_months, window.younger_days, zone)


def leaves(window: Window, event: int, zone: Zone) -> int:
    """The first instant at which it is no longer in."""
    if window.whole_days:
        return zone.at(zone.date(event) + window.older_days)
    return _later(event, window.older, window.older_months, window.older_days, zone)


def _later(event: int, fixed: int, months: int, days: int, zone: Zone) -> int:
    if not months and not days:
        return event + fixed
    date, time = divmod(zone.unrepeated(event), DAY)
    moved, exists = shifted_date(date, months, days, up=True)
    return zone.at(moved, time if exists else 0)
