"""Translates what went wrong into the form that each door speaks: a page, or a JSON:API document."""

import logging
from http import HTTPStatus

import orjson
from flask import Blueprint, Response, current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from werkzeug.exceptions import HTTPException, MethodNotAllowed

from clair.errors import ClairError, Invalid, Unauthorized
from clair.extensions import db

bp = Blueprint("errors", __name__)
log = logging.getLogger(__name__)
JSONAPI = "application/vnd.api+json"
RETRY_AFTER_S = 5
CODES = {
    400: "invalid",
    401: "not_authenticated",
    403: "permission_denied",
    404: "not_found",
    405: "method_not_allowed",
    409: "conflict",
    413: "too_large",
    415: "unsupported_media_type",
    503: "unavailable",
}


def speaks_json() -> bool:
    """Say whether this door speaks JSON: programs post to it or read from it."""
    if "accounts" not in current_app.blueprints:
        # A process for ingest alone has no pages to lead back to.
        return True
    return request.path.startswith(("/ingest/", "/api/")) or request.path.endswith("/series")


def error_object(
    status: int, detail: str, pointer: str = "/data", code: str | None = None
) -> dict[str, object]:
    """Make a JSON:API error object."""
    return {
        "detail": detail,
        "status": str(status),
        "source": {"pointer": pointer},
        "code": code or CODES.get(status, "error"),
    }


def answer(status: int, detail: str, pointer: str = "/data", code: str | None = None) -> Response:
    """Answer with an error in the form that this door speaks."""
    if speaks_json():
        document = {"errors": [error_object(status, detail, pointer, code)]}
        response = Response(orjson.dumps(document), status, content_type=JSONAPI)
    else:
        response = Response(render_template("errors/error.html", status=status), status)
    if status == HTTPStatus.SERVICE_UNAVAILABLE:
        response.headers["Retry-After"] = str(RETRY_AFTER_S)
    if status == HTTPStatus.UNAUTHORIZED:
        response.headers["WWW-Authenticate"] = "Bearer"
    return response


@bp.app_errorhandler(ClairError)
def show_error(error: ClairError) -> ResponseReturnValue:
    """Say what happened; a page that needs a log-in leads there and back again."""
    db.session.rollback()
    if isinstance(error, Unauthorized) and not speaks_json():
        target = request.full_path.rstrip("?") if request.method == "GET" else None
        return redirect(url_for("accounts.login", next=target))
    pointer = f"/data/attributes/{error.field}" if isinstance(error, Invalid) else "/data"
    return answer(error.status, error.message, pointer, error.code)


@bp.app_errorhandler(HTTPException)
def show_http_error(error: HTTPException) -> ResponseReturnValue:
    """Say what Flask found wrong: no such address, a body that is too large, …"""
    if isinstance(error, CSRFError):
        return answer(400, gettext("This form has expired. Load the page again."))
    if error.code is None or error.code < 400:
        return error
    response = answer(error.code, error.description or "")
    if isinstance(error, MethodNotAllowed) and error.valid_methods:
        response.headers["Allow"] = ", ".join(sorted(error.valid_methods))
    return response


@bp.app_errorhandler(OperationalError)
@bp.app_errorhandler(InterfaceError)
@bp.app_errorhandler(PoolTimeoutError)
def show_outage(error: Exception) -> ResponseReturnValue:
    """Ask to come back soon when the database is away; nothing was stored."""
    log.error("The database does not answer: %s", error)
    db.session.remove()
    return answer(503, "The database does not answer. Try again soon.")


@bp.app_errorhandler(Exception)
def show_fault(error: Exception) -> ResponseReturnValue:
    """Log a fault of ours with its trace, and say no more than that there was one."""
    log.exception("Fault at %s %s", request.method, request.path, exc_info=error)
    db.session.rollback()
    return answer(500, "Something went wrong here. It has been logged.")


def is_local(url: str) -> bool:
    """Say whether a redirect stays on this site."""
    # Browsers read a backslash as a slash, and drop tabs and line ends before they look.
    return url.startswith("/") and not url.startswith(("//", "/\\")) and url.isprintable()
