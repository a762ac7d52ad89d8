"""Samples are stored once, in one statement, and nothing that is stored is ever overwritten."""

import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select

from clair.extensions import db
from clair.ingest.store import (
    NOT_BEFORE_S,
    NewSample,
    Verdict,
    make_partitions,
    partition_sql,
    store_samples,
)
from clair.models import Sample

from conftest import NOW_S, World

STRANGE_NODE = UUID("00000000-0000-0000-0000-000000000001")
STORED, DUPLICATE, CONFLICT = Verdict.STORED, Verdict.DUPLICATE, Verdict.CONFLICT


@pytest.fixture
def sample(world: World) -> NewSample:
    return NewSample(world.node.uuid, NOW_S, 800, 21.5, 40)


def stored_rows() -> list[tuple[int, int, int | None, int | None]]:
    statement = select(
        Sample.timestamp_s,
        Sample.co2_ppm,
        Sample.temperature_decidegrees,
        Sample.rel_humidity_percent,
    ).order_by(Sample.timestamp_s)
    return [tuple(row) for row in db.session.execute(statement)]


def series(sample: NewSample, count: int, spacing_s: int = 60) -> list[NewSample]:
    return [replace(sample, timestamp_s=NOW_S + n * spacing_s) for n in range(count)]


def test_sample_is_stored_as_it_was_measured(sample: NewSample) -> None:
    assert store_samples([sample]) == [STORED]
    assert stored_rows() == [(NOW_S, 800, 215, 40)]
    row = db.session.scalars(select(Sample)).one()
    assert row.measurement_status == "M"


def test_quantities_that_were_not_reported_stay_empty(world: World) -> None:
    store_samples([NewSample(world.node.uuid, NOW_S, 800)])
    assert stored_rows() == [(NOW_S, 800, None, None)]


def test_zero_is_a_value(sample: NewSample) -> None:
    zero = replace(sample, co2_ppm=0, temperature_celsius=0.0, rel_humidity_percent=0)
    assert store_samples([zero]) == [STORED]
    assert stored_rows() == [(NOW_S, 0, 0, 0)]
    assert store_samples([zero]) == [DUPLICATE]


@pytest.mark.parametrize("celsius", [-20.0, -0.1, 0.05, 19.3, 40.0])
def test_temperature_is_kept_to_a_tenth(sample: NewSample, celsius: float) -> None:
    store_samples([replace(sample, temperature_celsius=celsius)])
    assert stored_rows()[0][2] == round(celsius * 10)


def test_nothing_is_stored_of_nothing(sample: NewSample, statements: list[str]) -> None:
    assert store_samples([]) == []
    assert statements == []


def test_repeated_batch_is_a_duplicate_and_changes_nothing(sample: NewSample) -> None:
    batch = series(sample, 20)
    assert store_samples(batch) == [STORED] * 20
    before = stored_rows()
    for _ in range(10):
        assert store_samples(batch) == [DUPLICATE] * 20
        db.session.commit()
    assert stored_rows() == before


@pytest.mark.parametrize(
    "other",
    [
        {"co2_ppm": 801},
        {"temperature_celsius": 21.6},
        {"temperature_celsius": None},
        {"rel_humidity_percent": 0},
        {"rel_humidity_percent": None},
    ],
    ids=str,
)
def test_other_values_of_the_same_second_are_a_conflict(
    sample: NewSample, other: dict[str, float | None]
) -> None:
    store_samples([sample])
    assert store_samples([replace(sample, **other)]) == [CONFLICT]
    assert stored_rows() == [(NOW_S, 800, 215, 40)]


def test_good_samples_are_stored_beside_others(sample: NewSample) -> None:
    store_samples([sample])
    batch = [
        replace(sample, timestamp_s=NOW_S + 60),
        sample,
        replace(sample, co2_ppm=900),
        replace(sample, node=STRANGE_NODE),
        replace(sample, timestamp_s=NOW_S + 120),
    ]
    verdicts = store_samples(batch)
    assert verdicts == [STORED, DUPLICATE, CONFLICT, Verdict.UNKNOWN_NODE, STORED]
    assert [row[0] for row in stored_rows()] == [NOW_S, NOW_S + 60, NOW_S + 120]


def test_unknown_node_alone_stores_nothing(sample: NewSample) -> None:
    assert store_samples([replace(sample, node=STRANGE_NODE)]) == [Verdict.UNKNOWN_NODE]
    assert stored_rows() == []


