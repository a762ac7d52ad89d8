"""Commands on organizations, sites, rooms, nodes and installations."""

from zoneinfo import available_timezones

from sqlalchemy import ColumnElement, func, or_, select

from clair import access
from clair.access import Actor
from clair.errors import Conflict, Invalid, NotFound
from clair.extensions import db
from clair.identity import PROTOCOL_NAMES, node_uuid, parse_eui
from clair.models import (
    Address,
    Installation,
    Membership,
    Model,
    Node,
    Organization,
    Protocol,
    Role,
    Room,
    Site,
    User,
)

FAMILY_PROTOCOLS = {
    "clairchen": "CLAIRCHENPROT_V01",
    "ers": "ELSYSERSPROT_V01",
    "oy1012": "TALKPOOLOY1012PROT",
}
FAMILY_MODELS = {
    "clairchen": ("CLAIRCHEN_PROTOTYPE_01", "Clairchen Mark 1", "Clairchen", "Sensirion SCD30"),
    "ers": ("ELSYS_ERS_CO2", "ERS CO2", "ELSYS", "NDIR"),
    "oy1012": ("TALKPOOL_OY1012", "OY1012", "Talkpool", "NDIR"),
}


def create_organization(actor: Actor, name: str, owner: User) -> Organization:
    """Create an organization with its first owner."""
    if not actor.is_system and (actor.user_id != owner.id or actor.is_read_only):
        raise Invalid("owner", "must be you")
    check_name(name)
    if db.session.scalar(select(Organization.id).where(Organization.name == name)):
        raise Conflict(f"There is already an organization {name}.")
    organization = Organization(name=name)
    db.session.add(organization)
    db.session.flush()
    member = Membership(organization_id=organization.id, user_id=owner.id, role=Role.OWNER)
    db.session.add(member)
    db.session.flush()
    return organization


def add_member(actor: Actor, organization: Organization, user: User, role: Role) -> Membership:
    """Make a user a member, or give a member another role; an organization keeps an owner."""
    access.require_owner(actor, organization)
    membership = db.session.scalar(
        select(Membership).where(
            Membership.organization_id == organization.id, Membership.user_id == user.id
        )
    )
    if membership is None:
        membership = Membership(organization_id=organization.id, user_id=user.id)
        db.session.add(membership)
    elif role is not Role.OWNER and is_last_owner(membership):
        raise Conflict(f"{user.username} is the last owner of {organization.name}.")
    membership.role = role
    db.session.flush()
    return membership


def is_last_owner(membership: Membership) -> bool:
    """Say whether an organization would be without an owner."""
    owners = select(func.count()).where(
        Membership.organization_id == membership.organization_id, Membership.role == Role.OWNER
    )
    return membership.role == Role.OWNER and db.session.scalar(owners) == 1


def add_site(
    actor: Actor, organization: Organization, name: str, address: Address, time_zone: str
) -> Site:
    """Add a site to an organization."""
    access.require_owner(actor, organization)
    check_name(name)
    check_address(address)
    if time_zone not in available_timezones():
        raise Invalid("time_zone", "must be the name of a time zone such as Europe/Berlin")
    if db.session.scalar(select(Site.id).filter_by(operator_id=organization.id, name=name)):
        raise Conflict(f"{organization.name} has a site {name} already.")
    site = Site(name=name, operator=organization, address=address, time_zone=time_zone)
    db.session.add(site)
    db.session.flush()
    return site


def add_room(actor: Actor, site: Site, name: str, max_occupancy: int | None = None) -> Room:
    """Add a room to a site."""
    access.require_owner(actor, site)
    check_name(name)
    if db.session.scalar(select(Room.id).filter_by(site_id=site.id, name=name)):
        raise Conflict(f"{site.name} has a room {name} already.")
    room = Room(name=name, site=site, max_occupancy=max_occupancy)
    db.session.add(room)
    db.session.flush()
    return room


