"""Two neighbours for the contract's tests: the café shows its terrace, the clinic shows nothing."""

from dataclasses import dataclass

from clair import inventory
from clair.access import SYSTEM
from clair.extensions import db
from clair.models import (
    Address,
    Installation,
    Membership,
    Model,
    Node,
    Organization,
    Quantity,
    Role,
    Room,
    Site,
    User,
)

from conftest import NOW_S, World

BEGIN_S = NOW_S - 365 * 86_400
"""When the installations begin."""
END_S = NOW_S - 30 * 86_400
"""When the public one ends."""


@dataclass
class Town:
    """The café of the world with a public terrace, and Charlie's clinic with the same, but hidden."""

    alice: User
    bob: User
    charlie: User
    ada: User
    cafe: Organization
    site: Site
    room: Room
    node: Node
    installation: Installation
    terrace: Room
    window: Node
    shown: Installation
    clinic: Organization
    house: Site
    ward: Room
    scale: Node
    hidden: Installation


def build(world: World) -> Town:
    """Build the town around the café."""
    terrace = inventory.add_room(SYSTEM, world.site, "Terrasse", max_occupancy=12)
    window, _ = inventory.register_node(SYSTEM, world.cafe, "02AA00000000C003", "ers", "Fenster")
    shown = inventory.create_installation(
        SYSTEM, window, terrace, BEGIN_S, END_S, is_public=True, description="für alle sichtbar"
    )
    clinic = inventory.find_organization("Praxis nebenan")
    address = Address(street1="Hofweg 1", zip="10117", city="Aachen")
    house = inventory.add_site(SYSTEM, clinic, "Hinterhaus", address)
    ward = inventory.add_room(SYSTEM, house, "Wartezimmer")
    scale, _ = inventory.register_node(SYSTEM, clinic, "02AA00000000C002", "ers", "Tresen")
    hidden = inventory.install_node(SYSTEM, scale, ward, BEGIN_S)
    db.session.commit()
    return Town(
        **{name: value for name, value in vars(world).items() if name in Town.__annotations__},
        terrace=terrace,
        window=window,
        shown=shown,
        clinic=clinic,
        house=house,
        ward=ward,
        scale=scale,
        hidden=hidden,
    )


def membership_of(user: User, organization: Organization) -> Membership:
    """Find a membership."""
    found = db.session.query(Membership).filter_by(user=user, organization=organization)
    return found.one()


def join(user: User, organization: Organization, role: Role = Role.OWNER) -> Membership:
    """Make somebody a member of the other side, too."""
    membership = inventory.add_member(SYSTEM, organization, user, role)
    db.session.commit()
    return membership


def add_quantities(model: Model) -> list[Quantity]:
    """Enter what sensors measure, and let a model measure it."""
    quantities = [
        Quantity(quantity=name, base_unit=unit)
        for name, unit in (("CO2", "PPM"), ("Temperature", "°C"))
    ]
    model.quantities = quantities
    db.session.commit()
    return quantities
