"""The current value: what is too old is none, and where the air is going."""

import pytest

from clair.analytics.current import Measured, Reading, current_reading, judge
from clair.analytics.series import Trend
from clair.analytics.thresholds import Level

NOON_S = 1_790_000_000
MINUTE_S = 60
HOUR_S = 3600


def every(interval_s: int, *values_ppm: int) -> list[Measured]:
    """Samples at equal distances, the newest at noon and first, as the database gives them."""
    return [
        Measured(NOON_S - index * interval_s, co2_ppm, None, None)
        for index, co2_ppm in enumerate(reversed(values_ppm))
    ]


def test_installation_without_samples_has_no_reading() -> None:
    assert current_reading([], NOON_S) == Reading(None, None, Level.NO_DATA, None)


@pytest.mark.parametrize(
    ("silence_s", "level"),
    [
        (0, Level.GOOD),
        (30 * MINUTE_S, Level.GOOD),
        (30 * MINUTE_S + 1, Level.NO_DATA),
        (31 * MINUTE_S, Level.NO_DATA),
    ],
)
def test_sample_31_minutes_old_is_an_outage(silence_s: int, level: Level) -> None:
    recent = every(10 * MINUTE_S, 700, 710, 720)
    reading = current_reading(recent, NOON_S + silence_s)
    assert reading.level is level
    assert (reading.co2_ppm, reading.timestamp_s) == (720, NOON_S), "the last value stays known"


@pytest.mark.parametrize(
    ("silence_s", "level"), [(3 * HOUR_S, Level.ELEVATED), (3 * HOUR_S + 1, Level.NO_DATA)]
)
def test_hourly_sensor_is_current_for_three_hours(silence_s: int, level: Level) -> None:
    recent = every(HOUR_S, 1400, 1450, 1500)
    assert current_reading(recent, NOON_S + silence_s).level is level


def test_one_lost_uplink_does_not_change_the_learned_interval() -> None:
    recent = every(10 * MINUTE_S, *range(600, 612))
    del recent[4]
    assert current_reading(recent, NOON_S + 31 * MINUTE_S).level is Level.NO_DATA


def test_first_sample_alone_is_current_for_30_minutes() -> None:
    recent = every(HOUR_S, 800)
    assert current_reading(recent, NOON_S + 30 * MINUTE_S).level is Level.GOOD
    assert current_reading(recent, NOON_S + 31 * MINUTE_S).level is Level.NO_DATA


def test_sensor_with_a_clock_ahead_is_current() -> None:
    assert current_reading(every(600, 800), NOON_S - 5 * MINUTE_S).level is Level.GOOD


@pytest.mark.parametrize(
    ("before_ppm", "trend"),
    [
        (750, Trend.RISING),
        (751, Trend.STEADY),
        (849, Trend.STEADY),
        (850, Trend.FALLING),
        (None, None),
    ],
)
def test_trend_begins_at_50_ppm(before_ppm: int | None, trend: Trend | None) -> None:
    assert judge(800, NOON_S, NOON_S, 600, before_ppm).trend is trend


def test_trend_compares_with_half_an_hour_ago() -> None:
    recent = every(10 * MINUTE_S, 400, 600, 1000, 1000, 1000)
    assert current_reading(recent, NOON_S).trend is Trend.RISING
    assert current_reading(recent[:3], NOON_S).trend is None, "nothing is known of before"


def test_outage_has_no_trend() -> None:
    recent = every(10 * MINUTE_S, 400, 600, 800, 1000, 1200)
    assert current_reading(recent, NOON_S + HOUR_S).trend is None
