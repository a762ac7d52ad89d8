"""What waits in the spool reaches the ingest endpoint, in order, however long it is away."""

import time

import pytest

from clair.forwarders import delivery
from clair.forwarders.backoff import pause_s
from clair.forwarders.delivery import Sender, read_retry_after
from clair.forwarders.spool import Spool

NOON_S = 1_700_000_000  # 2023-11-14 22:13:20 UTC
JSON = {"Content-Type": "application/json"}
JSONAPI = {"Content-Type": "application/vnd.api+json"}
OK = (200, JSON, b'{"meta": {}}')


def put(spool: Spool, sender: Sender, *payloads: str) -> None:
    for payload in payloads:
        spool.add(NOON_S, "v3/my-sensors@ttn/devices/room-1/up", payload.encode())
        sender.wake()


def numbers(count: int) -> list[str]:
    return [str(number) for number in range(count)]


def test_messages_are_posted_in_one_request_with_the_token(spool, sender, ingest, eventually):
    put(spool, sender, '{"a": 1}', '{"b": 2}')
    sender.start()
    eventually(lambda: spool.level().spooled == 0)
    (request,) = ingest.requests
    assert request.path == "/ingest/v1/uplinks/ttn"
    assert request.headers["Authorization"] == "Bearer a-token"
    assert request.headers["Content-Type"] == "application/x-ndjson"
    assert request.body == b'{"a": 1}\n{"b": 2}\n'
    assert sender.last_delivery_s == pytest.approx(time.time(), abs=5)
    assert sender.problem is None


def test_line_breaks_within_a_message_become_spaces(spool, sender, ingest, eventually):
    put(spool, sender, '{\r\n"a": 1\n}')
    sender.start()
    eventually(lambda: ingest.delivered == ['{  "a": 1 }'])


def test_a_message_is_sent_at_once_over_the_same_connection(spool, sender, ingest, eventually):
    sender.start()
    delays_s = []
    for number in numbers(5):
        began_s = time.monotonic()
        put(spool, sender, number)
        eventually(lambda number=number: number in ingest.delivered)
        delays_s.append(time.monotonic() - began_s)
    assert min(delays_s) < 0.1
    assert max(delays_s) < 0.5
    assert len({request.client for request in ingest.requests}) == 1


def test_a_thousand_messages_go_in_batches(spool, sender, ingest, eventually):
    put(spool, sender, *numbers(1100))
    sender.start()
    eventually(lambda: spool.level().spooled == 0)
    assert ingest.delivered == numbers(1100)
    assert [len(request.lines) for request in ingest.requests] == [500, 500, 100]


def test_large_messages_go_in_requests_of_half_a_mebibyte(spool, sender, ingest, eventually):
    put(spool, sender, *("x" * 200_000 for _ in range(3)), "y" * 1_000_000)
    sender.start()
    eventually(lambda: spool.level().spooled == 0)
    assert [len(request.lines) for request in ingest.requests] == [2, 1, 1]


def test_nothing_is_lost_or_reordered_while_the_server_is_away(
    spool, sender, idle_ingest, eventually
):
    sender.start()
    put(spool, sender, "one")
    eventually(lambda: sender.problem and "cannot reach" in sender.problem)
    put(spool, sender, "two", "three")
    idle_ingest.start()
    eventually(lambda: spool.level().spooled == 0)
    idle_ingest.stop()
    put(spool, sender, "four")
    eventually(lambda: sender.problem)
    put(spool, sender, "five")
    idle_ingest.start()
    eventually(lambda: spool.level().spooled == 0)
    assert idle_ingest.delivered == ["one", "two", "three", "four", "five"]


@pytest.mark.parametrize("status", [500, 429, 408])
def test_a_temporary_failure_is_tried_again(spool, sender, ingest, eventually, status):
    ingest.script = [(status, {}, b"")]
    put(spool, sender, "one")
    sender.start()
    eventually(lambda: ingest.delivered == ["one"])
    first, second = ingest.requests
    assert 0.7 < second.at_s - first.at_s < 3


def test_the_next_attempt_waits_as_long_as_the_server_asks(spool, sender, ingest, eventually):
    ingest.script = [(503, {"Retry-After": "2"}, b"")]
    put(spool, sender, "one")
    sender.start()
    eventually(lambda: ingest.delivered == ["one"])
    first, second = ingest.requests
    assert 2 <= second.at_s - first.at_s < 4


@pytest.mark.parametrize(
    ("header", "wait_s"),
    [
        ("7", 7),
        ("0", 1),
        ("86400", 600),
        ("Tue, 14 Nov 2023 22:13:50 GMT", 30),
        ("Tue, 14 Nov 2023 22:00:00 GMT", 1),
        ("Fri, 24 Nov 2023 22:13:20 GMT", 600),
        ("soon", None),
        ("Mon, 01 Jan 2020 00:00:00 +99999999999999999999", None),
        ("", None),
    ],
)
def test_retry_after_is_read_as_seconds_or_date_and_bounded(header, wait_s):
    assert read_retry_after(header, NOON_S) == wait_s


