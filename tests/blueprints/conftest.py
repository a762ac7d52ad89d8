"""What these tests share: reading a page as a person does, and posting as a source does."""

import html
import json
import re
from collections.abc import Callable

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from clair.access import SYSTEM
from clair.extensions import db
from clair.ingest.sources import add_source

from blueprints.door import JSONAPI, Post


@pytest.fixture
def read() -> Callable[[TestResponse], str]:
    """Read a page as a person does: the words without the markup."""

    def words(response: TestResponse) -> str:
        body = re.sub(r"(?s)<(template|script|head)\b.*?</\1>", " ", response.text)
        return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", body)).split())

    return words


@pytest.fixture
def tokens(app: Flask, token: str) -> dict[str, str]:
    """A token for each network."""
    samples = add_source(SYSTEM, "old", "samples")
    db.session.commit()
    return {"ttn": token, "samples": samples}


@pytest.fixture
def post(app: Flask, tokens: dict[str, str]) -> Post:
    """Post to the door with the right token."""
    client = app.test_client()

    def send(path: str, body: bytes | str | object, media_type: str = JSONAPI) -> TestResponse:
        data = body if isinstance(body, bytes | str) else json.dumps(body)
        token = tokens["ttn" if path.startswith("uplinks") else "samples"]
        return client.post(
            f"/ingest/v1/{path}",
            data=data,
            content_type=media_type,
            headers={"Authorization": f"Bearer {token}"},
        )

    return send
