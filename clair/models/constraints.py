"""Which value a broken constraint is about: a race gets past the commands' own checks."""

import re

from sqlalchemy import ForeignKeyConstraint
from sqlalchemy.exc import IntegrityError

from clair.models.base import Base

UNIQUE = {
    "uq_api_token_token_hash": "token",
    "uq_ingest_source_name": "name",
    "uq_ingest_source_token_hash": "token",
    "uq_installation_node_id_from_timestamp_s": "from_timestamp_s",
    "uq_membership_organization_id_user_id": "non_field_errors",
    "uq_model_name": "name",
    "uq_node_eui64_upper": "eui64",
    "uq_node_uuid": "id",
    "uq_organization_name": "name",
    "uq_protocol_identifier": "identifier",
    "uq_quantity_quantity": "quantity",
    "uq_quarantined_uplink_source_id_digest": "digest",
    "uq_room_site_id_name": "name",
    "uq_site_operator_id_name": "name",
    "uq_stadtpuls_sensor_installation_id": "installation",
    "uq_stadtpuls_sensor_sensor_id": "sensor_id",
    "uq_user_email_lower": "email",
    "uq_user_username": "username",
}
CONSTRAINT_FIELDS: dict[str, tuple[str, str]] = {
    **{name: (field, "unique") for name, field in UNIQUE.items()},
    **{
        str(constraint.name): (constraint.column_keys[0].removesuffix("_id"), "does_not_exist")
        for table in Base.metadata.tables.values()
        for constraint in table.constraints
        if isinstance(constraint, ForeignKeyConstraint)
    },
    "ex_installation_overlap": ("non_field_errors", "invalid"),
    "ck_installation_from_before_to": ("to_timestamp_s", "invalid"),
}
"""The field in a document, and the code of the error; one that does not exist is a relationship."""

SQLITE = re.compile(
    r"(?:UNIQUE|CHECK) constraint failed: (?:index '(?P<index>\w+)'|(?P<columns>\w+\..+)|(?P<name>\w+))"
)


def field_of(error: IntegrityError) -> tuple[str, str] | None:
    """Say which field of a document has broken a constraint, and how, if that can be known.

    It cannot when something in use is deleted, and when SQLite misses what a row refers to.
    """
    if (error.statement or "").lstrip().upper().startswith("DELETE"):
        return None
    return CONSTRAINT_FIELDS.get(constraint_name(error))


def constraint_name(error: IntegrityError) -> str:
    """Find the name of the broken constraint."""
    diagnosis = getattr(error.orig, "diag", None)
    if diagnosis is not None:
        return str(diagnosis.constraint_name)
    found = SQLITE.search(str(error.orig))
    if found is None:
        return ""
    if not found["columns"]:
        return found["index"] or found["name"]
    # "room.site_id, room.name": SQLite names the columns, and the convention makes the name.
    columns = [each.partition(".") for each in found["columns"].split(", ")]
    return "_".join(["uq", columns[0][0], *(column for _, _, column in columns)])
