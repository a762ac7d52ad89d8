"""Log-in, log-out, a new password for a forgotten one, and the choice of language."""

import time

from flask import (
    Blueprint,
    current_app,
    flash,
    g,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_babel import gettext, lazy_gettext
from flask_wtf import FlaskForm
from wtforms import BooleanField, PasswordField, StringField
from wtforms.validators import EqualTo, InputRequired

from clair import accounts, auth, resets
from clair.access import Actor
from clair.auth import public
from clair.blueprints import limits
from clair.blueprints.errors import is_local
from clair.errors import Invalid, Problems, Throttled
from clair.extensions import db
from clair.i18n import LANGUAGE_COOKIE, LANGUAGES
from clair.models import User

bp = Blueprint("accounts", __name__, url_prefix="/accounts")
YEAR_S = 365 * 86_400


class LoginForm(FlaskForm):  # type: ignore[misc]
    """Name or e-mail address, and password."""

    username = StringField(
        lazy_gettext("User name or e-mail"),
        [InputRequired(lazy_gettext("Enter your user name or your e-mail address."))],
    )
    password = PasswordField(
        lazy_gettext("Password"), [InputRequired(lazy_gettext("Enter your password."))]
    )
    remember = BooleanField(lazy_gettext("Stay logged in on this device"))


class ResetForm(FlaskForm):  # type: ignore[misc]
    """A new password, twice."""

    password = PasswordField(
        lazy_gettext("New password"), [InputRequired(lazy_gettext("Enter a new password."))]
    )
    again = PasswordField(
        lazy_gettext("New password, again"),
        [EqualTo("password", lazy_gettext("The two passwords are not the same."))],
    )


@bp.route("/login/", methods=["GET", "POST"])
@public
def login() -> ResponseReturnValue:
    """Log in, and go on to where the visitor wanted to go."""
    form = LoginForm()
    if not form.validate_on_submit():
        return render_template("accounts/login.html", form=form), 422 if form.errors else 200
    try:
        user = limits.log_in(form.username.data.strip(), form.password.data)
    except Throttled as error:
        return refuse_login(form, error.message, 429, {"Retry-After": str(error.retry_after_s)})
    except accounts.Unconfirmed as error:
        return refuse_login(form, error.message)
    db.session.commit()
    if user is None:
        return refuse_login(form, gettext("User name and password do not match."))
    auth.start_session(user, remember=form.remember.data)
    target = request.args.get("next", "")
    return redirect(target if is_local(target) else url_for("dashboard.start"), 303)


def refuse_login(
    form: LoginForm, message: str, status: int = 422, headers: dict[str, str] | None = None
) -> ResponseReturnValue:
    """Show the form again, with what is wrong."""
    form.password.errors = [message]
    return render_template("accounts/login.html", form=form), status, headers or {}


@bp.route("/password/reset/key/<key>/", methods=["GET", "POST"])
@public
def reset(key: str) -> ResponseReturnValue:
    """Let somebody choose a new password who came by the link in a mail."""
    uid, _, token = key.partition("-")
    try:
        user = resets.find_user(uid, token, current_app.config["SECRET_KEY"], int(time.time()))
    except Invalid:
        return render_template("accounts/dead_link.html"), 404
    form = ResetForm()
    if form.validate_on_submit() and choose_password(user, form):
        flash(gettext("You have a new password. Log in with it."))
        return redirect(url_for("accounts.login"), 303)
    # The address lets whoever sees it choose the password.
    headers = {"Cache-Control": "private, no-store"}
    page = render_template("accounts/reset.html", form=form)
    return page, 422 if form.errors else 200, headers


def choose_password(user: User, form: ResetForm) -> bool:
    """Give the user the password of the form, or show all that is wrong with it beside the field."""
    try:
        accounts.reset_password(Actor(user.id), user, form.password.data, field="password")
    except (Invalid, Problems) as error:
        db.session.rollback()
        problems = error.problems if isinstance(error, Problems) else [error]
        form.password.errors = [
            f"{each.message[0].upper()}{each.message[1:]}." for each in problems
        ]
        return False
    db.session.commit()
    return True


@bp.post("/logout/")
@public
def logout() -> ResponseReturnValue:
    """Log out."""
    auth.end_session()
    return redirect(url_for("accounts.login"), 303)


@bp.post("/language/")
@public
def language() -> ResponseReturnValue:
    """Choose the language of pages, for this browser and for the account."""
    chosen = request.form.get("language", "")
    target = request.form.get("next", "")
    response = redirect(target if is_local(target) else url_for("dashboard.start"), 303)
    if chosen in LANGUAGES:
        if user := g.get("user"):
            user.language = chosen
            db.session.commit()
        response.set_cookie(LANGUAGE_COOKIE, chosen, max_age=YEAR_S, samesite="Lax", httponly=True)
    return response
