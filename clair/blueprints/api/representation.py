"""Shows rows as resource objects: attributes, relationships, links, and what is included with them."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from functools import cache
from operator import attrgetter
from typing import Any

from flask import g

from clair import access
from clair.blueprints.api.links import root
from clair.blueprints.api.relations import Attributes, Relation, Resource, ToMany, ToOne
from clair.blueprints.api.resources import BY_TYPE
from clair.blueprints.api.schemas import attributes
from clair.extensions import db
from clair.models import Node

Fields = Mapping[str, Collection[str]]
Shown = dict[str, Any]


def wire_id(row: Any) -> str:
    """Give the id that the world knows a row by."""
    return str(row.uuid if isinstance(row, Node) else row.id)


@cache
def columns(resource: Resource) -> list[tuple[str, Callable[[Any], Any], Callable[[Any], object]]]:
    """List the attributes that stand in the row: name, how to take it, how to show it."""
    found = attributes(resource.schema).items()
    return [
        (name, attrgetter(each.attribute or name), each.show)
        for name, each in found
        if each.attribute or hasattr(resource.model, name)
    ]


def show(
    resource: Resource,
    row: Any,
    fields: Fields,
    computed: Attributes | None = None,
    *,
    is_brief: bool = False,
) -> Shown:
    """Show a row as a resource object, cut to the fields that are wanted of its type."""
    row_id, wanted = wire_id(row), fields.get(resource.type)
    brief = resource.brief if is_brief else None
    values = {
        name: display(take(row))
        for name, take, display in columns(resource)
        if brief is None or name in brief
    } | (computed or {})
    self_url = f"{root()}{resource.path}/{row_id}/"
    relations = {} if brief else resource.relations
    related = {
        name: show_relation(name, relation, row, self_url)
        for name, relation in relations.items()
        if wanted is None or name in wanted
    }
    if wanted is not None:
        values = {name: value for name, value in values.items() if name in wanted}
    shown: Shown = {"type": resource.type, "id": row_id, "attributes": values}
    if related:
        shown["relationships"] = related
    return shown | {"links": {"self": self_url}}


def show_relation(name: str, relation: Relation, row: Any, self_url: str) -> Shown:
    """Show a relationship: what it refers to, where it is named, and where more of it is."""
    if isinstance(relation, ToOne):
        return show_to_one(name, relation, row, self_url)
    shown: Shown = {}
    if relation.wire_ids:
        linked = [{"type": relation.type, "id": str(each)} for each in relation.wire_ids(row)]
        shown |= {"meta": {"count": len(linked)}, "data": linked}
    if relation.of:
        shown["links"] = {"related": f"{self_url}{name}/"}
    if relation.has_self_link:
        shown["links"]["self"] = f"{self_url}relationships/{name}/"
    return shown


def show_to_one(name: str, relation: ToOne, row: Any, self_url: str) -> Shown:
    """Show a relationship to one resource."""
    take = relation.wire_id
    linked = str(take(row) if take else getattr(row, relation.column.key))
    related = f"{self_url}{relation.path or name}/"
    if relation.is_itself:
        related = f"{root()}{BY_TYPE[relation.type].path}/{linked}/"
    return {"data": {"type": relation.type, "id": linked}, "links": {"related": related}}


def include(
    resource: Resource, rows: Sequence[Any], paths: Iterable[str], fields: Fields
) -> list[Shown]:
    """Show what the paths lead to from the rows, once each: only what the actor may see by itself."""
    found: dict[tuple[str, str], Shown] = {}
    for path in paths:
        source, reached = resource, rows
        for name in path.split("."):
            source, reached = follow(source, reached, name)
            for row in reached:
                found[source.type, wire_id(row)] = show(source, row, fields)
    return [found[key] for key in sorted(found)]


def follow(resource: Resource, rows: Sequence[Any], name: str) -> tuple[Resource, Sequence[Any]]:
    """Fetch the visible rows that a relationship of some rows leads to, in one statement."""
    relation = resource.relations[name]
    target = BY_TYPE[relation.type]
    keys: set[int] = set()
    for row in rows:
        if isinstance(relation, ToMany):
            keys.update(relation.wire_ids(row) if relation.wire_ids else ())
        else:
            keys.add(getattr(row, relation.column.key))
    statement = access.visible(target.model, g.actor).where(target.model.id.in_(keys))
    return target, db.session.scalars(statement.options(*target.options)).all()
