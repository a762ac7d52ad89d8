"""The extensions, made here and bound to the application in `app.py`, and how SQLite is opened."""

import sqlite3
import time
from typing import Any

from flask import has_request_context, request
from flask_babel import Babel
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_login import LoginManager
from flask_migrate import Migrate
from flask_sqlalchemy import SQLAlchemy
from flask_wtf import CSRFProtect
from redis.backoff import NoBackoff
from redis.retry import Retry
from sqlalchemy import Connection, Engine, event
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.pool import ConnectionPoolEntry, Pool

from clair.models import Base

db = SQLAlchemy(model_class=Base)
migrate = Migrate(compare_type=True, render_as_batch=True)
login = LoginManager()
csrf = CSRFProtect()
babel = Babel()
# For requests, which can do without Redis but not wait for it.
IMPATIENT: dict[str, Any] = {
    "socket_connect_timeout": 0.5,
    "socket_timeout": 0.5,
    "retry": Retry(NoBackoff(), 0),
}
# While Redis is away each process counts for itself.
limiter = Limiter(
    get_remote_address,
    strategy="moving-window",
    in_memory_fallback_enabled=True,
    swallow_errors=True,
)

IDLE_S = 1
SQLITE_PRAGMAS = (
    "PRAGMA journal_mode=WAL",
    # A commit that was answered must survive a power cut.
    "PRAGMA synchronous=FULL",
    "PRAGMA foreign_keys=ON",
    "PRAGMA busy_timeout=10000",
)


@event.listens_for(Engine, "connect")
def open_sqlite(connection: Any, _record: object) -> None:
    """Make SQLite durable and strict; transactions are begun by `begin_sqlite` alone."""
    if isinstance(connection, sqlite3.Connection):
        connection.isolation_level = None
        for pragma in SQLITE_PRAGMAS:
            connection.execute(pragma)
        # SQLite's own `lower` knows nothing but ASCII.
        connection.create_function("casefold", 1, casefold, deterministic=True)


def casefold(text: str | None) -> str | None:
    """Write a text without capitals, to find it in whatever capitals."""
    return None if text is None else text.casefold()


@event.listens_for(Engine, "begin")
def begin_sqlite(connection: Connection) -> None:
    """Take SQLite's write lock at the beginning: read-modify-write would lose updates silently.

    A GET only reads, as does a connection with the option `is_reading`, and readers must not wait.
    """
    if connection.dialect.name == "sqlite":
        reads = connection.get_execution_options().get("is_reading") or (
            has_request_context() and request.method in ("GET", "HEAD")
        )
        connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")


@event.listens_for(Pool, "checkin")
def note_idle(connection: Any, record: ConnectionPoolEntry) -> None:
    """Note since when a connection lies in the pool, and let it begin transactions again."""
    record.info["idle_since_s"] = time.monotonic()
    # A broken one has been taken out already.
    if connection is None or isinstance(connection, sqlite3.Connection):
        return
    if connection.autocommit:
        connection.autocommit = False


@event.listens_for(Pool, "checkout")
def check_idle(connection: Any, record: ConnectionPoolEntry, _proxy: object) -> None:
    """Try a connection that lay idle: a restarted database must not cost an error for each.

    Under load connections are never idle, and a ping for each request would cost more than all of
    its own work in the database.
    """
    idle_since_s = record.info.get("idle_since_s")
    if isinstance(connection, sqlite3.Connection):
        return
    if idle_since_s is None or time.monotonic() - idle_since_s < IDLE_S:
        return
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        connection.rollback()
    except (connection.OperationalError, connection.InterfaceError) as error:
        raise DisconnectionError from error
