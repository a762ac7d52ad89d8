"""Runs migrations in the application's database, and makes the partitions that come next."""

import re
import time

import click
from alembic import context
from flask import current_app
from sqlalchemy.exc import OperationalError

from clair.ingest.store import make_partitions_ahead
from clair.models import Base

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
    """Migrate in one transaction."""
    extension = current_app.extensions["migrate"]
    engine = extension.db.engine
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            # Batch operations rebuild tables, and must not fire the cascades of the old ones.
            connection.exec_driver_sql("PRAGMA foreign_keys=OFF")
            connection.commit()
        context.configure(
            connection=connection,
            target_metadata=Base.metadata,
            include_name=is_ours,
            **extension.configure_args,
        )
        with context.begin_transaction():
            context.run_migrations()
        connection.commit()
        has_samples = engine.dialect.has_table(connection, "sample")
    if has_samples:
        make_partitions_ahead(int(time.time()))
        extension.db.session.commit()


run()