def test_same_sample_twice_in_a_batch_is_stored_once(sample: NewSample) -> None:
    assert store_samples([sample, sample, sample]) == [STORED, DUPLICATE, DUPLICATE]
    assert len(stored_rows()) == 1


def test_verdicts_of_a_batch_that_contradicts_itself_tell_what_was_stored(
    sample: NewSample,
) -> None:
    batch = [each for one in series(sample, 200) for each in (one, replace(one, co2_ppm=900))]
    verdicts = store_samples(batch)
    assert Counter(verdicts) == {STORED: 200, CONFLICT: 200}
    said = {
        (each.timestamp_s, each.co2_ppm)
        for each, verdict in zip(batch, verdicts, strict=True)
        if verdict is STORED
    }
    assert said == {row[:2] for row in stored_rows()}


def about_samples(statements: list[str]) -> list[str]:
    """Leave out that a month whose partition was made a moment ago is looked for once more."""
    return [each for each in statements if "to_regclass" not in each]


def test_batch_of_5000_takes_one_statement(
    sample: NewSample, statements: list[str], database: str
) -> None:
    batch = series(sample, 5000, spacing_s=10)
    make_partitions(each.timestamp_s for each in batch)
    statements.clear()
    assert store_samples(batch) == [STORED] * 5000
    # SQLite cannot insert into two tables at once.
    assert len(about_samples(statements)) == (1 if database == "postgresql" else 2)
    assert len(stored_rows()) == 5000


def test_batch_of_duplicates_takes_two_statements(sample: NewSample, statements: list[str]) -> None:
    batch = series(sample, 500)
    store_samples(batch)
    statements.clear()
    assert store_samples(batch) == [DUPLICATE] * 500
    assert len(about_samples(statements)) == 2


def test_samples_of_months_far_apart_fit_into_one_batch(sample: NewSample) -> None:
    instants = [
        NOT_BEFORE_S,
        *(int(datetime(year, 12, 31, 23, 59, 59, tzinfo=UTC).timestamp()) for year in (2021, 2024)),
        NOW_S,
        int(datetime(2039, 2, 1, tzinfo=UTC).timestamp()),
    ]
    batch = [replace(sample, timestamp_s=instant) for instant in instants]
    assert store_samples(batch) == [STORED] * 5
    assert [row[0] for row in stored_rows()] == instants


def test_partition_of_december_ends_with_the_year() -> None:
    statement = partition_sql("sample_2026_12", 2026, 12)
    assert "FOR VALUES FROM (1796083200) TO (1798761600)" in statement


def test_rolled_back_batch_leaves_nothing_and_can_be_repeated(sample: NewSample) -> None:
    far = replace(sample, timestamp_s=NOT_BEFORE_S + 400 * 86_400)
    store_samples([far])
    store_samples([far])
    db.session.rollback()
    assert stored_rows() == []
    assert store_samples([far]) == [STORED]


@pytest.mark.parametrize("order", [iter, reversed], ids=["same order", "opposite order"])
def test_two_at_once_lose_nothing(
    app: Flask,
    sample: NewSample,
    order: Callable[[list[NewSample]], list[NewSample]],
) -> None:
    batch = series(sample, 2000)
    make_partitions(each.timestamp_s for each in batch)
    db.session.commit()
    gate = threading.Barrier(2, timeout=30)
    verdicts: list[Verdict] = []

    def deliver(samples: list[NewSample]) -> None:
        with app.app_context():
            gate.wait()
            found = store_samples(samples)
            db.session.commit()
            verdicts.extend(found)

    batches = (batch, list(order(batch)))
    threads = [threading.Thread(target=deliver, args=(each,)) for each in batches]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert Counter(verdicts) == {STORED: 2000, DUPLICATE: 2000}
    assert len(stored_rows()) == 2000


def test_two_at_once_make_the_same_partition(app: Flask, sample: NewSample) -> None:
    gate = threading.Barrier(4, timeout=30)
    stored: list[Verdict] = []
    instant_s = int(datetime(2031, 5, 1, tzinfo=UTC).timestamp())
    db.session.commit()

    def deliver(number: int) -> None:
        with app.app_context():
            gate.wait()
            found = store_samples([replace(sample, timestamp_s=instant_s + number)])
            db.session.commit()
            stored.extend(found)

    threads = [threading.Thread(target=deliver, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert stored == [STORED] * 4
