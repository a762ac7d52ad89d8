"""The door for measurements: who may post."""

import json
import time
from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient

from clair.access import SYSTEM
from clair.extensions import db
from clair.ingest.sources import revoke_source
from clair.settings import networks

from blueprints.door import JSONAPI, PATHS, Post, count_samples, errors, sample_of
from conftest import NOW_S, World
from uplinks import uplink


@pytest.fixture
def anonymous(app: Flask) -> Iterator[FlaskClient]:
    """A client without a token, in a deployment where one network needs none."""
    app.config["INGEST_ANONYMOUS_FROM"] = networks("10.1.0.0/16, fd00::/8")
    yield app.test_client()
    app.config["INGEST_ANONYMOUS_FROM"] = ()


@pytest.mark.parametrize("path", PATHS)
def test_nobody_posts_without_a_token(app: Flask, path: str) -> None:
    response = app.test_client().post(f"/ingest/v1/{path}", data=b"{}")
    assert response.status_code == 401
    assert errors(response) == [("/data", "not_authenticated", "401")]
    assert response.headers["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("header", ["Bearer wrong", "Bearer", "Bearer ", "wrong", "Basic eDp5", ""])
def test_nobody_posts_with_a_wrong_token(app: Flask, path: str, header: str) -> None:
    response = app.test_client().post(
        f"/ingest/v1/{path}", data=b"{}", headers={"Authorization": header}
    )
    assert response.status_code == 401
    assert errors(response) == [("/data", "authentication_failed", "401")]


def test_source_posts_to_its_own_network_only(app: Flask, tokens: dict[str, str]) -> None:
    for path, network in (("uplinks/ttn", "samples"), ("samples/", "ttn"), ("ingest/", "ttn")):
        headers = {"Authorization": f"Bearer {tokens[network]}"}
        response = app.test_client().post(f"/ingest/v1/{path}", data=b"{}", headers=headers)
        assert response.status_code == 403
        assert errors(response) == [("/data", "permission_denied", "403")]


def test_revoked_token_is_refused(app: Flask, post: Post) -> None:
    assert post("uplinks/ttn", uplink()).status_code == 200
    revoke_source(SYSTEM, "ttn")
    db.session.commit()
    # As it is 5 seconds later, or in another process.
    app.extensions["clair_sources"].clear()
    assert post("uplinks/ttn", uplink()).status_code == 401


def test_revoked_token_is_not_remembered_for_long(
    app: Flask, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert post("uplinks/ttn", uplink()).status_code == 200
    revoke_source(SYSTEM, "ttn")
    db.session.commit()
    later = time.monotonic() + 5.1
    monkeypatch.setattr("clair.auth.time.monotonic", lambda: later)
    assert post("uplinks/ttn", uplink()).status_code == 401


def test_token_is_looked_up_once_in_a_while(post: Post, statements: list[str]) -> None:
    for _ in range(3):
        post("uplinks/ttn", uplink())
    assert len([each for each in statements if "token_hash" in each]) == 1


@pytest.mark.parametrize("address", ["10.1.2.3", "::ffff:10.1.2.3", "fd00::7"])
def test_old_forwarder_inside_needs_no_token(
    anonymous: FlaskClient, world: World, address: str
) -> None:
    for path, body in (
        ("ingest/", {"data": sample_of(world.node.uuid)}),
        ("samples/", {"data": [sample_of(world.node.uuid, NOW_S + 60)]}),
    ):
        response = anonymous.post(
            f"/ingest/v1/{path}",
            data=json.dumps(body),
            content_type=JSONAPI,
            environ_base={"REMOTE_ADDR": address},
        )
        assert response.status_code in (200, 201)
    assert count_samples() == 2


@pytest.mark.parametrize(
    "address", ["10.2.0.1", "127.0.0.1", "::1", "::ffff:10.2.0.1", "10.1.2.3 or so", ""]
)
def test_nobody_outside_posts_without_a_token(anonymous: FlaskClient, address: str) -> None:
    response = anonymous.post(
        "/ingest/v1/ingest/", data=b"{}", environ_base={"REMOTE_ADDR": address}
    )
    assert response.status_code == 401


def test_no_network_posts_uplinks_without_a_token(anonymous: FlaskClient) -> None:
    response = anonymous.post(
        "/ingest/v1/uplinks/ttn", data=b"{}", environ_base={"REMOTE_ADDR": "10.1.2.3"}
    )
    assert response.status_code == 401


@pytest.mark.parametrize("header", ["Bearer wrong", "Bearer"])
def test_wrong_token_is_refused_even_inside(anonymous: FlaskClient, header: str) -> None:
    response = anonymous.post(
        "/ingest/v1/ingest/",
        data=b"{}",
        headers={"Authorization": header},
        environ_base={"REMOTE_ADDR": "10.1.2.3"},
    )
    assert response.status_code == 401


@pytest.mark.parametrize("path", PATHS)
def test_samples_cannot_be_read_here(app: Flask, tokens: dict[str, str], path: str) -> None:
    headers = {"Authorization": f"Bearer {tokens['samples']}"}
    response = app.test_client().get(f"/ingest/v1/{path}", headers=headers)
    assert response.status_code == 405
    assert errors(response) == [("/data", "method_not_allowed", "405")]
