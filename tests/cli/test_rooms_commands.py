"""`flask rooms`: rooms at the command line."""

import json
import time
from collections.abc import Callable

import pytest
from click.testing import Result
from sqlalchemy import func, select

from clair import inventory
from clair.access import SYSTEM
from clair.extensions import db
from clair.models import Room

from conftest import World
from measuring import install_another

Run = Callable[..., Result]


def test_room_is_added_to_its_site(run: Run, world: World) -> None:
    result = run("rooms", "add", "Küche", "--site", world.site.id)
    assert (result.exit_code, result.stderr) == (0, "")
    room = db.session.scalars(select(Room).where(Room.name == "Küche")).one()
    assert result.stdout == f"{room.id}\n"
    assert room.site == world.site


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("Gastraum", "name: Kastanienallee has a room Gastraum already."),
        ("", "name: must have 1 to 50 characters"),
        ("x" * 51, "name: must have 1 to 50 characters"),
    ],
    ids=["taken", "empty", "long"],
)
def test_what_is_wrong_is_one_sentence(run: Run, world: World, name: str, sentence: str) -> None:
    result = run("rooms", "add", name, "--site", world.site.id)
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == f"Error: {sentence}\n"
    assert db.session.scalar(select(func.count()).select_from(Room)) == 1


def test_site_that_is_missing_is_told(run: Run, world: World) -> None:
    result = run("rooms", "add", "Küche", "--site", 999_999)
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == "Error: There is no site 999999.\n"


@pytest.mark.parametrize("arguments", [(), ("--site", "Kastanienallee"), ("--site", "0")])
def test_site_is_told_by_its_number(run: Run, world: World, arguments: tuple[str, ...]) -> None:
    assert run("rooms", "add", "Küche", *arguments).exit_code == 2


def test_rooms_are_listed_with_the_sensors_they_have_now(run: Run, world: World) -> None:
    now_s = int(time.time())
    world.installation.from_timestamp_s = now_s - 7200
    world.installation.to_timestamp_s = now_s - 3600
    kitchen = install_another(world.site, world.cafe, "Küche", now_s - 3600).room
    later = install_another(world.site, world.cafe, "Saal", now_s + 3600, number=1).room
    inventory.install_node(SYSTEM, world.node, kitchen, now_s - 3600)
    rows = json.loads(run("rooms", "list", "--json").stdout)
    assert rows[0] == {
        "id": world.room.id,
        "name": "Gastraum",
        "site": "Kastanienallee",
        "organization": "Café Morgenrot",
        "sensors": 0,
    }
    assert [(row["id"], row["sensors"]) for row in rows[1:]] == [(kitchen.id, 2), (later.id, 0)]
    head, *lines = run("rooms", "list").stdout.splitlines()
    assert head.split() == ["id", "name", "site", "organization", "sensors"]
    assert [line.split()[1] for line in lines] == ["Gastraum", "Küche", "Saal"]


def test_rooms_are_read_in_one_statement(run: Run, world: World, statements: list[str]) -> None:
    statements.clear()
    run("rooms", "list")
    assert len(statements) == 1


def test_sensor_reaches_a_room_by_commands_alone(run: Run) -> None:
    run("users", "create", "dora", "dora@example.org", "--password-stdin", stdin="long password\n")
    run("organizations", "create", "Bücherei", "--owner", "dora")
    address = ("--street", "Marktplatz 4", "--zip", "10435", "--city", "Berlin")
    site = run("sites", "add", "Haus", "--organization", "Bücherei", *address).stdout.strip()
    room = run("rooms", "add", "Lesesaal", "--site", site).stdout.strip()
    eui = "A81758FFFE052B0F"
    run("nodes", "register", eui, "--family", "ers", "--organization", "Bücherei")
    assert run("nodes", "install", eui, "--room", room).exit_code == 0
    (row,) = json.loads(run("nodes", "list", "--json").stdout)
    assert (row["eui64"], row["owner"], row["room"]) == (eui, "Bücherei", "Lesesaal")
