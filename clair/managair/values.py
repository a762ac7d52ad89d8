"""Turns what a dump holds into what the columns of our tables take."""

from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Boolean, Column, Integer, Numeric, SmallInteger, String, Uuid
from sqlalchemy.types import TypeEngine

from clair.identity import parse_uuid

INTEGER_BITS = {SmallInteger: 16, BigInteger: 64, Integer: 32}
"""In this order, because both others are kinds of `Integer`."""


class Unfit(Exception):
    """A record or a value that cannot be taken over, with the reason."""

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.detail = detail


def as_column(column: Column[Any], name: str, value: object) -> object:
    """Turn a value into the type of a column; `name` is what the dump calls it."""
    if value is None:
        if not column.nullable:
            raise Unfit(f"its {name} is missing")
        return None
    kind = column.type
    if isinstance(kind, Uuid):
        return as_uuid(name, value)
    if isinstance(kind, Boolean):
        return as_boolean(name, value)
    if isinstance(kind, Integer):
        return as_integer(name, value, kind)
    if isinstance(kind, Numeric):
        return as_decimal(name, value, kind)
    return as_text(name, value, kind)


def as_uuid(name: str, value: object) -> UUID:
    """Read an identity."""
    try:
        return parse_uuid(str(value))
    except ValueError as error:
        raise Unfit(f"its {name} is no UUID") from error


def as_boolean(name: str, value: object) -> bool:
    """Read a truth value."""
    if not isinstance(value, bool):
        raise Unfit(f"its {name} is neither true nor false")
    return value


def as_integer(name: str, value: object, kind: TypeEngine[Any]) -> int:
    """Read a whole number that the column can hold."""
    number = as_number(name, value)
    bits = next(bits for base, bits in INTEGER_BITS.items() if isinstance(kind, base))
    if number != int(number) or not -(2 ** (bits - 1)) <= number < 2 ** (bits - 1):
        raise Unfit(f"its {name} is no whole number or too large")
    return int(number)


def as_decimal(name: str, value: object, kind: Numeric[Any]) -> Decimal:
    """Read a number with as many places as the column has."""
    scale = kind.scale or 0
    number = round(as_number(name, value), scale)
    if abs(number) >= 10 ** ((kind.precision or 0) - scale):
        raise Unfit(f"its {name} is out of range")
    return number


def as_number(name: str, value: object) -> Decimal:
    """Read a finite number, which some dumps write as a text."""
    try:
        number = Decimal("NaN" if isinstance(value, bool) else str(value))
    except InvalidOperation as error:
        raise Unfit(f"its {name} is no number") from error
    if not number.is_finite():
        raise Unfit(f"its {name} is no number")
    return number


def as_text(name: str, value: object, kind: TypeEngine[Any]) -> str:
    """Read a text that the column can hold."""
    if not isinstance(value, str):
        raise Unfit(f"its {name} is no text")
    if "\0" in value:
        raise Unfit(f"its {name} contains a NUL character")
    longest = kind.length if isinstance(kind, String) else None
    if longest is not None and len(value) > longest:
        raise Unfit(f"its {name} is longer than {longest} characters")
    return value


def as_instant_s(name: str, value: object) -> int:
    """Read a time as Django writes it; one without an offset is in UTC."""
    try:
        instant = datetime.fromisoformat(str(value))
    except ValueError as error:
        raise Unfit(f"its {name} is no time") from error
    return int((instant if instant.tzinfo else instant.replace(tzinfo=UTC)).timestamp())
