"""Reads request documents: their structure first, on which marshmallow would crash, then the values.

`load` gives a `Draft`, or raises everything that is wrong with the document at once.
"""

from dataclasses import dataclass
from typing import Any

import orjson
from flask import request
from flask_babel import gettext
from marshmallow import ValidationError

from clair.blueprints.api.identifiers import Mismatch, check_size, read_identifier
from clair.blueprints.api.schemas import Resource, attributes, links
from clair.blueprints.bodies import ParseError, UnsupportedMediaType
from clair.blueprints.bodies import read_body as read_bytes
from clair.blueprints.errors import JSONAPI
from clair.errors import ClairError, Invalid, Problems


@dataclass(frozen=True)
class Draft:
    """What a document asks for: typed values, and the ids of the rows that it refers to."""

    values: dict[str, Any]
    links: dict[str, str | list[str]]


class InvalidLinkage(ClairError):
    """An element of a linkage names no resource that it could name."""

    status = 400

    def __init__(self, message: str, code: str) -> None:
        super().__init__(message)
        self.code = code


def load(schema: type[Resource], *, partial: bool = False, row_id: str | None = None) -> Draft:
    """Read the resource of the request: a new one, or changes of the one with `row_id`.

    `partial` (PATCH) leaves out what is not given; else (POST, PUT) what is optional gets its
    default. Only a new resource has an `id` among its values, if its schema demands one.
    """
    resource = read_resource(schema.type_, row_id)
    document = {"data": take_known(schema, resource, is_new=row_id is None)}
    # A replacement (PUT) is complete, but keeps its id.
    left_out = () if row_id is None else ("id",)
    try:
        loaded = schema().load(document, partial=partial or left_out)
    except ValidationError as error:
        raise Problems(error.messages_dict["errors"]) from error
    referring = links(schema)
    return Draft(
        values={name: value for name, value in loaded.items() if name not in referring},
        links={name: value for name, value in loaded.items() if name in referring},
    )


def read_attributes(schema: type[Resource], *, partial: bool = False) -> dict[str, Any]:
    """Read the attributes of a resource that needs no id."""
    return load(schema, partial=partial).values


def read_linkage(type_: str) -> list[str]:
    """Read which resources a relationship shall gain or lose: their ids, without repetitions."""
    linkage = read_body().get("data")
    if not isinstance(linkage, list):
        message = gettext("The linkage must be a list.")
        raise Invalid("non_field_errors", message, "not_a_list")
    check_size(linkage)
    return list(dict.fromkeys(read_element(each, type_) for each in linkage))


def read_element(element: Any, type_: str) -> str:
    """Read the id from an element of a linkage; there is no field to point at."""
    if not isinstance(element, dict) or not {"type", "id"} <= element.keys():
        raise ParseError(gettext("A resource is named by an object with its type and id."))
    try:
        return read_identifier(element, type_)
    except Mismatch as error:
        raise InvalidLinkage(error.message, "incorrect_model_type") from error
    except ValidationError as error:
        raise InvalidLinkage(gettext("There is no such resource."), "does_not_exist") from error


def read_resource(type_: str, row_id: str | None) -> dict[str, Any]:
    """Read the resource object, and check that it is the one of which the URL speaks."""
    document = read_body()
    resource = document["data"] if document else {"type": type_}
    if not isinstance(resource, dict):
        raise ParseError(gettext("`data` must be a resource object."))
    if resource.get("type") != type_:
        raise Mismatch.of_type(type_)
    if row_id is None:
        return resource
    given = resource.get("id")
    if given is None:
        raise ParseError(gettext("The resource object must have its id."))
    # A deep list as id would end the conversion to text.
    if not isinstance(given, str | int) or str(given) != row_id:
        raise Mismatch(gettext("The id of the resource must be that of its address."))
    return resource


def read_body() -> dict[str, Any]:
    """Read the body as a document with `data`; without any body there is nothing in it."""
    if request.mimetype not in ("", JSONAPI):
        raise UnsupportedMediaType(gettext("The body must be %(type)s.", type=JSONAPI))
    body = read_bytes()
    if not body:
        return {}
    if not request.mimetype:
        raise UnsupportedMediaType(gettext("The body must be %(type)s.", type=JSONAPI))
    try:
        document = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise ParseError(gettext("The body is no JSON.") + f" {error}") from error
    if not isinstance(document, dict) or "data" not in document:
        raise ParseError(gettext("The document must be an object with `data`."))
    return document


def take_known(schema: type[Resource], resource: dict[str, Any], *, is_new: bool) -> dict[str, Any]:
    """Take what the schema knows, each from its own place, as marshmallow expects it."""
    given = read_member(resource, "attributes")
    # Also among the attributes, a relationship was always understood.
    related = {name: {"data": given[name]} for name in links(schema) if name in given}
    related |= read_member(resource, "relationships")
    return {
        "type": schema.type_,
        **({"id": resource["id"]} if is_new and resource.get("id") is not None else {}),
        "attributes": {name: given[name] for name in attributes(schema) if name in given},
        "relationships": {name: related[name] for name in links(schema) if name in related},
    }


def read_member(resource: dict[str, Any], name: str) -> dict[str, Any]:
    """Read the attributes or the relationships of a resource object; they may be missing."""
    member = resource.get(name)
    if member is None:
        return {}
    if not isinstance(member, dict):
        raise ParseError(gettext("`%(name)s` must be an object.", name=name))
    return member
