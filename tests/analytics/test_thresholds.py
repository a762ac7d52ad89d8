"""Where the levels of air begin and end, and when a value is too old."""

import pytest

from clair.analytics.thresholds import Level, level_of, stale_after_s


@pytest.mark.parametrize(
    ("co2_ppm", "level"),
    [
        (0, Level.GOOD),
        (999, Level.GOOD),
        (999.9, Level.GOOD),
        (1000, Level.ELEVATED),
        (2000, Level.ELEVATED),
        (2000.1, Level.UNACCEPTABLE),
        (2001, Level.UNACCEPTABLE),
        (10_000, Level.UNACCEPTABLE),
        (None, Level.NO_DATA),
    ],
)
def test_level_changes_at_1000_and_above_2000_ppm(co2_ppm: float | None, level: Level) -> None:
    assert level_of(co2_ppm) is level


@pytest.mark.parametrize(
    ("interval_s", "stale_s"),
    [(0, 1800), (60, 1800), (600, 1800), (601, 1803), (960, 2880), (3600, 10_800)],
)
def test_value_is_stale_after_30_minutes_or_three_intervals(interval_s: int, stale_s: int) -> None:
    assert stale_after_s(interval_s) == stale_s