def register_node(
    actor: Actor, organization: Organization, eui: str, family: str, alias: str
) -> tuple[Node, bool]:
    """Register a sensor by its EUI, and say whether it is new; one that is there already is no error."""
    access.require_owner(actor, organization)
    if family not in PROTOCOL_NAMES:
        raise Invalid("family", f"must be one of {', '.join(PROTOCOL_NAMES)}")
    try:
        eui = parse_eui(eui)
    except ValueError as error:
        raise Invalid("eui64", str(error)) from error
    node = db.session.scalar(select(Node).where(func.upper(Node.eui64) == eui))
    if node is not None:
        check_same_node(node, organization, family)
        return node, False
    node = Node(
        uuid=node_uuid(family, eui),
        eui64=eui,
        alias=alias[:100],
        protocol=find_protocol(family),
        model=find_model(family),
        owner=organization,
    )
    db.session.add(node)
    db.session.flush()
    return node, True


def check_same_node(node: Node, organization: Organization, family: str) -> None:
    """Refuse to register a sensor again for another owner or as another family."""
    if node.owner_id != organization.id:
        raise Conflict(f"The sensor {node.eui64} is registered for another organization.")
    if node.protocol.family != family:
        raise Conflict(f"The sensor {node.eui64} is registered as {node.protocol.family}.")


def find_protocol(family: str) -> Protocol:
    """Find the protocol of a family, and enter it when it is missing from the catalogue."""
    identifier = FAMILY_PROTOCOLS[family]
    protocol = db.session.scalar(select(Protocol).where(Protocol.identifier == identifier))
    return protocol or Protocol(identifier=identifier, family=family, num_downlink_msgs=0)


def find_model(family: str) -> Model:
    """Find the usual model of a family, and enter it when it is missing from the catalogue."""
    name, trade_name, manufacturer, sensor_type = FAMILY_MODELS[family]
    model = db.session.scalar(select(Model).where(Model.name == name))
    return model or Model(
        name=name, trade_name=trade_name, manufacturer=manufacturer, sensor_type=sensor_type
    )


def install_node(
    actor: Actor, node: Node, room: Room, from_timestamp_s: int, *, is_public: bool = False
) -> Installation:
    """Install a sensor in a room from an instant on, with an open end."""
    access.require_owner(actor, node)
    access.require_owner(actor, room)
    if room.site.operator_id != node.owner_id:
        raise Invalid(
            "room",
            "belongs to another organization; choose a room of the sensor's organization",
        )
    other = db.session.scalar(
        select(Installation).where(
            Installation.node_id == node.id, overlaps(from_timestamp_s, None)
        )
    )
    if other is not None:
        raise Conflict(
            f"{node.alias} is already installed in {other.room.name}; end that installation first."
        )
    installation = Installation(
        node=node, room=room, from_timestamp_s=from_timestamp_s, is_public=is_public
    )
    db.session.add(installation)
    db.session.flush()
    return installation


def overlaps(from_timestamp_s: int, to_timestamp_s: int | None) -> ColumnElement[bool]:
    """Say which installations share time with [from, to); a shared boundary second is no overlap."""
    ends_later = or_(
        Installation.to_timestamp_s.is_(None), Installation.to_timestamp_s > from_timestamp_s
    )
    if to_timestamp_s is None:
        return ends_later
    return ends_later & (Installation.from_timestamp_s < to_timestamp_s)


def find_organization(name_or_id: str) -> Organization:
    """Find an organization by its name or number, for the command line."""
    conditions = [Organization.name == name_or_id]
    if name_or_id.isascii() and name_or_id.isdigit() and len(name_or_id) < 19:
        conditions.append(Organization.id == int(name_or_id))
    organization = db.session.scalars(select(Organization).where(or_(*conditions))).first()
    if organization is None:
        raise NotFound(f"There is no organization {name_or_id}; see `flask organizations list`.")
    return organization


def check_name(name: str) -> None:
    """Refuse an empty or overlong name."""
    check_length("name", name, 50)


def check_address(address: Address) -> None:
    """Refuse an address with an empty or overlong part."""
    check_length("street1", address.street1, 50)
    check_length("zip", address.zip, 5)
    check_length("city", address.city, 50)


def check_length(field: str, text: str, longest: int) -> None:
    """Refuse a text that is blank or longer than its column."""
    if not text.strip() or len(text) > longest:
        raise Invalid(field, f"must have 1 to {longest} characters")
