"""A bad message never harms its neighbours, and is kept with the reason until it can be read."""

import base64
import json
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import func, select

from clair import access, inventory
from clair.access import SYSTEM, Actor, Source
from clair.errors import NotFound
from clair.extensions import db
from clair.ingest import quarantine
from clair.ingest.receive import Receipt, receive, replay
from clair.ingest.sources import add_source
from clair.models import IngestSource, Node, QuarantinedUplink, Sample

from conftest import NOW_S, World

ERS = "02AA0000000E0003"
OY = "02AA00000000A005"
STRANGER = "02AA0000000000FF"
CO2_800 = "060320"
CO2_900 = "060384"


def uplink(eui: str, payload: str, *, at_s: int = NOW_S, port: int = 5, **extra: Any) -> bytes:
    message = {
        "end_device_ids": {"device_id": "invented", "dev_eui": eui},
        "received_at": datetime.fromtimestamp(at_s, UTC).isoformat(),
        "uplink_message": {
            "f_port": port,
            "frm_payload": base64.b64encode(bytes.fromhex(payload)).decode(),
            "settings": {
                "data_rate": {"lora": {"spreading_factor": 9, "bandwidth": 125_000}},
            },
        },
    }
    return json.dumps(message | extra).encode()


@pytest.fixture
def ers(world: World) -> Node:
    node, _ = inventory.register_node(SYSTEM, world.cafe, ERS, "ers", "Fenster")
    db.session.commit()
    return node


@pytest.fixture
def oy(world: World) -> Node:
    node, _ = inventory.register_node(SYSTEM, world.cafe, OY, "oy1012", "Tür")
    db.session.commit()
    return node


def source(family: str | None = None) -> Source:
    row = db.session.scalar(select(IngestSource).where(IngestSource.name == f"ttn-{family}"))
    if row is None:
        add_source(SYSTEM, f"ttn-{family}", "ttn", family)
        return source(family)
    return Source(row.id, row.name, row.network, row.family)


def take(*messages: bytes, family: str | None = None, **options: bool) -> Receipt:
    receipt = receive(source(family), messages, NOW_S, **options)
    db.session.commit()
    return receipt


def kept() -> list[QuarantinedUplink]:
    statement = select(QuarantinedUplink).order_by(QuarantinedUplink.id)
    return list(db.session.scalars(statement.execution_options(populate_existing=True)))


def reasons() -> set[str]:
    return {row.reason for row in kept()}


def co2_of(node: Node) -> list[int]:
    statement = select(Sample.co2_ppm).where(Sample.node_id == node.id).order_by(Sample.timestamp_s)
    return list(db.session.scalars(statement))


def test_uplink_becomes_a_sample(ers: Node) -> None:
    assert take(uplink(ERS, "0100E2022906036F")) == Receipt(uplinks=1, stored=1)
    row = db.session.scalars(select(Sample)).one()
    assert (row.node_id, row.timestamp_s, row.co2_ppm) == (ers.id, NOW_S, 879)
    assert (row.temperature_decidegrees, row.rel_humidity_percent) == (226, 41)
    assert kept() == []


def test_repeated_uplink_is_a_duplicate(ers: Node) -> None:
    message = uplink(ERS, CO2_800)
    assert take(message, message) == Receipt(uplinks=2, stored=1, duplicate=1)
    assert take(message) == Receipt(uplinks=1, duplicate=1)
    assert co2_of(ers) == [800]


def test_neighbours_of_bad_messages_are_stored(ers: Node) -> None:
    receipt = take(
        uplink(ERS, CO2_800, at_s=NOW_S - 600),
        b"\xff\x00 no JSON",
        b"",
        uplink(ERS, "0603"),
        uplink(STRANGER, CO2_800),
        uplink(ERS, CO2_900),
    )
    assert receipt == Receipt(uplinks=6, stored=2, quarantined=4)
    assert co2_of(ers) == [800, 900]


