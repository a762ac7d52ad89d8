"""Migrations build on both databases what the models say, and take it away again."""

import re
import time
import warnings
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import flask_migrate
import pytest
from alembic.script import ScriptDirectory
from flask import Flask
from sqlalchemy import inspect, text
from sqlalchemy.exc import IntegrityError

from clair.extensions import db
from clair.i18n import ROOT
from clair.ingest.store import NewSample, Verdict, store_samples
from clair.models import Base

from conftest import NOW_S, World, make_app

CONSTRAINTS = {
    "sqlite": "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL",
    "postgresql": "SELECT conname FROM pg_constraint WHERE connamespace = 'public'::regnamespace"
    " AND contype <> 'n'",
}


@pytest.fixture
def empty_database_url(
    database: str, tmp_path: Path, request: pytest.FixtureRequest
) -> Iterator[str]:
    """A database without tables."""
    if database == "sqlite":
        yield f"sqlite:///{tmp_path}/empty.sqlite"
        return
    server = request.getfixturevalue("postgres_server")
    administrator = make_app(as_psycopg2(server.url()), tmp_path)
    with administrator.app_context():
        run_outside_transaction("CREATE DATABASE migrations")
        yield as_psycopg2(server.url("migrations"))
        run_outside_transaction("DROP DATABASE migrations WITH (FORCE)")
        db.engine.dispose()


def as_psycopg2(url: str) -> str:
    return url.replace("://", "+psycopg2://")


def run_outside_transaction(statement: str) -> None:
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text(statement))


def tables() -> set[str]:
    db.session.rollback()
    return set(inspect(db.engine).get_table_names()) - {"alembic_version"}


def partitions() -> set[str]:
    return {name for name in tables() if re.fullmatch(r"sample_\d{4}_\d{2}", name)}


def months_ahead(count: int) -> set[str]:
    today = datetime.fromtimestamp(time.time(), UTC)
    months = (today.year * 12 + today.month - 1 + n for n in range(count))
    return {f"sample_{month // 12}_{month % 12 + 1:02}" for month in months}


def test_everything_is_built_taken_away_and_built_again(
    empty_database_url: str, database: str, tmp_path: Path
) -> None:
    wanted = set(Base.metadata.tables)
    for command, expected in (
        (flask_migrate.upgrade, wanted),
        (flask_migrate.upgrade, wanted),
        (lambda: flask_migrate.downgrade(revision="base"), set()),
        (flask_migrate.upgrade, wanted),
    ):
        # A process of its own each time, as at the command line.
        app = make_app(empty_database_url, tmp_path)
        with app.app_context():
            command()
            assert tables() - partitions() == expected
            if expected and database == "postgresql":
                assert partitions() >= months_ahead(3)
            db.session.remove()
            db.engine.dispose()


def test_models_and_migrations_say_the_same(app: Flask) -> None:
    with warnings.catch_warnings():
        # SQLite cannot tell what an index over an expression is made of.
        warnings.filterwarnings("ignore", message=".*expression-based index")
        flask_migrate.check()


def test_history_has_one_end() -> None:
    assert len(ScriptDirectory(str(ROOT / "migrations")).get_heads()) == 1


def test_every_constraint_has_a_name(app: Flask, database: str) -> None:
    db.session.rollback()
    rows = db.session.scalars(text(CONSTRAINTS[database])).all()
    if database == "postgresql":
        # Partitions name theirs after themselves.
        names = [name for name in rows if not re.match(r"sample_\d{4}_\d{2}", name)]
        strange = [name for name in names if not re.match(r"(pk|uq|ck|fk|ex)_", name)]
        assert [name for name in strange if not name.startswith("alembic_version")] == []
    else:
        kinds = r"(CHECK|UNIQUE|FOREIGN KEY|PRIMARY KEY) *\("
        unnamed = [
            line.strip()
            for sql in rows
            for line in sql.splitlines()
            if re.search(kinds, line) and "CONSTRAINT" not in line
        ]
        assert unnamed == []


