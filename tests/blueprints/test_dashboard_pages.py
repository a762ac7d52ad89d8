"""The overview: who sees it, and what it says."""

import time
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from clair import inventory
from clair.access import SYSTEM
from clair.models import Role, User

from conftest import World
from measuring import install_another, measure

ClientOf = Callable[[User | None], FlaskClient]
Read = Callable[[TestResponse], str]
STATUSES = [("alice", 200), ("bob", 200), ("charlie", 404), ("ada", 404), (None, 302)]


@pytest.mark.parametrize(("name", "status"), STATUSES)
@pytest.mark.parametrize("path", ["", "cards/"])
def test_overview_is_for_members_alone(
    world: World, client_of: ClientOf, path: str, name: str | None, status: int
) -> None:
    client = client_of(getattr(world, name) if name else None)
    assert client.get(f"/dashboard/{world.cafe.id}/{path}").status_code == status


def test_public_room_opens_no_overview_to_strangers(world: World, client_of: ClientOf) -> None:
    world.installation.is_public = True
    client = client_of(world.charlie)
    assert client.get(f"/dashboard/{world.cafe.id}/").status_code == 404
    assert client.get(f"/dashboard/{world.cafe.id}/cards/").status_code == 404


@pytest.mark.parametrize("number", [0, 999_999, 2**31, 2**63, 10**30])
def test_organization_that_is_missing_is_not_found(
    world: World, client_of: ClientOf, number: int
) -> None:
    client = client_of(world.alice)
    assert client.get(f"/dashboard/{number}/").status_code == 404


@pytest.mark.parametrize("path", ["", "cards/"])
def test_overview_says_how_the_air_is(
    world: World, client_of: ClientOf, read: Read, path: str
) -> None:
    measure(world.node, [(int(time.time()) - 60, 876)])
    silent = install_another(world.site, world.cafe, "Küche", 1_700_000_000)
    measure(silent.node, [(int(time.time()) - 31 * 60, 555)])
    words = read(client_of(world.bob).get(f"/dashboard/{world.cafe.id}/{path}"))
    assert words.index("Küche") < words.index("Gastraum"), "what needs a look comes first"
    assert "876 ppm" in words
    assert "no data for 31 min" in words


def test_names_cannot_bring_markup_along(world: World, client_of: ClientOf) -> None:
    world.room.name = "<script>alert(1)</script>"
    world.cafe.name = '"><img src=x>'
    client = client_of(world.alice)
    for path in ("", f"installation/{world.installation.id}/"):
        page = client.get(f"/dashboard/{world.cafe.id}/{path}").text
        assert "<script>alert" not in page
        assert "<img src=x>" not in page


def test_organization_without_sensors_has_a_page(world: World, client_of: ClientOf) -> None:
    clinic = inventory.find_organization("Praxis nebenan")
    response = client_of(world.charlie).get(f"/dashboard/{clinic.id}/")
    assert response.status_code == 200
    assert "Praxis nebenan" in response.text


def test_start_leads_members_to_their_organization(world: World, client_of: ClientOf) -> None:
    response = client_of(world.bob).get("/", follow_redirects=True)
    assert response.request.path == f"/dashboard/{world.cafe.id}/"
    assert "Gastraum" in response.text


def test_start_tells_a_user_without_organization_what_to_do(
    world: World, client_of: ClientOf, read: Read
) -> None:
    response = client_of(world.ada).get("/", follow_redirects=True)
    assert response.status_code == 200
    assert response.request.path == "/dashboard/"
    assert "ada" in read(response)


def test_start_leads_nobody_to_the_log_in_and_back(world: World, client_of: ClientOf) -> None:
    response = client_of(None).get("/", follow_redirects=True)
    assert response.request.path == "/accounts/login/"
    assert response.request.args["next"] == "/dashboard/"


def test_member_of_two_organizations_can_switch(world: World, client_of: ClientOf) -> None:
    clinic = inventory.find_organization("Praxis nebenan")
    inventory.add_member(SYSTEM, clinic, world.bob, Role.INSPECTOR)
    page = client_of(world.bob).get(f"/dashboard/{world.cafe.id}/").text
    assert f'href="/dashboard/{clinic.id}/"' in page


@pytest.mark.parametrize("count", [1, 30])
def test_overview_asks_at_most_eight_statements(
    world: World, client_of: ClientOf, statements: list[str], count: int
) -> None:
    now_s = int(time.time())
    for number in range(1, count):
        installation = install_another(world.site, world.cafe, f"R{number}", now_s - 60, number)
        measure(installation.node, [(now_s - 30, 400 + number)])
    client = client_of(world.alice)
    url = f"/dashboard/{world.cafe.id}/"
    statements.clear()
    assert client.get(url).status_code == 200
    assert len(statements) <= 8, statements


def test_two_sensors_in_a_room_are_one_room_and_told_apart(
    world: World, client_of: ClientOf, read: Read
) -> None:
    now_s = int(time.time())
    node, _ = inventory.register_node(SYSTEM, world.cafe, "02AA00000000C0AA", "ers", "Fenster")
    inventory.install_node(SYSTEM, node, world.room, now_s - 3600)
    for each in (world.node, node):
        measure(each, [(now_s - 60, 1500)])
    page = read(client_of(world.alice).get(f"/dashboard/{world.cafe.id}/"))
    assert "The room needs air" in page
    assert "Kastanienallee · Theke" in page
    assert "Kastanienallee · Fenster" in page
    install_another(world.site, world.cafe, "Küche", now_s - 3600)
    page = read(client_of(world.alice).get(f"/dashboard/{world.cafe.id}/"))
    assert "1 of 2 rooms needs air" in page


def test_redirect_of_the_router_does_not_believe_the_host(
    world: World, client_of: ClientOf
) -> None:
    client = client_of(world.alice)
    response = client.get(f"/dashboard/{world.cafe.id}?a=b", headers={"Host": "evil.example"})
    assert (response.status_code, response.headers["Location"]) == (308, "/dashboard/1/?a=b")


def test_pages_of_members_are_not_kept_by_browsers(world: World, client_of: ClientOf) -> None:
    page = client_of(world.alice).get(f"/dashboard/{world.cafe.id}/")
    assert page.headers["Cache-Control"] == "private, no-store"
