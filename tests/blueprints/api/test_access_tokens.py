"""Every address of the API, as somebody comes who may not write: nobody, a reader, another site."""

from collections.abc import Callable, Iterator
from typing import Any

import orjson
import pytest
from flask import Flask
from sqlalchemy import select

from clair.blueprints.errors import JSONAPI
from clair.extensions import db
from clair.models import ApiToken, Scope, User

from blueprints.api.attacking import (
    Stage,
    changes,
    creations,
    keys,
    nothing_changes,
    picture,
    replacement,
    set_stage,
)
from blueprints.api.conftest import add_token
from blueprints.api.speaking import ROOT, Program, document, identifier
from conftest import NOW_S, Browser, World

SAFE = {"GET", "HEAD", "OPTIONS"}
OPEN = {"auth/login/", "auth/logout/", "auth/password/reset/", "auth/password/reset/confirm/"}
"""What needs no log-in: its credentials are in the document, or there is nothing to protect."""
Call = tuple[str, str, dict[str, Any]]


@pytest.fixture
def stage(world: World, program_of: Callable[..., Program]) -> Stage:
    """The town, whose café shows its terrace."""
    return set_stage(world, program_of)


def addresses(app: Flask, stage: Stage) -> Iterator[tuple[str, str]]:
    """List every method and path below /api/v1/, with the café's rows."""
    named = keys(stage)
    token = db.session.scalars(select(ApiToken.id).filter_by(user_id=stage.town.alice.id)).first()
    for rule in app.url_map.iter_rules():
        if not rule.rule.startswith(ROOT):
            continue
        path = rule.rule.removeprefix(ROOT)
        resource = path.partition("/")[0]
        values: dict[str, object] = dict.fromkeys(rule.arguments, named.get(resource, 1))
        values |= {"token_id": token, "month": "2026-08"}
        with app.test_request_context():
            built = rule.build({name: values[name] for name in rule.arguments})
        assert built, rule
        for method in sorted(rule.methods or set()):
            yield method, built[1].removeprefix(ROOT)


def calls(app: Flask, stage: Stage, who: str = "owner") -> list[Call]:
    """List every request that would change something, with a document that an owner may send."""
    posted, patched = creations(stage, who), changes(stage)
    linkage = {"data": [identifier("User", stage.town.charlie.id)]}
    found: list[Call] = []
    for method, path in addresses(app, stage):
        if method in SAFE:
            continue
        resource = path.partition("/")[0]
        given: Any = (posted if method == "POST" else patched).get(resource, document("User"))
        given = replacement(stage) if method == "PUT" else given
        given = linkage if "relationships" in path else given
        options = picture() if path.endswith("/image/") else {"document": given}
        found.append((method, path if path.endswith("/") else f"{path}/", options))
    assert len(found) > 30
    return found


def test_nobody_changes_anything_anywhere(app: Flask, stage: Stage) -> None:
    with nothing_changes():
        for method, path, options in calls(app, stage):
            status = stage.programs["nobody"](method, path, **options).status_code
            assert status in ((200, 400, 409) if path in OPEN else (401,)), (method, path)


@pytest.mark.parametrize("name", ["alice", "ada"], ids=["owner", "administrator"])
def test_token_that_reads_changes_nothing_anywhere(
    name: str, app: Flask, stage: Stage, program_of: Callable[..., Program]
) -> None:
    call = program_of(getattr(stage.town, name), Scope.READ)
    with nothing_changes():
        for method, path, options in calls(app, stage):
            if path != "auth/logout/":
                status = call(method, path, **options).status_code
                assert status in ((400, 409) if path in OPEN else (403,)), (method, path)


def test_token_that_reads_may_end_itself_and_nothing_else(stage: Stage) -> None:
    before = db.session.scalars(select(ApiToken.id)).all()
    assert stage.programs["reader"]("POST", "auth/logout/").status_code == 200
    db.session.rollback()
    assert len(db.session.scalars(select(ApiToken.id)).all()) == len(before) - 1
    assert stage.programs["reader"]("GET", "organizations/").status_code == 401
    assert stage.programs["owner"]("GET", "organizations/").status_code == 200


def test_session_without_its_token_changes_nothing_anywhere(
    app: Flask, stage: Stage, client_of: Callable[[User], Browser]
) -> None:
    client = client_of(stage.town.alice)
    with nothing_changes():
        for method, path, options in calls(app, stage):
            body = options.get("document")
            sent = {"data": orjson.dumps(body), "content_type": JSONAPI} if body else options
            response = client.open(ROOT + path, method=method, **sent)
            assert response.status_code == 403, (method, path)


