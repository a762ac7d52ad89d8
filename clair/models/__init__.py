"""The tables and their constraints, and nothing else: no session, no Flask, no queries."""

from clair.models.base import Base, Entity
from clair.models.devices import Installation, Model, Node, Protocol, Quantity
from clair.models.measurements import (
    DailyCount,
    IngestSource,
    QuarantinedUplink,
    Sample,
    StadtpulsSensor,
)
from clair.models.people import ApiToken, Membership, Organization, Role, Scope, User
from clair.models.places import Address, Room, Site

__all__ = [
    "Address",
    "ApiToken",
    "Base",
    "DailyCount",
    "Entity",
    "IngestSource",
    "Installation",
    "Membership",
    "Model",
    "Node",
    "Organization",
    "Protocol",
    "Quantity",
    "QuarantinedUplink",
    "Role",
    "Room",
    "Sample",
    "Scope",
    "Site",
    "StadtpulsSensor",
    "User",
]
