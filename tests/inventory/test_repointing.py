"""Attacks: a document names a parent on the other side of the wall, to give, to take, or to see."""

import time
from collections.abc import Callable, Iterator

import pytest
from inventory.neighbours import Clinic
from sqlalchemy import select

from clair import inventory
from clair.access import SYSTEM, Actor
from clair.errors import ClairError, Forbidden, InvalidLink, NotFound
from clair.extensions import db
from clair.inventory import Mismatch
from clair.models import Installation, Membership, Organization, Role

from conftest import World

HOUR_S = 3600


def membership(organization: Organization) -> Membership:
    statement = select(Membership).filter_by(organization_id=organization.id, role=Role.OWNER)
    return db.session.scalars(statement).first()


GIVES: dict[str, tuple[Callable[..., object], type[ClairError]]] = {
    "site to operator": (
        lambda actor, cafe, clinic: inventory.update_site(
            actor, cafe.site, operator=clinic.organization
        ),
        Forbidden,
    ),
    "site to address": (
        lambda actor, cafe, clinic: inventory.update_site(
            actor, cafe.site, address=clinic.site.address
        ),
        InvalidLink,
    ),
    "room to site": (
        lambda actor, cafe, clinic: inventory.update_room(actor, cafe.room, site=clinic.site),
        Forbidden,
    ),
    "node to owner": (
        lambda actor, cafe, clinic: inventory.update_node(
            actor, cafe.node, owner=clinic.organization
        ),
        Forbidden,
    ),
    "installation to room": (
        lambda actor, cafe, clinic: inventory.update_installation(
            actor, cafe.installation, room=clinic.room
        ),
        Mismatch,
    ),
    "installation to node": (
        lambda actor, cafe, clinic: inventory.update_installation(
            actor, cafe.installation, node=clinic.node
        ),
        Mismatch,
    ),
    "installation to both": (
        lambda actor, cafe, clinic: inventory.update_installation(
            actor, cafe.installation, node=clinic.node, room=clinic.room
        ),
        Forbidden,
    ),
    "membership to organization": (
        lambda actor, cafe, clinic: inventory.update_membership(
            actor, membership(cafe.cafe), organization=clinic.organization
        ),
        InvalidLink,
    ),
}
"""What an owner of the café tries with her own rows."""

TAKES: dict[str, Callable[..., object]] = {
    "site": lambda actor, cafe, clinic: inventory.update_site(
        actor, cafe.site, operator=clinic.organization
    ),
    "room": lambda actor, cafe, clinic: inventory.update_room(actor, cafe.room, site=clinic.site),
    "node": lambda actor, cafe, clinic: inventory.update_node(
        actor, cafe.node, owner=clinic.organization
    ),
    "installation": lambda actor, cafe, clinic: inventory.update_installation(
        actor, cafe.installation, node=clinic.node, room=clinic.room
    ),
    "membership": lambda actor, cafe, clinic: inventory.update_membership(
        actor, membership(cafe.cafe), organization=clinic.organization
    ),
}
"""What an owner of the clinic tries with the rows of the café."""


def wall(world: World) -> list[object]:
    db.session.expire_all()
    return [
        world.site.operator_id,
        world.site.address_id,
        world.room.site_id,
        world.node.owner_id,
        world.installation.room_id,
        world.installation.node_id,
        membership(world.cafe).user_id,
    ]


@pytest.fixture
def unharmed(world: World, clinic: Clinic) -> Iterator[None]:
    """Check afterwards that everything is where it was."""
    before = wall(world)
    yield
    assert wall(world) == before


@pytest.mark.usefixtures("unharmed")
@pytest.mark.parametrize("is_public", [False, True])
@pytest.mark.parametrize("attack", GIVES)
def test_owner_pushes_nothing_over_the_wall(
    world: World, clinic: Clinic, alice: Actor, attack: str, is_public: bool
) -> None:
    clinic.installation.is_public = is_public
    db.session.commit()
    push, error = GIVES[attack]
    with pytest.raises(error):
        push(alice, world, clinic)


