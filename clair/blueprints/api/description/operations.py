"""What can be done at the addresses of the table of resources."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from clair.blueprints.api import views
from clair.blueprints.api.description import parameters
from clair.blueprints.api.description.answers import body, document, failures
from clair.blueprints.api.description.texts import KINDS
from clair.blueprints.api.description.values import Schema, ref
from clair.blueprints.api.relations import Resource, ToOne
from clair.blueprints.api.resources import BY_TYPE

ANYBODY: list[Schema] = [{}]
READER: list[Schema] = [{"token": []}, {"session": []}]
WRITER: list[Schema] = [{"token": []}, {"session": [], "csrf": []}]
READING = (400, 401, 404, 406)
WRITING = (400, 401, 403, 404, 406, 409, 413, 415)
LIMITED = {"Membership": (429,)}
"""What nobody may create too often: it would tell who has an account."""


@dataclass(frozen=True)
class Operation:
    """What one method does at one address."""

    summary: str
    success: Mapping[str, Schema]
    statuses: Iterable[int]
    security: list[Schema]
    parameters: list[Schema] = field(default_factory=list)
    request: Schema | None = None
    description: str | None = None

    def described(self, tag: str, name: str, variables: list[Schema]) -> Schema:
        """Put it into the words of OpenAPI, with the variables of its address."""
        optional = {"description": self.description, "requestBody": self.request}
        return {
            "tags": [tag],
            "operationId": name,
            "summary": self.summary,
            "parameters": [*variables, *self.parameters],
            "security": self.security,
            **{key: value for key, value in optional.items() if value},
            "responses": {**self.success, **failures(self.statuses)},
        }


Describe = Callable[..., Operation]


def readers(*resources: Resource) -> list[Schema]:
    """Say who may read: where a log-in is needed, whoever has logged in; else anybody."""
    return READER if any(each.needs_login for each in resources) else ANYBODY + READER


def singular(resource: Resource) -> str:
    """Name a resource in a sentence."""
    if resource.type == "Fidelity":
        return "the fidelity of a node"
    name = resource.type.lower()
    return f"{'an' if name[0] in 'aeio' else 'a'} {name}"


def fieldsets(resource: Resource) -> list[Schema]:
    """Describe the sparse fieldsets of all types that a document can have."""
    paths = [path.split(".") for path in resource.includes]
    found = {resource.type: resource}
    for path in paths:
        reached = resource
        for name in path:
            reached = BY_TYPE[reached.relations[name].type]
            found[reached.type] = reached
    return [parameters.sparse(each) for each in found.values()]


def describe_collection(resource: Resource) -> Operation:
    """Describe how resources are listed."""
    kinds = KINDS[resource.type].lower()
    return Operation(
        summary=f"List {kinds}",
        success={"200": document(ref(f"{resource.type}Collection"), f"A page of {kinds}.")},
        statuses=READING,
        security=readers(resource),
        parameters=list_parameters(resource),
    )


def list_parameters(resource: Resource, *, is_paged: bool = True) -> list[Schema]:
    """Describe the parameters of a list."""
    return [
        *parameters.filters(resource),
        *parameters.sort(resource),
        *parameters.include(resource),
        *fieldsets(resource),
        *(parameters.paging() if is_paged else []),
    ]


def one_parameters(resource: Resource) -> list[Schema]:
    """Describe the parameters of a single resource."""
    samples = parameters.samples() if resource.shown else []
    return [*parameters.include(resource), *fieldsets(resource), *samples]


def describe_detail(resource: Resource) -> Operation:
    """Describe how a resource is shown."""
    return Operation(
        summary=f"Show {singular(resource)}",
        success={"200": document(ref(f"{resource.type}Document"), "The resource.")},
        statuses=READING,
        security=readers(resource),
        parameters=one_parameters(resource),
    )


def describe_create(resource: Resource) -> Operation:
    """Describe how a resource is created."""
    created = document(ref(f"{resource.type}Document"), "The new resource.")
    location = {"description": "Its address.", "schema": {"type": "string", "format": "uri"}}
    return Operation(
        summary=f"Create {singular(resource)}",
        success={"201": created | {"headers": {"Location": location}}},
        statuses={*WRITING, *LIMITED.get(resource.type, ())} - {404},
        security=WRITER,
        request=body(ref(f"New{resource.type}")),
    )


def describe_update(resource: Resource, method: str) -> Operation:
    """Describe how a resource is changed: in part, or with PUT as a whole."""
    is_whole = method == "PUT"
    return Operation(
        summary=f"{'Replace' if is_whole else 'Change'} {singular(resource)}",
        success={"200": document(ref(f"{resource.type}Document"), "The resource as it is now.")},
        statuses=WRITING,
        security=WRITER,
        request=body(ref(f"{'Replaced' if is_whole else 'Changed'}{resource.type}")),
    )


def describe_delete(resource: Resource) -> Operation:
    """Describe how a resource is deleted."""
    return Operation(
        summary=f"Delete {singular(resource)}",
        success={"204": {"description": "It is gone, with all that belongs to it."}},
        statuses=(401, 403, 404, 406, 409),
        security=WRITER,
    )


def describe_related(resource: Resource, name: str) -> Operation:
    """Describe how it is shown what a relationship leads to."""
    relation = resource.relations[name]
    target = BY_TYPE[relation.type]
    kinds = KINDS[target.type].lower()
    if isinstance(relation, ToOne):
        return Operation(
            summary=f"Show the {name} of {singular(resource)}",
            success={"200": document(ref(f"{target.type}Document"), "The resource.")},
            statuses=READING,
            security=readers(resource, target),
            parameters=one_parameters(target),
        )
    form = "Collection" if relation.is_paged else "List"
    return Operation(
        summary=f"List the {name} of {singular(resource)}",
        success={"200": document(ref(f"{target.type}{form}"), f"The {kinds}.")},
        statuses=READING,
        security=readers(resource, target),
        parameters=list_parameters(target, is_paged=relation.is_paged),
    )


GENERAL: Mapping[object, Describe] = {
    views.collection: describe_collection,
    views.detail: describe_detail,
    views.create: describe_create,
    views.delete: describe_delete,
    views.related: describe_related,
}
"""How to describe what the views of all resources do."""


def describe_general(view: object, method: str, resource: Resource, *names: str) -> Operation:
    """Describe what a view does with a resource."""
    if view is views.update:
        return describe_update(resource, method)
    return GENERAL[view](resource, *names)
