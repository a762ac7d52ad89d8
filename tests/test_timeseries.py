"""Series and tables of samples against plain Python, on both databases."""

from collections import defaultdict
from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete

from clair import timeseries
from clair.analytics.current import Measured
from clair.analytics.windows import DAY_S, Window, row_start_s
from clair.extensions import db
from clair.models import Sample

from conftest import NOW_S, World
from measuring import measure

MINUTE_S = 60
on_each_database = settings(
    max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
SAMPLES = st.dictionaries(
    st.integers(NOW_S, NOW_S + DAY_S - 1),
    st.tuples(
        st.integers(0, 10_000),
        st.none() | st.integers(-200, 400).map(lambda tenths: tenths / 10),
        st.none() | st.integers(0, 100),
    ),
    max_size=40,
)
Samples = dict[int, tuple[int, float | None, int | None]]


def begin_anew(world: World, samples: Samples) -> None:
    """Replace the samples of the café: Hypothesis tries many within one test."""
    db.session.execute(delete(Sample))
    measure(world.node, ((timestamp_s, *values) for timestamp_s, values in samples.items()))


@pytest.mark.parametrize("quantity", ["co2_ppm", "temperature_celsius", "rel_humidity_percent"])
@given(SAMPLES, st.integers(0, DAY_S), st.integers(1, DAY_S), st.integers(1, 7200))
@on_each_database
def test_thinned_series_keeps_the_extremes_of_every_bucket_at_their_times(
    world: World, quantity: str, samples: Samples, from_s: int, length_s: int, bucket_s: int
) -> None:
    begin_anew(world, samples)
    from_s += NOW_S
    to_s = from_s + length_s
    times, values = timeseries.thinned(world.installation, quantity, from_s, to_s, bucket_s)
    column = list(timeseries.QUANTITIES).index(quantity)
    buckets: dict[int, set[tuple[float, int]]] = defaultdict(set)
    for timestamp_s, measured in samples.items():
        value = measured[column]
        if from_s <= timestamp_s < to_s and value is not None:
            buckets[(timestamp_s - from_s) // bucket_s].add((value, timestamp_s))
    expected = {extreme for bucket in buckets.values() for extreme in (min(bucket), max(bucket))}
    assert set(zip(values, times, strict=True)) == expected
    assert times == sorted(set(times))


def test_short_stretch_comes_out_complete(world: World) -> None:
    samples = [(NOW_S + index * 600, 400 + index) for index in range(144)]
    measure(world.node, samples)
    times, values = timeseries.thinned(world.installation, "co2_ppm", NOW_S, NOW_S + DAY_S, 86)
    assert list(zip(times, values, strict=True)) == samples


def test_lonely_peak_survives_a_month_on_a_small_screen(world: World) -> None:
    from_s = NOW_S - 30 * DAY_S
    samples = [(from_s + index * 600, 420 + index % 7) for index in range(30 * 144)]
    peak_s = from_s + 1234 * 600 + 1
    measure(world.node, [*samples, (peak_s, 4999)])
    bucket_s = 30 * DAY_S // 360
    times, values = timeseries.thinned(world.installation, "co2_ppm", from_s, NOW_S, bucket_s)
    assert len(times) <= 2 * 360
    assert times[values.index(4999)] == peak_s


def test_frost_is_kept_in_tenths_of_a_degree(world: World) -> None:
    measure(world.node, [(NOW_S, 400, -19.9, 30), (NOW_S + 1, 400, -0.1, 30)])
    assert timeseries.thinned(world.installation, "temperature_celsius", NOW_S, NOW_S + 60, 60) == (
        [NOW_S, NOW_S + 1],
        [-19.9, -0.1],
    )


def test_samples_before_and_after_the_installation_are_somebody_elses(world: World) -> None:
    installation = world.installation
    installation.from_timestamp_s, installation.to_timestamp_s = NOW_S, NOW_S + 600
    times = (NOW_S - 1, NOW_S, NOW_S + 599, NOW_S + 600)
    measure(world.node, [(timestamp_s, 400, 20.0, 40) for timestamp_s in times])
    for quantity in timeseries.QUANTITIES:
        found, _ = timeseries.thinned(installation, quantity, 0, NOW_S + DAY_S, 1)
        assert found == [NOW_S, NOW_S + 599]
    recent = timeseries.recent(installation, NOW_S + DAY_S)
    assert [each.timestamp_s for each in recent] == [NOW_S + 599, NOW_S]
    today = date(2026, 9, 21)
    window = Window("day", today - timedelta(days=1), today + timedelta(days=1), ZoneInfo("UTC"))
    assert sum(row.count for row in timeseries.table(installation, window)) == 2


def test_installation_of_another_time_has_no_samples_here(world: World) -> None:
    world.installation.from_timestamp_s = NOW_S + DAY_S
    measure(world.node, [(NOW_S, 400), (NOW_S + 60, 400)])
    series = timeseries.thinned(world.installation, "co2_ppm", NOW_S, NOW_S + 600, 1)
    assert series == ([], [])


def test_recent_samples_come_newest_first_with_their_units(world: World) -> None:
    measure(world.node, [(NOW_S - index * 600, 400 + index, 21.5, 40) for index in range(1, 20)])
    measure(world.node, [(NOW_S, 400)])
    recent = timeseries.recent(world.installation, NOW_S)
    assert recent[0] == Measured(NOW_S, 400, None, None)
    assert recent[1] == Measured(NOW_S - 600, 401, 21.5, 40)
    assert len(recent) == 12


WINDOWS = [
    ("Europe/Berlin", date(2026, 3, 29), 1),
    ("Europe/Berlin", date(2026, 10, 25), 1),
    ("Europe/Berlin", date(2026, 10, 20), 7),
    ("Europe/Berlin", date(2026, 10, 10), 30),
    ("Europe/Berlin", date(2026, 2, 3), 300),
    ("Asia/Kolkata", date(2026, 7, 1), 1),
    ("Asia/Kolkata", date(2026, 7, 1), 30),
    ("Asia/Kolkata", date(2026, 2, 3), 200),
    ("Asia/Kathmandu", date(2026, 2, 2), 100),
    ("Asia/Kathmandu", date(2026, 2, 2), 7),
    ("America/New_York", date(2026, 2, 20), 30),
    ("Australia/Lord_Howe", date(2026, 3, 30), 10),
    ("Australia/Lord_Howe", date(2026, 3, 30), 30),
]


@pytest.mark.parametrize(("zone", "first", "days"), WINDOWS)
def test_table_is_that_of_plain_python(world: World, zone: str, first: date, days: int) -> None:
    window = Window("free", first, first + timedelta(days=days - 1), ZoneInfo(zone))
    world.installation.from_timestamp_s = 0
    span_s = window.to_s - window.from_s
    # A distance that is prime to everything, and the seconds around both ends.
    inside = [window.from_s + each for each in range(0, span_s, max(179, span_s // 2003))]
    times = {*inside, window.from_s - 1, window.to_s - 1, window.to_s}
    samples = [(timestamp_s, 400 + timestamp_s * 7 % 1999) for timestamp_s in sorted(times)]
    measure(world.node, samples)

    expected: dict[int, list[int]] = defaultdict(list)
    for timestamp_s, co2_ppm in samples:
        if window.from_s <= timestamp_s < window.to_s:
            expected[row_start_s(timestamp_s, window.step_s, window.zone)].append(co2_ppm)
    rows = timeseries.table(world.installation, window)
    assert [(row.from_s, row.count, row.low, row.high) for row in rows] == [
        (from_s, len(values), min(values), max(values))
        for from_s, values in sorted(expected.items())
    ]
    means = [sum(values) / len(values) for _, values in sorted(expected.items())]
    assert [row.mean for row in rows] == pytest.approx(means)


@pytest.mark.parametrize("count", [1, 500])
def test_questions_cost_one_statement_each(world: World, statements: list[str], count: int) -> None:
    measure(world.node, [(NOW_S + index * 60, 400, 20.0, 40) for index in range(count)])
    db.session.refresh(world.installation)
    window = Window("day", date(2026, 9, 21), date(2026, 9, 22), ZoneInfo("Europe/Berlin"))
    statements.clear()
    timeseries.thinned(world.installation, "co2_ppm", NOW_S, NOW_S + DAY_S, 60)
    timeseries.recent(world.installation, NOW_S)
    timeseries.table(world.installation, window)
    assert len(statements) == 3
