"""An address belongs to the sites that use it; nobody takes or changes that of another."""

from decimal import Decimal

import pytest
from inventory.neighbours import Clinic
from sqlalchemy import select

from clair import access, inventory
from clair.access import NOBODY, SYSTEM, Actor
from clair.errors import (
    ClairError,
    Conflict,
    Forbidden,
    Invalid,
    InvalidLink,
    NotFound,
    Unauthorized,
)
from clair.extensions import db
from clair.models import Address, Membership, Site

from conftest import World

PARTS = {"street1": "Hofweg 1", "zip": "10117", "city": "Berlin"}


def sees(actor: Actor, address: Address) -> bool:
    found = db.session.scalars(access.own(Address, actor)).all()
    return address in found


def test_address_is_entered_by_anybody_who_is_logged_in(world: World, charlie: Actor) -> None:
    address = inventory.create_address(
        charlie, **PARTS, street2="Hof 2", latitude=Decimal("52.5"), longitude=Decimal("-13.4")
    )
    db.session.commit()
    assert (address.street2, address.latitude, address.longitude) == (
        "Hof 2",
        Decimal("52.5"),
        Decimal("-13.4"),
    )
    assert address.creator == world.charlie
    assert sees(charlie, address)
    assert access.may_change(charlie, address)


def test_nobody_and_readers_enter_no_address(reader: Actor) -> None:
    with pytest.raises(Unauthorized):
        inventory.create_address(NOBODY, **PARTS)
    with pytest.raises(Forbidden):
        inventory.create_address(reader, **PARTS)


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("street1", "x" * 51, "max_length"),
        ("street1", " ", "blank"),
        ("street2", "x" * 51, "max_length"),
        ("zip", "D-10435", "max_length"),
        ("city", "", "blank"),
        ("latitude", Decimal("90.000001"), "max_value"),
        ("latitude", Decimal("-90.1"), "min_value"),
        ("longitude", Decimal(181), "max_value"),
        ("longitude", Decimal("-180.5"), "min_value"),
    ],
)
def test_address_is_somewhere_on_earth(
    world: World, alice: Actor, field: str, value: object, code: str
) -> None:
    changes = {field: value}
    with pytest.raises(Invalid) as created:
        inventory.create_address(alice, **(PARTS | changes))
    with pytest.raises(Invalid) as updated:
        inventory.update_address(alice, world.site.address, **changes)
    for error in (created.value, updated.value):
        assert (error.field, error.code) == (field, code)


@pytest.mark.parametrize(("latitude", "longitude"), [(90, 180), (-90, -180), (0, 0), (None, None)])
def test_poles_are_on_earth(alice: Actor, latitude: int | None, longitude: int | None) -> None:
    places = [None if each is None else Decimal(each) for each in (latitude, longitude)]
    address = inventory.create_address(alice, **PARTS, latitude=places[0], longitude=places[1])
    assert address.id


def test_owner_changes_the_address_of_a_site(world: World, alice: Actor) -> None:
    inventory.update_address(alice, world.site.address, city="Pankow")
    assert world.site.address.city == "Pankow"


@pytest.mark.parametrize(
    ("name", "error"),
    [("bob", Forbidden), ("charlie", NotFound), ("ada", NotFound), ("reader", Forbidden)],
)
def test_others_change_no_address(
    world: World, name: str, error: type[ClairError], request: pytest.FixtureRequest
) -> None:
    actor = request.getfixturevalue(name)
    with pytest.raises(error):
        inventory.update_address(actor, world.site.address, city="Pankow")
    with pytest.raises(error):
        inventory.delete_address(actor, world.site.address)


def test_address_of_a_public_site_is_not_for_strangers_to_change(
    world: World, charlie: Actor
) -> None:
    world.installation.is_public = True
    db.session.commit()
    with pytest.raises(Forbidden):
        inventory.update_address(charlie, world.site.address, city="Pankow")
    assert not sees(charlie, world.site.address)


