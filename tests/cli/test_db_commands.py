"""`flask db wait`: until the database answers a real query."""

import threading
import time
from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask
from flask.cli import FlaskGroup

from conftest import make_app
from services import free_port, postgres


def wait(app: Flask, timeout_s: int) -> Result:
    group = FlaskGroup(create_app=lambda: app, load_dotenv=False, set_debug_flag=False)
    return app.test_cli_runner().invoke(group, ["db", "wait", "--timeout", str(timeout_s)])


def test_database_that_is_there_is_not_waited_for(app: Flask) -> None:
    started_s = time.monotonic()
    result = wait(app, 30)
    assert (result.exit_code, result.output) == (0, "")
    assert time.monotonic() - started_s < 5


@pytest.mark.parametrize("timeout_s", [0, 1])
def test_database_that_stays_away_is_one_sentence(tmp_path: Path, timeout_s: int) -> None:
    app = make_app(f"postgresql+psycopg2://clair@127.0.0.1:{free_port()}/clair", tmp_path)
    result = wait(app, timeout_s)
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == f"Error: The database did not answer within {timeout_s} s.\n"


def test_database_that_comes_later_is_waited_for(tmp_path: Path) -> None:
    with postgres() as server:
        server.stop()
        app = make_app(server.url().replace("://", "+psycopg2://"), tmp_path)
        starter = threading.Timer(1, server.start)
        starter.start()
        result = wait(app, 30)
        starter.join()
        assert (result.exit_code, result.output) == (0, "")
