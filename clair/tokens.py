"""Commands on tokens: what programs log in with instead of a user's password."""

import secrets
from collections.abc import Sequence

from sqlalchemy import ColumnElement, and_, delete, not_, or_, select
from sqlalchemy.orm import contains_eager

from clair import access
from clair.access import Actor
from clair.errors import Invalid, NotFound
from clair.extensions import db
from clair.identity import hash_token
from clair.models import ApiToken, Scope, User

LOGIN = "log-in"
"""The name of the tokens that are issued to whoever sends name and password."""
LOGIN_S = 90 * 86_400
MAX_LOGINS = 50
"""How many tokens of log-ins a user has: a program that logs in every minute leaves no heap."""


def issue_token(
    actor: Actor, user: User, name: str, scope: Scope, expires_s: int | None, now_s: int
) -> tuple[ApiToken, str]:
    """Issue a token and return it with its key, which is shown this once and kept as a hash only."""
    access.require_owner(actor, user)
    if not name.strip() or len(name) > 50:
        raise Invalid("name", "must have 1 to 50 characters")
    if expires_s is not None and expires_s <= now_s:
        raise Invalid("expires_s", "must be in the future", "min_value")
    db.session.execute(delete(ApiToken).where(is_left_over(user, now_s)))
    key = secrets.token_hex(20)
    token = ApiToken(
        user_id=user.id,
        name=name,
        scope=scope,
        token_hash=hash_token(key),
        created_s=now_s,
        expires_s=expires_s,
    )
    db.session.add(token)
    db.session.flush()
    return token, key


def revoke_token(actor: Actor, token: ApiToken) -> None:
    """Let a token open nothing any more, from the next request on."""
    access.require_owner(actor, token.user)
    db.session.execute(delete(ApiToken).where(ApiToken.id == token.id))


def revoke_all(actor: Actor, user: User) -> None:
    """Revoke all tokens of a user: whoever knew the old password may have issued one."""
    access.require_owner(actor, user)
    db.session.execute(delete(ApiToken).where(ApiToken.user_id == user.id))


def list_tokens(actor: Actor, user: User, now_s: int) -> Sequence[ApiToken]:
    """List the tokens of a user that still open something, the newest first."""
    if not actor.is_system and actor.user_id != user.id:
        raise NotFound("There are no such tokens.")
    statement = select(ApiToken).where(ApiToken.user_id == user.id, is_valid(now_s))
    return db.session.scalars(statement.order_by(ApiToken.created_s.desc(), ApiToken.id)).all()


def find_token(actor: Actor, token_id: int) -> ApiToken:
    """Find one of the actor's own tokens, or any for the system."""
    statement = select(ApiToken).where(ApiToken.id == token_id)
    if not actor.is_system:
        statement = statement.where(ApiToken.user_id == actor.user_id)
    token = db.session.scalar(statement)
    if token is None:
        raise NotFound(f"There is no token {token_id}.")
    return token


def find_by_key(key: str, now_s: int) -> ApiToken | None:
    """Find the token with this key and its user, both still valid, in one statement."""
    return find_by_hash(hash_token(key), now_s)


def find_by_hash(token_hash: str, now_s: int) -> ApiToken | None:
    """Find the token with the hash of its key."""
    statement = (
        select(ApiToken)
        .join(ApiToken.user)
        .options(contains_eager(ApiToken.user))
        .where(ApiToken.token_hash == token_hash, is_valid(now_s), User.is_active)
    )
    return db.session.scalar(statement)


def is_valid(now_s: int) -> ColumnElement[bool]:
    """Say, as SQL, which tokens have not expired."""
    return or_(ApiToken.expires_s.is_(None), ApiToken.expires_s > now_s)


def is_left_over(user: User, now_s: int) -> ColumnElement[bool]:
    """Say, as SQL, which tokens of a user need not be kept: expired ones, and log-ins long ago."""
    logins = select(ApiToken.id).where(ApiToken.user_id == user.id, ApiToken.name == LOGIN)
    old = logins.order_by(ApiToken.id.desc()).offset(MAX_LOGINS - 1)
    return and_(ApiToken.user_id == user.id, or_(not_(is_valid(now_s)), ApiToken.id.in_(old)))
