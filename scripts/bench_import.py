"""Measures the import of a predecessor's dump with four million samples."""

import os
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson

from bench_server import ROOT, Bench, Figure

SAMPLES = 4_000_000
NODES = 40
BEGIN_S = 1_601_510_400
ORGANIZATION = {"name": "Bench", "description": ""}
PROTOCOL = {"identifier": "ELSYSERSPROT_V01", "num_uplink_msgs": 1, "num_downlink_msgs": 0}
MODEL = {"name": "ERS", "trade_name": "ERS", "manufacturer": "-", "sensor_type": "-"}


def write_dump(path: Path) -> None:
    """Write a dump as Django does, indented: 1.2 GB."""
    uuids = [str(uuid.UUID(int=2**100 + n)) for n in range(NODES)]
    records = [
        ("core.organization", 1, ORGANIZATION),
        ("core.nodeprotocol", 1, PROTOCOL),
        ("core.nodemodel", 1, MODEL | {"quantities": []}),
        *(("core.node", each, node(n)) for n, each in enumerate(uuids)),
    ]
    with path.open("wb") as file:
        file.write(b"[\n")
        for model, key, values in records:
            document = {"model": model, "pk": key, "fields": values}
            file.write(orjson.dumps(document, option=orjson.OPT_INDENT_2) + b",\n")
        for n in range(SAMPLES):
            file.write(sample(n, uuids[n % NODES]))
            file.write(b",\n" if n + 1 < SAMPLES else b"\n]\n")


def node(number: int) -> dict[str, Any]:
    """Make a sensor."""
    eui = f"02AA0000000C{number:04X}"
    return {"eui64": eui, "alias": eui, "protocol": 1, "model": 1, "owner": 1}


def sample(number: int, node_uuid: str) -> bytes:
    """Make a sample; every sensor has one every five minutes."""
    values = {
        "node": node_uuid,
        "timestamp_s": BEGIN_S + number // NODES * 300,
        "co2_ppm": 400 + number * 7919 % 1500,
        "temperature_celsius": "21.5",
        "rel_humidity_percent": 45,
        "measurement_status": "M",
    }
    document = {"model": "core.sample", "pk": number + 1, "fields": values}
    return orjson.dumps(document, option=orjson.OPT_INDENT_2)


def measure_import(bench: Bench, folder: Path) -> Iterator[Figure]:
    """Import the dump into an empty database, and watch the memory that it takes."""
    dump = folder / "dump.json"
    if not dump.exists():
        write_dump(dump)
    environ = os.environ | {
        "SECRET_KEY": "a secret key for measurements",
        "DATABASE_URL": bench.url,
        "CLAIR_DATA": str(folder),
        "FLASK_APP": str(ROOT / "wsgi.py"),
    }
    flask = [sys.executable, "-m", "flask"]
    subprocess.run([*flask, "db", "upgrade"], env=environ, check=True, capture_output=True)
    started_s = time.perf_counter()
    process = subprocess.Popen(
        [*flask, "import", "managair", str(dump)],
        env=environ,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    output = process.stdout.read() if process.stdout else ""
    _, status, usage = os.wait4(process.pid, 0)
    if status or f"{SAMPLES:,}" not in output:
        raise SystemExit(f"the import failed: {output}")
    took_s = time.perf_counter() - started_s
    yield bench.figure("import of 4 million samples", took_s, "s", 300)
    yield bench.figure("  its memory", usage.ru_maxrss / 1024, "MiB", 200)
