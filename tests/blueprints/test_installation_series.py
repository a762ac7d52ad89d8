"""The series of an installation, as charts load it."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from clair.models import User

from conftest import NOW_S, World
from measuring import measure

ClientOf = Callable[[User | None], FlaskClient]
SERIES = f"series?from={NOW_S}&to={NOW_S + 86_400}"


@pytest.fixture
def root(world: World) -> str:
    """The address of the page of the café's installation."""
    return f"/dashboard/{world.cafe.id}/installation/{world.installation.id}/"


def test_series_comes_in_columns_with_nulls_in_gaps(
    world: World, client_of: ClientOf, root: str
) -> None:
    times = [NOW_S, NOW_S + 600, NOW_S + 1200, NOW_S + 7200, NOW_S + 7800]
    measure(world.node, [(time_s, 500 + index, 20.5, 40) for index, time_s in enumerate(times)])
    client = client_of(world.bob)
    assert client.get(root + SERIES).json == {
        "timestamp_s": [*times[:3], NOW_S + 4200, *times[3:]],
        "co2_ppm": [500, 501, 502, None, 503, 504],
    }
    temperature = client.get(f"{root}{SERIES}&quantity=temperature_celsius").json
    assert temperature["temperature_celsius"] == [20.5, 20.5, 20.5, None, 20.5, 20.5]
    humidity = client.get(f"{root}{SERIES}&quantity=rel_humidity_percent").json
    assert humidity["rel_humidity_percent"] == [40, 40, 40, None, 40, 40]


def test_series_without_samples_has_empty_columns(
    world: World, client_of: ClientOf, root: str
) -> None:
    response = client_of(world.bob).get(root + SERIES)
    assert response.json == {"timestamp_s": [], "co2_ppm": []}


def test_series_is_thinned_to_the_width_of_the_screen(
    world: World, client_of: ClientOf, root: str
) -> None:
    measure(world.node, [(NOW_S + index * 60, 400 + index % 1000) for index in range(1440)])
    client = client_of(world.bob)
    assert len(client.get(f"{root}{SERIES}&width=1440").json["co2_ppm"]) == 1440
    narrow = client.get(f"{root}{SERIES}&width=10").json
    assert len(narrow["co2_ppm"]) <= 20
    assert (min(narrow["co2_ppm"]), max(narrow["co2_ppm"])) == (400, 1399)


def test_unchanged_series_is_not_sent_again(world: World, client_of: ClientOf, root: str) -> None:
    measure(world.node, [(NOW_S, 500)])
    client = client_of(world.bob)
    first = client.get(root + SERIES)
    again = client.get(root + SERIES, headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    assert "private" in again.headers["Cache-Control"]
    measure(world.node, [(NOW_S + 60, 501)])
    changed = client.get(root + SERIES, headers={"If-None-Match": first.headers["ETag"]})
    assert changed.status_code == 200
    assert changed.json["co2_ppm"] == [500, 501]


NONSENSE = ["x", "", "-1", "1.5", "1e9", "NaN", "Infinity", "9" * 30, "0x10", "+5", " 5", "5_0"]
UNICODE_DIGITS = ["１７９００００００１", "²", "٣"]


@pytest.mark.parametrize("value", [*NONSENSE, *UNICODE_DIGITS, "5\0"])
@pytest.mark.parametrize("name", ["from", "to", "width"])
def test_nonsense_for_a_number_is_a_bad_request(
    world: World, client_of: ClientOf, root: str, name: str, value: str
) -> None:
    query = {"from": str(NOW_S), "to": str(NOW_S + 60), "width": "100", name: value}
    response = client_of(world.bob).get(f"{root}series", query_string=query)
    assert response.status_code == 400
    (error,) = response.json["errors"]
    assert error["source"]["parameter"] == name
    assert (error["status"], error["code"]) == ("400", "invalid")


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("", "from"),
        (f"from={NOW_S}", "from"),
        (f"from={NOW_S}&to={NOW_S}", "from"),
        (f"from={NOW_S}&to={NOW_S - 1}", "from"),
        (f"from=0&to={2**40}", "from"),
        (f"from=0&to={10**18 - 1}", "from"),
        (f"from=0&to={NOW_S}&width=0", "width"),
        (f"from=0&to={NOW_S}&width=4001", "width"),
        (f"from=0&to={NOW_S}&quantity=password_hash", "quantity"),
        (f"from=0&to={NOW_S}&quantity=", "quantity"),
    ],
)
def test_impossible_wishes_are_bad_requests(
    world: World, client_of: ClientOf, root: str, query: str, field: str
) -> None:
    response = client_of(world.bob).get(f"{root}series?{query}")
    assert response.status_code == 400
    (error,) = response.json["errors"]
    assert error["source"]["parameter"] == field


@pytest.mark.parametrize("width", [1, 4000])
def test_series_of_all_times_can_be_asked_for(
    world: World, client_of: ClientOf, root: str, width: int
) -> None:
    measure(world.node, [(NOW_S, 500), (NOW_S + 600, 900)])
    response = client_of(world.bob).get(f"{root}series?from=0&to={2**40 - 1}&width={width}")
    assert response.json["co2_ppm"] == [500, 900]