def test_pauses_double_up_to_the_longest():
    assert [pause_s(failures, 1, 60) for failures in range(1, 9)] == [1, 2, 4, 8, 16, 32, 60, 60]
    assert pause_s(1_000_000, 1, 60) == 60


def test_a_redirect_is_not_followed(spool, sender, ingest, eventually):
    ingest.script = [(302, {"Location": f"{ingest.root}elsewhere"}, b"")]
    put(spool, sender, "one")
    sender.start()
    eventually(lambda: ingest.delivered == ["one"])
    assert [request.path for request in ingest.requests] == ["/ingest/v1/uplinks/ttn"] * 2


def test_an_answer_that_never_comes_is_given_up(spool, sender, ingest, eventually, monkeypatch):
    monkeypatch.setattr(delivery, "TIMEOUTS_S", (0.2, 0.2))
    ingest.is_hanging = True
    put(spool, sender, "one")
    sender.start()
    eventually(lambda: sender.problem and "timed out" in sender.problem)
    ingest.is_hanging = False
    eventually(lambda: ingest.delivered == ["one"])


def test_a_batch_that_is_too_large_is_split(spool, sender, ingest, eventually, read_refused):
    too_large = (413, {"Content-Type": "text/html"}, b"<html>413</html>")
    ingest.answer = lambda request: OK if len(request.lines) <= 30 else too_large
    put(spool, sender, *numbers(200))
    sender.start()
    eventually(lambda: spool.level().spooled == 0)
    assert accepted(ingest) == numbers(200)
    assert read_refused() == []


def test_a_message_that_the_endpoint_refuses_is_put_aside_and_the_others_arrive(
    spool, sender, ingest, eventually, read_refused
):
    ingest.answer = lambda request: ok_if(not {"3", "77"} & set(request.lines), 400)
    put(spool, sender, *numbers(100))
    sender.start()
    eventually(lambda: spool.level().spooled == 0)
    assert accepted(ingest) == [number for number in numbers(100) if number not in {"3", "77"}]
    assert [payload for payload, _ in read_refused()] == [b"3", b"77"]
    assert "400" in read_refused()[0][1]
    assert "what is wrong" in read_refused()[0][1]


def ok_if(is_fine: bool, status: int) -> tuple[int, dict[str, str], bytes]:
    return OK if is_fine else (status, JSONAPI, b'{"errors": [{"detail": "what is wrong"}]}')


def accepted(ingest) -> list[str]:
    return [
        line
        for request in ingest.requests
        if ingest.answer(request) is OK
        for line in request.lines
    ]


@pytest.mark.parametrize(
    ("status", "setting"),
    [
        (401, "CLAIR_INGEST_TOKEN"),
        (403, "CLAIR_INGEST_TOKEN"),
        (404, "CLAIR_API_ROOT"),
        (405, "CLAIR_API_ROOT"),
    ],
)
def test_a_wrong_configuration_keeps_everything_until_it_is_repaired(
    spool, sender, ingest, eventually, monkeypatch, status, setting
):
    monkeypatch.setattr(delivery, "CONFIGURATION_PAUSE_S", 0.2)
    ingest.script = [(status, {}, b"")]
    put(spool, sender, "one", "two")
    sender.start()
    eventually(lambda: sender.is_refused)
    assert setting in sender.problem
    assert (spool.level().spooled, spool.level().refused) == (2, 0)
    eventually(lambda: ingest.delivered == ["one", "two"])
    eventually(lambda: not sender.is_refused)


def test_a_netrc_file_does_not_replace_the_token(
    spool, sender, ingest, eventually, tmp_path, monkeypatch
):
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login somebody password else\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    put(spool, sender, "one")
    sender.start()
    eventually(lambda: ingest.delivered == ["one"])
    assert ingest.requests[0].headers["Authorization"] == "Bearer a-token"


def test_finishing_delivers_what_waits(spool, sender, ingest):
    put(spool, sender, *numbers(600))
    sender.start()
    assert sender.finish(within_s=5)
    assert ingest.delivered == numbers(600)


def test_finishing_does_not_wait_for_a_server_that_hangs(spool, sender, ingest, eventually):
    ingest.is_hanging = True
    put(spool, sender, "one")
    sender.start()
    eventually(lambda: ingest.requests)
    began_s = time.monotonic()
    assert not sender.finish(within_s=0.3)
    assert time.monotonic() - began_s < 1
    assert spool.level().spooled == 1


def test_finishing_does_not_wait_for_a_server_that_is_away(spool, sender, eventually):
    put(spool, sender, "one")
    sender.start()
    eventually(lambda: sender.problem)
    began_s = time.monotonic()
    assert sender.finish(within_s=5)
    assert time.monotonic() - began_s < 0.5
    assert spool.level().spooled == 1
