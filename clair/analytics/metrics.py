"""Figures on the air of a day or an hour, from its points on the grid.

A stretch of true length `duration_s` (a local day has 23, 24 or 25 hours) has known points on the
grid, each standing for `GRID_STEP_S`; the rest of it is gap. With v a known value and `CLEAN_AIR_PPM`
as the limit:

- excess duration: the time of all v >= limit, in s
- mean excess: mean of v - limit over those, in ppm; 0 when there are none
- excess rate: excess duration / (duration - gap), from 0 to 1
- excess score: mean excess x excess rate, in ppm; it is the mean of max(v - limit, 0) over all v

Without any known value the gap is the whole stretch, and the other figures are None. The method is
that of HTW Berlin's clean-air analysis, simplified for this platform.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Self
from zoneinfo import ZoneInfo

from clair.analytics.slices import day_bounds
from clair.analytics.thresholds import CLEAN_AIR_PPM, GRID_STEP_S, MAX_DAY_GAP_S, MAX_HOUR_GAP_S
from clair.analytics.windows import HOUR_S

POINTS_AN_HOUR = HOUR_S // GRID_STEP_S


@dataclass(frozen=True)
class Metrics:
    """What is known of the CO2 in a room during a stretch of time."""

    max_gap_s: ClassVar[int]

    start: datetime
    duration_s: int
    gap_duration_s: int
    max_co2_ppm: float | None
    mean_co2_ppm: float | None
    excess_duration_s: int | None
    mean_excess_co2_ppm: float | None

    @classmethod
    def of(cls, start: datetime, duration_s: int, values: Sequence[float | None]) -> Self:
        """Work the points of a stretch into its figures."""
        known = [value for value in values if value is not None]
        if not known:
            return cls(start, duration_s, duration_s, None, None, None, None)
        excess = [value - CLEAN_AIR_PPM for value in known if value >= CLEAN_AIR_PPM]
        return cls(
            start,
            duration_s,
            duration_s - len(known) * GRID_STEP_S,
            max(known),
            sum(known) / len(known),
            len(excess) * GRID_STEP_S,
            sum(excess) / len(excess) if excess else 0,
        )

    @property
    def is_valid(self) -> bool:
        """Say whether enough is known to judge by."""
        return self.mean_co2_ppm is not None and self.gap_duration_s <= self.max_gap_s

    @property
    def excess_rate(self) -> float | None:
        """Give the share of the observed time at which the air exceeded the limit."""
        if self.excess_duration_s is None:
            return None
        return self.excess_duration_s / (self.duration_s - self.gap_duration_s)

    @property
    def excess_score(self) -> float | None:
        """Give by how much, in ppm, the air exceeded the limit on average of the observed time."""
        if self.mean_excess_co2_ppm is None or self.excess_rate is None:
            return None
        return self.mean_excess_co2_ppm * self.excess_rate


@dataclass(frozen=True)
class Day(Metrics):
    """A local day; it is valid when at most an hour of it is unknown."""

    max_gap_s = MAX_DAY_GAP_S


@dataclass(frozen=True)
class Hour(Metrics):
    """A full hour of a local day; it is valid when at most one point of the grid is missing."""

    max_gap_s = MAX_HOUR_GAP_S


def day_metrics(grid: Sequence[float | None], from_s: int, to_s: int, zone: ZoneInfo) -> list[Day]:
    """Work a grid into figures for each local day of its slice, also for those without samples."""
    return [
        Day.of(datetime.fromtimestamp(start_s, zone), end_s - start_s, values)
        for start_s, end_s, values in _days_of(grid, from_s, to_s, zone)
    ]


def hour_metrics(
    grid: Sequence[float | None], from_s: int, to_s: int, zone: ZoneInfo
) -> list[Hour]:
    """Work a grid into figures for each full hour of its local days."""
    # Where clocks change by half an hour, that day ends with half an hour, which is left out.
    return [
        Hour.of(
            datetime.fromtimestamp(start_s + first * GRID_STEP_S, zone),
            HOUR_S,
            values[first : first + POINTS_AN_HOUR],
        )
        for start_s, _, values in _days_of(grid, from_s, to_s, zone)
        for first in range(0, len(values) - POINTS_AN_HOUR + 1, POINTS_AN_HOUR)
    ]


def _days_of(
    grid: Sequence[float | None], from_s: int, to_s: int, zone: ZoneInfo
) -> Iterator[tuple[int, int, Sequence[float | None]]]:
    for start_s, end_s in day_bounds(from_s, to_s, zone):
        first, end = ((each - from_s) // GRID_STEP_S for each in (start_s, end_s))
        yield start_s, end_s, grid[first:end]
