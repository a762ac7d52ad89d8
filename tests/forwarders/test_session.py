"""What the broker sends is in the spool before it is acknowledged, and nothing ends the session."""

import shutil
import sqlite3
import ssl
import subprocess
import time
from contextlib import closing

import pytest

from clair.config import ForwarderConfig
from clair.forwarders import spool as spool_module
from clair.forwarders.backoff import pause_s
from clair.forwarders.network import Broker, the_things_stack
from clair.forwarders.session import object_to
from clair.settings import ConfigError

OTHER_TOPICS = [
    "v3/my-sensors@ttn/devices/room-1/join",
    "v3/my-sensors@ttn/devices/room-1/down/queued",
    "v3/other@ttn/devices/room-1/up",
]


@pytest.fixture
def stored(spool):
    """Return the payloads that wait in the spool."""
    return lambda: [message.payload for message in spool.oldest(500, 10_000_000)]


def read_config(**changes: str) -> ForwarderConfig:
    return ForwarderConfig.from_environment(
        {"CLAIR_TTN_APP_ID": "my-sensors", "CLAIR_INGEST_TOKEN": "a-token", **changes}
    )


def find_broker(**changes: str) -> Broker:
    config = read_config(**changes)
    return Broker.of(config, the_things_stack(config))


# --- the configuration


def test_by_default_it_is_the_things_network_over_tls_with_application_and_key():
    broker = find_broker(CLAIR_TTN_ACCESS_KEY="NNSXS.key")
    assert (broker.host, broker.port) == ("eu1.cloud.thethings.network", 8883)
    assert (broker.username, broker.password) == ("my-sensors@ttn", "NNSXS.key")
    assert broker.tls.check_hostname
    assert broker.tls.verify_mode is ssl.CERT_REQUIRED


def test_user_and_password_in_the_url_go_before_the_access_key():
    url = "mqtt://user%40home:pass%2Fword@broker.example"
    broker = find_broker(MQTT_URL=url, CLAIR_TTN_ACCESS_KEY="NNSXS.key")
    assert (broker.host, broker.port) == ("broker.example", 1883)
    assert (broker.username, broker.password) == ("user@home", "pass/word")
    assert broker.tls is None


def test_without_key_and_user_the_log_in_is_anonymous():
    assert find_broker(MQTT_URL="mqtt://localhost:1884").username is None


@pytest.mark.parametrize(
    ("changes", "setting"),
    [
        ({"MQTT_CA_FILE": "/nowhere/ca.pem"}, "MQTT_CA_FILE"),
        ({"MQTT_URL": "mqtt://:1883"}, "MQTT_URL"),
    ],
)
def test_a_wrong_setting_is_named(changes, setting):
    with pytest.raises(ConfigError, match=setting):
        find_broker(**changes)


def test_secrets_do_not_show_when_a_broker_or_network_is_printed():
    config = read_config(CLAIR_TTN_ACCESS_KEY="NNSXS.key")
    network = the_things_stack(config)
    assert "NNSXS" not in f"{network!r} {Broker.of(config, network)!r}"


# --- receiving


def test_an_uplink_is_stored_and_acknowledged(broker, spool, start_session, stored, eventually):
    session = start_session()
    eventually(lambda: session.connected)
    broker.publish(b'{"uplink_message": {}}')
    eventually(lambda: stored() == [b'{"uplink_message": {}}'])
    (message,) = spool.oldest(1, 1)
    assert message.topic == "v3/my-sensors@ttn/devices/room-1/up"
    assert message.received_at_s == pytest.approx(time.time(), abs=5)
    assert session.last_uplink_s == message.received_at_s
    eventually(lambda: f"Received PUBACK from {client_id(spool)}" in broker.log())


def client_id(spool) -> str:
    return f"clair-my-sensors-{spool.client_suffix()}"


def test_other_topics_are_not_received(broker, start_session, stored, eventually):
    session = start_session()
    eventually(lambda: session.connected)
    for topic in OTHER_TOPICS:
        broker.publish("not ours", topic)
    broker.publish("ours")
    eventually(lambda: stored() == [b"ours"])


def test_garbage_does_not_end_the_session(broker, start_session, stored, eventually, read_refused):
    session = start_session()
    eventually(lambda: session.connected)
    garbage = [b"\x00\xff\xfe", b"not JSON", b'{"no": "uplink"}', b"[" * 50_000]
    for payload in [*garbage, b"", b" \n ", bytes(1024 * 1024 + 1), b"fine"]:
        broker.publish(payload)
    eventually(lambda: b"fine" in stored())
    assert stored() == [*garbage, b"fine"]
    reasons = ["it is empty", "it is empty", "it has 1048577 bytes"]
    assert [reason for _, reason in read_refused()] == reasons
    assert session.connected
    eventually(lambda: broker.log().count("Received PUBACK") == 8)


def test_a_payload_of_exactly_one_mebibyte_is_taken():
    assert object_to(b"x" * 1024 * 1024) is None


