"""Samples page by page and bucket by bucket against plain Python, on both databases."""

from collections import defaultdict
from collections.abc import Callable
from statistics import fmean

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete

from clair import inventory, timeseries
from clair.access import NOBODY, SYSTEM, Actor
from clair.analytics.windows import DAY_S
from clair.extensions import db
from clair.models import DailyCount, Installation, Sample, User
from clair.timeseries import Bucket, Columns, Statistics

from conftest import NOW_S, World
from measuring import install_another, measure

on_each_database = settings(
    max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
SAMPLES = st.dictionaries(
    st.integers(0, DAY_S).map(lambda offset_s: NOW_S + offset_s),
    st.tuples(
        st.integers(0, 10_000),
        st.none() | st.integers(-200, 400),
        st.none() | st.integers(0, 100),
        st.sampled_from("MRE"),
    ),
    max_size=40,
)
Samples = dict[int, tuple[int, int | None, int | None, str]]


def begin_anew(world: World, samples: Samples) -> None:
    """Replace the samples of the café: Hypothesis tries many within one test."""
    db.session.execute(delete(Sample))
    db.session.execute(delete(DailyCount))
    rows = (
        (timestamp_s, co2, None if tenths is None else tenths / 10, humidity, status)
        for timestamp_s, (co2, tenths, humidity, status) in samples.items()
    )
    measure(world.node, rows)


def text(value: object) -> str:
    return "" if value is None else str(value)


@given(SAMPLES, st.integers(0, DAY_S), st.integers(0, DAY_S), st.integers(1, 12))
@on_each_database
def test_pages_put_together_are_all_samples_in_order(
    world: World, samples: Samples, from_s: int, length_s: int, size: int
) -> None:
    begin_anew(world, samples)
    from_s, to_s = NOW_S + from_s, NOW_S + from_s + length_s
    pages = list(timeseries.pages(world.node.id, from_s, to_s, size))
    assert all(len(page.timestamp_s) == size for page in pages[:-1])
    rows = [row for page in pages for row in zip(*page, strict=True)]
    assert rows == [
        (text(timestamp_s), *map(text, values))
        for timestamp_s, values in sorted(samples.items())
        if from_s <= timestamp_s < to_s
    ]


def test_nothing_is_an_empty_page_and_no_pages(world: World) -> None:
    assert timeseries.samples(world.node.id, 0, NOW_S) == Columns.empty()
    assert list(timeseries.pages(world.node.id, 0, NOW_S)) == []
    assert list(timeseries.buckets(world.node.id, 0, NOW_S, 60)) == []


def test_pages_go_on_when_the_transaction_ends_between_them(world: World) -> None:
    measure(world.node, [(NOW_S + n, 400 + n) for n in range(10)])
    node_id, found = world.node.id, []
    for page in timeseries.pages(node_id, NOW_S, NOW_S + 10, 3):
        found += page.co2_ppm
        db.session.rollback()
        db.session.remove()
    assert found == [str(400 + n) for n in range(10)]


def statistics(values: list[int | None]) -> Statistics | None:
    known = [value for value in values if value is not None]
    if not known:
        return None
    # PostgreSQL divides decimals: the last bit may differ.
    return Statistics(pytest.approx(fmean(known), rel=1e-12), min(known), max(known))


@given(
    SAMPLES,
    st.integers(-DAY_S, DAY_S),
    st.integers(0, 2 * DAY_S),
    st.sampled_from([1, 60, 900, 3600, DAY_S, 366 * DAY_S]) | st.integers(1, 2 * DAY_S),
    st.integers(1, 12),
)
@on_each_database
def test_buckets_are_those_of_plain_python(
    world: World, samples: Samples, from_s: int, length_s: int, resolution_s: int, size: int
) -> None:
    begin_anew(world, samples)
    from_s, to_s = NOW_S + from_s, NOW_S + from_s + length_s
    pages = list(timeseries.buckets(world.node.id, from_s, to_s, resolution_s, size))
    expected: dict[int, list[tuple[int, int | None, int | None]]] = defaultdict(list)
    for timestamp_s, (co2, tenths, humidity, status) in sorted(samples.items()):
        if from_s <= timestamp_s < to_s and status != "E":
            expected[timestamp_s // resolution_s * resolution_s].append((co2, tenths, humidity))
    found = [bucket for page in pages for bucket in page]
    columns = {start_s: list(zip(*rows, strict=True)) for start_s, rows in expected.items()}
    assert found == [
        Bucket(start_s, len(expected[start_s]), *(statistics(list(each)) for each in values))
        for start_s, values in columns.items()
    ]


def test_buckets_of_years_are_read_in_steps(world: World, statements: list[str]) -> None:
    instants = [NOW_S + week * 7 * DAY_S for week in range(160)]
    measure(world.node, [(timestamp_s, 400) for timestamp_s in instants])
    node_id = world.node.id
    statements.clear()
    pages = list(timeseries.buckets(node_id, 0, 2**40, 3600, size=50))
    assert [bucket.timestamp_s for page in pages for bucket in page] == [
        each // 3600 * 3600 for each in instants
    ]
    assert max(map(len, pages)) <= 50
    assert len(statements) == 8


ActorOf = Callable[[User | None], Actor]


@pytest.fixture
def hall(world: World) -> Installation:
    """A second sensor in the café's room, for one hour, shown to everybody."""
    other = install_another(world.site, world.cafe, "Flur", NOW_S)
    other.room_id, other.to_timestamp_s, other.is_public = world.room.id, NOW_S + 3600, True
    db.session.commit()
    return other


def test_air_of_a_room_is_cut_to_the_time_of_each_installation(
    world: World, hall: Installation, actor_of: ActorOf
) -> None:
    half_an_hour_s = 1800
    offsets = (-1801, -1800, -1, 0, 1800, 3599, 3600, 7199, 8999, 9000)
    times = [NOW_S + offset for offset in offsets]
    measure(hall.node, [(timestamp_s, 500) for timestamp_s in times])
    measure(world.node, [(timestamp_s, 600) for timestamp_s in times])
    found = timeseries.room_samples(actor_of(world.bob), world.room.id, NOW_S, NOW_S + 7200)
    assert found == [
        [(timestamp_s, 600) for timestamp_s in times[1:-1]],
        [(timestamp_s, 500) for timestamp_s in times[3:6]],
    ]
    shown = timeseries.room_samples(NOBODY, world.room.id, NOW_S - 1, NOW_S + 1)
    assert shown == [[(NOW_S, 500), (NOW_S + half_an_hour_s, 500)]]


def test_two_installations_of_a_node_in_a_room_are_one_series(
    world: World, actor_of: ActorOf
) -> None:
    # As toggling who may see it leaves them behind.
    first = world.installation
    first.to_timestamp_s = NOW_S
    inventory.create_installation(SYSTEM, world.node, world.room, NOW_S, is_public=True)
    times = [NOW_S - 600, NOW_S - 1, NOW_S, NOW_S + 600]
    measure(world.node, [(timestamp_s, 500) for timestamp_s in times])
    bounds = (world.room.id, NOW_S - 3600, NOW_S + 3600)
    found = timeseries.room_samples(actor_of(world.alice), *bounds)
    assert [sorted(each) for each in found] == [[(each, 500) for each in times]]
    assert timeseries.room_samples(NOBODY, *bounds) == [[(NOW_S, 500), (NOW_S + 600, 500)]]


def test_room_without_samples_is_told_from_one_that_is_hidden(
    world: World, hall: Installation, actor_of: ActorOf
) -> None:
    room_id, end_s = world.room.id, NOW_S + 3600
    assert timeseries.room_samples(actor_of(world.alice), room_id, NOW_S, end_s) == [[], []]
    assert timeseries.room_samples(actor_of(world.charlie), room_id, NOW_S, end_s) == [[]]
    # Its end belongs to it no longer, its beginning does.
    assert timeseries.room_samples(NOBODY, room_id, end_s, end_s + 60) == []
    assert timeseries.room_samples(NOBODY, room_id, end_s - 1, end_s + 60) == [[]]
    assert timeseries.room_samples(NOBODY, room_id, NOW_S - 60, NOW_S) == []
    assert timeseries.room_samples(NOBODY, room_id, NOW_S - 60, NOW_S + 1) == [[]]
    assert timeseries.room_samples(NOBODY, 999, NOW_S, end_s) == []


def test_faulty_samples_are_no_air(world: World, statements: list[str], actor_of: ActorOf) -> None:
    values = [(NOW_S + n, 400 + n, 20.0, 40, status) for n, status in enumerate("MRE")]
    measure(world.node, values)
    actor, room_id = actor_of(world.alice), world.room.id
    statements.clear()
    assert timeseries.room_samples(actor, room_id, NOW_S, NOW_S + 60) == [
        [(NOW_S, 400), (NOW_S + 1, 401)]
    ]
    assert len(statements) == 1
