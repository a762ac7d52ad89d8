"""The kinds of relationships and of resources that the table in `resources` is made of."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement
from sqlalchemy.orm import InstrumentedAttribute
from sqlalchemy.sql.base import ExecutableOption

from clair.access import Actor
from clair.blueprints.api.schemas import Resource as Schema
from clair.blueprints.api.schemas import attributes
from clair.models import Entity

Condition = ColumnElement[bool]
Attributes = dict[str, object]


@dataclass(frozen=True, kw_only=True)
class ToOne:
    """A relationship to one resource, which a column of the row names.

    `path` is the last part of its related link where that is not the relationship's name; a
    relationship that `is_itself` links to the other resource's own address.
    """

    type: str
    column: InstrumentedAttribute[Any]
    wire_id: Callable[[Any], object] | None = None
    path: str | None = None
    is_itself: bool = False

    def paths(self, name: str) -> list[str]:
        """List the last parts of the addresses of what it leads to."""
        return [] if self.is_itself else list(dict.fromkeys([name, self.path or name]))


@dataclass(frozen=True, kw_only=True)
class ToMany:
    """A relationship to many resources; `of` says, as SQL, which are those of a row.

    Without it they have no address. With `wire_ids` the resource names them all. Lists that are
    not paged are plain: without what is computed of each.
    """

    type: str
    of: Callable[[int, Actor], Condition] | None = None
    wire_ids: Callable[[Any], Sequence[int]] | None = None
    has_self_link: bool = False
    is_paged: bool = True

    def paths(self, name: str) -> list[str]:
        """List the last parts of the addresses of what it leads to."""
        return [name] if self.of else []


Relation = ToOne | ToMany


@dataclass(frozen=True)
class Filter:
    """A filter of a collection: how its value is read, and which rows it leaves."""

    read: Callable[[str], Any]
    rows: Callable[[Any], Condition]


@dataclass(frozen=True)
class Commands:
    """What creates, changes and deletes a resource."""

    create: Callable[..., Any]
    update: Callable[..., Any]
    delete: Callable[..., Any]


@dataclass(frozen=True, kw_only=True, eq=False)
class Resource:
    """All that the wire knows of a kind of row.

    `needs_login` shuts it to nobody in particular, and shows members alone what is theirs; a
    search shows a `stranger`, too.
    `listed` and `shown` compute, in lists and alone, what no column holds. `brief` names the
    attributes that lists show when they are not all; they have no relationships then. `limit`
    counts who creates, and stops whoever does it too often.
    """

    path: str
    schema: type[Schema]
    model: type[Entity]
    order: tuple[Any, ...]
    relations: Mapping[str, Relation] = field(default_factory=dict)
    filters: Mapping[str, Filter] = field(default_factory=dict)
    search: tuple[InstrumentedAttribute[Any], ...] = ()
    stranger: Callable[[str], Condition] | None = None
    includes: tuple[str, ...] = ()
    default_include: tuple[str, ...] = ()
    options: tuple[ExecutableOption, ...] = ()
    brief: tuple[str, ...] | None = None
    needs_login: bool = False
    commands: Commands | None = None
    limit: Callable[[], None] | None = None
    is_replaceable: bool = False
    listed: Callable[[Sequence[Any], int], list[Attributes]] | None = None
    shown: Callable[[Any, Mapping[str, str], int], Attributes] | None = None

    @property
    def type(self) -> str:
        """Name the type on the wire."""
        return self.schema.type_

    @property
    def sortable(self) -> dict[str, InstrumentedAttribute[Any]]:
        """List what a collection can be sorted by: the id, and all that stands in a column."""
        names = ("id", *(self.brief or attributes(self.schema)))
        return {name: getattr(self.model, name) for name in names if hasattr(self.model, name)}