def test_every_model_names_its_constraints(app: Flask) -> None:
    for table in Base.metadata.tables.values():
        assert all(constraint.name for constraint in table.constraints), table.name


def test_samples_of_sqlite_have_no_row_ids(app: Flask, database: str) -> None:
    if database == "sqlite":
        sql = db.session.scalar(text("SELECT sql FROM sqlite_master WHERE name = 'sample'"))
        assert "WITHOUT ROWID" in sql


def test_any_month_gets_its_partition(world: World, database: str) -> None:
    instant_s = int(datetime(2027, 3, 31, 23, 59, 59, tzinfo=UTC).timestamp())
    for n in (0, 1):
        assert store_samples([NewSample(world.node.uuid, instant_s + n, 500)]) == [Verdict.STORED]
    db.session.commit()
    if database == "postgresql":
        assert {"sample_2027_03", "sample_2027_04"} <= partitions()
        name = text("SELECT tableoid::regclass::text FROM sample ORDER BY timestamp_s")
        assert db.session.scalars(name).all() == ["sample_2027_03", "sample_2027_04"]


INSTALL = text(
    "INSERT INTO installation (node_id, room_id, from_timestamp_s, to_timestamp_s, is_public) "
    "VALUES (:node, :room, :from_s, :to_s, false)"
)


def install(world: World, from_s: int, to_s: int | None) -> None:
    values = {"node": world.node.id, "room": world.room.id, "from_s": from_s, "to_s": to_s}
    db.session.execute(INSTALL, values)
    db.session.flush()


@pytest.fixture
def two_days(world: World) -> World:
    """The sensor is installed for two days only."""
    world.installation.from_timestamp_s = NOW_S
    world.installation.to_timestamp_s = NOW_S + 2 * 86_400
    db.session.commit()
    return world


def test_shared_boundary_is_no_overlap(two_days: World) -> None:
    install(two_days, NOW_S - 86_400, NOW_S)
    install(two_days, NOW_S + 2 * 86_400, None)


@pytest.mark.parametrize(
    ("from_s", "to_s"),
    [
        (NOW_S - 1, NOW_S + 1),
        (NOW_S + 10, NOW_S + 20),
        (NOW_S - 10, None),
        (NOW_S + 2 * 86_400 - 1, None),
    ],
    ids=["across the beginning", "within", "around", "across the end"],
)
def test_postgresql_refuses_overlaps_even_of_raw_rows(
    two_days: World, database: str, from_s: int, to_s: int | None
) -> None:
    if database == "postgresql":
        with pytest.raises(IntegrityError, match="ex_installation_overlap"):
            install(two_days, from_s, to_s)


@pytest.mark.parametrize("to_s", [NOW_S - 5, NOW_S - 6], ids=["at once", "before"])
def test_installation_ends_after_it_began(two_days: World, to_s: int) -> None:
    # A range that ends before it begins is refused by PostgreSQL itself.
    with pytest.raises(Exception, match=r"ck_installation_from_before_to|lower bound"):
        install(two_days, NOW_S - 5, to_s)


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("co2_ppm", -1),
        ("co2_ppm", 10_001),
        ("temperature_decidegrees", -201),
        ("temperature_decidegrees", 401),
        ("rel_humidity_percent", -1),
        ("rel_humidity_percent", 101),
        ("measurement_status", "X"),
    ],
)
def test_database_refuses_impossible_samples(world: World, column: str, value: object) -> None:
    store_samples([NewSample(world.node.uuid, NOW_S, 500, 20.0, 50)])
    with pytest.raises(IntegrityError, match="ck_sample_"):
        db.session.execute(text(f"UPDATE sample SET {column} = :value"), {"value": value})


def test_samples_go_with_their_node(world: World) -> None:
    store_samples([NewSample(world.node.uuid, NOW_S, 500)])
    db.session.execute(text("DELETE FROM node"))
    assert db.session.scalar(text("SELECT count(*) FROM sample")) == 0
