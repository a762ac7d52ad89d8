"""Programs that speak JSON:API for the cast, and a café that has something to say."""

import secrets
from collections.abc import Callable
from typing import Any

import orjson
import pytest
from flask import Flask
from werkzeug.test import TestResponse

from clair.blueprints.errors import JSONAPI
from clair.extensions import db
from clair.identity import hash_token
from clair.models import ApiToken, Scope, User

from blueprints.api.speaking import ROOT, Program
from blueprints.api.town import Town, build
from conftest import NOW_S, Browser, World


@pytest.fixture
def program_of(app: Flask) -> Callable[..., Program]:
    """Give a person a program with a token: `call("PATCH", "rooms/1/", document)`."""

    def make(user: User | None, scope: Scope = Scope.WRITE) -> Program:
        client = Browser(app, app.response_class)
        client.environ_base["HTTP_ACCEPT_LANGUAGE"] = "en"
        if user is not None:
            client.environ_base["HTTP_AUTHORIZATION"] = f"Token {add_token(user, scope)}"

        def call(method: str, path: str, document: object = None, **options: Any) -> TestResponse:
            if document is not None:
                options |= {"data": orjson.dumps(document), "content_type": JSONAPI}
            return client.open(ROOT + path, method=method, **options)

        return call

    return make


@pytest.fixture
def town(world: World) -> Town:
    """The café and the clinic next door."""
    return build(world)


def add_token(user: User, scope: Scope) -> str:
    """Give a user a token, without the way through the log-in."""
    key = secrets.token_hex(20)
    token = ApiToken(
        user_id=user.id,
        name="test",
        scope=scope,
        token_hash=hash_token(key),
        created_s=NOW_S,
    )
    db.session.add(token)
    db.session.commit()
    return key
