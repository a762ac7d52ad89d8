"""Which media type an answer is in: JSON:API, unless the client wishes another one that there is."""

from flask import request
from flask_babel import gettext as _
from werkzeug.datastructures import MIMEAccept

from clair.blueprints.errors import JSONAPI
from clair.errors import ClairError

CSV = "text/csv"
NDJSON = "application/x-ndjson"


class NotAcceptable(ClairError):
    """The client takes none of the media types that there are."""

    status = 406


def negotiate(*others: str) -> str:
    """Choose the media type that the client likes best; JSON:API is always there."""
    wishes = [(wish.partition(";")[0].strip(), weight) for wish, weight in request.accept_mimetypes]
    chosen = MIMEAccept(wishes).best_match((JSONAPI, *others)) if wishes else JSONAPI
    if chosen is None:
        types = ", ".join((JSONAPI, *others))
        raise NotAcceptable(_("This address answers in %(types)s.", types=types))
    return chosen
