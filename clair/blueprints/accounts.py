"""Log-in, log-out, and the choice of language."""

from flask import Blueprint, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, lazy_gettext
from flask_wtf import FlaskForm
from wtforms import BooleanField, PasswordField, StringField
from wtforms.validators import InputRequired

from clair import accounts, auth
from clair.auth import public
from clair.blueprints.errors import is_local
from clair.extensions import db
from clair.i18n import LANGUAGE_COOKIE, LANGUAGES

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


@bp.route("/login/", methods=["GET", "POST"])
@public
def login() -> ResponseReturnValue:
    """Log in, and go on to where the visitor wanted to go."""
    form = LoginForm()
    if not form.validate_on_submit():
        return render_template("accounts/login.html", form=form), 422 if form.errors else 200
    user = accounts.authenticate(form.username.data.strip(), form.password.data)
    db.session.commit()
    if user is None:
        form.password.errors = [gettext("User name and password do not match.")]
        return render_template("accounts/login.html", form=form), 422
    auth.start_session(user, remember=form.remember.data)
    target = request.args.get("next", "")
    return redirect(target if is_local(target) else url_for("dashboard.start"), 303)


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
