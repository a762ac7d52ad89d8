"""From a request to an actor: the session of a browser, the token of a program or of a source.

Default deny: every view needs a logged-in user unless it is marked. `@public` opens it to everybody
(so do the views of the API, which ask the policy about each row), `@for_source` to the holders of a
source's token.
"""

import time
from collections.abc import Callable
from hmac import compare_digest
from ipaddress import ip_address
from typing import Any, TypeVar

from flask import Flask, current_app, g, request, session
from flask_babel import gettext
from flask_login import COOKIE_NAME, UserMixin, current_user, login_user, logout_user
from sqlalchemy import select

from clair import csrf, tokens
from clair.access import NOBODY, Actor, Source
from clair.errors import Forbidden, Unauthorized
from clair.extensions import db, login
from clair.identity import hash_token
from clair.models import IngestSource, Scope, User

View = TypeVar("View", bound=Callable[..., Any])
SOURCE_MEMORY_S = 5
API = "/api/"
FORM = "multipart/form-data"


def public(view: View) -> View:
    """Mark a view that anybody may open."""
    view.is_public = True  # type: ignore[attr-defined]
    return view


def for_source(network: str) -> Callable[[View], View]:
    """Mark a view that sources of one network may post to."""

    def mark(view: View) -> View:
        view.network = network  # type: ignore[attr-defined]
        return view

    return mark


class SessionUser(UserMixin):  # type: ignore[misc]
    """What Flask-Login needs to know of a user."""

    def __init__(self, user: User) -> None:
        self.id = user.id
        self.user = user

    def get_id(self) -> str:
        """Name the user and the password of a session: a new password ends all that are open."""
        return f"{self.id}:{hash_token(self.user.password_hash)[:16]}"


@login.user_loader  # type: ignore[untyped-decorator]
def load_user(user_id: str) -> SessionUser | None:
    """Load the user of a session; a disabled one, or one with a new password, is nobody."""
    user = db.session.get(User, int(user_id.partition(":")[0]))
    known = SessionUser(user) if user and user.is_active else None
    return known if known and compare_digest(known.get_id(), user_id) else None


def start_session(user: User, *, remember: bool = False, is_permanent: bool = False) -> None:
    """Log a user in with a session that shares nothing with the one before.

    It ends with the browser, or after two weeks when it `is_permanent`.
    """
    session.clear()
    login_user(SessionUser(user), remember=remember)
    session.permanent = is_permanent
    csrf.begin()


def renew_session(user: User) -> None:
    """Keep the user logged in here who has a new password, and only here."""
    # A remembered user is remembered under the new one.
    name = current_app.config.get("REMEMBER_COOKIE_NAME", COOKIE_NAME)
    login_user(SessionUser(user), remember=name in request.cookies)


def end_session() -> None:
    """Log out, and forget whoever wanted to stay logged in."""
    session.clear()
    # Last, because it leaves word in the session that the cookie of remembered users must go.
    logout_user()
    csrf.end()


def guard() -> None:
    """Find out who asks, before every request, and stop those who may not pass."""
    view = current_app.view_functions.get(request.endpoint or "")
    g.actor = NOBODY
    if network := getattr(view, "network", None):
        g.source = find_source(network)
        return
    if request.endpoint == "static":
        return
    is_api = request.path.startswith(API)
    if is_api and request.method not in csrf.SAFE_METHODS and request.mimetype != FORM:
        # Before the database is asked: SQLite's only write lock must not wait for a slow body.
        request.get_data()
    if is_api and (key := read_key()) is not None:
        admit_program(key)
    elif current_user.is_authenticated:
        admit(current_user.user)
        if is_api:
            g.csrf_cookie = "api"
            csrf.check_request()
    elif view is not None and not getattr(view, "is_public", False):
        raise Unauthorized("Log in first.")


def admit(user: User, *, is_read_only: bool = False) -> None:
    """Let a user act in this request."""
    g.actor = Actor(user_id=user.id, is_read_only=is_read_only, is_admin=user.is_admin)
    g.user = user
    g.preferred_language = user.language


def read_key() -> str | None:
    """Read the key of `Authorization: Token <key>`; another scheme says nothing here."""
    scheme, _, key = request.headers.get("Authorization", "").strip().partition(" ")
    return key.strip() if scheme.lower() == "token" else None


def admit_program(key: str) -> None:
    """Let the user act whose token this is, within its scope."""
    token = tokens.find_by_key(key, int(time.time()))
    if token is None:
        raise BadToken(gettext("This token is unknown, revoked or expired."))
    g.token = token
    admit(token.user, is_read_only=token.scope == Scope.READ)


class BadToken(Unauthorized):
    """Credentials were given, and nobody knows them."""

    code = "authentication_failed"


ANONYMOUS_SOURCE = Source(None, "anonymous", "samples", None)


def find_source(network: str) -> Source:
    """Find the source by its token: Unauthorized without a good one, Forbidden for another network."""
    if "Authorization" not in request.headers:
        if network == "samples" and may_post_anonymously():
            return ANONYMOUS_SOURCE
        raise Unauthorized("A source's token is needed: Authorization: Bearer <token>.")
    scheme, _, token = request.headers["Authorization"].partition(" ")
    source = remembered_source(hash_token(token.strip())) if scheme.lower() == "bearer" else None
    if source is None:
        raise BadToken("No source has this token, or it was revoked.")
    if source.network != network:
        raise Forbidden(f"The source {source.name} delivers {source.network}, not {network}.")
    return source


def remembered_source(token_hash: str) -> Source | None:
    """Look a token up, at most every few seconds; a revoked token works no longer than that."""
    known: dict[str, tuple[Source, float]] = current_app.extensions["clair_sources"]
    source, asked_s = known.get(token_hash, (None, 0.0))
    if source is not None and time.monotonic() - asked_s < SOURCE_MEMORY_S:
        return source
    statement = select(
        IngestSource.id, IngestSource.name, IngestSource.network, IngestSource.family
    ).where(IngestSource.token_hash == token_hash, IngestSource.revoked_s.is_(None))
    # Not in the request's session: it would keep SQLite's write lock until a slow body is there.
    with db.engine.connect().execution_options(is_reading=True) as connection:
        row = connection.execute(statement).first()
    if row is None:
        known.pop(token_hash, None)
        return None
    known[token_hash] = (Source(*row), time.monotonic())
    return known[token_hash][0]


def may_post_anonymously() -> bool:
    """Say whether the request comes from a network that needs no token."""
    networks = current_app.config["INGEST_ANONYMOUS_FROM"]
    try:
        address = ip_address(request.remote_addr or "")
    except ValueError:
        return False
    # A socket for both families shows 10.1.2.3 as ::ffff:10.1.2.3.
    address = getattr(address, "ipv4_mapped", None) or address
    return any(address in network for network in networks)


def init_app(app: Flask) -> None:
    """Guard every request of the application."""
    app.extensions["clair_sources"] = {}
    # Templates know `g.user`; asking who it is again would fail the page that reports an outage.
    login.init_app(app, add_context_processor=False)
    app.before_request(guard)
    app.after_request(csrf.keep_cookie)
