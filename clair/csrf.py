"""Changes that another site may have made a logged-in browser send: how the API refuses them.

Forms of pages carry a hidden token. Scripts read the same kind of token from a cookie and send it
back in a header, which no other site can do. It is bound to the session.
"""

from flask import Response, current_app, g, request
from flask_babel import gettext
from flask_wtf.csrf import generate_csrf, validate_csrf
from wtforms import ValidationError

from clair.errors import Forbidden

COOKIE = "csrftoken"
HEADER = "X-CSRFToken"
YEAR_S = 365 * 86_400
SAFE_METHODS = ("GET", "HEAD", "OPTIONS")


def check_request() -> None:
    """Refuse a change that does not come from a page of this site."""
    if request.method in SAFE_METHODS:
        return
    origin = request.headers.get("Origin")
    if origin is not None and origin != f"{request.scheme}://{request.host}":
        raise Forbidden(gettext("The request comes from another site."))
    if not is_good(request.headers.get(HEADER)):
        raise Forbidden(
            gettext("The header X-CSRFToken must be the value of the cookie csrftoken.")
        )


def is_good(token: str | None) -> bool:
    """Say whether a token belongs to this session."""
    try:
        validate_csrf(token)
    except ValidationError:
        return False
    return True


def begin() -> None:
    """Make the cookie anew with this answer; the session is another one now."""
    # Flask-WTF remembers the token of the session before.
    g.pop(current_app.config["WTF_CSRF_FIELD_NAME"], None)
    g.csrf_cookie = "begin"


def end() -> None:
    """Take the cookie away with this answer."""
    g.csrf_cookie = "end"


def keep_cookie(response: Response) -> Response:
    """Give a session its cookie when it begins, or when it came to the API without a good one."""
    wanted = g.get("csrf_cookie")
    if wanted == "api" and not is_good(request.cookies.get(COOKIE)):
        wanted = "begin"
    if wanted == "begin":
        secure = current_app.config["SESSION_COOKIE_SECURE"]
        # Scripts read it; that is its purpose.
        response.set_cookie(
            COOKIE, generate_csrf(), max_age=YEAR_S, secure=secure, samesite="Lax", httponly=False
        )
    elif wanted == "end":
        response.delete_cookie(COOKIE, samesite="Lax")
    return response
