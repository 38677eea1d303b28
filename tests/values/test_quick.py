"""The instants of many moments together are those of each of them alone."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from segdsl.values import quick, wire
from segdsl.values.kinds import INSTANT
from segdsl.values.quick import UNUSUAL, Moments
from segdsl.values.zones import Zone

MOMENTS = [
    "2026-01-01T00:07:52.136254+00:00", "2026-01-01T00:07:52Z", "2026-01-01T00:07:52.136Z", "2026-03-29T02:30:00",
    "2026-10-25T02:30:00", "2026-01-01T00:07:52.1234567Z", "2026-01-01T00:07:52.12345678901Z", "2026-01-01t00:07:52z",
    "1899-12-31T23:59:59.999999Z", "2199-12-31T23:59:59.999999+00:00", "2200-01-01T00:00:00Z",
    "0001-01-01T00:00:00+10:00", "9999-12-31T23:59:59-10:00", "2026-W01-1T00:00:00Z", "2026-01-01T10:00:00.123+02:30",
    "20260101T000000.136254+00:00", "2026-01-01T000752.136254+0000", "1950-06-06T05:04:03.000001Z", "yesterday", "",
]  # fmt: skip
ODD: list[Any] = [None, True, 5, {}, ["a"] * 20]


@given(
    raws=st.lists(
        st.sampled_from(MOMENTS + ODD)
        | st.text("0123456789:-+.TZ", min_size=20, max_size=32)
        | st.datetimes(timezones=st.none() | st.timezones()).map(lambda moment: moment.isoformat())
    ),
    few=st.integers(1, 5),
    zone=st.sampled_from(["UTC", "Europe/Berlin"]),
)
def test_moments_read_together_are_what_they_are_alone(raws: list[Any], few: int, zone: str) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(quick, "FEW", few)
        together = Moments(Zone(zone)).of_each(raws)
    assert list(together) == [_alone(raw, Zone(zone)) for raw in raws]


def _alone(raw: Any, zone: Zone) -> int | None:
    try:
        instant: int | None = wire.decode(INSTANT, raw, zone)
    except UNUSUAL:
        return None
    return instant
