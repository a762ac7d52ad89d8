"""Samples come over as they were measured; what is impossible is left out and counted."""

from typing import Any

import pytest
from managair.dumps import BEGIN_S, LIBRARY, SENSOR, SPARE, Record, Take, sample
from sqlalchemy import func, select

from clair import inventory
from clair.access import NOBODY, SYSTEM
from clair.errors import ClairError
from clair.extensions import db
from clair.managair.collected import SAMPLE
from clair.managair.samples import BATCH, import_samples
from clair.managair.summary import Outcome, Summary
from clair.models import DailyCount, Node, Sample

from conftest import World

CREATED, UNCHANGED, SKIPPED = Outcome
HOUSE = [each for each in LIBRARY if each["model"] != SAMPLE]

Row = tuple[int, int, int | None, int | None, str]


def stored() -> list[Row]:
    columns = (
        Sample.timestamp_s,
        Sample.co2_ppm,
        Sample.temperature_decidegrees,
        Sample.rel_humidity_percent,
        Sample.measurement_status,
    )
    return [tuple(row) for row in db.session.execute(select(*columns).order_by(*columns))]


@pytest.mark.parametrize(
    ("fields", "row"),
    [
        ({}, (BEGIN_S, 640, 215, 44, "M")),
        ({"measurement_status": "R"}, (BEGIN_S, 640, 215, 44, "R")),
        ({"measurement_status": "E"}, (BEGIN_S, 640, 215, 44, "E")),
        ({"temperature_celsius": None}, (BEGIN_S, 640, None, 44, "M")),
        ({"rel_humidity_percent": None}, (BEGIN_S, 640, 215, None, "M")),
        ({"temperature_celsius": "-20.0"}, (BEGIN_S, 640, -200, 44, "M")),
        ({"temperature_celsius": "40.0"}, (BEGIN_S, 640, 400, 44, "M")),
        ({"temperature_celsius": "0.0", "rel_humidity_percent": 0}, (BEGIN_S, 640, 0, 0, "M")),
        ({"rel_humidity_percent": 100}, (BEGIN_S, 640, 215, 100, "M")),
        ({"co2_ppm": 0}, (BEGIN_S, 0, 215, 44, "M")),
        ({"co2_ppm": 10_000}, (BEGIN_S, 10_000, 215, 44, "M")),
        (
            {
                "timestamp_s": str(BEGIN_S),
                "co2_ppm": "640",
                "temperature_celsius": 21.5,
                "rel_humidity_percent": "44",
            },
            (BEGIN_S, 640, 215, 44, "M"),
        ),
        ({"node": SENSOR.upper()}, (BEGIN_S, 640, 215, 44, "M")),
        ({"node": SENSOR.replace("-", "")}, (BEGIN_S, 640, 215, 44, "M")),
        ({"timestamp_s": 0}, (0, 640, 215, 44, "M")),
        ({"timestamp_s": 2**31 - 1}, (2**31 - 1, 640, 215, 44, "M")),
    ],
    ids=lambda value: ",".join(map(str, value.values())) if isinstance(value, dict) else "",
)
def test_sample_is_kept_as_it_was(take: Take, fields: dict[str, Any], row: Row) -> None:
    summary = take([*HOUSE, change(sample(SENSOR, BEGIN_S), fields)])
    assert stored() == [row]
    assert summary.counts[SAMPLE] == {CREATED: 1}
    assert not summary.remarks


def change(record: Record, fields: dict[str, Any]) -> Record:
    return record | {"fields": record["fields"] | fields}


