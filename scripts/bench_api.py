"""Measures the JSON:API on PostgreSQL: 20 organizations, 200 nodes, 30 days at 5 minutes each."""

import statistics
import subprocess
import time
from collections.abc import Iterator
from http.client import HTTPConnection

import flask_migrate
from flask import Flask

from clair import inventory, tokens
from clair.access import SYSTEM
from clair.accounts import create_user
from clair.extensions import db
from clair.ingest.store import NewSample, store_samples
from clair.models import Address, Installation, Node, Scope, User

from bench_server import DAY_S, PASSWORD, Bench, Figure
from services import Web

ORGANIZATIONS, NODES_EACH = 20, 10
SAMPLES_EACH = 30 * DAY_S // 300
TIMES = 40


def prepare_api(app: Flask, bench: Bench) -> None:
    """Fill a database: a user who belongs to all organizations sees 200 sensors in 200 rooms."""
    with app.app_context():
        flask_migrate.upgrade()
        user = create_user(SYSTEM, "bench", "bench@example.org", PASSWORD)
        bench.newest_s = int(time.time()) // 300 * 300
        for number in range(ORGANIZATIONS):
            add_organization(user, number, bench.newest_s - 31 * DAY_S)
            db.session.commit()
        now_s = int(time.time())
        _, bench.api_token = tokens.issue_token(SYSTEM, user, "bench", Scope.READ, None, now_s)
        first = db.session.query(Installation).order_by(Installation.id).first()
        bench.installation_id, bench.room_id = first.id, first.room_id
        db.session.commit()
        for node in db.session.query(Node).all():
            add_samples(node, bench.newest_s)
        # As the server's autovacuum does within minutes: the first list would wait for it.
        db.session.connection().connection.set_session(autocommit=True)
        db.session.execute(db.text("VACUUM ANALYZE"))


def add_organization(user: User, number: int, from_s: int) -> None:
    """Add an organization with one site, and a room for each sensor."""
    organization = inventory.create_organization(SYSTEM, f"Organization {number}", user)
    address = Address(street1="Messweg 1", zip="10115", city="Berlin")
    site = inventory.add_site(SYSTEM, organization, "Site", address, "Europe/Berlin")
    for each in range(NODES_EACH):
        eui = f"02AA0000000A{number:02X}{each:02X}"
        node, _ = inventory.register_node(SYSTEM, organization, eui, "ers", f"Sensor {eui}")
        room = inventory.add_room(SYSTEM, site, f"Room {each}")
        inventory.install_node(SYSTEM, node, room, from_s)


def add_samples(node: Node, newest_s: int) -> None:
    """Give a sensor its thirty days."""
    times = range(newest_s - (SAMPLES_EACH - 1) * 300, newest_s + 1, 300)
    store_samples(
        [
            NewSample(node.uuid, time_s, 450 + time_s // 300 * 7919 % 1300, 21.5, 40)
            for time_s in times
        ]
    )
    db.session.commit()


def measure_api(bench: Bench, web: Web) -> Iterator[Figure]:
    """Ask for series, lists and the air of a room, one at a time, and series eight at a time."""
    series = f"installations/{bench.installation_id}/?include_timeseries=1&filter[from]="
    month, day = (f"{series}{bench.newest_s - days * DAY_S}" for days in (30, 1))
    air = f"rooms/{bench.room_id}/airquality/?include_histogram=true"
    connection = HTTPConnection("127.0.0.1", web.port)
    for what, path, least, goal_ms in (
        ("API: series of 30 days", month, 1_000_000, 15),
        ("API: series of a day", day, 30_000, 4),
        ("API: list of 200 nodes", "nodes/", 150_000, 25),
        ("API: list of 200 installations", "installations/", 120_000, 25),
        ("API: air of a room, histogram", air, 1_000, 20),
    ):
        took_ms = [time_get(connection, bench, path, least) for _ in range(TIMES)]
        yield bench.figure(what, statistics.median(took_ms), "ms", goal_ms)
    rate = rate_of(bench, web, month)
    yield bench.figure("API: series of 30 days, by 8", rate, "/s", 100, at_least=True)


def time_get(connection: HTTPConnection, bench: Bench, path: str, least: int) -> float:
    """Time one request, in milliseconds; an answer that is too short is none."""
    started_s = time.perf_counter()
    headers = {"Authorization": f"Token {bench.api_token}"}
    connection.request("GET", f"/api/v1/{path}", headers=headers)
    response = connection.getresponse()
    body = response.read()
    if response.status != 200 or len(body) < least:
        raise SystemExit(f"{path} was refused: {response.status} {body[:300]!r}")
    return (time.perf_counter() - started_s) * 1000


def rate_of(bench: Bench, web: Web, path: str) -> float:
    """Count the requests a second on eight connections."""
    header = f"Authorization: Token {bench.api_token}"
    url = f"{web.url}/api/v1/{path}"
    command = ["wrk", "-t1", "-c8", f"-d{bench.seconds}s", "-H", header, url]
    output = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    if "Non-2xx" in output or "Socket errors" in output:
        raise SystemExit(f"requests failed: {output}")
    return float(output.split("Requests/sec:")[1].split()[0])
