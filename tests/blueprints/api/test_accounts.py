"""Section 10.2 of the contract: log-in, log-out, the own account, and a new password."""

import re
import time
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from clair import accounts
from clair.access import SYSTEM
from clair.extensions import db
from clair.models import ApiToken, Scope, User

from blueprints.api.browsing import Scripts
from blueprints.api.speaking import Program, document, problems
from conftest import PASSWORD, World

ProgramOf = Callable[..., Program]
NOBODY = ("400", "/data/attributes/non_field_errors", "invalid")


@pytest.fixture
def scripts(app: Flask, world: World) -> Scripts:
    """A browser in which nobody is logged in."""
    return Scripts(app)


@pytest.fixture
def alice(scripts: Scripts) -> Scripts:
    """A browser in which Alice is logged in through the API."""
    assert scripts.log_in().status_code == 200
    return scripts


def login(**attributes: Any) -> dict[str, Any]:
    return document("LoginView", **attributes)


# --- log-in


@pytest.mark.parametrize(
    "name",
    [{"username": "alice"}, {"username": "alice@example.org"}, {"email": "Alice@Example.org"}],
)
def test_log_in_answers_with_a_key_and_begins_a_session(
    scripts: Scripts, name: dict[str, str], program_of: ProgramOf
) -> None:
    response = scripts.call("POST", "auth/login/", login(**name, password=PASSWORD))
    assert response.status_code == 200
    key = response.json["data"]["id"]
    assert re.fullmatch("[0-9a-f]{40}", key)
    assert response.json == {"data": {"type": "LoginView", "id": key, "attributes": {"key": key}}}
    assert scripts.is_logged_in()
    headers = {"Authorization": f"Token {key}"}
    user = program_of(None)("GET", "auth/user/", headers=headers).json["data"]
    assert user["attributes"]["username"] == "alice"


def test_log_in_sets_both_cookies(scripts: Scripts) -> None:
    cookies = {
        header.split("=")[0]: header for header in scripts.log_in().headers.getlist("Set-Cookie")
    }
    assert set(cookies) == {"sessionid", "csrftoken"}
    assert "HttpOnly" in cookies["sessionid"]
    assert "HttpOnly" not in cookies["csrftoken"]
    assert "Max-Age=31536000" in cookies["csrftoken"]
    for header in cookies.values():
        assert "SameSite=Lax" in header
        assert "Path=/" in header
    session = scripts.browser.get_cookie("sessionid")
    assert session is not None
    assert session.expires is not None
    assert abs(session.expires.timestamp() - time.time() - 14 * 86_400) < 60


@pytest.mark.parametrize("app_is_secure", [True, False])
def test_cookies_are_sent_over_https_alone_where_there_is_https(
    app: Flask, scripts: Scripts, monkeypatch: pytest.MonkeyPatch, *, app_is_secure: bool
) -> None:
    monkeypatch.setitem(app.config, "SESSION_COOKIE_SECURE", app_is_secure)
    for header in scripts.log_in().headers.getlist("Set-Cookie"):
        assert ("; Secure" in header) == app_is_secure


def test_key_of_a_log_in_writes_for_ninety_days(alice: Scripts) -> None:
    token = db.session.scalars(db.select(ApiToken)).one()
    assert (token.name, token.scope) == ("log-in", Scope.WRITE)
    assert token.expires_s == token.created_s + 90 * 86_400


@pytest.mark.parametrize(
    ("attributes", "errors"),
    [
        ({"username": "alice", "password": "wrong"}, [NOBODY]),
        ({"username": "dora", "password": PASSWORD}, [NOBODY]),
        ({"email": "dora@example.org", "password": PASSWORD}, [NOBODY]),
        ({"username": "alice\0", "password": PASSWORD}, None),
        ({"password": PASSWORD}, [NOBODY]),
        ({"username": "", "email": "", "password": PASSWORD}, [NOBODY]),
        ({"username": "alice"}, [("400", "/data/attributes/password", "required")]),
        ({"username": "alice", "password": ""}, [("400", "/data/attributes/password", "blank")]),
        ({"username": "alice", "password": None}, [("400", "/data/attributes/password", "null")]),
        ({}, [("400", "/data/attributes/password", "required")]),
    ],
)
def test_log_in_is_refused(
    scripts: Scripts, attributes: dict[str, Any], errors: list[Any] | None
) -> None:
    response = scripts.call("POST", "auth/login/", login(**attributes))
    assert response.status_code == 400
    assert errors is None or problems(response) == errors
    assert "Set-Cookie" not in response.headers
    assert not scripts.is_logged_in()


def test_unconfirmed_address_is_told_with_the_right_password_alone(
    scripts: Scripts, world: World
) -> None:
    world.alice.is_email_verified = False
    wrong, right = scripts.log_in("alice", "wrong"), scripts.log_in()
    assert problems(wrong) == problems(right) == [NOBODY]
    assert "Confirm" in right.json["errors"][0]["detail"]
    assert "Confirm" not in wrong.json["errors"][0]["detail"]
    assert not scripts.is_logged_in()


def test_disabled_user_is_nobody(scripts: Scripts, world: World) -> None:
    accounts.disable_user(SYSTEM, world.alice)
    assert problems(scripts.log_in()) == [NOBODY]


@pytest.mark.parametrize("path", ["login", "password/change", "password/reset"])
def test_structure_of_documents_is_checked(alice: Scripts, path: str) -> None:
    def refused(body: object) -> list[Any]:
        return problems(alice.call("POST", f"auth/{path}/", body))

    assert refused(document("User")) == [("409", "/data", "error")]
    assert refused({"meta": {}}) == [("400", "/data", "parse_error")]
    assert refused({"data": []}) == [("400", "/data", "parse_error")]
    token = {"X-CSRFToken": str(alice.cookie("csrftoken"))}
    response = alice.browser.post(f"/api/v1/auth/{path}/", json={}, headers=token)
    assert problems(response) == [("415", "/data", "unsupported_media_type")]


