"""Browsers for the tests of pages."""

import html
import re
from collections.abc import Callable
from contextvars import Context
from typing import Any

import pytest
from flask import Flask, has_app_context
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from clair.extensions import db
from clair.models import User

TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')


class Browser(FlaskClient):
    """A browser whose requests share nothing with the test, neither `g` nor the database session."""

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        """Send a request, as if from outside; what the test has prepared is committed before."""
        if has_app_context():
            db.session.commit()
        return Context().run(super().open, *args, **kwargs)

    def submit(self, url: str, **fields: str) -> TestResponse:
        """Send a form with the token that the pages of this browser carry."""
        found = TOKEN.search(self.get("/accounts/login/").text)
        assert found, "the log-in form carries a token"
        return self.post(url, data={"csrf_token": found[1], **fields})


@pytest.fixture
def client_of(app: Flask) -> Callable[[User | None], Browser]:
    """Give a person a browser that is logged in."""

    def make(user: User | None) -> Browser:
        client = Browser(app, app.response_class)
        client.environ_base["HTTP_ACCEPT_LANGUAGE"] = "en"
        if user is not None:
            with client.session_transaction() as session:
                session["_user_id"] = str(user.id)
                session["_fresh"] = True
        return client

    return make


@pytest.fixture
def read() -> Callable[[TestResponse], str]:
    """Read a page as a person does: the words without the markup."""

    def words(response: TestResponse) -> str:
        body = re.sub(r"(?s)<(template|script|head)\b.*?</\1>", " ", response.text)
        return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", body)).split())

    return words
