"""An uplink's whole way: broker, forwarder, ingest, database, page; and what faults do to it."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from conftest import World
from flask import Flask
from flask.testing import FlaskClient
from services import Mosquitto, Postgres, Web, mosquitto, wait_for
from sqlalchemy import func, select

from clair import inventory
from clair.access import SYSTEM
from clair.extensions import db
from clair.models import Sample, User

APP_ID = "clair-test"
EUI = "02AA00000000A005"
VECTORS = json.loads((Path(__file__).parent / "payloads" / "vectors.json").read_text())
VECTOR = next(each for each in VECTORS["uplink_messages"] if each["family"] == "oy1012")
FORWARD = "from clair.cli.forward import forward; forward(['ttn'])"
ClientOf = Callable[[User | None], FlaskClient]


@pytest.fixture
def broker() -> Iterator[Mosquitto]:
    """A real Mosquitto."""
    with mosquitto() as service:
        yield service


@pytest.fixture
def web(app: Flask) -> Iterator[Web]:
    """Clair under gunicorn on the database of the test."""
    service = Web(
        {
            "SECRET_KEY": app.config["SECRET_KEY"],
            "DATABASE_URL": app.config["DATABASE_URL"],
            "SESSION_COOKIE_SECURE": "0",
        }
    )
    service.start()
    yield service
    service.kill()


@pytest.fixture
def forwarder(broker: Mosquitto, web: Web, token: str, tmp_path: Path) -> Iterator[None]:
    """The forwarder's own process between broker and web."""
    environ = {
        "MQTT_URL": broker.url,
        "CLAIR_TTN_APP_ID": APP_ID,
        "CLAIR_API_ROOT": f"{web.url}/ingest/v1/",
        "CLAIR_INGEST_TOKEN": token,
        "CLAIR_DATA": str(tmp_path),
    }
    process = subprocess.Popen([sys.executable, "-c", FORWARD], env=os.environ | environ)
    status = tmp_path / "forwarder-ttn.json"
    wait_for(
        lambda: status.exists() and json.loads(status.read_text())["connected"], "the subscription"
    )
    yield
    process.terminate()
    process.wait(10)


def register(world: World) -> None:
    """Install the sensor of the vector in the café."""
    node, _ = inventory.register_node(SYSTEM, world.cafe, EUI, "oy1012", "Fenster")
    inventory.install_node(SYSTEM, node, inventory.add_room(SYSTEM, world.site, "Küche"), 1)
    db.session.commit()


def publish(broker: Mosquitto, message: dict[str, Any]) -> None:
    """Publish an uplink as a network does; try again until the broker has taken it."""
    command = ["mosquitto_pub", "-p", str(broker.port), "-q", "1", "-s"]
    command += ["-t", f"v3/{APP_ID}@ttn/devices/sensor/up"]
    while subprocess.run(
        command, input=json.dumps(message).encode(), check=False, stderr=subprocess.DEVNULL
    ).returncode:
        time.sleep(0.1)


def uplink_at(timestamp_s: int) -> dict[str, Any]:
    """Make the uplink that the sensor sends at an instant."""
    message: dict[str, Any] = json.loads(json.dumps(VECTOR["message"]))
    received_at = datetime.fromtimestamp(timestamp_s, UTC).isoformat()
    message["uplink_message"]["received_at"] = received_at
    return message


def count_samples() -> int:
    """Count what is stored, and let go of the database at once."""
    count = db.session.scalar(select(func.count()).select_from(Sample)) or 0
    db.session.rollback()
    return count


def test_published_uplink_appears_on_page_and_in_json(
    world: World, broker: Mosquitto, forwarder: None, client_of: ClientOf
) -> None:
    register(world)
    now_s = int(time.time())
    for _ in range(10):
        publish(broker, uplink_at(now_s))
    wait_for(lambda: count_samples() > 0, "the sample", timeout_s=5)
    client = client_of(world.alice)
    page = f"/dashboard/{world.cafe.id}/installation/2/"
    assert "539" in client.get(page).text
    series = client.get(f"{page}series?from={now_s - 60}&to={now_s + 60}").json
    assert series == {"timestamp_s": [now_s], "co2_ppm": [539]}
    publish(broker, uplink_at(now_s + 1))
    wait_for(lambda: count_samples() == 2, "the second sample alone", timeout_s=5)


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_killing_web_database_and_broker_in_turn_loses_no_uplink(
    world: World, broker: Mosquitto, web: Web, forwarder: None, postgres_server: Postgres
) -> None:
    register(world)
    start_s = int(time.time()) - 3600
    number = 0
    for service in (web, postgres_server, broker):
        for running in (True, False, True):
            if not running:
                service.kill()
            for _ in range(5):
                # Nothing can be handed to a broker that is away.
                if running or service is not broker:
                    publish(broker, uplink_at(start_s + number))
                    number += 1
            if not running:
                time.sleep(1)
                service.start()
    wait_for(lambda: count_samples() == number, f"{number} samples", timeout_s=60)
