"""The page of an installation and its fragments: who sees them, and what they say."""

import re
import time
from collections.abc import Callable
from datetime import date, datetime, timedelta
from datetime import time as clock_time
from urllib.parse import parse_qs, urlsplit
from zoneinfo import ZoneInfo

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from clair import inventory
from clair.access import SYSTEM
from clair.models import Address, Installation, Role, User

from conftest import NOW_S, World
from measuring import install_another, measure

ClientOf = Callable[[User | None], FlaskClient]
Read = Callable[[TestResponse], str]
DAY_S = 86_400
BERLIN = ZoneInfo("Europe/Berlin")
PAGES = ("", "current/", "chart/")
SERIES = f"series?from={NOW_S}&to={NOW_S + DAY_S}"


@pytest.fixture
def root(world: World) -> str:
    """The address of the page of the café's installation."""
    return f"/dashboard/{world.cafe.id}/installation/{world.installation.id}/"


@pytest.fixture
def foreign(world: World) -> Installation:
    """An installation in the clinic next door."""
    clinic = inventory.find_organization("Praxis nebenan")
    address = Address(street1="Nebenan 1", zip="10435", city="Berlin")
    site = inventory.add_site(SYSTEM, clinic, "Nebenan", address, "Europe/Berlin")
    return install_another(site, clinic, "Wartezimmer", 1_700_000_000)


def noon_s(day: date) -> int:
    return int(datetime.combine(day, clock_time(12), BERLIN).timestamp())


# --- who sees what


@pytest.mark.parametrize("name", ["alice", "bob"])
@pytest.mark.parametrize("path", [*PAGES, SERIES])
def test_members_see_the_installation(
    world: World, client_of: ClientOf, root: str, path: str, name: str
) -> None:
    assert client_of(getattr(world, name)).get(root + path).status_code == 200


@pytest.mark.parametrize("name", ["charlie", "ada"])
@pytest.mark.parametrize("is_public", [False, True], ids=["private", "public"])
@pytest.mark.parametrize("path", [*PAGES, SERIES])
def test_installation_is_hidden_from_strangers_and_administrators(
    world: World, client_of: ClientOf, root: str, path: str, is_public: bool, name: str
) -> None:
    world.installation.is_public = is_public
    measure(world.node, [(NOW_S, 1234)])
    response = client_of(getattr(world, name)).get(root + path)
    assert response.status_code == 404
    assert "1234" not in response.text
    assert "Gastraum" not in response.text


@pytest.mark.parametrize("path", [*PAGES, "?range=week&day=2026-11-20"])
def test_nobody_is_led_to_the_log_in_and_back(
    world: World, client_of: ClientOf, root: str, path: str
) -> None:
    response = client_of(None).get(root + path)
    assert response.status_code == 302
    target = urlsplit(response.location)
    assert target.path == "/accounts/login/"
    assert parse_qs(target.query) == {"next": [root + path]}


def test_series_asks_nobody_for_credentials(world: World, client_of: ClientOf, root: str) -> None:
    response = client_of(None).get(root + SERIES)
    assert response.status_code == 401
    (error,) = response.json["errors"]
    assert (error["status"], error["code"]) == ("401", "not_authenticated")


@pytest.mark.parametrize("path", [*PAGES, SERIES])
def test_installation_of_another_organization_is_not_found_under_mine(
    world: World, client_of: ClientOf, foreign: Installation, path: str
) -> None:
    clinic = inventory.find_organization("Praxis nebenan")
    url = f"/dashboard/{world.cafe.id}/installation/{foreign.id}/{path}"
    assert client_of(world.alice).get(url).status_code == 404
    inventory.add_member(SYSTEM, clinic, world.alice, Role.INSPECTOR)
    assert client_of(world.alice).get(url).status_code == 404, "even if I may see it there"
    foreign.is_public = True
    assert client_of(world.alice).get(url).status_code == 404


@pytest.mark.parametrize("number", [0, 999_999, 2**31, 2**63, 10**30])
def test_installation_that_is_missing_is_not_found(
    world: World, client_of: ClientOf, number: int
) -> None:
    url = f"/dashboard/{world.cafe.id}/installation/{number}/"
    assert client_of(world.alice).get(url).status_code == 404


# --- the page


def test_page_says_what_is_measured_now(
    world: World, client_of: ClientOf, root: str, read: Read
) -> None:
    measure(world.node, [(int(time.time()) - 120, 1876, -3.5, 42)])
    for path in ("", "current/"):
        words = read(client_of(world.bob).get(root + path))
        assert "1876 ppm" in words
        assert "elevated" in words
        assert "2 min ago" in words
        assert "3.5" in words
        assert "42" in words


def test_page_says_since_when_the_sensor_is_silent(
    world: World, client_of: ClientOf, root: str, read: Read
) -> None:
    measure(world.node, [(int(time.time()) - 31 * 60, 876)])
    words = read(client_of(world.bob).get(root))
    assert "no data for 31 min" in words
    assert "Last value: 876" in words


@pytest.mark.parametrize("path", PAGES)
def test_installation_without_samples_has_a_page(
    world: World, client_of: ClientOf, root: str, path: str
) -> None:
    assert client_of(world.alice).get(root + path).status_code == 200


