"""What can be done with every resource of the table: list, show, create, change, delete, relate."""

import time
from typing import Any

from flask import Response, g, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import Select, false, func, select

from clair import access
from clair.blueprints.api import documents, finding, query
from clair.blueprints.api.negotiation import negotiate
from clair.blueprints.api.relations import Condition, Resource, ToMany, ToOne
from clair.blueprints.api.representation import include, show, wire_id
from clair.blueprints.api.resources import BY_TYPE
from clair.blueprints.api.streaming import answer
from clair.errors import Forbidden, InvalidLink, NotFound, Problems, Unauthorized
from clair.extensions import db

SAFE = ("GET", "HEAD", "OPTIONS")


def admit(resource: Resource) -> None:
    """Stop who reads no JSON:API, nobody where a log-in is needed, and readers who want to write."""
    negotiate()
    is_safe = request.method in SAFE
    if g.actor.is_nobody and (resource.needs_login or not is_safe):
        raise Unauthorized(_("Log in first."))
    if g.actor.is_read_only and not is_safe:
        raise Forbidden(_("This token may only read."))


def collection(resource: Resource) -> ResponseReturnValue:
    """List what the caller may see."""
    admit(resource)
    return list_rows(resource, finding.filtered(resource, g.actor))


def list_rows(resource: Resource, statement: Select[Any], *, is_paged: bool = True) -> Response:
    """Answer with rows in the order and the page that are wanted."""
    query.check_names(*extra_names(resource))
    order, fields = query.read_order(resource), query.read_fields()
    paths = query.read_include(resource)
    page = query.read_page() if is_paged else query.Page(1, None)
    count = None
    if page.size is not None:
        count = db.session.scalar(select(func.count()).select_from(statement.subquery())) or 0
        statement = statement.limit(page.size).offset((page.number - 1) * page.size)
    rows = db.session.scalars(statement.order_by(*order)).all()
    count = len(rows) if count is None else count
    page.check(count)
    computed = resource.listed(rows, int(time.time())) if resource.listed and is_paged else []
    shown = [
        show(resource, row, fields, computed[n] if computed else None, is_brief=True)
        for n, row in enumerate(rows)
    ]
    document: dict[str, object] = {"links": page.links(count)} if is_paged else {}
    document["data"] = shown
    if included := include(resource, rows, paths, fields):
        document["included"] = included
    if is_paged:
        pages = {"page": page.number, "pages": page.pages(count), "count": count}
        document["meta"] = {"pagination": pages}
    return answer(document)


def extra_names(resource: Resource) -> tuple[str, ...]:
    """Name the parameters that only this resource knows."""
    return ("include_timeseries",) if resource.shown else ()


def detail(resource: Resource, key: str) -> ResponseReturnValue:
    """Show one resource."""
    admit(resource)
    return show_row(resource, finding.fetch(resource, key, g.actor))


def show_row(resource: Resource, row: Any) -> Response:
    """Answer with a row, with what is computed of it and what is included."""
    query.check_names(*extra_names(resource))
    fields, paths = query.read_fields(), query.read_include(resource)
    now_s = int(time.time())
    computed = resource.shown(row, request.args, now_s) if resource.shown else None
    if resource.listed and not resource.shown:
        computed = resource.listed([row], now_s)[0]
    document: dict[str, object] = {"data": show(resource, row, fields, computed)}
    if included := include(resource, [row], paths, fields):
        document["included"] = included
    return answer(document)


def create(resource: Resource) -> ResponseReturnValue:
    """Create a resource from a document."""
    admit(resource)
    if resource.limit:
        resource.limit()
    draft = documents.load(resource.schema)
    given = arguments(resource, draft)
    try:
        row = commands_of(resource).create(g.actor, **given)
    except NotFound as error:
        # What is new would belong to something that is there, but hidden.
        raise Forbidden(_("This belongs to somebody else.")) from error
    db.session.commit()
    shown = show(resource, row, {})
    response = answer({"data": shown}, 201)
    response.headers["Location"] = shown["links"]["self"]
    return response


def update(resource: Resource, key: str) -> ResponseReturnValue:
    """Change what a document names, or with PUT everything."""
    admit(resource)
    row = finding.fetch(resource, key, g.actor)
    access.require_owner(g.actor, row)
    is_partial = request.method == "PATCH"
    draft = documents.load(resource.schema, partial=is_partial, row_id=wire_id(row))
    commands_of(resource).update(g.actor, row, **arguments(resource, draft))
    db.session.commit()
    return answer({"data": show(resource, row, {})})


def delete(resource: Resource, key: str) -> ResponseReturnValue:
    """Delete a resource and all that belongs to it."""
    admit(resource)
    commands_of(resource).delete(g.actor, finding.fetch(resource, key, g.actor))
    db.session.commit()
    return "", 204


def commands_of(resource: Resource) -> Any:
    """Give the commands of a resource that has them; only such ones have addresses for it."""
    return resource.commands


def arguments(resource: Resource, draft: documents.Draft) -> dict[str, Any]:
    """Turn a draft into what a command takes: values by name, and rows for what is referred to."""
    values, problems = dict(draft.values), []
    if "id" in values:
        values["uuid"] = values.pop("id")
    for name, linked in draft.links.items():
        target = BY_TYPE[resource.relations[name].type]
        try:
            values[name] = (
                [find_linked(target, each) for each in linked]
                if isinstance(linked, list)
                else find_linked(target, linked)
            )
        except NotFound:
            problems.append(InvalidLink(name, _("There is no such resource."), "does_not_exist"))
    if problems:
        raise Problems(problems)
    return values


def find_linked(target: Resource, key: str) -> Any:
    """Fetch a row that a document refers to; whether that is allowed, the command asks."""
    return access.linked(target.model, finding.key_of(target, key), g.actor, may_be_hidden=True)


def related(resource: Resource, name: str, key: str) -> ResponseReturnValue:
    """Show what a relationship leads to: one resource, or a list."""
    relation = resource.relations[name]
    target = BY_TYPE[relation.type]
    admit(resource)
    if target.model not in access.PUBLIC:
        admit(target)
    if isinstance(relation, ToOne):
        return show_row(target, fetch_related(resource, relation, target, key))
    behind = rows_behind(resource, relation, key)
    statement = finding.filtered(target, g.actor).where(behind)
    return list_rows(target, statement, is_paged=relation.is_paged)


def fetch_related(resource: Resource, relation: ToOne, target: Resource, key: str) -> Any:
    """Fetch the row that another one names."""
    row_id = getattr(finding.fetch(resource, key, g.actor), relation.column.key)
    statement = access.visible(target.model, g.actor).where(target.model.id == row_id)
    row = db.session.scalar(statement.options(*target.options))
    if row is None:
        raise NotFound(_("There is no such resource."))
    return row


def rows_behind(resource: Resource, relation: ToMany, key: str) -> Condition:
    """Say which rows belong to another; one that only members see must be there and be theirs."""
    row = finding.fetch(resource, key, g.actor) if resource.needs_login else None
    row_id = finding.number(key) if row is None else row.id
    return relation.of(row_id, g.actor) if relation.of else false()
