"""`flask openapi`: the description of the JSON:API on stdout."""

import json
from collections.abc import Callable

import pytest
from click.testing import Result
from flask import Flask

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


def test_it_prints_what_the_server_answers_with(app: Flask, run: Callable[..., Result]) -> None:
    result = run("openapi")
    assert result.exit_code == 0
    assert json.loads(result.stdout) == app.test_client().get("/api/v1/schema/").get_json(
        force=True
    )
