"""Adds `flask db wait` to the migration commands."""

import time

import click
from flask.cli import with_appcontext
from flask_migrate.cli import db as group
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from clair.extensions import db

PAUSE_S = 0.5


@group.command()  # type: ignore[untyped-decorator]
@click.option("--timeout", "timeout_s", default=60, show_default=True, help="Seconds to wait.")
@with_appcontext
def wait(timeout_s: int) -> None:
    """Wait until the database answers a real query.

    Example: flask db wait --timeout 30
    """
    deadline_s = time.monotonic() + timeout_s
    while not database_answers():
        if time.monotonic() >= deadline_s:
            raise click.ClickException(f"The database did not answer within {timeout_s} s.")
        time.sleep(PAUSE_S)


def database_answers() -> bool:
    """Ask the database something."""
    try:
        with db.engine.connect() as connection:
            connection.execute(text("SELECT 1"))
    except OperationalError:
        return False
    return True
