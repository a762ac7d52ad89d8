"""The parts of an uplink's way as real processes: broker, forwarder, web; and a sensor to publish."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from clair import inventory
from clair.access import SYSTEM
from clair.extensions import db

from conftest import World
from services import Mosquitto, Web, mosquitto, wait_for

APP_ID = "clair-test"
EUI = "02AA00000000A005"
VECTORS = json.loads((Path(__file__).parent / "payloads" / "vectors.json").read_text())
VECTOR = next(each for each in VECTORS["uplink_messages"] if each["family"] == "oy1012")
FORWARD = "from clair.cli.forward import forward; forward(['ttn'])"


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
