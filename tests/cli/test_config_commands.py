"""`flask config` and the whole command line as a process: exit codes, and what goes where."""

import json
import os
import subprocess
import sys
from pathlib import Path

import click
import pytest
from flask.cli import FlaskGroup, ScriptInfo

from conftest import make_app
from services import free_port

ROOT = Path(__file__).parents[2]
SETTINGS = {
    "SECRET_KEY": "0123456789abcdef",
    "DATABASE_URL": "postgresql://clair:hunter2@db/clair",
}
FOREIGN = {"run", "shell", "routes", "limiter"}


def flask(*args: str, stdin: str = "", **settings: str) -> subprocess.CompletedProcess[str]:
    """Run `flask` with these settings and no others."""
    inherited = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    return subprocess.run(
        [sys.executable, "-m", "flask", *args],
        cwd=ROOT,
        env=inherited | settings,
        input=stdin,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_right_settings_are_confirmed_on_stdout() -> None:
    result = flask("config", "check", **SETTINGS)
    assert (result.returncode, result.stdout) == (0, "All settings are right.\n")
    assert result.stderr == ""


def test_every_mistake_is_named_on_stderr() -> None:
    result = flask("config", "check", CLAIR_DOMIAN="x", LOG_LEVEL="loud", DATABASE_URL="mysql://h")
    assert (result.returncode, result.stdout) == (1, "")
    sentences = result.stderr.splitlines()
    assert [sentence.split()[0] for sentence in sentences] == [
        "SECRET_KEY",
        "DATABASE_URL",
        "LOG_LEVEL",
        "CLAIR_DOMIAN",
        "Error:",
    ]
    assert sentences[3] == "CLAIR_DOMIAN is no setting of Clair."


def test_settings_of_the_forwarder_are_checked_apart() -> None:
    result = flask("config", "check", "--forwarder", CLAIR_TTN_APP_ID="app")
    assert result.returncode == 1
    assert "CLAIR_INGEST_TOKEN is missing" in result.stderr
    assert "SECRET_KEY" not in result.stderr
    settings = {"CLAIR_TTN_APP_ID": "app", "CLAIR_INGEST_TOKEN": "token"}
    assert flask("config", "check", "--forwarder", **settings).returncode == 0


def test_settings_are_listed_with_masked_secrets() -> None:
    result = flask("config", "list", "--json", **SETTINGS)
    assert result.returncode == 0
    values = {row["name"]: row["value"] for row in json.loads(result.stdout)}
    assert values["SECRET_KEY"] == "********"
    assert values["DATABASE_URL"] == "postgresql+psycopg2://clair:********@db/clair"
    text = flask("config", "list", **SETTINGS).stdout
    assert "CLAIR_ROLE=all\n    which doors" in text
    assert "hunter2" not in text


def test_settings_of_both_parts_are_listed_although_some_are_missing() -> None:
    result = flask("config", "list")
    assert (result.returncode, result.stderr) == (0, "")
    assert "\nDATABASE_URL=\n    the database" in result.stdout
    assert "\nCLAIR_INGEST_TOKEN=\n" in result.stdout
    assert "\nLOG_LEVEL=INFO\n" in result.stdout


def test_wrong_setting_stops_a_command_with_one_sentence() -> None:
    result = flask("users", "list", LOG_LEVEL="INFO")
    assert (result.returncode, result.stdout) == (1, "")
    assert result.stderr.startswith("Error: SECRET_KEY is missing: ")
    assert "Traceback" not in result.stderr


def test_help_without_settings_lists_the_commands_and_what_is_missing() -> None:
    result = flask("--help")
    assert result.returncode == 0
    assert "organizations" in result.stdout
    assert "SECRET_KEY is missing" in result.stderr
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize(
    "command",
    [
        ("db", "upgrade"),
        ("users", "list"),
        ("organizations", "list"),
        ("nodes", "list"),
        ("ingest", "source", "list"),
        ("ingest", "replay", "--all"),
    ],
    ids=" ".join,
)
def test_command_without_its_database_fails_with_one_sentence(command: tuple[str, ...]) -> None:
    url = f"postgresql://clair@127.0.0.1:{free_port()}/clair"
    result = flask(*command, **(SETTINGS | {"DATABASE_URL": url}))
    assert (result.returncode, result.stdout) == (1, "")
    assert result.stderr.startswith(
        "Error: The database does not answer as it should; check DATABASE_URL"
    )
    assert result.stderr.count("\n") == 1


def test_new_database_without_tables_is_told(tmp_path: Path) -> None:
    settings = SETTINGS | {"DATABASE_URL": f"sqlite:///{tmp_path}/new.sqlite"}
    result = flask("users", "list", **settings)
    assert result.returncode == 1
    assert "flask db upgrade" in result.stderr
    assert "Traceback" not in result.stderr


def test_database_is_migrated_and_used_by_processes(tmp_path: Path) -> None:
    settings = SETTINGS | {"DATABASE_URL": f"sqlite:///{tmp_path}/clair.sqlite"}
    migrated = flask("db", "upgrade", **settings)
    assert (migrated.returncode, migrated.stdout) == (0, ""), migrated.stderr
    assert flask("db", "wait", **settings).returncode == 0
    create = ("users", "create", "dora", "dora@example.org", "--password-stdin")
    created = flask(*create, stdin="a long password\n", **settings)
    assert (created.returncode, created.stdout, created.stderr) == (0, "1\n", "")
    again = flask(*create, stdin="a long password\n", **settings)
    assert (again.returncode, again.stdout) == (1, "")
    assert again.stderr.startswith("Error: There is already a user dora")
    assert flask("users", "create", **settings).returncode == 2
    listed = flask("users", "list", "--json", **settings)
    assert [row["name"] for row in json.loads(listed.stdout)] == ["dora"]


def test_decoding_needs_no_settings_at_all() -> None:
    payload = ("--family", "oy1012", "--payload", "3e441d021b", "--port", "2")
    result = flask("ingest", "decode", *payload)
    assert (result.returncode, result.stderr) == (0, "")
    assert json.loads(result.stdout)["samples"][0]["co2_ppm"] == 539


# --- help


@pytest.fixture
def commands(tmp_path: Path) -> dict[str, click.Command]:
    """Every command of ours by its words."""
    app = make_app(f"sqlite:///{tmp_path}/clair.sqlite", tmp_path)
    found: dict[str, click.Command] = {}

    def walk(command: click.Command, words: tuple[str, ...]) -> None:
        if not isinstance(command, click.Group):
            found[" ".join(words)] = command
            return
        context = click.Context(command, obj=ScriptInfo(create_app=lambda: app))
        for name in set(command.list_commands(context)) - FOREIGN:
            inner = command.get_command(context, name)
            assert inner is not None
            walk(inner, (*words, name))

    walk(FlaskGroup(load_dotenv=False, set_debug_flag=False), ())
    # Flask-Migrate brings the others.
    return {k: v for k, v in found.items() if not k.startswith("db ") or k == "db wait"}


def test_commands_of_the_surface_are_there(commands: dict[str, click.Command]) -> None:
    surface = """
        config check, config list, db wait, demo load, demo simulate, users create, users list,
        users set-password, users disable, organizations create, organizations list,
        organizations add-member, nodes register, nodes list, nodes install, nodes id,
        ingest source add, ingest source list, ingest source revoke, ingest decode,
        ingest quarantine list, ingest replay, forward ttn, forward health, worker, cron
    """
    assert {name.strip() for name in surface.split(",")} <= set(commands)


def test_help_of_every_command_has_an_example(commands: dict[str, click.Command]) -> None:
    helps = {name: each.get_help(click.Context(each)) for name, each in commands.items()}
    lacking = [
        name
        for name, text in helps.items()
        if f"flask {name}" not in " ".join(text.partition("Example:")[2].split())
    ]
    assert lacking == []