def test_address_that_a_foreign_site_uses_is_changed_by_nobody_alone(
    world: World, clinic: Clinic, both: Actor, charlie: Actor
) -> None:
    inventory.update_site(both, clinic.site, address=world.site.address)
    inventory.update_address(both, world.site.address, city="Pankow")
    membership = select(Membership).filter_by(
        user_id=world.alice.id,
        organization_id=clinic.organization.id,
    )
    inventory.delete_membership(charlie, db.session.scalars(membership).one())
    for actor in (both, charlie):
        with pytest.raises(Forbidden):
            inventory.update_address(actor, world.site.address, city="Mitte")


def test_new_address_is_its_creators_until_a_site_is_there(
    world: World, alice: Actor, charlie: Actor
) -> None:
    address = inventory.create_address(charlie, **PARTS)
    assert not sees(alice, address)
    with pytest.raises(NotFound):
        inventory.update_address(alice, address, city="Pankow")
    clinic = inventory.find_organization("Praxis nebenan")
    inventory.add_site(charlie, clinic, "Haus", address)
    mine = db.session.scalars(select(Membership).filter_by(user_id=world.charlie.id)).one()
    inventory.create_membership(SYSTEM, clinic, world.ada, "O")
    inventory.delete_membership(charlie, mine)
    assert not sees(charlie, address), "it is the clinic's affair now"


@pytest.mark.parametrize("is_public", [False, True])
def test_site_does_not_take_a_foreign_address(
    world: World, clinic: Clinic, charlie: Actor, is_public: bool
) -> None:
    world.installation.is_public = is_public
    db.session.commit()
    foreign = world.site.address
    with pytest.raises(InvalidLink) as added:
        inventory.add_site(charlie, clinic.organization, "Neu", foreign)
    with pytest.raises(InvalidLink) as moved:
        inventory.update_site(charlie, clinic.site, address=foreign)
    for error in (added.value, moved.value):
        assert (error.field, error.code) == ("address", "does_not_exist")
    assert len(db.session.scalars(select(Site).filter_by(address_id=foreign.id)).all()) == 1


def test_inspector_does_not_take_the_address_to_an_organization_of_his_own(
    world: World, bob: Actor
) -> None:
    kiosk = inventory.create_organization(bob, "Kiosk")
    with pytest.raises(Forbidden):
        inventory.add_site(bob, kiosk, "Ecke", world.site.address)


def test_sites_of_one_owner_share_an_address(world: World, alice: Actor) -> None:
    second = inventory.add_site(alice, world.cafe, "Hof", world.site.address)
    inventory.update_address(alice, second.address, city="Pankow")
    assert world.site.address.city == "Pankow"


def test_address_in_use_is_not_deleted(world: World, alice: Actor) -> None:
    with pytest.raises(Conflict):
        inventory.delete_address(alice, world.site.address)
    unused = inventory.create_address(alice, **PARTS)
    inventory.delete_address(alice, unused)
    db.session.commit()
    assert db.session.scalars(select(Address)).all() == [world.site.address]


def test_address_goes_with_its_last_site(world: World, alice: Actor) -> None:
    second = inventory.add_site(alice, world.cafe, "Hof", world.site.address)
    inventory.delete_site(alice, second)
    address_id = world.site.address_id
    db.session.commit()
    assert db.session.get(Address, address_id) is not None
    inventory.delete_site(alice, world.site)
    db.session.commit()
    assert db.session.get(Address, address_id) is None


def test_address_goes_when_its_last_site_moves_out(world: World, alice: Actor) -> None:
    old_id = world.site.address_id
    inventory.update_site(alice, world.site, address=inventory.create_address(alice, **PARTS))
    db.session.commit()
    assert world.site.address.street1 == "Hofweg 1"
    assert db.session.get(Address, old_id) is None


def test_address_entered_with_a_site_has_its_creator(
    world: World, alice: Actor, new_address: Address
) -> None:
    site = inventory.add_site(alice, world.cafe, "Hof", new_address)
    assert site.address.creator_id == world.alice.id
