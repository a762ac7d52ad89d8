"""How many samples a node has of a day is known exactly, however they came in."""

import threading
from collections import Counter
from dataclasses import replace

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, func, select

from clair.extensions import db
from clair.ingest.store import DAY_S, NewSample, Verdict, make_partitions, store_samples
from clair.models import DailyCount, Node, Sample

from conftest import NOW_S, World
from measuring import install_another

MIDNIGHT_S = NOW_S // DAY_S * DAY_S


@pytest.fixture
def sample(world: World) -> NewSample:
    return NewSample(world.node.uuid, MIDNIGHT_S, 800, 21.5, 40)


def counted() -> dict[tuple[int, int], int]:
    rows = db.session.execute(select(DailyCount.node_id, DailyCount.day, DailyCount.samples))
    return {(node_id, day): samples for node_id, day, samples in rows}


def there() -> dict[tuple[int, int], int]:
    """Count the samples one by one."""
    rows = db.session.execute(select(Sample.node_id, Sample.timestamp_s))
    return dict(Counter((node_id, timestamp_s // DAY_S) for node_id, timestamp_s in rows))


def test_day_ends_at_midnight_in_utc(sample: NewSample, world: World) -> None:
    instants = (-1, 0, 1, DAY_S - 1, DAY_S)
    store_samples([replace(sample, timestamp_s=MIDNIGHT_S + each) for each in instants])
    today, node_id = MIDNIGHT_S // DAY_S, world.node.id
    assert counted() == {(node_id, today - 1): 1, (node_id, today): 3, (node_id, today + 1): 1}


@pytest.mark.parametrize("size", [1, 2, 50])
def test_repeated_samples_are_counted_once(sample: NewSample, size: int) -> None:
    batch = [replace(sample, timestamp_s=MIDNIGHT_S + 60 * n) for n in range(size)]
    for _ in range(3):
        store_samples(batch)
        store_samples([replace(each, co2_ppm=900) for each in batch])
        db.session.commit()
    assert list(counted().values()) == [size]


def test_sample_of_an_unknown_node_is_counted_nowhere(sample: NewSample) -> None:
    unknown = replace(sample, node=type(sample.node)(int=1))
    assert store_samples([unknown]) == [Verdict.UNKNOWN_NODE]
    assert store_samples([unknown, unknown]) == [Verdict.UNKNOWN_NODE] * 2
    assert counted() == {}


def test_rolled_back_samples_are_not_counted(sample: NewSample) -> None:
    store_samples([sample])
    db.session.commit()
    store_samples([replace(sample, timestamp_s=MIDNIGHT_S + 60)])
    db.session.rollback()
    assert list(counted().values()) == [1]


def test_counts_go_with_their_node(sample: NewSample, world: World) -> None:
    store_samples([sample])
    db.session.execute(delete(Node).where(Node.id == world.node.id))
    assert counted() == {}


@pytest.mark.parametrize("status", ["M", "R", "E"])
def test_status_of_a_sample_is_kept(sample: NewSample, status: str) -> None:
    one = replace(sample, measurement_status=status)
    assert store_samples([one]) == [Verdict.STORED]
    assert store_samples([one, replace(one, timestamp_s=MIDNIGHT_S + 1)])[1] is Verdict.STORED
    assert set(db.session.scalars(select(Sample.measurement_status))) == {status}
    other = "E" if status == "M" else "M"
    assert store_samples([replace(one, measurement_status=other)]) == [Verdict.CONFLICT]


@given(
    st.lists(
        st.lists(st.tuples(st.booleans(), st.integers(0, 5 * DAY_S)), min_size=1, max_size=8),
        max_size=8,
    )
)
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_counts_are_those_of_plain_counting(
    world: World, batches: list[list[tuple[bool, int]]]
) -> None:
    db.session.execute(delete(Sample))
    db.session.execute(delete(DailyCount))
    nodes = list(db.session.scalars(select(Node.uuid)))
    if len(nodes) == 1:
        nodes.append(install_another(world.site, world.cafe, "Flur", MIDNIGHT_S).node.uuid)
    for batch in batches:
        # In steps of seven hours, so that many meet.
        store_samples(
            [NewSample(nodes[each], MIDNIGHT_S + s // 25_200 * 25_200, 500) for each, s in batch]
        )
    assert counted() == there()


def test_batches_at_once_are_counted_exactly(app: Flask, sample: NewSample, world: World) -> None:
    other = install_another(world.site, world.cafe, "Flur", MIDNIGHT_S).node.uuid
    series = [
        replace(sample, node=node, timestamp_s=MIDNIGHT_S + 300 * n)
        for n in range(1200)
        for node in (sample.node, other)
    ]
    make_partitions(each.timestamp_s for each in series)
    db.session.commit()
    gate = threading.Barrier(4, timeout=30)
    problems: list[Exception] = []

    def deliver(number: int) -> None:
        """Deliver overlapping batches, forwards and backwards, and single samples of all days."""
        batch = series[number * 400 : number * 400 + 1200]
        try:
            with app.app_context():
                gate.wait()
                for samples in (
                    batch[::-1] if number % 2 else batch,
                    *([each] for each in batch[::60]),
                ):
                    store_samples(samples)
                    db.session.commit()
        except Exception as problem:
            problems.append(problem)

    threads = [threading.Thread(target=deliver, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert problems == []
    assert counted() == there()
    assert db.session.scalar(select(func.sum(DailyCount.samples))) == 2400
