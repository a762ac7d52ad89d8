"""Tells machines whether this process and its database work."""

from flask import Blueprint
from flask.typing import ResponseReturnValue
from sqlalchemy import text

from clair.auth import public
from clair.extensions import db

bp = Blueprint("health", __name__)


@bp.get("/healthz")
@public
def healthz() -> ResponseReturnValue:
    """Say that the process answers."""
    return {"status": "ok"}


@bp.get("/readyz")
@public
def readyz() -> ResponseReturnValue:
    """Say that the database answers, too; else the error handler says 503."""
    db.session.execute(text("SELECT 1"))
    return {"status": "ok"}