@pytest.mark.parametrize("path", ["", "chart/"])
def test_page_opens_at_the_newest_sample(
    world: World, client_of: ClientOf, root: str, read: Read, path: str
) -> None:
    newest_s = int(time.time()) - 40 * DAY_S
    measure(world.node, [(newest_s, 876), (newest_s - 86_400 * 2, 543)])
    words = read(client_of(world.alice).get(root + path))
    assert re.search(r"\b876\b", words)
    assert not re.search(r"\b543\b", words)
    day = datetime.fromtimestamp(newest_s, BERLIN)
    assert f"{day.day} {day:%b}" in words


def test_page_shows_nothing_from_before_the_installation(
    world: World, client_of: ClientOf, root: str, read: Read
) -> None:
    now_s = int(time.time())
    world.installation.from_timestamp_s = now_s - 600
    measure(world.node, [(now_s - 601, 987), (now_s - 60, 432)])
    words = read(client_of(world.alice).get(root))
    assert "432" in words
    assert "987" not in words


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("range=day&day=2026-07-31", {601}),
        ("day=2026-07-31", {601}),
        ("day=", {601}),
        ("range=week&day=2026-07-31", {601, 602}),
        ("range=month&day=2026-07-31", {601, 602, 603}),
        ("range=free&from=2026-06-15&to=2026-07-28", {602, 603, 604}),
        ("range=free&from=2026-07-28&to=2026-07-28", {602}),
        ("range=day&day=2026-07-01", set()),
        ("range=month&day=2030-01-01", set()),
    ],
)
@pytest.mark.parametrize("path", ["", "chart/"])
def test_ranges_show_their_days(
    world: World,
    client_of: ClientOf,
    root: str,
    read: Read,
    path: str,
    query: str,
    shown: set[int],
) -> None:
    last = date(2026, 7, 31)
    samples = {601: 0, 602: 3, 603: 20, 604: 41}
    times = [(noon_s(last - timedelta(days=ago)), co2_ppm) for co2_ppm, ago in samples.items()]
    measure(world.node, times)
    response = client_of(world.alice).get(f"{root}{path}?{query}")
    assert response.status_code == 200
    words = read(response).replace("Last value: 601", "")
    assert {co2_ppm for co2_ppm in samples if re.search(rf"\b{co2_ppm}\b", words)} == shown


@pytest.mark.parametrize(
    "query",
    [
        "range=year",
        "range=",
        "range=day&day=yesterday",
        "day=2026-02-30",
        "day=2026-13-01",
        "day=0001-01-01",
        "day=9999-12-31",
        "day=-2026-01-01",
        "day=2026-11-20%00",
        "day=%EF%BC%92%EF%BC%90%EF%BC%92%EF%BC%96-11-20",
        "day=%FF",
        "day=1790000000",
        "range=free&from=2026-11-20&to=2026-11-19",
        "range=free&from=2010-01-01&to=2026-11-19",
        "range=free&from=2026-11-20&to=x",
        "range=free&from=1979-12-31&to=1980-01-01",
    ],
)
@pytest.mark.parametrize("path", ["", "chart/"])
def test_nonsense_for_days_is_a_bad_request(
    world: World, client_of: ClientOf, root: str, path: str, query: str
) -> None:
    response = client_of(world.alice).get(f"{root}{path}?{query}")
    assert response.status_code == 400
    assert response.mimetype == "text/html"


@pytest.mark.parametrize(
    "query",
    [
        "day=1980-01-01",
        "day=2200-12-31",
        "range=month&day=1980-01-01",
        "range=free&from=2016-11-14&to=2026-11-20",
    ],
)
def test_first_and_last_possible_days_have_a_page(
    world: World, client_of: ClientOf, root: str, query: str
) -> None:
    assert client_of(world.alice).get(f"{root}?{query}").status_code == 200


@pytest.mark.parametrize("day", ["2026-03-29", "2026-10-25"])
def test_days_of_23_and_25_hours_have_a_page(
    world: World, client_of: ClientOf, root: str, read: Read, day: str
) -> None:
    start_s = noon_s(date.fromisoformat(day)) - 13 * 3600
    measure(world.node, [(start_s + index * 1800, 400 + index) for index in range(52)])
    words = read(client_of(world.alice).get(f"{root}chart/?day={day}"))
    half_hours = {"2026-03-29": 0, "2026-10-25": 2}[day]
    assert words.count("02:30") == half_hours


@pytest.mark.parametrize("zone", ["Asia/Kolkata", "America/New_York", "Australia/Lord_Howe"])
def test_page_speaks_the_time_of_the_site(
    world: World, client_of: ClientOf, root: str, read: Read, zone: str
) -> None:
    world.site.time_zone = zone
    moment = datetime(2026, 7, 31, 9, 30, tzinfo=ZoneInfo(zone))
    measure(world.node, [(int(moment.timestamp()), 777)])
    words = read(client_of(world.alice).get(f"{root}chart/?day=2026-07-31"))
    assert "09:30 777" in words


@pytest.mark.parametrize("path", PAGES)
def test_page_asks_at_most_eight_statements(
    world: World, client_of: ClientOf, root: str, statements: list[str], path: str
) -> None:
    now_s = int(time.time())
    measure(world.node, [(now_s - index * 600, 500, 20.0, 40) for index in range(200)])
    client = client_of(world.alice)
    statements.clear()
    assert client.get(root + path).status_code == 200
    assert len(statements) <= 8, statements
