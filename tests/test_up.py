"""scripts/up as a newcomer runs it: one command, a page, live values, and nothing left afterwards."""

import os
import signal
import sqlite3
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
import requests

from services import free_port, wait_for

ROOT = Path(__file__).parents[1]
OURS = ("CLAIR_", "SQL_", "MQTT_", "REDIS_", "DATABASE_", "SECRET_", "SESSION_", "FLASK_", "HOST")


class Up:
    """A whole Clair in a folder and on a port of its own."""

    def __init__(self, folder: Path, *options: str) -> None:
        self.folder = folder
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        environ = {name: value for name, value in os.environ.items() if not name.startswith(OURS)}
        self.log = folder / f"up-{self.port}.log"
        with self.log.open("w") as log:
            self.process = subprocess.Popen(
                [ROOT / "scripts/up", "--port", str(self.port), *options],
                cwd=folder,
                env=environ | {"CLAIR_DATA": str(folder)},
                stdout=log,
                stderr=subprocess.STDOUT,
            )

    def is_served(self) -> bool:
        try:
            return requests.get(f"{self.url}/healthz", timeout=1).ok
        except requests.RequestException:
            return False

    def is_announced(self) -> bool:
        assert self.process.poll() is None, self.log.read_text()
        return f"Clair is ready: http://localhost:{self.port}/" in self.log.read_text()

    def ask(self, question: str) -> int:
        with closing(sqlite3.connect(self.folder / "clair.sqlite")) as connection:
            return connection.execute(question).fetchone()[0]

    def processes(self) -> dict[int, str]:
        """Find all that was started from here: our folder is in its environment or its title."""
        mark = str(self.folder).encode()
        found = {}
        for path in Path("/proc").glob("[0-9]*"):
            try:
                command = (path / "cmdline").read_bytes().replace(b"\0", b" ")
                if mark in command or mark in (path / "environ").read_bytes():
                    found[int(path.name)] = command.decode()
            except OSError:
                continue  # it has just ended
        return found

    def first(self, part: str) -> int:
        """Find the first process of a command."""
        return min(pid for pid, command in self.processes().items() if part in command)


@pytest.fixture
def folder() -> Iterator[Path]:
    # The path of a Unix socket must be short.
    with tempfile.TemporaryDirectory(prefix="clair-up-") as name:
        yield Path(name)


@pytest.fixture
def start(folder: Path) -> Iterator[object]:
    started: list[Up] = []

    def start_up(*options: str) -> Up:
        started.append(Up(folder, *options))
        return started[-1]

    yield start_up
    for up in started:
        up.process.terminate()
        up.process.wait(10)


def test_a_newcomer_sees_live_values_and_leaves_nothing_behind(start):
    began_s = int(time.time())
    up = start()
    wait_for(up.is_announced, "the page", 40)
    assert "Log in as demo, inspector or admin" in up.log.read_text()
    assert requests.get(up.url, timeout=5).ok

    live = f"SELECT count(DISTINCT node_id) FROM sample WHERE timestamp_s >= {began_s + 5}"
    wait_for(lambda: up.ask(live) == 10, "a live value of each sensor that speaks", 25)
    assert up.ask("SELECT count(*) FROM quarantined_uplink") == 0

    os.kill(up.first(".venv/bin/gunicorn"), signal.SIGKILL)
    wait_for(lambda: not up.is_served(), "the end of the page", 5)
    wait_for(up.is_served, "the return of the page", 6)

    up.process.send_signal(signal.SIGTERM)
    up.process.wait(8)
    assert up.processes() == {}


def test_there_is_one_of_it_and_its_children_end_when_it_is_killed(start):
    up = start("--no-demo")
    wait_for(up.is_announced, "the page", 40)
    second = start("--no-demo")
    assert second.process.wait(10) == 1
    assert "already running" in second.log.read_text()
    assert up.ask("SELECT count(*) FROM organization") == 0
    assert not any("simulate" in command for command in up.processes().values())

    up.process.kill()

    wait_for(lambda: up.processes() == {}, "the end of all children", 8)
