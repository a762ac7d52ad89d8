"""Commands on what all organizations share: quantities, protocols, models; administrators only."""

from collections.abc import Mapping, Sequence
from typing import Any, TypedDict, TypeVar, Unpack

from flask_babel import gettext as _
from sqlalchemy import Select, select
from sqlalchemy.orm import InstrumentedAttribute

from clair import access
from clair.access import Actor
from clair.errors import Conflict, Invalid
from clair.extensions import db
from clair.inventory.rules import change, check_length, check_unique
from clair.models import Entity, Model, Node, Protocol, Quantity

Entry = TypeVar("Entry", bound=Entity)

LONGEST: dict[type[Entity], dict[str, int]] = {
    Quantity: {"quantity": 30, "base_unit": 30},
    Protocol: {"identifier": 30},
    Model: {"name": 30, "trade_name": 30, "manufacturer": 30, "sensor_type": 100},
}
NAMES: dict[type[Entity], InstrumentedAttribute[str]] = {
    Quantity: Quantity.quantity,
    Protocol: Protocol.identifier,
    Model: Model.name,
}
"""What an entry is called, which no other may be."""
COUNTS = ("num_uplink_msgs", "num_downlink_msgs")


class QuantityChanges(TypedDict, total=False):
    """What may be changed of a quantity."""

    quantity: str
    base_unit: str


class ProtocolChanges(TypedDict, total=False):
    """What may be changed of a protocol."""

    identifier: str
    num_uplink_msgs: int
    num_downlink_msgs: int
    family: str | None


class ModelChanges(TypedDict, total=False):
    """What may be changed of a model."""

    name: str
    trade_name: str
    manufacturer: str
    sensor_type: str
    quantities: Sequence[Quantity]


def create_quantity(actor: Actor, quantity: str, base_unit: str) -> Quantity:
    """Enter a quantity that sensors measure."""
    access.require_admin(actor)
    return enter(Quantity(quantity=quantity, base_unit=base_unit))


def update_quantity(actor: Actor, entry: Quantity, **changes: Unpack[QuantityChanges]) -> None:
    """Change a quantity."""
    access.require_admin(actor)
    check_entry(entry, dict(changes))
    change(entry, changes)


def delete_quantity(actor: Actor, quantity: Quantity) -> None:
    """Delete a quantity that no model measures."""
    access.require_admin(actor)
    check_unused(select(Model.id).where(Model.quantities.any(Quantity.id == quantity.id)))
    strike(quantity)


def create_protocol(
    actor: Actor,
    identifier: str,
    num_uplink_msgs: int = 1,
    num_downlink_msgs: int = 1,
    family: str | None = None,
) -> Protocol:
    """Enter a protocol; `family` names the decoder of its payloads, if there is one."""
    access.require_admin(actor)
    protocol = Protocol(
        identifier=identifier,
        num_uplink_msgs=num_uplink_msgs,
        num_downlink_msgs=num_downlink_msgs,
        family=family,
    )
    return enter(protocol)


def update_protocol(actor: Actor, protocol: Protocol, **changes: Unpack[ProtocolChanges]) -> None:
    """Change a protocol."""
    access.require_admin(actor)
    check_entry(protocol, dict(changes))
    change(protocol, changes)


def delete_protocol(actor: Actor, protocol: Protocol) -> None:
    """Delete a protocol that no sensor speaks."""
    access.require_admin(actor)
    check_unused(select(Node.id).where(Node.protocol_id == protocol.id))
    strike(protocol)


def create_model(
    actor: Actor,
    name: str,
    trade_name: str,
    manufacturer: str,
    sensor_type: str,
    quantities: Sequence[Quantity] = (),
) -> Model:
    """Enter a model of sensors with the quantities that it measures."""
    access.require_admin(actor)
    model = Model(
        name=name,
        trade_name=trade_name,
        manufacturer=manufacturer,
        sensor_type=sensor_type,
        quantities=list(quantities),
    )
    return enter(model)


def update_model(actor: Actor, model: Model, **changes: Unpack[ModelChanges]) -> None:
    """Change a model."""
    access.require_admin(actor)
    check_entry(model, dict(changes))
    if "quantities" in changes:
        changes["quantities"] = list(changes["quantities"])
    change(model, changes)


def delete_model(actor: Actor, model: Model) -> None:
    """Delete a model that no sensor is of."""
    access.require_admin(actor)
    check_unused(select(Node.id).where(Node.model_id == model.id))
    strike(model)


def enter(entry: Entry) -> Entry:
    """Put an entry into the catalogue."""
    check_entry(entry, vars(entry))
    db.session.add(entry)
    db.session.flush()
    return entry


def strike(entry: Entity) -> None:
    """Take an entry out of the catalogue."""
    db.session.delete(entry)
    db.session.flush()


def check_entry(entry: Entity, values: Mapping[str, Any]) -> None:
    """Refuse a blank or overlong text, a negative count, and a name that another entry has."""
    for field, longest in LONGEST[type(entry)].items():
        if field in values:
            check_length(field, values[field], longest)
    for field in COUNTS:
        if values.get(field, 0) < 0:
            raise Invalid(field, _("must not be negative"), "min_value")
    name = NAMES[type(entry)]
    if name.key in values:
        message = _("The catalogue has %(name)s already.", name=values[name.key])
        check_unique(name.key, message, entry, type(entry), name == values[name.key])


def check_unused(users: Select[int]) -> None:
    """Refuse to delete what others refer to: nobody's sensors go with an entry."""
    if db.session.scalar(users.limit(1)) is not None:
        raise Conflict(_("This is in use; nothing that is in use is deleted."))
