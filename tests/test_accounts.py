"""Commands on users: accounts, passwords, and who is let in."""

import pytest
from argon2 import PasswordHasher

from clair import accounts, passwords
from clair.access import NOBODY, SYSTEM, Actor
from clair.errors import ClairError, Conflict, Forbidden, Invalid, NotFound, Unauthorized
from clair.extensions import db
from clair.models import User

from conftest import PASSWORD, World

DJANGO_ADMIN = "pbkdf2_sha256$216000$mYzrVXAoSvy9$bKIk5us46JWunifjotmunlWLAieUXY3Lt4e7V67fy4E="


def test_new_user_gets_in_with_name_or_address(world: World) -> None:
    dora = accounts.create_user(SYSTEM, "dora", "Dora@Example.org", "eight is enough")
    db.session.commit()
    for login in ("dora", "Dora@Example.org", "dora@example.org", "DORA@EXAMPLE.ORG"):
        assert accounts.authenticate(login, "eight is enough") is dora
    assert not dora.is_admin
    assert "eight" not in dora.password_hash


def test_address_beyond_ascii_gets_in(world: World) -> None:
    jorg = accounts.create_user(SYSTEM, "jorg", "JÖRG@example.org", "eight is enough")
    db.session.commit()
    assert accounts.authenticate("JÖRG@example.org", "eight is enough") is jorg


@pytest.mark.parametrize(
    ("login", "password"),
    [
        ("alice", "wrong"),
        ("alice", ""),
        ("alice", PASSWORD.upper()),
        ("ALICE", PASSWORD),
        ("nobody", PASSWORD),
        ("", ""),
        ("%", PASSWORD),
        ("alice\0", PASSWORD),
        ("' OR 1=1 --", PASSWORD),
        ("x" * 100_000, PASSWORD),
    ],
)
def test_wrong_name_or_password_gets_nobody_in(world: World, login: str, password: str) -> None:
    assert accounts.authenticate(login, password) is None


def test_disabled_user_does_not_get_in(world: World) -> None:
    accounts.disable_user(SYSTEM, world.alice)
    assert accounts.authenticate("alice", PASSWORD) is None


def test_user_with_a_broken_hash_does_not_get_in(world: World) -> None:
    world.alice.password_hash = "not a hash"
    assert accounts.authenticate("alice", PASSWORD) is None


def test_weak_hash_is_renewed_at_login(world: World) -> None:
    assert PasswordHasher().check_needs_rehash(world.alice.password_hash)
    assert accounts.authenticate("alice", PASSWORD) is world.alice
    db.session.commit()
    assert not PasswordHasher().check_needs_rehash(world.alice.password_hash)
    assert accounts.authenticate("alice", PASSWORD) is world.alice


def test_name_that_is_an_address_does_not_shadow_its_user(world: World) -> None:
    with pytest.raises(Conflict):
        accounts.create_user(SYSTEM, "alice@example.org", "mallory@example.org", PASSWORD)


@pytest.mark.parametrize(
    ("username", "email", "password", "field"),
    [
        ("", "d@example.org", PASSWORD, "username"),
        (" dora", "d@example.org", PASSWORD, "username"),
        ("d" * 151, "d@example.org", PASSWORD, "username"),
        ("dora", "", PASSWORD, "email"),
        ("dora", "example.org", PASSWORD, "email"),
        ("dora", "@example.org", PASSWORD, "email"),
        ("dora", "d@", PASSWORD, "email"),
        ("dora", "d@e@f", PASSWORD, "email"),
        ("dora", f"{'d' * 250}@e.org", PASSWORD, "email"),
        ("dora", "d@example.org", "sev7n!?", "password"),
    ],
)
def test_account_needs_name_address_and_password(
    world: World, username: str, email: str, password: str, field: str
) -> None:
    with pytest.raises(Invalid) as error:
        accounts.create_user(SYSTEM, username, email, password)
    assert error.value.field == field


@pytest.mark.parametrize(
    ("username", "email"), [("alice", "new@example.org"), ("new", "ALICE@example.org")]
)
def test_name_and_address_are_taken_once(world: World, username: str, email: str) -> None:
    with pytest.raises(Conflict):
        accounts.create_user(SYSTEM, username, email, PASSWORD)


def test_only_the_system_makes_and_disables_users(world: World) -> None:
    for user in (world.alice, world.ada):
        with pytest.raises(Forbidden):
            accounts.create_user(Actor(user.id), "dora", "dora@example.org", PASSWORD)
        with pytest.raises(Forbidden):
            accounts.disable_user(Actor(user.id), world.bob)
    assert world.bob.is_active


def test_user_changes_her_own_password(world: World) -> None:
    accounts.set_password(Actor(world.alice.id), world.alice, "something better")
    db.session.commit()
    assert accounts.authenticate("alice", "something better") is world.alice
    assert accounts.authenticate("alice", PASSWORD) is None


@pytest.mark.parametrize(
    ("name", "error"), [("bob", Forbidden), ("charlie", NotFound), (None, Unauthorized)]
)
def test_nobody_changes_the_password_of_another(
    world: World, name: str | None, error: type[ClairError]
) -> None:
    actor = NOBODY if name is None else Actor(getattr(world, name).id)
    with pytest.raises(error):
        accounts.set_password(actor, world.alice, "something better")
    assert accounts.authenticate("alice", PASSWORD) is world.alice


