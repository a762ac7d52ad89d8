"""`flask users tokens`: what programs log in with, at the command line."""

import json
import re
import time
from collections.abc import Callable

import pytest
from click.testing import Result

from clair.tokens import find_by_key

from conftest import World

Run = Callable[..., Result]
DAY_S = 86_400


def add(run: Run, *options: object) -> str:
    result = run("users", "tokens", "add", "alice", "--name", "nightly export", *options)
    assert (result.exit_code, result.stderr) == (0, "")
    return str(result.stdout.removesuffix("\n"))


def test_key_alone_is_printed_and_works(run: Run, world: World) -> None:
    key = add(run)
    assert re.fullmatch("[0-9a-f]{40}", key)
    token = find_by_key(key, int(time.time()))
    assert token is not None
    assert (token.user.username, token.name) == ("alice", "nightly export")
    assert (token.scope, token.expires_s) == ("write", None)


def test_scope_and_days_limit_a_token(run: Run, world: World) -> None:
    key = add(run, "--scope", "read", "--days", 2)
    token = find_by_key(key, int(time.time()))
    assert token is not None
    assert token.scope == "read"
    assert token.expires_s is not None
    assert abs(token.expires_s - time.time() - 2 * DAY_S) < 60
    assert find_by_key(key, token.expires_s) is None


def test_tokens_are_listed_without_keys(run: Run, world: World) -> None:
    key = add(run)
    (row,) = json.loads(run("users", "tokens", "list", "alice", "--json").stdout)
    assert set(row) == {"id", "name", "scope", "created_s", "expires_s"}
    assert (row["name"], row["scope"], row["expires_s"]) == ("nightly export", "write", None)
    assert key not in run("users", "tokens", "list", "alice").stdout
    assert json.loads(run("users", "tokens", "list", "bob", "--json").stdout) == []


def test_revoked_token_opens_nothing(run: Run, world: World) -> None:
    key = add(run)
    token = find_by_key(key, int(time.time()))
    assert token is not None
    result = run("users", "tokens", "revoke", token.id)
    assert (result.exit_code, result.stdout) == (0, "")
    assert find_by_key(key, int(time.time())) is None


@pytest.mark.parametrize(
    ("command", "code", "sentence"),
    [
        (("add", "dora", "--name", "x"), 1, "Error: There is no user dora; see `flask users list`"),
        (("add", "alice", "--name", " "), 1, "Error: name: must have 1 to 50 characters"),
        (("add", "alice"), 2, "Missing option '--name'"),
        (("add", "alice", "--name", "x", "--scope", "all"), 2, "Invalid value for '--scope'"),
        (("add", "alice", "--name", "x", "--days", "0"), 2, "Invalid value for '--days'"),
        (("list", "dora"), 1, "Error: There is no user dora"),
        (("revoke", "7"), 1, "Error: There is no token 7."),
        (("revoke", "seven"), 2, "Invalid value for 'ID'"),
    ],
)
def test_what_is_wrong_is_said_on_stderr(
    run: Run, world: World, command: tuple[str, ...], code: int, sentence: str
) -> None:
    result = run("users", "tokens", *command)
    assert (result.exit_code, result.stdout) == (code, "")
    assert sentence in result.stderr
