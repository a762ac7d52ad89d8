"""What is in the spool stays there until it is delivered."""

import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from pathlib import Path
from types import SimpleNamespace

import pytest

from clair.forwarders import spool as spool_module
from clair.forwarders.spool import Spool, SpoolFullError

ROOT = Path(__file__).parents[2]
NOON_S = 1_700_000_000
TOPIC = "v3/my-sensors@ttn/devices/room-1/up"


def fill(spool: Spool, *payloads: bytes) -> None:
    for age, payload in enumerate(payloads):
        spool.add(NOON_S + age, TOPIC, payload)


def payloads(spool: Spool, limit: int = 500, max_bytes: int = 10_000) -> list[bytes]:
    return [message.payload for message in spool.oldest(limit, max_bytes)]


def test_messages_survive_closing_and_opening(tmp_path):
    with Spool(tmp_path / "spool") as before:
        fill(before, b"one", b"\x00\xfftwo\n")
    with Spool(tmp_path / "spool") as after:
        assert payloads(after) == [b"one", b"\x00\xfftwo\n"]
        assert after.level().spooled == 2
        assert after.oldest(1, 1)[0].received_at_s == NOON_S
        assert after.oldest(1, 1)[0].topic == TOPIC


def test_messages_survive_kill_9_once_add_has_returned(tmp_path):
    code = (
        "import sys; from pathlib import Path; from clair.forwarders.spool import Spool\n"
        "spool = Spool(Path(sys.argv[1])); number = 0\n"
        "while True:\n"
        "    spool.add(number, 't', str(number).encode()); print(number, flush=True); number += 1"
    )
    writer = subprocess.Popen(
        [sys.executable, "-c", code, tmp_path / "spool"], stdout=subprocess.PIPE, cwd=ROOT
    )
    for _ in range(50):
        writer.stdout.readline()
    os.kill(writer.pid, signal.SIGKILL)
    promised = 50 + len(writer.communicate()[0].split())
    with Spool(tmp_path / "spool") as spool:
        assert spool.level().spooled in (promised, promised + 1)
        assert payloads(spool)[:50] == [str(number).encode() for number in range(50)]


def test_the_oldest_come_first_and_no_more_than_asked_for(spool):
    fill(spool, b"one", b"two", b"three")
    assert payloads(spool, limit=2) == [b"one", b"two"]


def test_a_batch_keeps_to_its_size(spool):
    fill(spool, b"12345", b"12345", b"12345")
    assert payloads(spool, max_bytes=12) == [b"12345", b"12345"]


def test_a_message_above_the_size_comes_alone(spool):
    fill(spool, b"1234567890", b"1")
    assert payloads(spool, max_bytes=5) == [b"1234567890"]


def test_deleting_a_batch_leaves_the_others(spool):
    fill(spool, b"one", b"two", b"three")
    spool.delete(spool.oldest(2, 100))
    assert payloads(spool) == [b"three"]
    assert spool.level().spooled == 1


def test_level_tells_since_when_the_oldest_waits(spool):
    assert spool.level().oldest_spooled_s is None
    fill(spool, b"one", b"two")
    assert spool.level().oldest_spooled_s == NOON_S
    spool.delete(spool.oldest(1, 100))
    assert spool.level().oldest_spooled_s == NOON_S + 1


def test_a_refused_message_is_kept_with_its_reason(spool, read_refused):
    fill(spool, b"one", b"two")
    spool.refuse(spool.oldest(1, 100)[0], "400 no such thing")
    assert payloads(spool) == [b"two"]
    assert read_refused() == [(b"one", "400 no such thing")]
    assert (spool.level().spooled, spool.level().refused) == (1, 1)
    assert spool.level().last_refused_s == pytest.approx(time.time(), abs=5)


def test_only_the_newest_refused_messages_are_kept(spool, read_refused, monkeypatch):
    monkeypatch.setattr(spool_module, "MAX_REFUSED", 2)
    for payload in (b"one", b"two", b"three"):
        spool.refuse_arrival(NOON_S, TOPIC, payload, "empty")
    assert [payload for payload, _ in read_refused()] == [b"two", b"three"]


def test_a_huge_refused_message_is_cut(spool, read_refused):
    spool.refuse_arrival(NOON_S, TOPIC, bytes(2_000_000), "too large")
    assert len(read_refused()[0][0]) == spool_module.MAX_REFUSED_BYTES


def test_a_full_spool_takes_messages_again_after_a_delivery(spool, monkeypatch):
    monkeypatch.setattr(spool_module, "MAX_MESSAGES", 2)
    fill(spool, b"one", b"two")
    with pytest.raises(SpoolFullError):
        fill(spool, b"three")
    spool.delete(spool.oldest(1, 100))
    fill(spool, b"three")
    assert payloads(spool) == [b"two", b"three"]


def test_an_almost_full_disk_takes_no_message_but_lets_the_sender_make_room(spool, monkeypatch):
    fill(spool, b"one", b"two")
    monkeypatch.setattr(spool_module, "RESERVE_BYTES", 2**80)
    with pytest.raises(SpoolFullError, match="disk"):
        fill(spool, b"three")
    with pytest.raises(SpoolFullError, match="disk"):
        spool.refuse_arrival(NOON_S, TOPIC, b"", "it is empty")
    spool.refuse(spool.oldest(1, 100)[0], "400 no such thing")
    spool.delete(spool.oldest(1, 100))
    assert (spool.level().spooled, spool.level().refused) == (0, 1)


def test_on_a_full_disk_a_message_takes_the_room_of_the_delivered(spool, monkeypatch):
    fill(spool, *[bytes(2000)] * 100)
    monkeypatch.setattr(os, "statvfs", lambda path: SimpleNamespace(f_bavail=0, f_frsize=4096))
    monkeypatch.setattr(spool_module, "RESERVE_BYTES", 100_000)
    with pytest.raises(SpoolFullError, match="disk"):
        fill(spool, b"one")
    spool.delete(spool.oldest(100, 1_000_000))
    fill(spool, b"one")
    assert payloads(spool) == [b"one"]


def test_the_client_id_stays_the_same_for_a_spool_and_differs_between_two(tmp_path):
    with Spool(tmp_path / "one") as one, Spool(tmp_path / "two") as two:
        suffix = one.client_suffix()
        assert suffix == one.client_suffix()
        assert suffix != two.client_suffix()
    with Spool(tmp_path / "one") as reopened:
        assert reopened.client_suffix() == suffix
    assert len(suffix) == 8


def test_nothing_is_lost_while_one_thread_writes_and_another_empties(spool):
    sent = [str(number).encode() for number in range(300)]
    writer = threading.Thread(target=fill, args=(spool, *sent))
    writer.start()
    received = []
    while writer.is_alive() or spool.level().spooled:
        batch = spool.oldest(7, 1000)
        if batch:
            received += [message.payload for message in batch]
            spool.delete(batch)
    writer.join()
    assert received == sent


def test_a_file_that_is_no_spool_is_refused(tmp_path):
    (tmp_path / "spool").write_bytes(b"this is no database" * 100)
    with pytest.raises(sqlite3.DatabaseError):
        Spool(tmp_path / "spool")
