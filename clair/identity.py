"""Who a device is: its EUI, and the UUID that the world knows its node by."""

import hashlib
import re
import uuid

PROTOCOL_NAMES = {
    "clairchen": "CLAIRCHEN",
    "ers": "ELSYSERS",
    "oy1012": "TALKPOOLOY1012",
}
"""What is hashed into the identity of a family's nodes; not the identifier in the catalogue."""

SEPARATORS = re.compile(r"[\s:-]")
EIGHT_BYTES = re.compile(r"[0-9A-Fa-f]{16}")
UUID_TEXT = re.compile(r"[0-9A-Fa-f]{32}|[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")


def parse_eui(text: str) -> str:
    """Read an EUI as people write it, into 16 upper-case hex digits."""
    digits = SEPARATORS.sub("", text)
    if not EIGHT_BYTES.fullmatch(digits):
        raise ValueError(f"{text[:40]!r} is not an EUI, which has 16 hex digits")
    return digits.upper()


def node_uuid(family_name: str, eui: str) -> uuid.UUID:
    """Derive the public identity of a node from its family and its EUI.

    The digest fills all 128 bits. There is no version and no variant in it: `uuid5` would give
    another identity, and a check for a version would refuse this one.
    """
    name = PROTOCOL_NAMES[family_name]
    digest = hashlib.sha256(name.encode() + bytes.fromhex(parse_eui(eui))).digest()
    return uuid.UUID(bytes=digest[:16])


def parse_uuid(text: str) -> uuid.UUID:
    """Read the identity of a node, with or without dashes, in any case; ValueError for all else."""
    if not UUID_TEXT.fullmatch(text):
        raise ValueError(f"{text[:40]!r} is not a UUID")
    return uuid.UUID(text)


def hash_token(token: str) -> str:
    """Hash a token; it is long and random, so that a fast hash without salt is enough."""
    return hashlib.sha256(token.encode()).hexdigest()
