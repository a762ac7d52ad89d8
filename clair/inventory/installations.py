"""Commands on installations: which node is where, and from when to when."""

from typing import TypedDict, Unpack

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, or_, select

from clair import access
from clair.access import Actor
from clair.errors import Invalid
from clair.extensions import db
from clair.inventory.rules import Mismatch, change, check_unique, hold
from clair.models import Installation, Node, Room, Site


class InstallationChanges(TypedDict, total=False):
    """What may be changed of an installation."""

    node: Node
    room: Room
    from_timestamp_s: int
    to_timestamp_s: int | None
    is_public: bool
    description: str | None


def create_installation(
    actor: Actor,
    node: Node,
    room: Room,
    from_timestamp_s: int,
    to_timestamp_s: int | None = None,
    is_public: bool = False,
    description: str | None = None,
) -> Installation:
    """Install a sensor in a room of its organization for [from, to), or with an open end."""
    check_together(node, room)
    check_period(from_timestamp_s, to_timestamp_s)
    access.require_parent(actor, room)
    check_free(actor, node, from_timestamp_s, to_timestamp_s)
    installation = Installation(
        node=node,
        room=room,
        from_timestamp_s=from_timestamp_s,
        to_timestamp_s=to_timestamp_s,
        is_public=is_public,
        description=description,
    )
    db.session.add(installation)
    db.session.flush()
    return installation


def install_node(
    actor: Actor, node: Node, room: Room, from_timestamp_s: int, *, is_public: bool = False
) -> Installation:
    """Install a sensor in a room from an instant on; what is hidden from the actor is not found."""
    access.require_owner(actor, node)
    access.require_owner(actor, room)
    return create_installation(actor, node, room, from_timestamp_s, is_public=is_public)


def update_installation(
    actor: Actor, installation: Installation, **changes: Unpack[InstallationChanges]
) -> None:
    """Change an installation: end it, correct it, publish it, or say more about it."""
    access.require_owner(actor, installation)
    node = changes.get("node", installation.node)
    room = changes.get("room", installation.room)
    from_s = changes.get("from_timestamp_s", installation.from_timestamp_s)
    to_s = changes.get("to_timestamp_s", installation.to_timestamp_s)
    is_elsewhere = (node, room) != (installation.node, installation.room)
    # An installation that was handed over with its room may be shortened, but shows nothing new.
    if is_elsewhere or not is_within(installation, from_s, to_s):
        check_together(node, room)
    check_period(from_s, to_s)
    if is_elsewhere:
        access.require_parent(actor, room)
    check_free(actor, node, from_s, to_s, installation)
    change(installation, changes)


def delete_installation(actor: Actor, installation: Installation) -> None:
    """Delete an installation; the samples stay with the sensor."""
    access.require_owner(actor, installation)
    db.session.delete(installation)
    db.session.flush()


def check_together(node: Node, room: Room) -> None:
    """Refuse a sensor and a room of two organizations, even if one of them changes hands now."""
    hold(node.owner_id)
    operator = select(Site.operator_id).join(Room).where(Room.id == room.id)
    together = select(Node.id).where(Node.id == node.id, Node.owner_id.in_(operator))
    if db.session.scalar(together) is None:
        raise Mismatch(
            _("The room belongs to another organization; choose one of the sensor's organization.")
        )


def check_period(from_timestamp_s: int, to_timestamp_s: int | None) -> None:
    """Refuse a time that ends before it has begun."""
    if to_timestamp_s is not None and from_timestamp_s >= to_timestamp_s:
        raise Invalid("to_timestamp_s", _("must be later than the beginning"), "invalid")


def check_free(
    actor: Actor,
    node: Node,
    from_timestamp_s: int,
    to_timestamp_s: int | None,
    installation: Installation | None = None,
) -> None:
    """Refuse to have a sensor in two rooms at once; the database does, if it is a matter of time."""
    is_same = (Installation.node_id == node.id, Installation.from_timestamp_s == from_timestamp_s)
    message = _("%(node)s begins another installation in this second.", node=node.alias)
    check_unique("from_timestamp_s", message, installation, Installation, *is_same)
    statement = select(Installation).where(
        Installation.node_id == node.id, overlaps(from_timestamp_s, to_timestamp_s)
    )
    if installation is not None:
        statement = statement.where(Installation.id != installation.id)
    other = db.session.scalars(statement.order_by(Installation.from_timestamp_s)).first()
    if other is None:
        return
    if db.session.scalar(access.visible(Room, actor).where(Room.id == other.room_id)) is None:
        # The sensor was another organization's, whose rooms are its own affair.
        raise Mismatch(_("%(node)s was already installed at that time.", node=node.alias))
    raise Mismatch(
        _(
            "%(node)s is already installed in %(room)s; end that installation first.",
            node=node.alias,
            room=other.room.name,
        )
    )


def overlaps(from_timestamp_s: int, to_timestamp_s: int | None) -> ColumnElement[bool]:
    """Say which installations share time with [from, to); a shared boundary second is no overlap."""
    ends_later = or_(
        Installation.to_timestamp_s.is_(None), Installation.to_timestamp_s > from_timestamp_s
    )
    if to_timestamp_s is None:
        return ends_later
    return ends_later & (Installation.from_timestamp_s < to_timestamp_s)


def is_within(installation: Installation, from_s: int, to_s: int | None) -> bool:
    """Say whether a time is no longer than that of the installation at either end."""
    end_s = installation.to_timestamp_s
    ends_no_later = end_s is None or (to_s is not None and to_s <= end_s)
    return from_s >= installation.from_timestamp_s and ends_no_later