def test_the_session_comes_back_after_the_broker_was_killed(
    broker, start_session, stored, eventually
):
    session = start_session()
    eventually(lambda: session.connected)
    broker.publish("one")
    eventually(lambda: stored() == [b"one"])
    broker.kill()
    eventually(lambda: not session.connected)
    assert session.disconnected_since_s == pytest.approx(time.time(), abs=5)
    assert session.problem
    broker.start()
    eventually(lambda: session.connected)
    assert session.disconnected_since_s is None
    assert session.problem is None
    broker.publish("two")
    eventually(lambda: stored() == [b"one", b"two"])


def test_a_broker_that_is_not_there_yet_is_waited_for(idle_broker, start_session, eventually):
    session = start_session()
    eventually(lambda: session.problem and "cannot reach the broker" in session.problem)
    idle_broker.start()
    eventually(lambda: session.connected)


def test_what_is_published_while_we_are_away_arrives_with_qos_1(
    broker, start_session, stored, eventually
):
    session = start_session()
    eventually(lambda: session.connected)
    session.stop(within_s=5)
    for number in range(30):
        broker.publish(str(number))
    start_session()
    eventually(lambda: stored() == [str(number).encode() for number in range(30)])


def test_stopping_says_good_bye_to_the_broker(broker, start_session, eventually):
    session = start_session()
    eventually(lambda: session.connected)
    session.stop(within_s=2)
    eventually(lambda: "Received DISCONNECT" in broker.log())


def test_a_message_that_cannot_be_stored_is_sent_again(
    broker, start_session, stored, eventually, tmp_path
):
    session = start_session()
    eventually(lambda: session.connected)
    with closing(sqlite3.connect(tmp_path / "spool.sqlite3", isolation_level=None)) as intruder:
        intruder.execute("BEGIN IMMEDIATE")
        broker.publish("one")
        eventually(lambda: session.problem and "locked" in session.problem)
        assert "Received PUBACK" not in broker.log()
        intruder.execute("ROLLBACK")
    eventually(lambda: stored() == [b"one"])
    eventually(lambda: session.problem is None)


def test_the_session_survives_a_lost_message_without_qos(
    broker, start_session, stored, eventually, monkeypatch
):
    session = start_session()
    eventually(lambda: session.connected)
    monkeypatch.setattr(spool_module, "MAX_MESSAGES", 0)
    broker.publish("one", qos=0)
    eventually(lambda: session.problem and "lost" in session.problem)
    monkeypatch.setattr(spool_module, "MAX_MESSAGES", 10)
    broker.publish("two", qos=0)
    eventually(lambda: stored() == [b"two"])
    assert broker.log().count("as clair-my-sensors") == 1


def test_a_full_spool_leaves_the_messages_with_the_broker(
    broker, spool, start_session, stored, eventually, monkeypatch
):
    monkeypatch.setattr(spool_module, "MAX_MESSAGES", 1)
    session = start_session()
    eventually(lambda: session.connected)
    broker.publish("one")
    broker.publish("two")
    eventually(lambda: session.problem and "no more are taken" in session.problem)
    assert stored() == [b"one"]
    spool.delete(spool.oldest(1, 100))
    eventually(lambda: stored() == [b"two"])


# --- what the broker refuses


def test_a_refused_log_in_is_told_in_words_and_tried_again_slowly(
    idle_broker, start_session, eventually, tmp_path
):
    passwords = tmp_path / "passwords"
    program = shutil.which("mosquitto_passwd")
    subprocess.run([program, "-b", "-c", passwords, "my-sensors@ttn", "right"], check=True)
    idle_broker.start("allow_anonymous false", f"password_file {passwords}")
    session = start_session(CLAIR_TTN_ACCESS_KEY="wrong")
    eventually(lambda: session.login_refused)
    eventually(lambda: "refused the log-in: Not authorized" in session.problem)
    attempts = idle_broker.log().count("New connection")
    until_s = time.monotonic() + 1.5  # a network fault would be tried again after a second
    while time.monotonic() < until_s:
        time.sleep(0.1)
    assert idle_broker.log().count("New connection") == attempts
    assert not session.connected
    good = start_session(CLAIR_TTN_ACCESS_KEY="right")
    eventually(lambda: good.connected)


def test_pauses_after_a_refused_log_in_grow_from_one_to_five_minutes():
    assert [pause_s(failures, 60, 300) for failures in range(1, 5)] == [60, 120, 240, 300]


def test_a_refused_subscription_is_fatal(start_session, eventually, refuse_subscriptions):
    refuse_subscriptions()
    session = start_session()
    eventually(lambda: session.fatal)
    assert session.fatal == [
        "The broker refused the subscription to v3/my-sensors@ttn/devices/+/up."
    ]
    eventually(lambda: not session.is_alive())


# --- TLS


def test_an_own_certificate_authority_is_trusted(
    authority, idle_broker, start_session, stored, eventually, tmp_path
):
    url = f"mqtts://localhost:{idle_broker.port}"
    session = start_session(MQTT_URL=url, MQTT_CA_FILE=f"{tmp_path}/ca.pem")
    eventually(lambda: session.connected)
    idle_broker.tls = {"ca_certs": f"{tmp_path}/ca.pem"}
    idle_broker.publish("one")
    eventually(lambda: stored() == [b"one"])
