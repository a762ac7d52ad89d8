"""Publishes what the sensors of the demo send, as The Things Stack would.

Each sensor sends once within the first seconds, then in the rhythm of its family. The air is that
of the clock on the wall at any speed.

A broker that is away costs nothing: what it has not acknowledged is sent when it is back. Its other
clients may be back later still, and without a session of theirs it would have nobody to give a
message to. Hence one rule: the messages of the last five minutes, and for two minutes after each
connect also those of the time without a broker, are published again and again, byte for byte. So
whoever was cut off gets them late rather than never, and ingest knows those that it has.
"""

import logging
import signal
import time
from collections import deque
from collections.abc import Iterable
from queue import Empty, SimpleQueue
from typing import Any
from urllib.parse import unquote, urlsplit

from paho.mqtt.client import Client, ConnectFlags, DisconnectFlags
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from clair.demo import devices, things_stack
from clair.demo.places import Node

logger = logging.getLogger(__name__)

FIRST_WITHIN_S = 6.0
SHORTEST_PERIOD_S = 1.0
TICK_S = 0.25
RECENT_S = 5 * 60
KEEP_ALL_FOR_S = 2 * 60
REPEAT_EVERY_S = 10
KEEPALIVE_S = 15
LONGEST_PAUSE_S = 5


def simulate(mqtt_url: str, nodes: Iterable[Node], speed: float) -> None:
    """Publish the uplinks of sensors until SIGTERM or SIGINT."""
    # Unlike an Event, this queue may be used in a signal handler.
    ends: SimpleQueue[int] = SimpleQueue()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda number, _frame: ends.put(number))
    publisher = Publisher(mqtt_url)
    schedule = Schedule(nodes, speed, time.time())
    publisher.start()
    while not _is_ended(ends):
        now_s = time.time()
        for topic, message in schedule.due(now_s):
            publisher.publish(topic, message, now_s)
        publisher.repeat(now_s)
    publisher.stop()


def _is_ended(ends: "SimpleQueue[int]") -> bool:
    try:
        ends.get(timeout=TICK_S)
    except Empty:
        return False
    return True


class Schedule:
    """When each sensor sends next, and how many frames it has sent."""

    def __init__(self, nodes: Iterable[Node], speed: float, now_s: float) -> None:
        self._speed = speed
        speaking = [node for node in nodes if not node.is_silent]
        self._next_s = {
            node: now_s + FIRST_WITHIN_S * number / len(speaking)
            for number, node in enumerate(speaking)
        }
        self._frames = dict.fromkeys(speaking, 0)

    def due(self, now_s: float) -> Iterable[tuple[str, bytes]]:
        """Give topic and message of each sensor whose time has come."""
        for node, next_s in self._next_s.items():
            if next_s <= now_s:
                # By the plan, so that it meets the rhythm of the history; by the clock after a pause.
                received_at_s = max(int(next_s), int(now_s) - 1)
                uplink = devices.uplink(node, received_at_s)
                yield things_stack.topic(uplink), things_stack.message(uplink, self._frames[node])
                self._frames[node] += 1
                period_s = max(devices.period_s(node) / self._speed, SHORTEST_PERIOD_S)
                self._next_s[node] = devices.next_uplink_s(node, received_at_s + 1, period_s)


class Publisher:
    """A session with the broker that loses nothing, and repeats what others may have missed."""

    def __init__(self, mqtt_url: str) -> None:
        url = urlsplit(mqtt_url)
        self._client = Client(CallbackAPIVersion.VERSION2, protocol=MQTTProtocolVersion.MQTTv311)
        if url.username:
            self._client.username_pw_set(unquote(url.username), unquote(url.password or ""))
        if url.scheme == "mqtts":
            self._client.tls_set()
        self._client.on_connect = self._on_connect
        self._client.on_disconnect = self._on_disconnect
        self._client.reconnect_delay_set(1, LONGEST_PAUSE_S)
        port = url.port or (8883 if url.scheme == "mqtts" else 1883)
        self._client.connect_async(url.hostname or "localhost", port, KEEPALIVE_S)
        self._recent: deque[tuple[float, str, bytes]] = deque()
        self._connected_s: float | None = None
        self._repeated_s = 0.0

    def start(self) -> None:
        """Connect, and connect again, in a thread."""
        self._client.loop_start()

    def stop(self) -> None:
        """Disconnect."""
        self._client.disconnect()
        self._client.loop_stop()

    def publish(self, topic: str, message: bytes, now_s: float) -> None:
        """Publish a message now, or as soon as there is a broker."""
        self._recent.append((now_s, topic, message))
        self._client.publish(topic, message, qos=1)

    def repeat(self, now_s: float) -> None:
        """Publish the recent messages again, for whoever was cut off."""
        connected_s = self._connected_s
        if connected_s is None or now_s < max(connected_s, self._repeated_s) + REPEAT_EVERY_S:
            return
        self._repeated_s = now_s
        if now_s > connected_s + KEEP_ALL_FOR_S:
            while self._recent and self._recent[0][0] < now_s - RECENT_S:
                self._recent.popleft()
        for _, topic, message in self._recent:
            self._client.publish(topic, message, qos=1)

    def _on_connect(
        self,
        client: Client,
        userdata: Any,
        flags: ConnectFlags,
        reason: ReasonCode,
        properties: Properties | None,
    ) -> None:
        if reason.is_failure:
            logger.warning("The broker refused the log-in: %s", reason)
            return
        logger.info("Connected to the broker")
        self._connected_s = time.time()

    def _on_disconnect(
        self,
        client: Client,
        userdata: Any,
        flags: DisconnectFlags,
        reason: ReasonCode,
        properties: Properties | None,
    ) -> None:
        self._connected_s = None
        logger.info("The broker is away: %s", reason)
