"""A longer list costs no more statements: what comes with the rows comes for all of them at once."""

from collections.abc import Callable
from uuid import uuid4

import pytest

from clair import inventory
from clair.access import SYSTEM
from clair.blueprints.api.resources import RESOURCES
from clair.extensions import db
from clair.models import Address, Model, Protocol, Quantity, Role

from blueprints.api.attacking import END_S, PARTS, Stage, add_samples, set_stage
from blueprints.api.speaking import Program
from conftest import World, add_user

SERIES = ("node-timeseries/", "installation-timeseries/")
MOST = 8
"""How many statements a list may take, with everything that comes along."""


@pytest.fixture
def stage(world: World, program_of: Callable[..., Program]) -> Stage:
    """The town."""
    return set_stage(world, program_of)


def grow(stage: Stage) -> None:
    """Give the café four more of everything, and its owner four more cafés."""
    town = stage.town
    for n in range(4):
        quantity = Quantity(quantity=f"Größe {n}", base_unit="-")
        parts = dict.fromkeys(("trade_name", "manufacturer", "sensor_type"), "-")
        model = Model(name=f"Modell {n}", quantities=[quantity], **parts)
        protocol = Protocol(identifier=f"Protokoll {n}")
        user = add_user(f"guest{n}")
        db.session.add_all([quantity, model, protocol])
        db.session.flush()
        another = inventory.create_organization(SYSTEM, f"Café {n}", town.alice)
        for organization in (town.cafe, another):
            inventory.add_member(SYSTEM, organization, user, Role.INSPECTOR)
        for operator in (town.cafe, another):
            site = inventory.add_site(SYSTEM, operator, f"Haus {n}", Address(**PARTS))
            inventory.add_room(SYSTEM, site, f"Raum {n}")
        room = inventory.add_room(SYSTEM, town.site, f"Raum {n}")
        eui64 = f"02AA0000000000D{n}"
        kind = {"protocol": protocol, "model": model}
        node = inventory.create_node(SYSTEM, town.cafe, uuid4(), eui64, f"Node {n}", **kind)
        begin_s = END_S + n * 3600
        for place, it in ((room, node), (town.terrace, town.window)):
            inventory.create_installation(
                SYSTEM, it, place, begin_s, begin_s + 3600, is_public=True
            )
            add_samples(it, (begin_s + 60, 500))
    db.session.commit()


def urls(stage: Stage) -> list[str]:
    """List every collection, by itself, with all that can come along, and below other resources."""
    town = stage.town
    found = [f"{each.path}/" for each in RESOURCES]
    found += [f"{each.path}/?include={','.join(each.includes)}" for each in RESOURCES]
    found += [f"{each.path}/?page[size]=100" for each in RESOURCES]
    cafe, alice = f"organizations/{town.cafe.id}/", f"users/{town.alice.id}/"
    below = {
        cafe: ("users", "memberships", "nodes", "sites", "relationships/users"),
        alice: ("organizations", "memberships", "relationships/organizations"),
        f"sites/{town.site.id}/": ("rooms",),
        f"rooms/{town.terrace.id}/": ("installations",),
        f"nodes/{town.window.uuid}/": ("installations",),
    }
    found += [f"{path}{name}/" for path, names in below.items() for name in names]
    return [*found, *SERIES, cafe, f"{cafe}?include=users", "auth/tokens/"]


@pytest.mark.parametrize("who", ["nobody", "owner"])
def test_number_of_statements_is_that_of_a_single_row(
    who: str, stage: Stage, statements: list[str]
) -> None:
    def count(url: str) -> tuple[int, int]:
        statements.clear()
        response = stage.programs[who]("GET", url)
        asked = len(statements)
        if response.status_code == 401:
            return asked, 0
        assert response.status_code == 200, url
        data = response.json["data"]
        return asked, len(data) if isinstance(data, list) else 1

    few = {url: count(url) for url in urls(stage)}
    grow(stage)
    many = {url: count(url) for url in urls(stage)}
    grown = {url: (few[url], many[url]) for url in few if many[url][0] > few[url][0]}
    # An empty list asks for nothing that belongs to its rows.
    assert {url: each for url, each in grown.items() if each[0][1]} == {}
    assert {url: each for url, each in many.items() if each[0] > MOST} == {}
    assert sum(rows for _, rows in many.values()) > sum(rows for _, rows in few.values())
