"""The air of a room from samples to medal: worked examples, corrected, and any samples at all."""

from datetime import datetime
from itertools import accumulate
from math import pi, sin
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clair.analytics.airquality import RoomAir, assess
from clair.analytics.histogram import wire_histogram
from clair.analytics.slices import last_days, month_slice

BERLIN = ZoneInfo("Europe/Berlin")
HOUR_S, DAY_S = 3600, 86_400
JAN_10_S = 1_641_769_200
"""Midnight of a Monday in 2022."""

SINE_BY_HOUR = [
    *(1265, 1416.83, 1553.67, 1666.5, 1747.67, 1791.5, 1794.83, 1757.67),
    *(1682.5, 1574.33, 1441, 1290.83, 1135, 983.167, 846.333, 733.5),
    *(652.333, 608.5, 605.167, 642.333, 717.5, 825.667, 959, 1109.17),
]


def days_of(samples: list[tuple[int, float]], days: int = 1, start_s: int = JAN_10_S) -> RoomAir:
    return assess([samples], start_s, start_s + days * DAY_S, BERLIN)


def every(step_s: int, from_s: int, to_s: int, co2_ppm: float) -> list[tuple[int, float]]:
    return [(timestamp_s, co2_ppm) for timestamp_s in range(from_s, to_s, step_s)]


@pytest.fixture(scope="module")
def sine() -> RoomAir:
    """Example A: three days of a daily sine, with the closing midnight."""
    values = [round(1200 + 600 * sin(2 * pi * index / 144)) for index in range(433)]
    assert sum(values) == 519_600
    return days_of([(JAN_10_S + 600 * index, value) for index, value in enumerate(values)], 3)


@pytest.mark.parametrize("index", range(3))
def test_days_of_the_sine_are_as_recorded(sine: RoomAir, index: int) -> None:
    """A1: the first day, whose first point was lost, is like the others now."""
    day = sine.days[index]
    assert (day.is_valid, day.gap_duration_s, day.excess_duration_s) == (True, 0, 29_400)
    assert (day.max_co2_ppm, day.mean_co2_ppm) == (1800, 1200)
    assert day.mean_excess_co2_ppm == pytest.approx(192.082, rel=1e-5)
    assert day.excess_rate == pytest.approx(0.340278, rel=1e-5)
    assert day.excess_score == pytest.approx(65.3611, rel=1e-5)


def test_closing_midnight_makes_no_day(sine: RoomAir) -> None:
    """A4."""
    assert [day.start.day for day in sine.days] == [10, 11, 12]
    assert len(sine.grid) == 432


@pytest.mark.parametrize(
    ("hour", "max_ppm", "mean_ppm", "excess_s", "mean_excess_ppm", "rate", "score_ppm"),
    [
        (1, 1477, 1416.83, 0, 0, 0, 0),
        (2, 1605, 1553.67, 3600, 53.6667, 1, 53.6667),
        (6, 1800, 1794.83, 3600, 294.833, 1, 294.833),
        (10, 1500, 1441, 600, 0, 0.166667, 0),
    ],
)
def test_hours_of_the_sine_are_as_recorded(
    sine: RoomAir,
    hour: int,
    max_ppm: float,
    mean_ppm: float,
    excess_s: int,
    mean_excess_ppm: float,
    rate: float,
    score_ppm: float,
) -> None:
    found = sine.hours[24 + hour]
    assert (found.start.day, found.start.hour, found.is_valid) == (11, hour, True)
    assert (found.max_co2_ppm, found.excess_duration_s) == (max_ppm, excess_s)
    assert found.mean_co2_ppm == pytest.approx(mean_ppm, rel=1e-5)
    assert found.mean_excess_co2_ppm == pytest.approx(mean_excess_ppm, rel=1e-5)
    assert found.excess_rate == pytest.approx(rate, rel=1e-5)
    assert found.excess_score == pytest.approx(score_ppm, rel=1e-5)


def test_histogram_of_the_sine_has_its_three_days(sine: RoomAir) -> None:
    """A1, A13: Monday was missing, because its first hour was."""
    wire = wire_histogram(sine.histogram)
    for name in ("Mo", "Tu", "We"):
        assert wire[name] == pytest.approx(SINE_BY_HOUR, rel=1e-5)
    assert [wire[name] for name in ("Th", "Fr", "Sa", "Su")] == [[]] * 4
    assert sine.clean_air_medal is False, "the air exceeds every day"


