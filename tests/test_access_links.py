"""What is one's own, what a document may refer to, and who may write at all."""

from collections.abc import Callable

import pytest
from sqlalchemy import select

from clair import access, inventory
from clair.access import NOBODY, SYSTEM, Actor
from clair.errors import ClairError, Forbidden, NotFound, Unauthorized
from clair.extensions import db
from clair.models import (
    Address,
    ApiToken,
    Entity,
    Installation,
    Membership,
    Node,
    Organization,
    Quantity,
    Role,
    Room,
    Site,
    User,
)

from conftest import World

OF_MEMBERS = (Organization, Membership, Site, Address, Room, Installation, Node)


def own(model: type[Entity], actor: Actor) -> set[Entity]:
    return set(db.session.scalars(access.own(model, actor)))


@pytest.mark.parametrize("model", OF_MEMBERS)
def test_what_is_public_is_not_everybodys_own(world: World, model: type[Entity]) -> None:
    world.installation.is_public = True
    db.session.commit()
    rows = own(model, Actor(world.alice.id))
    assert rows
    assert own(model, Actor(world.bob.id)) == rows
    assert not rows & own(model, Actor(world.charlie.id))
    assert not own(model, Actor(world.ada.id, is_admin=True))
    assert not own(model, NOBODY)
    assert own(model, SYSTEM) >= rows


def test_users_are_oneself_and_ones_fellows(world: World) -> None:
    assert own(User, Actor(world.bob.id)) == {world.alice, world.bob}
    assert own(User, Actor(world.charlie.id)) == {world.charlie}
    assert own(User, NOBODY) == set()


def test_tokens_are_not_for_fellows(world: World) -> None:
    token = ApiToken(user=world.alice, name="Skript", token_hash="0", created_s=0)
    db.session.add(token)
    db.session.flush()
    assert own(ApiToken, Actor(world.alice.id)) == {token}
    assert own(ApiToken, Actor(world.bob.id)) == set()
    assert not access.may_change(Actor(world.bob.id), token)


def test_document_refers_to_what_its_writer_sees(world: World) -> None:
    bob = Actor(world.bob.id)
    assert access.linked(Room, world.room.id, bob) == world.room
    assert access.linked(Node, Node.uuid == world.node.uuid, bob) == world.node
    world.installation.is_public = True
    assert access.linked(Room, world.room.id, Actor(world.charlie.id)) == world.room


@pytest.mark.parametrize("model", [Organization, Site, Room, Node, Installation])
def test_hidden_row_is_forbidden_and_a_missing_one_is_missing(
    world: World, model: type[Entity]
) -> None:
    charlie = Actor(world.charlie.id)
    hidden = db.session.scalars(select(model).order_by(model.id)).first()
    assert hidden is not None
    with pytest.raises(Forbidden):
        access.linked(model, hidden.id, charlie)
    assert access.linked(model, hidden.id, charlie, may_be_hidden=True) == hidden
    with pytest.raises(NotFound):
        access.linked(model, 999_999, charlie, may_be_hidden=True)
    with pytest.raises(Unauthorized):
        access.linked(model, hidden.id, NOBODY)


def test_hidden_address_is_missing(world: World) -> None:
    for may_be_hidden in (False, True):
        with pytest.raises(NotFound):
            access.linked(
                Address,
                world.site.address_id,
                Actor(world.charlie.id),
                may_be_hidden=may_be_hidden,
            )


def test_stranger_is_invited_unless_the_account_is_disabled(world: World) -> None:
    alice = Actor(world.alice.id)
    assert access.linked(User, world.charlie.id, alice) == world.charlie
    world.charlie.is_active = False
    db.session.flush()
    for may_be_hidden in (False, True):
        with pytest.raises(NotFound):
            access.linked(User, world.charlie.id, alice, may_be_hidden=may_be_hidden)


@pytest.mark.parametrize("key", [2**31, 2**63, 10**30, -1, 0])
def test_no_row_has_such_a_number(world: World, key: int) -> None:
    alice = Actor(world.alice.id)
    with pytest.raises(NotFound):
        access.get(Room, key, alice)
    with pytest.raises(NotFound):
        access.linked(Room, key, alice)


RIGHTS: list[tuple[Callable[[World], Actor], type[ClairError] | None, type[ClairError] | None]] = [
    # who: what keeps them from writing, and from the catalogue
    (lambda world: NOBODY, Unauthorized, Unauthorized),
    (lambda world: Actor(world.alice.id), None, Forbidden),
    (lambda world: Actor(world.alice.id, is_read_only=True), Forbidden, Forbidden),
    (lambda world: Actor(world.ada.id, is_admin=True), None, None),
    (lambda world: Actor(world.ada.id, is_admin=True, is_read_only=True), Forbidden, Forbidden),
    (lambda world: SYSTEM, None, None),
]


@pytest.mark.parametrize(("who", "writer", "admin"), RIGHTS)
def test_rights_of_those_who_write(
    world: World,
    who: Callable[[World], Actor],
    writer: type[ClairError] | None,
    admin: type[ClairError] | None,
) -> None:
    for require, error in ((access.require_writer, writer), (access.require_admin, admin)):
        if error is None:
            require(who(world))
        else:
            with pytest.raises(error):
                require(who(world))


@pytest.mark.parametrize(
    ("who", "error"),
    [("bob", Forbidden), ("charlie", Forbidden), ("ada", Forbidden), (None, Unauthorized)],
)
def test_parent_is_forbidden_even_if_it_is_hidden(
    world: World, who: str | None, error: type[ClairError]
) -> None:
    actor = Actor(getattr(world, who).id, is_admin=who == "ada") if who else NOBODY
    with pytest.raises(error):
        access.require_parent(actor, world.site)


def test_administrator_has_no_say_in_what_belongs_to_others(world: World) -> None:
    ada = Actor(world.ada.id, is_admin=True)
    quantity = Quantity(quantity="CO2", base_unit="ppm")
    db.session.add(quantity)
    db.session.flush()
    assert access.may_change(ada, quantity)
    for row in (world.cafe, world.site, world.site.address, world.room, world.node, world.alice):
        assert not access.may_change(ada, row)


def test_address_is_changed_by_the_owners_of_all_that_use_it(world: World) -> None:
    alice, charlie = Actor(world.alice.id), Actor(world.charlie.id)
    clinic = inventory.find_organization("Praxis nebenan")
    address = world.site.address
    assert access.may_change(alice, address)
    inventory.add_site(SYSTEM, clinic, "Haus", address)
    for actor in (alice, charlie):
        assert address in own(Address, actor)
        assert not access.may_change(actor, address)
    inventory.add_member(SYSTEM, clinic, world.alice, Role.OWNER)
    assert access.may_change(alice, address)
