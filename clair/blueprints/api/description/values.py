"""From the declaration of an attribute to its JSON Schema: as answers show it, and as requests give it.

apispec knows the kinds of marshmallow, but all of ours are our own, and it knows nothing of linkage,
links and meta: it would have left everything to do, so it is not used.
"""

from functools import singledispatch
from typing import Any

from clair.blueprints.api.fields import (
    Attribute,
    Boolean,
    Choice,
    Decimal,
    Integer,
    Number,
    Samples,
    Text,
    Uuid,
)

Schema = dict[str, Any]


def ref(name: str) -> Schema:
    """Refer to a schema among the components."""
    return {"$ref": f"#/components/schemas/{name}"}


def shown(attribute: Attribute) -> Schema:
    """Describe the values that answers have."""
    return or_null(shape(attribute), attribute)


def given(attribute: Attribute) -> Schema:
    """Describe the values that requests may have: more than answers, and with a default."""
    schema = or_null(lax_shape(attribute), attribute)
    default = attribute.load_default
    # An open end is None inside; on the wire it is a number.
    if isinstance(default, str | int):
        schema["default"] = default
    return schema


def or_null(schema: Schema, attribute: Attribute) -> Schema:
    """Allow null where the declaration does."""
    if not attribute.allow_none:
        return schema
    types = schema["type"]
    return schema | {"type": [*(types if isinstance(types, list) else [types]), "null"]}


@singledispatch
def shape(attribute: Attribute) -> Schema:
    """Describe the values of a kind of attribute."""
    raise TypeError(f"Nobody has described {type(attribute).__name__}.")


@shape.register
def _(attribute: Text) -> Schema:
    limit = {} if attribute.max_length is None else {"maxLength": attribute.max_length}
    return {"type": "string"} | limit


@shape.register
def _(attribute: Integer) -> Schema:
    return {"type": "integer"} | limits(attribute)


@shape.register
def _(attribute: Decimal) -> Schema:
    return {"type": "string", "pattern": rf"^-?\d+\.\d{{{attribute.places}}}$"}


@shape.register
def _(_attribute: Boolean) -> Schema:
    return {"type": "boolean"}


@shape.register
def _(attribute: Choice) -> Schema:
    return {"type": "string", "enum": [str(choice) for choice in attribute.choices]}


@shape.register
def _(_attribute: Uuid) -> Schema:
    return {"type": "string", "format": "uuid"}


@shape.register
def _(attribute: Samples) -> Schema:
    return {"type": "array", "items": ref("Sample")} if attribute.many else ref("Sample")


@singledispatch
def lax_shape(attribute: Attribute) -> Schema:
    """Describe the values of a kind of attribute that are taken."""
    return shape(attribute)


@lax_shape.register
def _(attribute: Text) -> Schema:
    schema = shape(attribute)
    if attribute.required:
        schema["minLength"] = 1
    if attribute.pattern is not None:
        schema["pattern"] = f"^(?:{attribute.pattern})$"
    return schema


@lax_shape.register
def _(attribute: Decimal) -> Schema:
    return {"type": ["string", "number"]} | limits(attribute)


def limits(attribute: Number) -> Schema:
    """Describe the limits of a number."""
    found = {"minimum": attribute.min_value, "maximum": attribute.max_value}
    return {name: value for name, value in found.items() if value is not None}
