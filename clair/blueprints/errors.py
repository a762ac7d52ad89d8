"""Translates what went wrong into the form that each door speaks: a page, or a JSON:API document."""

import logging
from collections.abc import Sequence
from http import HTTPStatus

import orjson
from flask import Blueprint, Response, current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import IntegrityError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.orm.exc import ObjectDeletedError, StaleDataError
from werkzeug.exceptions import HTTPException, MethodNotAllowed

from clair.errors import (
    ClairError,
    Conflict,
    Invalid,
    InvalidLink,
    InvalidParameter,
    NotFound,
    Problems,
    Throttled,
    Unauthorized,
)
from clair.extensions import db
from clair.models.constraints import field_of

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
    406: "not_acceptable",
    409: "conflict",
    413: "too_large",
    415: "unsupported_media_type",
    429: "throttled",
    503: "unavailable",
}


def speaks_json() -> bool:
    """Say whether this door speaks JSON: programs post to it or read from it."""
    if "accounts" not in current_app.blueprints:
        # A process for ingest alone has no pages to lead back to.
        return True
    return request.path.startswith(("/ingest/", "/api/")) or request.path.endswith("/series")


def error_object(
    status: int, detail: str, pointer: str | None = "/data", code: str | None = None
) -> dict[str, object]:
    """Make a JSON:API error object; without a pointer it says nothing of a source."""
    source = {} if pointer is None else {"source": {"pointer": pointer}}
    return {
        "detail": detail,
        "status": str(status),
        **source,
        "code": code or CODES.get(status, "error"),
    }


def as_object(error: ClairError) -> dict[str, object]:
    """Make the error object of an error of the domain, with its place in the request."""
    pointer: str | None = "/data"
    if isinstance(error, Invalid):
        pointer = error.pointer
    elif isinstance(error, NotFound):
        pointer = None
    shown = error_object(error.status, error.message, pointer, error.code)
    if isinstance(error, InvalidParameter):
        shown["source"] = {"pointer": pointer, "parameter": error.parameter}
    return shown


def as_objects(error: ClairError) -> list[dict[str, object]]:
    """Make an error object of each thing that is wrong, in the order of their places."""
    problems = error.problems if isinstance(error, Problems) else [error]
    return sorted(map(as_object, problems), key=lambda each: str(each.get("source")))


def answer(status: int, errors: Sequence[dict[str, object]]) -> Response:
    """Answer with errors in the form that this door speaks."""
    if speaks_json():
        response = Response(orjson.dumps({"errors": errors}), status, content_type=JSONAPI)
    else:
        response = Response(render_template("errors/error.html", status=status), status)
    if status in (HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.TOO_MANY_REQUESTS):
        response.headers["Retry-After"] = str(RETRY_AFTER_S)
    if status == HTTPStatus.UNAUTHORIZED:
        scheme = "Token" if request.path.startswith("/api/") else "Bearer"
        response.headers["WWW-Authenticate"] = scheme
    return response


@bp.app_errorhandler(ClairError)
def show_error(error: ClairError) -> ResponseReturnValue:
    """Say what happened; a page that needs a log-in leads there and back again."""
    db.session.rollback()
    if isinstance(error, Unauthorized) and not speaks_json():
        target = request.full_path.rstrip("?") if request.method == "GET" else None
        return redirect(url_for("accounts.login", next=target))
    response = answer(error.status, as_objects(error))
    if isinstance(error, Throttled):
        response.headers["Retry-After"] = str(error.retry_after_s)
    return response


@bp.app_errorhandler(IntegrityError)
def show_clash(error: IntegrityError) -> ResponseReturnValue:
    """Say which rule of the database two requests at the same time have broken."""
    field, code = field_of(error) or (None, None)
    if field is None or request.method == "DELETE":
        return show_error(Conflict(gettext("This clashes with what is already there.")))
    if code == "does_not_exist":
        return show_error(InvalidLink(field, gettext("There is no such resource."), code))
    return show_error(Invalid(field, gettext("This is taken already."), code))


@bp.app_errorhandler(StaleDataError)
@bp.app_errorhandler(ObjectDeletedError)
def show_loss(_error: Exception) -> ResponseReturnValue:
    """Say that somebody else has deleted the thing meanwhile."""
    return show_error(NotFound(gettext("There is no such resource.")))


@bp.app_errorhandler(HTTPException)
def show_http_error(error: HTTPException) -> ResponseReturnValue:
    """Say what Flask found wrong: no such address, a body that is too large, …"""
    if isinstance(error, CSRFError):
        status = 403 if request.path.startswith("/api/") else 400
        return refuse(status, gettext("This form has expired. Load the page again."))
    if error.code is None or error.code < 400:
        return error
    response = refuse(error.code, error.description or "")
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
    return refuse(503, "The database does not answer. Try again soon.")


@bp.app_errorhandler(Exception)
def show_fault(error: Exception) -> ResponseReturnValue:
    """Log a fault of ours with its trace, and say no more than that there was one."""
    log.exception("Fault at %s %s", request.method, request.path, exc_info=error)
    db.session.rollback()
    return refuse(500, "Something went wrong here. It has been logged.")


def refuse(status: int, detail: str) -> Response:
    """Answer with one error that is no error of the domain."""
    return answer(status, [error_object(status, detail)])


def is_local(url: str) -> bool:
    """Say whether a redirect stays on this site."""
    # Browsers read a backslash as a slash, and drop tabs and line ends before they look.
    return url.startswith("/") and not url.startswith(("//", "/\\")) and url.isprintable()
