"""Who founds an organization owns it; what it has goes with it."""

import pytest
from inventory.neighbours import Clinic
from sqlalchemy import func, select

from clair import inventory
from clair.access import NOBODY, SYSTEM, Actor
from clair.errors import ClairError, Forbidden, Invalid, NotFound, Unauthorized
from clair.extensions import db
from clair.ingest.store import NewSample, store_samples
from clair.models import (
    Address,
    Base,
    DailyCount,
    Installation,
    Membership,
    Node,
    Organization,
    Role,
    Room,
    Sample,
    Site,
    User,
)

from conftest import NOW_S, World


def members_of(organization: Organization) -> dict[str, str]:
    rows = select(User.username, Membership.role).join(Membership.user)
    return dict(db.session.execute(rows.where(Membership.organization == organization)).all())


def count(model: type[Base]) -> int:
    return db.session.scalar(select(func.count()).select_from(model)) or 0


def test_founder_is_the_only_owner(charlie: Actor) -> None:
    atelier = inventory.create_organization(charlie, name="Atelier", description="Licht")
    assert members_of(atelier) == {"charlie": Role.OWNER}
    assert atelier.description == "Licht"


def test_nobody_makes_somebody_else_an_owner(world: World, charlie: Actor) -> None:
    with pytest.raises(Invalid) as error:
        inventory.create_organization(charlie, "Atelier", world.alice)
    assert error.value.field == "owner"


def test_system_says_who_owns(world: World) -> None:
    with pytest.raises(Invalid, match="is needed"):
        inventory.create_organization(SYSTEM, "Atelier")
    assert members_of(inventory.create_organization(SYSTEM, "Atelier", world.bob)) == {"bob": "O"}


@pytest.mark.parametrize("name", ["", "  ", "x" * 51])
def test_organization_needs_a_proper_name(world: World, alice: Actor, name: str) -> None:
    with pytest.raises(Invalid) as created:
        inventory.create_organization(SYSTEM, name, world.alice)
    with pytest.raises(Invalid) as renamed:
        inventory.update_organization(alice, world.cafe, name=name)
    assert created.value.field == renamed.value.field == "name"


def test_name_of_an_organization_is_taken_once(world: World, alice: Actor) -> None:
    with pytest.raises(Invalid) as created:
        inventory.create_organization(alice, "Praxis nebenan")
    with pytest.raises(Invalid) as renamed:
        inventory.update_organization(alice, world.cafe, name="Praxis nebenan")
    for error in (created.value, renamed.value):
        assert (error.field, error.code) == ("name", "unique")


def test_owner_changes_what_is_said_of_an_organization(world: World, alice: Actor) -> None:
    inventory.update_organization(alice, world.cafe, name="Café Morgenrot", description="Kollektiv")
    assert (world.cafe.name, world.cafe.description) == ("Café Morgenrot", "Kollektiv")
    inventory.update_organization(alice, world.cafe, name="Café Abendrot")
    assert (world.cafe.name, world.cafe.description) == ("Café Abendrot", "Kollektiv")


@pytest.mark.parametrize(
    ("name", "error"),
    [("bob", Forbidden), ("charlie", NotFound), ("ada", NotFound), ("reader", Forbidden)],
)
def test_others_neither_change_nor_delete_an_organization(
    world: World, name: str, error: type[ClairError], request: pytest.FixtureRequest
) -> None:
    actor = request.getfixturevalue(name)
    with pytest.raises(error):
        inventory.update_organization(actor, world.cafe, name="Meins")
    with pytest.raises(error):
        inventory.delete_organization(actor, world.cafe)
    assert world.cafe.name == "Café Morgenrot"


def test_nobody_and_readers_found_nothing(reader: Actor) -> None:
    with pytest.raises(Unauthorized):
        inventory.create_organization(NOBODY, "Atelier")
    with pytest.raises(Forbidden):
        inventory.create_organization(reader, "Atelier")


def test_organization_takes_along_all_it_has_but_its_people(
    world: World, clinic: Clinic, alice: Actor
) -> None:
    store_samples([NewSample(world.node.uuid, NOW_S, 500)])
    db.session.commit()
    inventory.delete_organization(alice, world.cafe)
    db.session.commit()
    left = {
        model: count(model)
        for model in (Organization, Site, Address, Room, Node, Installation, Sample, DailyCount)
    }
    assert left == {
        Organization: 1,
        Site: 1,
        Address: 1,
        Room: 1,
        Node: 1,
        Installation: 1,
        Sample: 0,
        DailyCount: 0,
    }
    assert count(User) == 4
    assert members_of(inventory.find_organization("Praxis nebenan")) == {"charlie": "O"}


def test_address_that_another_site_uses_outlives_an_organization(
    world: World, both: Actor, clinic: Clinic
) -> None:
    shared = world.site.address
    clinic.site.address = shared
    db.session.commit()
    inventory.delete_organization(both, world.cafe)
    db.session.commit()
    assert db.session.get(Address, shared.id) is not None


def test_organization_is_found_by_name_or_number(world: World) -> None:
    assert inventory.find_organization("Café Morgenrot") == world.cafe
    assert inventory.find_organization(str(world.cafe.id)) == world.cafe


@pytest.mark.parametrize("name", ["Kiosk", "", "0", "²", "-1", "9" * 30])
def test_organization_that_is_missing_is_not_found(world: World, name: str) -> None:
    with pytest.raises(NotFound):
        inventory.find_organization(name)
