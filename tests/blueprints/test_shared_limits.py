"""The limits hold for all processes of the web server, and nobody waits for a Redis that is away."""

import logging
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import flask_migrate
import pytest
import requests
from flask import Flask, g
from werkzeug.test import TestResponse

from clair import accounts
from clair.access import NOBODY, SYSTEM, Actor
from clair.blueprints.errors import JSONAPI
from clair.blueprints.limits import limit_members
from clair.errors import Throttled
from clair.extensions import db

from blueprints.api.browsing import Scripts
from blueprints.api.speaking import document
from conftest import PASSWORD, World, make_app
from services import Service, Web, redis_server


@pytest.fixture
def redis() -> Iterator[Service]:
    """A private Redis."""
    with redis_server() as server:
        yield server


@pytest.fixture
def web(tmp_path: Path, redis: Service) -> Iterator[Web]:
    """Two processes with a Redis between them."""
    database = f"sqlite:///{tmp_path}/clair.sqlite"
    app = make_app(database, tmp_path)
    with app.app_context():
        flask_migrate.upgrade()
        accounts.create_user(SYSTEM, "alice", "alice@example.org", PASSWORD)
        db.session.commit()
        db.engine.dispose()
    server = Web(
        {
            "SECRET_KEY": "a secret key for tests alone",
            "DATABASE_URL": database,
            "REDIS_URL": f"redis://127.0.0.1:{redis.port}/0",
            "CLAIR_DATA": str(tmp_path),
        }
    )
    server.start()
    yield server
    server.stop()


def try_password(web: Web, password: str) -> requests.Response:
    body = document("LoginView", username="alice", password=password)
    url, headers = f"{web.url}/api/v1/auth/login/", {"Content-Type": JSONAPI}
    # Without a session each request is a new connection, to whichever process takes it.
    return requests.post(url, json=body, headers=headers, timeout=10)


def test_two_processes_count_together_and_go_on_without_redis(web: Web, redis: Service) -> None:
    codes = [try_password(web, "wrong").status_code for _ in range(12)]
    assert codes == [400] * 5 + [429] * 7
    refused = try_password(web, PASSWORD)
    assert refused.status_code == 429
    assert 240 < int(refused.headers["Retry-After"]) <= 300

    redis.kill()

    began_s = time.monotonic()
    codes = [try_password(web, PASSWORD).status_code for _ in range(10)]
    assert codes == [200] * 10, "each process counts for itself, and nothing has failed there"
    assert time.monotonic() - began_s < 10
    codes = [try_password(web, "wrong").status_code for _ in range(20)]
    assert 5 <= codes.count(400) <= 10
    assert set(codes) == {400, 429}


def test_log_says_once_that_redis_is_away(
    app: Flask, world: World, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO):
        for _ in range(5):
            Scripts(app).log_in()
            Scripts(app).call("GET", "quantities/")
    assert sum("fallback" in each.getMessage() for each in caplog.records) <= 1
    assert not [each for each in caplog.records if each.levelno >= logging.ERROR]


def test_a_user_adds_twenty_members_an_hour(
    app: Flask, world: World, actor_of: Callable[..., Actor]
) -> None:
    def add(actor: Actor) -> int | None:
        with app.test_request_context("/api/v1/memberships/", method="POST"):
            g.actor = actor
            try:
                limit_members()
            except Throttled as error:
                return error.retry_after_s
        return None

    assert [add(actor_of(world.alice)) for _ in range(20)] == [None] * 20
    wait_s = add(actor_of(world.alice))
    assert wait_s is not None
    assert 3590 < wait_s <= 3600
    assert add(actor_of(world.bob)) is None
    assert add(NOBODY) is None


def test_forwarders_are_not_counted(app: Flask, world: World) -> None:
    response: TestResponse = app.test_client().post("/ingest/v1/samples/")
    assert response.status_code == 401
    assert "Retry-After" not in response.headers
