"""Measures Clair with real servers on this machine, on PostgreSQL (fsync on) and SQLite.

Each figure stands beside the one it is meant to reach. Nothing else should run meanwhile.
"""

import argparse
import json
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from functools import partial
from pathlib import Path
from urllib.request import urlopen
from uuid import UUID

import flask_migrate
from flask import Flask
from sqlalchemy import create_engine, text

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bench_api import measure_api, prepare_api
from bench_import import measure_import

from clair import inventory
from clair.access import SYSTEM
from clair.accounts import create_user
from clair.app import create_app
from clair.config import Config
from clair.extensions import db
from clair.ingest.sources import add_source
from clair.ingest.store import NewSample, store_samples
from clair.models import Address

from bench_server import (
    BATCH,
    NODES,
    PASSWORD,
    ROOT,
    YEARS_OF_SAMPLES,
    Bench,
    Figure,
    measure_batches,
    measure_charts,
    measure_uplinks,
    worker_memory_mib,
)
from services import Postgres, Web, free_port, postgres, wait_for

Section = Callable[[], Iterator[Figure]]
SECRET_KEY = "a secret key for measurements"  # noqa: S105


def prepare(app: Flask, bench: Bench) -> list[UUID]:
    """Fill the database with a hundred sensors, the first of them installed."""
    with app.app_context():
        flask_migrate.upgrade()
        owner = create_user(SYSTEM, "bench", "bench@example.org", PASSWORD)
        organization = inventory.create_organization(SYSTEM, "Bench", owner)
        address = Address(street1="Messweg 1", zip="10115", city="Berlin")
        site = inventory.add_site(SYSTEM, organization, "Bench", address, "Europe/Berlin")
        nodes = [
            inventory.register_node(SYSTEM, organization, f"02AA0000000B{n:04X}", "ers", f"B{n}")[0]
            for n in range(NODES)
        ]
        room = inventory.add_room(SYSTEM, site, "Bench")
        installation = inventory.install_node(SYSTEM, nodes[0], room, 1)
        bench.page = f"/dashboard/{organization.id}/installation/{installation.id}/series"
        bench.uplink_token = add_source(SYSTEM, "uplinks", "ttn", "ers")
        bench.sample_token = add_source(SYSTEM, "samples", "samples")
        bench.newest_s = int(time.time()) // 300 * 300
        db.session.commit()
        return [node.uuid for node in nodes]


