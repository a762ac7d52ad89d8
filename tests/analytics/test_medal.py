"""Who earns the clean-air medal, and when nothing can be said."""

from datetime import UTC, datetime

import pytest

from clair.analytics.medal import clean_air_medal
from clair.analytics.metrics import Day

DAY_S = 86_400


def day(max_ppm: float = 1000, score_ppm: float = 0, gap_s: int = 0) -> Day:
    """A day whose air exceeded all the time, on average by the score."""
    excess_s = DAY_S - gap_s if score_ppm else 0
    start = datetime(2022, 1, 1, tzinfo=UTC)
    return Day(start, DAY_S, gap_s, max_ppm, 700, excess_s, score_ppm)


def silent_day() -> Day:
    return Day(datetime(2022, 1, 1, tzinfo=UTC), DAY_S, DAY_S, None, None, None, None)


@pytest.mark.parametrize(
    ("days", "medal"),
    [
        pytest.param([day()] * 10, True, id="M01 good air on all days"),
        pytest.param([day()] * 6 + [silent_day()] * 4, True, id="M02 just enough days"),
        pytest.param([day()] * 59 + [silent_day()] * 41, None, id="M03 a day too few"),
        pytest.param([day()] * 9 + [day(1999.999)], True, id="M04 just below bad air"),
        pytest.param([day()] * 9 + [day(2000)], False, id="M05 bad air once"),
        pytest.param([day()] * 9 + [day(5000, gap_s=3601)], True, id="M06 bad air, invalid day"),
        pytest.param([day()] * 9 + [day(1700, 150)], False, id="M07 a day over the limit"),
        pytest.param([day()] * 9 + [day(1700, 149.999)], True, id="M08 a day under the limit"),
        pytest.param([day()] * 71 + [day(1700, 10)] * 29, True, id="M09 29 of 100 days exceed"),
        pytest.param([day()] * 70 + [day(1700, 10)] * 30, False, id="M10 30 of 100 days exceed"),
        pytest.param([day()] * 5 + [day(1700, 10)] * 2, True, id="M11 2 of 7 days exceed"),
        pytest.param([day()] * 7 + [day(1700, 10)] * 3, False, id="M12 3 of 10 days exceed"),
        pytest.param([silent_day()] * 10, None, id="M13 nothing is known"),
        pytest.param([], None, id="no days at all"),
    ],
)
def test_medal_is_decided_by_its_rule(days: list[Day], medal: bool | None) -> None:
    """M1, M2: good air earns the medal, and too little data is no bad air."""
    assert clean_air_medal(days) is medal


@pytest.mark.parametrize(("valid", "medal"), [(17, None), (18, True), (30, True)])
def test_three_fifths_of_all_days_must_be_valid(valid: int, medal: bool | None) -> None:
    """M3."""
    assert clean_air_medal([day()] * valid + [silent_day()] * (30 - valid)) is medal


@pytest.mark.parametrize("tens", range(1, 13))
def test_limits_hold_to_the_last_bit(tens: int) -> None:
    """Shares of exactly 0.6 and 0.3 are what rounding would spoil."""
    assert clean_air_medal([day()] * 6 * tens + [silent_day()] * 4 * tens) is True
    assert clean_air_medal([day()] * 7 * tens + [day(1700, 1)] * 3 * tens) is False
    assert clean_air_medal([day()] * (7 * tens + 1) + [day(1700, 1)] * (3 * tens - 1)) is True


def test_value_exactly_at_the_threshold_is_no_excess() -> None:
    """M1: it counts into the duration, yet with a score of 0."""
    at_the_limit = Day(datetime(2022, 1, 1, tzinfo=UTC), DAY_S, 0, 1500, 1500, DAY_S, 0)
    assert clean_air_medal([at_the_limit] * 10) is True


def test_excess_on_invalid_days_does_not_count() -> None:
    assert clean_air_medal([day()] * 6 + [day(1900, 300, gap_s=4200)] * 4) is True
