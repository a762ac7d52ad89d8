"""How often a password may be tried: pages and API count together, failures alone, and for a while."""

import time
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from clair import accounts
from clair.access import SYSTEM
from clair.extensions import db
from clair.models import User

from blueprints.api.browsing import Scripts
from blueprints.api.speaking import document, problems
from conftest import PASSWORD, Browser, World

ClientOf = Callable[[User | None], Browser]
Read = Callable[[TestResponse], str]
LOGIN = "/accounts/login/"
WRONG = "wrong"
THROTTLED = [("429", "/data", "throttled")]
MINUTE_S = 60


@pytest.fixture
def page(world: World, client_of: ClientOf) -> Callable[..., TestResponse]:
    """Log in at the page."""
    browser = client_of(None)
    token = browser.get(LOGIN).text.split('name="csrf_token"')[1].split('value="')[1].split('"')[0]

    def submit(name: str = "alice", password: str = WRONG, **options: Any) -> TestResponse:
        fields = {"csrf_token": token, "username": name, "password": password}
        return browser.post(LOGIN, data=fields, **options)

    return submit


@pytest.fixture
def api(app: Flask, world: World) -> Callable[..., TestResponse]:
    """Log in at the API, each time as a program without cookies."""

    def post(name: str = "alice", password: str = WRONG, **options: Any) -> TestResponse:
        scripts = Scripts(app)
        scripts.browser.environ_base |= options.get("environ_base", {})
        return scripts.log_in(name, password)

    return post


def wait_s(response: TestResponse) -> int:
    return int(response.headers["Retry-After"])


def test_sixth_attempt_at_the_page_keeps_the_form_and_says_how_long_to_wait(
    page: Callable[..., TestResponse], read: Read
) -> None:
    assert [page().status_code for _ in range(5)] == [422] * 5
    for password in ("wrong", PASSWORD):
        response = page(password=password)
        assert response.status_code == 429
        assert 290 < wait_s(response) <= 300
        assert "Too many attempts. Try again in 5 minutes." in read(response)
        assert 'value="alice"' in response.text
        assert PASSWORD not in response.text


def test_sixth_attempt_at_the_api_is_throttled(api: Callable[..., TestResponse]) -> None:
    assert [api().status_code for _ in range(5)] == [400] * 5
    response = api(password=PASSWORD)
    assert problems(response) == THROTTLED
    assert 290 < wait_s(response) <= 300
    assert "Set-Cookie" not in response.headers


def test_both_doors_count_together(
    page: Callable[..., TestResponse], api: Callable[..., TestResponse]
) -> None:
    assert [page().status_code for _ in range(3)] == [422] * 3
    assert [api().status_code for _ in range(2)] == [400] * 2
    assert api(password=PASSWORD).status_code == 429
    assert page(password=PASSWORD).status_code == 429


def test_right_password_after_four_wrong_ones_gets_in_and_does_not_count(
    api: Callable[..., TestResponse],
) -> None:
    for _ in range(4):
        api()
    assert [api(password=PASSWORD).status_code for _ in range(7)] == [200] * 7
    assert api().status_code == 400
    assert api(password=PASSWORD).status_code == 429


def test_names_and_clients_are_counted_apart(api: Callable[..., TestResponse]) -> None:
    for _ in range(5):
        api()
    assert api("bob", PASSWORD).status_code == 200
    elsewhere = {"environ_base": {"REMOTE_ADDR": "192.0.2.7"}}
    assert api(password=PASSWORD, **elsewhere).status_code == 200
    assert api(password=PASSWORD).status_code == 429


def test_spelling_of_a_name_and_place_in_a_network_make_no_difference(
    api: Callable[..., TestResponse],
) -> None:
    names = ("alice@example.org", "ALICE@example.org", " alice@example.org ")
    for n in range(5):
        address = {"REMOTE_ADDR": f"2001:db8:1:2:{n}::1"}
        assert api(names[n % 3], environ_base=address).status_code == 400
    same = {"REMOTE_ADDR": "2001:db8:1:2:ffff::1"}
    other = {"REMOTE_ADDR": "2001:db8:1:3::1"}
    assert api(names[0], PASSWORD, environ_base=same).status_code == 429
    assert api(names[0], PASSWORD, environ_base=other).status_code == 200


