"""The current value of a room: the newest sample, judged by its level, its age and its direction."""

from collections.abc import Sequence
from dataclasses import dataclass

from clair.analytics.series import Trend, trend_of, usual_interval_s
from clair.analytics.thresholds import Level, level_of, stale_after_s

TREND_OVER_S = 25 * 60


@dataclass(frozen=True)
class Measured:
    """A sample as people read it."""

    timestamp_s: int
    co2_ppm: int
    temperature_celsius: float | None
    rel_humidity_percent: int | None


@dataclass(frozen=True)
class Reading:
    """A value as people are shown it: with its level, its age, and what came before.

    When the value is stale, `level` is NO_DATA and `co2_ppm` is the last known one.
    """

    co2_ppm: int | None
    timestamp_s: int | None
    level: Level
    trend: Trend | None


def judge(
    co2_ppm: int | None,
    timestamp_s: int | None,
    now_s: int,
    interval_s: float,
    before_ppm: float | None,
) -> Reading:
    """Judge a newest value: what is too old is no value any more."""
    if co2_ppm is None or timestamp_s is None:
        return Reading(None, None, Level.NO_DATA, None)
    if now_s - timestamp_s > stale_after_s(interval_s):
        return Reading(co2_ppm, timestamp_s, Level.NO_DATA, None)
    return Reading(co2_ppm, timestamp_s, level_of(co2_ppm), trend_of(co2_ppm, before_ppm))


def current_reading(recent: Sequence[Measured], now_s: int) -> Reading:
    """Judge the newest of the latest samples of an installation, given newest first."""
    if not recent:
        return Reading(None, None, Level.NO_DATA, None)
    newest = recent[0]
    earlier = (
        each.co2_ppm for each in recent if each.timestamp_s <= newest.timestamp_s - TREND_OVER_S
    )
    interval_s = usual_interval_s([each.timestamp_s for each in reversed(recent)])
    return judge(newest.co2_ppm, newest.timestamp_s, now_s, interval_s, next(earlier, None))
