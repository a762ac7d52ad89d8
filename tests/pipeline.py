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
from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion

from clair import inventory
from clair.access import SYSTEM
from clair.demo.things_stack import APPLICATION
from clair.extensions import db

from conftest import World
from services import Mosquitto, Web, mosquitto, wait_for

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
def forwarder(
    broker: Mosquitto, web: Web, token: str, tmp_path: Path
) -> Iterator["subprocess.Popen[bytes]"]:
    """The forwarder's own process between broker and web."""
    environ = {
        "MQTT_URL": broker.url,
        "CLAIR_TTN_APP_ID": APPLICATION,
        "CLAIR_API_ROOT": f"{web.url}/ingest/v1/",
        "CLAIR_INGEST_TOKEN": token,
        "CLAIR_DATA": str(tmp_path),
    }
    process = subprocess.Popen([sys.executable, "-c", FORWARD], env=os.environ | environ)
    status = tmp_path / "forwarder-ttn.json"
    wait_for(
        lambda: status.exists() and json.loads(status.read_text())["connected"], "the subscription"
    )
    yield process
    process.terminate()
    process.wait(10)


class Listener:
    """Somebody who reads along, without a session that would outlive a broker."""

    def __init__(self, port: int) -> None:
        self.messages: list[bytes] = []
        self.client = Client(CallbackAPIVersion.VERSION2)
        self.client.on_message = lambda client, userdata, message: self.messages.append(
            message.payload
        )
        self.client.on_connect = lambda client, *_: client.subscribe(
            f"v3/{APPLICATION}@ttn/devices/+/up", qos=1
        )
        self.client.reconnect_delay_set(1, 1)
        self.client.connect("127.0.0.1", port)
        self.client.loop_start()

    def stop(self) -> None:
        """Listen no more."""
        self.client.disconnect()
        self.client.loop_stop()


@pytest.fixture
def listener(broker: Mosquitto) -> Iterator[Listener]:
    """What goes over the broker."""
    listener = Listener(broker.port)
    yield listener
    listener.stop()


@pytest.fixture
def simulator(broker: Mosquitto, tmp_path: Path) -> Iterator["subprocess.Popen[bytes]"]:
    """The sensors of the demo, sixty times as busy as they are."""
    settings = {
        "MQTT_URL": broker.url,
        "SECRET_KEY": "a secret key for tests alone",
        "DATABASE_URL": f"sqlite:///{tmp_path}/never-opened.sqlite",
        "CLAIR_DATA": str(tmp_path),
    }
    command = [sys.executable, "-m", "flask", "demo", "simulate", "--speed", "60"]
    process = subprocess.Popen(command, cwd=tmp_path, env=os.environ | settings)
    yield process
    process.kill()
    process.wait()


def register(world: World) -> None:
    """Install the sensor of the vector in the café."""
    node, _ = inventory.register_node(SYSTEM, world.cafe, EUI, "oy1012", "Fenster")
    inventory.install_node(SYSTEM, node, inventory.add_room(SYSTEM, world.site, "Küche"), 1)
    db.session.commit()


def publish(broker: Mosquitto, message: dict[str, Any]) -> None:
    """Publish an uplink as a network does; try again until the broker has taken it."""
    command = ["mosquitto_pub", "-p", str(broker.port), "-q", "1", "-s"]
    command += ["-t", f"v3/{APPLICATION}@ttn/devices/sensor/up"]
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
