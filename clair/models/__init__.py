"""The tables and their constraints, and nothing else: no session, no Flask, no queries."""

from clair.models.base import Base, Entity
from clair.models.devices import Installation, Model, Node, Protocol, Quantity
from clair.models.measurements import IngestSource, QuarantinedUplink, Sample
from clair.models.people import Membership, Organization, Role, User
from clair.models.places import Address, Room, Site

__all__ = [
    "Address",
    "Base",
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
    "Site",
    "User",
]
