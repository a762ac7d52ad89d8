"""A bad message is kept with the reason until it can be read."""

import pytest
from sqlalchemy import func, select

from clair import access, inventory
from clair.access import SYSTEM, Actor
from clair.errors import NotFound
from clair.extensions import db
from clair.ingest import quarantine
from clair.ingest.receive import Receipt, replay
from clair.models import Node, QuarantinedUplink, Sample

from conftest import NOW_S, World
from uplinks import CO2_800, CO2_900, ERS, STRANGER, co2_of, encoded_uplink, kept, reasons, take


@pytest.mark.parametrize(
    ("message", "reason"),
    [
        (b"no JSON", "format"),
        (b"[]", "format"),
        (b"{}", "format"),
        (encoded_uplink(ERS, "06"), "format"),
        (encoded_uplink("no EUI", CO2_800), "format"),
        (encoded_uplink(ERS, "062B67"), "content"),
        (encoded_uplink(ERS, CO2_800, at_s=NOW_S + 3 * 86_400), "content"),
        (encoded_uplink(ERS, CO2_800, at_s=1_500_000_000), "content"),
        (encoded_uplink(STRANGER, CO2_800), "unknown_node"),
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
    take(encoded_uplink(ERS, CO2_800))
    assert take(encoded_uplink(ERS, CO2_900)) == Receipt(uplinks=1, quarantined=1)
    assert reasons() == {"conflict"}
    assert co2_of(ers) == [800]


def test_good_samples_of_a_contradicting_message_are_stored(ers: Node) -> None:
    take(encoded_uplink(ERS, CO2_800))
    two = encoded_uplink(ERS, CO2_900 + CO2_900)
    assert take(two) == Receipt(uplinks=1, stored=1, quarantined=1)
    assert len(co2_of(ers)) == 2


def test_repeated_bad_message_counts_up(ers: Node) -> None:
    take(b"rubbish")
    take(b"rubbish", b"rubbish", b"other rubbish")
    assert {row.message: row.times for row in kept()} == {b"rubbish": 3, b"other rubbish": 1}


def test_every_bad_message_of_a_batch_is_counted(ers: Node) -> None:
    stranger = encoded_uplink(STRANGER, CO2_800)
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
    take(encoded_uplink(ERS, "06"), encoded_uplink(STRANGER, CO2_800), b"rubbish")
    for user, count in ((world.alice, 1), (world.bob, 1), (world.charlie, 0), (world.ada, 0)):
        seen = quarantine.waiting(Actor(user_id=user.id))
        assert len(seen) == count, user.username
    (row,) = quarantine.waiting(Actor(user_id=world.alice.id))
    assert row.node is not None
    assert row.node.alias == "Fenster"
    assert access.may_change(Actor(user_id=world.alice.id), row)
    assert not access.may_change(Actor(user_id=world.bob.id), row)


def test_message_of_a_new_node_is_stored_by_replaying_it(world: World) -> None:
    take(encoded_uplink(ERS, CO2_800))
    (row,) = kept()
    assert not replay(row, NOW_S)
    node, _ = inventory.register_node(SYSTEM, world.cafe, ERS, "ers", "Fenster")
    assert replay(kept()[0], NOW_S)
    assert co2_of(node) == [800]
    assert kept() == []


def test_replayed_message_keeps_its_own_time(world: World) -> None:
    take(encoded_uplink(ERS, CO2_800))
    inventory.register_node(SYSTEM, world.cafe, ERS, "ers", "Fenster")
    assert replay(kept()[0], NOW_S + 100 * 86_400)
    assert db.session.scalars(select(Sample.timestamp_s)).all() == [NOW_S]


def test_simulated_message_is_not_lost_by_replaying_it(world: World) -> None:
    take(encoded_uplink(ERS, CO2_800, simulated=True), take_simulated=True)
    node, _ = inventory.register_node(SYSTEM, world.cafe, ERS, "ers", "Fenster")
    assert replay(kept()[0], NOW_S, take_simulated=True)
    assert co2_of(node) == [800]


def test_one_message_is_found_by_its_number(world: World) -> None:
    take(b"rubbish", b"other rubbish")
    number = kept()[1].id
    assert [row.id for row in quarantine.waiting(SYSTEM, number)] == [number]
    with pytest.raises(NotFound, match="no message 999"):
        quarantine.waiting(SYSTEM, 999)


def test_failed_replay_leaves_the_message_as_it_was(world: World) -> None:
    take(encoded_uplink(ERS, CO2_800))
    db.session.commit()
    before = (kept()[0].times, kept()[0].received_s)
    assert not replay(kept()[0], NOW_S + 500)
    assert [(row.times, row.received_s) for row in kept()] == [before]
