"""Commands on users and their passwords."""

import re
import time
from typing import Any

from flask_babel import gettext
from sqlalchemy import func, or_, select, update
from sqlalchemy.exc import IntegrityError

from clair import access, passwords, tokens
from clair.access import Actor
from clair.errors import Conflict, Invalid
from clair.extensions import db
from clair.models import User

USERNAME = re.compile(r"[\w.@+-]{1,150}")
EMAIL = re.compile(r"[^@\s]+@[^@\s]+")


class Unconfirmed(Invalid):
    """Name and password are right, but the user has not shown yet whose e-mail address it is."""

    def __init__(self) -> None:
        super().__init__("non_field_errors", gettext("Confirm your e-mail address first."))


class WrongPassword(Invalid):
    """The password that should be replaced is another one."""

    def __init__(self) -> None:
        super().__init__("old_password", gettext("This is not your password."), "invalid")


class NameTaken(Invalid):
    """Somebody else logs in with this name."""

    def __init__(self) -> None:
        super().__init__("username", gettext("is taken already"), "unique")


def create_user(
    actor: Actor, username: str, email: str, password: str, *, is_admin: bool = False
) -> User:
    """Create an account; only the system does so until people can sign up themselves."""
    access.require_system(actor)
    check_username(username)
    if len(email) > 254 or not EMAIL.fullmatch(email):
        raise Invalid("email", "must be an e-mail address")
    if find_user(username) or find_user(email):
        raise Conflict(f"There is already a user {username} or the address {email}.")
    passwords.check_password(password, (username, email))
    user = User(
        username=username,
        email=email,
        password_hash=passwords.hash_password(password),
        is_admin=is_admin,
        created_s=int(time.time()),
    )
    db.session.add(user)
    db.session.flush()
    return user


def update_user(actor: Actor, user: User, **changes: Any) -> None:
    """Change the name a user logs in with, the first or the last name."""
    access.require_owner(actor, user)
    username = changes.get("username", user.username)
    if username != user.username:
        check_username(username)
        known = find_user(username)
        if known is not None and known.id != user.id:
            raise NameTaken
    try:
        with db.session.begin_nested():
            for name in ("username", "first_name", "last_name"):
                setattr(user, name, changes.get(name, getattr(user, name)))
    except IntegrityError as error:
        raise NameTaken from error


def check_username(username: str) -> None:
    """Refuse a name that nobody could have."""
    if not USERNAME.fullmatch(username):
        raise Invalid("username", "must have 1 to 150 letters, digits and signs of @ . + - _")


def set_password(actor: Actor, user: User, password: str, *, field: str = "password") -> None:
    """Give a user a new password, which errors call `field`; what the old one opened is shut."""
    access.require_owner(actor, user)
    passwords.check_password(password, find_names(user), field)
    stored = user.password_hash
    db.session.rollback()  # as in `authenticate`
    replace_hash(actor, user, stored, passwords.hash_password(password))


def change_password(actor: Actor, user: User, old: str, new: str, *, field: str) -> None:
    """Give a user a new password for the old one, or raise WrongPassword."""
    access.require_owner(actor, user)
    stored, names = user.password_hash, find_names(user)
    db.session.rollback()  # as in `authenticate`
    if not passwords.is_password(stored, old):
        raise WrongPassword
    passwords.check_password(new, names, field)
    replace_hash(actor, user, stored, passwords.hash_password(new))


def reset_password(actor: Actor, user: User, password: str, *, field: str) -> None:
    """Give a new password to a user who came by the link in a mail, and so has its address."""
    set_password(actor, user, password, field=field)
    user.is_email_verified = True
    db.session.flush()


def replace_hash(actor: Actor, user: User, stored: str, new: str) -> None:
    """Store a hash in place of another, unless that was replaced meanwhile: a link works once."""
    access.require_owner(actor, user)
    statement = update(User).where(User.id == user.id, User.password_hash == stored)
    if not db.session.scalars(statement.values(password_hash=new).returning(User.id)).all():
        raise Conflict("The password was changed at the same time.")
    db.session.refresh(user)
    tokens.revoke_all(actor, user)


def find_names(user: User) -> tuple[str, ...]:
    """Find what a password must not be similar to."""
    return user.username, user.email, user.first_name, user.last_name


def disable_user(actor: Actor, user: User) -> None:
    """Keep a user from logging in; sessions that are open end with their next request."""
    access.require_system(actor)
    user.is_active = False
    db.session.flush()


def authenticate(login: str, password: str) -> User | None:
    """Find the active user with this name or e-mail address and this password.

    Raises Unconfirmed, only when the password was right.
    """
    user = find_user(login)
    known = user if user and user.is_active else None
    user_id, stored = (known.id, known.password_hash) if known else (None, passwords.NO_PASSWORD)
    # Hashing takes a tenth of a second, and SQLite's only write lock must not be held meanwhile.
    db.session.rollback()
    if not passwords.is_password(stored, password) or user_id is None:
        return None
    renewed = passwords.hash_password(password) if passwords.is_outdated(stored) else None
    # Meanwhile the password may have become another one, and this one must not come back.
    unchanged = (User.id == user_id, User.password_hash == stored, User.is_active)
    statement = select(User).where(*unchanged).with_for_update()
    known = db.session.scalar(statement.execution_options(populate_existing=True))
    if known is None:
        return None
    if not (known.is_email_verified or known.is_admin):
        raise Unconfirmed
    if renewed:
        known.password_hash = renewed
    return known


def find_user(login: str) -> User | None:
    """Find a user by name, or by e-mail address in any case."""
    if "\0" in login:
        # PostgreSQL takes no text with a zero in it, and nobody is called so.
        return None
    by_name = User.username == login
    by_email = func.lower(User.email) == func.lower(login)
    statement = select(User).where(or_(by_name, by_email))
    # A name that is somebody else's address must not shadow its own user.
    return db.session.scalars(statement.order_by(by_name.desc())).first()


def find_by_email(email: str) -> User | None:
    """Find the active user with this e-mail address, in any case."""
    if "\0" in email:
        return None
    statement = select(User).where(func.lower(User.email) == func.lower(email), User.is_active)
    return db.session.scalar(statement)
