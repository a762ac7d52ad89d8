"""The table of what becomes what, in the order of dependencies."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from clair.managair import derive
from clair.managair.collected import INSTALLATION, STADTPULS, USER, Collected
from clair.managair.dump import Record
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
    Room,
    Site,
    StadtpulsSensor,
    User,
)

TAKEN = "its number belongs to something else here"

Values = dict[str, Any]
Derive = Callable[[Record, Collected, list[str]], Values]
"""From a record to further values by column; the list takes notes on what is not as it was."""


@dataclass(frozen=True)
class Kind:
    """What records of one kind become, and how to tell whether they are here already."""

    source: str
    model: type[Entity]
    columns: tuple[str, ...] = ()
    """What has the same name here and there."""
    renamed: Mapping[str, str] = field(default_factory=dict)
    """Column: what the dump calls it."""
    links: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    """Column: the field, and the kind of what it refers to."""
    many: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    """The same for relations to many."""
    derive: Derive = lambda record, collected, notes: {}
    key: tuple[str, ...] = ()
    """What finds the row of a record; without, its number does."""
    same: tuple[str, ...] = ()
    """What the row that was found must share to be the same thing."""
    otherwise: str = TAKEN
    """Why not, if it does not."""
    unique: Mapping[tuple[str, ...], str] = field(default_factory=dict)
    """What no two rows may share, and what that is called."""
    is_numbered: bool = True
    volatile: tuple[str, ...] = ()
    """What changes by itself."""


KINDS = (
    Kind(
        USER,
        User,
        ("username", "first_name", "last_name", "is_active"),
        {"password_hash": "password", "is_admin": "is_superuser"},
        derive=derive.user,
        same=("created_s",),
        unique={("username",): "user name", ("email",): "e-mail address"},
        volatile=("password_hash", "is_email_verified"),
    ),
    Kind(
        "authtoken.token",
        ApiToken,
        links={"user_id": ("user", USER)},
        derive=derive.token,
        key=("token_hash",),
        same=("user_id",),
        otherwise="it belongs to another user here",
        is_numbered=False,
        volatile=("name", "scope", "expires_s"),
    ),
    Kind(
        "core.organization",
        Organization,
        ("name", "description"),
        same=("name",),
        unique={("name",): "name"},
    ),
    Kind(
        "core.membership",
        Membership,
        links={"organization_id": ("organization", "core.organization"), "user_id": ("user", USER)},
        derive=derive.membership,
        key=("organization_id", "user_id"),
    ),
    Kind(
        "core.address",
        Address,
        ("street1", "street2", "zip", "city"),
        derive=derive.address,
        same=("street1", "zip", "city"),
    ),
    Kind(
        "core.site",
        Site,
        ("name", "description"),
        links={
            "operator_id": ("operator", "core.organization"),
            "address_id": ("address", "core.address"),
        },
        same=("operator_id",),
        unique={("operator_id", "name"): "name"},
    ),
    Kind(
        "core.room",
        Room,
        ("name", "description", "size_sqm", "height_m", "max_occupancy"),
        links={"site_id": ("site", "core.site")},
        same=("site_id",),
        unique={("site_id", "name"): "name"},
    ),
    Kind("core.quantity", Quantity, ("quantity", "base_unit"), key=("quantity",)),
    Kind(
        "core.nodeprotocol",
        Protocol,
        ("identifier", "num_uplink_msgs", "num_downlink_msgs"),
        derive=derive.protocol,
        key=("identifier",),
        volatile=("family",),
    ),
    Kind(
        "core.nodemodel",
        Model,
        ("name", "trade_name", "manufacturer", "sensor_type"),
        many={"quantities": ("quantities", "core.quantity")},
        key=("name",),
    ),
    Kind(
        "core.node",
        Node,
        ("eui64", "alias", "description"),
        links={
            "protocol_id": ("protocol", "core.nodeprotocol"),
            "model_id": ("model", "core.nodemodel"),
            "owner_id": ("owner", "core.organization"),
        },
        derive=derive.node,
        key=("uuid",),
        same=("owner_id",),
        otherwise="it belongs to another organization here",
        unique={("eui64",): "EUI"},
        is_numbered=False,
    ),
    Kind(
        INSTALLATION,
        Installation,
        ("from_timestamp_s", "is_public", "description"),
        links={"node_id": ("node", "core.node"), "room_id": ("room", "core.room")},
        derive=derive.installation,
        same=("node_id", "room_id"),
    ),
    Kind(
        STADTPULS,
        StadtpulsSensor,
        renamed={"sensor_id": "stadtpuls_sensor_id"},
        links={"installation_id": ("installation", INSTALLATION)},
        derive=derive.sensor,
        key=("installation_id",),
        same=("sensor_id",),
        otherwise="its installation has another sensor of Stadtpuls already",
        unique={("sensor_id",): "sensor of Stadtpuls"},
    ),
)
