"""Measures a server that runs: uplinks, batches and charts, each figure beside its goal."""

import json
import os
import statistics
import subprocess
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path

from services import Web

ROOT = Path(__file__).resolve().parent.parent
PASSWORD = "a password for measurements"  # noqa: S105
NODES = 100
DAY_S = 86_400
YEARS_OF_SAMPLES = 315_000
BATCH = 5_000
UPLINK = {
    "end_device_ids": {
        "device_id": "bench",
        "application_ids": {"application_id": "bench"},
        "dev_eui": "EUI",
        "join_eui": "02AA000000000001",
        "dev_addr": "260B0001",
    },
    "received_at": "TIME",
    "uplink_message": {
        "f_port": 5,
        "f_cnt": 2621,
        "frm_payload": "AQDXAigGA1M=",
        "rx_metadata": [
            {"gateway_ids": {"gateway_id": "bench", "eui": "02AA0000000000A1"}, "rssi": -97}
        ],
        "settings": {"data_rate": {"lora": {"bandwidth": 125000, "spreading_factor": 9}}},
        "received_at": "TIME",
        "consumed_airtime": "0.185344s",
    },
}


@dataclass(frozen=True)
class Figure:
    """One line of the table."""

    what: str
    database: str
    value: float
    unit: str
    goal: str
    reached: bool


@dataclass
class Bench:
    """A database with sensors, and what the measurements need to know of it."""

    database: str
    url: str
    seconds: int
    uplink_token: str = ""
    sample_token: str = ""
    page: str = ""
    newest_s: int = 0
    api_token: str = ""
    installation_id: int = 0
    room_id: int = 0

    def figure(
        self, what: str, value: float, unit: str, goal: float, *, at_least: bool = False
    ) -> Figure:
        """Set a figure beside its goal."""
        reached = value >= goal if at_least else value <= goal
        sign = "≥" if at_least else "≤"
        return Figure(what, self.database, value, unit, f"{sign} {goal:g} {unit}", reached)


def measure_uplinks(bench: Bench, web: Web, folder: Path) -> Iterator[Figure]:
    """Post one uplink a request on 16 connections."""
    template = folder / "uplink.json"
    template.write_text(json.dumps(UPLINK))
    environ = os.environ | {
        "BENCH_TEMPLATE": str(template),
        "BENCH_TOKEN": bench.uplink_token,
        "BENCH_NODES": str(NODES),
        "BENCH_FROM_S": str(bench.newest_s - 60 * DAY_S + 60),
    }
    command = ["wrk", "-t1", "-c16", f"-d{bench.seconds}s", "-s", str(ROOT / "scripts/bench.lua")]
    output = subprocess.run(
        [*command, web.url], env=environ, check=True, capture_output=True, text=True
    ).stdout
    rate, p95_ms, failed = output.split("RESULT ")[1].split()
    if int(failed):
        raise SystemExit(f"{failed} uplinks were refused")
    if bench.database == "SQLite":
        # One writer at a time, and each commit on the disk: it is for one site, and has no goal.
        yield Figure("one uplink a request", "SQLite", float(rate), "/s", "–", reached=True)
        yield Figure("  its 95th percentile", "SQLite", float(p95_ms), "ms", "–", reached=True)
    else:
        yield bench.figure("one uplink a request", float(rate), "/s", 1200, at_least=True)
        yield bench.figure("  its 95th percentile", float(p95_ms), "ms", 25)


def measure_batches(bench: Bench, web: Web, uuids: list[str]) -> Iterator[Figure]:
    """Post batches of 5,000 samples on two connections."""
    bodies = [batch_body(uuids, bench.newest_s - 50 * DAY_S + 120 + n) for n in range(20)]
    headers = {
        "Authorization": f"Bearer {bench.sample_token}",
        "Content-Type": "application/vnd.api+json",
    }

    def post(part: list[bytes]) -> None:
        connection = HTTPConnection("127.0.0.1", web.port)
        for body in part:
            connection.request("POST", "/ingest/v1/samples/", body, headers)
            answer = json.loads(connection.getresponse().read())
            if answer.get("meta", {}).get("stored") != BATCH:
                raise SystemExit(f"a batch was not stored: {answer}")

    started_s = time.perf_counter()
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(post, (bodies[0::2], bodies[1::2])))
    took_s = time.perf_counter() - started_s
    rate = len(bodies) * BATCH / took_s
    yield bench.figure("samples in batches of 5,000", rate, "/s", 30_000, at_least=True)


def batch_body(uuids: list[str], from_s: int) -> bytes:
    """Make a document of 5,000 samples of a hundred sensors."""
    data = [
        {
            "type": "Sample",
            "attributes": {
                "timestamp_s": from_s + n // NODES * 300,
                "co2_ppm": 400 + n % 1500,
                "temperature_celsius": 21.5,
                "rel_humidity_percent": 45,
            },
            "relationships": {"node": {"data": {"type": "Node", "id": uuids[n % NODES]}}},
        }
        for n in range(BATCH)
    ]
    return json.dumps({"data": data}).encode()


def measure_charts(bench: Bench, web: Web) -> Iterator[Figure]:
    """Ask for the chart of 30 days and of three years, one at a time."""
    connection = HTTPConnection("127.0.0.1", web.port)
    cookie = log_in(connection)
    for what, samples, goal_ms in (("30 days", 8_640, 15), ("3 years", YEARS_OF_SAMPLES, 150)):
        from_s = bench.newest_s - samples * 300
        path = f"{bench.page}?from={from_s}&to={bench.newest_s}&width=1000"
        took_ms = [time_get(connection, path, cookie) for _ in range(25)]
        yield bench.figure(f"chart JSON of {what}", statistics.median(took_ms), "ms", goal_ms)


def log_in(connection: HTTPConnection) -> str:
    """Log in as people do, and return the session's cookie."""
    connection.request("GET", "/accounts/login/")
    response = connection.getresponse()
    page = response.read().decode()
    cookie = (response.getheader("Set-Cookie") or "").split(";")[0]
    csrf_token = page.split('name="csrf_token"')[1].split('value="')[1].split('"')[0]
    body = f"username=bench&password={PASSWORD}&csrf_token={csrf_token}".replace(" ", "+")
    headers = {"Cookie": cookie, "Content-Type": "application/x-www-form-urlencoded"}
    connection.request("POST", "/accounts/login/", body, headers)
    response = connection.getresponse()
    response.read()
    cookies = response.headers.get_all("Set-Cookie") or []
    return next(each.split(";")[0] for each in cookies if each.startswith("sessionid="))


def time_get(connection: HTTPConnection, path: str, cookie: str) -> float:
    """Time one request, in milliseconds."""
    started_s = time.perf_counter()
    connection.request("GET", path, headers={"Cookie": cookie})
    response = connection.getresponse()
    body = response.read()
    if response.status != 200 or len(body) < 10_000:
        raise SystemExit(f"the chart was refused: {response.status} {body[:200]!r}")
    return (time.perf_counter() - started_s) * 1000


def worker_memory_mib(web: Web) -> float:
    """Read the resident memory of the largest worker."""
    if web.process is None:
        raise SystemExit("the web server does not run")
    listed = Path(f"/proc/{web.process.pid}/task/{web.process.pid}/children").read_text()
    statuses = [Path(f"/proc/{pid}/status").read_text() for pid in listed.split()]
    return max(int(each.split("VmRSS:")[1].split()[0]) for each in statuses) / 1024
