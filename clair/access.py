"""Who may see and change what: the whole policy, as SQL that both lists rows and answers for one.

Three small tables say which rows belong to an organization, which anybody may see, and which are
personal. Members see what belongs to their organization, owners change it: the two differ in one
word, `member_of` against `owner_of`. What is hidden is not found; what is visible but not yours is
forbidden.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from sqlalchemy import ColumnElement, Select, false, or_, select, true
from sqlalchemy.orm import contains_eager, joinedload

from clair.errors import Forbidden, NotFound, Unauthorized
from clair.extensions import db
from clair.models import (
    Address,
    Entity,
    Installation,
    Membership,
    Model,
    Node,
    Organization,
    Protocol,
    Quantity,
    QuarantinedUplink,
    Role,
    Room,
    Site,
    User,
)

Row = TypeVar("Row", bound=Entity)
Organizations = Select[int]
Condition = ColumnElement[bool]


@dataclass(frozen=True)
class Actor:
    """Who acts: a user, nobody, or the system itself (command line, jobs, back office)."""

    user_id: int | None = None
    is_system: bool = False
    is_read_only: bool = False

    @property
    def is_nobody(self) -> bool:
        """Say whether nobody has logged in."""
        return self.user_id is None and not self.is_system


@dataclass(frozen=True)
class Source:
    """What delivers measurements; `id` is None for an old forwarder without a token."""

    id: int | None
    name: str
    network: str
    family: str | None


NOBODY = Actor()
SYSTEM = Actor(is_system=True)


def member_of(actor: Actor) -> Organizations:
    """Select the organizations that the actor is a member of."""
    return select(Membership.organization_id).where(Membership.user_id == actor.user_id)


def owner_of(actor: Actor) -> Organizations:
    """Select the organizations that the actor is an owner of."""
    return member_of(actor).where(Membership.role == Role.OWNER)


def sites_of(organizations: Organizations) -> Organizations:
    """Select the sites that organizations operate."""
    return select(Site.id).where(Site.operator_id.in_(organizations))


PUBLIC_ROOMS = select(Installation.room_id).where(Installation.is_public)
PUBLIC_SITES = select(Room.site_id).where(Room.id.in_(PUBLIC_ROOMS))

BELONGS: dict[type[Entity], Callable[[Organizations], Condition]] = {
    Organization: lambda organizations: Organization.id.in_(organizations),
    Membership: lambda organizations: Membership.organization_id.in_(organizations),
    Site: lambda organizations: Site.operator_id.in_(organizations),
    Address: lambda organizations: Address.id.in_(
        select(Site.address_id).where(Site.operator_id.in_(organizations))
    ),
    Room: lambda organizations: Room.site_id.in_(sites_of(organizations)),
    Installation: lambda organizations: Installation.room_id.in_(
        select(Room.id).where(Room.site_id.in_(sites_of(organizations)))
    ),
    Node: lambda organizations: Node.owner_id.in_(organizations),
    QuarantinedUplink: lambda organizations: QuarantinedUplink.node_id.in_(
        select(Node.id).where(Node.owner_id.in_(organizations))
    ),
}

PUBLIC: dict[type[Entity], Condition] = {
    Installation: Installation.is_public.is_(True),
    Room: Room.id.in_(PUBLIC_ROOMS),
    Site: Site.id.in_(PUBLIC_SITES),
    Address: Address.id.in_(select(Site.address_id).where(Site.id.in_(PUBLIC_SITES))),
    Organization: Organization.id.in_(select(Site.operator_id).where(Site.id.in_(PUBLIC_SITES))),
    Quantity: true(),
    Protocol: true(),
    Model: true(),
}


def is_self(actor: Actor) -> Condition:
    """Say which user the actor is."""
    return User.id == actor.user_id


def is_fellow(actor: Actor) -> Condition:
    """Say which users share an organization with the actor."""
    return User.id.in_(
        select(Membership.user_id).where(Membership.organization_id.in_(member_of(actor)))
    )


def may_see(model: type[Entity], actor: Actor) -> Condition:
    """Say, as SQL, which rows of a model the actor may see."""
    if actor.is_system:
        return true()
    conditions = [PUBLIC.get(model, false())]
    if actor.user_id is not None and model in BELONGS:
        conditions.append(BELONGS[model](member_of(actor)))
    if actor.user_id is not None and model is User:
        conditions += [is_self(actor), is_fellow(actor)]
    return or_(*conditions)


def may_change_rows(model: type[Entity], actor: Actor) -> Condition:
    """Say, as SQL, which rows of a model the actor may change."""
    if actor.is_system:
        return true()
    if actor.user_id is None or actor.is_read_only:
        return false()
    if model is User:
        return is_self(actor)
    return BELONGS[model](owner_of(actor)) if model in BELONGS else false()


def visible(model: type[Row], actor: Actor) -> Select[Row]:
    """Select the rows that the actor may see."""
    return select(model).where(may_see(model, actor))


def get(model: type[Row], row_id: int, actor: Actor) -> Row:
    """Fetch one row, or raise NotFound: a hidden row is not told from a missing one."""
    row = db.session.scalar(visible(model, actor).where(model.id == row_id))
    if row is None:
        raise NotFound(f"There is no {model.__name__.lower()} {row_id}.")
    return row


def may_change(actor: Actor, row: Entity) -> bool:
    """Say whether the actor may change the row; templates ask this before they show a button."""
    model = type(row)
    statement = select(model.id).where(
        model.id == row.id,
        may_change_rows(model, actor),
    )
    return db.session.scalar(statement) is not None


def require_owner(actor: Actor, row: Entity) -> None:
    """Raise unless the actor may change the row: Unauthorized, NotFound or Forbidden."""
    if actor.is_nobody:
        raise Unauthorized("Log in first.")
    if not may_change(actor, row):
        get(type(row), row.id, actor)
        raise Forbidden("Only an owner may change this.")


def require_system(actor: Actor) -> None:
    """Refuse everybody but administrators at the command line."""
    if not actor.is_system:
        raise Forbidden("Only an administrator may do this.")


def is_own(model: type[Entity], actor: Actor) -> Condition:
    """Say which rows are those of the actor's organizations; a public one opens no dashboard."""
    return true() if actor.is_system else BELONGS[model](member_of(actor))


def get_own_organization(organization_id: int, actor: Actor) -> Organization:
    """Fetch an organization for its members."""
    organization = db.session.scalar(
        select(Organization).where(Organization.id == organization_id, is_own(Organization, actor))
    )
    if organization is None:
        raise NotFound(f"There is no organization {organization_id}.")
    return organization


def get_own_installation(organization_id: int, installation_id: int, actor: Actor) -> Installation:
    """Fetch an installation of an organization for its members, with all that its page names."""
    room = contains_eager(Installation.room)
    installation = db.session.scalar(
        select(Installation)
        .join(Installation.room)
        .join(Room.site)
        .where(
            Installation.id == installation_id,
            Site.operator_id == organization_id,
            is_own(Installation, actor),
        )
        .options(room.contains_eager(Room.site).joinedload(Site.operator))
        .options(joinedload(Installation.node))
    )
    if installation is None:
        raise NotFound(f"There is no installation {installation_id}.")
    return installation
