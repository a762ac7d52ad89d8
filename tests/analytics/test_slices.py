"""Slices are whole local days, also around the nights in which clocks change."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clair.analytics.slices import day_bounds, last_days, month_slice

BERLIN = ZoneInfo("Europe/Berlin")
HOUR_S, DAY_S = 3600, 86_400
ZONES = [
    BERLIN,
    *map(ZoneInfo, ("Asia/Kathmandu", "America/Havana", "Australia/Lord_Howe", "Africa/Cairo")),
]


def at(clock: str, zone: ZoneInfo = BERLIN) -> int:
    return int(datetime.fromisoformat(clock).replace(tzinfo=zone).timestamp())


@pytest.mark.parametrize(
    ("now", "from_s", "to_s"),
    [
        ("2022-01-20 12:00", 1_640_041_200, 1_642_633_200),
        # The recorded slices began at 23:00 and at 01:00: thirty times 24 hours before their ends.
        ("2022-04-10 09:00", 1_646_949_600 + HOUR_S, 1_649_541_600),
        ("2022-11-15 09:00", 1_665_874_800 - HOUR_S, 1_668_466_800),
        ("2022-07-01 23:30", 1_654_034_400, 1_656_626_400),
        ("2022-07-02 00:30", 1_654_120_800, 1_656_712_800),
    ],
)
def test_last_30_days_are_whole_local_days(now: str, from_s: int, to_s: int) -> None:
    """A10."""
    assert last_days(at(now), BERLIN) == (from_s, to_s)


def test_slice_ends_with_yesterday_from_the_first_second_of_today() -> None:
    """A10: once, it ended a day early as long as it was still yesterday in UTC."""
    midnight_s = int(datetime(2022, 7, 1, 22, tzinfo=UTC).timestamp())
    assert last_days(midnight_s, BERLIN)[1] == midnight_s
    assert last_days(midnight_s - 1, BERLIN)[1] == midnight_s - DAY_S


def test_number_of_days_can_be_chosen() -> None:
    assert last_days(at("2026-10-26 12:00"), BERLIN, days=1) == (
        at("2026-10-25 00:00"),
        at("2026-10-25 00:00") + 25 * HOUR_S,
    )


@pytest.mark.parametrize(
    ("year", "month", "utc_from_s", "utc_to_s", "offsets_h"),
    [
        (2020, 10, 1_601_510_400, 1_604_188_800, (2, 1)),
        (2022, 1, 1_640_995_200, 1_643_673_600, (1, 1)),
        (2022, 3, 1_646_092_800, 1_648_771_200, (1, 2)),
        (2022, 12, 1_669_852_800, 1_672_531_200, (1, 1)),
        (2026, 10, 1_790_812_800, 1_793_491_200, (2, 1)),
    ],
)
def test_month_is_a_local_month(
    year: int, month: int, utc_from_s: int, utc_to_s: int, offsets_h: tuple[int, int]
) -> None:
    """A10: the recorded slices were months of UTC."""
    expected = (utc_from_s - offsets_h[0] * HOUR_S, utc_to_s - offsets_h[1] * HOUR_S)
    assert month_slice(year, month, BERLIN) == expected


@pytest.mark.parametrize(("year", "month"), [(2022, 0), (2022, 13), (0, 1), (1, 1), (9999, 12)])
def test_month_that_was_never_measured_is_refused(year: int, month: int) -> None:
    with pytest.raises(ValueError, match=r"must be in|out of range"):
        month_slice(year, month, BERLIN)


def test_days_are_as_long_as_their_clocks_say() -> None:
    spring, autumn = month_slice(2026, 3, BERLIN), month_slice(2026, 10, BERLIN)
    hours = [(end - start) / HOUR_S for start, end in day_bounds(*spring, BERLIN)]
    assert hours == [24] * 28 + [23] + [24] * 2
    hours = [(end - start) / HOUR_S for start, end in day_bounds(*autumn, BERLIN)]
    assert hours == [24] * 24 + [25] + [24] * 6


def test_empty_slice_has_no_days() -> None:
    assert day_bounds(at("2026-10-01"), at("2026-10-01"), BERLIN) == []


@given(st.dates(date(1990, 1, 1), date(2037, 1, 1)), st.integers(1, 40), st.sampled_from(ZONES))
def test_days_follow_each_other_without_a_gap(day: date, days: int, zone: ZoneInfo) -> None:
    noon_s = at(f"{day} 12:00", zone)
    from_s, to_s = last_days(noon_s, zone, days)
    bounds = day_bounds(from_s, to_s, zone)
    assert len(bounds) == days
    assert (bounds[0][0], bounds[-1][1]) == (from_s, to_s)
    assert [end for _, end in bounds[:-1]] == [start for start, _ in bounds[1:]]
    dates = [datetime.fromtimestamp(start, zone).date() for start, _ in bounds]
    assert dates == [day - timedelta(days=back) for back in range(days, 0, -1)]
