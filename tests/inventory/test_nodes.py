"""Sensors: their identity and EUI are taken once, and they stay with their organization."""

from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, select

from clair import inventory
from clair.access import SYSTEM, Actor
from clair.errors import ClairError, Conflict, Forbidden, Invalid, NotFound
from clair.extensions import db
from clair.identity import node_uuid
from clair.ingest.store import NewSample, store_samples
from clair.models import DailyCount, Installation, Node, Sample

from conftest import NOW_S, World

EUI = "02AA00000000C0DE"


def create(world: World, actor: Actor, **values: object) -> Node:
    given = {
        "owner": world.cafe,
        "uuid": uuid4(),
        "eui64": EUI,
        "alias": "Fenster",
        "protocol": world.node.protocol,
        "model": world.node.model,
    }
    return inventory.create_node(actor, **(given | values))


def test_sensor_has_the_identity_that_it_is_given(world: World, alice: Actor) -> None:
    # No version and no variant: the forwarders take it from a digest.
    uuid = UUID("9d02faee-4260-1377-22ec-936428b572ee")
    node = create(world, alice, uuid=uuid, description="am Fenster")
    db.session.commit()
    assert (node.uuid, node.alias, node.description) == (uuid, "Fenster", "am Fenster")
    assert (node.owner, node.protocol, node.model) == (
        world.cafe,
        world.node.protocol,
        world.node.model,
    )


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("a81758fffe052b0f", "a81758fffe052b0f"),
        ("A8-17-58-FF-FE-05-2B-0f", "A81758FFFE052B0f"),
        (" a8:17:58:ff fe:05:2b:0F ", "a81758fffe052b0F"),
    ],
)
def test_eui_keeps_its_capitals_but_no_separators(
    world: World, alice: Actor, written: str, kept: str
) -> None:
    node = create(world, alice, eui64=written)
    assert node.eui64 == kept
    inventory.update_node(alice, world.node, eui64=written[::-1])
    assert world.node.eui64 == kept[::-1]


@pytest.mark.parametrize("eui", ["", "02AA", "Sensor am Fenster", EUI + "0", "02AA00000000C0DG"])
def test_eui_has_sixteen_digits(world: World, alice: Actor, eui: str) -> None:
    with pytest.raises(Invalid) as created:
        create(world, alice, eui64=eui)
    with pytest.raises(Invalid) as updated:
        inventory.update_node(alice, world.node, eui64=eui)
    for error in (created.value, updated.value):
        assert (error.field, error.code) == ("eui64", "invalid")


def test_identity_is_taken_once_even_by_strangers(world: World, charlie: Actor) -> None:
    clinic = inventory.find_organization("Praxis nebenan")
    with pytest.raises(Invalid) as error:
        create(world, charlie, owner=clinic, uuid=world.node.uuid)
    assert (error.value.field, error.value.code) == ("id", "unique")


def test_eui_is_taken_once_in_whatever_capitals(world: World, alice: Actor) -> None:
    other = create(world, alice)
    with pytest.raises(Invalid) as created:
        create(world, alice, eui64=world.node.eui64.lower())
    with pytest.raises(Invalid) as updated:
        inventory.update_node(alice, other, eui64=world.node.eui64.lower())
    for error in (created.value, updated.value):
        assert (error.field, error.code) == ("eui64", "unique")
    inventory.update_node(alice, other, eui64=EUI.lower())
    assert other.eui64 == EUI.lower(), "its own in other capitals"


@pytest.mark.parametrize("alias", ["", " ", "x" * 101])
def test_sensor_needs_a_proper_name(world: World, alice: Actor, alias: str) -> None:
    with pytest.raises(Invalid):
        create(world, alice, alias=alias)
    with pytest.raises(Invalid):
        inventory.update_node(alice, world.node, alias=alias)


def test_owner_changes_what_a_sensor_is_called(world: World, alice: Actor) -> None:
    uuid = world.node.uuid
    inventory.update_node(alice, world.node, alias="Tresen", description="links")
    assert (world.node.alias, world.node.description) == ("Tresen", "links")
    inventory.update_node(alice, world.node, description=None, owner=world.cafe)
    assert (world.node.alias, world.node.description) == ("Tresen", None)
    assert (world.node.uuid, world.node.owner) == (uuid, world.cafe)


@pytest.mark.parametrize(
    ("name", "error"),
    [("bob", Forbidden), ("charlie", NotFound), ("ada", NotFound), ("reader", Forbidden)],
)
def test_others_have_no_say_in_a_sensor(
    world: World, name: str, error: type[ClairError], request: pytest.FixtureRequest
) -> None:
    actor = request.getfixturevalue(name)
    with pytest.raises(error):
        create(world, actor)
    with pytest.raises(error):
        inventory.update_node(actor, world.node, alias="Meins")
    with pytest.raises(error):
        inventory.delete_node(actor, world.node)
    assert world.node.alias == "Theke"


def test_sensor_takes_along_what_it_has_measured(world: World, alice: Actor) -> None:
    store_samples([NewSample(world.node.uuid, NOW_S + each, 500) for each in range(3)])
    db.session.commit()
    inventory.delete_node(alice, world.node)
    db.session.commit()
    for model in (Node, Installation, Sample, DailyCount):
        assert db.session.scalar(select(func.count()).select_from(model)) == 0


# --- register


def test_sensor_is_registered_once_however_its_eui_is_written(world: World) -> None:
    node, is_new = inventory.register_node(SYSTEM, world.cafe, EUI, "ers", "Fenster")
    again, is_new_again = inventory.register_node(
        SYSTEM, world.cafe, "02-aa-00-00-00-00-c0-de", "ers", "anders"
    )
    assert (is_new, is_new_again) == (True, False)
    assert again is node
    assert node.eui64 == EUI
    assert node.uuid == node_uuid("ers", EUI)
    assert node.alias == "Fenster"


def test_sensors_of_a_family_share_protocol_and_model(world: World) -> None:
    first, _ = inventory.register_node(SYSTEM, world.cafe, EUI, "oy1012", "eins")
    second, _ = inventory.register_node(SYSTEM, world.cafe, EUI[:-1] + "F", "oy1012", "zwei")
    assert first.protocol is second.protocol
    assert first.model is second.model


@pytest.mark.parametrize(
    ("eui", "family", "field"),
    [("02AA", "ers", "eui64"), ("Sensor am Fenster", "ers", "eui64"), (EUI, "toaster", "family")],
)
def test_sensor_needs_an_eui_and_a_family(world: World, eui: str, family: str, field: str) -> None:
    with pytest.raises(Invalid) as error:
        inventory.register_node(SYSTEM, world.cafe, eui, family, "Neu")
    assert error.value.field == field


def test_sensor_of_another_owner_or_family_is_refused(world: World) -> None:
    clinic = inventory.find_organization("Praxis nebenan")
    with pytest.raises(Conflict):
        inventory.register_node(SYSTEM, clinic, world.node.eui64, "clairchen", "Meins")
    with pytest.raises(Conflict):
        inventory.register_node(SYSTEM, world.cafe, world.node.eui64, "ers", "Theke")
    assert db.session.scalar(select(func.count()).select_from(Node)) == 1


def test_identity_that_somebody_took_before_is_told(world: World, alice: Actor) -> None:
    create(world, alice, uuid=node_uuid("ers", EUI), eui64="02AA00000000BEEF")
    with pytest.raises(Invalid) as error:
        inventory.register_node(SYSTEM, world.cafe, EUI, "ers", "Fenster")
    assert error.value.field == "id"
