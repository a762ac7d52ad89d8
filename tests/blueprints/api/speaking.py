"""How programs of the tests write and read JSON:API documents."""

from collections.abc import Callable
from typing import Any

from werkzeug.test import TestResponse

from clair.blueprints.errors import JSONAPI

ROOT = "/api/v1/"
Program = Callable[..., TestResponse]
"""`call("PATCH", "rooms/1/", document)` sends a request."""


def document(
    type_: str, row_id: object = None, /, links: dict[str, Any] | None = None, **attributes: Any
) -> dict[str, Any]:
    """Write a document; `links` are relationships: ("Site", 3), or a list of such."""
    resource: dict[str, Any] = {"type": type_, "attributes": attributes}
    if row_id is not None:
        resource["id"] = str(row_id)
    if links:
        resource["relationships"] = {
            name: {
                "data": [identifier(*each) for each in to]
                if isinstance(to, list)
                else identifier(*to)
            }
            for name, to in links.items()
        }
    return {"data": resource}


def identifier(type_: str, row_id: object) -> dict[str, str]:
    """Name a resource."""
    return {"type": type_, "id": str(row_id)}


def problems(response: TestResponse) -> list[tuple[str, str | None, str]]:
    """List what an answer says is wrong: status, pointer, code."""
    assert response.content_type == JSONAPI
    errors = response.json["errors"]
    assert all(each["detail"] for each in errors)
    return [
        (each["status"], each.get("source", {}).get("pointer"), each["code"]) for each in errors
    ]