def test_short_password_is_refused(world: World) -> None:
    with pytest.raises(Invalid):
        accounts.set_password(SYSTEM, world.alice, "sev7n!?")


def test_unknown_user_is_not_found(world: World) -> None:
    assert accounts.find_user("dora") is None
    found = accounts.find_user("bob@EXAMPLE.org")
    assert isinstance(found, User)
    assert found.username == "bob"


# --- passwords of the predecessor, and addresses that are not confirmed


def test_password_of_the_predecessor_gets_in_and_is_hashed_anew(world: World) -> None:
    world.alice.password_hash = DJANGO_ADMIN
    db.session.commit()
    assert accounts.authenticate("alice", "wrong") is None
    assert world.alice.password_hash == DJANGO_ADMIN
    assert accounts.authenticate("alice", "admin") is world.alice
    db.session.commit()
    assert world.alice.password_hash.startswith("$argon2id$")
    assert accounts.authenticate("alice", "admin") is world.alice


def test_user_without_a_confirmed_address_is_told_so_only_with_the_right_password(
    world: World,
) -> None:
    world.alice.is_email_verified = False
    db.session.commit()
    assert accounts.authenticate("alice", "wrong") is None
    with pytest.raises(accounts.Unconfirmed):
        accounts.authenticate("alice", PASSWORD)
    with pytest.raises(accounts.Unconfirmed):
        accounts.authenticate("alice@example.org", PASSWORD)


def test_administrator_needs_no_confirmed_address(world: World) -> None:
    world.ada.is_email_verified = False
    db.session.commit()
    assert accounts.authenticate("ada", PASSWORD) is world.ada


def test_disabled_user_is_nobody_also_without_a_confirmed_address(world: World) -> None:
    world.alice.is_email_verified = world.alice.is_active = False
    db.session.commit()
    assert accounts.authenticate("alice", PASSWORD) is None


# --- changes


def test_user_changes_her_names(world: World) -> None:
    accounts.update_user(Actor(world.alice.id), world.alice, username="alicia", last_name="W.")
    db.session.commit()
    assert (world.alice.username, world.alice.first_name, world.alice.last_name) == (
        "alicia",
        "",
        "W.",
    )
    assert accounts.authenticate("alicia", PASSWORD) is world.alice


@pytest.mark.parametrize("name", ["bob", "bob@example.org", "BOB@example.org"])
def test_name_by_which_somebody_else_logs_in_is_taken(world: World, name: str) -> None:
    with pytest.raises(Invalid) as error:
        accounts.update_user(Actor(world.alice.id), world.alice, username=name)
    assert (error.value.field, error.value.code) == ("username", "unique")
    assert world.alice.username == "alice"


def test_own_address_may_be_the_name(world: World) -> None:
    accounts.update_user(Actor(world.alice.id), world.alice, username="alice@example.org")
    assert world.alice.username == "alice@example.org"


def test_password_is_changed_for_the_old_one_alone(world: World) -> None:
    actor = Actor(world.alice.id)
    with pytest.raises(accounts.WrongPassword):
        accounts.change_password(actor, world.alice, "wrong", "something better", field="new")
    with pytest.raises(Invalid) as error:
        accounts.change_password(actor, world.alice, PASSWORD, "sev7n!?", field="new")
    assert error.value.field == "new"
    accounts.change_password(actor, world.alice, PASSWORD, "something better", field="new")
    db.session.commit()
    assert accounts.authenticate("alice", "something better") is world.alice


def test_token_that_only_reads_changes_nothing(world: World) -> None:
    reader = Actor(user_id=world.alice.id, is_read_only=True)
    for change in (
        lambda: accounts.update_user(reader, world.alice, username="alicia"),
        lambda: accounts.set_password(reader, world.alice, "something better"),
        lambda: accounts.change_password(reader, world.alice, PASSWORD, "better", field="new"),
    ):
        with pytest.raises(Forbidden):
            change()


def test_password_is_not_replaced_when_another_was_chosen_meanwhile(world: World) -> None:
    with pytest.raises(Conflict):
        accounts.replace_hash(SYSTEM, world.alice, "the hash of before", "a new hash")
    assert accounts.authenticate("alice", PASSWORD) is world.alice


@pytest.mark.parametrize("stored", [DJANGO_ADMIN, None], ids=["imported", "own"])
def test_an_old_password_does_not_come_back(
    world: World, monkeypatch: pytest.MonkeyPatch, stored: str | None
) -> None:
    world.alice.password_hash = stored or world.alice.password_hash
    db.session.commit()
    verify = passwords.is_password

    def verify_slowly(known: str, password: str) -> bool:
        is_right = verify(known, password)
        monkeypatch.setattr(passwords, "is_password", verify)
        accounts.set_password(SYSTEM, world.alice, "Sonnenblumen am Deich")
        db.session.commit()
        return is_right

    monkeypatch.setattr(passwords, "is_password", verify_slowly)
    assert accounts.authenticate("alice", "admin" if stored else PASSWORD) is None
    db.session.commit()
    assert accounts.authenticate("alice", "Sonnenblumen am Deich") is world.alice
