"""Series over time: outages break the line, and nothing else does."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from clair.analytics.series import break_at_gaps, usual_interval_s
from clair.analytics.thresholds import stale_after_s

SAMPLES = st.dictionaries(st.integers(0, 200_000), st.integers(0, 10_000), max_size=60)


def test_usual_interval_is_the_median() -> None:
    assert usual_interval_s([0, 600, 1200, 9000, 9600]) == 600


def test_usual_interval_of_fewer_than_two_samples_is_unknown() -> None:
    assert usual_interval_s([]) == 0
    assert usual_interval_s([5]) == 0


def test_empty_series_stays_empty() -> None:
    assert break_at_gaps([], [], 60) == ([], [])


def test_silence_of_30_minutes_is_no_gap_and_a_second_more_is_one() -> None:
    times = [0, 600, 1200, 3000]
    assert break_at_gaps(times, [1, 2, 3, 4], 60) == (times, [1, 2, 3, 4])
    assert break_at_gaps([*times[:3], 3001], [1, 2, 3, 4], 60) == (
        [0, 600, 1200, 2100, 3001],
        [1, 2, 3, None, 4],
    )


def test_hourly_sensor_has_no_gaps_between_its_samples() -> None:
    times = [0, 3600, 7200, 18_000]
    assert break_at_gaps(times, [1, 2, 3, 4], 60)[1] == [1, 2, 3, 4]
    assert break_at_gaps([*times[:3], 18_001], [1, 2, 3, 4], 60)[1] == [1, 2, 3, None, 4]


def test_gap_within_two_buckets_of_a_thinned_series_is_not_told() -> None:
    times = [0, 600, 1200, 8000]
    assert None in break_at_gaps(times, [1, 2, 3, 4], 600)[1]
    assert None not in break_at_gaps(times, [1, 2, 3, 4], 3600)[1]


@given(SAMPLES, st.integers(1, 7200))
def test_nothing_is_lost_and_order_is_kept(samples: dict[int, int], bucket_s: int) -> None:
    times, values = sorted(samples), [samples[each] for each in sorted(samples)]
    broken_times, broken = break_at_gaps(times, values, bucket_s)
    assert all(earlier < later for earlier, later in pairwise(broken_times))
    kept = [pair for pair in zip(broken_times, broken, strict=True) if pair[1] is not None]
    assert kept == list(zip(times, values, strict=True))


@given(SAMPLES, st.integers(1, 7200))
def test_nulls_stand_in_every_gap_and_nowhere_else(samples: dict[int, int], bucket_s: int) -> None:
    times = sorted(samples)
    broken_times, broken = break_at_gaps(times, [0] * len(times), bucket_s)
    tolerance_s = max(stale_after_s(usual_interval_s(times)), 2 * bucket_s)
    gaps = [(a, b) for a, b in pairwise(times) if b - a > tolerance_s]
    nulls = [t for t, value in zip(broken_times, broken, strict=True) if value is None]
    assert len(nulls) == len(gaps)
    assert all(a < null < b for null, (a, b) in zip(nulls, gaps, strict=True))
