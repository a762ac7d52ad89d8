"""The MQTT session: what arrives is in the spool before it is acknowledged."""

import logging
import sqlite3
import threading
import time
from collections.abc import Callable
from typing import Any

from paho.mqtt.client import Client, ConnectFlags, MQTTMessage, error_string
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode, MQTTProtocolVersion
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from clair.forwarders.backoff import pause_s
from clair.forwarders.network import Broker, Network
from clair.forwarders.spool import Spool, SpoolFullError

logger = logging.getLogger(__name__)

KEEPALIVE_S = 60
TICK_S = 0.2  # how soon the thread notices that it shall end
LONGEST_PAUSE_S = 30
REFUSED_PAUSE_S = 60
LONGEST_REFUSED_PAUSE_S = 300
MAX_PAYLOAD_BYTES = 1024 * 1024  # the ingest endpoint takes no more in one request


def object_to(payload: bytes) -> str | None:
    """Say why a payload can be no uplink, or None if it can."""
    if not payload.strip():
        return "it is empty"
    if len(payload) > MAX_PAYLOAD_BYTES:
        return f"it has {len(payload)} bytes"
    return None


class NotStoredError(Exception):
    """A message could not be stored; the broker sends it again when we reconnect."""


class Session(threading.Thread):
    """A thread that holds the session with the broker for as long as the process lives."""

    def __init__(
        self,
        broker: Broker,
        network: Network,
        spool: Spool,
        *,
        on_spooled: Callable[[], None],
        on_fatal: Callable[[str], None],
    ) -> None:
        super().__init__(name="mqtt", daemon=True)
        self._broker = broker
        self._topic = network.topic
        self._spool = spool
        self._on_spooled = on_spooled
        self._on_fatal = on_fatal
        self._ending = threading.Event()
        self._failures = 0
        self.connected = False
        self.disconnected_since_s: int | None = int(time.time())
        self.login_refused = False
        self.last_uplink_s: int | None = None
        self.problem: str | None = None
        self._client = self._make_client(f"clair-{network.application}-{spool.client_suffix()}")

    def _make_client(self, client_id: str) -> Client:
        client = Client(
            CallbackAPIVersion.VERSION2,
            client_id,
            clean_session=False,
            protocol=MQTTProtocolVersion.MQTTv311,
            reconnect_on_failure=False,
            manual_ack=True,
        )
        client.on_connect = self._on_connect
        client.on_subscribe = self._on_subscribe
        client.on_message = self._on_message
        if self._broker.username is not None:
            client.username_pw_set(self._broker.username, self._broker.password)
        if self._broker.tls:
            client.tls_set_context(self._broker.tls)
        return client

    def stop(self, within_s: float) -> None:
        """Disconnect and end."""
        self._ending.set()
        self.join(within_s)

    def run(self) -> None:
        """Connect, serve and reconnect until told to stop."""
        # paho's own loop would end with the first packet that it cannot read, and has one pace
        # of reconnecting for all causes.
        while not self._ending.is_set():
            began_s = time.monotonic()
            self._hold_connection()
            if time.monotonic() - began_s >= LONGEST_PAUSE_S:
                self._failures = 0
            self._failures += 1
            self._ending.wait(self._pause_s())

    def _hold_connection(self) -> None:
        """Connect and serve until the connection ends, for whatever reason."""
        try:
            self._client.connect(self._broker.host, self._broker.port, KEEPALIVE_S)
            self._serve()
        except OSError as error:
            self._note(f"cannot reach the broker: {error}")
        except NotStoredError as error:
            self._note(f"cannot store a message, reconnect to get it again: {error}")
        except Exception as error:  # whatever the broker sends, we try again
            logger.exception("The MQTT session failed")
            self._note(f"the MQTT session failed: {error}")
        finally:
            self._client.disconnect()
            if self.connected:
                self.connected, self.disconnected_since_s = False, int(time.time())

    def _serve(self) -> None:
        while not self._ending.is_set():
            result = self._client.loop(TICK_S)
            if result == MQTTErrorCode.MQTT_ERR_CONN_REFUSED:
                return  # _on_connect has told why
            if result != MQTTErrorCode.MQTT_ERR_SUCCESS:
                self._note(f"lost the broker: {error_string(result)}")
                return

    def _pause_s(self) -> float:
        if self.login_refused:
            return pause_s(self._failures, REFUSED_PAUSE_S, LONGEST_REFUSED_PAUSE_S)
        return pause_s(self._failures, 1, LONGEST_PAUSE_S)

    def _note(self, problem: str) -> None:
        self.problem = problem
        logger.warning("MQTT: %s", problem)

    def _on_connect(
        self,
        client: Client,
        userdata: Any,
        flags: ConnectFlags,
        reason: ReasonCode,
        properties: Properties | None,
    ) -> None:
        if reason.is_failure and reason != "Server unavailable":
            if not self.login_refused:
                self._failures = 0
            self.login_refused = True
        if reason.is_failure:
            self._note(f"the broker refused the log-in: {reason}")
            return
        self.login_refused = False
        client.subscribe(self._topic, qos=1)

    def _on_subscribe(
        self,
        client: Client,
        userdata: Any,
        mid: int,
        reasons: list[ReasonCode],
        properties: Properties | None,
    ) -> None:
        if any(reason.is_failure for reason in reasons):
            self._note(f"the broker refused the subscription to {self._topic}")
            self._ending.set()
            self._on_fatal(f"The broker refused the subscription to {self._topic}.")
            return
        self.connected, self.disconnected_since_s, self.problem = True, None, None
        logger.info("MQTT: subscribed to %s with QoS %s", self._topic, reasons[0].value)

    def _on_message(self, client: Client, userdata: Any, message: MQTTMessage) -> None:
        """Store a message, then acknowledge it; nothing that arrives may end the session."""
        try:
            self._store(message)
            client.ack(message.mid, message.qos)
        except (sqlite3.Error, SpoolFullError) as error:
            self._fail_to_store(message, error)
        except Exception:
            logger.exception("A message could not be handled")

    def _store(self, message: MQTTMessage) -> None:
        self.last_uplink_s = int(time.time())
        payload = bytes(message.payload)
        reason = object_to(payload)
        if reason:
            self._spool.refuse_arrival(self.last_uplink_s, message.topic, payload, reason)
            logger.warning("A message of %s is refused: %s", message.topic, reason)
            return
        self._spool.add(self.last_uplink_s, message.topic, payload)
        self.problem = None
        self._on_spooled()

    def _fail_to_store(self, message: MQTTMessage, error: Exception) -> None:
        if message.qos > 0:
            raise NotStoredError(str(error)) from error
        # Without QoS nobody has it any more; reconnecting would lose the next ones, too.
        self._note(f"an uplink of {message.topic} is lost: {error}")
