"""Section 10.2 of the contract, passwords: S13, the change for the old one, and the reset by mail."""

import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from redis import Redis
from rq import Queue

from clair import accounts, resets
from clair.extensions import db
from clair.jobs import QUEUE
from clair.models import Scope, User

from blueprints.api.browsing import Scripts
from blueprints.api.speaking import Program, document, problems
from conftest import PASSWORD, World
from services import redis_server

ProgramOf = Callable[..., Program]
NEW = "something better"
DAY_S = 86_400


def change(**attributes: Any) -> dict[str, Any]:
    values = {"old_password": PASSWORD, "new_password1": NEW, "new_password2": NEW} | attributes
    given = {name: value for name, value in values.items() if value is not None}
    return document("PasswordChangeView", **given)


def at(name: str, *codes: str) -> list[tuple[str, str, str]]:
    return [("400", f"/data/attributes/{name}", code) for code in codes]


# --- the change


def test_password_is_changed_for_the_old_one(world: World, program_of: ProgramOf) -> None:
    response = program_of(world.alice)("POST", "auth/password/change/", change())
    assert response.status_code == 200
    assert list(response.json["data"]) == ["detail"]
    assert accounts.authenticate("alice", NEW) is not None
    assert accounts.authenticate("alice", PASSWORD) is None


def test_change_revokes_every_token_and_keeps_this_session_alone(
    app: Flask, world: World, program_of: ProgramOf
) -> None:
    program = program_of(world.alice)
    here, there = Scripts(app), Scripts(app)
    key = here.log_in().json["data"]["id"]
    there.log_in()
    assert here.call("POST", "auth/password/change/", change()).status_code == 200
    assert here.is_logged_in()
    assert here.call("POST", "auth/tokens/", document("Token", name="x")).status_code == 201
    assert not there.is_logged_in()
    assert program("GET", "auth/user/").status_code == 401
    headers = {"Authorization": f"Token {key}"}
    assert program_of(None)("GET", "auth/user/", headers=headers).status_code == 401


def test_token_of_the_change_is_revoked_too(world: World, program_of: ProgramOf) -> None:
    call = program_of(world.alice)
    assert call("POST", "auth/password/change/", change()).status_code == 200
    assert call("GET", "auth/user/").status_code == 401


@pytest.mark.parametrize(
    ("attributes", "errors"),
    [
        ({"old_password": None}, at("old_password", "required")),
        ({"old_password": ""}, at("old_password", "blank")),
        ({"old_password": "wrong"}, at("old_password", "invalid")),
        ({"new_password2": "something else"}, at("new_password2", "invalid")),
        ({"new_password1": None, "new_password2": None},
         at("new_password1", "required") + at("new_password2", "required")),
    ],
)  # fmt: skip
def test_change_is_refused(
    world: World, program_of: ProgramOf, attributes: dict[str, Any], errors: list[Any]
) -> None:
    call = program_of(world.alice)
    assert problems(call("POST", "auth/password/change/", change(**attributes))) == errors
    assert accounts.authenticate("alice", PASSWORD) is not None
    assert call("GET", "auth/user/").status_code == 200


@pytest.mark.parametrize(
    ("password", "codes"),
    [
        ("sev7n!?", ["too_short"]),
        ("1234567", ["too_short", "too_common", "entirely_numeric"]),
        ("alice@example.org", ["too_similar"]),
        ("password1", ["too_common"]),
        ("7421093658", ["entirely_numeric"]),
    ],
)
def test_every_broken_rule_is_told(
    world: World, program_of: ProgramOf, password: str, codes: list[str]
) -> None:
    body = change(new_password1=password, new_password2=password)
    response = program_of(world.alice)("POST", "auth/password/change/", body)
    assert problems(response) == at("new_password2", *(f"password_{code}" for code in codes))


def test_token_that_only_reads_changes_no_password(world: World, program_of: ProgramOf) -> None:
    response = program_of(world.alice, Scope.READ)("POST", "auth/password/change/", change())
    assert problems(response) == [("403", "/data", "permission_denied")]
    assert accounts.authenticate("alice", PASSWORD) is not None


# --- the reset: the first half asks for a mail


