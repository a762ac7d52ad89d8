"""Series of values over time: where they break, and where they are going."""

from collections.abc import Sequence
from enum import StrEnum
from itertools import pairwise
from statistics import median

from clair.analytics.thresholds import stale_after_s

TREND_PPM = 50
"""Less than this is noise: the accuracy that common NDIR sensors state is 30 to 50 ppm."""


class Trend(StrEnum):
    """Where a value is going."""

    RISING = "rising"
    STEADY = "steady"
    FALLING = "falling"


def usual_interval_s(timestamps_s: Sequence[int]) -> float:
    """Learn how often a sensor reports: the median distance of its samples, 0 for fewer than two."""
    if len(timestamps_s) < 2:
        return 0
    return median(later - earlier for earlier, later in pairwise(timestamps_s))


def break_at_gaps(
    timestamps_s: Sequence[int], values: Sequence[float], bucket_s: int
) -> tuple[list[int], list[float | None]]:
    """Put an empty point into every outage, so that a chart draws no line across it.

    An outage is a silence after which a value is no longer current; within two buckets of a thinned
    series nothing can be told.
    """
    tolerance_s = max(stale_after_s(usual_interval_s(timestamps_s)), 2 * bucket_s)
    times: list[int] = []
    broken: list[float | None] = []
    for timestamp_s, value in zip(timestamps_s, values, strict=True):
        if times and timestamp_s - times[-1] > tolerance_s:
            times.append((times[-1] + timestamp_s) // 2)
            broken.append(None)
        times.append(timestamp_s)
        broken.append(value)
    return times, broken


def trend_of(co2_ppm: int, before_ppm: float | None) -> Trend | None:
    """Say where a value is going, compared with the one of half an hour ago; None if there was none."""
    if before_ppm is None:
        return None
    if abs(co2_ppm - before_ppm) < TREND_PPM:
        return Trend.STEADY
    return Trend.RISING if co2_ppm > before_ppm else Trend.FALLING