def local_february() -> list[tuple[int, float]]:
    """Example C: air by hour and weekday, bad for two hours on three Tuesdays."""
    samples: list[tuple[int, float]] = []
    for timestamp_s in range(1_643_670_000, 1_646_089_200 + 1, 300):
        local = datetime.fromtimestamp(timestamp_s, BERLIN)
        peak = 1200 if local.day in {8, 15, 22} and local.hour in {10, 11} else 0
        samples.append((timestamp_s, 450 + 10 * local.hour + 25 * local.weekday() + peak))
    assert sum(value for _, value in samples) == 5_247_835
    return samples


def test_month_with_three_exceeding_days_earns_the_medal() -> None:
    """M1: 3 of 28 days exceed, by 23.3 ppm."""
    air = assess([local_february()], *month_slice(2022, 2, BERLIN), BERLIN)
    assert len(air.days) == 28
    assert all(day.is_valid and day.gap_duration_s == 0 for day in air.days)
    assert [day.start.day for day in air.days if day.excess_score] == [8, 15, 22]
    # Tuesday, 1 February, had lost its first point.
    assert [air.days[index].mean_co2_ppm for index in (0, 1, 7, 27)] == [590, 615, 690, 565]
    peak = air.days[7]
    assert (peak.max_co2_ppm, peak.excess_duration_s) == (1785, 7200)
    assert (peak.mean_excess_co2_ppm, peak.excess_rate) == (280, 1 / 12)
    assert peak.excess_score == pytest.approx(280 / 12)
    assert air.clean_air_medal is True


def test_histogram_of_a_month_is_its_weekday_and_hour() -> None:
    air = assess([local_february()], *month_slice(2022, 2, BERLIN), BERLIN)
    expected: list[list[float | None]] = [
        [450 + 10 * hour + 25 * weekday for hour in range(24)] for weekday in range(7)
    ]
    expected[1][10:12] = [1475, 1485]
    assert air.histogram == expected


@pytest.mark.parametrize("constant_ppm", [500, 1499, 1500])
def test_constant_good_air_earns_the_medal(constant_ppm: int) -> None:
    """M1."""
    assert days_of(every(600, JAN_10_S, JAN_10_S + 3 * DAY_S, constant_ppm), 3).clean_air_medal


def test_three_perfect_days_of_thirty_say_nothing() -> None:
    """M2, M3."""
    air = days_of(every(600, JAN_10_S, JAN_10_S + 3 * DAY_S, 500), 30)
    assert sum(day.is_valid for day in air.days) == 3
    assert len(air.days) == 30
    assert air.clean_air_medal is None


@pytest.mark.parametrize("sensors", [[], [[]], [[], []]], ids=["none", "one", "two"])
def test_room_without_samples_has_neither_medal_nor_histogram(
    sensors: list[list[tuple[int, float]]],
) -> None:
    """A9."""
    air = assess(sensors, *month_slice(2022, 3, BERLIN), BERLIN)
    assert len(air.days) == 31
    assert air.clean_air_medal is None
    assert air.histogram == [[None] * 24] * 7


