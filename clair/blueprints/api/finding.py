"""Which rows a request is about, as SQL: by their address, by filters, by what they belong to."""

import re
from collections.abc import Callable
from typing import Any

from flask import g
from flask_babel import gettext as _
from sqlalchemy import Select, String, and_, func, literal, or_, select
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import InstrumentedAttribute
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from clair import access
from clair.access import Actor
from clair.blueprints.api import links
from clair.blueprints.api.relations import Condition, Filter, Resource
from clair.errors import InvalidParameter, NotFound
from clair.extensions import db
from clair.identity import parse_uuid
from clair.models import Installation, Membership, Node, Organization, User

MAX_ID = 2**31 - 1
SEPARATORS = re.compile(r"[\s,]+")


def rows_of(resource: Resource, actor: Actor) -> Select[Any]:
    """Select what the actor may see of a resource, with all that its representation needs."""
    select_rows = access.own if resource.needs_login else access.visible
    return select_rows(resource.model, actor).options(*resource.options)


def filtered(resource: Resource, actor: Actor) -> Select[Any]:
    """Select what the actor may see, cut by the filters of the query."""
    filters = [
        read_filter(name, each, value)
        for name, each in resource.filters.items()
        if (value := links.last(f"filter[{name}]")) is not None
    ]
    statement = rows_of(resource, actor).where(*filters)
    text = links.last("filter[search]") if resource.search else None
    if text is None:
        return statement
    found = search(resource, text)
    if resource.stranger is None:
        return statement.where(found)
    whole = resource.stranger(text)
    # Whoever gives a full address means that one, and nobody who has it as a part of theirs.
    is_known = select(resource.model.id).where(whole).correlate(None).exists()
    others = access.is_own(resource.model, actor) & found
    if "@" in text:
        others &= ~is_known
    everybody = select(resource.model).options(*resource.options)
    return everybody.where(*filters, others | whole)


def read_filter(name: str, each: Filter, value: str) -> Condition:
    """Read the value of a filter."""
    try:
        return each.rows(each.read(value))
    except ValueError as error:
        message = _("This is no value to filter by.")
        raise InvalidParameter(f"filter[{name}]", message) from error


def fetch(resource: Resource, text: str, actor: Actor) -> Any:
    """Fetch the row that an address names, or raise NotFound."""
    row = db.session.scalar(rows_of(resource, actor).where(key_of(resource, text)))
    if row is None:
        raise NotFound(_("There is no such resource."))
    return row


def key_of(resource: Resource, text: str) -> Condition:
    """Say which row an id on the wire means."""
    if resource.model is not Node:
        return resource.model.id == number(text)
    try:
        return Node.uuid == parse_uuid(text)
    except ValueError as error:
        raise NotFound(_("There is no such resource.")) from error


def number(text: str) -> int:
    """Read the number of a row in an address, or raise NotFound."""
    try:
        return read_id(text)
    except ValueError as error:
        raise NotFound(_("There is no such resource.")) from error


def read_id(text: str) -> int:
    """Read the number of a row, or raise ValueError."""
    if not (text.isascii() and text.isdigit() and len(text) <= 10 and int(text) <= MAX_ID):
        raise ValueError(text)
    return int(text)


def filter_by(rows: Callable[[int], Condition]) -> Filter:
    """Filter by the number of another row."""
    return Filter(read_id, rows)


def equal(column: InstrumentedAttribute[int]) -> Filter:
    """Filter by the number of the row that a column names."""
    return filter_by(lambda key: column == key)


def belonging(column: InstrumentedAttribute[int]) -> Callable[[int, Actor], Condition]:
    """Say which rows name another one in a column."""
    return lambda key, _actor: column == key


node_filter = Filter(
    parse_uuid, lambda key: Installation.node_id.in_(select(Node.id).where(Node.uuid == key))
)


def members(organization_id: int, actor: Actor) -> Condition:
    """Say who belongs to an organization, for its members alone."""
    return User.id.in_(
        select(Membership.user_id).where(
            Membership.organization_id == organization_id, access.is_own(Membership, actor)
        )
    )


def fellows_in(organization_id: int) -> Condition:
    """Say who belongs to an organization of the caller; which others a fellow has is his affair."""
    return members(organization_id, g.actor)


def organizations_of(user_id: int, actor: Actor) -> Condition:
    """Say which organizations a user belongs to, as far as the actor belongs to them, too."""
    return Organization.id.in_(
        select(Membership.organization_id).where(
            Membership.user_id == user_id, access.is_own(Membership, actor)
        )
    )


class Folded(FunctionElement[str]):
    """A text without capitals, umlauts included."""

    type = String()
    inherit_cache = True


@compiles(Folded)
def fold(element: Folded, compiler: SQLCompiler, **options: Any) -> str:
    """Leave it to the database."""
    return f"lower({compiler.process(element.clauses, **options)})"


@compiles(Folded, "sqlite")
def fold_in_python(element: Folded, compiler: SQLCompiler, **options: Any) -> str:
    """Take the function that SQLite is given when it is opened."""
    return f"casefold({compiler.process(element.clauses, **options)})"


def search(resource: Resource, text: str) -> Condition:
    """Say which rows have every term of a text in one of their texts."""
    texts = [Folded(column) for column in resource.search]
    terms = filter(None, SEPARATORS.split(text))
    return and_(True, *(or_(*(contains(each, term) for each in texts)) for term in terms))


def contains(text: Folded, term: str) -> Condition:
    """Say that a term is somewhere in a text."""
    escaped = re.sub(r"([/%_])", r"/\1", term)
    return text.like(Folded(literal(f"%{escaped}%")), escape="/")


def find_users(text: str) -> Condition:
    """Find everybody by the whole name or e-mail address.

    Whoever adds a member knows that; parts find fellows alone, so that nobody can find out the
    addresses of others letter by letter.
    """
    whole = or_(User.username == text, func.lower(User.email) == func.lower(text))
    return whole & User.is_active
