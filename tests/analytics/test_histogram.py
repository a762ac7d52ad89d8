"""How the air usually is, by weekday and hour."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from clair.analytics.histogram import WEEKDAYS, weekday_histogram, wire_histogram
from clair.analytics.metrics import Hour

BERLIN = ZoneInfo("Europe/Berlin")
MONDAY = datetime(2022, 1, 10, tzinfo=BERLIN)
HOUR_S = 3600


def hour(start: datetime, mean_ppm: float, gap_s: int = 0) -> Hour:
    return Hour(start, HOUR_S, gap_s, mean_ppm, mean_ppm, 0, 0)


def test_hours_of_the_same_name_are_averaged() -> None:
    week = timedelta(days=7)
    noon = MONDAY.replace(hour=12)
    histogram = weekday_histogram([hour(noon, 500), hour(noon + week, 700), hour(noon, 900)])
    assert histogram[0][12] == 700
    assert sum(value is not None for day in histogram for value in day) == 1


def test_weeks_begin_on_monday() -> None:
    """A12."""
    days = [hour(MONDAY + timedelta(days=each), 500 + each) for each in range(7)]
    assert [day[0] for day in weekday_histogram(days)] == [500, 501, 502, 503, 504, 505, 506]
    assert WEEKDAYS == ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")


def test_invalid_hours_do_not_count() -> None:
    histogram = weekday_histogram([hour(MONDAY, 500), hour(MONDAY, 5000, gap_s=1200)])
    assert histogram[0][0] == 500


def test_hour_that_comes_twice_in_autumn_counts_twice() -> None:
    two = datetime(2026, 10, 25, 2, tzinfo=BERLIN)
    histogram = weekday_histogram([hour(two, 500), hour(two.replace(fold=1), 900)])
    assert histogram[6][2] == 700


def test_weekday_lacking_an_hour_keeps_the_others() -> None:
    """A13: pages can draw it; the API, whose clients know no gaps, has an empty list for it."""
    tuesday = MONDAY + timedelta(days=1)
    hours = [hour(MONDAY.replace(hour=each), 400 + each) for each in range(24)]
    hours += [hour(tuesday.replace(hour=each), 600 + each) for each in range(23)]
    histogram = weekday_histogram(hours)
    assert histogram[0] == list(range(400, 424))
    assert histogram[1] == [*range(600, 623), None]
    assert wire_histogram(histogram) == {
        "Mo": list(range(400, 424)),
        **{name: [] for name in WEEKDAYS[1:]},
    }


def test_nothing_known_is_seven_empty_days() -> None:
    histogram = weekday_histogram([])
    assert histogram == [[None] * 24] * 7
    assert wire_histogram(histogram) == {name: [] for name in WEEKDAYS}
