"""Figures on days and hours: worked examples, and the two days a year with another length."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clair.analytics.metrics import Day, Hour, day_metrics, hour_metrics
from clair.analytics.windows import midnight_s

BERLIN = ZoneInfo("Europe/Berlin")
START = datetime(2022, 1, 10, tzinfo=BERLIN)
HOUR_S, DAY_S = 3600, 86_400
VALUES = st.lists(st.none() | st.integers(0, 10_000), min_size=1, max_size=150)


def day_of(values: list[float | None]) -> Day:
    return Day.of(START, len(values) * 600, values)


def constant(day: date, value: float) -> tuple[list[float | None], int, int]:
    """The grid of a local day of constant air, and its bounds."""
    from_s, to_s = (midnight_s(each, BERLIN) for each in (day, day + timedelta(days=1)))
    return [value] * ((to_s - from_s) // 600), from_s, to_s


def test_excess_is_what_lies_above_the_threshold() -> None:
    day = day_of([1000, 1500, 1800, 2100, *[600] * 140])
    assert day.max_co2_ppm == 2100
    assert day.mean_co2_ppm == (6400 + 140 * 600) / 144
    assert day.excess_duration_s == 1800
    assert day.mean_excess_co2_ppm == (0 + 300 + 600) / 3
    assert day.excess_rate == 1800 / DAY_S
    assert day.excess_score == pytest.approx(900 / 144)
    assert day.start == START


def test_air_below_the_threshold_has_no_excess() -> None:
    day = day_of([1499.9] * 144)
    assert day.excess_duration_s == 0
    assert (day.mean_excess_co2_ppm, day.excess_rate, day.excess_score) == (0, 0, 0)


def test_rate_is_a_share_of_the_observed_time() -> None:
    day = day_of([1600] * 72 + [None] * 72)
    assert (day.gap_duration_s, day.is_valid) == (43_200, False)
    assert (day.excess_rate, day.excess_score) == (1, 100)


@pytest.mark.parametrize(("missing", "is_valid"), [(0, True), (6, True), (7, False)])
def test_valid_day_lacks_an_hour_at_most(missing: int, is_valid: bool) -> None:
    day = day_of([500] * (144 - missing) + [None] * missing)
    assert day.gap_duration_s == 600 * missing
    assert day.is_valid is is_valid


@pytest.mark.parametrize(("missing", "is_valid"), [(0, True), (1, True), (2, False)])
def test_valid_hour_lacks_one_point_at_most(missing: int, is_valid: bool) -> None:
    """A8: as it was documented, not as it was done."""
    hour = Hour.of(START, HOUR_S, [500] * (6 - missing) + [None] * missing)
    assert hour.gap_duration_s == 600 * missing
    assert hour.is_valid is is_valid


def test_day_without_samples_has_no_figures() -> None:
    day = day_of([None] * 144)
    assert (day.gap_duration_s, day.is_valid) == (DAY_S, False)
    assert (day.max_co2_ppm, day.mean_co2_ppm, day.excess_duration_s) == (None, None, None)
    assert (day.mean_excess_co2_ppm, day.excess_rate, day.excess_score) == (None, None, None)


@pytest.mark.parametrize(
    ("day", "hours"), [(date(2022, 3, 27), 23), (date(2022, 3, 28), 24), (date(2022, 10, 30), 25)]
)
def test_day_is_judged_by_its_true_length(day: date, hours: int) -> None:
    """A6: no gap in spring (E4), no rate above 1 in autumn (E5)."""
    grid, from_s, to_s = constant(day, 1600)
    [metrics] = day_metrics(grid, from_s, to_s, BERLIN)
    assert len(grid) == 6 * hours
    assert metrics.duration_s == metrics.excess_duration_s == hours * HOUR_S
    assert (metrics.gap_duration_s, metrics.is_valid) == (0, True)
    assert (metrics.excess_rate, metrics.excess_score) == (1, 100)


def test_spring_day_may_lack_an_hour_as_well() -> None:
    """A6."""
    grid, from_s, to_s = constant(date(2022, 3, 27), 500)
    [day] = day_metrics([None] * 6 + grid[6:], from_s, to_s, BERLIN)
    assert day.is_valid
    [day] = day_metrics([None] * 7 + grid[7:], from_s, to_s, BERLIN)
    assert not day.is_valid


@pytest.mark.parametrize(
    ("day", "clock_hours"),
    [
        (date(2022, 1, 10), [0, 1, 2, 3, *range(4, 24)]),
        (date(2022, 3, 27), [0, 1, 3, *range(4, 24)]),
        (date(2022, 10, 30), [0, 1, 2, 2, 3, *range(4, 24)]),
    ],
)
def test_hours_are_those_of_the_local_clock(day: date, clock_hours: list[int]) -> None:
    hours = hour_metrics(*constant(day, 700), BERLIN)
    assert [hour.start.hour for hour in hours] == clock_hours
    assert {hour.start.date() for hour in hours} == {day}
    assert {(hour.duration_s, hour.mean_co2_ppm) for hour in hours} == {(HOUR_S, 700)}


def test_clock_that_changes_by_half_an_hour_leaves_the_rest_of_that_day_out() -> None:
    zone = ZoneInfo("Australia/Lord_Howe")
    from_s, to_s = midnight_s(date(2026, 4, 5), zone), midnight_s(date(2026, 4, 6), zone)
    grid: list[float | None] = [700] * 147
    [day] = day_metrics(grid, from_s, to_s, zone)
    assert (day.duration_s, day.gap_duration_s) == (147 * 600, 0)
    assert len(hour_metrics(grid, from_s, to_s, zone)) == 24


def test_day_that_a_zone_skipped_is_not_valid() -> None:
    zone = ZoneInfo("Pacific/Apia")
    from_s, to_s = midnight_s(date(2011, 12, 29), zone), midnight_s(date(2012, 1, 1), zone)
    days = day_metrics([500] * 288, from_s, to_s, zone)
    assert [(day.duration_s, day.is_valid) for day in days] == [
        (DAY_S, True),
        (0, False),
        (DAY_S, True),
    ]


@given(VALUES)
def test_figures_agree_with_each_other(values: list[float | None]) -> None:
    day = day_of(values)
    known = [value for value in values if value is not None]
    assert day.gap_duration_s == day.duration_s - 600 * len(known)
    if known:
        exceeding = sum(max(value - 1500, 0) for value in known) / len(known)
        assert day.excess_score == pytest.approx(exceeding)
        assert day.mean_co2_ppm is not None
        assert min(known) <= day.mean_co2_ppm <= (day.max_co2_ppm or 0)
        assert 0 <= (day.excess_rate or 0) <= 1