@pytest.mark.usefixtures("unharmed")
@pytest.mark.parametrize("is_public", [False, True])
@pytest.mark.parametrize("attack", TAKES)
def test_stranger_pulls_nothing_over_the_wall(
    world: World, clinic: Clinic, charlie: Actor, attack: str, is_public: bool
) -> None:
    world.installation.is_public = is_public
    db.session.commit()
    hidden = not is_public or attack in ("node", "membership")
    with pytest.raises(NotFound if hidden else Forbidden):
        TAKES[attack](charlie, world, clinic)


@pytest.mark.usefixtures("unharmed")
@pytest.mark.parametrize("attack", TAKES)
def test_inspector_pulls_nothing_into_an_organization_of_his_own(
    world: World, clinic: Clinic, bob: Actor, attack: str
) -> None:
    inventory.add_member(SYSTEM, clinic.organization, world.bob, Role.OWNER)
    with pytest.raises(Forbidden):
        TAKES[attack](bob, world, clinic)


MOVES = ["site", "room", "node"]


@pytest.mark.usefixtures("unharmed")
@pytest.mark.parametrize("to_s", [None, int(time.time()) + HOUR_S], ids=["open", "ends later"])
@pytest.mark.parametrize("what", MOVES)
def test_nothing_changes_hands_while_a_sensor_runs(
    world: World, clinic: Clinic, both: Actor, what: str, to_s: int | None
) -> None:
    world.installation.to_timestamp_s = to_s
    db.session.commit()
    with pytest.raises(Mismatch, match="end its installation"):
        TAKES[what](both, world, clinic)
    db.session.rollback()


@pytest.mark.usefixtures("unharmed")
@pytest.mark.parametrize("what", MOVES)
def test_nothing_changes_hands_before_a_sensor_runs(
    world: World, clinic: Clinic, both: Actor, what: str
) -> None:
    world.installation.from_timestamp_s = int(time.time()) + HOUR_S
    db.session.commit()
    with pytest.raises(Mismatch):
        TAKES[what](both, world, clinic)


@pytest.mark.parametrize("what", MOVES)
def test_owner_of_both_sides_hands_over_what_is_idle(
    world: World, clinic: Clinic, both: Actor, what: str
) -> None:
    world.installation.from_timestamp_s = int(time.time()) - HOUR_S
    world.installation.to_timestamp_s = int(time.time()) - 1
    db.session.commit()
    TAKES[what](both, world, clinic)
    db.session.commit()
    place = clinic.organization.id
    owners = {"site": world.site.operator_id, "room": world.room.site.operator_id}
    assert (owners | {"node": world.node.owner_id})[what] == place


def test_owner_of_both_sides_corrects_an_installation(
    world: World, clinic: Clinic, both: Actor
) -> None:
    db.session.delete(clinic.installation)
    db.session.commit()
    TAKES["installation"](both, world, clinic)
    assert world.installation.room == clinic.room


@pytest.mark.parametrize("what", ["site", "room"])
def test_past_that_was_handed_over_does_not_reach_into_the_present(
    world: World, clinic: Clinic, both: Actor, charlie: Actor, what: str
) -> None:
    past: Installation = world.installation
    past.from_timestamp_s, past.to_timestamp_s = 1000, 2000
    db.session.commit()
    TAKES[what](both, world, clinic)
    db.session.commit()
    # The room is Charlie's now, and the sensor is the café's still.
    for changes in ({"to_timestamp_s": None}, {"to_timestamp_s": 2001}, {"from_timestamp_s": 999}):
        with pytest.raises(Mismatch):
            inventory.update_installation(charlie, past, **changes)
        db.session.rollback()
    inventory.update_installation(charlie, past, to_timestamp_s=1500, description="kürzer")
    assert past.to_timestamp_s == 1500
