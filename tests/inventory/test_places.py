"""Sites and rooms: what they need, what is taken once, what goes with them."""

from decimal import Decimal

import pytest
from inventory.neighbours import Clinic
from sqlalchemy import func, select

from clair import inventory
from clair.access import SYSTEM, Actor
from clair.errors import Invalid
from clair.extensions import db
from clair.models import Address, Installation, Node, Room, Site

from conftest import World


def test_owner_adds_a_site_and_a_room(world: World, alice: Actor, new_address: Address) -> None:
    site = inventory.add_site(alice, world.cafe, "Hof", new_address, "Asia/Kolkata", "hinten")
    room = inventory.add_room(alice, site, "Saal", max_occupancy=40, size_sqm=Decimal("80.5"))
    assert (site.operator, site.time_zone, site.description) == (
        world.cafe,
        "Asia/Kolkata",
        "hinten",
    )
    assert (room.site, room.max_occupancy, room.size_sqm) == (site, 40, Decimal("80.5"))


def test_site_is_in_berlin_unless_told_otherwise(
    world: World, alice: Actor, new_address: Address
) -> None:
    site = inventory.add_site(alice, operator=world.cafe, name="Hof", address=new_address)
    assert site.time_zone == "Europe/Berlin"


@pytest.mark.parametrize("zone", ["Mars/Olympus", "", "../../etc/passwd", "CEST"])
def test_site_needs_a_time_zone_that_exists(world: World, new_address: Address, zone: str) -> None:
    with pytest.raises(Invalid) as added:
        inventory.add_site(SYSTEM, world.cafe, "Hof", new_address, zone)
    with pytest.raises(Invalid) as updated:
        inventory.update_site(SYSTEM, world.site, time_zone=zone)
    assert added.value.field == updated.value.field == "time_zone"


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


def test_name_of_a_site_is_taken_once_in_an_organization(
    world: World, alice: Actor, clinic: Clinic, new_address: Address
) -> None:
    with pytest.raises(Invalid, match="has a site Kastanienallee already") as added:
        inventory.add_site(alice, world.cafe, "Kastanienallee", world.site.address)
    other = inventory.add_site(alice, world.cafe, "Hinterhaus", new_address)
    with pytest.raises(Invalid) as renamed:
        inventory.update_site(alice, other, name="Kastanienallee")
    assert added.value.code == renamed.value.code == "unique"
    assert other.name == "Hinterhaus", "the clinic has one, too"
    inventory.update_site(alice, other, name="Hinterhaus")


def test_name_of_a_room_is_taken_once_at_a_site(world: World, alice: Actor) -> None:
    with pytest.raises(Invalid, match="has a room Gastraum already") as added:
        inventory.add_room(alice, world.site, "Gastraum")
    kitchen = inventory.add_room(alice, world.site, "Küche")
    with pytest.raises(Invalid) as renamed:
        inventory.update_room(alice, kitchen, name="Gastraum")
    for error in (added.value, renamed.value):
        assert (error.field, error.code) == ("name", "unique")
    inventory.update_room(alice, kitchen, name="Küche", description="warm")


def test_moved_room_meets_the_names_of_its_new_site(
    world: World, alice: Actor, new_address: Address
) -> None:
    yard = inventory.add_site(alice, world.cafe, "Hof", new_address)
    inventory.add_room(alice, yard, "Gastraum")
    with pytest.raises(Invalid) as error:
        inventory.update_room(alice, world.room, site=yard)
    assert (error.value.field, error.value.code) == ("name", "unique")
    inventory.update_room(alice, world.room, site=yard, name="Saal")
    assert (world.room.site, world.room.name) == (yard, "Saal")


@pytest.mark.parametrize("name", ["", " ", "x" * 51])
def test_places_need_proper_names(world: World, alice: Actor, name: str) -> None:
    with pytest.raises(Invalid):
        inventory.add_room(alice, world.site, name)
    with pytest.raises(Invalid):
        inventory.update_room(alice, world.room, name=name)
    with pytest.raises(Invalid):
        inventory.add_site(alice, world.cafe, name, world.site.address)
    with pytest.raises(Invalid):
        inventory.update_site(alice, world.site, name=name)


def test_sizes_are_kept_as_they_are_said(world: World, alice: Actor) -> None:
    inventory.update_room(
        alice, world.room, size_sqm=Decimal("-1.5"), height_m=Decimal("2.5"), max_occupancy=-3
    )
    db.session.commit()
    assert (world.room.size_sqm, world.room.height_m, world.room.max_occupancy) == (
        Decimal("-1.5"),
        Decimal("2.5"),
        -3,
    )
    inventory.update_room(alice, world.room, size_sqm=None)
    assert world.room.size_sqm is None


@pytest.mark.parametrize("what", ["site", "room"])
def test_places_take_their_installations_along_but_no_sensor(
    world: World, alice: Actor, what: str
) -> None:
    if what == "site":
        inventory.delete_site(alice, world.site)
    else:
        inventory.delete_room(alice, world.room)
    db.session.commit()
    counts = {
        model: db.session.scalar(select(func.count()).select_from(model))
        for model in (Site, Room, Installation, Node)
    }
    assert counts == {Site: int(what == "room"), Room: 0, Installation: 0, Node: 1}
