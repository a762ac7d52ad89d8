"""Log-in and log-out, as a browser does them."""

from collections.abc import Callable
from http.cookies import SimpleCookie
from urllib.parse import quote

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from clair import accounts
from clair.access import SYSTEM
from clair.auth import SessionUser
from clair.extensions import db
from clair.models import User

from conftest import PASSWORD, World

ClientOf = Callable[[User | None], FlaskClient]
Read = Callable[[TestResponse], str]
LOGIN = "/accounts/login/"
MISMATCH = "User name and password do not match."


def log_in(client: FlaskClient, name: str = "alice", url: str = LOGIN, **more: str) -> TestResponse:
    return client.submit(url, username=name, password=PASSWORD, **more)


def is_logged_in(client: FlaskClient) -> bool:
    return client.get("/dashboard/").location != f"{LOGIN}?next=/dashboard/"


# --- log-in


@pytest.mark.parametrize(
    "name", ["alice", " alice ", "alice@example.org", "ALICE@Example.ORG", "alice@example.org "]
)
def test_user_logs_in_by_name_or_address(world: World, client_of: ClientOf, name: str) -> None:
    client = client_of(None)
    response = log_in(client, name)
    assert (response.status_code, response.location) == (303, "/dashboard/")
    assert is_logged_in(client)
    assert "alice" in client.get(f"/dashboard/{world.cafe.id}/").text


@pytest.mark.parametrize(
    ("name", "password"),
    [("alice", "wrong"), ("dora", PASSWORD), ("dora@example.org", "x"), ("alice\0", PASSWORD)],
    ids=["wrong password", "unknown user", "unknown address", "zero byte"],
)
def test_wrong_name_and_wrong_password_look_the_same(
    world: World, client_of: ClientOf, read: Read, name: str, password: str
) -> None:
    client = client_of(None)
    response = client.submit(LOGIN, username=name, password=password)
    assert response.status_code == 422
    assert MISMATCH in read(response)
    assert not is_logged_in(client)


def test_password_is_not_sent_back(world: World, client_of: ClientOf) -> None:
    response = client_of(None).submit(LOGIN, username="alice", password="hunter2-secret")
    assert 'value="alice"' in response.text
    assert "hunter2-secret" not in response.text


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({}, "Enter your user name or your e-mail address."),
        ({"username": "alice"}, "Enter your password."),
        ({"password": PASSWORD}, "Enter your user name or your e-mail address."),
    ],
)
def test_empty_fields_are_named(
    world: World, client_of: ClientOf, read: Read, fields: dict[str, str], message: str
) -> None:
    response = client_of(None).submit(LOGIN, **fields)
    assert response.status_code == 422
    assert message in read(response)


def test_disabled_user_cannot_log_in(world: World, client_of: ClientOf, read: Read) -> None:
    accounts.disable_user(SYSTEM, world.alice)
    client = client_of(None)
    response = log_in(client)
    assert response.status_code == 422
    assert MISMATCH in read(response)
    assert not is_logged_in(client)


def test_open_session_of_a_disabled_user_ends(world: World, client_of: ClientOf) -> None:
    client = client_of(None)
    log_in(client, remember="y")
    assert is_logged_in(client)
    accounts.disable_user(SYSTEM, world.alice)
    assert not is_logged_in(client)


@pytest.mark.parametrize("path", ["login", "logout", "language"])
def test_forms_need_their_token(world: World, client_of: ClientOf, path: str) -> None:
    client = client_of(None)
    log_in(client)
    fields = {"username": "bob", "password": PASSWORD, "language": "de"}
    for token in ({}, {"csrf_token": "forged"}):
        response = client.post(f"/accounts/{path}/", data=fields | token)
        assert response.status_code == 400
        assert "language=" not in response.headers.get("Set-Cookie", "")
    assert is_logged_in(client)
    assert "alice" in client.get(LOGIN).text


def test_token_of_another_session_is_refused(world: World, client_of: ClientOf) -> None:
    first, second = client_of(None), client_of(None)
    page = first.get(LOGIN).text
    token = page.split('name="csrf_token"')[1].split('value="')[1].split('"')[0]
    second.get(LOGIN)
    fields = {"csrf_token": token, "username": "alice", "password": PASSWORD}
    assert second.post(LOGIN, data=fields).status_code == 400
    assert not is_logged_in(second)


# --- where it leads


