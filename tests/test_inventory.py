"""Commands on organizations, rooms, sensors and installations."""

from collections.abc import Callable

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from clair import inventory
from clair.access import SYSTEM, Actor
from clair.errors import ClairError, Conflict, Forbidden, Invalid, NotFound
from clair.extensions import db
from clair.identity import node_uuid
from clair.models import Address, Installation, Membership, Node, Organization, Role, User

from conftest import NOW_S, World

DAY_S = 86_400
EUI = "02AA00000000C0DE"


def role_in(organization: Organization, user: User) -> str | None:
    return db.session.scalar(
        select(Membership.role).where(
            Membership.organization_id == organization.id, Membership.user_id == user.id
        )
    )


def test_user_founds_an_organization_and_owns_it(world: World) -> None:
    atelier = inventory.create_organization(Actor(world.charlie.id), "Atelier", world.charlie)
    assert role_in(atelier, world.charlie) == Role.OWNER


def test_nobody_makes_somebody_else_an_owner(world: World) -> None:
    with pytest.raises(Invalid):
        inventory.create_organization(Actor(world.charlie.id), "Atelier", world.alice)


@pytest.mark.parametrize("name", ["", "  ", "x" * 51])
def test_organization_needs_a_proper_name(world: World, name: str) -> None:
    with pytest.raises(Invalid) as error:
        inventory.create_organization(SYSTEM, name, world.alice)
    assert error.value.field == "name"


def test_name_of_an_organization_is_taken_once(world: World) -> None:
    with pytest.raises(Conflict):
        inventory.create_organization(SYSTEM, "Café Morgenrot", world.bob)


def test_member_gets_another_role(world: World) -> None:
    alice = Actor(world.alice.id)
    inventory.add_member(alice, world.cafe, world.bob, Role.OWNER)
    assert role_in(world.cafe, world.bob) == Role.OWNER
    inventory.add_member(alice, world.cafe, world.alice, Role.INSPECTOR)
    assert role_in(world.cafe, world.alice) == Role.INSPECTOR


def test_organization_keeps_its_last_owner(world: World) -> None:
    with pytest.raises(Conflict):
        inventory.add_member(SYSTEM, world.cafe, world.alice, Role.INSPECTOR)
    inventory.add_member(SYSTEM, world.cafe, world.alice, Role.OWNER)
    assert role_in(world.cafe, world.alice) == Role.OWNER


def test_inspector_invites_nobody(world: World) -> None:
    with pytest.raises(Forbidden):
        inventory.add_member(Actor(world.bob.id), world.cafe, world.charlie, Role.OWNER)
    assert role_in(world.cafe, world.charlie) is None


def test_owner_adds_a_site_and_a_room(world: World) -> None:
    alice = Actor(world.alice.id)
    address = Address(street1="Hofweg 1", zip="10435", city="Berlin")
    site = inventory.add_site(alice, world.cafe, "Hof", address, "Asia/Kolkata")
    room = inventory.add_room(alice, site, "Saal", max_occupancy=40)
    assert (room.site.operator, room.site.time_zone) == (world.cafe, "Asia/Kolkata")


@pytest.mark.parametrize("zone", ["Mars/Olympus", "", "../../etc/passwd", "CEST"])
def test_site_needs_a_time_zone_that_exists(world: World, zone: str) -> None:
    address = Address(street1="Hofweg 1", zip="10435", city="Berlin")
    with pytest.raises(Invalid) as error:
        inventory.add_site(SYSTEM, world.cafe, "Hof", address, zone)
    assert error.value.field == "time_zone"


@pytest.mark.parametrize(("field", "longest"), [("street1", 50), ("zip", 5), ("city", 50)])
def test_site_needs_an_address_that_fits(world: World, field: str, longest: int) -> None:
    parts = {"street1": "Hofweg 1", "zip": "10435", "city": "Berlin"}
    for text in ("", "  ", "x" * (longest + 1)):
        address = Address(**(parts | {field: text}))
        with pytest.raises(Invalid, match=f"must have 1 to {longest} characters") as error:
            inventory.add_site(SYSTEM, world.cafe, "Hof", address, "Europe/Berlin")
        assert error.value.field == field
    fitting = Address(**(parts | {field: "x" * longest}))
    assert inventory.add_site(SYSTEM, world.cafe, "Hof", fitting, "Europe/Berlin").id


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


