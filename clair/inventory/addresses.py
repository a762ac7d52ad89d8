"""Commands on addresses: an address has no owner of its own, only sites that use it."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, TypedDict, Unpack

from flask_babel import gettext as _
from sqlalchemy import delete, inspect, select

from clair import access
from clair.access import Actor
from clair.errors import Conflict, Forbidden, Invalid, InvalidLink
from clair.extensions import db
from clair.inventory.rules import change, check_length
from clair.models import Address, Site

LONGEST = {"street1": 50, "zip": 5, "city": 50}
FARTHEST = {"latitude": 90, "longitude": 180}


class AddressChanges(TypedDict, total=False):
    """What may be changed of an address."""

    street1: str
    street2: str | None
    zip: str
    city: str
    latitude: Decimal | None
    longitude: Decimal | None


def create_address(
    actor: Actor,
    street1: str,
    zip: str,
    city: str,
    street2: str | None = None,
    latitude: Decimal | None = None,
    longitude: Decimal | None = None,
) -> Address:
    """Enter an address, for the site that will follow; until then only its creator sees it."""
    access.require_writer(actor)
    address = Address(
        street1=street1,
        street2=street2,
        zip=zip,
        city=city,
        latitude=latitude,
        longitude=longitude,
        creator_id=actor.user_id,
    )
    check_address(vars(address))
    db.session.add(address)
    db.session.flush()
    return address


def update_address(actor: Actor, address: Address, **changes: Unpack[AddressChanges]) -> None:
    """Change an address that no site of somebody else uses."""
    access.require_owner(actor, address)
    check_address(dict(changes))
    change(address, changes)


def delete_address(actor: Actor, address: Address) -> None:
    """Delete an address that no site uses."""
    access.require_owner(actor, address)
    if db.session.scalar(select(Site.id).where(Site.address_id == address.id).limit(1)):
        raise Conflict(_("A site uses this address."))
    db.session.delete(address)
    db.session.flush()


def remove_unused(address_ids: Sequence[int]) -> None:
    """Delete those addresses that no site uses any more; nobody could find them again."""
    these = Address.id.in_(address_ids)
    # Whoever puts a site there meanwhile waits here, and then finds no address.
    db.session.execute(select(Address.id).where(these).order_by(Address.id).with_for_update()).all()
    unused = Address.id.not_in(select(Site.address_id))
    db.session.execute(delete(Address).where(these, unused))


def check_address(values: Mapping[str, Any]) -> None:
    """Refuse an empty or overlong part, and a place that is not on Earth."""
    for field, longest in LONGEST.items():
        if field in values:
            check_length(field, values[field], longest)
    if len(values.get("street2") or "") > 50:
        raise Invalid(
            "street2", _("must have at most %(longest)d characters", longest=50), "max_length"
        )
    for field, farthest in FARTHEST.items():
        degrees = values.get(field) or 0
        if abs(degrees) > farthest:
            message = _("must be between -%(limit)d and %(limit)d", limit=farthest)
            raise Invalid(field, message, "min_value" if degrees < 0 else "max_value")


def check_usable(actor: Actor, address: Address) -> None:
    """Refuse to put a site at an address that somebody else's site uses, or that is hidden."""
    if not inspect(address).persistent:
        check_address(vars(address))
        address.creator_id = actor.user_id
    elif not access.may_change(actor, address):
        known = access.own(Address, actor).where(Address.id == address.id)
        if db.session.scalar(known) is not None:
            raise Forbidden(_("Somebody else's site uses this address; enter one of your own."))
        raise InvalidLink("address", _("does not exist"), "does_not_exist")
