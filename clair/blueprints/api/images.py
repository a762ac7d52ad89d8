"""Takes the picture of an installation."""

from flask import Blueprint, current_app, g, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from clair import access, inventory
from clair.auth import public
from clair.blueprints.api import finding, views
from clair.blueprints.api.representation import show
from clair.blueprints.api.resources import INSTALLATIONS
from clair.blueprints.api.streaming import answer
from clair.blueprints.bodies import UnsupportedMediaType
from clair.errors import Invalid
from clair.extensions import db

MAX_UPLOAD = 11 * 1024 * 1024
"""What a picture may have, and the form around it."""


@public
def put_image(key: str) -> ResponseReturnValue:
    """Replace the picture of an installation by the one in the field `image` of a form."""
    request.max_content_length = MAX_UPLOAD
    views.admit(INSTALLATIONS)
    installation = finding.fetch(INSTALLATIONS, key, g.actor)
    access.require_owner(g.actor, installation)
    if request.mimetype != "multipart/form-data":
        raise UnsupportedMediaType(_("The body must be %(type)s.", type="multipart/form-data"))
    # SQLite's only write lock must not wait for a slow upload.
    db.session.rollback()
    upload = request.files.get("image")
    installation = finding.fetch(INSTALLATIONS, key, g.actor)
    if upload is None:
        raise Invalid("image", _("This is needed."), "required")
    folder = current_app.config["CLAIR_DATA"] / "media"
    replaced = inventory.set_image(g.actor, installation, upload.read(), folder)
    db.session.commit()
    inventory.remove_image(folder, replaced)
    return answer({"data": show(INSTALLATIONS, installation, {"Installation": ["image"]})})


def register(bp: Blueprint) -> None:
    """Open the address of a picture."""
    rule = "/installations/<key>/image/"
    bp.add_url_rule(rule, view_func=put_image, methods=["PUT"], strict_slashes=False)
