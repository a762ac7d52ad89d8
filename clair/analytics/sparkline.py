"""The geometry of a sparkline: a small curve without axes, drawn by the server."""

from collections.abc import Sequence
from dataclasses import dataclass

from clair.analytics.thresholds import ELEVATED_FROM_PPM, OUTDOOR_PPM

TOP_PPM = 1200
"""A calm day must look calm: the scale reaches at least this high."""


@dataclass(frozen=True)
class Sparkline:
    """A path through the values, the height of the limit, and the extremes to say in words."""

    width: int
    height: int
    path: str
    limit_y: float
    low: int | None
    high: int | None


def sparkline(values: Sequence[int | None], width: int = 240, height: int = 48) -> Sparkline:
    """Draw values at equal distances, as many strokes as there are stretches without a gap."""
    known = [value for value in values if value is not None]
    low, high = min(known, default=None), max(known, default=None)
    bottom_ppm = OUTDOOR_PPM if low is None else min(OUTDOOR_PPM, low)
    top_ppm = TOP_PPM if high is None else max(TOP_PPM, high)

    def y(ppm: int) -> float:
        # Two pixels at the edges keep the stroke inside.
        return round(height - 2 - (ppm - bottom_ppm) / (top_ppm - bottom_ppm) * (height - 4), 1)

    step = (width - 4) / max(1, len(values) - 1)
    strokes: list[str] = []
    before = None
    for index, value in enumerate(values):
        if value is not None:
            point = f"{round(2 + index * step, 1)} {y(value)}"
            # A stroke of no length shows a lonely value as a dot.
            strokes.append(f"L{point}" if before is not None else f"M{point}h0")
        before = value
    return Sparkline(width, height, "".join(strokes), y(ELEVATED_FROM_PPM), low, high)