@pytest.mark.parametrize("target", ["/dashboard/1/", "/dashboard/1/installation/2/?range=week"])
def test_log_in_leads_where_the_visitor_wanted_to_go(
    world: World, client_of: ClientOf, target: str
) -> None:
    response = log_in(client_of(None), url=f"{LOGIN}?next={quote(target)}")
    assert (response.status_code, response.location) == (303, target)


def test_target_survives_a_wrong_password(world: World, client_of: ClientOf) -> None:
    url = f"{LOGIN}?next=/dashboard/1/"
    response = client_of(None).submit(url, username="alice", password="wrong")
    assert "next=/dashboard/1/" in response.text


ELSEWHERE = [
    "//evil.example",
    "///evil.example",
    "http://evil.example",
    "https:evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "/\t/evil.example",
    "/\n/evil.example",
    "/\r\n/evil.example",
    "\t//evil.example",
    " //evil.example",
    "javascript:alert(1)",
    "data:text/html,evil",
    "evil.example",
    "//[",
    "http://[",
    "/\t/[",
    "//evil。example",
    "",
]


@pytest.mark.parametrize("target", ELSEWHERE)
def test_log_in_leads_nowhere_else(world: World, client_of: ClientOf, target: str) -> None:
    response = log_in(client_of(None), url=f"{LOGIN}?next={quote(target)}")
    assert (response.status_code, response.location) == (303, "/dashboard/")


@pytest.mark.parametrize("target", ELSEWHERE)
def test_choice_of_language_leads_nowhere_else(
    world: World, client_of: ClientOf, target: str
) -> None:
    response = client_of(None).submit("/accounts/language/", language="en", next=target)
    assert (response.status_code, response.location) == (303, "/dashboard/")


# --- the session


def test_log_in_leaves_nothing_of_the_session_before(world: World, client_of: ClientOf) -> None:
    client = client_of(world.bob)
    with client.session_transaction() as session:
        session["planted"] = "by somebody else"
    log_in(client)
    with client.session_transaction() as session:
        assert session["_user_id"] == SessionUser(world.alice).get_id()
        assert "planted" not in session


def test_session_cookie_is_out_of_reach_of_scripts(world: World, client_of: ClientOf) -> None:
    cookies = SimpleCookie()
    for header in log_in(client_of(None), remember="y").headers.getlist("Set-Cookie"):
        cookies.load(header)
    assert set(cookies) == {"sessionid", "remember_token", "csrftoken"}
    for name, cookie in cookies.items():
        assert bool(cookie["httponly"]) == (name != "csrftoken"), "scripts must read that one"
        assert cookie["samesite"] == "Lax"
    assert not cookies["sessionid"]["expires"], "it ends with the browser"


def test_log_out_ends_the_session(world: World, client_of: ClientOf) -> None:
    client = client_of(None)
    log_in(client)
    response = client.submit("/accounts/logout/")
    assert (response.status_code, response.location) == (303, LOGIN)
    assert not is_logged_in(client)


def test_remembered_user_is_logged_in_after_the_browser_was_closed(
    world: World, client_of: ClientOf
) -> None:
    client = client_of(None)
    log_in(client, remember="y")
    client.delete_cookie("sessionid")
    assert is_logged_in(client)


def test_user_who_is_not_remembered_is_logged_out_with_the_browser(
    world: World, client_of: ClientOf
) -> None:
    client = client_of(None)
    log_in(client)
    client.delete_cookie("sessionid")
    assert not is_logged_in(client)


def test_log_out_forgets_a_remembered_user(world: World, client_of: ClientOf) -> None:
    client = client_of(None)
    log_in(client, remember="y")
    client.submit("/accounts/logout/")
    assert client.get_cookie("remember_token") is None
    assert not is_logged_in(client)


def test_forged_session_is_nobodys(world: World, client_of: ClientOf) -> None:
    client = client_of(None)
    client.set_cookie("sessionid", "eyJfdXNlcl9pZCI6IjEifQ.aaaaaa.forged")
    client.set_cookie("remember_token", f"{world.alice.id}|forged")
    assert not is_logged_in(client)


def test_new_password_ends_every_open_session(world: World, client_of: ClientOf) -> None:
    here, there = client_of(None), client_of(None)
    log_in(here)
    log_in(there, remember="y")
    there.delete_cookie("sessionid")
    assert is_logged_in(here)
    accounts.set_password(SYSTEM, world.alice, "another long password")
    db.session.commit()
    assert not is_logged_in(here)
    assert not is_logged_in(there)