def test_unknown_names_are_throttled_like_known_ones(api: Callable[..., TestResponse]) -> None:
    assert [api("dora").status_code for _ in range(6)] == [400] * 5 + [429]


def test_client_that_tries_many_names_has_to_wait(
    page: Callable[..., TestResponse], monkeypatch: pytest.MonkeyPatch
) -> None:
    # Fifty strong hashes would take a while, and are not what this is about.
    monkeypatch.setattr(accounts, "authenticate", lambda _login, _password: None)
    assert {page(f"user{n}").status_code for n in range(50)} == {422}
    assert page("alice", PASSWORD).status_code == 429
    elsewhere = {"REMOTE_ADDR": "192.0.2.7"}
    assert page("user", environ_base=elsewhere).status_code == 422


def test_attempts_are_forgotten_after_five_minutes(
    api: Callable[..., TestResponse], monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(5):
        api()
    now_s = time.time
    monkeypatch.setattr(time, "time", lambda: now_s() + 4 * MINUTE_S)
    assert wait_s(api(password=PASSWORD)) <= MINUTE_S
    monkeypatch.setattr(time, "time", lambda: now_s() + 5 * MINUTE_S + 1)
    assert api(password=PASSWORD).status_code == 200


def test_unconfirmed_user_with_the_right_password_is_not_counted(
    api: Callable[..., TestResponse], world: World
) -> None:
    world.alice.is_email_verified = False
    db.session.commit()
    assert {api(password=PASSWORD).status_code for _ in range(7)} == {400}


def test_old_password_may_be_guessed_as_seldom(app: Flask, world: World) -> None:
    alice = Scripts(app)
    alice.log_in()
    passwords = {"new_password1": "something better", "new_password2": "something better"}

    def change(old: str) -> TestResponse:
        body = document("PasswordChangeView", old_password=old, **passwords)
        return alice.call("POST", "auth/password/change/", body)

    assert [change("wrong").status_code for _ in range(5)] == [400] * 5
    assert problems(change(PASSWORD)) == THROTTLED
    assert alice.is_logged_in()


def test_forms_with_mistakes_do_not_count(page: Callable[..., TestResponse]) -> None:
    assert {page(password="").status_code for _ in range(7)} == {422}
    assert page(password=PASSWORD).status_code == 303


# --- mails


def ask(app: Flask, email: str, address: str = "192.0.2.1") -> TestResponse:
    scripts = Scripts(app)
    scripts.browser.environ_base["REMOTE_ADDR"] = address
    return scripts.call("POST", "auth/password/reset/", document("PasswordResetView", email=email))


@pytest.mark.parametrize("email", ["alice@example.org", "dora@example.org"])
def test_an_address_gets_five_mails_an_hour_from_whomever(
    app: Flask, world: World, email: str
) -> None:
    spelt = (email, email.upper())
    answers = [ask(app, spelt[n % 2], f"192.0.2.{n}") for n in range(6)]
    assert [each.status_code for each in answers] == [200] * 5 + [429]
    assert problems(answers[5]) == THROTTLED
    assert 3590 < wait_s(answers[5]) <= 3600


def test_a_client_asks_for_twenty_mails_an_hour(app: Flask, world: World) -> None:
    codes = [ask(app, f"user{n}@example.org").status_code for n in range(21)]
    assert codes == [200] * 20 + [429]
    assert ask(app, "alice@example.org", "192.0.2.2").status_code == 200


def test_what_is_no_address_does_not_count(app: Flask, world: World) -> None:
    assert {ask(app, "alice").status_code for _ in range(22)} == {400}
    assert ask(app, "alice@example.org").status_code == 200


def test_disabled_user_waits_like_others(api: Callable[..., TestResponse], world: World) -> None:
    accounts.disable_user(SYSTEM, world.alice)
    assert [api(password=PASSWORD).status_code for _ in range(6)] == [400] * 5 + [429]
