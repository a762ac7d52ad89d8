"""The language of pages: of the browser, of the account, or chosen."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from clair.extensions import db
from clair.models import User

from conftest import World

ClientOf = Callable[[User | None], FlaskClient]
LOGIN = "/accounts/login/"


def language_of(response: TestResponse) -> str:
    return response.text.split('<html lang="')[1][:2]


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        ("de", "de"),
        ("en", "en"),
        ("de-AT, de;q=0.9, en;q=0.8", "de"),
        ("en-GB, en;q=0.9, de;q=0.5", "en"),
        ("fr, en;q=0.5", "en"),
        ("de-AT, en;q=0.5", "de"),
        ("en-GB, de;q=0.5", "en"),
        ("fr", "de"),
        ("", "de"),
        ("x" * 5000, "de"),
    ],
)
def test_browser_chooses_the_language_first(
    world: World, client_of: ClientOf, accepted: str, language: str
) -> None:
    response = client_of(None).get(LOGIN, headers={"Accept-Language": accepted})
    assert language_of(response) == language


def test_visitor_chooses_a_language(world: World, client_of: ClientOf) -> None:
    client = client_of(None)
    response = client.submit("/accounts/language/", language="de", next=f"{LOGIN}?next=/dashboard/")
    assert response.location == f"{LOGIN}?next=/dashboard/"
    assert language_of(client.get(LOGIN)) == "de"
    client.submit("/accounts/language/", language="en")
    assert language_of(client.get(LOGIN)) == "en"


def test_choice_follows_the_user_to_other_browsers(world: World, client_of: ClientOf) -> None:
    client_of(world.alice).submit("/accounts/language/", language="de")
    db.session.expire_all()
    assert world.alice.language == "de"
    assert world.bob.language is None
    elsewhere = client_of(world.alice)
    assert language_of(elsewhere.get(f"/dashboard/{world.cafe.id}/")) == "de"


@pytest.mark.parametrize("language", ["fr", "", "DE", "de-AT", "../de", "\0"])
def test_language_that_there_is_not_is_ignored(
    world: World, client_of: ClientOf, language: str
) -> None:
    client = client_of(world.alice)
    response = client.submit("/accounts/language/", language=language)
    assert response.status_code == 303
    assert client.get_cookie("language") is None
    assert language_of(client.get(LOGIN)) == "en"
    assert world.alice.language is None


def test_forged_language_cookie_is_ignored(world: World, client_of: ClientOf) -> None:
    client = client_of(None)
    client.set_cookie("language", "../../etc")
    assert language_of(client.get(LOGIN)) == "en"
