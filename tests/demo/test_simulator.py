"""The simulator as a process of its own, with a real broker that comes and goes."""

import signal
import time

import pytest

from clair.demo.places import all_nodes
from clair.ingest.decoders import DECODERS
from clair.ingest.networks import NETWORKS
from clair.ingest.uplink import Uplink

from pipeline import Listener
from services import wait_for

SPEAKING = {node.eui: node for node in all_nodes() if not node.is_silent}


def parse(message: bytes) -> Uplink:
    """Read a message as ingest does."""
    return NETWORKS["ttn"](message, int(time.time()))


def euis(listener: Listener) -> set[str]:
    """Say which sensors have spoken."""
    return {parse(message).dev_eui for message in listener.messages}


def test_every_sensor_but_the_silent_one_speaks_at_once(listener, simulator):
    wait_for(lambda: euis(listener) == set(SPEAKING), "an uplink of each sensor", 15)

    now_s = time.time()
    for message in listener.messages:
        uplink = parse(message)
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
            away_s < parse(message).received_at_s < back_s for message in listener.messages[known:]
        ),
        "an uplink of the time without a broker",
        25,
    )
    assert simulator.poll() is None


def test_a_repeated_message_is_the_same_to_the_byte(listener, simulator):
    wait_for(lambda: len(set(listener.messages)) < len(listener.messages), "a repetition", 20)

    by_frame = {}
    for message in listener.messages:
        uplink = parse(message)
        by_frame.setdefault((uplink.dev_eui, uplink.received_at_s), set()).add(message)
    assert all(len(same) == 1 for same in by_frame.values())


@pytest.mark.parametrize("is_broker_there", [True, False])
def test_sigterm_ends_it_within_two_seconds(broker, listener, simulator, is_broker_there):
    wait_for(lambda: listener.messages, "the first uplink", 15)
    if not is_broker_there:
        broker.kill()
    simulator.send_signal(signal.SIGTERM)

    assert simulator.wait(2) == 0
