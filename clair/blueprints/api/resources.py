"""The table of resources: all that the JSON:API knows of each kind of row."""

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload, selectinload

from clair import inventory
from clair.blueprints import limits
from clair.blueprints.api import fidelity, schemas, series
from clair.blueprints.api.finding import (
    belonging,
    equal,
    fellows_in,
    filter_by,
    find_users,
    members,
    node_filter,
    organizations_of,
)
from clair.blueprints.api.relations import Commands, Filter, Resource, ToMany, ToOne
from clair.models import (
    Address,
    Installation,
    Membership,
    Model,
    Node,
    Organization,
    Protocol,
    Quantity,
    Room,
    Site,
    User,
)

ROOMS_OF = select(Room.id).join(Site)

ORGANIZATIONS = Resource(
    path="organizations",
    schema=schemas.Organization,
    model=Organization,
    order=(Organization.name,),
    options=(selectinload(Organization.memberships),),
    relations={
        "users": ToMany(
            type="User",
            of=members,
            wire_ids=lambda row: sorted(each.user_id for each in row.memberships),
        ),
        "memberships": ToMany(type="Membership", of=belonging(Membership.organization_id)),
        "sites": ToMany(type="Site", of=belonging(Site.operator_id)),
        "nodes": ToMany(type="Node", of=belonging(Node.owner_id)),
    },
    includes=("users",),
    commands=Commands(
        inventory.create_organization, inventory.update_organization, inventory.delete_organization
    ),
)

MEMBERSHIPS = Resource(
    path="memberships",
    schema=schemas.Membership,
    model=Membership,
    order=(
        Membership.role,
        select(Organization.name)
        .where(Organization.id == Membership.organization_id)
        .scalar_subquery(),
    ),
    options=(joinedload(Membership.user), joinedload(Membership.organization)),
    relations={
        "organization": ToOne(type="Organization", column=Membership.organization_id),
        "user": ToOne(type="User", column=Membership.user_id),
    },
    filters={
        "organization": equal(Membership.organization_id),
        "user": equal(Membership.user_id),
        "username": Filter(
            str,
            lambda name: Membership.user_id.in_(select(User.id).where(User.username == name)),
        ),
    },
    includes=("user", "organization", "organization.users"),
    needs_login=True,
    commands=Commands(
        inventory.create_membership, inventory.update_membership, inventory.delete_membership
    ),
    limit=limits.limit_members,
)

USERS = Resource(
    path="users",
    schema=schemas.User,
    model=User,
    order=(User.username,),
    brief=("username",),
    relations={
        "organizations": ToMany(
            type="Organization", of=organizations_of, has_self_link=True, is_paged=False
        ),
        "memberships": ToMany(type="Membership", of=belonging(Membership.user_id), is_paged=False),
    },
    filters={"organization": filter_by(fellows_in)},
    search=(User.username, User.email),
    stranger=find_users,
    needs_login=True,
)

ADDRESSES = Resource(
    path="addresses",
    schema=schemas.Address,
    model=Address,
    order=(Address.city, Address.street1),
    needs_login=True,
    commands=Commands(inventory.create_address, inventory.update_address, inventory.delete_address),
)

SITES = Resource(
    path="sites",
    schema=schemas.Site,
    model=Site,
    order=(Site.name,),
    relations={
        "address": ToOne(type="Address", column=Site.address_id),
        "operator": ToOne(type="Organization", column=Site.operator_id, path="organization"),
        "rooms": ToMany(type="Room", of=belonging(Room.site_id)),
    },
    filters={"organization": equal(Site.operator_id)},
    search=(Site.name, Site.description),
    includes=("address", "operator", "operator.users"),
    default_include=("address",),
    commands=Commands(inventory.add_site, inventory.update_site, inventory.delete_site),
)

