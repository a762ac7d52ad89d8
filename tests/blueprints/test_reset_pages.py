"""The page that the link in the mail leads to."""

import re
import time
from collections.abc import Callable

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from clair import accounts, resets
from clair.extensions import db
from clair.models import User

from conftest import PASSWORD, Browser, World

ClientOf = Callable[[User | None], Browser]
Read = Callable[[TestResponse], str]
NEW = "something better"
DEAD = "This link leads nowhere"


@pytest.fixture
def link(app: Flask, world: World) -> str:
    """The link in Alice's mail."""
    uid, token = resets.reset_link_of(world.alice, app.config["SECRET_KEY"], int(time.time()))
    return f"/accounts/password/reset/key/{uid}-{token}/"


def choose(
    client: Browser, link: str, password: str = NEW, again: str | None = None
) -> TestResponse:
    return client.submit(link, password=password, again=password if again is None else again)


def test_link_leads_to_a_form_and_the_form_to_the_log_in(
    link: str, client_of: ClientOf, read: Read
) -> None:
    client = client_of(None)
    page = client.get(link)
    assert page.status_code == 200
    assert page.headers["Cache-Control"] == "private, no-store"
    assert page.text.count('type="password"') == 2
    assert page.text.count('autocomplete="new-password"') == 2
    response = choose(client, link)
    assert (response.status_code, response.location) == (303, "/accounts/login/")
    notice = "You have a new password. Log in with it."
    assert notice in read(client.get(response.location))
    assert notice not in read(client.get(response.location)), "it is told once"
    assert accounts.authenticate("alice", NEW) is not None
    assert accounts.authenticate("alice", PASSWORD) is None


def test_link_works_once(link: str, client_of: ClientOf, read: Read) -> None:
    client = client_of(None)
    choose(client, link)
    for response in (client.get(link), choose(client, link, "yet another one")):
        assert response.status_code == 404
        assert DEAD in read(response)
    assert accounts.authenticate("alice", NEW) is not None


@pytest.mark.parametrize("key", ["1", "1-", "-", "-x", "1-x", "zzz-x", "%00-%00", "ß-x", "1-x-y.z"])
def test_wrong_link_leads_nowhere(world: World, client_of: ClientOf, read: Read, key: str) -> None:
    response = client_of(None).get(f"/accounts/password/reset/key/{key}/")
    assert response.status_code == 404
    assert DEAD in read(response)


@pytest.mark.parametrize(
    ("password", "again", "messages"),
    [
        ("", "", ["Enter a new password."]),
        (NEW, "something else", ["The two passwords are not the same."]),
        ("sev7n!?", "sev7n!?", ["Must have at least 8 characters."]),
        (
            "1234567",
            "1234567",
            [
                "Must have at least 8 characters. "
                "Must not be a password that many people use. Must not be a number alone."
            ],
        ),
        ("alice@example.org", "alice@example.org", ["Must not be similar to the name"]),
    ],
)
def test_what_is_wrong_stands_beside_the_field(
    link: str, client_of: ClientOf, read: Read, password: str, again: str, messages: list[str]
) -> None:
    client = client_of(None)
    response = choose(client, link, password, again)
    assert response.status_code == 422
    assert [message for message in messages if message not in read(response)] == []
    for field in re.findall(r'aria-describedby="([^"]+-error)"', response.text):
        assert f'id="{field}"' in response.text
    assert password == "" or f'value="{password}"' not in response.text
    assert choose(client, link).status_code == 303


def test_form_needs_its_token(link: str, client_of: ClientOf) -> None:
    client, fields = client_of(None), {"password": NEW, "again": NEW}
    assert client.post(link, data=fields).status_code == 400
    assert choose(client, link).status_code == 303


def test_sessions_with_the_old_password_end(world: World, link: str, client_of: ClientOf) -> None:
    inside = client_of(world.alice)
    assert not (inside.get("/dashboard/").location or "").startswith("/accounts/login/")
    choose(client_of(None), link)
    db.session.expire_all()
    assert inside.get("/dashboard/").location.startswith("/accounts/login/")


def test_link_opens_for_whoever_is_logged_in_as_somebody_else(
    world: World, link: str, client_of: ClientOf
) -> None:
    bob = client_of(world.bob)
    assert choose(bob, link).status_code == 303
    assert accounts.authenticate("alice", NEW) is not None
    assert accounts.authenticate("bob", PASSWORD) is not None


def test_page_speaks_the_language_of_the_browser(link: str, app: Flask) -> None:
    client = Browser(app, app.response_class)
    german = client.get(link, headers={"Accept-Language": "de"}).text
    assert '<html lang="de">' in german
