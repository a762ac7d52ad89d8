"""`flask users`: accounts at the command line."""

import json
from collections.abc import Callable

import pytest
from click.testing import Result

from clair.accounts import authenticate, find_user
from clair.extensions import db
from clair.models import User

from conftest import PASSWORD, World

Run = Callable[..., Result]

CREATE = ("users", "create", "dora", "dora@example.org", "--password-stdin")


def test_created_user_logs_in_with_name_or_address(run: Run) -> None:
    result = run(*CREATE, stdin="a long password\n")
    assert (result.exit_code, result.stderr) == (0, "")
    user = find_user("dora")
    assert user is not None
    assert result.stdout == f"{user.id}\n"
    assert not user.is_admin
    for name in ("dora", "dora@example.org", "DORA@Example.org"):
        assert authenticate(name, "a long password") == user


def test_administrator_is_created_on_request(run: Run) -> None:
    assert run(*CREATE, "--admin", stdin="a long password").exit_code == 0
    user = find_user("dora")
    assert user is not None
    assert user.is_admin


def test_password_is_asked_for_twice_on_stderr(run: Run) -> None:
    result = run(*CREATE[:-1], stdin="a long password\na long password\n")
    assert result.exit_code == 0
    assert "Password" in result.stderr
    assert "Password" not in result.stdout
    assert authenticate("dora", "a long password")


@pytest.mark.parametrize(
    ("arguments", "password", "sentence"),
    [
        (("dora", "dora@example.org"), "short", "password: must have at least 8 characters"),
        (("dora", "dora@example.org"), "", "password: must have at least 8 characters"),
        (("dora", "no address"), "a long password", "email: must be an e-mail address"),
        (("", "dora@example.org"), "a long password", "username: must have 1 to 150 letters"),
        ((" dora", "dora@example.org"), "a long password", "username: must have 1 to 150"),
        (("alice", "new@example.org"), "a long password", "There is already a user alice"),
        (("dora", "ALICE@example.org"), "a long password", "There is already a user dora or"),
    ],
)
def test_what_is_wrong_is_one_sentence(
    run: Run, world: World, arguments: tuple[str, str], password: str, sentence: str
) -> None:
    result = run("users", "create", *arguments, "--password-stdin", stdin=password)
    assert_refused(result, sentence)
    assert find_user("dora") is None


def assert_refused(result: Result, sentence: str) -> None:
    assert result.exit_code == 1
    assert result.stdout == ""
    assert result.stderr.startswith(f"Error: {sentence}")
    assert result.stderr.count("\n") == 1


def test_users_are_listed(run: Run, world: World) -> None:
    run("users", "disable", "charlie")
    rows = json.loads(run("users", "list", "--json").stdout)
    assert [row["name"] for row in rows] == ["ada", "alice", "bob", "charlie"]
    assert set(rows[0]) == {"id", "name", "email", "role", "state"}
    assert [row["role"] for row in rows] == ["administrator", "user", "user", "user"]
    assert [row["state"] for row in rows] == ["active", "active", "active", "disabled"]
    assert "alice@example.org" in run("users", "list").stdout
    assert "argon2" not in run("users", "list", "--json").stdout


def test_no_users_are_an_empty_list(run: Run) -> None:
    assert json.loads(run("users", "list", "--json").stdout) == []
    assert run("users", "list").stdout == ""


def test_password_is_changed(run: Run, world: World) -> None:
    result = run("users", "set-password", "alice", "--password-stdin", stdin="new password\n")
    assert (result.exit_code, result.stdout) == (0, "")
    assert authenticate("alice", "new password")
    assert not authenticate("alice", PASSWORD)


def test_short_password_changes_nothing(run: Run, world: World) -> None:
    result = run("users", "set-password", "alice", "--password-stdin", stdin="short\n")
    assert_refused(result, "password: must have at least 8 characters")
    assert authenticate("alice", PASSWORD)


def test_disabled_user_cannot_log_in(run: Run, world: World) -> None:
    assert run("users", "disable", "alice").exit_code == 0
    assert not authenticate("alice", PASSWORD)
    user = db.session.get(User, world.alice.id)
    assert user is not None
    assert not user.is_active


@pytest.mark.parametrize("command", [("disable",), ("set-password", "--password-stdin")])
def test_unknown_user_is_one_sentence(run: Run, command: tuple[str, ...]) -> None:
    name, *options = command
    result = run("users", name, "nobody", *options, stdin="a long password")
    assert_refused(result, "There is no user nobody; see `flask users list`.")


def test_wrong_usage_is_told_apart(run: Run) -> None:
    assert run("users", "create").exit_code == 2
    assert run("users", "create", "--nonsense").exit_code == 2
