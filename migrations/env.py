"""Runs migrations in the application's database, and makes the partitions that come next."""

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager

import click
from alembic import context
from flask import current_app
from sqlalchemy import Connection
from sqlalchemy.exc import OperationalError

from clair.ingest.store import make_partitions_ahead
from clair.models import Base

MIGRATION_LOCK = 7_204_902
PARTITION = re.compile(r"sample_\d{4}_\d{2}")


def is_ours(name: str | None, kind: str, parents: object) -> bool:
    """Leave the partitions out of comparisons: they come and go with the months."""
    return not (kind == "table" and name and PARTITION.fullmatch(name))


def run() -> None:
    """Migrate, or say in one sentence that the database is away."""
    try:
        upgrade()
    except OperationalError as error:
        sentence = "The database does not answer as it should; check DATABASE_URL."
        raise click.ClickException(sentence) from error


def upgrade() -> None:
    """Migrate in one transaction, alone."""
    extension = current_app.extensions["migrate"]
    with extension.db.engine.connect() as connection, alone(connection):
        context.configure(
            connection=connection,
            target_metadata=Base.metadata,
            include_name=is_ours,
            **extension.configure_args,
        )
        with context.begin_transaction():
            context.run_migrations()
        connection.commit()
        has_samples = connection.dialect.has_table(connection, "sample")
    if has_samples:
        make_partitions_ahead(int(time.time()))
        extension.db.session.commit()


@contextmanager
def alone(connection: Connection) -> Iterator[None]:
    """Keep a second migration out, and on SQLite the cascades of tables that are rebuilt.

    SQLite ignores its pragma inside a transaction, so it has to come before the first statement:
    otherwise dropping the old table of a rebuilt one would delete all rows that refer to it. An index
    on an expression does not survive a rebuild; the migration has to create it again.
    """
    raw = connection.connection.dbapi_connection
    if connection.dialect.name == "sqlite":
        raw.execute("PRAGMA foreign_keys=OFF")
    else:
        connection.exec_driver_sql(f"SELECT pg_advisory_lock({MIGRATION_LOCK})")
        connection.commit()
    try:
        yield
    finally:
        connection.rollback()
        if connection.dialect.name == "sqlite":
            raw.execute("PRAGMA foreign_keys=ON")
        else:
            connection.exec_driver_sql(f"SELECT pg_advisory_unlock({MIGRATION_LOCK})")
            connection.commit()


run()
