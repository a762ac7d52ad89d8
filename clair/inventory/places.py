"""Commands on sites and their rooms."""

from decimal import Decimal
from typing import TypedDict, Unpack
from zoneinfo import available_timezones

from flask_babel import gettext as _
from sqlalchemy import select

from clair import access
from clair.access import Actor
from clair.errors import Invalid
from clair.extensions import db
from clair.inventory.addresses import check_usable, remove_unused
from clair.inventory.rules import change, check_name, check_transfer, check_unique
from clair.models import Address, Installation, Organization, Room, Site


class SiteChanges(TypedDict, total=False):
    """What may be changed of a site."""

    name: str
    description: str | None
    time_zone: str
    address: Address
    operator: Organization


class RoomChanges(TypedDict, total=False):
    """What may be changed of a room."""

    name: str
    description: str | None
    size_sqm: Decimal | None
    height_m: Decimal | None
    max_occupancy: int | None
    site: Site


def add_site(
    actor: Actor,
    operator: Organization,
    name: str,
    address: Address,
    time_zone: str = "Europe/Berlin",
    description: str | None = None,
) -> Site:
    """Add a site to an organization, at an address of its own or at a new one."""
    access.require_owner(actor, operator)
    check_name(name)
    check_time_zone(time_zone)
    check_usable(actor, address)
    check_site_name(operator, name)
    site = Site(
        name=name, operator=operator, address=address, time_zone=time_zone, description=description
    )
    db.session.add(site)
    db.session.flush()
    return site


def update_site(actor: Actor, site: Site, **changes: Unpack[SiteChanges]) -> None:
    """Change a site; it goes to another organization only with nothing installed in it."""
    access.require_owner(actor, site)
    name, operator = changes.get("name", site.name), changes.get("operator", site.operator)
    check_name(name)
    check_time_zone(changes.get("time_zone", site.time_zone))
    rooms = select(Room.id).where(Room.site_id == site.id)
    check_transfer(actor, site.operator_id, operator, Installation.room_id.in_(rooms))
    check_site_name(operator, name, site)
    left = site.address
    if changes.get("address", left) != left:
        check_usable(actor, changes["address"])
    change(site, changes)
    if site.address != left:
        remove_unused([left.id])


def delete_site(actor: Actor, site: Site) -> None:
    """Delete a site with its rooms and their installations; the sensors stay."""
    access.require_owner(actor, site)
    left_id = site.address_id
    db.session.delete(site)
    db.session.flush()
    remove_unused([left_id])


def add_room(
    actor: Actor,
    site: Site,
    name: str,
    max_occupancy: int | None = None,
    description: str | None = None,
    size_sqm: Decimal | None = None,
    height_m: Decimal | None = None,
) -> Room:
    """Add a room to a site."""
    access.require_owner(actor, site)
    check_name(name)
    check_room_name(site, name)
    room = Room(
        name=name,
        site=site,
        max_occupancy=max_occupancy,
        description=description,
        size_sqm=size_sqm,
        height_m=height_m,
    )
    db.session.add(room)
    db.session.flush()
    return room


def update_room(actor: Actor, room: Room, **changes: Unpack[RoomChanges]) -> None:
    """Change a room; it goes to another organization's site only with nothing installed in it."""
    access.require_owner(actor, room)
    name, site = changes.get("name", room.name), changes.get("site", room.site)
    check_name(name)
    if site != room.site:
        access.require_parent(actor, site)
        taken_along = Installation.room_id == room.id
        check_transfer(actor, room.site.operator_id, site.operator, taken_along)
    check_room_name(site, name, room)
    change(room, changes)


def delete_room(actor: Actor, room: Room) -> None:
    """Delete a room with its installations; the sensors stay."""
    access.require_owner(actor, room)
    db.session.delete(room)
    db.session.flush()


def check_time_zone(time_zone: str) -> None:
    """Refuse what is no time zone."""
    if time_zone not in available_timezones():
        raise Invalid("time_zone", _("must be the name of a time zone such as Europe/Berlin"))


def check_site_name(operator: Organization, name: str, site: Site | None = None) -> None:
    """Refuse a name that another site of the organization has."""
    message = _("%(operator)s has a site %(name)s already.", operator=operator.name, name=name)
    same = (Site.operator_id == operator.id, Site.name == name)
    check_unique("name", message, site, Site, *same)


def check_room_name(site: Site, name: str, room: Room | None = None) -> None:
    """Refuse a name that another room of the site has."""
    message = _("%(site)s has a room %(name)s already.", site=site.name, name=name)
    check_unique("name", message, room, Room, Room.site_id == site.id, Room.name == name)
