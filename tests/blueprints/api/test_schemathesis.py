"""Asks the JSON:API for all that its description allows, and for some of what it forbids.

Every answer must be as described, to the last attribute. Alice asks, who owns a café and administers
everything; so does nobody. The same is asked in every run.
"""

import json
import re
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import schemathesis
from flask import Flask
from hypothesis import HealthCheck, given, settings
from schemathesis import Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.config import SchemathesisConfig
from schemathesis.schemas import APIOperation
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from werkzeug.test import TestResponse

from clair.blueprints.api import description
from clair.extensions import db
from clair.identity import node_uuid
from clair.models import Scope

from blueprints.api.conftest import add_token
from blueprints.api.measured import measure_hours, stop_clock
from blueprints.api.town import Town, add_quantities
from conftest import Browser, make_app

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
POSITIVE, NEGATIVE = GenerationMode.POSITIVE, GenerationMode.NEGATIVE
NODES = [
    node_uuid("clairchen", "02AA00000000C001"),
    node_uuid("ers", "02AA00000000C003"),
    node_uuid("ers", "02AA00000000C002"),
]
CONFIG = {
    "generation": {"with-security-parameters": False, "allow-extra-parameters": False},
    "analysis": {"constants": {"enabled": False}},
}


class Program(Browser):
    """A program that writes whatever JSON can hold; our own writer is made for our answers."""

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        """Send a request."""
        if "json" in kwargs:
            kwargs["data"] = json.dumps(kwargs.pop("json"))
        return super().open(*args, **kwargs)


def close(part: Any) -> Any:
    """Allow objects no more than what is described."""
    if isinstance(part, list):
        return [close(each) for each in part]
    if not isinstance(part, dict):
        return part
    closed = {name: close(each) for name, each in part.items()}
    return {"additionalProperties": False} | closed if "properties" in closed else closed


def aim(case: Case, mode: GenerationMode) -> None:
    """Let ids lead to the first rows, which are there: else everything would end with 404."""
    case.path_parameters = {name: aim_id(each) for name, each in case.path_parameters.items()}
    if mode is POSITIVE:
        aim_body(case)


def aim_body(case: Case) -> None:
    """Let a document speak of the row in its address, and of others that are there."""
    data = case.body.get("data") if isinstance(case.body, dict) else None
    if isinstance(data, dict):
        data["relationships"] = aim_links(data.get("relationships", {}))
        if case.method in ("PATCH", "PUT"):
            data["id"] = next(iter(case.path_parameters.values()), "1")
    elif data is not None:
        case.body = aim_links(case.body)


def aim_links(part: Any) -> Any:
    """Let linkage lead to the first rows."""
    if isinstance(part, list):
        return [aim_links(each) for each in part]
    if not isinstance(part, dict):
        return part
    return {name: aim_id(each) if name == "id" else aim_links(each) for name, each in part.items()}


def aim_id(found: object) -> object:
    """Let an id lead to one of the first rows."""
    if re.fullmatch(r"\d+", str(found)):
        return str((1, 1, 2, 3)[int(str(found)) % 4])
    try:
        return str(NODES[UUID(str(found)).int % 3])
    except ValueError:
        return found


def operations() -> list[APIOperation]:
    """List everything that can be done."""
    app = make_app("sqlite://", Path())
    config = SchemathesisConfig.from_dict(CONFIG)
    schema = schemathesis.openapi.from_dict(close(description.build(app)), config=config)
    return [result.ok() for result in schema.get_all_operations()]


@pytest.fixture
def alice(town: Town, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """What Alice's program says of itself; her sensor has measured."""
    stop_clock(monkeypatch)
    measure_hours(town.node)
    town.alice.is_admin = True
    add_quantities(town.node.model)
    return {"Authorization": f"Token {add_token(town.alice, Scope.WRITE)}"}


@pytest.fixture
def restore(app: Flask, alice: dict[str, str]) -> Iterator[Callable[[], None]]:
    """Bring the database back to where it was."""
    file = str(db.engine.url.database)
    with closing(sqlite3.connect(":memory:")) as copy, closing(sqlite3.connect(file)) as original:
        original.backup(copy)
        yield lambda: copy.backup(original)


@pytest.mark.parametrize("operation", operations(), ids=lambda operation: operation.label)
@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_answers_are_as_described(
    app: Flask, alice: dict[str, str], restore: Callable[[], None], operation: APIOperation
) -> None:
    client = Program(app, app.response_class)
    plans = [(alice, POSITIVE, 10), ({}, POSITIVE, 3)]
    if operation.body or any(operation.iter_parameters()):
        plans.append((alice, NEGATIVE, 4))
    for headers, mode, count in plans:
        ask(operation, mode, count, client, headers, restore)


def ask(
    operation: APIOperation,
    mode: GenerationMode,
    count: int,
    client: Program,
    headers: dict[str, str],
    restore: Callable[[], None],
) -> None:
    """Ask for different things, with the database as it was before each change."""

    @settings(
        max_examples=count,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def check(case: Case) -> None:
        aim(case, mode)
        response = case.call(session=client, headers=headers, app=client.application)
        if operation.method != "get":
            restore()
        case.validate_response(response, checks=CHECKS)

    check()
