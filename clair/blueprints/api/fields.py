"""The kinds of attributes: what each takes from the wire, and how its values are shown there.

A broken rule is known by its code on the wire; `DETAILS` says it in words. Every declaration can be
asked for what it demands: `required`, `allow_none`, `dump_only`, `load_default`, and its limits.
"""

import decimal
import re
from collections.abc import Iterator
from enum import StrEnum
from typing import Any
from uuid import UUID

from flask import url_for
from flask_babel import lazy_gettext
from marshmallow import ValidationError, fields

from clair.identity import parse_uuid

OPEN_END_S = 2**31 - 1
"""How the wire writes "no end"; it is also the latest instant that it knows."""
INT_LIMITS = (-(2**31), 2**31 - 1)
WHOLE = re.compile(r"[+-]?\d{1,400}(\.0*)?", re.ASCII)
DECIMAL = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d{1,4})?", re.ASCII | re.IGNORECASE)
"""What is a number in a text; Python would take `1_0`, and digits of any script."""
CODES = {"required": "required", "null": "null"}
"""What marshmallow itself finds wrong, by its code."""
EMAIL = r"[^@\s]+@[^@\s]+"
USERNAME = r"[\w.@+-]+"

DETAILS = {
    "required": lazy_gettext("This is needed."),
    "blank": lazy_gettext("This must not be empty."),
    "null": lazy_gettext("This must not be null."),
    "invalid": lazy_gettext("This is not a value of the kind expected."),
    "invalid_choice": lazy_gettext("This is none of the values allowed."),
    "max_length": lazy_gettext("Characters allowed: at most %(max_length)s."),
    "min_value": lazy_gettext("This must be at least %(min_value)s."),
    "max_value": lazy_gettext("This must be at most %(max_value)s."),
    "max_digits": lazy_gettext("Digits allowed: at most %(max_digits)s."),
    "max_decimal_places": lazy_gettext("Decimal places allowed: at most %(places)s."),
    "max_whole_digits": lazy_gettext("Digits allowed before the point: at most %(whole_digits)s."),
    "null_characters_not_allowed": lazy_gettext("Null characters are not allowed."),
    "does_not_exist": lazy_gettext("There is no such resource."),
    "incorrect_type": lazy_gettext("A resource is named by an object with its type and id."),
    "missing_id": lazy_gettext("The id of the resource is missing."),
}
"""The rules in words, by their codes; the limits are those of the field."""


def detail(code: str, field: object) -> str:
    """Say in words which rule of a field is broken."""
    return str(DETAILS[code]) % vars(field)


class Attribute(fields.Field):
    """A value of a resource that can be read from the wire and shown on it."""

    def __init__(self, **options: Any) -> None:
        # What may be null need not be given.
        if options.get("allow_none"):
            options.setdefault("load_default", None)
        super().__init__(error_messages=CODES, **options)

    def _deserialize(self, value: Any, attr: Any, data: Any, **_options: Any) -> Any:
        return self.read(value)

    def read(self, value: Any) -> Any:
        """Read a value of the wire, or raise the codes of the rules that it breaks."""
        raise NotImplementedError

    def show(self, value: Any) -> Any:
        """Put a value into the form that it has on the wire."""
        return value


class Text(Attribute):
    """A text without blanks around it; it may be empty unless it is required."""

    def __init__(
        self,
        *,
        max_length: int | None = None,
        pattern: str | None = None,
        is_trimmed: bool = True,
        **options: Any,
    ) -> None:
        super().__init__(**options)
        self.max_length = max_length
        self.pattern = pattern
        self.is_trimmed = is_trimmed

    def read(self, value: Any) -> str:
        """Read a text; a number will do."""
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            raise ValidationError("invalid")
        text = str(value).strip() if self.is_trimmed else str(value)
        if broken := list(self.broken_rules(text)):
            raise ValidationError(broken)
        return text

    def broken_rules(self, text: str) -> Iterator[str]:
        """Name the rules that a text breaks."""
        if not text:
            if self.required:
                yield "blank"
            return
        if "\0" in text:
            yield "null_characters_not_allowed"
        if self.max_length is not None and len(text) > self.max_length:
            yield "max_length"
        if self.pattern is not None and not re.fullmatch(self.pattern, text):
            yield "invalid"


class Picture(Text):
    """The file of a picture, which the wire knows by its address."""

    def show(self, value: str | None) -> str | None:
        """Show the address of a picture."""
        return None if value is None else url_for("media.show", name=value, _external=True)


