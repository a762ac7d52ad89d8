"""Reads how documents refer to resources: by objects with a type and an id."""

from typing import Any

from flask_babel import gettext
from marshmallow import ValidationError

from clair.blueprints.bodies import TooMany
from clair.errors import Conflict
from clair.identity import parse_uuid

MAX_DIGITS = 9
"""How many the number of a row has, as in addresses."""
MAX_LINKED = 1000
"""How many resources a linkage may name; SQL cannot hold any number of parameters."""


class Mismatch(Conflict):
    """The document speaks of another resource than its place."""

    code = "error"

    @classmethod
    def of_type(cls, type_: str) -> "Mismatch":
        """Say which type was expected."""
        return cls(gettext("The type of the resource must be %(type)s.", type=type_))


def check_size(linkage: list[Any]) -> None:
    """Refuse a linkage that is too long."""
    if len(linkage) > MAX_LINKED:
        raise TooMany(gettext("At most %(count)s resources can be named.", count=MAX_LINKED))


def read_identifier(given: Any, type_: str) -> str:
    """Read the id from a resource identifier object, or raise the code of the rule it breaks."""
    if not isinstance(given, dict) or "type" not in given:
        raise ValidationError("incorrect_type")
    if "id" not in given:
        raise ValidationError("missing_id")
    if given["type"] != type_:
        raise Mismatch.of_type(type_)
    return read_id(given["id"], type_)


def read_id(given: Any, type_: str) -> str:
    """Read an id as text: a number as rows have it, or the UUID of a node."""
    if isinstance(given, bool) or not isinstance(given, str | int):
        raise ValidationError("incorrect_type")
    text = str(given).strip()
    try:
        return str(parse_uuid(text) if type_ == "Node" else read_number(text))
    except ValueError as error:
        raise ValidationError("invalid") from error


def read_number(text: str) -> int:
    """Read the number of a row, or raise ValueError."""
    if not (text.isascii() and text.isdigit()):
        raise ValueError(text)
    if len(text) > MAX_DIGITS:
        # SQLite fails on larger ones.
        raise ValidationError("does_not_exist")
    return int(text)