def test_session_is_not_used_from_another_site(
    stage: Stage, client_of: Callable[[User], Browser]
) -> None:
    client, other = client_of(stage.town.alice), client_of(stage.town.charlie)
    for each in (client, other):
        each.get(f"{ROOT}organizations/")
    own, foreign = (each.get_cookie("csrftoken").value for each in (client, other))
    headers = [
        {"X-CSRFToken": own, "Origin": "https://evil.example"},
        {"X-CSRFToken": own, "Origin": "null"},
        {"X-CSRFToken": own, "Origin": "http://localhost.evil.example"},
        {"X-CSRFToken": foreign},
        {"X-CSRFToken": ""},
        {"Cookie": "csrftoken=x", "X-CSRFToken": "x"},
    ]
    url = f"{ROOT}rooms/{stage.town.room.id}/"
    with nothing_changes():
        for each in headers:
            assert client.delete(url, headers=each).status_code in (401, 403), each
    assert client.delete(url, headers={"X-CSRFToken": own}).status_code == 204


def test_session_adds_nothing_to_a_token_that_reads(
    stage: Stage, client_of: Callable[[User], Browser]
) -> None:
    client = client_of(stage.town.alice)
    client.get(f"{ROOT}organizations/")
    headers = {
        "X-CSRFToken": client.get_cookie("csrftoken").value,
        "Authorization": f"Token {add_token(stage.town.alice, Scope.READ)}",
    }
    url = f"{ROOT}rooms/{stage.town.room.id}/"
    with nothing_changes():
        assert client.delete(url, headers=headers).status_code == 403
        for scheme in ("Bearer x", "Basic x", "Token"):
            response = client.delete(url, headers={"Authorization": scheme})
            assert response.status_code in (401, 403), scheme


def test_reading_changes_nothing(app: Flask, stage: Stage) -> None:
    with nothing_changes():
        for method, path in addresses(app, stage):
            if method in SAFE:
                for who in ("nobody", "owner", "reader"):
                    response = stage.programs[who](method, path)
                    assert response.status_code < 500, (method, path)


def test_methods_in_disguise_change_nothing(stage: Stage) -> None:
    path = f"rooms/{stage.town.room.id}/"
    with nothing_changes():
        for who in ("owner", "reader"):
            for name in ("X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override"):
                call = stage.programs[who]
                assert call("GET", path, headers={name: "DELETE"}).status_code == 200
                assert call("POST", path, headers={name: "DELETE"}).status_code == 405
            assert stage.programs[who]("GET", f"{path}?_method=DELETE").status_code == 400


@pytest.mark.parametrize("state", ["expired", "disabled", "unknown", "empty", "hashed"])
def test_bad_token_opens_not_even_what_is_public(
    state: str, app: Flask, stage: Stage, program_of: Callable[..., Program]
) -> None:
    key = add_token(stage.town.alice, Scope.WRITE)
    token = db.session.scalars(select(ApiToken).order_by(ApiToken.id.desc())).first()
    assert token is not None
    if state == "expired":
        token.expires_s = NOW_S - 1_000_000_000
    stage.town.alice.is_active = state != "disabled"
    key = {"unknown": "0" * 40, "empty": "", "hashed": token.token_hash}.get(state, key)
    headers = {"Authorization": f"Token {key}"}
    call = program_of(None)
    with nothing_changes():
        for method, path, options in calls(app, stage):
            assert call(method, path, headers=headers, **options).status_code == 401
        for path in ("organizations/", "quantities/", f"installations/{stage.town.shown.id}/"):
            assert call("GET", path, headers=headers).status_code == 401


def test_tokens_of_others_are_not_there(stage: Stage) -> None:
    own = db.session.scalars(select(ApiToken).filter_by(user_id=stage.town.alice.id)).all()
    for who in ("stranger", "inspector", "administrator"):
        call = stage.programs[who]
        with nothing_changes():
            for token in own:
                assert call("GET", f"auth/tokens/{token.id}/").status_code == 404
                assert call("DELETE", f"auth/tokens/{token.id}/").status_code == 404
        listed = {each["id"] for each in call("GET", "auth/tokens/").json["data"]}
        assert not listed & {str(token.id) for token in own}
    text = stage.programs["owner"]("GET", "auth/tokens/").text
    assert not [token for token in own if token.token_hash in text]
    assert stage.programs["nobody"]("GET", "auth/tokens/").status_code == 401
