"""Commands on users and their passwords."""

import re
import time
from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import func, or_, select

from clair import access
from clair.access import Actor
from clair.errors import Conflict, Invalid
from clair.extensions import db
from clair.models import User

hasher = PasswordHasher()
HASHING = BoundedSemaphore(2)
"""Each takes 64 MiB while it lasts."""
MIN_PASSWORD_LENGTH = 8
USERNAME = re.compile(r"[\w.@+-]{1,150}")
EMAIL = re.compile(r"[^@\s]+@[^@\s]+")
# Verified when the user is unknown, so that the answer takes as long as for a known one.
NO_PASSWORD = hasher.hash("nobody has this password")


def create_user(
    actor: Actor, username: str, email: str, password: str, *, is_admin: bool = False
) -> User:
    """Create an account; only the system does so until people can sign up themselves."""
    access.require_system(actor)
    if not USERNAME.fullmatch(username):
        raise Invalid("username", "must have 1 to 150 letters, digits and signs of @ . + - _")
    if len(email) > 254 or not EMAIL.fullmatch(email):
        raise Invalid("email", "must be an e-mail address")
    if find_user(username) or find_user(email):
        raise Conflict(f"There is already a user {username} or the address {email}.")
    user = User(
        username=username,
        email=email,
        password_hash=hash_password(password),
        is_admin=is_admin,
        created_s=int(time.time()),
    )
    db.session.add(user)
    db.session.flush()
    return user


def set_password(actor: Actor, user: User, password: str) -> None:
    """Give a user a new password."""
    access.require_owner(actor, user)
    user.password_hash = hash_password(password)
    db.session.flush()


def disable_user(actor: Actor, user: User) -> None:
    """Keep a user from logging in; sessions that are open end with their next request."""
    access.require_system(actor)
    user.is_active = False
    db.session.flush()


def authenticate(login: str, password: str) -> User | None:
    """Find the active user with this name or e-mail address and this password."""
    user = find_user(login)
    known = user if user and user.is_active else None
    stored = known.password_hash if known else NO_PASSWORD
    # Hashing takes a tenth of a second, and SQLite's only write lock must not be held meanwhile.
    db.session.rollback()
    try:
        with HASHING:
            hasher.verify(stored, password)
    except (VerificationError, InvalidHashError):
        return None
    if known and hasher.check_needs_rehash(stored):
        known.password_hash = hasher.hash(password)
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


def hash_password(password: str) -> str:
    """Hash a password that is long enough."""
    if len(password) < MIN_PASSWORD_LENGTH:
        raise Invalid("password", f"must have at least {MIN_PASSWORD_LENGTH} characters")
    return hasher.hash(password)