# --- log-out


def test_log_out_ends_the_session_and_the_key_that_came_with_it(
    alice: Scripts, program_of: ProgramOf
) -> None:
    key = alice.log_in().json["data"]["id"]
    response = alice.call("POST", "auth/logout/")
    assert response.status_code == 200
    assert list(response.json["data"]) == ["detail"]
    assert not alice.is_logged_in()
    assert alice.cookie("csrftoken") is None
    assert alice.cookie("sessionid") is None
    headers = {"Authorization": f"Token {key}"}
    assert program_of(None)("GET", "auth/user/", headers=headers).status_code == 401


@pytest.mark.parametrize("scope", list(Scope))
def test_log_out_of_a_program_revokes_its_token_alone(
    world: World, program_of: ProgramOf, scope: Scope
) -> None:
    here, there = program_of(world.alice, scope), program_of(world.alice)
    assert here("POST", "auth/logout/").status_code == 200
    assert problems(here("GET", "auth/user/")) == [("401", "/data", "authentication_failed")]
    assert there("GET", "auth/user/").status_code == 200


def test_nobody_may_log_out_and_a_wrong_key_may_not(world: World, program_of: ProgramOf) -> None:
    assert program_of(None)("POST", "auth/logout/").status_code == 200
    response = program_of(None)("POST", "auth/logout/", headers={"Authorization": "Token x"})
    assert problems(response) == [("401", "/data", "authentication_failed")]


def test_log_out_ignores_the_body(world: World, program_of: ProgramOf) -> None:
    response = program_of(world.alice)("POST", "auth/logout/", data=b"{", content_type="text/x")
    assert response.status_code == 200


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "login/"), ("GET", "logout/"), ("DELETE", "user/"), ("GET", "password/change/")],
)
def test_other_methods_are_not_allowed(alice: Scripts, method: str, path: str) -> None:
    response = alice.call(method, f"auth/{path}")
    assert problems(response) == [("405", "/data", "method_not_allowed")]


# --- the own account


def test_own_account_is_shown(alice: Scripts, world: World) -> None:
    for path in ("auth/user/", "auth/user"):
        response = alice.call("GET", path)
        assert response.content_type == "application/vnd.api+json"
        assert response.json == {
            "data": {
                "type": "User",
                "id": str(world.alice.id),
                "attributes": {
                    "pk": world.alice.id,
                    "username": "alice",
                    "email": "alice@example.org",
                    "first_name": "",
                    "last_name": "",
                },
            }
        }


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "user/"),
        ("PATCH", "user/"),
        ("PUT", "user/"),
        ("POST", "password/change/"),
        ("GET", "tokens/"),
        ("POST", "tokens/"),
        ("GET", "tokens/1/"),
        ("DELETE", "tokens/1/"),
    ],
)
def test_nobody_has_no_account(world: World, program_of: ProgramOf, method: str, path: str) -> None:
    response = program_of(None)(method, f"auth/{path}")
    assert problems(response) == [("401", "/data", "not_authenticated")]
    assert response.headers["WWW-Authenticate"] == "Token"


def patch(call: Program, user: User, method: str = "PATCH", **attributes: Any) -> Any:
    return call(method, "auth/user/", document("User", user.id, **attributes))


def test_own_names_are_changed_and_the_address_is_not(world: World, program_of: ProgramOf) -> None:
    call = program_of(world.alice)
    response = patch(call, world.alice, first_name="Älice", last_name=" W. ", email="x@y.z", pk=7)
    assert response.status_code == 200
    shown = response.json["data"]
    assert shown["id"] == str(world.alice.id)
    assert shown["attributes"] == {
        "pk": world.alice.id,
        "username": "alice",
        "email": "alice@example.org",
        "first_name": "Älice",
        "last_name": "W.",
    }
    assert call("GET", "auth/user/").json["data"] == shown


def test_put_replaces_all_names(world: World, program_of: ProgramOf) -> None:
    call = program_of(world.alice)
    patch(call, world.alice, first_name="Alice")
    response = patch(call, world.alice, "PUT", username="alicia")
    assert response.status_code == 200
    assert response.json["data"]["attributes"]["first_name"] == ""
    assert accounts.authenticate("alicia", PASSWORD) is not None
    errors = problems(patch(call, world.alice, "PUT", first_name="A."))
    assert errors == [("400", "/data/attributes/username", "required")]


@pytest.mark.parametrize(
    ("username", "code"),
    [
        ("bob", "unique"),
        ("bob@example.org", "unique"),
        ("", "blank"),
        ("  ", "blank"),
        (None, "null"),
        ("al ice", "invalid"),
        ("a" * 151, "max_length"),
        (["alice"], "invalid"),
    ],
)
def test_wrong_name_is_refused(
    world: World, program_of: ProgramOf, username: Any, code: str
) -> None:
    response = patch(program_of(world.alice), world.alice, username=username)
    assert problems(response) == [("400", "/data/attributes/username", code)]


def test_account_of_another_is_not_changed(world: World, program_of: ProgramOf) -> None:
    call = program_of(world.alice)
    assert problems(patch(call, world.bob)) == [("409", "/data", "error")]
    missing = call("PATCH", "auth/user/", document("User", first_name="A."))
    assert problems(missing) == [("400", "/data", "parse_error")]
