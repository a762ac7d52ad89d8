"""Section 10.1 of the contract, CSRF: what another site makes a logged-in browser send is refused."""

from collections.abc import Callable
from http.cookies import SimpleCookie

import orjson
import pytest
from flask import Flask
from werkzeug.test import TestResponse

from clair.blueprints.errors import JSONAPI
from clair.extensions import db
from clair.models import User

from blueprints.api.browsing import Scripts
from blueprints.api.speaking import Program, document, problems
from conftest import PASSWORD, Browser, World

ProgramOf = Callable[..., Program]
ClientOf = Callable[[User | None], Browser]
REFUSED = [("403", "/data", "permission_denied")]
ISSUE = document("Token", name="x")


@pytest.fixture
def alice(app: Flask, world: World) -> Scripts:
    """A browser in which Alice is logged in through the API."""
    scripts = Scripts(app)
    assert scripts.log_in().status_code == 200
    return scripts


def test_header_with_the_cookie_lets_a_change_pass(alice: Scripts) -> None:
    assert alice.call("POST", "auth/tokens/", ISSUE).status_code == 201


@pytest.mark.parametrize("token", [None, "", "forged", "a.b.c", "ä"])
def test_change_without_the_token_is_refused(alice: Scripts, token: str | None) -> None:
    for method, path in (
        ("POST", "auth/tokens/"),
        ("POST", "auth/logout/"),
        ("POST", "auth/login/"),
        ("PATCH", "auth/user/"),
        ("PUT", "auth/user/"),
        ("DELETE", "auth/tokens/1/"),
        ("POST", "auth/password/reset/"),
        ("POST", "organizations/"),
        ("DELETE", "rooms/1/"),
    ):
        assert problems(alice.call(method, path, ISSUE, csrf=token)) == REFUSED, path
    assert alice.is_logged_in()


def test_reading_needs_no_token(alice: Scripts) -> None:
    for method in ("GET", "HEAD", "OPTIONS"):
        assert alice.call(method, "auth/user/", csrf=None).status_code == 200


def test_token_of_another_session_is_refused(app: Flask, alice: Scripts) -> None:
    bob = Scripts(app)
    bob.log_in("bob")
    token = bob.cookie("csrftoken")
    assert problems(alice.call("POST", "auth/tokens/", ISSUE, csrf=token)) == REFUSED


def test_form_field_and_query_are_no_header(alice: Scripts) -> None:
    token = alice.cookie("csrftoken")
    path = f"/api/v1/auth/logout/?csrf_token={token}"
    assert problems(alice.browser.post(path, data={"csrf_token": token})) == REFUSED


def test_log_in_and_programs_need_no_token(app: Flask, world: World, program_of: ProgramOf) -> None:
    body = document("LoginView", username="alice", password=PASSWORD)
    foreign = {"Origin": "https://evil.example"}
    assert program_of(None)("POST", "auth/login/", body).status_code == 200
    response = program_of(world.alice)("POST", "auth/tokens/", ISSUE, headers=foreign)
    assert response.status_code == 201


def test_program_with_the_cookies_of_a_session_needs_no_token(alice: Scripts) -> None:
    key = alice.call("POST", "auth/tokens/", ISSUE).json["data"]["attributes"]["key"]
    headers = {"Authorization": f"Token {key}"}
    assert alice.call("POST", "auth/tokens/", ISSUE, csrf=None, **headers).status_code == 201


# --- the origin


@pytest.mark.parametrize(
    ("root", "origin"),
    [
        ("http://localhost", "http://localhost"),
        ("http://localhost:80", "http://localhost"),
        ("https://localhost:443", "https://localhost"),
        ("http://localhost:8000", "http://localhost:8000"),
        ("http://xn--bcher-kva.example", "http://xn--bcher-kva.example"),
    ],
)
def test_own_origin_passes(app: Flask, world: World, root: str, origin: str) -> None:
    browser = Browser(app, app.response_class)
    login = document("LoginView", username="alice", password=PASSWORD)

    def post(path: str, body: object, **headers: str) -> TestResponse:
        options = {"content_type": JSONAPI, "base_url": root, "headers": headers}
        return browser.post(f"/api/v1/{path}", data=orjson.dumps(body), **options)

    cookies = SimpleCookie()
    for header in post("auth/login/", login).headers.getlist("Set-Cookie"):
        cookies.load(header)
    headers = {"X-CSRFToken": cookies["csrftoken"].value, "Origin": origin}
    assert post("auth/tokens/", ISSUE, **headers).status_code == 201


@pytest.mark.parametrize(
    "origin",
    [
        "https://evil.example",
        "https://localhost",
        "http://localhost:8080",
        "http://localhost.evil.example",
        "http://localhost/",
        "null",
        "",
    ],
)
def test_other_origin_is_refused_although_the_token_is_right(alice: Scripts, origin: str) -> None:
    assert problems(alice.call("POST", "auth/tokens/", ISSUE, Origin=origin)) == REFUSED
    assert alice.call("GET", "auth/user/", Origin=origin).status_code == 200


# --- the cookie


def test_page_sets_the_cookie_and_the_api_takes_it(app: Flask, world: World) -> None:
    browser = Browser(app, app.response_class)
    browser.submit("/accounts/login/", username="alice", password=PASSWORD)
    scripts = Scripts(app, browser)
    assert scripts.call("POST", "auth/tokens/", ISSUE).status_code == 201


def test_log_in_while_logged_in_changes_the_cookie(alice: Scripts) -> None:
    before = alice.cookie("csrftoken")
    assert alice.log_in("bob").status_code == 200
    assert alice.cookie("csrftoken") != before
    assert problems(alice.call("POST", "auth/tokens/", ISSUE, csrf=before)) == REFUSED
    assert alice.call("POST", "auth/tokens/", ISSUE).status_code == 201


@pytest.mark.parametrize("value", [None, "forged"])
def test_session_without_a_good_cookie_gets_one_from_the_api(
    app: Flask, world: World, client_of: ClientOf, value: str | None
) -> None:
    alice = Scripts(app, client_of(world.alice))
    if value is not None:
        alice.browser.set_cookie("csrftoken", value)
    assert problems(alice.call("POST", "auth/tokens/", ISSUE)) == REFUSED
    assert alice.cookie("csrftoken") not in (None, value)
    assert alice.call("POST", "auth/tokens/", ISSUE).status_code == 201


def test_good_cookie_is_left_alone(alice: Scripts) -> None:
    response = alice.call("GET", "auth/user/")
    assert "Set-Cookie" not in response.headers


def test_nobody_and_programs_get_no_cookie(world: World, program_of: ProgramOf) -> None:
    for call in (program_of(None), program_of(world.alice)):
        assert "Set-Cookie" not in call("GET", "quantities/").headers
        assert "Set-Cookie" not in call("GET", "auth/user/").headers


def test_log_out_takes_the_cookie_away(alice: Scripts) -> None:
    browser = alice.browser
    browser.submit("/accounts/logout/")
    assert alice.cookie("csrftoken") is None


def test_cookie_survives_a_new_password(alice: Scripts) -> None:
    passwords = {"new_password1": "something better", "new_password2": "something better"}
    body = document("PasswordChangeView", old_password=PASSWORD, **passwords)
    assert alice.call("POST", "auth/password/change/", body).status_code == 200
    assert alice.call("POST", "auth/tokens/", ISSUE).status_code == 201
    db.session.rollback()
