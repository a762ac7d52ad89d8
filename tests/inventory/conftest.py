"""The people of the café and of the clinic next door as actors."""

import pytest
from inventory.neighbours import Clinic

from clair import inventory
from clair.access import SYSTEM, Actor
from clair.extensions import db
from clair.models import Address, Role

from conftest import NOW_S, World


@pytest.fixture
def clinic(world: World) -> Clinic:
    """The clinic next door, hidden from all but Charlie."""
    organization = inventory.find_organization("Praxis nebenan")
    address = Address(street1="Hofweg 1", zip="10117", city="Berlin")
    site = inventory.add_site(SYSTEM, organization, "Hinterhaus", address)
    room = inventory.add_room(SYSTEM, site, "Wartezimmer")
    node, _ = inventory.register_node(SYSTEM, organization, "02AA00000000C002", "ers", "Tresen")
    installation = inventory.install_node(SYSTEM, node, room, NOW_S - 365 * 86_400)
    db.session.commit()
    return Clinic(organization, site, room, node, installation)


@pytest.fixture
def alice(world: World) -> Actor:
    """The owner of the café."""
    return Actor(world.alice.id)


@pytest.fixture
def bob(world: World) -> Actor:
    """The inspector of the café."""
    return Actor(world.bob.id)


@pytest.fixture
def charlie(world: World) -> Actor:
    """The owner of the clinic, a stranger to the café."""
    return Actor(world.charlie.id)


@pytest.fixture
def ada(world: World) -> Actor:
    """The administrator, a stranger to both."""
    return Actor(world.ada.id, is_admin=True)


@pytest.fixture
def reader(world: World) -> Actor:
    """A program with a token of Alice's that may only read."""
    return Actor(world.alice.id, is_read_only=True)


@pytest.fixture
def both(world: World, clinic: Clinic) -> Actor:
    """Alice, who owns the clinic, too."""
    inventory.add_member(SYSTEM, clinic.organization, world.alice, Role.OWNER)
    db.session.commit()
    return Actor(world.alice.id)


@pytest.fixture
def new_address(app: object) -> Address:
    """An address that is not in the database yet."""
    return Address(street1="Hofweg 2", zip="10117", city="Berlin")
