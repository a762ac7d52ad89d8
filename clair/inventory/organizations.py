"""Commands on organizations: who founds one owns it."""

from typing import TypedDict, Unpack

from flask_babel import gettext as _
from sqlalchemy import or_, select

from clair import access
from clair.access import Actor
from clair.errors import Invalid, NotFound
from clair.extensions import db
from clair.inventory.addresses import remove_unused
from clair.inventory.rules import change, check_name, check_unique
from clair.models import Membership, Organization, Role, Site, User


class OrganizationChanges(TypedDict, total=False):
    """What may be changed of an organization."""

    name: str
    description: str | None


def create_organization(
    actor: Actor, name: str, owner: User | None = None, description: str | None = None
) -> Organization:
    """Create an organization with its first owner: whoever founds it."""
    access.require_writer(actor)
    owner = owner or find_founder(actor)
    if not actor.is_system and actor.user_id != owner.id:
        raise Invalid("owner", _("must be you"))
    check_organization_name(name)
    organization = Organization(name=name, description=description)
    db.session.add_all(
        [organization, Membership(organization=organization, user=owner, role=Role.OWNER)]
    )
    db.session.flush()
    return organization


def find_founder(actor: Actor) -> User:
    """Find the user who acts; the system is nobody who could own."""
    founder = db.session.get(User, actor.user_id) if actor.user_id is not None else None
    if founder is None:
        raise Invalid("owner", _("is needed"), "required")
    return founder


def update_organization(
    actor: Actor, organization: Organization, **changes: Unpack[OrganizationChanges]
) -> None:
    """Change the name or the description of an organization."""
    access.require_owner(actor, organization)
    if "name" in changes:
        check_organization_name(changes["name"], organization)
    change(organization, changes)


def delete_organization(actor: Actor, organization: Organization) -> None:
    """Delete an organization with all that it has; its people stay."""
    access.require_owner(actor, organization)
    sites = select(Site.address_id).where(Site.operator_id == organization.id)
    address_ids = db.session.scalars(sites).all()
    db.session.delete(organization)
    db.session.flush()
    remove_unused(address_ids)


def find_organization(name_or_id: str) -> Organization:
    """Find an organization by its name or number, for the command line."""
    conditions = [Organization.name == name_or_id]
    if name_or_id.isascii() and name_or_id.isdigit() and len(name_or_id) < 19:
        conditions.append(Organization.id == int(name_or_id))
    organization = db.session.scalars(select(Organization).where(or_(*conditions))).first()
    if organization is None:
        raise NotFound(f"There is no organization {name_or_id}; see `flask organizations list`.")
    return organization


def check_organization_name(name: str, organization: Organization | None = None) -> None:
    """Refuse a name that is no name, or that another organization has."""
    check_name(name)
    message = _("There is already an organization %(name)s.", name=name)
    check_unique("name", message, organization, Organization, Organization.name == name)
