"""Starts the real services that tests and measurements need, private and on free ports."""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg2

POSTGRES_PROGRAMS = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
DEADLINE_S = 30


def free_port() -> int:
    """Find a port that nobody listens on."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


def wait_for(condition: Callable[[], bool], what: str, timeout_s: float = DEADLINE_S) -> None:
    """Wait until something holds, or fail with what was waited for."""
    deadline_s = time.monotonic() + timeout_s
    while not condition():
        if time.monotonic() > deadline_s:
            raise TimeoutError(f"{what} did not happen within {timeout_s} s")
        time.sleep(0.05)


def answers(port: int) -> bool:
    """Say whether somebody listens on a port of this machine."""
    with socket.socket() as sock:
        sock.settimeout(0.5)
        return sock.connect_ex(("127.0.0.1", port)) == 0


class Service:
    """A process on a port that can be stopped, killed and started again."""

    def __init__(
        self,
        command: list[str],
        port: int,
        user: str | None = None,
        environ: dict[str, str] | None = None,
    ) -> None:
        self.command = command
        self.environ = environ
        self.port = port
        self.user = user
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start the process and wait until it listens."""
        self.process = subprocess.Popen(
            self.command,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            user=self.user,
            env=None if self.environ is None else os.environ | self.environ,
            start_new_session=True,
        )
        wait_for(lambda: answers(self.port), f"{self.command[0]} on port {self.port}")

    def kill(self) -> None:
        """End the process at once, as a crash does."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()

    def stop(self) -> None:
        """Ask the process to end."""
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            self.process.wait(DEADLINE_S)


class Postgres(Service):
    """A private PostgreSQL in a folder; fsync as in production, unless a test suite is in a hurry."""

    def __init__(self, folder: Path, *, fsync: bool) -> None:
        self.programs = POSTGRES_PROGRAMS[-1]
        self.data = folder / "data"
        port = free_port()
        user = "postgres" if os.geteuid() == 0 else None
        if user:
            os.chown(folder, pwd.getpwnam(user).pw_uid, -1)
        options = [
            "-c",
            f"fsync={'on' if fsync else 'off'}",
            "-c",
            f"unix_socket_directories={folder}",
        ]
        command = [str(self.programs / "postgres"), "-D", str(self.data), "-p", str(port)]
        super().__init__([*command, "-h", "127.0.0.1", *options], port, user)
        initdb = [str(self.programs / "initdb"), "-D", str(self.data), "-A", "trust", "-U", "clair"]
        subprocess.run(
            [*initdb, "--no-sync", "-E", "UTF8", "--locale=C.UTF-8"],
            check=True,
            capture_output=True,
            user=user,
            cwd=folder,
        )

    def start(self) -> None:
        """Start the server and wait until it answers a query, not just the phone."""
        super().start()
        wait_for(self.answers_queries, "an answer of PostgreSQL")

    def answers_queries(self) -> bool:
        """Say whether the server is past its recovery."""
        try:
            psycopg2.connect(self.url()).close()
        except psycopg2.OperationalError:
            return False
        return True

    def stop(self) -> None:
        """End the server without waiting for its clients."""
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            self.process.wait(DEADLINE_S)

    def kill(self) -> None:
        """Crash the server: its children end with it, and their shared memory goes."""
        super().kill()
        wait_for(lambda: not answers(self.port), "the end of PostgreSQL")

    def url(self, database: str = "postgres") -> str:
        """Name a database of this server."""
        return f"postgresql://clair@127.0.0.1:{self.port}/{database}"


class Mosquitto(Service):
    """A private Mosquitto that keeps sessions and messages across restarts."""

    def __init__(self, folder: Path) -> None:
        port = free_port()
        config = folder / "mosquitto.conf"
        config.write_text(
            f"listener {port} 127.0.0.1\nallow_anonymous true\npersistence true\n"
            f"persistence_location {folder}/\nautosave_interval 1\nautosave_on_changes true\n"
            + ("user root\n" if os.geteuid() == 0 else "")
        )
        program = shutil.which("mosquitto") or "/usr/sbin/mosquitto"
        super().__init__([program, "-c", str(config)], port)

    @property
    def url(self) -> str:
        """Name the broker."""
        return f"mqtt://127.0.0.1:{self.port}"


@contextmanager
def postgres(*, fsync: bool = False) -> Iterator[Postgres]:
    """Run a private PostgreSQL for a while."""
    with tempfile.TemporaryDirectory(prefix="clair-postgres-") as folder:
        server = Postgres(Path(folder), fsync=fsync)
        server.start()
        try:
            yield server
        finally:
            server.stop()


@contextmanager
def mosquitto() -> Iterator[Mosquitto]:
    """Run a private Mosquitto for a while."""
    with tempfile.TemporaryDirectory(prefix="clair-mosquitto-") as folder:
        broker = Mosquitto(Path(folder))
        broker.start()
        try:
            yield broker
        finally:
            broker.stop()


@contextmanager
def redis_server() -> Iterator[Service]:
    """Run a private Redis for a while."""
    with tempfile.TemporaryDirectory(prefix="clair-redis-") as folder:
        port = free_port()
        options = ["--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", folder]
        server = Service(["redis-server", *options], port)
        server.start()
        try:
            yield server
        finally:
            server.stop()


class Web(Service):
    """Clair itself under gunicorn, as `scripts/up` runs it."""

    def __init__(self, environ: dict[str, str], *, workers: int = 2) -> None:
        port = free_port()
        program = str(Path(sys.executable).with_name("gunicorn"))
        options = ["--preload", "--workers", str(workers), "--threads", "4", "--no-control-socket"]
        bind = ["--worker-class", "gthread", "--bind", f"127.0.0.1:{port}"]
        environ = {"MALLOC_ARENA_MAX": "2", "MALLOC_TOP_PAD_": "2097152"} | environ
        super().__init__([program, *options, *bind, "wsgi:app"], port, environ=environ)

    @property
    def url(self) -> str:
        """Name the root of the pages."""
        return f"http://127.0.0.1:{self.port}"

    def kill(self) -> None:
        """Kill the server with its workers."""
        if self.process is not None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
