"""Describes the JSON:API in OpenAPI 3.1, for programs, and draws it with Redoc, for people.

Addresses, methods, attributes, relationships and parameters are those of the running code: of the
URL map, the table of resources and the declarations of attributes. Only what stands in no table is
described by hand, in `special`.
"""

import orjson
from flask import Blueprint, Response, current_app, render_template
from flask.typing import ResponseReturnValue

from clair.auth import public
from clair.blueprints.api.description.document import build
from clair.blueprints.api.description.special import OPENAPI

__all__ = ["build", "register"]

# Redoc makes its style sheets empty and then adds rules to them, which is not held to be inline
# style; making them is. So this one page allows inline style sheets with the hash of no text at all.
POLICY = (
    "default-src 'self'; style-src 'self' 'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='; "
    "img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'"
)


@public
def schema() -> ResponseReturnValue:
    """Answer with the description; nothing changes it while the process lives."""
    known = current_app.extensions
    if "clair_openapi" not in known:
        known["clair_openapi"] = orjson.dumps(build(current_app))
    return Response(known["clair_openapi"], content_type=OPENAPI)


@public
def redoc() -> ResponseReturnValue:
    """Draw the description."""
    response = Response(render_template("api/redoc.html"))
    response.headers["Content-Security-Policy"] = POLICY
    return response


def register(bp: Blueprint) -> None:
    """Open the addresses of the description."""
    for view, rule in ((schema, "/schema/"), (redoc, "/schema/redoc/")):
        bp.add_url_rule(rule, view_func=view, strict_slashes=False)