ROOMS = Resource(
    path="rooms",
    schema=schemas.Room,
    model=Room,
    order=(Room.name,),
    relations={
        "site": ToOne(type="Site", column=Room.site_id),
        "installations": ToMany(
            type="Installation",
            of=belonging(Installation.room_id),
        ),
    },
    filters={
        "site": equal(Room.site_id),
        "organization": filter_by(
            lambda key: Room.site_id.in_(select(Site.id).where(Site.operator_id == key))
        ),
    },
    search=(Room.name, Room.description),
    commands=Commands(inventory.add_room, inventory.update_room, inventory.delete_room),
)

INSTALLATIONS = Resource(
    path="installations",
    schema=schemas.Installation,
    model=Installation,
    order=(Installation.from_timestamp_s.desc(),),
    options=(joinedload(Installation.node),),
    relations={
        "room": ToOne(type="Room", column=Installation.room_id),
        "node": ToOne(
            type="Node",
            column=Installation.node_id,
            wire_id=lambda row: row.node.uuid,
        ),
    },
    filters={
        "organization": filter_by(
            lambda key: Installation.room_id.in_(ROOMS_OF.where(Site.operator_id == key))
        ),
        "site": filter_by(lambda key: Installation.room_id.in_(ROOMS_OF.where(Site.id == key))),
        "room": equal(Installation.room_id),
        "node": node_filter,
    },
    includes=("node", "room"),
    listed=series.list_installations,
    shown=series.show_installation,
    commands=Commands(
        inventory.create_installation,
        inventory.update_installation,
        inventory.delete_installation,
    ),
    is_replaceable=True,
)

NODES = Resource(
    path="nodes",
    schema=schemas.Node,
    model=Node,
    # As the radio network writes it, so that the index on it gives the order.
    order=(func.upper(Node.eui64),),
    relations={
        "protocol": ToOne(type="Protocol", column=Node.protocol_id),
        "model": ToOne(type="Model", column=Node.model_id),
        "owner": ToOne(type="Organization", column=Node.owner_id),
        "installations": ToMany(
            type="Installation",
            of=belonging(Installation.node_id),
            is_paged=False,
        ),
    },
    filters={"organization": equal(Node.owner_id)},
    search=(Node.alias, Node.eui64),
    needs_login=True,
    listed=series.list_nodes,
    shown=series.show_node,
    commands=Commands(inventory.create_node, inventory.update_node, inventory.delete_node),
)

FIDELITY = Resource(
    path="fidelity",
    schema=schemas.Fidelity,
    model=Node,
    order=(Node.id,),
    relations={
        "node": ToOne(type="Node", column=Node.id, wire_id=lambda row: row.uuid, is_itself=True)
    },
    needs_login=True,
    listed=fidelity.list_nodes,
)

PROTOCOLS = Resource(
    path="protocols",
    schema=schemas.Protocol,
    model=Protocol,
    order=(Protocol.identifier,),
    commands=Commands(
        inventory.create_protocol, inventory.update_protocol, inventory.delete_protocol
    ),
)

MODELS = Resource(
    path="models",
    schema=schemas.Model,
    model=Model,
    order=(Model.name,),
    options=(selectinload(Model.quantities),),
    relations={
        "quantities": ToMany(
            type="Quantity",
            wire_ids=lambda row: sorted(each.id for each in row.quantities),
        )
    },
    commands=Commands(inventory.create_model, inventory.update_model, inventory.delete_model),
)

QUANTITIES = Resource(
    path="quantities",
    schema=schemas.Quantity,
    model=Quantity,
    order=(Quantity.quantity,),
    commands=Commands(
        inventory.create_quantity, inventory.update_quantity, inventory.delete_quantity
    ),
)

RESOURCES = (
    QUANTITIES,
    PROTOCOLS,
    MODELS,
    NODES,
    FIDELITY,
    USERS,
    ORGANIZATIONS,
    MEMBERSHIPS,
    SITES,
    ADDRESSES,
    ROOMS,
    INSTALLATIONS,
)
BY_TYPE = {resource.type: resource for resource in RESOURCES}
