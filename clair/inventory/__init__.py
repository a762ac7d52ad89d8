"""Commands on what an organization has: members, addresses, sites, rooms, nodes, installations.

Every command takes the actor first and asks the policy itself; it flushes, and the door commits.
Commands that update take what a document names, and leave the rest as it is.
"""

from clair.inventory.addresses import create_address, delete_address, update_address
from clair.inventory.catalogue import (
    create_model,
    create_protocol,
    create_quantity,
    delete_model,
    delete_protocol,
    delete_quantity,
    update_model,
    update_protocol,
    update_quantity,
)
from clair.inventory.devices import create_node, delete_node, register_node, update_node
from clair.inventory.images import remove_image, remove_unused_images, set_image
from clair.inventory.installations import (
    create_installation,
    delete_installation,
    install_node,
    update_installation,
)
from clair.inventory.memberships import (
    add_member,
    add_members,
    create_membership,
    delete_membership,
    remove_members,
    update_membership,
)
from clair.inventory.organizations import (
    create_organization,
    delete_organization,
    find_organization,
    update_organization,
)
from clair.inventory.places import (
    add_room,
    add_site,
    delete_room,
    delete_site,
    update_room,
    update_site,
)
from clair.inventory.rules import Mismatch

__all__ = [
    "Mismatch",
    "add_member",
    "add_members",
    "add_room",
    "add_site",
    "create_address",
    "create_installation",
    "create_membership",
    "create_model",
    "create_node",
    "create_organization",
    "create_protocol",
    "create_quantity",
    "delete_address",
    "delete_installation",
    "delete_membership",
    "delete_model",
    "delete_node",
    "delete_organization",
    "delete_protocol",
    "delete_quantity",
    "delete_room",
    "delete_site",
    "find_organization",
    "install_node",
    "register_node",
    "remove_image",
    "remove_members",
    "remove_unused_images",
    "set_image",
    "update_address",
    "update_installation",
    "update_membership",
    "update_model",
    "update_node",
    "update_organization",
    "update_protocol",
    "update_quantity",
    "update_room",
    "update_site",
]