@pytest.mark.parametrize(
    ("fields", "row", "quantity"),
    [
        ({"temperature_celsius": "40.1"}, (BEGIN_S, 640, None, 44, "M"), "temperature"),
        ({"temperature_celsius": "-20.1"}, (BEGIN_S, 640, None, 44, "M"), "temperature"),
        ({"temperature_celsius": "NaN"}, (BEGIN_S, 640, None, 44, "M"), "temperature"),
        ({"temperature_celsius": "warm"}, (BEGIN_S, 640, None, 44, "M"), "temperature"),
        ({"temperature_celsius": [21]}, (BEGIN_S, 640, None, 44, "M"), "temperature"),
        ({"rel_humidity_percent": 101}, (BEGIN_S, 640, 215, None, "M"), "humidity"),
        ({"rel_humidity_percent": -1}, (BEGIN_S, 640, 215, None, "M"), "humidity"),
        ({"rel_humidity_percent": True}, (BEGIN_S, 640, 215, None, "M"), "humidity"),
    ],
    ids=lambda value: str(*value.values()) if isinstance(value, dict) else "",
)
def test_impossible_quantity_is_left_out(
    take: Take, fields: dict[str, Any], row: Row, quantity: str
) -> None:
    summary = take([*HOUSE, change(sample(SENSOR, BEGIN_S), fields)])
    assert stored() == [row]
    assert summary.counts[SAMPLE] == {CREATED: 1}
    text = f"its {quantity} is impossible and left out, the rest is kept"
    assert summary.remarks[SAMPLE, text].examples == [f"{SENSOR} at {BEGIN_S}"]


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"co2_ppm": 10_001}, "its co2_ppm is outside 0 to 10000"),
        ({"co2_ppm": -1}, "its co2_ppm is outside 0 to 10000"),
        ({"co2_ppm": None}, "its co2_ppm is missing"),
        ({"co2_ppm": 640.5}, "its co2_ppm is no whole number"),
        ({"co2_ppm": "much"}, "its co2_ppm is no number"),
        ({"co2_ppm": True}, "its co2_ppm is no number"),
        ({"timestamp_s": None}, "its timestamp_s is missing"),
        ({"timestamp_s": -1}, "its timestamp_s is outside 0 to 2147483647"),
        ({"timestamp_s": BEGIN_S * 1000}, "its timestamp_s is outside 0 to 2147483647"),
        ({"measurement_status": "X"}, "its measurement_status is unknown"),
        ({"measurement_status": []}, "its measurement_status is unknown"),
        ({"node": "00000000-0000-4000-8000-000000000099"}, "its sensor is not kept, or not here"),
        ({"node": None}, "its sensor is not kept, or not here"),
        ({"node": {}}, "its sensor is not kept, or not here"),
    ],
    ids=lambda value: str(*value.values()) if isinstance(value, dict) else "",
)
def test_impossible_sample_is_named_and_hides_no_neighbour(
    take: Take, fields: dict[str, Any], reason: str
) -> None:
    good, bad = sample(SENSOR, BEGIN_S + 60), sample(SENSOR, BEGIN_S)
    summary = take([*HOUSE, change(bad, fields), good])
    assert [row[0] for row in stored()] == [BEGIN_S + 60]
    assert summary.counts[SAMPLE] == {CREATED: 1, SKIPPED: 1}
    assert summary.remarks[SAMPLE, reason].count == 1


def test_status_is_m_where_an_old_dump_says_nothing(take: Take) -> None:
    old = sample(SENSOR, BEGIN_S)
    del old["fields"]["measurement_status"]
    take([*HOUSE, old])
    assert stored()[0][-1] == "M"


def test_samples_may_stand_before_their_sensors(take: Take) -> None:
    assert take([sample(SENSOR, BEGIN_S), *HOUSE]).counts[SAMPLE] == {CREATED: 1}


def test_same_sample_twice_is_one_and_another_is_named(take: Take) -> None:
    first = sample(SENSOR, BEGIN_S)
    summary = take([*HOUSE, first, first, sample(SPARE, BEGIN_S)])
    assert summary.counts[SAMPLE] == {CREATED: 2, UNCHANGED: 1}
    summary = take([*HOUSE, sample(SENSOR, BEGIN_S, 900)])
    reason = "another sample of the same sensor and second is here already"
    assert summary.remarks[SAMPLE, reason].examples == [f"{SENSOR} at {BEGIN_S}"]
    assert [row[1] for row in stored()] == [640, 640]


def test_sensor_that_was_registered_here_gets_its_samples(take: Take, world: World) -> None:
    """A file of samples alone, as the predecessor's forwarder wrote it."""
    node, _ = inventory.register_node(SYSTEM, world.cafe, "A81758FFFE0000AA", "ers", "Tür")
    db.session.commit()
    assert take([sample(str(node.uuid), BEGIN_S)]).counts[SAMPLE] == {CREATED: 1}


def test_more_than_a_batch_is_stored_and_counted(take: Take) -> None:
    count = BATCH + 7
    summary = take([*HOUSE, *(sample(SENSOR, BEGIN_S + 60 * n) for n in range(count))])
    assert summary.counts[SAMPLE] == {CREATED: count}
    assert db.session.scalar(select(func.count()).select_from(Sample)) == count
    assert db.session.scalar(select(func.sum(DailyCount.samples))) == count
    assert db.session.scalar(select(func.count(func.distinct(DailyCount.day)))) == 8


def test_only_the_system_imports_samples(world: World) -> None:
    nodes = {node.uuid.hex: node.uuid for node in db.session.scalars(select(Node))}
    with pytest.raises(ClairError):
        list(import_samples(NOBODY, [], nodes, Summary(), lambda _: None))
