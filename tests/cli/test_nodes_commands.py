"""`flask nodes`: sensors at the command line."""

import json
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result
from sqlalchemy import select

from clair import inventory
from clair.access import SYSTEM
from clair.extensions import db
from clair.identity import node_uuid
from clair.ingest.store import NewSample, store_samples
from clair.models import Installation, Node

from conftest import NOW_S, World

Run = Callable[..., Result]

VECTORS = json.loads((Path(__file__).parents[1] / "payloads" / "vectors.json").read_text())
EUI, OTHER_EUI = "A81758FFFE052B0F", "A81758FFFE052B10"
REGISTER = ("nodes", "register", "--family", "ers", "--organization")


def euis() -> set[str]:
    return set(db.session.scalars(select(Node.eui64)))


# --- register


def test_sensors_are_registered(run: Run, world: World) -> None:
    result = run(*REGISTER, "Café Morgenrot", EUI, OTHER_EUI, "--alias-prefix", "ERS ")
    assert result.exit_code == 0
    assert result.stdout.split() == [str(node_uuid("ers", each)) for each in (EUI, OTHER_EUI)]
    assert result.stderr == f"{EUI} registered\n{OTHER_EUI} registered\n"
    node = db.session.scalars(select(Node).where(Node.eui64 == EUI)).one()
    assert (node.alias, node.protocol.family) == (f"ERS {EUI}", "ers")
    assert node.owner.name == "Café Morgenrot"


def test_registered_sensor_is_reported_and_no_error(run: Run, world: World) -> None:
    run(*REGISTER, world.cafe.id, EUI)
    result = run(*REGISTER, world.cafe.id, EUI.lower(), OTHER_EUI)
    assert result.exit_code == 0
    assert result.stderr == f"{EUI} was there already\n{OTHER_EUI} registered\n"
    assert {EUI, OTHER_EUI} <= euis()


@pytest.mark.parametrize(
    "spelling", ["a8-17-58-ff-fe-05-2b-0f", "A8:17:58:FF:FE:05:2B:0F", "a81758 fffe052b0f"]
)
def test_eui_may_be_written_as_people_do(run: Run, world: World, spelling: str) -> None:
    assert run(*REGISTER, world.cafe.id, spelling).exit_code == 0
    assert EUI in euis()


def test_malformed_eui_registers_nothing(run: Run, world: World) -> None:
    result = run(*REGISTER, world.cafe.id, EUI, "A81758")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == "Error: eui64: 'A81758' is not an EUI, which has 16 hex digits\n"
    assert EUI not in euis()


def test_sensor_of_another_organization_is_refused(run: Run, world: World) -> None:
    run(*REGISTER, "Praxis nebenan", EUI)
    result = run(*REGISTER, "Café Morgenrot", EUI)
    assert result.exit_code == 1
    assert result.stderr == f"Error: The sensor {EUI} is registered for another organization.\n"


def test_sensor_keeps_its_family(run: Run, world: World) -> None:
    run(*REGISTER, world.cafe.id, EUI)
    result = run("nodes", "register", EUI, "--family", "oy1012", "--organization", world.cafe.id)
    assert result.exit_code == 1
    assert result.stderr == f"Error: The sensor {EUI} is registered as ers.\n"


@pytest.mark.parametrize(
    "arguments",
    [
        ("--family", "ers", "--organization", "1"),
        (EUI, "--organization", "1"),
        (EUI, "--family", "ers"),
        (EUI, "--family", "toaster", "--organization", "1"),
    ],
    ids=["no EUI", "no family", "no organization", "unknown family"],
)
def test_what_is_missing_is_wrong_usage(run: Run, arguments: tuple[str, ...]) -> None:
    assert run("nodes", "register", *arguments).exit_code == 2


# --- list


