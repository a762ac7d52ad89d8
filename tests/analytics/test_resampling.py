"""Samples at irregular times become values on a regular grid, and nothing is invented."""

from fractions import Fraction
from itertools import accumulate
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clair.analytics.resampling import Grid, resample, resample_room

MIDNIGHT_S = 1_641_769_200  # 2022-01-10 in Berlin
MINUTE_S, HOUR_S = 60, 3600
SILENCES_S = st.one_of(
    st.integers(0, 59),
    st.integers(60, 1799),
    st.sampled_from([1740, 1800, 1801, 1860]),
    st.integers(1801, 9000),
)
SAMPLES = st.lists(st.tuples(SILENCES_S, st.integers(0, 10_000)), max_size=60).map(
    lambda pairs: [
        (MIDNIGHT_S - HOUR_S + time_s, value)
        for time_s, (_, value) in zip(accumulate(each for each, _ in pairs), pairs, strict=True)
    ]
)


def clock(time: str) -> int:
    """The instant of a time of the day, as h:m or h:m:s."""
    hours, minutes, *seconds = map(int, time.split(":"))
    return MIDNIGHT_S + hours * HOUR_S + minutes * MINUTE_S + sum(seconds)


def grid_of(samples: dict[str, float], hours: int = 1) -> Grid:
    pairs = [(clock(time), value) for time, value in samples.items()]
    return resample(pairs, MIDNIGHT_S, MIDNIGHT_S + hours * HOUR_S)


def test_value_between_samples_lies_on_the_line_between_them() -> None:
    assert grid_of({"0:00": 400, "0:25": 900, "0:50": 400}) == [400, 600, 800, 800, 600, 400]


def test_sample_acts_at_the_beginning_of_its_minute() -> None:
    assert grid_of({"0:09:45": 500, "0:19:45": 600}) == [None, 510, None, None, None, None]
    assert grid_of({"0:10:59": 500}) == [None, 500, None, None, None, None]


def test_samples_of_a_minute_count_as_one() -> None:
    assert grid_of({"0:10": 400, "0:10:20": 500, "0:10:59": 900, "0:11": 5000})[1] == 600
    assert grid_of({"0:05": 500, "0:05:30": 700, "0:15": 900, "0:15:30": 1100})[1] == 800


def test_silence_of_30_minutes_is_bridged_and_a_second_more_is_not() -> None:
    assert grid_of({"0:05": 400, "0:35": 700}) == [None, 450, 550, 650, None, None]
    assert grid_of({"0:05": 400, "0:35:01": 700}) == [None] * 6


def test_silence_is_measured_between_samples_not_between_their_minutes() -> None:
    assert grid_of({"0:05:59": 400, "0:36": 700}) == [None] * 6
    assert grid_of({"0:05": 400, "0:35": 700, "0:35:01": 900})[2] == 600
    assert grid_of({"0:05": 400, "0:05:59": 500, "0:35:59": 700})[1:4] == pytest.approx(
        [450 + 250 * minutes / 30 for minutes in (5, 15, 25)]
    )


def test_samples_at_the_edges_of_a_gap_stay() -> None:
    """A5: once, a gap swallowed the very samples that it lay between."""
    assert grid_of({"0:00": 400, "0:50": 900}) == [400, None, None, None, None, 900]
    assert grid_of({"0:00": 400, "0:50:30": 900}) == [400, None, None, None, None, 900]


def test_lonely_sample_speaks_for_its_minute_alone() -> None:
    assert grid_of({"0:20": 700}) == [None, None, 700, None, None, None]
    assert grid_of({"0:23": 700}) == [None] * 6


def test_nothing_is_known_before_the_first_and_after_the_last_sample() -> None:
    """A1, A2, A3: no value is invented at either end, however close to midnight."""
    assert grid_of({"0:10": 500, "0:20": 600, "0:30": 700}) == [None, 500, 600, 700, None, None]
    assert grid_of({"0:01": 500, "0:49": 600}) == [None] * 6


def test_first_sample_at_midnight_is_the_first_value() -> None:
    """A1: once, a sample exactly at local midnight was lost in a phantom gap of a day."""
    assert grid_of({"0:00": 400, "0:10": 500})[:2] == [400, 500]


def test_end_of_the_slice_is_no_point() -> None:
    """A4: the closing midnight belongs to the next slice."""
    assert grid_of({"0:50": 500, "1:00": 9000}) == [None, None, None, None, None, 500]


def test_samples_beside_the_slice_carry_the_interpolation_over_its_ends() -> None:
    pairs = [(MIDNIGHT_S - 300, 400.0), (MIDNIGHT_S + 300, 600.0), (clock("0:20"), 600.0)]
    assert resample(pairs, MIDNIGHT_S, MIDNIGHT_S + HOUR_S)[:3] == [500, 600, 600]


