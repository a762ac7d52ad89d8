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


Row = tuple[UUID, int, int, int | None, int | None]
"""node, timestamp_s, co2_ppm, temperature in tenths, humidity: as the table holds a sample."""

POSTGRESQL_BATCH = """
    unnest(
        CAST(:nodes AS uuid[]), CAST(:timestamps AS bigint[]), CAST(:co2 AS smallint[]),
        CAST(:temperatures AS smallint[]), CAST(:humidities AS smallint[])
    ) AS new(node, timestamp_s, co2_ppm, temperature, humidity)
"""
SQLITE_BATCH = """(
    SELECT json_extract(value, '$[0]') AS node, json_extract(value, '$[1]') AS timestamp_s,
        json_extract(value, '$[2]') AS co2_ppm, json_extract(value, '$[3]') AS temperature,
        json_extract(value, '$[4]') AS humidity
    FROM json_each(:rows)
) AS new"""
# In one order everywhere: two batches that share samples would deadlock else.
INSERT = """
    INSERT INTO sample (
        node_id, timestamp_s, co2_ppm, temperature_decidegrees, rel_humidity_percent
    )
    SELECT node.id, new.timestamp_s, new.co2_ppm, new.temperature, new.humidity
    FROM {batch} JOIN node ON node.uuid = new.node
    WHERE true
    ORDER BY node.id, new.timestamp_s
    ON CONFLICT DO NOTHING
    RETURNING node_id, timestamp_s
"""
FIND = """
    SELECT node.id, sample.co2_ppm, sample.temperature_decidegrees, sample.rel_humidity_percent,
        new.node, new.timestamp_s
    FROM {batch} JOIN node ON node.uuid = new.node
    LEFT JOIN sample ON sample.node_id = node.id AND sample.timestamp_s = new.timestamp_s
"""
STATEMENTS = {
    (dialect, name): text(sql.format(batch=batch))
    for dialect, batch in (("postgresql", POSTGRESQL_BATCH), ("sqlite", SQLITE_BATCH))
    for name, sql in (("insert", INSERT), ("find", FIND))
}


def store_samples(samples: Sequence[NewSample]) -> list[Verdict]:
    """Store samples in one statement, and say of each what became of it. The caller commits."""
    if not samples:
        return []
    rows = [as_row(sample) for sample in samples]
    make_partitions({row[1] for row in rows})
    stored = execute("insert", rows)
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
    return sample.node, sample.timestamp_s, sample.co2_ppm, tenths, sample.rel_humidity_percent


def execute(name: str, rows: Sequence[Row]) -> list[tuple[Any, ...]]:
    """Run a statement over a batch in the way of the database at hand."""
    dialect = db.engine.dialect.name
    if dialect == "sqlite":
        batch = json.dumps([(row[0].hex, *row[1:]) for row in rows])
        parameters: dict[str, object] = {"rows": batch}
    else:
        names = ("nodes", "timestamps", "co2", "temperatures", "humidities")
        columns = [list(column) for column in zip(*rows, strict=True)]
        columns[0] = [str(node) for node in columns[0]]
        parameters = dict(zip(names, columns, strict=True))
    statement = STATEMENTS[dialect, name]
    return [tuple(row) for row in db.session.connection().execute(statement, parameters)]


def explain(rows: Sequence[Row], stored: set[tuple[int, int]]) -> list[Verdict]:
    """Find out why some samples of a batch were not stored."""
    found = {
        (UUID(str(node)), timestamp_s): (node_id, values)
        for node_id, *values, node, timestamp_s in execute("find", rows)
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
