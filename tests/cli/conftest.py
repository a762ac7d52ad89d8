"""Runs commands as `flask` finds them, in the application of the test."""

from collections.abc import Callable

import pytest
from click.testing import Result
from flask import Flask
from flask.cli import FlaskGroup

from clair.extensions import db

Run = Callable[..., Result]


@pytest.fixture
def run(app: Flask) -> Run:
    """Run a command; what it has not committed is gone afterwards."""
    group = FlaskGroup(create_app=lambda: app, load_dotenv=False, set_debug_flag=False)
    runner = app.test_cli_runner()

    def invoke(*args: object, stdin: str | bytes | None = None) -> Result:
        db.session.commit()
        result = runner.invoke(group, [str(each) for each in args], input=stdin)
        db.session.rollback()
        db.session.expire_all()
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result

    return invoke
