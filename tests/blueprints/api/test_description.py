"""The description of the JSON:API: valid, complete, and drawn for people from own files alone."""

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from openapi_spec_validator import OpenAPIV31SpecValidator
from werkzeug.test import TestResponse

from clair.blueprints.api.relations import Resource
from clair.blueprints.api.resources import RESOURCES
from clair.blueprints.api.schemas import attributes, links
from clair.models import User

from conftest import Browser

ClientOf = Callable[[User | None], Browser]
Document = dict[str, Any]
EMPTY_STYLE = "sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="
"""The hash of no text at all."""

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


@pytest.fixture
def answer(client_of: ClientOf) -> TestResponse:
    """What anybody gets who asks for the description."""
    return client_of(None).get("/api/v1/schema/")


@pytest.fixture
def document(answer: TestResponse) -> Document:
    """The description."""
    found: Document = json.loads(answer.data)
    return found


def values_of(document: object, key: str) -> Iterator[Any]:
    """Find what stands under a key, wherever in the document."""
    inside = document.values() if isinstance(document, dict) else document
    if isinstance(document, dict) and key in document:
        yield document[key]
    if isinstance(document, dict | list):
        for each in inside:
            yield from values_of(each, key)


def test_anybody_gets_the_description_as_openapi(answer: TestResponse, document: Document) -> None:
    assert answer.status_code == 200
    assert answer.content_type == "application/vnd.oai.openapi+json"
    assert document["openapi"].startswith("3.1.")


def test_description_is_valid(document: Document) -> None:
    assert list(OpenAPIV31SpecValidator(document).iter_errors()) == []


def test_every_address_is_described_with_every_method_and_nothing_else(
    app: Flask, document: Document
) -> None:
    rules = {
        (re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule).replace("{key}", "{id}"), method.lower())
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith("/api/")
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    described = {(path, method) for path, item in document["paths"].items() for method in item}
    assert described == rules
    assert len(described) > 80


def test_every_component_is_used(document: Document) -> None:
    used = set(values_of(document, "$ref"))
    parts = ("schemas", "parameters", "responses")
    known = {
        f"#/components/{part}/{name}" for part in parts for name in document["components"][part]
    }
    assert used == known


@pytest.mark.parametrize("resource", RESOURCES, ids=lambda resource: resource.type)
def test_everything_that_a_resource_has_is_described(
    document: Document, resource: Resource
) -> None:
    schemas = document["components"]["schemas"]
    shown = schemas[resource.type]["properties"]
    described = schemas[f"{resource.type}Attributes"]["properties"]
    buckets = ["buckets"] if resource.shown else []
    assert list(described) == [*attributes(resource.schema), *buckets]
    assert all(each["description"] for each in described.values())
    relations = shown.get("relationships", {"properties": {}})["properties"]
    assert list(relations) == list(links(resource.schema))


def test_what_may_be_written_is_described_with_its_limits(document: Document) -> None:
    draft = document["components"]["schemas"]["NewRoom"]["properties"]["data"]
    assert draft["required"] == ["type", "attributes", "relationships"]
    assert draft["properties"]["attributes"]["required"] == ["name"]
    name = draft["properties"]["attributes"]["properties"]["name"]
    assert (name["minLength"], name["maxLength"]) == (1, 50)
    assert "installations" not in draft["properties"]["relationships"]["properties"]


def test_every_operation_says_what_can_go_wrong(document: Document) -> None:
    for path, item in document["paths"].items():
        for method, operation in item.items():
            statuses = set(operation["responses"])
            assert {"401", "5XX"} <= statuses, (method, path)
            if "requestBody" in operation:
                assert {"400", "409", "413", "415"} <= statuses, (method, path)
            if {} not in operation["security"] and method != "get":
                assert "403" in statuses, (method, path)


def test_page_of_the_description_is_public_and_loads_own_files_alone(client_of: ClientOf) -> None:
    client = client_of(None)
    answer = client.get("/api/v1/schema/redoc/")
    assert answer.status_code == 200
    policy = dict(
        part.strip().split(" ", 1) for part in answer.headers["Content-Security-Policy"].split(";")
    )
    assert len(answer.headers.getlist("Content-Security-Policy")) == 1
    assert policy.pop("style-src") == f"'self' '{EMPTY_STYLE}'"
    assert policy == {
        "default-src": "'self'",
        "img-src": "'self' data:",
        "object-src": "'none'",
        "base-uri": "'none'",
        "form-action": "'none'",
        "frame-ancestors": "'none'",
    }
    files = re.findall(r'(?:src|href|data-url)="([^"]+)"', answer.text)
    assert len(files) >= 5
    for file in files:
        assert file.startswith("/"), file
        assert client.get(file, buffered=True).status_code == 200, file


def test_what_redoc_is_made_of_comes_with_its_licences(app: Flask) -> None:
    (script,) = (Path(app.static_folder or "") / "vendor").glob("redoc@*/redoc.standalone.js")
    names = {each.name for each in script.parent.iterdir()}
    assert names == {script.name, f"{script.name}.LICENSE.txt", "LICENSE"}
