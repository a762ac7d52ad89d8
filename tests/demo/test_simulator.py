"""The simulator as a process of its own, with a real broker that comes and goes."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion

from clair.demo.places import all_nodes
from clair.ingest.decoders import DECODERS
from clair.ingest.networks import NETWORKS

from services import Mosquitto, mosquitto, wait_for

SPEAKING = {node.eui: node for node in all_nodes() if not node.is_silent}


@pytest.fixture
def broker() -> Iterator[Mosquitto]:
    with mosquitto() as server:
        yield server


class Listener:
    """Somebody who reads along, without a session that would outlive a broker."""

    def __init__(self, port: int) -> None:
        self.messages: list[bytes] = []
        self.client = Client(CallbackAPIVersion.VERSION2)
        self.client.on_message = lambda client, userdata, message: self.messages.append(
            message.payload
        )
        self.client.on_connect = lambda client, *_: client.subscribe(
            "v3/clair-demo@ttn/devices/+/up", qos=1
        )
        self.client.reconnect_delay_set(1, 1)
        self.client.connect("127.0.0.1", port)
        self.client.loop_start()

    def stop(self) -> None:
        self.client.disconnect()
        self.client.loop_stop()

    def euis(self) -> set[str]:
        return {self.parse(message).dev_eui for message in self.messages}

    @staticmethod
    def parse(message: bytes):
        return NETWORKS["ttn"](message, int(time.time()))


@pytest.fixture
def listener(broker: Mosquitto) -> Iterator[Listener]:
    listener = Listener(broker.port)
    yield listener
    listener.stop()


@pytest.fixture
def simulator(broker: Mosquitto, tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    settings = {
        "MQTT_URL": broker.url,
        "SECRET_KEY": "a secret key for tests alone",
        "DATABASE_URL": f"sqlite:///{tmp_path}/never-opened.sqlite",
        "CLAIR_DATA": str(tmp_path),
    }
    command = [sys.executable, "-m", "flask", "demo", "simulate", "--speed", "20"]
    process = subprocess.Popen(command, cwd=tmp_path, env=os.environ | settings)
    yield process
    process.kill()
    process.wait()


def test_every_sensor_but_the_silent_one_speaks_at_once(listener, simulator):
    wait_for(lambda: listener.euis() == set(SPEAKING), "an uplink of each sensor", 15)

    now_s = time.time()
    for message in listener.messages:
        uplink = listener.parse(message)
        assert now_s - 15 <= uplink.received_at_s <= now_s
        assert DECODERS[SPEAKING[uplink.dev_eui].family](uplink)


def test_what_was_sent_while_the_broker_was_away_arrives(broker, listener, simulator):
    wait_for(lambda: listener.messages, "the first uplink", 15)
    broker.kill()
    known = len(listener.messages)
    away_s = time.time()
    wait_for(lambda: time.time() > away_s + 4, "a while", 5)
    back_s = int(time.time())
    broker.start()

    # The listener comes back when the waiting messages may have been sent already.
    wait_for(
        lambda: any(
            away_s < listener.parse(message).received_at_s < back_s
            for message in listener.messages[known:]
        ),
        "an uplink of the time without a broker",
        25,
    )
    assert simulator.poll() is None


def test_a_repeated_message_is_the_same_to_the_byte(listener, simulator):
    wait_for(lambda: len(set(listener.messages)) < len(listener.messages), "a repetition", 20)

    by_frame = {}
    for message in listener.messages:
        uplink = listener.parse(message)
        by_frame.setdefault((uplink.dev_eui, uplink.received_at_s), set()).add(message)
    assert all(len(same) == 1 for same in by_frame.values())


@pytest.mark.parametrize("is_broker_there", [True, False])
def test_sigterm_ends_it_within_two_seconds(broker, listener, simulator, is_broker_there):
    wait_for(lambda: listener.messages, "the first uplink", 15)
    if not is_broker_there:
        broker.kill()
    simulator.send_signal(signal.SIGTERM)

    assert simulator.wait(2) == 0
