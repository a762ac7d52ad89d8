"""Who may see and change what: the whole policy, as SQL that both lists rows and answers for one.

Small tables say which rows belong to an organization, which anybody may see, which are personal, and
which are for administrators to change. Members see what belongs to their organization, owners change
it: the two differ in one word, `member_of` against `owner_of`. What is hidden is not found; what is
visible but not yours is forbidden.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, Select, false, or_, select, true
from sqlalchemy.orm import contains_eager, joinedload

from clair.errors import Forbidden, NotFound, Unauthorized
from clair.extensions import db
from clair.models import (
    Address,
    ApiToken,
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
    StadtpulsSensor,
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
    is_admin: bool = False

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


def rooms_of(organizations: Organizations) -> Organizations:
    """Select the rooms of the sites that organizations operate."""
    return select(Room.id).where(Room.site_id.in_(sites_of(organizations)))


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
    Installation: lambda organizations: Installation.room_id.in_(rooms_of(organizations)),
    StadtpulsSensor: lambda organizations: StadtpulsSensor.installation_id.in_(
        select(Installation.id).where(Installation.room_id.in_(rooms_of(organizations)))
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

PERSONAL: dict[type[Entity], Callable[[Actor], Condition]] = {
    User: lambda actor: User.id == actor.user_id,
    ApiToken: lambda actor: ApiToken.user_id == actor.user_id,
    # Until a site is there; then it is the affair of that site's organization.
    Address: lambda actor: (
        (Address.creator_id == actor.user_id) & Address.id.not_in(select(Site.address_id))
    ),
}

CATALOGUE = (Quantity, Protocol, Model)
"""What administrators change, and nobody else: it is there for all organizations."""


def is_fellow(actor: Actor) -> Condition:
    """Say which users share an organization with the actor."""
    return User.id.in_(
        select(Membership.user_id).where(Membership.organization_id.in_(member_of(actor)))
    )


def is_shared(actor: Actor) -> Condition:
    """Say which addresses a site of somebody else uses, too: they are nobody's to change."""
    others = Site.operator_id.not_in(owner_of(actor))
    return Address.id.in_(select(Site.address_id).where(others))


def belongs_to(model: type[Entity], actor: Actor, organizations: Organizations) -> Condition:
    """Say which rows belong to organizations of the actor, or to the actor in person."""
    belongs = BELONGS[model](organizations) if model in BELONGS else false()
    return or_(belongs, PERSONAL[model](actor) if model in PERSONAL else false())


def is_own(model: type[Entity], actor: Actor) -> Condition:
    """Say which rows are the actor's: of an own organization, or personal; not merely public."""
    if actor.is_system:
        return true()
    if actor.user_id is None:
        return false()
    mine = belongs_to(model, actor, member_of(actor))
    return mine | is_fellow(actor) if model is User else mine


def may_see(model: type[Entity], actor: Actor) -> Condition:
    """Say, as SQL, which rows of a model the actor may see."""
    return true() if actor.is_system else or_(PUBLIC.get(model, false()), is_own(model, actor))


def may_change_rows(model: type[Entity], actor: Actor) -> Condition:
    """Say, as SQL, which rows of a model the actor may change."""
    if actor.is_system:
        return true()
    if actor.user_id is None or actor.is_read_only:
        return false()
    if model in CATALOGUE:
        return true() if actor.is_admin else false()
    mine = belongs_to(model, actor, owner_of(actor))
    return mine & ~is_shared(actor) if model is Address else mine


def visible(model: type[Row], actor: Actor) -> Select[Row]:
    """Select the rows that the actor may see."""
    return select(model).where(may_see(model, actor))


def own(model: type[Row], actor: Actor) -> Select[Row]:
    """Select the rows that are the actor's own."""
    return select(model).where(is_own(model, actor))


def has_id(model: type[Entity], row_id: int) -> Condition:
    """Say which row has a number; SQLite stumbles over one that no column holds."""
    return model.id == row_id if abs(row_id) < 2**63 else false()


def get(model: type[Row], row_id: int, actor: Actor) -> Row:
    """Fetch one row, or raise NotFound: a hidden row is not told from a missing one."""
    row = db.session.scalar(visible(model, actor).where(has_id(model, row_id)))
    if row is None:
        raise NotFound(f"There is no {model.__name__.lower()} {row_id}.")
    return row


def linked(
    model: type[Row], key: int | Condition, actor: Actor, *, may_be_hidden: bool = False
) -> Row:
    """Fetch a row that a document refers to: Forbidden when it is hidden, NotFound when missing.

    A hidden user can be referred to: whoever knows the whole address of a person may invite her. A
    disabled one cannot, nor a hidden address: it would be seen by having a site there.
    """
    if actor.is_nobody:
        raise Unauthorized(_("Log in first."))
    statement = select(model).where(has_id(model, key) if isinstance(key, int) else key)
    may_link = or_(may_see(model, actor), User.is_active if model is User else false())
    row = db.session.scalar(statement.where(may_link))
    if row is None and model not in (Address, User):
        row = db.session.scalar(statement)
        if row is not None and not may_be_hidden:
            raise Forbidden(_("This belongs to somebody else."))
    if row is None:
        raise NotFound(f"There is no such {model.__name__.lower()}.")
    return row


def may_change(actor: Actor, row: Entity) -> bool:
    """Say whether the actor may change the row; templates ask this before they show a button."""
    model = type(row)
    statement = select(model.id).where(model.id == row.id, may_change_rows(model, actor))
    return db.session.scalar(statement) is not None


def require_owner(actor: Actor, row: Entity) -> None:
    """Raise unless the actor may change the row: Unauthorized, NotFound or Forbidden."""
    if actor.is_nobody:
        raise Unauthorized(_("Log in first."))
    if not may_change(actor, row):
        get(type(row), row.id, actor)
        raise Forbidden(_("Only an owner may change this."))


def require_parent(actor: Actor, row: Entity) -> None:
    """Raise unless the actor may put something there: Forbidden, even if it is hidden from him."""
    if actor.is_nobody:
        raise Unauthorized(_("Log in first."))
    if not may_change(actor, row):
        raise Forbidden(_("Only an owner may add something here."))


def require_writer(actor: Actor) -> None:
    """Refuse nobody, and whoever may only read."""
    if actor.is_nobody:
        raise Unauthorized(_("Log in first."))
    if actor.is_read_only:
        raise Forbidden(_("This token may only read."))


def require_admin(actor: Actor) -> None:
    """Refuse everybody but administrators."""
    require_writer(actor)
    if not (actor.is_system or actor.is_admin):
        raise Forbidden(_("Only an administrator may do this."))


def require_system(actor: Actor) -> None:
    """Refuse everybody but administrators at the command line."""
    if not actor.is_system:
        raise Forbidden(_("Only an administrator may do this."))


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
