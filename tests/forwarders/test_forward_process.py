"""`flask forward ttn` as a process: from the broker to the endpoint, and what ends it."""

import json
import signal
import time
from pathlib import Path

import pytest
import trustme
from click.testing import CliRunner

from clair.cli.forward import forward


@pytest.fixture
def read_status(settings):
    """Read the status file; empty while there is none."""
    path = Path(settings["CLAIR_DATA"]) / "forwarder-ttn.json"
    return lambda: json.loads(path.read_text()) if path.exists() else {}


def test_an_uplink_goes_from_the_broker_to_the_endpoint(
    broker, ingest, start_forwarder, eventually, read_status, settings
):
    process = start_forwarder()
    eventually(process.is_subscribed)
    began_s = time.monotonic()
    broker.publish('{"uplink_message": {}}')
    eventually(lambda: ingest.delivered == ['{"uplink_message": {}}'])
    assert time.monotonic() - began_s < 1
    eventually(lambda: read_status().get("last_delivery_s"))
    status = read_status()
    assert status["connected"]
    assert (status["spooled"], status["refused"], status["last_error"]) == (0, 0, None)
    answer = CliRunner().invoke(forward, ["health"], env=settings)
    assert answer.stdout == "The forwarder is well; 0 messages are waiting.\n"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_in_good_order(broker, ingest, start_forwarder, eventually, number):
    process = start_forwarder()
    eventually(process.is_subscribed)
    began_s = time.monotonic()
    process.send(number)
    assert process.wait() == 0
    assert time.monotonic() - began_s < 3
    assert "Received DISCONNECT from clair-my-sensors-" in broker.log()
    assert "Traceback" not in process.log()


def test_it_ends_within_five_seconds_when_the_endpoint_hangs_and_loses_nothing(
    broker, ingest, start_forwarder, eventually
):
    ingest.is_hanging = True
    process = start_forwarder()
    eventually(process.is_subscribed)
    for payload in ("one", "two", "three"):
        broker.publish(payload)
    eventually(lambda: ingest.requests)
    began_s = time.monotonic()
    process.send(signal.SIGTERM)
    assert process.wait() == 0
    assert time.monotonic() - began_s < 5
    assert "Received DISCONNECT" in broker.log()
    ingest.is_hanging = False
    start_forwarder()
    eventually(lambda: {"one", "two", "three"} <= set(ingest.delivered))


def test_what_waits_survives_kill_9(broker, idle_ingest, start_forwarder, eventually, read_status):
    process = start_forwarder()
    eventually(process.is_subscribed)
    for payload in ("one", "two", "three"):
        broker.publish(payload)
    eventually(lambda: read_status().get("spooled") == 3)
    process.kill()
    broker.publish("while nobody was there")
    idle_ingest.start()
    start_forwarder()
    eventually(lambda: len(idle_ingest.delivered) == 4)
    assert idle_ingest.delivered == ["one", "two", "three", "while nobody was there"]


def test_broker_and_endpoint_may_go_away_one_after_the_other(
    broker, ingest, start_forwarder, eventually
):
    process = start_forwarder()
    eventually(process.is_subscribed)
    ingest.stop()
    broker.publish("one")
    eventually(lambda: "cannot reach the ingest endpoint" in process.log())
    broker.kill()
    eventually(lambda: "lost the broker" in process.log())
    broker.start()
    ingest.start()
    eventually(lambda: process.log().count("subscribed to") == 2)
    broker.publish("two")
    eventually(lambda: ingest.delivered == ["one", "two"])


def test_a_second_process_on_the_same_folder_ends_at_once(
    broker, ingest, start_forwarder, eventually, settings
):
    first = start_forwarder()
    eventually(first.is_subscribed)
    second = start_forwarder()
    assert second.wait() == 1
    folder = settings["CLAIR_DATA"]
    assert second.log() == f"Error: Another forwarder is already at work on {folder}.\n"
    broker.publish("one")
    eventually(lambda: ingest.delivered == ["one"])