class Number(Attribute):
    """A number within limits."""

    def __init__(
        self, *, min_value: int | None = None, max_value: int | None = None, **options: Any
    ) -> None:
        super().__init__(**options)
        self.min_value = min_value
        self.max_value = max_value

    def check_limits(self, number: int | decimal.Decimal) -> None:
        """Refuse a number outside the limits."""
        if self.min_value is not None and number < self.min_value:
            raise ValidationError("min_value")
        if self.max_value is not None and number > self.max_value:
            raise ValidationError("max_value")


class Integer(Number):
    """A whole number; `"500"` and 500.0 are as good as 500."""

    def read(self, value: Any) -> int | None:
        """Read a whole number."""
        if isinstance(value, float) and value.is_integer():
            number = int(value)
        elif WHOLE.fullmatch(text_of(value)):
            number = int(text_of(value).partition(".")[0])
        else:
            raise ValidationError("invalid")
        self.check_limits(number)
        return number


class OpenEnd(Integer):
    """An instant that may be no end at all: None inside, the largest value on the wire."""

    def read(self, value: Any) -> int | None:
        """Read an instant."""
        instant_s = super().read(value)
        return None if instant_s == OPEN_END_S else instant_s

    def show(self, value: int | None) -> int:
        """Show an instant."""
        return OPEN_END_S if value is None else value


class Decimal(Number):
    """A decimal number, of which the wire shows a fixed number of places."""

    def __init__(self, *, max_digits: int, places: int, **options: Any) -> None:
        super().__init__(**options)
        self.max_digits = max_digits
        self.places = places
        self.whole_digits = max_digits - places

    def read(self, value: Any) -> decimal.Decimal | None:
        """Read a number or a text with one; an empty text is as good as null."""
        if self.allow_none and isinstance(value, str) and not value.strip():
            return None
        if not DECIMAL.fullmatch(text_of(value)):
            raise ValidationError("invalid")
        number = decimal.Decimal(text_of(value))
        self.check_digits(number)
        self.check_limits(number)
        # Adding nothing takes the sign from a zero.
        return number.quantize(decimal.Decimal(1).scaleb(-self.places)) + 0

    def check_digits(self, number: decimal.Decimal) -> None:
        """Refuse a number with too many digits, naming the first rule that it breaks."""
        places = max(0, -int(number.as_tuple().exponent))
        whole_digits = max(0, number.adjusted() + 1)
        if places + whole_digits > self.max_digits:
            raise ValidationError("max_digits")
        if places > self.places:
            raise ValidationError("max_decimal_places")
        if whole_digits > self.whole_digits:
            raise ValidationError("max_whole_digits")

    def show(self, value: decimal.Decimal | None) -> str | None:
        """Show a number with its places."""
        return None if value is None else f"{value:.{self.places}f}"


class Boolean(Attribute):
    """True or false, also in the spellings that people use."""

    def read(self, value: Any) -> bool:
        """Read true or false."""
        if not isinstance(value, str | int | float):
            raise ValidationError("invalid")
        if value in fields.Boolean.truthy:
            return True
        if value in fields.Boolean.falsy:
            return False
        raise ValidationError("invalid")


class Choice(Attribute):
    """One of a few texts."""

    def __init__(self, choices: type[StrEnum], **options: Any) -> None:
        super().__init__(**options)
        self.choices = choices

    def read(self, value: Any) -> StrEnum:
        """Read a choice."""
        if value not in list(self.choices):
            raise ValidationError("invalid_choice")
        return self.choices(value)

    def show(self, value: str) -> str:
        """Show a choice."""
        return str(value)


class Uuid(Attribute):
    """A UUID of any version, with or without dashes."""

    def read(self, value: Any) -> UUID:
        """Read a UUID."""
        try:
            return parse_uuid(value.strip())
        except (AttributeError, ValueError) as error:
            raise ValidationError("invalid") from error

    def show(self, value: UUID) -> str:
        """Show a UUID with dashes in lower case."""
        return str(value)


class Samples(Attribute):
    """A sample object or, with `many`, an array of them; nobody writes them."""

    def __init__(self, *, many: bool = False) -> None:
        super().__init__(dump_only=True)
        self.many = many


def text_of(value: object) -> str:
    """Write a number as text; of anything else but a text nothing is left."""
    return str(value).strip() if isinstance(value, str | int | float) else ""
