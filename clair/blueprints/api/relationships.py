"""The two relationships with an address of their own: who belongs to which organization."""

from typing import Any

from flask import Blueprint, g
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import select

from clair import access, inventory
from clair.auth import public
from clair.blueprints.api import documents, finding, views
from clair.blueprints.api.links import here
from clair.blueprints.api.resources import ORGANIZATIONS, USERS
from clair.blueprints.api.streaming import answer
from clair.blueprints.bodies import TooMany
from clair.blueprints.limits import MEMBERS_AT_ONCE, limit_members
from clair.errors import Forbidden, NotFound
from clair.extensions import db
from clair.models import Membership, Organization, User


def show_linkage(type_: str, ids: Any) -> ResponseReturnValue:
    """Answer with the linkage of a relationship."""
    linked = [{"type": type_, "id": str(each)} for each in ids]
    return answer({"data": linked, "links": {"self": here()}})


def fetch_own(key: str) -> Organization:
    """Fetch an organization for its members."""
    views.admit(USERS)
    organization: Organization = finding.fetch(ORGANIZATIONS, key, g.actor)
    members = (each.user_id for each in organization.memberships)
    if g.actor.user_id not in members:
        raise Forbidden(_("Only members may see who belongs to it."))
    return organization


@public
def members(key: str) -> ResponseReturnValue:
    """Name the members of an organization."""
    return show_members(fetch_own(key))


def show_members(organization: Organization) -> ResponseReturnValue:
    """Answer with the members of an organization."""
    return show_linkage("User", sorted(each.user_id for each in organization.memberships))


@public
def add_members(key: str) -> ResponseReturnValue:
    """Make users inspectors of an organization."""
    return change_members(key, inventory.add_members)


@public
def remove_members(key: str) -> ResponseReturnValue:
    """Take users out of an organization."""
    return change_members(key, inventory.remove_members)


def change_members(key: str, command: Any) -> ResponseReturnValue:
    """Change who belongs to an organization, and say who does now, if that is a change."""
    organization = fetch_own(key)
    access.require_owner(g.actor, organization)
    named = documents.read_linkage("User")
    if command is inventory.add_members:
        members = {str(each.user_id) for each in organization.memberships}
        count = len(set(named) - members)
        if count > MEMBERS_AT_ONCE:
            raise TooMany(_("At most %(count)s resources can be named.", count=MEMBERS_AT_ONCE))
        limit_members(count)
    users = [find_user(user_id) for user_id in named]
    is_changed = command(g.actor, organization, users)
    db.session.commit()
    # Whoever has just left is told so, too.
    return show_members(organization) if is_changed else ("", 204)


def find_user(user_id: str) -> User:
    """Fetch a user whom a linkage names."""
    try:
        return access.linked(User, User.id == int(user_id), g.actor, may_be_hidden=True)
    except NotFound as error:
        message = _("There is no such resource.")
        raise documents.InvalidLinkage(message, "does_not_exist") from error


@public
def organizations(key: str) -> ResponseReturnValue:
    """Name the organizations that a user and the caller both belong to."""
    views.admit(USERS)
    user = finding.fetch(USERS, key, g.actor)
    statement = select(Membership.organization_id).where(
        Membership.user_id == user.id, access.is_own(Membership, g.actor)
    )
    return show_linkage("Organization", db.session.scalars(statement.order_by("organization_id")))


def register(bp: Blueprint) -> None:
    """Open the addresses of both relationships."""
    rule = "/organizations/<key>/relationships/users/"
    for view, method in ((members, "GET"), (add_members, "POST"), (remove_members, "DELETE")):
        bp.add_url_rule(rule, view_func=view, methods=[method], strict_slashes=False)
    rule = "/users/<key>/relationships/organizations/"
    bp.add_url_rule(rule, view_func=organizations, strict_slashes=False)
