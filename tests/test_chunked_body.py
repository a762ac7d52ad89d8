"""A body in chunks has no length to refuse it by; it must not be cut without a word either."""

from collections.abc import Iterator
from http.client import HTTPConnection

import pytest
from flask import Flask

from services import Web

LINE = b'{"end_device_ids": {"dev_eui": "02AA00000000A005"}, "uplink_message": {}}\n'


@pytest.fixture
def web(app: Flask) -> Iterator[Web]:
    """Clair under gunicorn, which takes chunks apart."""
    names = ("SECRET_KEY", "DATABASE_URL")
    service = Web({name: app.config[name] for name in names})
    service.start()
    yield service
    service.kill()


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize(("lines", "status"), [(1000, 200), (20_000, 413)])
def test_chunked_body_is_taken_whole_or_refused(
    web: Web, token: str, lines: int, status: int
) -> None:
    connection = HTTPConnection("127.0.0.1", web.port)
    headers = {"Authorization": f"Bearer {token}", "Transfer-Encoding": "chunked"}
    body = (LINE * 1000 for _ in range(lines // 1000))
    connection.request("POST", "/ingest/v1/uplinks/ttn", body, headers, encode_chunked=True)
    answer = connection.getresponse()
    assert answer.status == status
    if status == 200:
        assert b'"uplinks":1000' in answer.read()
    connection.close()
