"""Commands on tokens: who issues which, how long they last, and what ends them."""

import re

import pytest
from sqlalchemy import func, select

from clair import accounts, tokens
from clair.access import NOBODY, SYSTEM, Actor
from clair.errors import ClairError, Forbidden, Invalid, NotFound, Unauthorized
from clair.extensions import db
from clair.identity import hash_token
from clair.models import ApiToken, Scope, User

from conftest import NOW_S, World

DAY_S = 86_400


def issue(user: User, actor: Actor | None = None, **options: object) -> tuple[ApiToken, str]:
    values = {"name": "export", "scope": Scope.WRITE, "expires_s": None, "now_s": NOW_S} | options
    return tokens.issue_token(actor or Actor(user_id=user.id), user, **values)


def count(user: User) -> int:
    return db.session.scalar(select(func.count()).where(ApiToken.user_id == user.id)) or 0


def test_key_is_what_old_clients_expect_and_only_its_hash_is_kept(world: World) -> None:
    token, key = issue(world.alice)
    assert re.fullmatch("[0-9a-f]{40}", key)
    assert token.token_hash == hash_token(key)
    assert issue(world.alice)[1] != key
    assert key not in str([vars(each) for each in db.session.scalars(select(ApiToken))])


def test_key_finds_its_token_and_user_in_one_statement(world: World, statements: list[str]) -> None:
    _, key = issue(world.alice, scope=Scope.READ)
    db.session.commit()
    db.session.expunge_all()
    statements.clear()
    found = tokens.find_by_key(key, NOW_S)
    assert found is not None
    assert (found.scope, found.user.username, found.user.is_active) == ("read", "alice", True)
    assert len(statements) == 1


@pytest.mark.parametrize("key", ["", "x", "0" * 40, "\0", "ß", " " * 40, "x" * 100_000])
def test_other_keys_find_nothing(world: World, key: str) -> None:
    issue(world.alice)
    assert tokens.find_by_key(key, NOW_S) is None


def test_token_ends_with_its_last_second(world: World) -> None:
    _, key = issue(world.alice, expires_s=NOW_S + 60)
    assert tokens.find_by_key(key, NOW_S + 59)
    assert tokens.find_by_key(key, NOW_S + 60) is None


def test_token_of_a_disabled_user_opens_nothing(world: World) -> None:
    _, key = issue(world.alice)
    accounts.disable_user(SYSTEM, world.alice)
    assert tokens.find_by_key(key, NOW_S) is None


def test_revoked_token_opens_nothing_and_others_stay(world: World) -> None:
    token, key = issue(world.alice)
    _, other = issue(world.alice)
    tokens.revoke_token(Actor(world.alice.id), token)
    assert tokens.find_by_key(key, NOW_S) is None
    assert tokens.find_by_key(other, NOW_S)


def test_new_password_revokes_all_tokens_of_its_user(world: World) -> None:
    keys = [issue(world.alice)[1], issue(world.alice)[1]]
    _, of_bob = issue(world.bob)
    db.session.commit()
    accounts.set_password(SYSTEM, world.alice, "something better")
    assert [tokens.find_by_key(key, NOW_S) for key in keys] == [None, None]
    assert tokens.find_by_key(of_bob, NOW_S)


@pytest.mark.parametrize(
    ("actor", "error"),
    [("bob", Forbidden), ("charlie", NotFound), ("ada", NotFound), (None, Unauthorized)],
)
def test_nobody_issues_or_revokes_tokens_of_another(
    world: World, actor: str | None, error: type[ClairError]
) -> None:
    token, _ = issue(world.alice)
    other = NOBODY if actor is None else Actor(getattr(world, actor).id)
    for command in (
        lambda: issue(world.alice, other),
        lambda: tokens.revoke_token(other, token),
        lambda: tokens.revoke_all(other, world.alice),
    ):
        with pytest.raises(error):
            command()
    for question in (
        lambda: tokens.find_token(other, token.id),
        lambda: tokens.list_tokens(other, world.alice, NOW_S),
    ):
        with pytest.raises(NotFound):
            question()
    assert count(world.alice) == 1


def test_token_that_only_reads_issues_and_revokes_none(world: World) -> None:
    token, _ = issue(world.alice)
    reader = Actor(user_id=world.alice.id, is_read_only=True)
    with pytest.raises(Forbidden):
        issue(world.alice, reader)
    with pytest.raises(Forbidden):
        tokens.revoke_token(reader, token)
    assert tokens.find_token(reader, token.id) is token


@pytest.mark.parametrize(
    ("options", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "  "}, "name"),
        ({"name": "x" * 51}, "name"),
        ({"expires_s": NOW_S}, "expires_s"),
        ({"expires_s": 0}, "expires_s"),
    ],
)
def test_token_needs_a_name_and_a_future(
    world: World, options: dict[str, object], field: str
) -> None:
    with pytest.raises(Invalid) as error:
        issue(world.alice, **options)
    assert error.value.field == field


def test_own_tokens_are_listed_from_the_newest_without_expired_ones(world: World) -> None:
    for name, ago_s in (("old", 20), ("gone", 10), ("new", 0)):
        expires_s = NOW_S - 5 if name == "gone" else None
        issue(world.alice, name=name, now_s=NOW_S - ago_s, expires_s=expires_s)
    issue(world.bob, name="of bob")
    listed = tokens.list_tokens(Actor(world.alice.id), world.alice, NOW_S)
    assert [each.name for each in listed] == ["new", "old"]


def test_expired_tokens_of_a_user_go_when_one_is_issued(world: World) -> None:
    issue(world.alice, now_s=NOW_S - DAY_S, expires_s=NOW_S - 1)
    issue(world.bob, now_s=NOW_S - DAY_S, expires_s=NOW_S - 1)
    issue(world.alice)
    assert (count(world.alice), count(world.bob)) == (1, 1)


def test_log_ins_are_kept_up_to_a_number_and_other_tokens_all(world: World) -> None:
    _, first = issue(world.alice, name=tokens.LOGIN)
    _, export = issue(world.alice)
    for _ in range(tokens.MAX_LOGINS - 1):
        issue(world.alice, name=tokens.LOGIN)
    assert tokens.find_by_key(first, NOW_S)
    _, last = issue(world.alice, name=tokens.LOGIN)
    assert tokens.find_by_key(first, NOW_S) is None
    assert tokens.find_by_key(last, NOW_S)
    assert tokens.find_by_key(export, NOW_S)
    assert count(world.alice) == tokens.MAX_LOGINS + 1


def test_tokens_go_with_their_user(world: World) -> None:
    issue(world.charlie)
    db.session.commit()
    db.session.delete(world.charlie)
    db.session.commit()
    assert db.session.scalar(select(func.count()).select_from(ApiToken)) == 0
