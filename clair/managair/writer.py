"""Judges records one by one: new, here already, or not to be kept; and creates what is new."""

from collections import defaultdict
from collections.abc import Collection, Iterator
from typing import Any, NamedTuple, cast

from sqlalchemy import Table

from clair.extensions import db
from clair.managair.collected import USER, Collected, is_verified
from clair.managair.dump import Record
from clair.managair.guards import GUARDS, Created, is_same
from clair.managair.kinds import KINDS, Kind, Values
from clair.managair.shelf import Shelf
from clair.managair.summary import Outcome, Summary
from clair.managair.values import Unfit, as_column
from clair.models import Entity

NAMES = ("name", "username", "alias", "identifier", "quantity", "street1", "email")
"""Fields and columns that tell people what a thing is."""


class New(NamedTuple):
    """A record that is not here yet, with the values of its row."""

    record: Record
    values: Values
    notes: list[str]


class Writer:
    """Knows which record has become which row."""

    def __init__(self, collected: Collected, summary: Summary) -> None:
        self.collected = collected
        self.summary = summary
        self.rows: dict[str, dict[Any, Entity]] = defaultdict(dict)
        self.created: Created = set()
        self.shelves = {kind.source: Shelf(kind) for kind in KINDS}

    def settle(self, kind: Kind) -> None:
        """Create the rows of a kind that are not here yet."""
        for new in self.judge_all(kind):
            self.create(kind, new)
        db.session.flush()

    def judge_all(self, kind: Kind) -> Iterator[New]:
        """Yield what is new of a kind; what became of the rest goes into the summary."""
        for record in self.in_order(kind):
            try:
                new = self.judge(kind, record)
            except Unfit as unfit:
                self.skip(record, unfit)
            else:
                if new is not None:
                    yield new

    def in_order(self, kind: Kind) -> list[Record]:
        """Put records into the order of their keys, users with confirmed addresses first.

        So that nobody takes the address of the person who has confirmed it.
        """
        trusted = {
            key
            for key, addresses in self.collected.addresses.items()
            if kind.source == USER and is_verified(addresses[0])
        }
        records = self.collected.records[kind.source].values()
        return sorted(records, key=lambda each: (each.key not in trusted, str(each.key).zfill(10)))

    def judge(self, kind: Kind, record: Record) -> New | None:
        """Tell a new record from one that is here already, and refuse what cannot be kept."""
        number = number_of(record) if kind.is_numbered else None
        shelf = self.shelves[kind.source]
        known = self.read(kind, record, [], {*kind.key, *kind.same})
        row = shelf.find(number, known)
        if row is not None:
            self.keep(kind, record, row, known)
            return None
        notes: list[str] = []
        values = self.read(kind, record, notes)
        if number is not None:
            values["id"] = number
        if clash := shelf.find_clash(values):
            reason, other = clash
            raise Unfit(reason, f"{name_record(record)} – here {name_row(other)}")
        if guard := GUARDS.get(kind.model):
            guard(self.created, shelf, values)
        return New(record, values, notes)

    def keep(self, kind: Kind, record: Record, row: Entity, known: Values) -> None:
        """Leave a row as it is, if it is what the record means."""
        if not is_same(self.collected, kind, record, row, known):
            raise Unfit(kind.otherwise, f"{name_record(record)} – here {name_row(row)}")
        self.rows[kind.source][record.key] = row
        self.summary.count(record.model, Outcome.UNCHANGED)
        if kind.is_numbered and row.id != record.key:
            remark = "is here under another number, which it keeps"
            self.summary.remark(record.model, remark, f"{record.key} is {row.id}")
        if changed := self.differences(kind, record, row):
            remark = "differs from what is here, which stays as it is"
            self.summary.remark(record.model, remark, f"{name_record(record)}: {changed}")

    def differences(self, kind: Kind, record: Record, row: Entity) -> str:
        """Name the columns in which a row is not, or no longer, what the record says."""
        try:
            values = self.read(kind, record, [])
        except Unfit:
            # What it refers to is not kept, and that is told where it belongs.
            return ""
        names = [name for name in values if name not in kind.volatile]
        return ", ".join(name for name in names if getattr(row, name) != values[name])

    def create(self, kind: Kind, new: New) -> Entity:
        """Add the row of a new record."""
        row = kind.model(**new.values)
        for column, (field, source) in kind.many.items():
            setattr(row, column, self.find_many(new.record, field, source))
        db.session.add(row)
        self.shelves[kind.source].add(row)
        self.rows[kind.source][new.record.key] = row
        if kind.is_numbered:
            self.created.add((kind.model, row.id))
        self.summary.count(new.record.model, Outcome.CREATED)
        for note in new.notes:
            self.summary.remark(new.record.model, note, name_record(new.record))
        return row

    def find_many(self, record: Record, field: str, source: str) -> list[Entity]:
        """Find the rows that a list refers to."""
        given = record.fields.get(field) or []
        references = given if isinstance(given, list) else [given]
        targets = [self.collected.find(source, each) for each in references]
        found = [target and self.rows[source].get(target.key) for target in targets]
        if None in found:
            remark = f"some of its {field} are not here, and are left out"
            self.summary.remark(record.model, remark, name_record(record))
        return [row for row in found if row is not None]

    def read(
        self, kind: Kind, record: Record, notes: list[str], only: Collection[str] = ()
    ) -> Values:
        """Read the values of a row, or only those of some columns."""
        fields = {name: name for name in kind.columns} | dict(kind.renamed)
        raw = {name: (field, record.fields.get(field)) for name, field in fields.items()}
        derived = kind.derive(record, self.collected, notes)
        raw |= {name: (name, value) for name, value in derived.items()}
        columns = cast(Table, kind.model.__table__).c
        values: Values = {}
        for name, (field, value) in raw.items():
            # What an older dump lacks has its default.
            if (not only or name in only) and (value is not None or columns[name].default is None):
                values[name] = as_column(columns[name], field, value)
        for name, (field, source) in kind.links.items():
            if not only or name in only:
                values[name] = self.find_row(record, field, source).id
        return values

    def find_row(self, record: Record, field: str, source: str) -> Entity:
        """Find the row that a record refers to."""
        reference = record.fields.get(field)
        if reference is None:
            raise Unfit(f"its {field} is missing")
        target = self.collected.find(source, reference)
        if target is None:
            raise Unfit(f"its {field} is not in the files; give all files of a dump at once")
        row = self.rows[source].get(target.key)
        if row is None:
            raise Unfit(f"its {field} is not kept")
        return row

    def skip(self, record: Record, unfit: Unfit) -> None:
        """Count a record that cannot be kept."""
        self.summary.skip(record.model, unfit.reason, unfit.detail or name_record(record))


def number_of(record: Record) -> int:
    """Read the number that a record brings along."""
    if not is_number(record.key):
        raise Unfit("its key is no number that a row can have")
    return int(record.key)


def numbers_of(collected: Collected, kind: Kind) -> list[int]:
    """List the numbers that the records of a kind bring along."""
    return [key for key in collected.records[kind.source] if kind.is_numbered and is_number(key)]


def is_number(key: object) -> bool:
    """Say whether a key can be the number of a row."""
    return isinstance(key, int) and 0 < key < 2**31


def name_record(record: Record) -> str:
    """Say which record is meant; the key of a token is a secret, which is not shown."""
    if record.model == "authtoken.token":
        return f"of user {record.fields.get('user')}"
    names = (str(record.fields[name]) for name in NAMES if record.fields.get(name))
    return " ".join([str(record.key), *(f"“{name}”" for name in list(names)[:1])])


def name_row(row: Entity) -> str:
    """Say which row is meant."""
    names = (getattr(row, name, None) for name in NAMES)
    return " ".join([str(row.id), *(f"“{name}”" for name in list(filter(None, names))[:1])])
