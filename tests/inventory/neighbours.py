"""The other side of the wall: what the clinic next door has."""

from dataclasses import dataclass

from clair.models import Installation, Node, Organization, Room, Site


@dataclass
class Clinic:
    """Charlie's clinic with one installed sensor, since a year before NOW_S."""

    organization: Organization
    site: Site
    room: Room
    node: Node
    installation: Installation
