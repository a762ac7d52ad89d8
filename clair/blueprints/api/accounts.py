"""Below `auth/`: log-in and log-out, the own account with its tokens, and new passwords."""

import time
from collections.abc import Callable

from flask import Blueprint, current_app, g, request, session
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from clair import accounts, auth, resets, tokens
from clair.access import Actor
from clair.auth import public
from clair.blueprints import limits
from clair.blueprints.api.account_schemas import (
    Account,
    LoginView,
    PasswordChangeView,
    PasswordResetConfirmView,
    PasswordResetView,
    Token,
)
from clair.blueprints.api.documents import load, read_attributes
from clair.blueprints.api.links import here
from clair.blueprints.api.streaming import answer
from clair.errors import Forbidden, Invalid, Unauthorized
from clair.extensions import db
from clair.jobs.mail import send_reset_link
from clair.jobs.queue import enqueue
from clair.models import ApiToken, Scope, User


def log_in() -> ResponseReturnValue:
    """Log in by name or e-mail: begin a session, and issue a key for programs."""
    values = read_attributes(LoginView)
    user = limits.log_in(values["username"] or values["email"], values["password"])
    if user is None:
        message = gettext("User name and password do not match.")
        raise Invalid("non_field_errors", message, "invalid")
    now_s = int(time.time())
    actor = Actor(user_id=user.id)
    token, key = tokens.issue_token(
        actor, user, tokens.LOGIN, Scope.WRITE, now_s + tokens.LOGIN_S, now_s
    )
    auth.start_session(user, is_permanent=True)
    session["token_hash"] = token.token_hash
    db.session.commit()
    return answer({"data": {"type": "LoginView", "id": key, "attributes": {"key": key}}})


def log_out() -> ResponseReturnValue:
    """Log out: end the session, and revoke the key of this request or of this session's log-in."""
    if not g.actor.is_nobody:
        token = g.get("token") or find_login_token()
        if token is not None:
            # Whoever has a key may end it, also one that only reads.
            tokens.revoke_token(Actor(user_id=g.actor.user_id), token)
            db.session.commit()
    auth.end_session()
    return tell(gettext("You are logged out."))


def find_login_token() -> ApiToken | None:
    """Find the token that was issued when this session began."""
    return tokens.find_by_hash(session.get("token_hash", ""), int(time.time()))


def show_account() -> ResponseReturnValue:
    """Show the own account."""
    return answer({"data": describe(require_user())})


def change_account() -> ResponseReturnValue:
    """Change the own names; the e-mail address stays."""
    user = require_writer()
    draft = load(Account, partial=request.method == "PATCH", row_id=str(user.id))
    accounts.update_user(g.actor, user, **draft.values)
    db.session.commit()
    return answer({"data": describe(user)})


def describe(user: User) -> dict[str, object]:
    """Show a user as a resource, with the number that old clients look for."""
    attributes = {
        "pk": user.id,
        "username": user.username,
        "email": user.email,
        "first_name": user.first_name,
        "last_name": user.last_name,
    }
    return {"type": "User", "id": str(user.id), "attributes": attributes}


def change_password() -> ResponseReturnValue:
    """Change the own password; tokens and other sessions end."""
    user = require_writer()
    values = read_attributes(PasswordChangeView)
    new = same_twice(values)
    name = user.username

    def change() -> None:
        accounts.change_password(g.actor, user, values["old_password"], new, field="new_password2")

    limits.attempt(name, change)
    db.session.commit()
    if "token" not in g:
        auth.renew_session(user)
    return tell(gettext("You have a new password."))


def ask_for_reset() -> ResponseReturnValue:
    """Send a link for a new password to the address, if somebody has it; the answer does not say."""
    email = read_attributes(PasswordResetView)["email"]
    limits.limit_mails(email)
    enqueue(send_reset_link, email)
    return tell(gettext("If there is an account with this address, a mail is on its way to it."))


def reset_password() -> ResponseReturnValue:
    """Give a new password to whoever has the two parts of the link."""
    values = read_attributes(PasswordResetConfirmView)
    new = same_twice(values)
    key = current_app.config["SECRET_KEY"]
    user = resets.find_user(values["uid"], values["token"], key, int(time.time()))
    accounts.reset_password(Actor(user_id=user.id), user, new, field="new_password2")
    db.session.commit()
    return tell(gettext("You have a new password."))


def same_twice(values: dict[str, str]) -> str:
    """Take the new password that must have been entered twice."""
    if values["new_password1"] != values["new_password2"]:
        message = gettext("The two passwords are not the same.")
        raise Invalid("new_password2", message, "invalid")
    return values["new_password2"]


def list_tokens() -> ResponseReturnValue:
    """List the own tokens, without their keys."""
    found = tokens.list_tokens(g.actor, require_user(), int(time.time()))
    return answer({"data": [describe_token(each) for each in found]})


def issue_token() -> ResponseReturnValue:
    """Issue a token, and show its key this once."""
    user = require_writer()
    values = read_attributes(Token)
    token, key = tokens.issue_token(g.actor, user, **values, now_s=int(time.time()))
    response = answer({"data": describe_token(token, key=key)}, 201)
    response.headers["Location"] = f"{here()}{token.id}/"
    db.session.commit()
    return response


def show_token(token_id: int) -> ResponseReturnValue:
    """Show one of the own tokens, without its key."""
    require_user()
    return answer({"data": describe_token(tokens.find_token(g.actor, token_id))})


def revoke_token(token_id: int) -> ResponseReturnValue:
    """Revoke one of the own tokens."""
    require_writer()
    tokens.revoke_token(g.actor, tokens.find_token(g.actor, token_id))
    db.session.commit()
    return "", 204


def describe_token(token: ApiToken, **more: str) -> dict[str, object]:
    """Show a token as a resource."""
    attributes = {
        "name": token.name,
        "scope": token.scope,
        "created_s": token.created_s,
        "expires_s": token.expires_s,
    }
    return {"type": "Token", "id": str(token.id), "attributes": attributes | more}


def require_user() -> User:
    """Give the user who asks."""
    if g.actor.is_nobody:
        raise Unauthorized(gettext("Log in first."))
    user: User = g.user
    return user


def require_writer() -> User:
    """Give the user who asks and may also change something."""
    user = require_user()
    if g.actor.is_read_only:
        raise Forbidden(gettext("This token may only read."))
    return user


def tell(detail: str) -> ResponseReturnValue:
    """Answer with a sentence for people."""
    return answer({"data": {"detail": detail}})


View = Callable[..., ResponseReturnValue]
ROUTES: tuple[tuple[str, View, tuple[str, ...]], ...] = (
    ("login/", log_in, ("POST",)),
    ("logout/", log_out, ("POST",)),
    ("user/", show_account, ("GET",)),
    ("user/", change_account, ("PUT", "PATCH")),
    ("password/change/", change_password, ("POST",)),
    ("password/reset/", ask_for_reset, ("POST",)),
    ("password/reset/confirm/", reset_password, ("POST",)),
    ("tokens/", list_tokens, ("GET",)),
    ("tokens/", issue_token, ("POST",)),
    ("tokens/<int:token_id>/", show_token, ("GET",)),
    ("tokens/<int:token_id>/", revoke_token, ("DELETE",)),
)


def register(bp: Blueprint) -> None:
    """Open the addresses; each view asks itself who may come."""
    for path, view, methods in ROUTES:
        bp.add_url_rule(
            f"/auth/{path}",
            f"auth_{view.__name__}",
            public(view),
            methods=methods,
            strict_slashes=False,
        )
