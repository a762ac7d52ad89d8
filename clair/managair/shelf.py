"""The rows of one table that are here, found by number and by what no two of them may share."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from clair.extensions import db
from clair.managair.kinds import TAKEN, Kind, Values
from clair.models import Entity

FOLDED = {"email", "eui64"}
"""Columns that are compared in any case."""


class Shelf:
    """All rows of a kind; inventories are small, unlike samples."""

    def __init__(self, kind: Kind) -> None:
        self.kind = kind
        self.by_number: dict[int, Entity] = {}
        self.by_columns: dict[tuple[str, ...], dict[tuple[object, ...], Entity]] = {
            columns: {} for columns in (kind.key, *kind.unique) if columns
        }
        for row in db.session.scalars(select(kind.model)):
            self.add(row)

    def add(self, row: Entity) -> None:
        """Put a row where it is found."""
        if row.id is not None:
            self.by_number[row.id] = row
        for columns, rows in self.by_columns.items():
            rows[fold(columns, {name: getattr(row, name) for name in columns})] = row

    def find(self, number: object, values: Values) -> Entity | None:
        """Find the row that a record would be, by its key or else by its number."""
        key = self.kind.key
        if key:
            return self.by_columns[key].get(fold(key, values))
        return self.by_number.get(number) if isinstance(number, int) else None

    def find_clash(self, values: Values) -> tuple[str, Entity] | None:
        """Find a row that has what a new one needs for itself, and say what that is."""
        if other := self.by_number.get(values.get("id", 0)):
            return TAKEN, other
        for columns, words in self.kind.unique.items():
            if other := self.by_columns[columns].get(fold(columns, values)):
                return f"its {words} is taken here", other
        return None


def fold(columns: tuple[str, ...], values: Mapping[str, Any]) -> tuple[object, ...]:
    """Bring values of columns into a form that can be compared."""
    return tuple(values[name].lower() if name in FOLDED else values[name] for name in columns)
