"""The stage of all tests: two real databases, and a cast of people around one organization.

Alice owns, Bob inspects, Charlie is a stranger, Ada administers, and nobody is nobody.
"""

import re
import tempfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from contextvars import Context
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import flask_migrate
import pytest
from argon2 import PasswordHasher
from flask import Flask, has_app_context
from flask.testing import FlaskClient
from hypothesis import settings
from redis.exceptions import RedisError
from sqlalchemy import event, text
from werkzeug.test import TestResponse

from clair import inventory
from clair.access import NOBODY, SYSTEM, Actor
from clair.app import create_app
from clair.auth import SessionUser
from clair.config import Config
from clair.extensions import db, limiter
from clair.ingest.sources import add_source
from clair.models import (
    Address,
    Base,
    Installation,
    Node,
    Organization,
    Role,
    Room,
    Site,
    User,
)

from services import Postgres, postgres

pytest_plugins = ["pipeline"]
settings.register_profile("clair", deadline=None)
settings.load_profile("clair")

NOW_S = 1_790_000_000
"""A Monday noon in September 2026; tests that need another instant say so."""
PASSWORD = "correct horse battery"
PASSWORD_HASH = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
DATABASES = ("sqlite", "postgresql")
TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')


class Browser(FlaskClient):
    """A browser whose requests share nothing with the test, neither `g` nor the database session."""

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        """Send a request, as if from outside; what the test has prepared is committed before."""
        if has_app_context():
            db.session.commit()
        return Context().run(super().open, *args, **kwargs)

    def submit(self, url: str, **fields: str) -> TestResponse:
        """Send a form with the token that the pages of this browser carry."""
        found = TOKEN.search(self.get("/accounts/login/").text)
        assert found, "the log-in form carries a token"
        return self.post(url, data={"csrf_token": found[1], **fields})


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Postgres]:
    """A private PostgreSQL for the whole run."""
    with postgres() as server:
        yield server


@pytest.fixture(scope="session")
def folder() -> Iterator[Path]:
    """A folder for the whole run."""
    with tempfile.TemporaryDirectory(prefix="clair-tests-") as name:
        yield Path(name)


def make_app(database_url: str, folder: Path, **settings: object) -> Flask:
    """Make an application as tests want it."""
    values = {
        "SECRET_KEY": "a secret key for tests alone",
        "DATABASE_URL": database_url,
        "REDIS_URL": f"unix://{folder}/nobody-listens.sock",
        "CLAIR_DATA": folder,
        "SESSION_COOKIE_SECURE": False,
        "LOG_LEVEL": "WARNING",
    }
    return create_app(Config(**(values | settings)))


@pytest.fixture(scope="session")
def apps() -> dict[str, Flask]:
    """The applications of this run by database, made when they are first asked for."""
    return {}


@pytest.fixture(params=DATABASES)
def database(request: pytest.FixtureRequest) -> str:
    """The database at hand: a test that uses the application runs on each."""
    return str(request.param)


@pytest.fixture
def app(
    database: str, apps: dict[str, Flask], folder: Path, request: pytest.FixtureRequest
) -> Iterator[Flask]:
    """The application on a migrated database, in a context; the database is left empty."""
    if database not in apps:
        url = f"sqlite:///{folder}/clair.sqlite"
        if database == "postgresql":
            url = request.getfixturevalue("postgres_server").url().replace("://", "+psycopg2://")
        apps[database] = make_app(url, folder)
        with apps[database].app_context():
            flask_migrate.upgrade()
    with apps[database].app_context():
        yield apps[database]
        db.session.rollback()
        empty()
    apps[database].extensions["clair_sources"].clear()
    with suppress(RedisError):
        limiter.limiter.storage.reset()


def empty() -> None:
    """Remove all rows."""
    names = [table.name for table in reversed(Base.metadata.sorted_tables)]
    if db.engine.dialect.name == "postgresql":
        quoted = ", ".join(f'"{name}"' for name in names)
        db.session.execute(text(f"TRUNCATE {quoted} RESTART IDENTITY"))
    else:
        for name in names:
            db.session.execute(text(f'DELETE FROM "{name}"'))
    db.session.commit()


@dataclass
class World:
    """A café and its people; a clinic next door belongs to Charlie."""

    alice: User
    bob: User
    charlie: User
    ada: User
    cafe: Organization
    site: Site
    room: Room
    node: Node
    installation: Installation


def add_user(name: str, *, is_admin: bool = False) -> User:
    """Add a user without the cost of a strong hash."""
    user = User(
        username=name,
        email=f"{name}@example.org",
        password_hash=PASSWORD_HASH,
        is_admin=is_admin,
        created_s=NOW_S,
    )
    db.session.add(user)
    return user


@pytest.fixture
def world(app: Flask) -> World:
    """The café with one installed sensor, since a year before NOW_S."""
    alice, bob, charlie = (add_user(name) for name in ("alice", "bob", "charlie"))
    ada = add_user("ada", is_admin=True)
    db.session.flush()
    cafe = inventory.create_organization(SYSTEM, "Café Morgenrot", alice)
    inventory.add_member(SYSTEM, cafe, bob, Role.INSPECTOR)
    inventory.create_organization(SYSTEM, "Praxis nebenan", charlie)
    address = Address(street1="Kastanienallee 85", zip="10435", city="Berlin")
    site = inventory.add_site(SYSTEM, cafe, "Kastanienallee", address, "Europe/Berlin")
    room = inventory.add_room(SYSTEM, site, "Gastraum")
    node, _ = inventory.register_node(SYSTEM, cafe, "02AA00000000C001", "clairchen", "Theke")
    installation = inventory.install_node(SYSTEM, node, room, NOW_S - 365 * 86_400)
    db.session.commit()
    return World(alice, bob, charlie, ada, cafe, site, room, node, installation)


@pytest.fixture
def actor_of() -> Callable[[User | None], Actor]:
    """Turn a person into an actor."""
    return lambda user: NOBODY if user is None else Actor(user_id=user.id)


@pytest.fixture
def client_of(app: Flask) -> Callable[[User | None], Browser]:
    """Give a person a browser that is logged in."""

    def make(user: User | None) -> Browser:
        client = Browser(app, app.response_class)
        client.environ_base["HTTP_ACCEPT_LANGUAGE"] = "en"
        if user is not None:
            with client.session_transaction() as session:
                session["_user_id"] = SessionUser(user).get_id()
                session["_fresh"] = True
        return client

    return make


@pytest.fixture
def token(app: Flask) -> str:
    """The token of a source of The Things Stack that knows no family."""
    token = add_source(SYSTEM, "ttn", "ttn")
    db.session.commit()
    return token


@pytest.fixture
def statements(app: Flask) -> Iterator[list[str]]:
    """Every statement that the database was asked, to be counted."""
    asked: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if not statement.startswith(("BEGIN", "PRAGMA")):
            asked.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    yield asked
    event.remove(db.engine, "before_cursor_execute", note)