def test_a_refused_log_in_shows_in_the_health(
    idle_broker, ingest, start_forwarder, eventually, read_status, settings, tmp_path
):
    (tmp_path / "passwords").touch()
    idle_broker.start("allow_anonymous false", f"password_file {tmp_path}/passwords")
    process = start_forwarder(CLAIR_TTN_ACCESS_KEY="wrong")
    eventually(lambda: read_status().get("login_refused"))
    answer = CliRunner().invoke(forward, ["health"], env=settings)
    assert answer.exit_code == 1
    assert "refuses the log-in" in answer.stderr
    process.send(signal.SIGTERM)
    assert process.wait() == 0
    assert "wrong" not in process.log()


# A process, because paho leaves the socket of a failed handshake to the garbage collector.
@pytest.mark.parametrize(
    ("host", "is_own", "reason"),
    [
        ("localhost", False, "unable to get local issuer"),
        ("127.0.0.1", True, "IP address mismatch"),
    ],
)
def test_a_certificate_of_another_authority_or_host_is_not_trusted(
    authority, idle_broker, start_forwarder, eventually, tmp_path, host, is_own, reason
):
    if not is_own:
        trustme.CA().cert_pem.write_to_path(tmp_path / "ca.pem")
    url = f"mqtts://{host}:{idle_broker.port}"
    process = start_forwarder(MQTT_URL=url, MQTT_CA_FILE=f"{tmp_path}/ca.pem")
    eventually(lambda: reason in process.log())
    assert not process.is_subscribed()


def test_a_refused_token_shows_in_the_health(
    broker, ingest, start_forwarder, eventually, read_status, settings
):
    ingest.answer = lambda request: (401, {}, b"")
    process = start_forwarder()
    eventually(process.is_subscribed)
    broker.publish("one")
    eventually(lambda: read_status().get("delivery_refused"))
    answer = CliRunner().invoke(forward, ["health"], env=settings)
    assert answer.exit_code == 1
    assert "does not accept CLAIR_INGEST_TOKEN" in answer.stderr
    assert read_status()["spooled"] == 1


def test_a_refused_subscription_ends_it_with_one_sentence(
    idle_broker, ingest, start_forwarder, refuse_subscriptions
):
    refuse_subscriptions()
    process = start_forwarder()
    assert process.wait() == 1
    last_line = process.log().splitlines()[-1]
    assert last_line == (
        "Error: The broker refused the subscription to v3/my-sensors@ttn/devices/+/up."
    )


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"MQTT_URL": "http://localhost"}, "Error: MQTT_URL must be a URL"),
        ({"CLAIR_TTN_APP_ID": ""}, "Error: CLAIR_TTN_APP_ID must not be empty"),
        ({"CLAIR_DATA": "/dev/null/here"}, "Error: CLAIR_DATA /dev/null/here cannot be used"),
    ],
)
def test_a_wrong_setting_ends_it_with_one_sentence(start_forwarder, changes, sentence):
    process = start_forwarder(**changes)
    assert process.wait() == 1
    assert process.log().startswith(sentence)
    assert len(process.log().splitlines()) == 1


def test_a_damaged_spool_ends_it_with_one_sentence(start_forwarder, settings):
    folder = Path(settings["CLAIR_DATA"])
    folder.mkdir()
    (folder / "forwarder-ttn.sqlite3").write_bytes(b"no database" * 1000)
    process = start_forwarder()
    assert process.wait() == 1
    assert process.log().startswith(f"Error: The spool {folder}/forwarder-ttn.sqlite3 cannot be")


def test_the_help_shows_an_example():
    answer = CliRunner().invoke(forward, ["ttn", "--help"])
    assert "CLAIR_TTN_APP_ID=my-sensors \\\n" in answer.output
    assert "flask forward ttn\n" in answer.output