def test_sensors_are_listed(run: Run, world: World) -> None:
    run(*REGISTER, world.cafe.id, EUI)
    store_samples([NewSample(world.node.uuid, NOW_S + n, 500) for n in range(3)])
    rows = json.loads(run("nodes", "list", "--json").stdout)
    assert rows == [
        {
            "uuid": str(world.node.uuid),
            "eui64": "02AA00000000C001",
            "alias": "Theke",
            "family": "clairchen",
            "owner": "Café Morgenrot",
            "room": "Gastraum",
            "last_contact_s": NOW_S + 2,
        },
        {
            "uuid": str(node_uuid("ers", EUI)),
            "eui64": EUI,
            "alias": EUI,
            "family": "ers",
            "owner": "Café Morgenrot",
            "room": None,
            "last_contact_s": None,
        },
    ]
    lines = run("nodes", "list").stdout.splitlines()
    assert lines[0].split() == list(rows[0])
    assert [line.index("Café") for line in lines[1:]] == [lines[0].index("owner")] * 2
    assert "Gastraum" in lines[1]


# --- install


def test_sensor_is_installed_from_now_on(run: Run, world: World) -> None:
    run(*REGISTER, world.cafe.id, EUI)
    before_s = int(time.time())
    result = run("nodes", "install", EUI.lower(), "--room", world.room.id, "--public")
    assert result.exit_code == 0
    installation = db.session.get(Installation, int(result.stdout))
    assert installation is not None
    assert installation.is_public
    assert installation.room_id == world.room.id
    assert installation.to_timestamp_s is None
    assert before_s <= installation.from_timestamp_s <= int(time.time())


def test_installed_sensor_is_refused_with_its_room(run: Run, world: World) -> None:
    result = run("nodes", "install", world.node.eui64, "--room", world.room.id)
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == (
        "Error: Theke is already installed in Gastraum; end that installation first.\n"
    )


def test_sensor_stays_in_its_organization(run: Run, world: World) -> None:
    run(*REGISTER, "Praxis nebenan", EUI)
    result = run("nodes", "install", EUI, "--room", world.room.id)
    assert result.exit_code == 1
    assert result.stderr == (
        "Error: The room belongs to another organization; "
        "choose one of the sensor's organization.\n"
    )


@pytest.mark.parametrize(
    ("eui", "room", "exit_code", "sentence"),
    [
        (EUI, 999_999, 1, f"There is no sensor {EUI}; register it first."),
        ("02AA00000000C001", 999_999, 1, "There is no room 999999."),
        ("02AA", 1, 1, "EUI: '02AA' is not an EUI"),
        (EUI, 10**12, 2, "Invalid value for '--room'"),
        (EUI, "Gastraum", 2, "Invalid value for '--room'"),
    ],
)
def test_what_is_not_there_is_told(
    run: Run, world: World, eui: str, room: object, exit_code: int, sentence: str
) -> None:
    result = run("nodes", "install", eui, "--room", room)
    assert result.exit_code == exit_code
    assert f"Error: {sentence}" in result.stderr


def test_sensor_may_return_when_it_was_away(run: Run, world: World) -> None:
    world.installation.to_timestamp_s = int(time.time()) - 1
    room = inventory.add_room(SYSTEM, world.site, "Hinterzimmer")
    db.session.flush()
    assert run("nodes", "install", world.node.eui64, "--room", room.id).exit_code == 0


# --- id


@pytest.mark.parametrize("vector", VECTORS["node_ids"], ids=lambda each: each["node_id"][:8])
def test_identity_is_that_of_the_vectors(run: Run, vector: dict[str, str]) -> None:
    result = run("nodes", "id", vector["dev_eui"].lower(), "--family", vector["family"])
    assert (result.exit_code, result.stdout) == (0, f"{vector['node_id']}\n")


def test_identity_of_no_eui_is_one_sentence(run: Run) -> None:
    result = run("nodes", "id", "nonsense", "--family", "ers")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith("Error: EUI: 'nonsense' is not an EUI")