def test_single_sample_is_no_day() -> None:
    """E1: it is known for its own minute, and no more (A5)."""
    [day] = days_of([(JAN_10_S + DAY_S // 2, 700)]).days
    assert (day.gap_duration_s, day.is_valid, day.max_co2_ppm) == (85_800, False, 700)
    [day] = days_of([(JAN_10_S + DAY_S // 2 + 60, 700)]).days
    assert (day.gap_duration_s, day.max_co2_ppm) == (DAY_S, None)


def with_silence(silence_s: int) -> RoomAir:
    """E2, E3: samples of 500 and 501 by turns, and once a silence before 10:00."""
    times = [*range(0, 35_701, 300), *range(35_700 + silence_s, DAY_S + 1, 300)]
    return days_of([(JAN_10_S + time_s, 500 + index % 2) for index, time_s in enumerate(times)])


def test_silence_of_30_minutes_costs_nothing() -> None:
    air = with_silence(1800)
    assert air.days[0].gap_duration_s == 0
    # 10 hours of 500, three points on the line from 501 down to 500, and 13.5 hours of 501.
    assert air.days[0].mean_co2_ppm == pytest.approx((60 * 500 + 1501.5 + 81 * 501) / 144)
    assert (air.hours[9].mean_co2_ppm, air.hours[10].mean_co2_ppm) == (500, 500.75)


def test_silence_of_a_second_more_costs_three_points() -> None:
    air = with_silence(1801)
    assert (air.days[0].gap_duration_s, air.days[0].is_valid) == (1800, True)
    assert [hour.is_valid for hour in air.hours] == [True] * 10 + [False] + [True] * 13
    assert air.histogram[0][10] is None


def test_hour_lacking_one_point_is_in_the_histogram() -> None:
    """A8: a silence from 9:35 loses 9:40, 9:50 and 10:00."""
    silent = range(JAN_10_S + 9 * HOUR_S + 2101, JAN_10_S + 10 * HOUR_S + 301)
    samples = [(t, v) for t, v in every(60, JAN_10_S, JAN_10_S + DAY_S, 600) if t not in silent]
    air = days_of(samples)
    assert air.days[0].gap_duration_s == 1800
    assert air.histogram[0][9:11] == [None, 600]


def test_hour_of_silence_before_the_first_sample_is_tolerated() -> None:
    """A5: once, it cost seven points, and the first day of every month."""
    [day] = days_of(every(600, JAN_10_S + HOUR_S, JAN_10_S + DAY_S, 600)).days
    assert (day.gap_duration_s, day.is_valid) == (HOUR_S, True)


def test_month_has_no_invented_days_or_values() -> None:
    """A2, A3 (E6): once, a day after the end drifted from the last value to the first one."""
    from_s, to_s = month_slice(2022, 1, BERLIN)
    samples = every(300, from_s, to_s, 900)
    samples[0] = (from_s, 400)
    air = assess([samples], from_s, to_s, BERLIN)
    assert len(air.days) == 31
    assert all(day.is_valid and day.gap_duration_s == 0 for day in air.days)
    assert air.days[0].mean_co2_ppm == (400 + 143 * 900) / 144
    assert air.grid[1:] == [900] * (31 * 144 - 1)


def test_time_after_the_last_sample_is_unknown() -> None:
    """A2: even when it was taken in the last hour of the day in UTC."""
    air = days_of(every(600, JAN_10_S, JAN_10_S + DAY_S + 1800, 600), 2)
    assert [day.gap_duration_s for day in air.days] == [0, DAY_S - 1800]


@pytest.mark.parametrize("month", [3, 10])
@pytest.mark.parametrize("hour_utc", [0, 1, 2])
def test_samples_around_the_change_of_clocks_are_like_any_others(month: int, hour_utc: int) -> None:
    """A7."""
    day = {3: "2022-03-27", 10: "2022-10-30"}[month]
    moment_s = int(datetime.fromisoformat(f"{day}T0{hour_utc}:30+00:00").timestamp())
    air = assess([[(moment_s, 700)]], *month_slice(2022, month, BERLIN), BERLIN)
    assert [each.start.day for each in air.days if each.max_co2_ppm == 700] == [int(day[-2:])]


@pytest.mark.parametrize("day", ["2022-03-29", "2022-11-01"], ids=["spring", "autumn"])
def test_days_around_the_change_of_clocks_are_complete(day: str) -> None:
    """A6 (E4, E5): constant air of 1600 ppm exceeds by 100 ppm on each of them."""
    now_s = int(datetime.fromisoformat(f"{day}T12:00+00:00").timestamp())
    from_s, to_s = last_days(now_s, BERLIN)
    air = assess([every(300, from_s, to_s, 1600)], from_s, to_s, BERLIN)
    assert len(air.days) == 30
    assert {(each.gap_duration_s, each.excess_rate) for each in air.days} == {(0, 1)}
    assert {each.excess_score for each in air.days} == {100}


def test_figures_do_not_depend_on_what_was_asked_first() -> None:
    """A14."""
    one, other = (assess([local_february()], *month_slice(2022, 2, BERLIN), BERLIN) for _ in "ab")
    assert (one.days, one.histogram) == (other.days, other.histogram)
    assert one.clean_air_medal is one.clean_air_medal
    assert one == other


@given(
    st.lists(st.tuples(st.integers(0, 9000), st.integers(0, 10_000)), max_size=200),
    st.sampled_from([BERLIN, ZoneInfo("Australia/Lord_Howe"), ZoneInfo("Asia/Kathmandu")]),
    st.sampled_from([3, 4, 10, 11]),
)
def test_any_samples_can_be_assessed(
    steps: list[tuple[int, int]], zone: ZoneInfo, month: int
) -> None:
    from_s, to_s = month_slice(2026, month, zone)
    times = accumulate((step_s for step_s, _ in steps), initial=from_s - HOUR_S)
    samples = [(time_s, value) for time_s, (_, value) in zip(times, steps, strict=False)]
    air = assess([samples], from_s, to_s, zone)
    assert sum(day.duration_s for day in air.days) == to_s - from_s
    valid = sum(day.is_valid for day in air.days)
    assert (air.clean_air_medal is None) == (valid / len(air.days) < 0.6)
    values = [value for _, value in samples]
    shown = [value for day in air.histogram for value in day if value is not None]
    assert all(min(values) - 1e-6 <= value <= max(values) + 1e-6 for value in shown)
