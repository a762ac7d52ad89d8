"""Reads the query string: which page, order, filters, fields and included resources are wanted."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from math import ceil
from typing import Any

from flask import request
from flask_babel import gettext as _

from clair.blueprints.api.links import last, url_with
from clair.blueprints.api.relations import Resource
from clair.errors import ClairError, InvalidParameter

FAMILY = re.compile(r"(?:filter|fields|page)(?:\[[\w.-]+\])?|include|sort", re.ASCII)
FIELDS = re.compile(r"fields\[([\w.-]+)\]", re.ASCII)
MAX_PAGE_SIZE = 100


class NoSuchPage(ClairError):
    """The collection has fewer pages."""

    status = 404


def check_names(*extra: str) -> None:
    """Refuse parameters that are of no family that the wire knows."""
    for name, value in request.args.items(multi=True):
        if name not in extra and not FAMILY.fullmatch(name):
            raise InvalidParameter(name, _("There is no such parameter here."))
        if "\0" in value:
            # PostgreSQL takes no text with a zero in it.
            raise InvalidParameter(name, _("Null characters are not allowed."))


def read_fields() -> dict[str, set[str]]:
    """Read the sparse fieldsets: by type, the attributes and relationships that are wanted."""
    found = ((FIELDS.fullmatch(name), name) for name in request.args)
    return {
        match[1]: {each.strip() for each in (last(name) or "").split(",")}
        for match, name in found
        if match
    }


def read_include(resource: Resource) -> Collection[str]:
    """Read which related resources are wanted in the same document."""
    wanted = [path.strip() for path in (last("include") or "").split(",") if path.strip()]
    for path in wanted:
        if path not in resource.includes:
            raise InvalidParameter("include", _("“%(path)s” cannot be included.", path=path))
    return wanted or resource.default_include


def read_order(resource: Resource) -> list[Any]:
    """Read the order that is wanted, or take the resource's own; ties are always broken by id."""
    wanted = [name.strip() for name in (last("sort") or "").split(",") if name.strip()]
    order: list[Any] = []
    for name in wanted:
        column = resource.sortable.get(name.removeprefix("-"))
        if column is None:
            raise InvalidParameter("sort", _("It cannot be sorted by “%(name)s”.", name=name))
        # What is open ends last of all, on both databases.
        is_falling = name.startswith("-")
        order.append(column.desc().nulls_first() if is_falling else column.asc().nulls_last())
    return [*(order or resource.order), resource.model.id]


@dataclass(frozen=True)
class Page:
    """A part of a collection: `size` None is all of it."""

    number: int
    size: int | None

    def links(self, count: int) -> dict[str, object]:
        """Make the links between the pages of a collection of so many rows."""
        pages = self.pages(count)
        return {
            "first": page_url(1),
            "last": page_url(pages),
            "next": page_url(self.number + 1) if self.number < pages else None,
            "prev": page_url(self.number - 1) if self.number > 1 else None,
        }

    def pages(self, count: int) -> int:
        """Count the pages of a collection of so many rows; an empty one has one empty page."""
        return 1 if self.size is None else max(1, ceil(count / self.size))

    def check(self, count: int) -> None:
        """Refuse a page beyond the last."""
        if self.number > self.pages(count):
            raise NoSuchPage(_("There is no such page."))


def read_page() -> Page:
    """Read which page is wanted: a wrong size is ignored, a wrong number leads nowhere."""
    number, size = last("page[number]"), last("page[size]")
    if number is not None and not is_positive(number):
        raise NoSuchPage(_("There is no such page."))
    wanted = min(int(size), MAX_PAGE_SIZE) if size is not None and is_positive(size) else None
    return Page(int(number or 1), wanted)


def is_positive(text: str) -> bool:
    """Say whether a text is a whole number from 1 on that a database can count with."""
    return text.isascii() and text.isdigit() and len(text) <= 9 and int(text) > 0


def page_url(number: int) -> str:
    """Name another page of what is asked for here."""
    return url_with({"page[number]": str(number)})