def test_every_batch_takes_a_handful_of_statements(ers: Node, statements: list[str]) -> None:
    origin = source()
    batch = [uplink(ERS, CO2_800, at_s=NOW_S - n * 60) for n in range(50)]
    batch += [f"rubbish {n}".encode() for n in range(50)]
    receive(origin, batch[:1], NOW_S)
    statements.clear()
    assert receive(origin, batch, NOW_S).quarantined == 50
    assert len([each for each in statements if not each.startswith("SELECT")]) <= 3
    assert len(statements) <= 5


# --- what is set aside, and why


@pytest.mark.parametrize(
    ("message", "reason"),
    [
        (b"no JSON", "format"),
        (b"[]", "format"),
        (b"{}", "format"),
        (uplink(ERS, "06"), "format"),
        (uplink("no EUI", CO2_800), "format"),
        (uplink(ERS, "062B67"), "content"),
        (uplink(ERS, CO2_800, at_s=NOW_S + 3 * 86_400), "content"),
        (uplink(ERS, CO2_800, at_s=1_500_000_000), "content"),
        (uplink(STRANGER, CO2_800), "unknown_node"),
    ],
    ids=[
        "no JSON",
        "no object",
        "no uplink",
        "cut payload",
        "no EUI",
        "impossible value",
        "from the future",
        "from before Clair",
        "unknown node",
    ],
)
def test_message_is_kept_as_it_came_with_the_reason(ers: Node, message: bytes, reason: str) -> None:
    assert take(message) == Receipt(uplinks=1, quarantined=1)
    (row,) = kept()
    assert (row.message, row.reason, row.times) == (message, reason, 1)
    assert row.detail
    assert row.received_s == NOW_S
    assert co2_of(ers) == []


def test_contradiction_goes_into_quarantine_and_changes_nothing(ers: Node) -> None:
    take(uplink(ERS, CO2_800))
    assert take(uplink(ERS, CO2_900)) == Receipt(uplinks=1, quarantined=1)
    assert reasons() == {"conflict"}
    assert co2_of(ers) == [800]


def test_good_samples_of_a_contradicting_message_are_stored(ers: Node) -> None:
    take(uplink(ERS, CO2_800))
    two = uplink(ERS, CO2_900 + CO2_900)
    assert take(two) == Receipt(uplinks=1, stored=1, quarantined=1)
    assert len(co2_of(ers)) == 2


def test_repeated_bad_message_counts_up(ers: Node) -> None:
    take(b"rubbish")
    take(b"rubbish", b"rubbish", b"other rubbish")
    assert {row.message: row.times for row in kept()} == {b"rubbish": 3, b"other rubbish": 1}


def test_every_bad_message_of_a_batch_is_counted(ers: Node) -> None:
    stranger = uplink(STRANGER, CO2_800)
    receipt = take(stranger, stranger, family="ers")
    assert receipt == Receipt(uplinks=2, quarantined=2)
    assert [row.times for row in kept()] == [2]


def test_thousands_of_bad_messages_are_kept(world: World) -> None:
    receipt = take(*(b"%d" % n for n in range(9_000)))
    assert receipt.quarantined == 9_000
    assert db.session.scalar(select(func.count(QuarantinedUplink.id))) == 9_000


def test_two_sources_keep_their_messages_apart(world: World) -> None:
    take(b"rubbish")
    take(b"rubbish", family="ers")
    assert [row.source.name for row in kept()] == ["ttn-None", "ttn-ers"]


def test_owner_of_the_sensor_sees_its_bad_messages(world: World, ers: Node) -> None:
    take(uplink(ERS, "06"), uplink(STRANGER, CO2_800), b"rubbish")
    for user, count in ((world.alice, 1), (world.bob, 1), (world.charlie, 0), (world.ada, 0)):
        seen = quarantine.waiting(Actor(user_id=user.id))
        assert len(seen) == count, user.username
    (row,) = quarantine.waiting(Actor(user_id=world.alice.id))
    assert row.node is not None
    assert row.node.alias == "Fenster"
    assert access.may_change(Actor(user_id=world.alice.id), row)
    assert not access.may_change(Actor(user_id=world.bob.id), row)


# --- what is ignored


