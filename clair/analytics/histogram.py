"""How the air of a room usually is, by weekday and hour of the local clock."""

from collections.abc import Iterable

from clair.analytics.metrics import Hour

WEEKDAYS = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")

Histogram = list[list[float | None]]
"""Mean CO2 in ppm for each weekday, Monday first, and each hour from 0 to 23; None where unknown."""


def weekday_histogram(hours: Iterable[Hour]) -> Histogram:
    """Average the means of all valid hours that have a weekday and an hour of the clock in common.

    The hour that clocks pass twice in autumn counts twice; in spring it is not there.
    """
    means: list[list[list[float]]] = [[[] for _ in range(24)] for _ in WEEKDAYS]
    for hour in hours:
        if hour.is_valid and hour.mean_co2_ppm is not None:
            means[hour.start.weekday()][hour.start.hour].append(hour.mean_co2_ppm)
    return [[sum(each) / len(each) if each else None for each in day] for day in means]


def wire_histogram(histogram: Histogram) -> dict[str, list[float]]:
    """Put a histogram into the form of the API: a weekday lacking an hour is an empty list."""
    known = ([value for value in day if value is not None] for day in histogram)
    return {
        name: values if len(values) == 24 else []
        for name, values in zip(WEEKDAYS, known, strict=True)
    }