def test_no_samples_make_an_empty_grid() -> None:
    """A9."""
    assert grid_of({}) == [None] * 6
    assert resample_room([], MIDNIGHT_S, MIDNIGHT_S + HOUR_S) == [None] * 6
    assert resample_room([[], []], MIDNIGHT_S, MIDNIGHT_S + HOUR_S) == [None] * 6
    assert resample([], MIDNIGHT_S, MIDNIGHT_S) == []


def test_sensors_of_a_room_count_alike_however_often_they_report() -> None:
    """A11: once, the samples of all sensors were mixed, and the busier one won."""
    busy = [(each, 600) for each in range(MIDNIGHT_S, MIDNIGHT_S + HOUR_S, 60)]
    calm = [(each, 1000) for each in range(MIDNIGHT_S + 1, MIDNIGHT_S + HOUR_S, 1200)]
    grid = resample_room([busy, calm], MIDNIGHT_S, MIDNIGHT_S + HOUR_S)
    # The last sample of the calm one is at 0:40.
    assert grid == [800, 800, 800, 800, 800, 600]


def test_gap_of_one_sensor_is_not_bridged_by_another() -> None:
    """A11."""
    steady = [(each, 600) for each in range(MIDNIGHT_S, MIDNIGHT_S + HOUR_S, 300)]
    broken = [(clock("0:00"), 1000), (clock("0:50"), 2000)]
    grid = resample_room([broken, steady], MIDNIGHT_S, MIDNIGHT_S + HOUR_S)
    assert grid == [800, 600, 600, 600, 600, 1300]


def test_sensors_one_after_the_other_complete_each_other() -> None:
    before = [(clock("0:00"), 500), (clock("0:20"), 500)]
    after = [(clock("0:30"), 900), (clock("0:50"), 900)]
    grid = resample_room([before, after], MIDNIGHT_S, MIDNIGHT_S + HOUR_S)
    assert grid == [500, 500, 500, 900, 900, 900]


def test_samples_of_the_caller_stay_as_they_are() -> None:
    """A14."""
    samples = [(clock("0:50"), 500), (clock("0:10"), 900), (clock("0:10:30"), 700)]
    before = list(samples)
    resample_room([samples], MIDNIGHT_S, MIDNIGHT_S + HOUR_S)
    assert samples == before


def expected_at(point_s: int, samples: list[tuple[int, int]]) -> Fraction | None:
    """The definition, word by word and without any haste."""

    def minute(timestamp_s: int) -> tuple[int, Fraction]:
        start_s = timestamp_s - timestamp_s % MINUTE_S
        values = [value for time_s, value in samples if 0 <= time_s - start_s < MINUTE_S]
        return start_s, Fraction(sum(values), len(values))

    if any(0 <= time_s - point_s < MINUTE_S for time_s, _ in samples):
        return minute(point_s)[1]
    before_s = max((time_s for time_s, _ in samples if time_s < point_s), default=None)
    after_s = min((time_s for time_s, _ in samples if time_s > point_s), default=None)
    if before_s is None or after_s is None or after_s - before_s > 1800:
        return None
    (start_s, start), (end_s, end) = minute(before_s), minute(after_s)
    return start + (end - start) * Fraction(point_s - start_s, end_s - start_s)


@given(SAMPLES)
def test_grid_follows_its_definition(samples: list[tuple[int, int]]) -> None:
    grid = resample(samples, MIDNIGHT_S, MIDNIGHT_S + 6 * HOUR_S)
    points_s = range(MIDNIGHT_S, MIDNIGHT_S + 6 * HOUR_S, 600)
    for point_s, value in zip(points_s, grid, strict=True):
        expected = expected_at(point_s, samples)
        assert (value is None) == (expected is None)
        assert value is None or value == pytest.approx(float(expected or 0))


@given(SAMPLES, st.randoms(use_true_random=False))
def test_order_of_samples_does_not_matter(samples: list[tuple[int, int]], random: Random) -> None:
    shuffled = random.sample(samples, len(samples))
    bounds = MIDNIGHT_S, MIDNIGHT_S + 6 * HOUR_S
    assert resample(shuffled, *bounds) == resample(samples, *bounds)


@given(st.lists(SAMPLES, max_size=3))
def test_values_lie_within_those_of_the_samples(sensors: list[list[tuple[int, int]]]) -> None:
    values = [value for samples in sensors for _, value in samples]
    known = [
        each
        for each in resample_room(sensors, MIDNIGHT_S, MIDNIGHT_S + 6 * HOUR_S)
        if each is not None
    ]
    assert all(min(values) <= each <= max(values) for each in known)
