"""The whole: every route keeps strangers out, every command asks who acts, every page is hardened."""

import inspect
from collections.abc import Callable, Iterator
from types import ModuleType

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.routing import Rule

from clair import accounts, inventory, tokens
from clair.access import Actor
from clair.ingest import sources
from clair.models import User

from conftest import World

ClientOf = Callable[[User | None], FlaskClient]
PUBLIC = {
    "static",
    "health.healthz",
    "health.readyz",
    "dashboard.home",  # leads on to a page that is not public
    "accounts.login",
    "accounts.logout",
    "accounts.language",
    "accounts.reset",  # whoever has the link in a mail
    # Lists show what is public, and nobody sees an empty one; the catalogue is for all.
    *(
        f"api.{name}"
        for name in (
            "start",
            "schema",
            "redoc",
            "quantities_collection",
            "quantities_detail",
            "protocols_collection",
            "protocols_detail",
            "models_collection",
            "models_detail",
            "organizations_collection",
            "organizations_sites_related",
            "sites_collection",
            "sites_rooms_related",
            "rooms_collection",
            "rooms_installations_related",
            "installations_collection",
            "list_installation_series",
            "auth_log_in",
            "auth_log_out",
            "auth_ask_for_reset",
            "auth_reset_password",
        )
    ),
}
"""The endpoints that anybody may open. A new one needs its reason here."""

QUESTIONS = ("find_", "check_", "is_")
NO_COMMANDS = {
    "accounts.authenticate",  # finds out who acts
    "inventory.remove_image",  # follows a commit: the command has asked before
}
"""Commands change something. Look-ups, checks and questions do not, and begin with such a word."""


def routes(app: Flask) -> Iterator[tuple[Rule, str, str]]:
    """List each rule with each of its methods and an address that it matches."""
    for rule in app.url_map.iter_rules():
        values = dict.fromkeys(rule.arguments, 1)
        if rule.endpoint == "static":
            values = {"filename": "frame.css"}
        with app.test_request_context():
            _, url = rule.build(values, append_unknown=False) or ("", "")
        assert url, f"an address for {rule}"
        for method in sorted((rule.methods or set()) - {"OPTIONS"}):
            yield rule, method, url


def test_every_route_that_is_not_public_keeps_nobody_out(
    app: Flask, world: World, client_of: ClientOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A missing form token must not be what keeps them out.
    monkeypatch.setitem(app.config, "WTF_CSRF_ENABLED", False)
    client = client_of(None)
    answers = {
        f"{method} {url}": client.open(url, method=method)
        for rule, method, url in routes(app)
        if rule.endpoint not in PUBLIC
    }
    assert len(answers) >= 6
    for request, response in answers.items():
        assert response.status_code in (302, 401, 404), request
        if response.status_code == 302:
            assert response.location.startswith("/accounts/login/"), request


def test_list_of_public_routes_is_not_longer_than_needed(app: Flask) -> None:
    assert {rule.endpoint for rule in app.url_map.iter_rules()} >= PUBLIC


def test_routes_do_not_change_anything_on_get(app: Flask) -> None:
    for rule, method, _ in routes(app):
        if rule.endpoint in ("accounts.logout", "accounts.language"):
            assert method == "POST", rule


@pytest.mark.parametrize("name", ["alice", None])
def test_every_answer_is_hardened(
    app: Flask, world: World, client_of: ClientOf, name: str | None
) -> None:
    client = client_of(getattr(world, name) if name else None)
    urls = [url for _, method, url in routes(app) if method == "GET"]
    for url in (*urls, "/nowhere/", "/dashboard/987654/"):
        headers = client.get(url, buffered=True).headers
        policy = headers["Content-Security-Policy"]
        assert "default-src 'self'" in policy, url
        assert "frame-ancestors 'none'" in policy, url
        assert "unsafe" not in policy, url
        assert headers["X-Content-Type-Options"] == "nosniff", url
        assert headers["X-Frame-Options"] == "DENY", url
        assert headers["Referrer-Policy"] == "same-origin", url


@pytest.mark.parametrize("path", ["", "installation/{}/", "installation/{}/chart/"])
def test_pages_obey_their_own_policy(world: World, client_of: ClientOf, path: str) -> None:
    url = f"/dashboard/{world.cafe.id}/{path.format(world.installation.id)}"
    page = client_of(world.alice).get(url).text
    assert " style=" not in page
    assert " onclick=" not in page
    assert "<script>" not in page
    assert "<style" not in page


def commands(module: ModuleType) -> Iterator[tuple[str, Callable[..., object]]]:
    """List the public commands of a module."""
    short = module.__name__.rpartition(".")[2]
    for name, function in inspect.getmembers(module, inspect.isfunction):
        is_ours = f"{function.__module__}.".startswith(f"{module.__name__}.") and name[0] != "_"
        if is_ours and not name.startswith(QUESTIONS) and f"{short}.{name}" not in NO_COMMANDS:
            yield f"{short}.{name}", function


def test_every_command_takes_the_actor_first() -> None:
    found = dict(
        entry for module in (inventory, accounts, sources, tokens) for entry in commands(module)
    )
    assert len(found) >= 12
    for name, command in found.items():
        first = next(iter(inspect.signature(command).parameters.values()), None)
        assert first is not None, name
        assert (first.name, first.annotation) == ("actor", Actor), name
