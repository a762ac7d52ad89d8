"""A browser whose scripts speak JSON:API, as the old interface does."""

from typing import Any

import orjson
from flask import Flask
from werkzeug.test import TestResponse

from clair.blueprints.errors import JSONAPI

from blueprints.api.speaking import ROOT, document
from conftest import PASSWORD, Browser


class Scripts:
    """Sends requests with the cookies of a browser, and unless told otherwise its CSRF token."""

    def __init__(self, app: Flask, browser: Browser | None = None) -> None:
        self.browser = browser or Browser(app, app.response_class)
        self.browser.environ_base["HTTP_ACCEPT_LANGUAGE"] = "en"

    def cookie(self, name: str) -> str | None:
        """Read a cookie."""
        found = self.browser.get_cookie(name)
        return None if found is None else found.value

    def call(
        self, method: str, path: str, body: object = None, *, csrf: object = ..., **headers: str
    ) -> TestResponse:
        """Send a request; `csrf` stands in for the token of the cookie, None leaves it out."""
        token = self.cookie("csrftoken") if csrf is ... else csrf
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if token is not None:
            sent["X-CSRFTOKEN"] = str(token)
        options: dict[str, Any] = {}
        if body is not None:
            options = {"data": orjson.dumps(body), "content_type": JSONAPI}
        return self.browser.open(ROOT + path, method=method, headers=sent, **options)

    def log_in(self, username: str = "alice", password: str = PASSWORD) -> TestResponse:
        """Log in through the API."""
        values = {"username": username, "password": password}
        return self.call("POST", "auth/login/", document("LoginView", **values))

    def is_logged_in(self) -> bool:
        """Say whether the API knows who this is."""
        return self.call("GET", "auth/user/").status_code == 200