@pytest.fixture
def queue(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[Queue]:
    """The queue of a private Redis that nobody takes jobs from."""
    with redis_server() as server, Redis(port=server.port) as connection:
        monkeypatch.setitem(app.config, "REDIS_URL", f"redis://127.0.0.1:{server.port}")
        yield Queue(QUEUE, connection=connection)


def ask(call: Program, **attributes: Any) -> Any:
    return call("POST", "auth/password/reset/", document("PasswordResetView", **attributes))


def test_answer_does_not_say_who_has_an_account(
    world: World, program_of: ProgramOf, queue: Queue, statements: list[str]
) -> None:
    call = program_of(None)
    statements.clear()
    known, unknown = (ask(call, email=f"{name}@example.org") for name in ("alice", "dora"))
    assert (known.status_code, known.data) == (unknown.status_code, unknown.data)
    assert known.status_code == 200
    assert list(known.json["data"]) == ["detail"]
    assert [job.args for job in queue.jobs] == [("alice@example.org",), ("dora@example.org",)]
    assert statements == [], "nobody is looked up, so that nothing can take longer"


def test_answer_is_the_same_while_redis_is_away(
    world: World, program_of: ProgramOf, caplog: pytest.LogCaptureFixture
) -> None:
    assert ask(program_of(None), email="alice@example.org").status_code == 200
    assert "send_reset_link is not done" in caplog.text


@pytest.mark.parametrize(
    ("attributes", "code"),
    [({}, "required"), ({"email": ""}, "blank"), ({"email": "alice"}, "invalid")],
)
def test_what_is_no_address_is_refused(
    world: World, program_of: ProgramOf, queue: Queue, attributes: dict[str, str], code: str
) -> None:
    assert problems(ask(program_of(None), **attributes)) == at("email", code)
    assert queue.count == 0


# --- the second half has the link


def link(app: Flask, user: User, *, ago_s: int = 0) -> dict[str, str]:
    secret_key = app.config["SECRET_KEY"]
    uid, token = resets.reset_link_of(user, secret_key, int(time.time()) - ago_s)
    return {"uid": uid, "token": token}


def confirm(call: Program, **attributes: Any) -> Any:
    values = {"new_password1": NEW, "new_password2": NEW} | attributes
    return call(
        "POST", "auth/password/reset/confirm/", document("PasswordResetConfirmView", **values)
    )


def test_link_gives_a_new_password_once(app: Flask, world: World, program_of: ProgramOf) -> None:
    program, parts = program_of(world.alice), link(app, world.alice)
    response = confirm(program_of(None), **parts)
    assert response.status_code == 200
    assert list(response.json["data"]) == ["detail"]
    assert accounts.authenticate("alice", NEW) is not None
    assert program("GET", "auth/user/").status_code == 401, "tokens are revoked"
    other = {"new_password1": "yet another one", "new_password2": "yet another one"}
    assert problems(confirm(program_of(None), **parts, **other)) == at("token", "invalid")
    assert accounts.authenticate("alice", NEW) is not None


def test_link_confirms_the_address_that_it_was_sent_to(
    app: Flask, world: World, program_of: ProgramOf
) -> None:
    world.alice.is_email_verified = False
    confirm(program_of(None), **link(app, world.alice))
    assert accounts.authenticate("alice", NEW) is not None


def test_link_lasts_three_days(app: Flask, world: World, program_of: ProgramOf) -> None:
    late = confirm(program_of(None), **link(app, world.alice, ago_s=3 * DAY_S + 5))
    assert problems(late) == at("token", "invalid")
    early = link(app, world.alice, ago_s=-60)
    assert problems(confirm(program_of(None), **early)) == at("token", "invalid")
    in_time = link(app, world.alice, ago_s=3 * DAY_S - 60)
    assert confirm(program_of(None), **in_time).status_code == 200


def test_link_ends_with_another_address_and_another_password(
    app: Flask, world: World, program_of: ProgramOf
) -> None:
    parts = link(app, world.alice)
    world.alice.email = "alice@example.com"
    assert problems(confirm(program_of(None), **parts)) == at("token", "invalid")


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"uid": "zzz"}, "uid"),
        ({"uid": "-1"}, "uid"),
        ({"uid": "²"}, "uid"),
        ({"uid": "z" * 50}, "uid"),
        ({"token": "x"}, "token"),
        ({"token": "."}, "token"),
        ({"token": "MQ.x" * 20}, "token"),
    ],
)
def test_wrong_part_of_a_link_is_named(
    app: Flask, world: World, program_of: ProgramOf, wrong: dict[str, str], field: str
) -> None:
    response = confirm(program_of(None), **link(app, world.alice) | wrong)
    assert problems(response) == at(field, "invalid")


def test_link_of_another_and_of_a_disabled_user_is_wrong(
    app: Flask, world: World, program_of: ProgramOf
) -> None:
    mixed = link(app, world.alice) | {"uid": link(app, world.bob)["uid"]}
    assert problems(confirm(program_of(None), **mixed)) == at("token", "invalid")
    parts = link(app, world.bob)
    world.bob.is_active = False
    assert problems(confirm(program_of(None), **parts)) == at("uid", "invalid")


def test_link_is_not_used_up_by_a_bad_password(
    app: Flask, world: World, program_of: ProgramOf
) -> None:
    parts = link(app, world.alice)
    bad = {"new_password1": "1234567", "new_password2": "1234567"}
    codes = [f"password_{rule}" for rule in ("too_short", "too_common", "entirely_numeric")]
    assert problems(confirm(program_of(None), **parts, **bad)) == at("new_password2", *codes)
    unlike = confirm(program_of(None), **parts, new_password2="another one")
    assert problems(unlike) == at("new_password2", "invalid")
    assert confirm(program_of(None), **parts).status_code == 200


@pytest.mark.parametrize("number", [1, 35, 36, 1295, 2**31 - 1])
def test_number_of_a_user_is_written_with_36_digits(number: int) -> None:
    assert int(resets.write_uid(number), 36) == number
    assert resets.read_uid(resets.write_uid(number)) == number


def test_passwords_stay_out_of_the_log(
    world: World, program_of: ProgramOf, caplog: pytest.LogCaptureFixture
) -> None:
    program_of(world.alice)("POST", "auth/password/change/", change())
    db.session.rollback()
    assert PASSWORD not in caplog.text
    assert NEW not in caplog.text
