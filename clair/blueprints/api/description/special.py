"""What can be done at the addresses that no table of resources knows of."""

from collections.abc import Mapping

from clair.blueprints.api.description import air, auth
from clair.blueprints.api.description.answers import body, document
from clair.blueprints.api.description.objects import URL, identifier, many, record
from clair.blueprints.api.description.operations import (
    ANYBODY,
    LIMITED,
    READER,
    WRITER,
    WRITING,
    Operation,
)
from clair.blueprints.api.description.texts import KINDS
from clair.blueprints.api.description.values import Schema, ref

ABOUT = "About this interface"
TAGS: Mapping[str, str] = {**air.TAGS, **auth.TAGS, ABOUT: "What there is, and its description."}
OPENAPI = "application/vnd.oai.openapi+json"

SCHEMAS: Mapping[str, Schema] = {
    **air.SCHEMAS,
    **auth.SCHEMAS,
    "Collections": record({"data": {"type": "object", "additionalProperties": URL}}),
    "UserLinkage": record({"data": many(identifier("User"))}),
    "Members": record({"data": many(identifier("User")), "links": record({"self": URL})}),
    "Organizations": record(
        {"data": many(identifier("Organization")), "links": record({"self": URL})}
    ),
}

START = Operation(
    summary="List the collections",
    success={"200": document(ref("Collections"), "The addresses of the collections.")},
    statuses=(401, 406),
    security=ANYBODY + READER,
)
DESCRIPTION = Operation(
    summary="Describe this interface",
    success={
        "200": {
            "description": "This document.",
            "content": {OPENAPI: {"schema": {"type": "object"}}},
        }
    },
    statuses=(401,),
    security=ANYBODY + READER,
)
REDOC = Operation(
    summary="Show the description to people",
    success={
        "200": {
            "description": "A page that draws this document.",
            "content": {"text/html": {"schema": {"type": "string"}}},
        }
    },
    statuses=(401,),
    security=ANYBODY + READER,
)
MEMBERS = Operation(
    summary="Name the members of an organization",
    description="For members alone.",
    success={"200": document(ref("Members"), "The members.")},
    statuses=(401, 403, 404, 406),
    security=READER,
)


def members_operation(summary: str) -> Operation:
    """Describe a change of the members of an organization."""
    return Operation(
        summary=summary,
        success={
            "200": document(ref("Members"), "The members as they are now."),
            "204": {"description": "They were so before."},
        },
        statuses=(*WRITING, *LIMITED["Membership"]),
        security=WRITER,
        request=body(ref("UserLinkage")),
    )


ORGANIZATIONS = Operation(
    summary="Name the organizations of a user",
    description="Those to which both the user and you belong.",
    success={"200": document(ref("Organizations"), "The organizations.")},
    statuses=(401, 404, 406),
    security=READER,
)
IMAGE = Operation(
    summary="Replace the picture of an installation",
    success={"200": document(ref("InstallationDocument"), "Its address is in `image`.")},
    statuses=WRITING,
    security=WRITER,
    request={
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": record({"image": {"type": "string", "format": "binary"}})
            }
        },
    },
)

SPECIAL: Mapping[str, tuple[str, Operation]] = {
    "start": (ABOUT, START),
    "schema": (ABOUT, DESCRIPTION),
    "redoc": (ABOUT, REDOC),
    "members": (KINDS["Organization"], MEMBERS),
    "add_members": (
        KINDS["Organization"],
        members_operation("Make users inspectors of an organization"),
    ),
    "remove_members": (
        KINDS["Organization"],
        members_operation("Take users out of an organization"),
    ),
    "organizations": (KINDS["User"], ORGANIZATIONS),
    "put_image": (KINDS["Installation"], IMAGE),
    **air.OPERATIONS,
    **{name: (auth.ACCOUNT, operation) for name, operation in auth.OPERATIONS.items()},
}
"""By endpoint, with the method where they differ: the chapter, and what happens."""