def test_sensor_is_in_one_room_at_a_time(world: World) -> None:
    other = inventory.add_room(SYSTEM, world.site, "Küche")
    with pytest.raises(Conflict, match="Gastraum"):
        inventory.install_node(SYSTEM, world.node, other, NOW_S)


def test_sensor_moves_in_the_second_in_which_it_left(world: World) -> None:
    other = inventory.add_room(SYSTEM, world.site, "Küche")
    world.installation.to_timestamp_s = NOW_S
    with pytest.raises(Conflict):
        inventory.install_node(SYSTEM, world.node, other, NOW_S - 1)
    installation = inventory.install_node(SYSTEM, world.node, other, NOW_S)
    assert (installation.room, installation.to_timestamp_s) == (other, None)


def test_sensor_cannot_begin_before_an_installation_of_the_future(world: World) -> None:
    other = inventory.add_room(SYSTEM, world.site, "Küche")
    with pytest.raises(Conflict):
        inventory.install_node(SYSTEM, world.node, other, NOW_S - 2 * 365 * DAY_S)


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_database_refuses_overlaps_that_a_race_let_through(world: World) -> None:
    other = inventory.add_room(SYSTEM, world.site, "Küche")
    overlapping = Installation(node=world.node, room=other, from_timestamp_s=NOW_S)
    db.session.add(overlapping)
    with pytest.raises(IntegrityError, match="ex_installation_overlap"):
        db.session.flush()
    db.session.rollback()


def test_sensor_stays_within_its_organization(world: World) -> None:
    clinic = inventory.find_organization("Praxis nebenan")
    inventory.add_member(SYSTEM, clinic, world.alice, Role.OWNER)
    node, _ = inventory.register_node(SYSTEM, clinic, EUI, "ers", "Fremd")
    with pytest.raises(Invalid) as error:
        inventory.install_node(Actor(world.alice.id), node, world.room, NOW_S)
    assert error.value.field == "room"


COMMANDS: dict[str, Callable[[Actor, World], object]] = {
    "add_site": lambda actor, world: inventory.add_site(
        actor, world.cafe, "Hof", world.site.address, "Europe/Berlin"
    ),
    "add_room": lambda actor, world: inventory.add_room(actor, world.site, "Küche"),
    "register_node": lambda actor, world: inventory.register_node(
        actor, world.cafe, EUI, "ers", "Neu"
    ),
    "install_node": lambda actor, world: inventory.install_node(
        actor, world.node, world.room, NOW_S
    ),
}


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize(
    ("name", "error"), [("bob", Forbidden), ("charlie", NotFound), ("ada", NotFound)]
)
def test_commands_refuse_those_who_do_not_own(
    world: World, command: str, name: str, error: type[ClairError]
) -> None:
    with pytest.raises(error):
        COMMANDS[command](Actor(getattr(world, name).id), world)


def test_organization_is_found_by_name_or_number(world: World) -> None:
    assert inventory.find_organization("Café Morgenrot") == world.cafe
    assert inventory.find_organization(str(world.cafe.id)) == world.cafe


@pytest.mark.parametrize("name", ["Kiosk", "", "0", "²", "-1", "9" * 30])
def test_organization_that_is_missing_is_not_found(world: World, name: str) -> None:
    with pytest.raises(NotFound):
        inventory.find_organization(name)


def test_name_of_a_site_or_room_is_taken_once(world: World) -> None:
    owner = Actor(world.alice.id)
    with pytest.raises(Conflict, match="has a room Gastraum already"):
        inventory.add_room(owner, world.site, "Gastraum")
    with pytest.raises(Conflict, match="has a site Kastanienallee already"):
        inventory.add_site(owner, world.cafe, "Kastanienallee", world.site.address, "Europe/Berlin")
