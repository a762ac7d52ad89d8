"""Whatever somebody sends, the answer is a document that says what is wrong; never a fault of ours."""

import gzip
import random
from collections.abc import Callable, Iterator
from itertools import product
from typing import Any

import orjson
import pytest
from sqlalchemy import select, table, text
from werkzeug.test import TestResponse

from clair.blueprints.errors import JSONAPI
from clair.extensions import db
from clair.models import Base

from blueprints.api.speaking import Program, document, identifier, problems
from blueprints.api.town import Town, add_quantities

ProgramOf = Callable[..., Program]
HUGE = "9" * 4301
"""More digits than Python reads as a number."""
VALUES = [
    None,
    True,
    0,
    -1,
    2**31,
    2**63 - 1,
    -(2**63),
    2**64 - 1,
    1.5,
    1e300,
    "",
    " ",
    "\0",
    "0",
    HUGE,
    "1e999999",
    "NaN",
    "Infinity",
    "'; DROP TABLE room; --",
    "\U0001f600" * 20,
    "\u202e\u0000\ufeff",
    "١٢",
    [],
    [[]],
    [None],
    {},
    {"data": None},
    {"type": "Room", "id": "1"},
]
QUERIES = [
    "%00",
    "%ff",
    "%ed%a0%80",
    "\N{SNOWMAN}",
    "1%00",
    "-1",
    "1e9",
    "٣",
    HUGE,
    "x" * 20_000,
    "%25%5F%5C",
    "'",
    "[]",
    ",,,",
    "%2B",
]
PARAMETERS = (
    "page[number]",
    "page[size]",
    "filter[organization]",
    "filter[site]",
    "filter[node]",
    "filter[room]",
    "filter[user]",
    "filter[username]",
    "filter[search]",
    "filter[from]",
    "filter[to]",
    "fields[Room]",
    "include",
    "include_timeseries",
    "sort",
    "filter[x]",
)


def dump() -> dict[str, list[Any]]:
    """Read all rows, to see that nothing has changed."""
    db.session.rollback()
    names = sorted(each.name for each in Base.metadata.tables.values())
    return {
        name: sorted(
            map(tuple, db.session.execute(select(text("*")).select_from(table(name)))), key=repr
        )
        for name in names
    }


@pytest.fixture
def call(town: Town, program_of: ProgramOf) -> Program:
    """Let Alice speak, who may write the catalogue, too."""
    town.alice.is_admin = True
    add_quantities(town.node.model)
    return program_of(town.alice)


def check(answer: TestResponse, what: object) -> None:
    """Check that an answer is no fault, and a document."""
    assert answer.status_code < 500, what
    assert answer.status_code == 204 or answer.content_type == JSONAPI, what
    if answer.status_code >= 400:
        assert problems(answer), what


def rows(town: Town) -> dict[str, tuple[str, object, list[str], dict[str, Any]]]:
    """Name a row of each type: its address, its id, its attributes and its relationships."""
    org, address = ("Organization", town.cafe.id), ("Address", town.site.address_id)
    place = {"room": ("Room", town.room.id), "node": ("Node", town.node.uuid)}
    kind = {"protocol": ("Protocol", town.node.protocol_id), "model": ("Model", town.node.model_id)}
    kind["owner"] = org
    several = {"quantities": [("Quantity", each.id) for each in town.node.model.quantities]}
    names, room = ["name", "description"], ["size_sqm", "max_occupancy"]
    times = ["from_timestamp_s", "to_timestamp_s", "is_public", "description"]
    spot = ["street1", "street2", "zip", "city", "latitude", "longitude"]
    return {
        "Organization": ("organizations", town.cafe.id, names, {}),
        "Address": ("addresses", town.site.address_id, spot, {}),
        "Site": ("sites", town.site.id, names, {"address": address, "operator": org}),
        "Room": ("rooms", town.room.id, names + room, {"site": ("Site", town.site.id)}),
        "Installation": ("installations", town.installation.id, times, place),
        "Node": ("nodes", town.node.uuid, ["eui64", "alias", "description"], kind),
        "Protocol": ("protocols", town.node.protocol_id, ["identifier", "num_uplink_msgs"], {}),
        "Model": ("models", town.node.model_id, ["name", "sensor_type"], several),
    }


