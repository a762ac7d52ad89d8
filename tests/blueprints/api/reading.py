"""Documents to be read, and what became of them: what the tests of the JSON:API's input share."""

from collections.abc import Callable
from typing import Any

import orjson
from flask import Flask

from clair.blueprints.api import account_schemas, schemas
from clair.blueprints.api.documents import Draft, load
from clair.blueprints.api.schemas import Resource
from clair.blueprints.errors import as_objects
from clair.errors import ClairError

JSONAPI = "application/vnd.api+json"
NODE = "47418933-88c3-262c-4527-4225e040fbbb"
MISSING = ...

Error = tuple[str, str, str]
"""The pointer, the code and the status of an error."""

RESOURCES = (
    schemas.Organization,
    schemas.Membership,
    schemas.Address,
    schemas.Site,
    schemas.Room,
    schemas.Installation,
    schemas.Node,
    schemas.Protocol,
    schemas.Model,
    schemas.Quantity,
)
FORMS = (
    account_schemas.Account,
    account_schemas.LoginView,
    account_schemas.PasswordChangeView,
    account_schemas.PasswordResetView,
    account_schemas.PasswordResetConfirmView,
    account_schemas.Token,
)
REQUIRED: dict[str, dict[str, Any]] = {
    "Organization": {"name": "Café Morgenrot"},
    "Membership": {},
    "Address": {"street1": "Kastanienallee 85", "zip": "10435", "city": "Berlin"},
    "Site": {"name": "Kastanienallee"},
    "Room": {"name": "Gastraum"},
    "Installation": {"from_timestamp_s": 1_600_000_000},
    "Node": {"eui64": "02AA00000000C001", "alias": "Theke"},
    "Protocol": {"identifier": "CLAIRCHENPROT_V01"},
    "Model": {"name": "ERS", "trade_name": "ERS", "manufacturer": "ELSYS", "sensor_type": "NDIR"},
    "Quantity": {"quantity": "CO2", "base_unit": "PPM"},
    "User": {"username": "alice"},
    "LoginView": {"password": "secret"},
    "PasswordChangeView": dict.fromkeys(("old_password", "new_password1", "new_password2"), "x"),
    "PasswordResetView": {"email": "alice@example.org"},
    "PasswordResetConfirmView": dict.fromkeys(
        ("uid", "token", "new_password1", "new_password2"), "x"
    ),
    "Token": {"name": "Notebook"},
}
"""The least that each type asks for."""


def one(type_: str, id_: Any = "3") -> dict[str, Any]:
    """Make a relationship to one resource."""
    return {"data": {"type": type_, "id": NODE if type_ == "Node" and id_ == "3" else id_}}


LINKS: dict[str, dict[str, Any]] = {
    "Membership": {"organization": one("Organization"), "user": one("User")},
    "Site": {"address": one("Address"), "operator": one("Organization")},
    "Room": {"site": one("Site")},
    "Installation": {"room": one("Room"), "node": one("Node")},
    "Node": {
        "protocol": one("Protocol"),
        "model": one("Model"),
        "owner": one("Organization"),
    },
    "Model": {"quantities": {"data": [{"type": "Quantity", "id": "3"}]}},
}


def document(
    schema: type[Resource],
    changes: dict[str, Any] | None = None,
    related: dict[str, Any] | None = None,
    /,
    **members: Any,
) -> dict[str, Any]:
    """Make a valid document with some changes; what is MISSING is left out."""
    type_ = schema.type_
    own_id = {"id": NODE} if type_ == "Node" else {}
    resource = {
        "type": type_,
        **own_id,
        "attributes": present(REQUIRED[type_] | (changes or {})),
        "relationships": present(LINKS.get(type_, {}) | (related or {})),
    }
    return {"data": present(resource | members)}


def present(members: dict[str, Any]) -> dict[str, Any]:
    """Leave out what is MISSING."""
    return {name: value for name, value in members.items() if value is not MISSING}


class Reader:
    """Reads bodies as if they came in a request."""

    def __init__(self, app: Flask) -> None:
        self.app = app

    def call(self, function: Callable[[], Any], body: Any, **options: Any) -> Any:
        """Call a function in a request with a body: bytes as they are, all else as JSON."""
        given = body if isinstance(body, bytes) else orjson.dumps(body)
        options = {"content_type": JSONAPI, "data": given, "method": "POST"} | options
        with self.app.test_request_context("/api/v1/rooms/", **options):
            return function()

    def read(self, schema: type[Resource], body: Any, **options: Any) -> Draft:
        """Read a valid document."""
        draft = self.call(lambda: load(schema, **options), body)
        assert isinstance(draft, Draft)
        return draft

    def refuse(self, schema: type[Resource], body: Any, **options: Any) -> list[Error]:
        """Read a document that is refused, and list its errors."""
        return self.errors(lambda: load(schema, **options), body)

    def errors(self, function: Callable[[], Any], body: Any, **options: Any) -> list[Error]:
        """Call a function that raises, and list the errors as they are sent."""

        def caught() -> list[dict[str, Any]]:
            try:
                function()
            except ClairError as error:
                return as_objects(error)
            raise AssertionError("nothing was refused")

        sent = self.call(caught, body, **options)
        assert all(set(each) == {"detail", "status", "source", "code"} for each in sent)
        assert all(each["detail"] and "%" not in each["detail"] for each in sent)
        return [(each["source"]["pointer"], each["code"], each["status"]) for each in sent]
