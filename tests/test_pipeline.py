"""An uplink's whole way: broker, forwarder, ingest, database, page; and what faults do to it."""

import json
import signal
import subprocess
import time
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from clair.access import Source
from clair.demo.load import load_places
from clair.extensions import db
from clair.ingest.receive import receive
from clair.models import Sample, User

from conftest import World
from pipeline import Listener, publish, register, uplink_at
from services import Mosquitto, Postgres, Web, wait_for

ClientOf = Callable[[User | None], FlaskClient]


def count_samples() -> int:
    """Count what is stored, and let go of the database at once."""
    count = db.session.scalar(select(func.count()).select_from(Sample)) or 0
    db.session.rollback()
    return count


def wait_for_samples(number: int) -> None:
    """Wait until exactly so many samples are stored."""
    wait_for(lambda: count_samples() == number, f"{number} samples", timeout_s=60)


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
def test_faults_lose_no_uplink_that_is_published_once(
    world: World, broker: Mosquitto, web: Web, forwarder: None, postgres_server: Postgres
) -> None:
    register(world)
    start_s = int(time.time()) - 3600
    number = 0
    for service in (web, postgres_server, broker):
        for running in (True, False, True):
            if not running:
                if service is broker:
                    # Mosquitto acknowledges before it saves: what it holds dies with it, and
                    # only whoever published it can help that, as the simulator does below.
                    wait_for_samples(number)
                service.kill()
            for _ in range(5):
                # Nothing can be handed to a broker that is away.
                if running or service is not broker:
                    publish(broker, uplink_at(start_s + number))
                    number += 1
            if not running:
                time.sleep(1)
                service.start()
    wait_for_samples(number)
    # Other tests share the server that was killed, and must not get its dead connections.
    db.engine.dispose()


@pytest.fixture
def demo(app: Flask) -> None:
    """The places whose sensors the simulator plays."""
    load_places(int(time.time()))
    db.session.commit()


def frames(messages: list[bytes]) -> dict[tuple[str, int], bytes]:
    """Sort uplinks by sensor and number; each sensor counts from zero without a gap."""
    numbered = {}
    for message in messages:
        uplink = json.loads(message)
        eui = uplink["end_device_ids"]["dev_eui"]
        numbered[eui, uplink["uplink_message"].get("f_cnt", 0)] = message
    return numbered


def are_all_stored(messages: list[bytes]) -> bool:
    """Say whether every uplink that was sent has its samples: sending all again adds nothing."""
    sent = frames(messages)
    if any(number > 0 and (eui, number - 1) not in sent for eui, number in sent):
        return False  # the one who reads along has not got it yet
    source = Source(id=None, name="again", network="ttn", family=None)
    receipt = receive(source, sent.values(), int(time.time()))
    db.session.rollback()
    assert receipt.duplicate > 0
    return receipt.stored == 0


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_killing_web_database_and_broker_in_turn_loses_no_uplink_of_the_simulator(
    demo: None,
    broker: Mosquitto,
    web: Web,
    forwarder: "subprocess.Popen[bytes]",
    listener: Listener,
    simulator: "subprocess.Popen[bytes]",
    postgres_server: Postgres,
) -> None:
    for service in (web, postgres_server, broker):
        known = len(frames(listener.messages))
        if service is broker:
            # So that it dies with uplinks in its memory that it has acknowledged.
            forwarder.send_signal(signal.SIGSTOP)
        wait_for(lambda known=known: len(frames(listener.messages)) > known + 5, "uplinks")
        service.kill()
        forwarder.send_signal(signal.SIGCONT)
        time.sleep(2)
        service.start()
    db.engine.dispose()
    until_s = time.monotonic() + 5
    wait_for(lambda: time.monotonic() > until_s, "uplinks after the last fault")
    wait_for(lambda: are_all_stored(list(listener.messages)), "all samples", timeout_s=60)
