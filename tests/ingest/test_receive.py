"""Each message of a batch is taken for itself: a bad one never harms its neighbours."""

import json

from sqlalchemy import select

from clair.extensions import db
from clair.ingest.receive import Receipt, receive
from clair.models import Node, Sample

from conftest import NOW_S
from uplinks import (
    CO2_800,
    CO2_900,
    ERS,
    OY,
    STRANGER,
    co2_of,
    encoded_uplink,
    kept,
    reasons,
    source,
    take,
)


def test_uplink_becomes_a_sample(ers: Node) -> None:
    assert take(encoded_uplink(ERS, "0100E2022906036F")) == Receipt(uplinks=1, stored=1)
    row = db.session.scalars(select(Sample)).one()
    assert (row.node_id, row.timestamp_s, row.co2_ppm) == (ers.id, NOW_S, 879)
    assert (row.temperature_decidegrees, row.rel_humidity_percent) == (226, 41)
    assert kept() == []


def test_repeated_uplink_is_a_duplicate(ers: Node) -> None:
    message = encoded_uplink(ERS, CO2_800)
    assert take(message, message) == Receipt(uplinks=2, stored=1, duplicate=1)
    assert take(message) == Receipt(uplinks=1, duplicate=1)
    assert co2_of(ers) == [800]


def test_neighbours_of_bad_messages_are_stored(ers: Node) -> None:
    receipt = take(
        encoded_uplink(ERS, CO2_800, at_s=NOW_S - 600),
        b"\xff\x00 no JSON",
        b"",
        encoded_uplink(ERS, "0603"),
        encoded_uplink(STRANGER, CO2_800),
        encoded_uplink(ERS, CO2_900),
    )
    assert receipt == Receipt(uplinks=6, stored=2, quarantined=4)
    assert co2_of(ers) == [800, 900]


def test_every_batch_takes_a_handful_of_statements(ers: Node, statements: list[str]) -> None:
    origin = source()
    batch = [encoded_uplink(ERS, CO2_800, at_s=NOW_S - n * 60) for n in range(50)]
    batch += [f"rubbish {n}".encode() for n in range(50)]
    receive(origin, batch[:1], NOW_S)
    statements.clear()
    assert receive(origin, batch, NOW_S).quarantined == 50
    # Only SQLite needs one more to count the samples by day.
    assert len([each for each in statements if not each.startswith("SELECT")]) <= 4
    assert len(statements) <= 6


def test_messages_without_measurements_are_ignored(ers: Node) -> None:
    join = json.dumps({"end_device_ids": {"dev_eui": ERS}, "join_accept": {}}).encode()
    assert take(join, encoded_uplink(ERS, "")) == Receipt(uplinks=2, ignored=2)
    assert kept() == []


def test_simulated_uplinks_are_ignored_unless_they_are_wanted(ers: Node) -> None:
    message = encoded_uplink(ERS, CO2_800, simulated=True)
    assert take(message) == Receipt(uplinks=1, ignored=1)
    assert co2_of(ers) == []
    assert take(message, take_simulated=True) == Receipt(uplinks=1, stored=1)
    assert co2_of(ers) == [800]


def test_impossible_temperature_is_left_out_and_counted(ers: Node) -> None:
    assert take(encoded_uplink(ERS, "0101F406036F")) == Receipt(uplinks=1, stored=1, trimmed=1)
    row = db.session.scalars(select(Sample)).one()
    assert (row.co2_ppm, row.temperature_decidegrees) == (879, None)


def test_sample_with_impossible_co2_is_left_out_and_counted(oy: Node) -> None:
    dry_air = encoded_uplink(OY, "3e441d2711", port=2)
    assert take(dry_air) == Receipt(uplinks=1, dropped=1)
    assert co2_of(oy) == []


def test_zero_values_are_stored(ers: Node) -> None:
    take(encoded_uplink(ERS, "0100000200060000"))
    row = db.session.scalars(select(Sample)).one()
    assert (row.co2_ppm, row.temperature_decidegrees, row.rel_humidity_percent) == (0, 0, 0)


def test_source_without_family_reads_each_device_as_it_is_registered(ers: Node, oy: Node) -> None:
    receipt = take(encoded_uplink(ERS, CO2_800), encoded_uplink(OY, "3e441d021b", port=2))
    assert receipt == Receipt(uplinks=2, stored=2)
    assert (co2_of(ers), co2_of(oy)) == ([800], [539])


def test_family_of_the_source_decides_which_node_it_is(ers: Node) -> None:
    assert take(encoded_uplink(ERS, CO2_800), family="ers").stored == 1
    assert take(encoded_uplink(ERS, "3e441d021b", port=2), family="oy1012").quarantined == 1
    assert reasons() == {"unknown_node"}
    assert co2_of(ers) == [800]


def test_eui_is_known_in_any_spelling(ers: Node) -> None:
    ers.eui64 = ERS.lower()
    db.session.commit()
    assert take(encoded_uplink(ERS.lower(), CO2_800)).stored == 1