def test_messages_without_measurements_are_ignored(ers: Node) -> None:
    join = json.dumps({"end_device_ids": {"dev_eui": ERS}, "join_accept": {}}).encode()
    assert take(join, uplink(ERS, "")) == Receipt(uplinks=2, ignored=2)
    assert kept() == []


def test_simulated_uplinks_are_ignored_unless_they_are_wanted(ers: Node) -> None:
    message = uplink(ERS, CO2_800, simulated=True)
    assert take(message) == Receipt(uplinks=1, ignored=1)
    assert co2_of(ers) == []
    assert take(message, take_simulated=True) == Receipt(uplinks=1, stored=1)
    assert co2_of(ers) == [800]


# --- limits


def test_impossible_temperature_is_left_out_and_counted(ers: Node) -> None:
    assert take(uplink(ERS, "0101F406036F")) == Receipt(uplinks=1, stored=1, trimmed=1)
    row = db.session.scalars(select(Sample)).one()
    assert (row.co2_ppm, row.temperature_decidegrees) == (879, None)


def test_sample_with_impossible_co2_is_left_out_and_counted(oy: Node) -> None:
    dry_air = uplink(OY, "3e441d2711", port=2)
    assert take(dry_air) == Receipt(uplinks=1, dropped=1)
    assert co2_of(oy) == []


def test_zero_values_are_stored(ers: Node) -> None:
    take(uplink(ERS, "0100000200060000"))
    row = db.session.scalars(select(Sample)).one()
    assert (row.co2_ppm, row.temperature_decidegrees, row.rel_humidity_percent) == (0, 0, 0)


# --- families


def test_source_without_family_reads_each_device_as_it_is_registered(ers: Node, oy: Node) -> None:
    receipt = take(uplink(ERS, CO2_800), uplink(OY, "3e441d021b", port=2))
    assert receipt == Receipt(uplinks=2, stored=2)
    assert (co2_of(ers), co2_of(oy)) == ([800], [539])


def test_family_of_the_source_decides_which_node_it_is(ers: Node) -> None:
    assert take(uplink(ERS, CO2_800), family="ers").stored == 1
    assert take(uplink(ERS, "3e441d021b", port=2), family="oy1012").quarantined == 1
    assert reasons() == {"unknown_node"}
    assert co2_of(ers) == [800]


def test_eui_is_known_in_any_spelling(ers: Node) -> None:
    ers.eui64 = ERS.lower()
    db.session.commit()
    assert take(uplink(ERS.lower(), CO2_800)).stored == 1


# --- replay


def test_message_of_a_new_node_is_stored_by_replaying_it(world: World) -> None:
    take(uplink(ERS, CO2_800))
    (row,) = kept()
    assert not replay(row, NOW_S)
    node, _ = inventory.register_node(SYSTEM, world.cafe, ERS, "ers", "Fenster")
    assert replay(kept()[0], NOW_S)
    assert co2_of(node) == [800]
    assert kept() == []


def test_replayed_message_keeps_its_own_time(world: World) -> None:
    take(uplink(ERS, CO2_800))
    inventory.register_node(SYSTEM, world.cafe, ERS, "ers", "Fenster")
    assert replay(kept()[0], NOW_S + 100 * 86_400)
    assert db.session.scalars(select(Sample.timestamp_s)).all() == [NOW_S]


def test_simulated_message_is_not_lost_by_replaying_it(world: World) -> None:
    take(uplink(ERS, CO2_800, simulated=True), take_simulated=True)
    node, _ = inventory.register_node(SYSTEM, world.cafe, ERS, "ers", "Fenster")
    assert replay(kept()[0], NOW_S, take_simulated=True)
    assert co2_of(node) == [800]


def test_one_message_is_found_by_its_number(world: World) -> None:
    take(b"rubbish", b"other rubbish")
    number = kept()[1].id
    assert [row.id for row in quarantine.waiting(SYSTEM, number)] == [number]
    with pytest.raises(NotFound, match="no message 999"):
        quarantine.waiting(SYSTEM, 999)
