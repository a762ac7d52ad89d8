"""A real broker, a real HTTP server with scripted answers, and the forwarder between them."""

import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
import trustme
from forwarders.scripted_ingest import Ingest
from paho.mqtt import publish

from clair.config import ForwarderConfig
from clair.forwarders.delivery import Sender
from clair.forwarders.network import Broker, the_things_stack
from clair.forwarders.session import Session
from clair.forwarders.spool import Spool

from services import answers, free_port

ROOT = Path(__file__).parents[2]
TOPIC = "v3/my-sensors@ttn/devices/room-1/up"
DEADLINE_S = 8


def wait_until(condition: Callable[[], object], within_s: float = DEADLINE_S) -> None:
    """Wait for something to come true, and fail if it does not."""
    deadline_s = time.monotonic() + within_s
    while not condition():
        if time.monotonic() > deadline_s:
            pytest.fail(f"did not come true within {within_s} s")
        time.sleep(0.01)


@pytest.fixture
def eventually():
    return wait_until


class Mosquitto:
    """A broker on a port of its own; it may be killed and started again."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()
        self.url = f"mqtt://127.0.0.1:{self.port}"
        self.tls: dict[str, str] | None = None
        self._process: subprocess.Popen[bytes] | None = None

    def start(self, *settings: str) -> None:
        config = self.folder / "mosquitto.conf"
        if settings or not config.exists():
            lines = ["user root", f"listener {self.port} 127.0.0.1", *settings]
            if not any(line.startswith("allow_anonymous") for line in lines):
                lines.append("allow_anonymous true")
            config.write_text("\n".join(lines) + "\n")
        program = shutil.which("mosquitto", path=f"{os.environ['PATH']}:/usr/sbin")
        assert program, "these tests need Mosquitto (apt install mosquitto)"
        with (self.folder / "mosquitto.log").open("ab") as log:
            self._process = subprocess.Popen([program, "-v", "-c", config], stdout=log, stderr=log)
        wait_until(lambda: answers(self.port))

    def kill(self) -> None:
        if self._process:
            self._process.kill()
            self._process.wait()
            self._process = None

    def publish(self, payload: str | bytes, topic: str = TOPIC, qos: int = 1) -> None:
        publish.single(topic, payload, qos, port=self.port, hostname="localhost", tls=self.tls)

    def log(self) -> str:
        return (self.folder / "mosquitto.log").read_text()


@pytest.fixture
def idle_broker(tmp_path) -> Iterator[Mosquitto]:
    """A broker that the test starts, with its own settings."""
    broker = Mosquitto(tmp_path)
    yield broker
    broker.kill()


@pytest.fixture
def broker(idle_broker) -> Mosquitto:
    idle_broker.start()
    return idle_broker


@pytest.fixture
def authority(idle_broker, tmp_path) -> trustme.CA:
    """A certificate authority that issued the broker's certificate."""
    authority = trustme.CA()
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    certificate = authority.issue_cert("localhost")
    certificate.private_key_pem.write_to_path(tmp_path / "key.pem")
    chain = b"".join(blob.bytes() for blob in certificate.cert_chain_pems)
    (tmp_path / "cert.pem").write_bytes(chain)
    idle_broker.start(f"certfile {tmp_path}/cert.pem", f"keyfile {tmp_path}/key.pem")
    return authority


@pytest.fixture
def refuse_subscriptions(idle_broker, tmp_path) -> Callable[[], None]:
    """Start the broker so that it refuses every subscription."""

    def start() -> None:
        access = {"publishClientSend": True, "publishClientReceive": True, "subscribe": False}
        rules = tmp_path / "security.json"
        rules.write_text(json.dumps({"defaultACLAccess": access}))
        rules.chmod(0o600)
        # An acl_file would let the subscription pass and hold back the messages.
        plugin = next(Path("/usr/lib").rglob("mosquitto_dynamic_security.so"))
        idle_broker.start(f"plugin {plugin}", f"plugin_opt_config_file {rules}")

    return start


@pytest.fixture
def idle_ingest() -> Iterator[Ingest]:
    """An ingest endpoint that is away until the test starts it."""
    ingest = Ingest()
    yield ingest
    ingest.stop()


@pytest.fixture
def ingest(idle_ingest) -> Ingest:
    idle_ingest.start()
    return idle_ingest


@pytest.fixture
def spool(tmp_path) -> Iterator[Spool]:
    with Spool(tmp_path / "spool.sqlite3") as spool:
        yield spool


@pytest.fixture
def read_refused(tmp_path) -> Callable[[], list[tuple[bytes, str]]]:
    """Read payload and reason of the messages that were put aside, as an operator would."""

    def read(path: Path = tmp_path / "spool.sqlite3") -> list[tuple[bytes, str]]:
        with closing(sqlite3.connect(path)) as connection:
            return connection.execute("SELECT payload, reason FROM refused ORDER BY id").fetchall()

    return read


@pytest.fixture
def sender(spool, idle_ingest) -> Iterator[Sender]:
    """A sender that the test starts."""
    sender = Sender(spool, f"{idle_ingest.root}uplinks/ttn", "a-token")
    yield sender
    idle_ingest.stop()
    if sender.is_alive():
        assert sender.finish(DEADLINE_S)


@pytest.fixture
def settings(tmp_path, idle_broker, idle_ingest) -> dict[str, str]:
    """The environment of a forwarder between this test's broker and endpoint."""
    return {
        "MQTT_URL": idle_broker.url,
        "CLAIR_TTN_APP_ID": "my-sensors",
        "CLAIR_API_ROOT": idle_ingest.root,
        "CLAIR_INGEST_TOKEN": "a-token",
        "CLAIR_DATA": str(tmp_path / "clair"),
    }


@pytest.fixture
def start_session(spool, settings):
    """Start a session with the broker of the environment, changed by the test."""
    sessions = []

    def start(**changes: str) -> Session:
        config = ForwarderConfig.from_environment({**settings, **changes})
        network = the_things_stack(config)
        fatal: list[str] = []
        session = Session(
            Broker.of(config, network),
            network,
            spool,
            on_spooled=lambda: None,
            on_fatal=fatal.append,
        )
        session.fatal = fatal
        sessions.append(session)
        session.start()
        return session

    yield start
    for session in sessions:
        session.stop(DEADLINE_S)
        assert not session.is_alive()


class Process:
    """The forwarder as the operating system sees it."""

    def __init__(self, settings: dict[str, str], log: Path) -> None:
        self._log = log
        with log.open("ab") as stderr:
            self._process = subprocess.Popen(
                [sys.executable, "-c", "from clair.cli.forward import forward; forward()", "ttn"],
                env={"PATH": os.environ["PATH"], **settings},
                cwd=ROOT,
                stderr=stderr,
            )

    def send(self, number: signal.Signals) -> None:
        self._process.send_signal(number)

    def wait(self) -> int:
        return self._process.wait(DEADLINE_S)

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()

    def log(self) -> str:
        return self._log.read_text()

    def is_subscribed(self) -> bool:
        return "subscribed to" in self.log()


@pytest.fixture
def start_forwarder(tmp_path, settings):
    """Start `flask forward ttn` as a process of its own."""
    processes = []

    def start(**changes: str) -> Process:
        log = tmp_path / f"forwarder-{len(processes)}.log"
        processes.append(Process({**settings, **changes}, log))
        return processes[-1]

    yield start
    for process in processes:
        process.kill()
