"""What of a row does not simply stand in the dump under the same name."""

from typing import Any

from clair.identity import hash_token
from clair.inventory.devices import FAMILY_PROTOCOLS
from clair.managair.collected import Collected, is_verified
from clair.managair.dump import Record
from clair.managair.values import Unfit, as_instant_s, as_number
from clair.models import Role, Scope

OPEN_END_S = 2**31 - 1
"""How the predecessor writes that there is no end."""
TOKEN_LIFE_S = 365 * 86_400
PROTOCOL_FAMILIES = {identifier: family for family, identifier in FAMILY_PROTOCOLS.items()}

Values = dict[str, Any]


def user(record: Record, collected: Collected, notes: list[str]) -> Values:
    """Read a user's account; of several e-mail addresses the primary one counts."""
    fields = record.fields
    addresses = collected.addresses.get(record.key, [])
    email = addresses[0].fields.get("email") if addresses else fields.get("email")
    is_known = bool(addresses) and is_verified(addresses[0])
    if not email:
        email = f"user-{record.key}@no-address.invalid"
        notes.append("has no e-mail address; an impossible one stands in for it")
    return {
        "email": email,
        # Nobody would be left to help an administrator who cannot log in.
        "is_email_verified": is_known or fields.get("is_superuser") is True,
        "created_s": as_instant_s("date_joined", fields.get("date_joined")),
    }


def token(record: Record, collected: Collected, _notes: list[str]) -> Values:
    """Keep the hash of a token; it had no end there, and has one here."""
    return {
        "name": "Managair",
        "scope": Scope.WRITE,
        "token_hash": hash_token(str(record.key)),
        "created_s": as_instant_s("created", record.fields.get("created")),
        "expires_s": collected.now_s + TOKEN_LIFE_S,
    }


def membership(record: Record, _collected: Collected, notes: list[str]) -> Values:
    """Read a role."""
    role = record.fields.get("role", Role.INSPECTOR)
    if role == "A":
        notes.append("was an assistant (A), a role of old, and becomes an inspector")
        role = Role.INSPECTOR
    if role not in list(Role):
        raise Unfit("its role is unknown")
    return {"role": str(role)}


def address(record: Record, _collected: Collected, notes: list[str]) -> Values:
    """Leave out coordinates that are not on Earth: the address is worth more."""
    values: Values = {}
    for name, limit in (("latitude", 90), ("longitude", 180)):
        value = record.fields.get(name)
        if value is not None and abs(as_number(name, value)) > limit:
            notes.append(f"has an impossible {name}, which is left out")
            value = None
        values[name] = value
    return values


def protocol(record: Record, _collected: Collected, _notes: list[str]) -> Values:
    """Find the family that a protocol means."""
    names = ("num_uplink_msgs", "num_downlink_msgs")
    if any(as_number(name, record.fields.get(name) or 0) < 0 for name in names):
        raise Unfit("its number of messages is negative")
    return {"family": PROTOCOL_FAMILIES.get(str(record.fields.get("identifier")))}


def node(record: Record, _collected: Collected, _notes: list[str]) -> Values:
    """Read the identity of a node, which is its key."""
    return {"uuid": record.key}


def installation(record: Record, _collected: Collected, notes: list[str]) -> Values:
    """Read the time and the image of an installation."""
    fields = record.fields
    to_timestamp_s = fields.get("to_timestamp_s")
    image = fields.get("image") or None
    if image is not None:
        notes.append("has an image; copy the files of Managair's media folder to CLAIR_DATA/media")
    return {
        "to_timestamp_s": None if to_timestamp_s == OPEN_END_S else to_timestamp_s,
        "image": image,
    }


def sensor(record: Record, collected: Collected, _notes: list[str]) -> Values:
    """Read which sensor Stadtpuls knows."""
    since = record.fields.get("inserted_s")
    return {"created_s": collected.now_s if since is None else since}
