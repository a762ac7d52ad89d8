"""The air of a room over a slice of local days: its days, its hours, its medal, its histogram."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from zoneinfo import ZoneInfo

from clair.analytics.histogram import Histogram, weekday_histogram
from clair.analytics.medal import clean_air_medal
from clair.analytics.metrics import Day, Hour, day_metrics, hour_metrics
from clair.analytics.resampling import Grid, resample_room


@dataclass(frozen=True)
class RoomAir:
    """What was known of a room's air from `from_s` until `to_s`; figures are made when asked for."""

    from_s: int
    to_s: int
    zone: ZoneInfo
    grid: Grid

    @cached_property
    def days(self) -> list[Day]:
        """Give the figures of all local days, also of those without samples."""
        return day_metrics(self.grid, self.from_s, self.to_s, self.zone)

    @cached_property
    def hours(self) -> list[Hour]:
        """Give the figures of all hours."""
        return hour_metrics(self.grid, self.from_s, self.to_s, self.zone)

    @cached_property
    def clean_air_medal(self) -> bool | None:
        """Say whether the room has earned the medal; None when there is not enough data."""
        return clean_air_medal(self.days)

    @cached_property
    def histogram(self) -> Histogram:
        """Give the usual air by weekday and hour."""
        return weekday_histogram(self.hours)


def assess(
    samples_per_sensor: Iterable[Iterable[tuple[int, float]]],
    from_s: int,
    to_s: int,
    zone: ZoneInfo,
) -> RoomAir:
    """Assess a room from the samples, (timestamp_s, co2_ppm), of each of its installations.

    Samples are those that may be seen and were measured; the slice is one of `slices`.
    """
    return RoomAir(from_s, to_s, zone, resample_room(samples_per_sensor, from_s, to_s))
