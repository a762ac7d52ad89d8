"""`flask sites`: the buildings of organizations at the command line."""

import json
from collections.abc import Callable

import pytest
from click.testing import Result
from sqlalchemy import func, select

from clair import inventory
from clair.access import SYSTEM
from clair.extensions import db
from clair.models import Address, Site

from conftest import World

Run = Callable[..., Result]

CAFE = ("--organization", "Café Morgenrot")
ADDRESS = ("--street", "Hofweg 1", "--zip", "10435", "--city", "Berlin")


def test_site_is_added_with_its_address(run: Run, world: World) -> None:
    result = run("sites", "add", "Hof", *CAFE, *ADDRESS)
    assert (result.exit_code, result.stderr) == (0, "")
    site = db.session.scalars(select(Site).where(Site.name == "Hof")).one()
    assert result.stdout == f"{site.id}\n"
    assert (site.operator, site.time_zone) == (world.cafe, "Europe/Berlin")
    assert (site.address.street1, site.address.zip) == ("Hofweg 1", "10435")
    assert site.address.city == "Berlin"


def test_site_may_be_in_another_time_zone(run: Run, world: World) -> None:
    by_number = ("--organization", world.cafe.id)
    result = run("sites", "add", "Porto", *by_number, *ADDRESS, "--time-zone", "Europe/Lisbon")
    site = db.session.get(Site, int(result.stdout))
    assert site is not None
    assert (site.operator, site.time_zone) == (world.cafe, "Europe/Lisbon")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("Kastanienallee",), "name: Café Morgenrot has a site Kastanienallee already"),
        (("Hof", "--organization", "Kiosk"), "There is no organization Kiosk; see"),
        (("",), "name: must have 1 to 50 characters"),
        (("Hof", "--street", "x" * 51), "street1: must have 1 to 50 characters"),
        (("Hof", "--zip", "D-10435"), "zip: must have 1 to 5 characters"),
        (("Hof", "--city", " "), "city: must have 1 to 50 characters"),
        (("Hof", "--time-zone", "Mars/Olympus"), "time_zone: must be the name of a time zone"),
    ],
    ids=["taken", "no organization", "empty name", "street", "zip", "city", "time zone"],
)
def test_what_is_wrong_is_one_sentence(
    run: Run, world: World, arguments: tuple[str, ...], sentence: str
) -> None:
    result = run("sites", "add", *CAFE, *ADDRESS, *arguments)
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith(f"Error: {sentence}")
    assert result.stderr.count("\n") == 1
    assert db.session.scalar(select(func.count()).select_from(Site)) == 1


def test_site_without_an_address_is_wrong_usage(run: Run, world: World) -> None:
    assert run("sites", "add", "Hof", *CAFE).exit_code == 2


def test_sites_are_listed(run: Run, world: World) -> None:
    inventory.add_room(SYSTEM, world.site, "Küche")
    clinic = inventory.find_organization("Praxis nebenan")
    address = Address(street1="Hofweg 1", zip="10117", city="Berlin")
    empty = inventory.add_site(SYSTEM, clinic, "Hinterhaus", address, "Europe/Vienna")
    assert json.loads(run("sites", "list", "--json").stdout) == [
        {
            "id": world.site.id,
            "name": "Kastanienallee",
            "organization": "Café Morgenrot",
            "address": "Kastanienallee 85, 10435 Berlin",
            "time_zone": "Europe/Berlin",
            "rooms": 2,
        },
        {
            "id": empty.id,
            "name": "Hinterhaus",
            "organization": "Praxis nebenan",
            "address": "Hofweg 1, 10117 Berlin",
            "time_zone": "Europe/Vienna",
            "rooms": 0,
        },
    ]
    head, first, second = run("sites", "list").stdout.splitlines()
    assert head.split() == ["id", "name", "organization", "address", "time_zone", "rooms"]
    assert first.index("Kastanienallee 85") == second.index("Hofweg 1") == head.index("address")


def test_sites_are_read_in_one_statement(run: Run, world: World, statements: list[str]) -> None:
    statements.clear()
    run("sites", "list")
    assert len(statements) == 1


def test_no_sites_are_an_empty_list(run: Run) -> None:
    assert json.loads(run("sites", "list", "--json").stdout) == []
    assert run("sites", "list").stdout == ""
