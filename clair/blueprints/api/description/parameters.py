"""The parameters of the query string, by what the table of resources allows."""

from collections.abc import Iterable, Mapping

from clair.blueprints.api.description.objects import UUID
from clair.blueprints.api.description.values import Schema
from clair.blueprints.api.query import MAX_PAGE_SIZE
from clair.blueprints.api.relations import Resource
from clair.blueprints.api.schemas import attributes
from clair.blueprints.api.slices import MAX_RESOLUTION_S, MAX_S
from clair.identity import parse_uuid

INSTANT: Schema = {"type": "integer", "minimum": 0, "maximum": MAX_S}
NUMBER: Schema = {"type": "integer", "minimum": 1, "maximum": 2**31 - 1}
PAGING: Mapping[str, Schema] = {
    "PageNumber": {
        "name": "page[number]",
        "in": "query",
        "description": "Which page is wanted, from 1 on; beyond the last there is none.",
        "schema": {"type": "integer", "minimum": 1},
    },
    "PageSize": {
        "name": "page[size]",
        "in": "query",
        "description": (
            f"How many resources a page has: more than {MAX_PAGE_SIZE} are reduced to that, "
            "anything but a number from 1 on is ignored."
        ),
        "schema": {"type": "integer", "minimum": 1},
    },
}
INCLUDE_TIMESERIES = "include_timeseries"


def query(name: str, schema: Schema, description: str) -> Schema:
    """Describe a parameter of the query string."""
    shown = {"name": name, "in": "query", "description": description, "schema": schema}
    # Lists are written with commas.
    return shown | ({"style": "form", "explode": False} if schema["type"] == "array" else {})


def listed(values: Iterable[str]) -> Schema:
    """Describe a list of some of a few words."""
    return {"type": "array", "items": {"type": "string", "enum": list(values)}}


def paging() -> list[Schema]:
    """Refer to the parameters of pages."""
    return [{"$ref": f"#/components/parameters/{name}"} for name in PAGING]


def include(resource: Resource) -> list[Schema]:
    """Describe which related resources can come along."""
    if not resource.includes:
        return []
    default = ", ".join(f"`{path}`" for path in resource.default_include) or "none"
    text = f"Related resources that come along; {default} when nothing is named."
    return [query("include", listed(resource.includes), text)]


def sparse(resource: Resource) -> Schema:
    """Describe which members of a resource can be wanted."""
    names = [*attributes(resource.schema), *resource.relations]
    text = "The only attributes and relationships that are wanted."
    return query(f"fields[{resource.type}]", listed(names), text)


def sort(resource: Resource) -> list[Schema]:
    """Describe by what a collection can be sorted."""
    if not resource.sortable:
        return []
    names = [f"{sign}{name}" for name in resource.sortable for sign in ("", "-")]
    return [query("sort", listed(names), "The order; a minus makes it descending.")]


def filters(resource: Resource) -> list[Schema]:
    """Describe the filters of a collection."""
    found = [
        query(f"filter[{name}]", value_of(each.read), f"Only what belongs to this {name}.")
        for name, each in resource.filters.items()
    ]
    if resource.search:
        columns = ", ".join(column.key for column in resource.search)
        text = f"Only what has each of these words somewhere in {columns}."
        found.append(query("filter[search]", {"type": "string"}, text))
    return found


def value_of(read: object) -> Schema:
    """Describe the value of a filter by what reads it."""
    if read is parse_uuid:
        return UUID
    return {"type": "string"} if read is str else NUMBER


def samples() -> list[Schema]:
    """Describe whether samples are wanted, and from when to when they count."""
    flag = {"type": "boolean", "default": False}
    return [query(INCLUDE_TIMESERIES, flag, "Whether to show the samples themselves."), *span()]


def span() -> list[Schema]:
    """Describe from when to when samples count, and how fine they are wanted."""
    resolution: Schema = {"type": "integer", "minimum": 1, "maximum": MAX_RESOLUTION_S}
    return [
        query("filter[from]", INSTANT, "The first second that counts; by default, all do."),
        query("filter[to]", INSTANT, "The last second that counts; by default, now."),
        query("filter[resolution]", resolution, "Buckets of so many seconds in place of samples."),
    ]
