"""The schemas of documents: what JSON:API wraps around the attributes of each resource."""

from collections.abc import Iterable, Mapping

from clair.blueprints.api.description.texts import explanation, rules
from clair.blueprints.api.description.values import Schema, given, ref, shown
from clair.blueprints.api.relations import Relation, Resource, ToOne
from clair.blueprints.api.schemas import Link, attributes, links
from clair.blueprints.api.schemas import Resource as Declaration

URL: Schema = {
    "type": "string",
    "format": "uri",
    "examples": ["https://clair.example.org/api/v1/…"],
}
ROW: Schema = {"type": "string", "pattern": r"^\d{1,10}$", "examples": ["7"]}
UUID: Schema = {
    "type": "string",
    "format": "uuid",
    "examples": ["c727b2f8-8377-d4cb-0e95-ac03200b8c93"],
}
INSTANT: Schema = {"type": "integer", "minimum": 0, "examples": [1790000000]}
COUNT: Schema = {"type": "integer", "minimum": 0}


def record(properties: Mapping[str, Schema], required: Iterable[str] | None = None) -> Schema:
    """Describe an object; without other word it has all of its members."""
    names = properties if required is None else required
    return {"type": "object", "required": list(names), "properties": dict(properties)}


def kind(type_: str) -> Schema:
    """Describe the type of a resource."""
    return {"type": "string", "const": type_}


def many(schema: Schema) -> Schema:
    """Describe a list."""
    return {"type": "array", "items": schema}


def identifier(type_: str) -> Schema:
    """Refer to what names a resource: its type and id."""
    return ref(f"{type_}Identifier")


def id_of(type_: str) -> Schema:
    """Describe the id of a resource: nodes have a UUID, all others a number as text."""
    is_node = type_ in ("Node", "Fidelity", "Node-Timeseries")
    return dict(UUID if is_node else ROW)


def describe_identifier(type_: str) -> Schema:
    """Describe what names a resource."""
    return record({"type": kind(type_), "id": id_of(type_)})


def describe_attributes(schema: type[Declaration]) -> Schema:
    """Describe the attributes that answers show; sparse fieldsets may leave out any of them."""
    found = attributes(schema).items()
    return record(
        {name: shown(each) | explanation(schema.type_, name) for name, each in found}, required=()
    )


def describe_resource(resource: Resource) -> Schema:
    """Describe a resource object as answers show it."""
    relations = {name: describe_relation(each) for name, each in resource.relations.items()}
    related = {"relationships": record(relations, required=())} if relations else {}
    return record(
        {
            "type": kind(resource.type),
            "id": id_of(resource.type),
            "attributes": ref(f"{resource.type}Attributes"),
            **related,
            "links": record({"self": URL}),
        },
        required=("type", "id", "attributes", "links"),
    )


def describe_relation(relation: Relation) -> Schema:
    """Describe a relationship object as answers show it."""
    link = {"links": record({"related": URL})}
    if isinstance(relation, ToOne):
        return record({"data": identifier(relation.type), **link})
    if relation.wire_ids is None:
        names = ("self", "related") if relation.has_self_link else ("related",)
        return record({"links": record(dict.fromkeys(names, URL))})
    linkage = {"data": many(identifier(relation.type)), "meta": record({"count": COUNT})}
    return record(linkage | (link if relation.of else {}))


def describe_included(resource: Resource, types: Mapping[str, Resource]) -> Schema:
    """Describe what else a document may have."""
    kinds = sorted({kind for path in resource.includes for kind in types_on(path, resource, types)})
    return {"included": many({"anyOf": [ref(each) for each in kinds]})} if kinds else {}


def types_on(path: str, resource: Resource, types: Mapping[str, Resource]) -> Iterable[str]:
    """List the types along an include path."""
    for name in path.split("."):
        resource = types[resource.relations[name].type]
        yield resource.type


def describe_document(resource: Resource, types: Mapping[str, Resource]) -> Schema:
    """Describe a document about one resource."""
    included = describe_included(resource, types)
    return record({"data": ref(resource.type)} | included, required=("data",))


def describe_collection(resource: Resource, types: Mapping[str, Resource]) -> Schema:
    """Describe a document with a page of resources."""
    page = {"links": ref("PageLinks"), "data": many(ref(resource.type)), "meta": ref("PageMeta")}
    included = describe_included(resource, types)
    return record(page | included, required=page)


def describe_list(resource: Resource, types: Mapping[str, Resource]) -> Schema:
    """Describe a document with resources that come without pages."""
    included = describe_included(resource, types)
    return record({"data": many(ref(resource.type))} | included, required=("data",))


def describe_new(resource: Resource) -> Schema:
    """Describe the document that creates a resource."""
    needs_id = ["id"] if resource.type == "Node" else []
    return record({"data": describe_draft(resource.schema, needs_id)})


def describe_replacement(resource: Resource) -> Schema:
    """Describe the document that replaces a resource: what it leaves out gets its default."""
    return record({"data": describe_draft(resource.schema, ["id"])})


def describe_change(resource: Resource) -> Schema:
    """Describe the document that changes a resource: what it leaves out stays."""
    return record({"data": describe_draft(resource.schema, ["id"], is_whole=False)})


def describe_draft(
    schema: type[Declaration], needed: list[str], *, is_whole: bool = True
) -> Schema:
    """Describe the resource object of a request; a whole one has all that has no default."""
    type_ = schema.type_
    written = {name: each for name, each in attributes(schema).items() if not each.dump_only}
    refers = {name: each for name, each in links(schema).items() if not each.dump_only}
    required = [name for name, each in written.items() if is_whole and each.required]
    members: dict[str, Schema] = {
        "type": kind(type_),
        **({"id": id_of(type_)} if needed else {}),
        "attributes": record(
            {name: given(each) | rules(type_, name) for name, each in written.items()},
            required,
        ),
    }
    if refers:
        related = {name: describe_link(each) for name, each in refers.items()}
        members["relationships"] = record(related, required=related if is_whole else ())
    needed = ["type", *needed, *(["attributes"] if required else [])]
    return record(members, [*needed, *(["relationships"] if refers and is_whole else [])])


def describe_link(link: Link) -> Schema:
    """Describe a relationship object of a request."""
    linkage = identifier(link.type_)
    return record({"data": many(linkage) if link.many else linkage})


def describe_all(resources: Iterable[Resource]) -> dict[str, Schema]:
    """Describe all documents about resources, by name."""
    types = {resource.type: resource for resource in resources}
    found: dict[str, Schema] = {}
    for type_, resource in types.items():
        found[f"{type_}Attributes"] = describe_attributes(resource.schema)
        if resource.shown:
            buckets = many(ref("Bucket")) | explanation(type_, "buckets")
            found[f"{type_}Attributes"]["properties"]["buckets"] = buckets
        found[type_] = describe_resource(resource)
        found[f"{type_}Document"] = describe_document(resource, types)
        found[f"{type_}Collection"] = describe_collection(resource, types)
        if resource.commands:
            found[f"New{type_}"] = describe_new(resource)
            found[f"Changed{type_}"] = describe_change(resource)
        if resource.is_replaceable:
            found[f"Replaced{type_}"] = describe_replacement(resource)
    for relation in (each for resource in types.values() for each in resource.relations.values()):
        if isinstance(relation, ToOne) or relation.wire_ids:
            found[f"{relation.type}Identifier"] = describe_identifier(relation.type)
        elif not relation.is_paged:
            found[f"{relation.type}List"] = describe_list(types[relation.type], types)
    return found
