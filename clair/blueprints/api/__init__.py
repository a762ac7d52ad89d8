"""The JSON:API below /api/v1/: one table of resources, and a handful of functions for all of them."""

from collections.abc import Callable, Sequence
from functools import partial, update_wrapper

from flask import Blueprint
from flask.typing import ResponseReturnValue

from clair.auth import public
from clair.blueprints.api import (
    accounts,
    airquality,
    description,
    images,
    relationships,
    series,
    views,
)
from clair.blueprints.api.links import root
from clair.blueprints.api.negotiation import negotiate
from clair.blueprints.api.relations import Resource
from clair.blueprints.api.resources import RESOURCES
from clair.blueprints.api.streaming import answer

bp = Blueprint("api", __name__, url_prefix="/api/v1")
View = Callable[..., ResponseReturnValue]


@bp.get("/")
@public
def start() -> ResponseReturnValue:
    """List the collections."""
    negotiate()
    paths = [*(each.path for each in RESOURCES), "node-timeseries", "installation-timeseries"]
    return answer({"data": {path: f"{root()}{path}/" for path in sorted(paths)}})


def add(rule: str, view: View, resource: Resource, *names: str, methods: Sequence[str]) -> None:
    """Open an address, with or without its last slash; the policy lives in the views' SQL."""
    bound = update_wrapper(partial(view, resource, *names), view)
    parts = [*rule.replace("<key>/", "").strip("/").split("/"), view.__name__]
    endpoint = "_".join(parts)
    bp.add_url_rule(rule, endpoint, public(bound), methods=methods, strict_slashes=False)


def add_resource(resource: Resource) -> None:
    """Open all addresses of a resource."""
    many, one = f"/{resource.path}/", f"/{resource.path}/<key>/"
    add(many, views.collection, resource, methods=["GET"])
    add(one, views.detail, resource, methods=["GET"])
    if resource.commands:
        add(many, views.create, resource, methods=["POST"])
        add(one, views.update, resource, methods=["PATCH", *(["PUT"] * resource.is_replaceable)])
        add(one, views.delete, resource, methods=["DELETE"])
    for name, relation in resource.relations.items():
        for path in relation.paths(name):
            add(f"{one}{path}/", views.related, resource, name, methods=["GET"])


for each in RESOURCES:
    add_resource(each)
for part in (accounts, relationships, images, series, airquality, description):
    part.register(bp)
