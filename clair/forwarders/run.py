"""The forwarder process: starts session and sender, reports, and ends in good order."""

import fcntl
import logging
import signal
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import TextIO

import click

from clair.config import ForwarderConfig
from clair.forwarders.delivery import Sender
from clair.forwarders.health import Status
from clair.forwarders.network import Broker, Network
from clair.forwarders.session import Session
from clair.forwarders.spool import Spool
from clair.settings import ConfigError

logger = logging.getLogger(__name__)

HEARTBEAT_S = 2.0
# A container engine kills after 10 seconds at the latest; we take no more than 5.
DRAIN_S = 3.0
DISCONNECT_S = 1.0

Ends = SimpleQueue[str | None]  # why the process shall end: None for a signal, or what is wrong


def status_path(data: Path, network_name: str) -> Path:
    """Say where the forwarder of a network reports how it is doing."""
    return data / f"forwarder-{network_name}.json"


def run(config: ForwarderConfig, network: Network) -> None:
    """Forward uplinks until a signal says to stop, or raise what makes that impossible."""
    broker = Broker.of(config, network)
    with only_process(config.CLAIR_DATA, network.name):
        forwarder = Forwarder(config, network, broker)
        signal.signal(signal.SIGTERM, forwarder.end_on_signal)
        signal.signal(signal.SIGINT, forwarder.end_on_signal)
        problem = forwarder.run()
    if problem:
        raise click.ClickException(problem)


@contextmanager
def only_process(data: Path, network_name: str) -> Iterator[None]:
    """Make sure that nobody else works on the same spool."""
    with open_lock(data, network_name) as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise ConfigError(f"Another forwarder is already at work on {data}.") from error
        yield


def open_lock(data: Path, network_name: str) -> TextIO:
    """Open the file that stands for the right to work on the spool."""
    try:
        data.mkdir(parents=True, exist_ok=True)
        return (data / f"forwarder-{network_name}.lock").open("a")
    except OSError as error:
        raise ConfigError(f"CLAIR_DATA {data} cannot be used: {error}.") from error


def open_spool(path: Path) -> Spool:
    """Open the spool, or say in one sentence why not."""
    try:
        return Spool(path)
    except sqlite3.Error as error:
        raise ConfigError(f"The spool {path} cannot be used: {error}.") from error


class Forwarder:
    """Session, spool and sender of one network, and the report about them."""

    def __init__(self, config: ForwarderConfig, network: Network, broker: Broker) -> None:
        self._status_path = status_path(config.CLAIR_DATA, network.name)
        self._started_at_s = int(time.time())
        # Unlike an Event, this queue may be used in a signal handler.
        self._ends: Ends = SimpleQueue()
        self._spool = open_spool(config.CLAIR_DATA / f"forwarder-{network.name}.sqlite3")
        self._sender = Sender(
            self._spool,
            f"{config.CLAIR_API_ROOT}uplinks/{network.name}",
            config.CLAIR_INGEST_TOKEN,
        )
        self._session = Session(
            broker,
            network,
            self._spool,
            on_spooled=self._sender.wake,
            on_fatal=self._ends.put,
        )

    def end_on_signal(self, number: int, frame: object) -> None:
        """Ask the process to end in good order."""
        self._ends.put(None)

    def run(self) -> str | None:
        """Forward until something ends it; return what is wrong, if anything is."""
        self._sender.start()
        self._session.start()
        problem = self._watch()
        self._end()
        return problem

    def _watch(self) -> str | None:
        """Report every two seconds until it is time to end."""
        while True:
            self._report()
            try:
                return self._ends.get(timeout=HEARTBEAT_S)
            except Empty:
                if not (self._session.is_alive() and self._sender.is_alive()):
                    return "A thread of the forwarder has died; its traceback is in the log."

    def _end(self) -> None:
        """Deliver what can be delivered in a moment, then say good-bye to the broker."""
        # We stay connected meanwhile: what arrives now is safe in the spool, and where the
        # broker keeps nothing for us it would be lost otherwise.
        is_drained = self._sender.finish(DRAIN_S)
        self._session.stop(DISCONNECT_S)
        logger.info("Ended; %s messages stay in the spool", self._spool.level().spooled)
        if is_drained and not self._session.is_alive():
            self._spool.close()

    def _report(self) -> None:
        """Replace the status file; if that fails its age tells."""
        new = self._status_path.with_suffix(".json.new")
        try:
            new.write_text(self._status().to_json(), encoding="utf-8")
            new.replace(self._status_path)
        except (OSError, sqlite3.Error) as error:
            logger.warning("The status file cannot be written: %s", error)

    def _status(self) -> Status:
        level = self._spool.level()
        return Status(
            written_at_s=int(time.time()),
            started_at_s=self._started_at_s,
            connected=self._session.connected,
            disconnected_since_s=self._session.disconnected_since_s,
            login_refused=self._session.login_refused,
            delivery_refused=self._sender.is_refused,
            last_uplink_s=self._session.last_uplink_s,
            last_delivery_s=self._sender.last_delivery_s,
            oldest_spooled_s=level.oldest_spooled_s,
            spooled=level.spooled,
            refused=level.refused,
            last_refused_s=level.last_refused_s,
            last_error=self._sender.problem or self._session.problem,
        )
