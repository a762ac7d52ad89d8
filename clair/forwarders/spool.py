"""The spool: a SQLite file in which messages wait until the ingest endpoint has them."""

import os
import secrets
import sqlite3
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

MAX_MESSAGES = 1_000_000  # about 2 GB of uplinks; beyond it the broker has to keep them
# Deleting needs space, too, in SQLite's log: on a disk that we had filled to the last byte the
# sender could never make room again.
RESERVE_BYTES = 32 * 1024 * 1024
MAX_REFUSED = 10_000
MAX_REFUSED_BYTES = 64 * 1024  # of one payload; uplinks have 2 kB, so only oddities are cut
BUSY_TIMEOUT_S = 2.0  # an operator may look into the file while we write

SCHEMA = """
CREATE TABLE IF NOT EXISTS message (
    id INTEGER PRIMARY KEY,
    received_at_s INTEGER NOT NULL,
    topic TEXT NOT NULL,
    payload BLOB NOT NULL
);
CREATE TABLE IF NOT EXISTS refused (
    id INTEGER PRIMARY KEY,
    received_at_s INTEGER NOT NULL,
    topic TEXT NOT NULL,
    payload BLOB NOT NULL,
    reason TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value TEXT NOT NULL);
"""


class SpoolFullError(Exception):
    """No more messages are taken until some are delivered."""


@dataclass(frozen=True, slots=True)
class Message:
    """A message that waits; its id orders the messages by arrival."""

    id: int
    received_at_s: int
    topic: str
    payload: bytes


@dataclass(frozen=True, slots=True)
class Level:
    """How full the spool is, since when its oldest message waits, and when one was refused."""

    spooled: int
    oldest_spooled_s: int | None
    refused: int
    last_refused_s: int | None


class Spool:
    """Messages on disk, written by the MQTT thread and emptied by the sender."""

    def __init__(self, path: Path) -> None:
        # One connection under one lock: two would meet at SQLite's write lock all the same.
        self._lock = threading.Lock()
        self._folder = path.parent
        self._last_refused_s: int | None = None
        self._connection = sqlite3.connect(
            path, timeout=BUSY_TIMEOUT_S, isolation_level=None, check_same_thread=False
        )
        try:
            self._connection.execute("PRAGMA journal_mode = WAL")
            # WAL alone would survive a crash, but not a loss of power.
            self._connection.execute("PRAGMA synchronous = FULL")
            self._connection.executescript(SCHEMA)
            self._spooled: int = self._ask("SELECT count(*) FROM message")[0]
        except sqlite3.Error:
            self._connection.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the file; what waits in it stays."""
        with self._lock:
            self._connection.close()

    def client_suffix(self) -> str:
        """Return the random part of our MQTT client id, which stays the same for this spool."""
        with self._lock:
            self._connection.execute(
                "INSERT OR IGNORE INTO meta VALUES ('client_suffix', ?)", (secrets.token_hex(4),)
            )
            row = self._ask("SELECT value FROM meta WHERE name = 'client_suffix'")
            return str(row[0])

    def add(self, received_at_s: int, topic: str, payload: bytes) -> None:
        """Put a message on disk; it is safe when this returns."""
        with self._lock:
            if self._spooled >= MAX_MESSAGES:
                raise SpoolFullError(f"{self._spooled} messages are waiting, no more are taken")
            self._require_space()
            self._connection.execute(
                "INSERT INTO message (received_at_s, topic, payload) VALUES (?, ?, ?)",
                (received_at_s, topic, payload),
            )
            self._spooled += 1

    def oldest(self, limit: int, max_bytes: int) -> list[Message]:
        """Return the oldest messages that fit together, and at least one if there is any."""
        batch: list[Message] = []
        size = 0
        with self._lock:
            rows = self._connection.execute(
                "SELECT id, received_at_s, topic, payload FROM message ORDER BY id LIMIT ?",
                (limit,),
            )
            for row in rows:
                message = Message(*row)
                size += len(message.payload) + 1
                if batch and size > max_bytes:
                    break
                batch.append(message)
            rows.close()
        return batch

    def delete(self, batch: Sequence[Message]) -> None:
        """Delete the oldest messages, as `oldest` returned them."""
        with self._lock:
            self._delete(batch[0].id, batch[-1].id)

    def refuse(self, message: Message, reason: str) -> None:
        """Move a message that cannot be delivered aside, with the reason, for the operator."""
        with self._lock, self._connection:
            self._connection.execute("BEGIN IMMEDIATE")
            self._keep_refused(message.received_at_s, message.topic, message.payload, reason)
            self._delete(message.id, message.id)

    def refuse_arrival(self, received_at_s: int, topic: str, payload: bytes, reason: str) -> None:
        """Keep a message that was refused on arrival, with the reason, for the operator."""
        with self._lock, self._connection:
            self._require_space()
            self._connection.execute("BEGIN IMMEDIATE")
            self._keep_refused(received_at_s, topic, payload, reason)

    def level(self) -> Level:
        """Say how full the spool is."""
        with self._lock:
            oldest = self._ask("SELECT received_at_s FROM message ORDER BY id LIMIT 1")
            (refused,) = self._ask("SELECT count(*) FROM refused")
            oldest_s = oldest[0] if oldest else None
            return Level(self._spooled, oldest_s, refused, self._last_refused_s)

    def _require_space(self) -> None:
        disk = os.statvfs(self._folder)
        # The file does not shrink: what was delivered leaves room in it, not on the disk.
        (unused,) = self._ask(
            "SELECT freelist_count * page_size FROM pragma_freelist_count, pragma_page_size"
        )
        if disk.f_bavail * disk.f_frsize + unused < RESERVE_BYTES:
            raise SpoolFullError(f"the disk of {self._folder} is almost full, no more are taken")

    def _delete(self, first_id: int, last_id: int) -> None:
        deleted = self._connection.execute(
            "DELETE FROM message WHERE id BETWEEN ? AND ?", (first_id, last_id)
        )
        self._spooled -= deleted.rowcount

    def _keep_refused(self, received_at_s: int, topic: str, payload: bytes, reason: str) -> None:
        self._connection.execute(
            "INSERT INTO refused (received_at_s, topic, payload, reason) VALUES (?, ?, ?, ?)",
            (received_at_s, topic, payload[:MAX_REFUSED_BYTES], reason),
        )
        self._connection.execute(
            "DELETE FROM refused WHERE id <= (SELECT max(id) FROM refused) - ?", (MAX_REFUSED,)
        )
        self._last_refused_s = int(time.time())

    def _ask(self, question: str) -> tuple[int, ...]:
        row: tuple[int, ...] = self._connection.execute(question).fetchone()
        return row or ()
