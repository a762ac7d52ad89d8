"""Section 10.1 of the contract: what a token opens, and the endpoints for the own tokens."""

import re
import time
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from clair import accounts, tokens
from clair.access import SYSTEM, Actor
from clair.extensions import db
from clair.models import ApiToken, Scope, User

from blueprints.api.browsing import Scripts
from blueprints.api.speaking import ROOT, Program, document, problems
from conftest import Browser, World

ProgramOf = Callable[..., Program]
BAD = [("401", "/data", "authentication_failed")]
READ_ONLY = [("403", "/data", "permission_denied")]
HIDDEN = [("404", None, "not_found")]
DAY_S = 86_400


def issue(user: User, scope: Scope = Scope.WRITE, expires_s: int | None = None) -> str:
    now_s = int(time.time()) - DAY_S
    _, key = tokens.issue_token(Actor(user.id), user, "test", scope, expires_s, now_s)
    db.session.commit()
    return key


@pytest.fixture
def ask(app: Flask, world: World) -> Callable[..., Any]:
    """Ask with a header, by default for the own account."""

    def get(authorization: str, path: str = "auth/user/", method: str = "GET") -> Any:
        client = Browser(app, app.response_class)
        return client.open(ROOT + path, method=method, headers={"Authorization": authorization})

    return get


# --- what a token opens


@pytest.mark.parametrize("scheme", ["Token", "token", "TOKEN", "  Token "])
def test_token_says_who_asks(ask: Callable[..., Any], world: World, scheme: str) -> None:
    response = ask(f"{scheme} {issue(world.bob)}")
    assert response.json["data"]["attributes"]["username"] == "bob"


@pytest.mark.parametrize(
    "authorization",
    ["Token", "Token ", "Token x", "Token a b", "token " + "0" * 40, "Token ä", "Token \x7f"],
)
@pytest.mark.parametrize("path", ["auth/user/", "quantities/", "auth/logout/", "nowhere/"])
def test_wrong_token_opens_not_even_what_is_public(
    ask: Callable[..., Any], authorization: str, path: str
) -> None:
    response = ask(authorization, path, "POST" if "logout" in path else "GET")
    assert problems(response) == BAD
    assert response.headers["WWW-Authenticate"] == "Token"


@pytest.mark.parametrize("authorization", ["Bearer x", "Basic YTpi", "x", "", "Tokens x"])
def test_other_schemes_say_nothing(ask: Callable[..., Any], authorization: str) -> None:
    assert ask(authorization, "quantities/").status_code == 200
    assert problems(ask(authorization)) == [("401", "/data", "not_authenticated")]


def test_expired_token_opens_nothing(ask: Callable[..., Any], world: World) -> None:
    now_s = int(time.time())
    assert ask(f"Token {issue(world.alice, expires_s=now_s + 60)}").status_code == 200
    assert problems(ask(f"Token {issue(world.alice, expires_s=now_s - 1)}")) == BAD


def test_token_of_a_disabled_user_opens_nothing(ask: Callable[..., Any], world: World) -> None:
    key = issue(world.alice)
    accounts.disable_user(SYSTEM, world.alice)
    assert problems(ask(f"Token {key}")) == BAD


@pytest.mark.parametrize("is_browser", [True, False])
def test_who_asks_costs_one_statement(
    app: Flask, world: World, statements: list[str], *, is_browser: bool
) -> None:
    scripts = Scripts(app)
    key = scripts.log_in().json["data"]["id"]
    headers = {} if is_browser else {"Authorization": f"Token {key}"}
    asking = scripts if is_browser else Scripts(app)
    db.session.commit()
    statements.clear()
    assert asking.call("GET", "auth/user/", **headers).status_code == 200
    assert len(statements) == 1


def test_token_counts_more_than_the_session(
    app: Flask, world: World, program_of: ProgramOf
) -> None:
    scripts = Scripts(app)
    scripts.log_in("alice")
    headers = {"Authorization": f"Token {issue(world.bob)}"}
    shown = scripts.call("GET", "auth/user/", **headers).json["data"]
    assert shown["attributes"]["username"] == "bob"
    assert problems(scripts.call("GET", "auth/user/", Authorization="Token x")) == BAD


