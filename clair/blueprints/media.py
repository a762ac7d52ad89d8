"""Pictures of installations, for those who may see the installation."""

from flask import Blueprint, current_app, g, send_from_directory
from flask.typing import ResponseReturnValue

from clair import access
from clair.auth import public
from clair.errors import NotFound
from clair.extensions import db
from clair.models import Installation

bp = Blueprint("media", __name__, url_prefix="/media")


@bp.get("/<name>")
@public
def show(name: str) -> ResponseReturnValue:
    """Show a picture."""
    statement = access.visible(Installation, g.actor).where(Installation.image == name)
    # PostgreSQL takes no text with a zero in it.
    if "\0" in name or db.session.scalar(statement) is None:
        raise NotFound("There is no such picture.")
    return send_from_directory(current_app.config["CLAIR_DATA"] / "media", name, max_age=0)