def load_history(app: Flask, node: UUID, newest_s: int) -> None:
    """Give a sensor three years of samples, five minutes apart."""
    times = range(newest_s - YEARS_OF_SAMPLES * 300, newest_s, 300)
    with app.app_context():
        for start in range(0, len(times), BATCH):
            store_samples(
                [
                    NewSample(node, time_s, 450 + time_s // 300 * 7919 % 1800, 21.5, 40)
                    for time_s in times[start : start + BATCH]
                ]
            )
        db.session.commit()


def measure_server(bench: Bench) -> Iterator[Figure]:
    """Run all measurements of one database but those of the API.

    The history comes after ingest was measured: the database is busy for a while after a bulk load.
    """
    app = make_app(bench)
    uuids = prepare(app, bench)
    with tempfile.TemporaryDirectory() as folder, served(bench) as web:
        yield from measure_uplinks(bench, web, Path(folder))
        yield from measure_batches(bench, web, [str(uuid) for uuid in uuids])
        load_history(app, uuids[0], bench.newest_s)
        yield from measure_charts(bench, web)
        yield bench.figure("memory of a worker after that", worker_memory_mib(web), "MiB", 120)


def measure_api_server(server: Postgres, seconds: int) -> Iterator[Figure]:
    """Run the measurements of the API in a database of its own."""
    bench = Bench("PostgreSQL", add_database(server, "api"), seconds)
    prepare_api(make_app(bench), bench)
    with served(bench) as web:
        yield from measure_api(bench, web)


def add_database(server: Postgres, name: str) -> str:
    """Make an empty database, and return its URL."""
    with create_engine(as_psycopg2(server.url()), isolation_level="AUTOCOMMIT").connect() as root:
        root.execute(text(f'CREATE DATABASE "{name}"'))
    return as_psycopg2(server.url(name))


def make_app(bench: Bench) -> Flask:
    """Make an application that fills the database."""
    return create_app(Config(SECRET_KEY=SECRET_KEY, DATABASE_URL=bench.url, LOG_LEVEL="ERROR"))


@contextmanager
def served(bench: Bench) -> Iterator[Web]:
    """Run the web server on the database."""
    environ = {"SECRET_KEY": SECRET_KEY, "DATABASE_URL": bench.url, "SESSION_COOKIE_SECURE": "0"}
    web = Web(environ | {"LOG_LEVEL": "ERROR"})
    web.start()
    # Whichever worker accepts first would take all connections, and leave the other one idle.
    time.sleep(2)
    try:
        yield web
    finally:
        web.kill()


def as_psycopg2(url: str) -> str:
    """Name the driver in the URL of a database."""
    return url.replace("://", "+psycopg2://")


def measure_up() -> Iterator[Figure]:
    """Time `scripts/up` in a fresh clone, and its second start."""
    with tempfile.TemporaryDirectory() as folder:
        clone = Path(folder) / "clair"
        subprocess.run(["git", "clone", "-q", str(ROOT), str(clone)], check=True)
        bench = Bench("SQLite", "", 0)
        yield bench.figure("scripts/up from nothing", time_up(clone), "s", 60)
        yield bench.figure("scripts/up again", time_up(clone), "s", 5)


def time_up(clone: Path) -> float:
    """Time from the command to a served page, in seconds."""
    port = free_port()
    started_s = time.perf_counter()
    with (clone / "up.log").open("ab") as log:
        process = subprocess.Popen(
            ["scripts/up", "--port", str(port)],
            cwd=clone,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    try:
        wait_for(lambda: is_served(port), "a served page", timeout_s=300)
        return time.perf_counter() - started_s
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)


def is_served(port: int) -> bool:
    """Say whether the log-in page is there."""
    try:
        with urlopen(f"http://127.0.0.1:{port}/accounts/login/", timeout=1) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def list_parts(server: Postgres, folder: Path, seconds: int) -> dict[str, list[Section]]:
    """List what can be measured, by the name of its part."""
    benches = (
        Bench("PostgreSQL", as_psycopg2(server.url()), seconds),
        Bench("SQLite", f"sqlite:///{folder}/bench.sqlite", seconds),
    )
    empty = (
        Bench("PostgreSQL", add_database(server, "imported"), seconds),
        Bench("SQLite", f"sqlite:///{folder}/imported.sqlite", seconds),
    )
    return {
        "ingest": [partial(measure_server, bench) for bench in benches],
        "api": [partial(measure_api_server, server, seconds)],
        "import": [partial(measure_import, bench, folder) for bench in empty],
        "up": [measure_up],
    }


def main() -> None:
    """Measure, print the table, and keep it as JSON if asked to."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there, too")
    parser.add_argument("--seconds", type=int, default=10, help="length of the uplink measurement")
    parser.add_argument(
        "--only", choices=("ingest", "api", "import", "up"), help="measure one part alone"
    )
    options = parser.parse_args()
    figures: list[Figure] = []
    print(f"{'what':32} {'database':11} {'measured':>12}   goal")
    with postgres(fsync=True) as server, tempfile.TemporaryDirectory() as folder:
        parts = list_parts(server, Path(folder), options.seconds)
        wanted = [options.only] if options.only else parts
        sections = [section for part in wanted for section in parts[part]]
        for section in sections:
            for each in section():
                figures.append(each)
                measured = f"{each.value:,.1f} {each.unit}"
                mark = "" if each.reached else "  MISSED"
                print(f"{each.what:32} {each.database:11} {measured:>12}   {each.goal}{mark}")
    if options.json:
        options.json.write_text(json.dumps([asdict(each) for each in figures], indent=2))


if __name__ == "__main__":
    main()
