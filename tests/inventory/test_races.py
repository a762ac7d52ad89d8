"""Two at once: what each of them may do alone must not break a rule when both do it."""

from collections.abc import Callable
from threading import Thread

import pytest
from flask import Flask
from inventory.neighbours import Clinic
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError, NoResultFound

from clair import inventory
from clair.access import SYSTEM, Actor
from clair.errors import ClairError
from clair.extensions import db
from clair.models import Address, Installation, Membership, Node, Organization, Role, Room, Site
from clair.models.constraints import field_of

from conftest import NOW_S, World


def race(app: Flask, first: Callable[[], object], second: Callable[[], object]) -> str:
    """Let a second connection act while the first has not committed; say how it fared."""
    answers: list[str] = []

    def act() -> None:
        with app.app_context():
            try:
                second()
                db.session.commit()
                answers.append("done")
            except (ClairError, NoResultFound) as error:
                answers.append(type(error).__name__)
            except IntegrityError as error:
                answers.append(str(field_of(error)))

    db.session.commit()
    first()
    thread = Thread(target=act)
    thread.start()
    thread.join(0.5)
    assert answers == [], "the second waits for the first"
    db.session.commit()
    thread.join(20)
    return answers[0]


def row(model: type, **values: object) -> object:
    """Find a row anew, as another connection does."""
    return db.session.scalars(select(model).filter_by(**values)).one()


@pytest.mark.parametrize("way", ["demote", "leave"])
def test_two_owners_who_oust_each_other_do_not_both_succeed(
    app: Flask, world: World, way: str
) -> None:
    inventory.add_member(SYSTEM, world.cafe, world.bob, Role.OWNER)
    ids = {"alice": world.alice.id, "bob": world.bob.id}

    def oust(name: str, other: str) -> None:
        membership = row(Membership, user_id=ids[other])
        if way == "demote":
            inventory.update_membership(Actor(ids[name]), membership, role=Role.INSPECTOR)
        else:
            inventory.delete_membership(Actor(ids[name]), membership)

    answer = race(app, lambda: oust("alice", "bob"), lambda: oust("bob", "alice"))
    # PostgreSQL asked for Bob's right before he was ousted, SQLite lets him wait for that, too.
    assert answer in ("Conflict", "Forbidden", "NotFound")
    owners = select(Membership.user_id).filter_by(organization_id=world.cafe.id, role=Role.OWNER)
    assert db.session.scalars(owners).all() == [ids["alice"]]


@pytest.mark.parametrize("moves_first", [True, False])
def test_room_does_not_change_hands_while_a_sensor_comes(
    app: Flask, world: World, clinic: Clinic, moves_first: bool
) -> None:
    kitchen_id = inventory.add_room(SYSTEM, world.site, "Küche").id
    inventory.delete_installation(SYSTEM, world.installation)
    site_id, node_id = clinic.site.id, world.node.id

    def move() -> None:
        inventory.update_room(SYSTEM, row(Room, id=kitchen_id), site=row(Site, id=site_id))

    def install() -> None:
        node, room = row(Node, id=node_id), row(Room, id=kitchen_id)
        inventory.create_installation(SYSTEM, node, room, NOW_S)

    acts = (move, install) if moves_first else (install, move)
    assert race(app, *acts) == "Mismatch"


def test_sensor_does_not_come_to_two_rooms(app: Flask, world: World) -> None:
    inventory.update_installation(SYSTEM, world.installation, to_timestamp_s=NOW_S)
    kitchen_id = inventory.add_room(SYSTEM, world.site, "Küche").id

    def install(room_id: int, from_s: int) -> None:
        node, room = row(Node, id=world.node.id), row(Room, id=room_id)
        inventory.create_installation(SYSTEM, node, room, from_s)

    ids = (world.room.id, kitchen_id)
    answer = race(app, lambda: install(ids[0], NOW_S), lambda: install(ids[1], NOW_S + 5))
    assert answer == "Mismatch"


def test_site_does_not_come_to_an_address_that_goes(app: Flask, world: World, alice: Actor) -> None:
    address_id = world.site.address_id
    cafe_id = world.cafe.id

    def come() -> None:
        address = row(Address, id=address_id)
        inventory.add_site(SYSTEM, row(Organization, id=cafe_id), "Hof", address)

    answer = race(app, lambda: inventory.delete_site(alice, world.site), come)
    assert answer in ("('address', 'does_not_exist')", "NoResultFound")
    assert db.session.scalars(select(Site)).all() == []


def test_names_that_come_at_once_are_told_by_the_field(app: Flask, world: World) -> None:
    ids = (world.alice.id, world.bob.id)

    def found(user_id: int) -> None:
        inventory.create_organization(Actor(user_id), "Atelier")

    answer = race(app, lambda: found(ids[0]), lambda: found(ids[1]))
    assert answer in ("('name', 'unique')", "Invalid")


def test_installation_is_not_lost_to_a_transfer_of_its_sensor(
    app: Flask, world: World, clinic: Clinic
) -> None:
    inventory.delete_installation(SYSTEM, world.installation)
    ids = (world.node.id, clinic.organization.id, world.room.id)

    def hand_over() -> None:
        owner = row(Organization, id=ids[1])
        inventory.update_node(SYSTEM, row(Node, id=ids[0]), owner=owner)

    def install() -> None:
        node, room = row(Node, id=ids[0]), row(Room, id=ids[2])
        inventory.create_installation(SYSTEM, node, room, NOW_S)

    assert race(app, hand_over, install) == "Mismatch"
    assert len(db.session.scalars(select(Installation)).all()) == 1, "the clinic's"
