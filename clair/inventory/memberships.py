"""Commands on memberships: owners decide who belongs, everybody may leave, one owner stays."""

from collections.abc import Sequence
from typing import TypedDict, Unpack

from flask_babel import gettext as _
from sqlalchemy import select

from clair import access
from clair.access import Actor
from clair.errors import Conflict, InvalidLink
from clair.extensions import db
from clair.inventory.rules import Mismatch, hold
from clair.models import Membership, Organization, Role, User


class MembershipChanges(TypedDict, total=False):
    """What a document may name of a membership; only the role may be another than before."""

    role: str
    organization: Organization
    user: User


def create_membership(
    actor: Actor, organization: Organization, user: User, role: str = Role.INSPECTOR
) -> Membership:
    """Make somebody a member who is none."""
    access.require_owner(actor, organization)
    if find_membership(organization, user) is not None:
        raise Mismatch(
            _(
                "%(user)s is a member of %(organization)s already.",
                user=user.username,
                organization=organization.name,
            ),
            "unique",
        )
    membership = Membership(organization=organization, user=user, role=role)
    db.session.add(membership)
    db.session.flush()
    return membership


def update_membership(
    actor: Actor, membership: Membership, **changes: Unpack[MembershipChanges]
) -> None:
    """Give a member another role; whose membership it is, and where, stays."""
    access.require_owner(actor, membership)
    if changes.get("organization", membership.organization) != membership.organization:
        raise InvalidLink("organization", _("cannot be changed"), "invalid")
    if changes.get("user", membership.user) != membership.user:
        raise InvalidLink("user", _("cannot be changed"), "invalid")
    if changes.get("role", Role.OWNER) != Role.OWNER:
        check_other_owner(membership)
    membership.role = changes.get("role", membership.role)
    db.session.flush()


def delete_membership(actor: Actor, membership: Membership) -> None:
    """Remove a member from an organization; everybody may remove himself."""
    access.require_writer(actor)
    if membership.user_id != actor.user_id:
        access.require_owner(actor, membership)
    check_other_owner(membership)
    db.session.delete(membership)
    db.session.flush()


def add_member(actor: Actor, organization: Organization, user: User, role: str) -> Membership:
    """Make a user a member, or give a member another role, for the command line."""
    access.require_owner(actor, organization)
    membership = find_membership(organization, user)
    if membership is None:
        return create_membership(actor, organization, user, role)
    update_membership(actor, membership, role=role)
    return membership


def add_members(actor: Actor, organization: Organization, users: Sequence[User]) -> bool:
    """Make those users inspectors who are no members yet, and say whether there were any."""
    access.require_owner(actor, organization)
    strangers = {user for user in users if find_membership(organization, user) is None}
    for user in strangers:
        create_membership(actor, organization, user)
    return bool(strangers)


def remove_members(actor: Actor, organization: Organization, users: Sequence[User]) -> bool:
    """Remove those users who are members, and say whether there were any."""
    access.require_owner(actor, organization)
    found = {find_membership(organization, user) for user in users} - {None}
    # The actor goes last: only an owner may remove the others.
    for membership in sorted(filter(None, found), key=lambda each: each.user_id == actor.user_id):
        delete_membership(actor, membership)
    return bool(found)


def find_membership(organization: Organization, user: User) -> Membership | None:
    """Find out what a user is in an organization."""
    statement = select(Membership).where(
        Membership.organization_id == organization.id, Membership.user_id == user.id
    )
    return db.session.scalar(statement)


def check_other_owner(membership: Membership) -> None:
    """Refuse to take the last owner from an organization, who alone could repair it."""
    hold(membership.organization_id)
    others = select(Membership.id).where(
        Membership.organization_id == membership.organization_id,
        Membership.role == Role.OWNER,
        Membership.id != membership.id,
    )
    # As it is now: another transaction may have changed it while this one waited.
    role = db.session.scalar(select(Membership.role).where(Membership.id == membership.id))
    if role == Role.OWNER and db.session.scalar(others.limit(1)) is None:
        raise Conflict(
            _(
                "%(user)s is the last owner of %(organization)s.",
                user=membership.user.username,
                organization=membership.organization.name,
            )
        )