def spoiled(town: Town) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Write documents in which one thing is something else; sometimes that is even allowed."""
    for type_, (path, row_id, attributes, links) in rows(town).items():
        for value in VALUES:
            for name in attributes:
                yield "PATCH", f"{path}/{row_id}/", document(type_, row_id, **{name: value})
            for name in links:
                body = document(type_, row_id)
                for linkage in (
                    value,
                    {"data": value},
                    {"data": {"type": links[name][0], "id": value}},
                ):
                    relationships = {name: linkage}
                    yield (
                        "PATCH",
                        f"{path}/{row_id}/",
                        {"data": body["data"] | {"relationships": relationships}},
                    )
            for member in ("type", "id", "attributes", "relationships"):
                body = {"data": document(type_, row_id)["data"] | {member: value}}
                yield "PATCH", f"{path}/{row_id}/", body
                yield "POST", f"{path}/", body


def test_no_value_in_a_document_is_a_fault(town: Town, call: Program) -> None:
    cases = list(spoiled(town))
    for method, path, body in random.Random(8).sample(cases, 120):
        check(call(method, path, body), (method, path, body))


def test_no_number_is_too_large_for_a_document(town: Town, call: Program) -> None:
    before = dump()
    for number in (b"1" + b"0" * 30, b"-1" + b"0" * 30, b"1e400", b"9" * 5000):
        body = b'{"data": {"type": "Room", "id": "%d", "attributes": {"max_occupancy": %b}}}'
        answer = call(
            "PATCH",
            f"rooms/{town.room.id}/",
            data=body % (town.room.id, number),
            content_type=JSONAPI,
        )
        assert answer.status_code == 400, number[:30]
        check(answer, number[:30])
        body = b'{"data": {"type": "Room", "id": %b}}' % number
        check(call("PATCH", f"rooms/{town.room.id}/", data=body, content_type=JSONAPI), number[:30])
    assert dump() == before


def test_no_query_is_a_fault(town: Town, call: Program) -> None:
    paths = (
        "rooms/",
        "users/",
        "nodes/",
        "memberships/",
        f"installations/{town.installation.id}/",
        f"nodes/{town.node.uuid}/",
        f"nodes/{town.node.uuid}/timeseries/",
        f"sites/{town.site.id}/rooms/",
        f"rooms/{town.room.id}/airquality/",
    )
    cases = list(product(paths, PARAMETERS, QUERIES))
    for address, name, value in random.Random(8).sample(cases, 150):
        path = f"{address}?{name}={value}"
        answer = call("GET", path)
        check(answer, path[:60])
        assert answer.status_code in (200, 400, 404), path[:60]


def test_bodies_that_are_too_large_are_refused(town: Town, call: Program) -> None:
    before = dump()
    for body in (b" " * (1024 * 1024 + 1), orjson.dumps(document("Room", name="x" * 2_000_000))):
        answer = call("POST", "rooms/", data=body, content_type=JSONAPI)
        assert problems(answer) == [("413", "/data", "too_large")]
    linkage = {"data": [identifier("User", number) for number in range(1, 1500)]}
    answer = call("POST", f"organizations/{town.cafe.id}/relationships/users/", linkage)
    assert problems(answer) == [("413", "/data", "too_large")]
    assert dump() == before


def test_packed_bodies_are_refused(town: Town, call: Program) -> None:
    body = gzip.compress(orjson.dumps(document("Organization", name="Kiosk")))
    for coding in ("gzip", "deflate", "br", "x"):
        headers = {"Content-Encoding": coding}
        answer = call("POST", "organizations/", data=body, content_type=JSONAPI, headers=headers)
        assert problems(answer) == [("415", "/data", "unsupported_media_type")], coding
    plain = {"data": orjson.dumps(document("Organization", name="Kiosk")), "content_type": JSONAPI}
    headers = {"Content-Encoding": "identity"}
    assert call("POST", "organizations/", **plain, headers=headers).status_code == 201


def test_what_is_refused_leaves_nothing_behind(town: Town, call: Program) -> None:
    room, before = f"rooms/{town.room.id}/", dump()
    members = f"organizations/{town.cafe.id}/relationships/users/"
    half = [identifier("User", town.ada.id), identifier("User", 999_999)]
    links = {"site": ("Site", town.house.id)}
    node = ("Node", town.scale.uuid)
    place = {"room": ("Room", town.room.id), "node": node}
    for method, path, body in (
        ("PATCH", room, document("Room", town.room.id, name="Saal", max_occupancy="viele")),
        ("PATCH", room, document("Room", town.room.id, name="Saal", size_sqm=1e9)),
        ("PATCH", room, document("Room", town.room.id, links=links, name="Saal")),
        ("PATCH", room, document("Room", town.room.id, name="Terrasse", description="neu")),
        ("POST", members, {"data": half}),
        (
            "DELETE",
            members,
            {"data": [identifier("User", town.bob.id), identifier("User", town.alice.id)]},
        ),
        ("POST", "installations/", document("Installation", links=place, from_timestamp_s=5)),
        ("POST", "organizations/", document("Organization", name="Praxis nebenan")),
        ("DELETE", f"addresses/{town.site.address_id}/", None),
    ):
        answer = call(method, path, body)
        assert 400 <= answer.status_code < 500, (method, path)
        check(answer, (method, path))
    assert dump() == before


def test_headers_are_no_fault_either(town: Town, call: Program) -> None:
    for name, value in (
        ("Accept", "*"),
        ("Accept", ";;;,q=x"),
        ("Accept", "a/b;q=999999999999"),
        ("Accept-Language", "x" * 5000),
        ("Accept-Language", "de-DE;q=abc,;;"),
        ("Content-Type", "application/vnd.api+json; charset=nonsense"),
        ("Content-Type", ";;;"),
        ("Content-Type", "multipart/form-data"),
        ("Cookie", "sessionid=nonsense; csrftoken=\xff; language=xx"),
        ("Origin", "null"),
        ("Range", "bytes=0-1"),
        ("If-None-Match", '"x"'),
    ):
        for method in ("GET", "PATCH"):
            data = orjson.dumps(document("Room", town.room.id))
            options = {"data": data, "content_type": JSONAPI} if method == "PATCH" else {}
            options |= {"content_type": value} if name == "Content-Type" else {}
            headers = {} if name == "Content-Type" else {name: value}
            check(call(method, f"rooms/{town.room.id}/", headers=headers, **options), (name, value))
