"""Owners decide who belongs; everybody may leave; one owner stays."""

from collections.abc import Callable

import pytest
from sqlalchemy import select, text

from clair import inventory
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
from clair.models import Membership, Organization, Role, User

from conftest import World


def role_in(organization: Organization, user: User) -> str | None:
    return db.session.scalar(
        select(Membership.role).where(
            Membership.organization_id == organization.id, Membership.user_id == user.id
        )
    )


def membership_of(organization: Organization, user: User) -> Membership:
    return db.session.scalars(
        select(Membership).where(
            Membership.organization_id == organization.id, Membership.user_id == user.id
        )
    ).one()


def test_new_member_inspects_unless_told_otherwise(world: World, alice: Actor) -> None:
    inventory.create_membership(alice, organization=world.cafe, user=world.charlie)
    assert role_in(world.cafe, world.charlie) == Role.INSPECTOR
    inventory.create_membership(alice, organization=world.cafe, user=world.ada, role="O")
    assert role_in(world.cafe, world.ada) == Role.OWNER


def test_member_becomes_none_a_second_time(world: World, alice: Actor) -> None:
    with pytest.raises(Invalid) as error:
        inventory.create_membership(alice, world.cafe, world.bob, Role.OWNER)
    assert (error.value.field, error.value.code) == ("non_field_errors", "unique")
    assert role_in(world.cafe, world.bob) == Role.INSPECTOR


def test_owner_changes_roles(world: World, alice: Actor) -> None:
    bob = membership_of(world.cafe, world.bob)
    inventory.update_membership(alice, bob, role="O", organization=world.cafe, user=world.bob)
    assert role_in(world.cafe, world.bob) == Role.OWNER
    inventory.update_membership(alice, membership_of(world.cafe, world.alice), role="I")
    assert role_in(world.cafe, world.alice) == Role.INSPECTOR


@pytest.mark.parametrize("link", ["organization", "user"])
def test_membership_is_not_carried_elsewhere(world: World, charlie: Actor, link: str) -> None:
    clinic = inventory.find_organization("Praxis nebenan")
    mine = membership_of(clinic, world.charlie)
    elsewhere = {"organization": world.cafe, "user": world.alice}[link]
    with pytest.raises(InvalidLink) as error:
        inventory.update_membership(charlie, mine, **{link: elsewhere})
    assert (error.value.field, error.value.code) == (link, "invalid")
    assert role_in(world.cafe, world.charlie) is None
    assert role_in(clinic, world.charlie) == Role.OWNER


CHANGES: dict[str, Callable[[Actor, World], object]] = {
    "create": lambda actor, world: inventory.create_membership(actor, world.cafe, world.ada),
    "update": lambda actor, world: inventory.update_membership(
        actor, membership_of(world.cafe, world.bob), role=Role.OWNER
    ),
    "delete": lambda actor, world: inventory.delete_membership(
        actor, membership_of(world.cafe, world.alice)
    ),
    "add": lambda actor, world: inventory.add_members(actor, world.cafe, [world.charlie]),
    "add member": lambda actor, world: inventory.add_member(
        actor, world.cafe, world.charlie, Role.OWNER
    ),
    "remove": lambda actor, world: inventory.remove_members(actor, world.cafe, [world.bob]),
}


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize(
    ("name", "error"),
    [("bob", Forbidden), ("charlie", NotFound), ("ada", NotFound), (None, Unauthorized)],
)
def test_others_decide_nothing(
    world: World,
    change: str,
    name: str | None,
    error: type[ClairError],
    request: pytest.FixtureRequest,
) -> None:
    actor = request.getfixturevalue(name) if name else NOBODY
    with pytest.raises(error):
        CHANGES[change](actor, world)
    people = (world.alice, world.bob, world.charlie, world.ada)
    assert [role_in(world.cafe, each) for each in people] == ["O", "I", None, None]


@pytest.mark.parametrize("change", sorted(set(CHANGES) - {"delete"}))
def test_token_that_may_only_read_changes_no_membership(
    world: World, reader: Actor, change: str
) -> None:
    with pytest.raises(Forbidden):
        CHANGES[change](reader, world)


def test_token_that_may_only_read_does_not_leave(world: World) -> None:
    reader = Actor(world.bob.id, is_read_only=True)
    with pytest.raises(Forbidden):
        inventory.delete_membership(reader, membership_of(world.cafe, world.bob))


def test_inspector_leaves(world: World, bob: Actor) -> None:
    inventory.delete_membership(bob, membership_of(world.cafe, world.bob))
    assert role_in(world.cafe, world.bob) is None


def test_owner_removes_a_member(world: World, alice: Actor) -> None:
    inventory.delete_membership(alice, membership_of(world.cafe, world.bob))
    assert role_in(world.cafe, world.bob) is None


def test_members_are_added_and_removed_as_a_list(world: World, alice: Actor) -> None:
    people = [world.bob, world.charlie, world.charlie]
    assert inventory.add_members(alice, world.cafe, people)
    assert role_in(world.cafe, world.charlie) == Role.INSPECTOR
    assert not inventory.add_members(alice, world.cafe, [*people, world.alice])
    assert role_in(world.cafe, world.alice) == Role.OWNER
    assert inventory.remove_members(alice, world.cafe, people)
    assert not inventory.remove_members(alice, world.cafe, people)
    assert (role_in(world.cafe, world.bob), role_in(world.cafe, world.charlie)) == (None, None)


LAST_OWNER: dict[str, Callable[[Actor, World], object]] = {
    "demote": lambda actor, world: inventory.update_membership(
        actor, membership_of(world.cafe, world.alice), role=Role.INSPECTOR
    ),
    "leave": lambda actor, world: inventory.delete_membership(
        actor, membership_of(world.cafe, world.alice)
    ),
    "remove all": lambda actor, world: inventory.remove_members(
        actor, world.cafe, [world.bob, world.alice]
    ),
    "command line": lambda actor, world: inventory.add_member(
        actor, world.cafe, world.alice, Role.INSPECTOR
    ),
}


@pytest.mark.parametrize("by", ["alice", "system"])
@pytest.mark.parametrize("way", LAST_OWNER)
def test_last_owner_stays(world: World, way: str, by: str) -> None:
    actor = SYSTEM if by == "system" else Actor(world.alice.id)
    with pytest.raises(Conflict, match="alice is the last owner of Café Morgenrot"):
        LAST_OWNER[way](actor, world)
    assert role_in(world.cafe, world.alice) == Role.OWNER


@pytest.mark.parametrize("way", sorted(set(LAST_OWNER) - {"remove all"}))
def test_owner_goes_when_there_is_another(world: World, alice: Actor, way: str) -> None:
    inventory.add_member(SYSTEM, world.cafe, world.bob, Role.OWNER)
    LAST_OWNER[way](alice, world)
    assert role_in(world.cafe, world.alice) in (None, Role.INSPECTOR)
    assert role_in(world.cafe, world.bob) == Role.OWNER


def test_last_owner_is_known_as_the_database_knows_it(world: World) -> None:
    membership = membership_of(world.cafe, world.bob)
    assert membership.role == Role.INSPECTOR
    # Somebody else's transactions, after this one has read the row.
    swap = "UPDATE membership SET role = CASE role WHEN 'O' THEN 'I' ELSE 'O' END"
    db.session.execute(text(f"{swap} WHERE organization_id = {world.cafe.id}"))
    with pytest.raises(Conflict):
        inventory.delete_membership(Actor(world.bob.id), membership)
