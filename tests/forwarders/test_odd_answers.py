"""Answers of somebody else, or made to do harm, neither lose a message nor stop the sender."""

import pytest

from clair.forwarders import delivery

NOON_S = 1_700_000_000
JSON = {"Content-Type": "application/json"}
JSONAPI = {"Content-Type": "application/vnd.api+json"}
ENDLESS = {"Content-Length": str(10**12)}


@pytest.mark.parametrize("body", [b"<html>Welcome to our WLAN!</html>", b'{"ok": 1}'])
def test_a_200_of_somebody_else_is_no_delivery(spool, sender, ingest, eventually, body):
    ingest.script = [(200, {}, body)]
    spool.add(NOON_S, "v3/my-sensors@ttn/devices/room-1/up", b"one")
    sender.start()
    eventually(lambda: sender.problem)
    assert spool.level().spooled == 1
    eventually(lambda: ingest.delivered == ["one"])


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        ({"Content-Type": "text/html"}, b"<html>Bad Request</html>"),
        ({"Content-Type": "text/html; charset=idna"}, b"\xff"),
        (JSON, b'{"errors": []}'),
        (JSONAPI, b"[]"),
        (JSONAPI, b"<html>"),
    ],
)
def test_a_400_of_somebody_else_refuses_nothing(
    spool, sender, ingest, eventually, read_refused, headers, body
):
    ingest.script = [(400, headers, body)]
    spool.add(NOON_S, "v3/my-sensors@ttn/devices/room-1/up", b"one")
    sender.start()
    eventually(lambda: ingest.delivered == ["one"])
    assert read_refused() == []
    first, second = ingest.requests
    assert second.at_s - first.at_s > 0.7


@pytest.mark.parametrize(
    "answer",
    [
        (200, {}, b"[" * 200_000),
        (400, JSONAPI, b"[" * 200_000),
        (503, {"Retry-After": "Mon, 01 Jan 2020 00:00:00 +99999999999999999999"}, b""),
        (302, {"Location": "http://[/"}, b""),
        (200, {"Content-Encoding": "gzip"}, b"not packed"),
    ],
)
def test_an_odd_answer_does_not_end_the_sender(spool, sender, ingest, eventually, answer):
    ingest.script = [answer]
    spool.add(NOON_S, "v3/my-sensors@ttn/devices/room-1/up", b"one")
    sender.start()
    eventually(lambda: ingest.delivered == ["one"])
    assert len(ingest.requests) == 2


@pytest.mark.parametrize("status", [200, 302, 400])
@pytest.mark.parametrize("headers", [ENDLESS, {"Connection": "close", "Content-Length": ""}])
def test_an_answer_that_trickles_without_end_is_given_up(
    spool, sender, ingest, eventually, monkeypatch, status, headers
):
    monkeypatch.setattr(delivery, "ANSWER_TIMEOUT_S", 0.3)
    ingest.is_trickling = True
    ingest.script = [(status, {**headers, "Location": "/elsewhere"}, b"")]
    spool.add(NOON_S, "v3/my-sensors@ttn/devices/room-1/up", b"one")
    sender.start()
    eventually(lambda: sender.problem)
    ingest.is_trickling = False
    eventually(lambda: ingest.delivered == ["one"])


def test_a_huge_answer_is_not_read_to_its_end(spool, sender, ingest, eventually):
    body = b"<html>" + b"x" * 2 * 1024 * 1024
    ingest.script = [(200, ENDLESS, body)]
    spool.add(NOON_S, "v3/my-sensors@ttn/devices/room-1/up", b"one")
    sender.start()
    eventually(lambda: ingest.delivered == ["one"])
