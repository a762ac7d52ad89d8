"""Commands on nodes: the sensors of an organization."""

from typing import TypedDict, Unpack
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import func, select

from clair import access
from clair.access import Actor
from clair.errors import Conflict, Invalid
from clair.extensions import db
from clair.identity import PROTOCOL_NAMES, SEPARATORS, node_uuid, parse_eui
from clair.inventory.rules import change, check_length, check_transfer, check_unique
from clair.models import Installation, Model, Node, Organization, Protocol

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


class NodeChanges(TypedDict, total=False):
    """What may be changed of a node; its public identity stays."""

    eui64: str
    alias: str
    description: str | None
    protocol: Protocol
    model: Model
    owner: Organization


def create_node(
    actor: Actor,
    owner: Organization,
    uuid: UUID,
    eui64: str,
    alias: str,
    protocol: Protocol,
    model: Model,
    description: str | None = None,
) -> Node:
    """Register a sensor under the identity that its network's forwarder has computed."""
    eui64 = clean_eui(eui64)
    check_length("alias", alias, 100)
    access.require_owner(actor, owner)
    check_uuid(uuid)
    check_eui(eui64)
    node = Node(
        uuid=uuid,
        eui64=eui64,
        alias=alias,
        description=description,
        protocol=protocol,
        model=model,
        owner=owner,
    )
    db.session.add(node)
    db.session.flush()
    return node


def update_node(actor: Actor, node: Node, **changes: Unpack[NodeChanges]) -> None:
    """Change a sensor; it goes to another organization only when it is installed nowhere."""
    access.require_owner(actor, node)
    check_length("alias", changes.get("alias", node.alias), 100)
    if "eui64" in changes:
        changes["eui64"] = clean_eui(changes["eui64"])
        check_eui(changes["eui64"], node)
    owner = changes.get("owner", node.owner)
    check_transfer(actor, node.owner_id, owner, Installation.node_id == node.id)
    change(node, changes)


def delete_node(actor: Actor, node: Node) -> None:
    """Delete a sensor with its installations and all that it has measured."""
    access.require_owner(actor, node)
    db.session.delete(node)
    db.session.flush()


def register_node(
    actor: Actor, organization: Organization, eui: str, family: str, alias: str
) -> tuple[Node, bool]:
    """Register a sensor by its EUI, and say whether it is new; one that is there is no error."""
    access.require_owner(actor, organization)
    if family not in PROTOCOL_NAMES:
        raise Invalid("family", _("must be one of %(names)s", names=", ".join(PROTOCOL_NAMES)))
    eui = clean_eui(eui).upper()
    node = db.session.scalar(select(Node).where(func.upper(Node.eui64) == eui))
    if node is not None:
        check_same_node(node, organization, family)
        return node, False
    protocol, model = find_protocol(family), find_model(family)
    uuid = node_uuid(family, eui)
    return create_node(actor, organization, uuid, eui, alias[:100], protocol, model), True


def clean_eui(text: str) -> str:
    """Read an EUI as people write it, and leave them their capitals."""
    try:
        parse_eui(text)
    except ValueError as error:
        message = _("%(text)s is not an EUI, which has 16 hex digits", text=repr(text[:40]))
        raise Invalid("eui64", message, "invalid") from error
    return SEPARATORS.sub("", text)


def check_uuid(uuid: UUID) -> None:
    """Refuse an identity that another sensor has."""
    check_unique("id", _("Another sensor has this id."), None, Node, Node.uuid == uuid)


def check_eui(eui64: str, node: Node | None = None) -> None:
    """Refuse an EUI that another sensor has, in whatever capitals."""
    same = func.upper(Node.eui64) == eui64.upper()
    check_unique("eui64", _("Another sensor has this EUI."), node, Node, same)


def check_same_node(node: Node, organization: Organization, family: str) -> None:
    """Refuse to register a sensor again for another owner or as another family."""
    if node.owner_id != organization.id:
        raise Conflict(
            _("The sensor %(eui)s is registered for another organization.", eui=node.eui64)
        )
    if node.protocol.family != family:
        found = node.protocol.family or node.protocol.identifier
        raise Conflict(
            _("The sensor %(eui)s is registered as %(family)s.", eui=node.eui64, family=found)
        )


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
