"""Stores samples: one statement for a batch, harmless when repeated, nothing ever overwritten."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum
from typing import Any
from uuid import UUID
from weakref import WeakKeyDictionary

from sqlalchemy import Engine, text

from clair.extensions import db
from clair.ingest.statements import COLUMNS, POSTGRESQL, SQLITE

DAY_S = 86_400
NOT_BEFORE_S = 1_577_836_800
"""2020-01-01: nothing was measured for Clair before, so an earlier clock is wrong."""
MONTHS_AHEAD = 2
KNOWN_MONTHS: WeakKeyDictionary[Engine, set[tuple[int, int]]] = WeakKeyDictionary()
"""The months that have a partition, as far as this process knows."""


class Verdict(Enum):
    """What became of a sample that was handed in."""

    STORED = "stored"
    DUPLICATE = "duplicate"
    CONFLICT = "conflict"
    UNKNOWN_NODE = "unknown_node"


@dataclass(frozen=True, slots=True)
class NewSample:
    """A sample to be stored, within the limits of the table."""

    node: UUID
    timestamp_s: int
    co2_ppm: int
    temperature_celsius: float | None = None
    rel_humidity_percent: int | None = None
    measurement_status: str = "M"


Row = tuple[UUID, int, int, int | None, int | None, str]
"""node, timestamp_s, co2_ppm, temperature in tenths, humidity, status: as the table holds them."""


def store_samples(samples: Sequence[NewSample]) -> list[Verdict]:
    """Store samples and count them, and say of each what became of it. The caller commits."""
    if not samples:
        return []
    rows = [as_row(sample) for sample in samples]
    make_partitions({row[1] for row in rows})
    stored = insert(rows)
    if len(stored) == len(rows):
        return [Verdict.STORED] * len(rows)
    return explain(rows, {(node_id, timestamp_s) for node_id, timestamp_s in stored})


def commit_each_statement() -> None:
    """Let each further statement of this request commit itself, on PostgreSQL.

    Every statement of ingest is complete in itself and harmless when repeated, so a transaction
    around it buys nothing, and its two round trips cost a fifth of all uplinks a second.
    """
    if db.engine.dialect.name != "postgresql":
        return
    if db.session().in_transaction():
        db.session.commit()  # who delivers was looked up before
    # Not by SQLAlchemy's isolation level, which asks the server twice; `extensions` takes it back.
    connection = db.session.connection().connection.dbapi_connection
    if connection is not None:
        connection.autocommit = True


def as_row(sample: NewSample) -> Row:
    """Put a sample into the form of the table."""
    celsius = sample.temperature_celsius
    tenths = None if celsius is None else round(celsius * 10)
    return (
        sample.node,
        sample.timestamp_s,
        sample.co2_ppm,
        tenths,
        sample.rel_humidity_percent,
        sample.measurement_status,
    )


def insert(rows: Sequence[Row]) -> list[tuple[Any, ...]]:
    """Insert and count what is new, and return its node ids and instants."""
    if db.engine.dialect.name == "sqlite":
        stored = execute("insert", rows)
        if stored:
            db.session.connection().execute(SQLITE["count"], {"rows": json.dumps(stored)})
        return stored
    if len(rows) > 1:
        return execute("insert", rows)
    values = dict(zip(COLUMNS, rows[0], strict=True)) | {"node": str(rows[0][0])}
    return [tuple(row) for row in db.session.connection().execute(POSTGRESQL["insert one"], values)]


def execute(name: str, rows: Sequence[Row], **bounds: int) -> list[tuple[Any, ...]]:
    """Run a statement over a batch in the way of the database at hand."""
    if db.engine.dialect.name == "postgresql":
        statement, parameters = POSTGRESQL[name], in_columns(rows)
    else:
        statement = SQLITE[name]
        parameters = {"rows": json.dumps([(row[0].hex, *row[1:]) for row in rows])}
    found = db.session.connection().execute(statement, {**parameters, **bounds})
    return [tuple(row) for row in found]


def in_columns(rows: Sequence[Row]) -> dict[str, str]:
    """Turn rows into the arrays that PostgreSQL takes."""
    columns: dict[str, str] = {}
    for name, values in zip(COLUMNS, zip(*rows, strict=True), strict=True):
        # As literals: an ARRAY[...] of thousands of values takes longer to parse than to store.
        literals = ("NULL" if value is None else str(value) for value in values)
        columns[name] = f"{{{','.join(literals)}}}"
    return columns


def explain(rows: Sequence[Row], stored: set[tuple[int, int]]) -> list[Verdict]:
    """Find out why some samples of a batch were not stored."""
    times = [row[1] for row in rows]
    # In constants: PostgreSQL leaves out the months that cannot have the samples.
    bounds = {"first_s": min(times), "last_s": max(times)}
    found = {
        (UUID(str(node)), timestamp_s): (node_id, values)
        for node_id, *values, node, timestamp_s in execute("find", rows, **bounds)
    }
    verdicts = []
    for row in rows:
        node_id, values = found.get((row[0], row[1]), (None, []))
        if node_id is None:
            verdicts.append(Verdict.UNKNOWN_NODE)
        elif list(row[2:]) != list(values):
            verdicts.append(Verdict.CONFLICT)
        elif (node_id, row[1]) in stored:
            # The same once more in this batch is a duplicate of this one.
            stored.discard((node_id, row[1]))
            verdicts.append(Verdict.STORED)
        else:
            verdicts.append(Verdict.DUPLICATE)
    return verdicts


def make_partitions(timestamps_s: Iterable[int]) -> None:
    """Make the monthly partitions that samples of these instants need; PostgreSQL only.

    A month counts as known only when another session has made it: one that is made here may yet go
    with a rollback.
    """
    if db.engine.dialect.name != "postgresql":
        return
    days = {timestamp_s // DAY_S for timestamp_s in timestamps_s}
    dates = [datetime.fromtimestamp(day * DAY_S, UTC) for day in days]
    known = KNOWN_MONTHS.setdefault(db.engine, set())
    missing = {(date.year, date.month) for date in dates} - known
    if not missing:
        return
    made_here = db.session().info.setdefault("made_months", set())
    connection = db.session.connection()
    for year, month in sorted(missing):
        name = f"sample_{year}_{month:02}"
        if not connection.execute(text("SELECT to_regclass(:name)"), {"name": name}).scalar():
            connection.execute(text(partition_sql(name, year, month)))
            made_here.add((year, month))
        elif (year, month) not in made_here:
            known.add((year, month))


def partition_sql(name: str, year: int, month: int) -> str:
    """Write the one statement that makes the partition of a month, in UTC, unless it is there.

    Attaching a finished table waits for no transaction that is writing samples, as creating it in
    place would; the lock keeps two processes from making the same one.
    """
    from_s = int(datetime(year, month, 1, tzinfo=UTC).timestamp())
    next_year, next_month = (year, month + 1) if month < 12 else (year + 1, 1)
    to_s = int(datetime(next_year, next_month, 1, tzinfo=UTC).timestamp())
    return f"""
        DO $$ BEGIN
            LOCK TABLE sample IN SHARE UPDATE EXCLUSIVE MODE;
            IF to_regclass('{name}') IS NULL THEN
                CREATE TABLE {name} (LIKE sample INCLUDING ALL);
                ALTER TABLE sample ATTACH PARTITION {name} FOR VALUES FROM ({from_s}) TO ({to_s});
            END IF;
        END $$
    """


def make_partitions_ahead(now_s: int) -> None:
    """Make the partitions of this month and the next two, so that no sample has to wait for one.

    The caller commits.
    """
    today = datetime.fromtimestamp(now_s, UTC)
    months = (today.year * 12 + today.month - 1 + ahead for ahead in range(MONTHS_AHEAD + 1))
    firsts = (datetime(month // 12, month % 12 + 1, 1, tzinfo=UTC) for month in months)
    make_partitions(int(first.timestamp()) for first in firsts)
