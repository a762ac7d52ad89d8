"""Pages of collections: all rows at once unless a size is asked for, and links from page to page."""

from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from clair import inventory
from clair.access import SYSTEM
from clair.extensions import db
from clair.models import Room

from blueprints.api.speaking import Program, problems
from blueprints.api.town import END_S, Town

ProgramOf = Callable[..., Program]
ROOMS = 105
NO_PAGE = [("404", "/data", "not_found")]


@pytest.fixture
def rooms(town: Town) -> list[str]:
    """The ids of the café's many rooms in the order of their names."""
    names = [f"Abteil {number:03}" for number in range(ROOMS - 2)]
    compartments = [Room(name=name, site=town.site) for name in names]
    db.session.add_all(compartments)
    db.session.commit()
    return [str(each.id) for each in (*compartments, town.room, town.terrace)]


@pytest.fixture
def page(town: Town, rooms: list[str], program_of: ProgramOf) -> Callable[[str], dict[str, Any]]:
    """Ask for a page of the café's rooms."""
    call = program_of(town.alice)

    def ask(query: str) -> dict[str, Any]:
        answer = call("GET", f"rooms/{query}")
        assert answer.status_code == 200, query
        return answer.json

    return ask


def ids(document: dict[str, Any]) -> list[str]:
    """List the ids of a collection."""
    return [each["id"] for each in document["data"]]


def parameters(url: str) -> dict[str, str]:
    """Read the query of a link, which is an absolute address of the same collection."""
    parts = urlsplit(url)
    assert (parts.scheme, parts.netloc, parts.path) == ("http", "localhost", "/api/v1/rooms/")
    assert "[" not in parts.query
    return dict(parse_qsl(parts.query, keep_blank_values=True))


def test_everything_comes_at_once_unless_a_size_is_asked_for(
    rooms: list[str], page: Callable[[str], dict[str, Any]]
) -> None:
    for query in ("", "?page[number]=1", "?page[size]=", "?page[size]=0", "?page[size]=-5"):
        document = page(query)
        assert ids(document) == rooms, query
        assert document["meta"] == {"pagination": {"page": 1, "pages": 1, "count": ROOMS}}, query
        links = document["links"]
        assert (links["next"], links["prev"]) == (None, None), query
        assert parameters(links["first"])["page[number]"] == "1"
        assert parameters(links["last"])["page[number]"] == "1"
    for size in ("x", "1.5", "9" * 30, "١"):
        assert len(page(f"?page[size]={size}")["data"]) in (ROOMS, 100), size


def test_size_is_at_most_a_hundred(rooms: list[str], page: Callable[[str], dict[str, Any]]) -> None:
    for size, shown in ((1, 1), (100, 100), (101, 100), (5000, 100), (999_999_999, 100)):
        assert ids(page(f"?page[size]={size}")) == rooms[:shown], size
    assert page("?page[size]=200")["meta"]["pagination"] == {"page": 1, "pages": 2, "count": ROOMS}


def test_pages_lead_to_each_other_and_hold_every_row_once(
    rooms: list[str], page: Callable[[str], dict[str, Any]]
) -> None:
    document, found, numbers = page("?page[size]=25"), [], []
    while True:
        found += ids(document)
        numbers.append(document["meta"]["pagination"]["page"])
        assert parameters(document["links"]["first"])["page[number]"] == "1"
        assert parameters(document["links"]["last"])["page[number]"] == "5"
        assert (document["links"]["prev"] is None) == (numbers[-1] == 1)
        if document["links"]["next"] is None:
            break
        document = page("?" + urlsplit(document["links"]["next"]).query)
        before = parameters(document["links"]["prev"])
        assert before["page[number]"] == str(numbers[-1])
    assert numbers == [1, 2, 3, 4, 5]
    assert found == rooms
    assert document["meta"]["pagination"] == {"page": 5, "pages": 5, "count": ROOMS}
    assert len(document["data"]) == 5


def test_links_keep_the_rest_of_the_query(
    town: Town, page: Callable[[str], dict[str, Any]]
) -> None:
    query = f"filter[site]={town.site.id}&filter[search]=ab+teil&fields[Room]=name&sort=-name"
    links = page(f"?{query}&page[size]=10&page[number]=2")["links"]
    assert parameters(links["next"]) == {
        "filter[site]": str(town.site.id),
        "filter[search]": "ab teil",
        "fields[Room]": "name",
        "sort": "-name",
        "page[size]": "10",
        "page[number]": "3",
    }
    assert parameters(links["prev"]) == parameters(links["next"]) | {"page[number]": "1"}


def test_order_is_the_same_on_every_page_among_equals(
    town: Town, rooms: list[str], page: Callable[[str], dict[str, Any]]
) -> None:
    in_order = sorted(rooms, key=int)
    first = page("?sort=max_occupancy&page[size]=60&filter[search]=abteil")
    second = page("?sort=max_occupancy&page[size]=60&page[number]=2&filter[search]=abteil")
    shown = {str(town.room.id), str(town.terrace.id)}
    assert ids(first) + ids(second) == [each for each in in_order if each not in shown]


def test_pages_that_are_not_there_are_not_found(town: Town, program_of: ProgramOf) -> None:
    call = program_of(town.alice)
    for number in ("0", "-1", "2", "x", "", "1.0", "9" * 30, "%00"):
        for query in (f"page[number]={number}", f"page[size]=50&page[number]={number}"):
            answer = call("GET", f"rooms/?{query}")
            if number == "%00":
                assert answer.status_code in (400, 404)
            else:
                assert problems(answer) == NO_PAGE, query
    assert problems(call("GET", f"sites/{town.site.id}/rooms/?page[number]=2")) == NO_PAGE


def test_empty_collections_keep_links_and_meta(town: Town, program_of: ProgramOf) -> None:
    call = program_of(town.ada)
    for path in (
        "nodes/",
        "memberships/",
        f"organizations/{town.cafe.id}/nodes/",
        f"rooms/{town.room.id}/installations/",
        "rooms/?filter[site]=999999",
        "installations/?filter[room]=999999&page[size]=5",
    ):
        document = call("GET", path).json
        assert set(document) == {"links", "data", "meta"}, path
        assert document["data"] == []
        assert document["meta"] == {"pagination": {"page": 1, "pages": 1, "count": 0}}
        assert (document["links"]["next"], document["links"]["prev"]) == (None, None)


def test_related_collections_have_pages_too(
    town: Town, rooms: list[str], program_of: ProgramOf
) -> None:
    path = f"sites/{town.site.id}/rooms/"
    document = program_of(town.alice)("GET", f"{path}?page[size]=10&page[number]=3").json
    assert ids(document) == rooms[20:30]
    query = "page%5Bnumber%5D=4&page%5Bsize%5D=10"
    assert document["links"]["next"] == f"http://localhost/api/v1/{path}?{query}"


@pytest.mark.parametrize("sort", ["to_timestamp_s", "-to_timestamp_s"])
def test_an_open_end_is_the_last(town: Town, program_of: ProgramOf, sort: str) -> None:
    inventory.create_installation(SYSTEM, town.window, town.terrace, END_S)
    asked = {"sort": sort, "filter[node]": str(town.window.uuid)}
    found = program_of(town.alice)("GET", "installations/", query_string=asked).json["data"]
    shown = [each["attributes"]["to_timestamp_s"] for each in found]
    assert shown == sorted([END_S, 2**31 - 1], reverse=sort.startswith("-"))
