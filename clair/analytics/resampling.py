"""From samples at irregular times to values on a regular grid.

Samples come late, early, or not at all. Of one sensor, those of a minute count as one value at the
beginning of that minute; between minutes the value is interpolated, unless two samples are more
than `MAX_GAP_S` apart. Each point of the grid takes the value of its instant, in ppm. It is empty
within a gap, before the first sample and after the last one; a minute with a sample in it never is.
"""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from operator import itemgetter
from typing import NamedTuple

from clair.analytics.thresholds import GRID_STEP_S, MAX_GAP_S
from clair.analytics.windows import MINUTE_S

Grid = list[float | None]
"""Values at equal distances of `GRID_STEP_S`; None where nothing is known."""


def resample_room(
    samples_per_sensor: Iterable[Iterable[tuple[int, float]]], from_s: int, to_s: int
) -> Grid:
    """Put the samples of all sensors of a room on one grid, where sensors count alike."""
    grids = [resample(samples, from_s, to_s) for samples in samples_per_sensor]
    if len(grids) == 1:
        return grids[0]
    if not grids:
        return [None] * len(range(from_s, to_s, GRID_STEP_S))
    return [_mean_of_known(values) for values in zip(*grids, strict=True)]


def resample(samples: Iterable[tuple[int, float]], from_s: int, to_s: int) -> Grid:
    """Put the samples of one sensor, (timestamp_s, co2_ppm), on the grid from from_s until to_s.

    Samples beside the slice give no points; close to it, they carry the interpolation over its ends.
    """
    minutes = _by_minute(sorted(samples, key=itemgetter(0)))
    starts_s, means = minutes.starts_s, minutes.means
    grid: Grid = []
    index = 0
    for point_s in range(from_s, to_s, GRID_STEP_S):
        index = bisect_left(starts_s, point_s, index)
        if index == len(starts_s):
            grid.append(None)
        elif starts_s[index] == point_s:
            grid.append(means[index])
        elif index == 0 or minutes.firsts_s[index] - minutes.lasts_s[index - 1] > MAX_GAP_S:
            grid.append(None)
        else:
            start_s, start_ppm = starts_s[index - 1], means[index - 1]
            rise_ppm = (means[index] - start_ppm) * (point_s - start_s)
            grid.append(start_ppm + rise_ppm / (starts_s[index] - start_s))
    return grid


class _Minutes(NamedTuple):
    """The minutes with samples: beginnings, first and last sample in each, and means."""

    starts_s: list[int]
    firsts_s: list[int]
    lasts_s: list[int]
    means: list[float]


def _by_minute(ordered: Sequence[tuple[int, float]]) -> _Minutes:
    times_s = [timestamp_s for timestamp_s, _ in ordered]
    values = [co2_ppm for _, co2_ppm in ordered]
    starts_s = [timestamp_s - timestamp_s % MINUTE_S for timestamp_s in times_s]
    if len(set(starts_s)) == len(starts_s):
        # Hardly a sensor reports twice a minute: nearly always, there is nothing to merge.
        return _Minutes(starts_s, times_s, times_s, values)
    firsts = [
        index
        for index, start_s in enumerate(starts_s)
        if index == 0 or start_s != starts_s[index - 1]
    ]
    ends = [*firsts[1:], len(starts_s)]
    return _Minutes(
        [starts_s[first] for first in firsts],
        [times_s[first] for first in firsts],
        [times_s[end - 1] for end in ends],
        [_mean(values[first:end]) for first, end in zip(firsts, ends, strict=True)],
    )


def _mean_of_known(values: Iterable[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return _mean(known) if known else None


def _mean(values: Sequence[float]) -> float:
    # Five times as fast as statistics.fmean, and exact for the whole numbers that sensors report.
    return sum(values) / len(values)
