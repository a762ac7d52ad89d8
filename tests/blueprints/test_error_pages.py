"""What people and programs are told when something goes wrong."""

import logging
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from clair.auth import public
from clair.models import User

from conftest import World, make_app
from services import free_port

ClientOf = Callable[[User | None], FlaskClient]
Read = Callable[[TestResponse], str]
LOGIN = "/accounts/login/"
SERIES = "/dashboard/1/installation/1/series?from=0&to=60"
ENGLISH = {
    400: "That did not work",
    404: "There is nothing here",
    405: "That did not work",
    413: "That was too much at once",
}


def provoke(client: FlaskClient, status: int) -> TestResponse:
    """Ask for what ends in an error."""
    if status == 413:
        return client.post(LOGIN, data={"username": "x" * 2_000_000})
    if status == 405:
        return client.get("/accounts/logout/")
    return client.post(LOGIN) if status == 400 else client.get("/nowhere/")


@pytest.mark.parametrize("name", ["alice", None])
@pytest.mark.parametrize("status", ENGLISH)
@pytest.mark.parametrize("language", ["de", "en"])
def test_error_pages_speak_the_language_of_the_visitor(
    world: World, client_of: ClientOf, read: Read, language: str, status: int, name: str | None
) -> None:
    client = client_of(getattr(world, name) if name else None)
    client.environ_base["HTTP_ACCEPT_LANGUAGE"] = language
    response = provoke(client, status)
    assert response.status_code == status
    assert response.mimetype == "text/html"
    assert f'<html lang="{language}">' in response.text
    words = read(response)
    assert str(status) in words
    assert (ENGLISH[status] in words) == (language == "en")


def test_hidden_page_cannot_be_told_from_a_missing_one(
    world: World, client_of: ClientOf, read: Read
) -> None:
    client = client_of(world.charlie)
    hidden = client.get(f"/dashboard/{world.cafe.id}/")
    missing = client.get("/dashboard/987654/")
    assert hidden.status_code == missing.status_code == 404
    assert read(hidden) == read(missing)


def test_refused_method_says_which_are_allowed(world: World, client_of: ClientOf) -> None:
    response = client_of(None).delete(LOGIN)
    assert response.status_code == 405
    assert {"GET", "POST"} <= set(response.headers["Allow"].split(", "))


def test_address_without_its_slash_is_completed(world: World, client_of: ClientOf) -> None:
    response = client_of(world.alice).get("/dashboard")
    assert response.status_code == 308
    assert response.location.endswith("/dashboard/")


@pytest.mark.parametrize(
    "path", ["/nowhere%00/", "/%FF/", "/dashboard/%D9%A3/", f"/dashboard/{'9' * 5000}/"]
)
def test_strange_addresses_lead_nowhere(world: World, client_of: ClientOf, path: str) -> None:
    assert client_of(world.alice).get(path).status_code == 404


# --- the database is away


@pytest.fixture
def stranded(folder: Path) -> FlaskClient:
    """A browser at an application whose database does not answer; its user was logged in."""
    url = f"postgresql+psycopg2://clair@127.0.0.1:{free_port()}/clair"
    client = make_app(url, folder).test_client()
    client.environ_base["HTTP_ACCEPT_LANGUAGE"] = "en"
    with client.session_transaction() as session:
        session["_user_id"] = "1"
        session["_fresh"] = True
    return client


@pytest.mark.parametrize(
    "path", ["/dashboard/", "/dashboard/1/", "/dashboard/1/installation/1/", "/nowhere/", LOGIN]
)
@pytest.mark.parametrize("language", ["de", "en"])
def test_outage_of_the_database_has_a_page(
    stranded: FlaskClient, read: Read, path: str, language: str
) -> None:
    response = stranded.get(path, headers={"Accept-Language": language})
    assert response.status_code == 503
    assert response.headers["Retry-After"] == "5"
    assert response.mimetype == "text/html"
    assert ("Nothing is lost" in read(response)) == (language == "en")
    assert "psycopg2" not in response.text


def test_outage_of_the_database_is_told_to_charts(stranded: FlaskClient) -> None:
    response = stranded.get(SERIES)
    assert response.status_code == 503
    assert response.headers["Retry-After"] == "5"
    (error,) = response.json["errors"]
    assert (error["status"], error["code"]) == ("503", "unavailable")


def test_outage_does_not_hide_the_log_in_page_from_nobody(stranded: FlaskClient) -> None:
    stranded.delete_cookie("sessionid")
    assert stranded.get(LOGIN).status_code == 200


def test_log_in_during_an_outage_says_so(stranded: FlaskClient) -> None:
    stranded.delete_cookie("sessionid")
    page = stranded.get(LOGIN).text
    token = page.split('name="csrf_token"')[1].split('value="')[1].split('"')[0]
    fields = {"csrf_token": token, "username": "alice", "password": "whatever it is"}
    assert stranded.post(LOGIN, data=fields).status_code == 503


# --- a fault of ours


@pytest.fixture
def faulty(folder: Path) -> Flask:
    """An application in which something fails."""
    app = make_app(f"sqlite:///{folder}/faulty.sqlite", folder)

    @public
    def fail() -> str:
        raise RuntimeError("a secret detail")

    app.add_url_rule("/fault/", "fault", fail)
    app.add_url_rule("/fault/series", "fault_series", fail)
    return app


def test_fault_is_logged_and_tells_nothing(
    faulty: Flask, read: Read, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR):
        page = faulty.test_client().get("/fault/", headers={"Accept-Language": "en"})
        document = faulty.test_client().get("/fault/series")
    assert page.status_code == document.status_code == 500
    assert "Something went wrong here" in read(page)
    assert document.json["errors"][0]["status"] == "500"
    assert "a secret detail" not in page.text + document.text
    assert "a secret detail" in caplog.text