def test_token_does_not_open_pages(app: Flask, world: World) -> None:
    headers = {"Authorization": f"Token {issue(world.alice)}"}
    response = app.test_client().get("/dashboard/", headers=headers)
    assert response.location.startswith("/accounts/login/")


# --- the own tokens


def test_token_is_issued_and_its_key_shown_once(world: World, program_of: ProgramOf) -> None:
    call = program_of(world.alice)
    expires_s = int(time.time()) + DAY_S
    body = document("Token", name=" export ", scope="read", expires_s=expires_s)
    response = call("POST", "auth/tokens/", body)
    assert response.status_code == 201
    shown = response.json["data"]
    key = shown["attributes"].pop("key")
    assert re.fullmatch("[0-9a-f]{40}", key)
    assert response.headers["Location"].endswith(f"/api/v1/auth/tokens/{shown['id']}/")
    created_s = shown["attributes"].pop("created_s")
    assert abs(created_s - time.time()) < 60
    assert shown["type"] == "Token"
    assert shown["attributes"] == {"name": "export", "scope": "read", "expires_s": expires_s}
    detail = call("GET", f"auth/tokens/{shown['id']}/")
    assert key not in detail.text
    listed = call("GET", "auth/tokens/")
    assert key not in listed.text
    assert detail.json["data"] in listed.json["data"]


def test_token_is_without_end_and_writes_unless_told_otherwise(
    world: World, program_of: ProgramOf
) -> None:
    shown = program_of(world.alice)("POST", "auth/tokens/", document("Token", name="x")).json
    attributes = shown["data"]["attributes"]
    assert (attributes["scope"], attributes["expires_s"]) == ("write", None)


@pytest.mark.parametrize(
    ("attributes", "name", "code"),
    [
        ({}, "name", "required"),
        ({"name": " "}, "name", "blank"),
        ({"name": "x" * 51}, "name", "max_length"),
        ({"name": "x", "scope": "admin"}, "scope", "invalid_choice"),
        ({"name": "x", "expires_s": 1}, "expires_s", "min_value"),
        ({"name": "x", "expires_s": -1}, "expires_s", "min_value"),
        ({"name": "x", "expires_s": "never"}, "expires_s", "invalid"),
        ({"name": "x", "expires_s": 2**60}, "expires_s", "max_value"),
    ],
)
def test_wrong_token_is_not_issued(
    world: World, program_of: ProgramOf, attributes: dict[str, Any], name: str, code: str
) -> None:
    response = program_of(world.alice)("POST", "auth/tokens/", document("Token", **attributes))
    assert problems(response) == [("400", f"/data/attributes/{name}", code)]


def test_own_token_is_revoked(ask: Callable[..., Any], world: World, program_of: ProgramOf) -> None:
    call, key = program_of(world.alice), issue(world.alice)
    token = tokens.find_by_key(key, int(time.time()))
    assert token is not None
    path = f"auth/tokens/{token.id}/"
    response = call("DELETE", path)
    assert (response.status_code, response.data) == (204, b"")
    assert problems(ask(f"Token {key}")) == BAD
    assert problems(call("DELETE", path)) == HIDDEN


@pytest.mark.parametrize("name", ["bob", "charlie", "ada"])
def test_tokens_of_others_are_not_there(world: World, program_of: ProgramOf, name: str) -> None:
    token = tokens.find_by_key(issue(world.alice), int(time.time()))
    assert token is not None
    call, path = program_of(getattr(world, name)), f"auth/tokens/{token.id}/"
    assert problems(call("GET", path)) == HIDDEN
    assert problems(call("DELETE", path)) == HIDDEN
    listed = call("GET", "auth/tokens/").json["data"]
    assert str(token.id) not in [each["id"] for each in listed]
    assert db.session.get(ApiToken, token.id) is not None


def test_token_that_only_reads_changes_nothing(world: World, program_of: ProgramOf) -> None:
    call = program_of(world.alice, Scope.READ)
    (listed,) = call("GET", "auth/tokens/").json["data"]
    user = document("User", world.alice.id, first_name="A.")
    assert problems(call("POST", "auth/tokens/", document("Token", name="x"))) == READ_ONLY
    assert problems(call("DELETE", f"auth/tokens/{listed['id']}/")) == READ_ONLY
    assert problems(call("PATCH", "auth/user/", user)) == READ_ONLY
    assert call("GET", "auth/user/").status_code == 200
