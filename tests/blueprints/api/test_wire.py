"""How the wire looks: media types, scalars, the shapes of documents, and what a query may ask for."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
import pytest

from clair import inventory
from clair.access import SYSTEM
from clair.blueprints.errors import JSONAPI
from clair.extensions import db

from blueprints.api.speaking import Program, document, identifier, problems
from blueprints.api.town import Town, membership_of
from conftest import make_app

ProgramOf = Callable[..., Program]
HOST = "http://localhost/api/v1/"
COLLECTIONS = {
    "quantities",
    "protocols",
    "models",
    "nodes",
    "fidelity",
    "users",
    "organizations",
    "memberships",
    "sites",
    "addresses",
    "rooms",
    "installations",
    "node-timeseries",
    "installation-timeseries",
}
COMO_UI = "application/vnd.api+json, application/json, text/plain, */*"


def test_root_names_the_collections(town: Town, program_of: ProgramOf) -> None:
    answer = program_of(None)("GET", "")
    assert (answer.status_code, answer.content_type) == (200, JSONAPI)
    assert answer.json == {"data": {name: f"{HOST}{name}/" for name in COLLECTIONS}}
    call = program_of(town.alice)
    for url in answer.json["data"].values():
        assert call("GET", url.removeprefix(HOST)).status_code == 200, url


def test_answers_are_utf8_without_escapes(town: Town, program_of: ProgramOf) -> None:
    answer = program_of(town.alice)("GET", f"organizations/{town.cafe.id}/")
    assert answer.content_type == JSONAPI
    assert "Café Morgenrot".encode() in answer.data


@pytest.mark.parametrize("accept", [COMO_UI, "*/*", JSONAPI, "application/*", "", None])
def test_clients_that_take_json_api_get_it(
    town: Town, program_of: ProgramOf, accept: str | None
) -> None:
    headers = {} if accept is None else {"Accept": accept}
    answer = program_of(town.alice)("GET", "rooms/", headers=headers)
    assert (answer.status_code, answer.content_type) == (200, JSONAPI)


def test_only_documents_of_json_api_are_read(town: Town, program_of: ProgramOf) -> None:
    call, path = program_of(town.alice), f"rooms/{town.room.id}/"
    body = orjson.dumps(document("Room", town.room.id, description="hell"))
    for media_type, status in {
        JSONAPI: 200,
        f"{JSONAPI}; charset=utf-8": 200,
        f"{JSONAPI}; charset=UTF-8; version=1": 200,
        "application/json": 415,
        "text/plain": 415,
        "application/x-www-form-urlencoded": 415,
        "multipart/form-data; boundary=x": 415,
    }.items():
        answer = call("PATCH", path, data=body, content_type=media_type)
        assert answer.status_code == status, media_type
        if status == 415:
            assert problems(answer) == [("415", "/data", "unsupported_media_type")], media_type


def test_get_ignores_a_body(town: Town, program_of: ProgramOf) -> None:
    call = program_of(town.alice)
    for path in ("rooms/", f"rooms/{town.room.id}", f"sites/{town.site.id}/rooms", "nodes/"):
        for body, media_type in ((b"{}", JSONAPI), (b"{", JSONAPI), (b"{}", "application/json")):
            answer = call("GET", path, data=body, content_type=media_type)
            assert answer.status_code == 200, path


def test_empty_post_is_an_empty_document(town: Town, program_of: ProgramOf) -> None:
    answer = program_of(town.alice)("POST", "rooms/", data=b"", content_type=JSONAPI)
    assert problems(answer) == [
        ("400", "/data/attributes/name", "required"),
        ("400", "/data/relationships/site", "required"),
    ]


def test_ids_are_texts_and_may_come_as_numbers(town: Town, program_of: ProgramOf) -> None:
    call, site_id = program_of(town.alice), town.site.id
    linkage = {"data": {"type": "Site", "id": site_id}}
    resource = {"type": "Room", "attributes": {"name": "Büro"}, "relationships": {"site": linkage}}
    created = call("POST", "rooms/", {"data": resource | {"id": "987654"}})
    data = created.json["data"]
    assert data["relationships"]["site"]["data"] == identifier("Site", site_id)
    assert isinstance(data["id"], str)
    assert data["id"] != "987654"
    changed = {"data": {"type": "Room", "id": int(data["id"]), "attributes": {"name": "Kontor"}}}
    assert call("PATCH", f"rooms/{data['id']}/", changed).json["data"]["id"] == data["id"]


def test_nodes_are_found_by_their_uuid_in_any_writing(town: Town, program_of: ProgramOf) -> None:
    call, uuid = program_of(town.alice), town.node.uuid
    for text in (str(uuid), uuid.hex, str(uuid).upper()):
        assert call("GET", f"nodes/{text}/").json["data"]["id"] == str(uuid)
        found = call("GET", f"installations/?filter[node]={text}").json["data"]
        assert [each["id"] for each in found] == [str(town.installation.id)]


ROOM_VALUES = [
    ("size_sqm", "5", "5.0"),
    ("size_sqm", 5, "5.0"),
    ("size_sqm", 5.5, "5.5"),
    ("size_sqm", "-0.5", "-0.5"),
    ("size_sqm", "", None),
    ("size_sqm", None, None),
    ("height_m", "99.9", "99.9"),
    ("max_occupancy", "500", 500),
    ("max_occupancy", 500.0, 500),
    ("max_occupancy", -(2**31), -(2**31)),
    ("max_occupancy", None, None),
    ("name", "  Saal  ", "Saal"),
    ("name", 5, "5"),
    ("description", "   ", ""),
    ("description", "", ""),
    ("description", None, None),
    ("description", "Zeile\nzwei 🪟", "Zeile\nzwei 🪟"),
]
ROOM_ERRORS = [
    ("size_sqm", "5.55", "max_decimal_places"),
    ("size_sqm", "123456", "max_digits"),
    ("size_sqm", "12345", "max_whole_digits"),
    ("size_sqm", "viel", "invalid"),
    ("size_sqm", "NaN", "invalid"),
    ("height_m", 100, "max_whole_digits"),
    ("max_occupancy", "", "invalid"),
    ("max_occupancy", 500.5, "invalid"),
    ("max_occupancy", 2**31, "max_value"),
    ("max_occupancy", -(2**31) - 1, "min_value"),
    ("max_occupancy", True, "invalid"),
    ("name", " \t ", "blank"),
    ("name", "", "blank"),
    ("name", None, "null"),
    ("name", True, "invalid"),
    ("name", ["Saal"], "invalid"),
    ("name", {"de": "Saal"}, "invalid"),
    ("name", "Sa\0al", "null_characters_not_allowed"),
    ("name", "x" * 51, "max_length"),
    ("description", False, "invalid"),
    ("description", "a\0b", "null_characters_not_allowed"),
]


def test_values_are_read_generously_and_shown_in_one_form(
    town: Town, program_of: ProgramOf
) -> None:
    call, path = program_of(town.alice), f"rooms/{town.room.id}/"
    for name, given, shown in ROOM_VALUES:
        answer = call("PATCH", path, document("Room", town.room.id, **{name: given}))
        assert answer.status_code == 200, (name, given)
        for attributes in (answer.json["data"], call("GET", path).json["data"]):
            assert attributes["attributes"][name] == shown, (name, given)


def test_values_that_cannot_be_are_refused(town: Town, program_of: ProgramOf) -> None:
    call, path = program_of(town.alice), f"rooms/{town.room.id}/"
    before = call("GET", path).json
    for name, given, code in ROOM_ERRORS:
        answer = call("PATCH", path, document("Room", town.room.id, **{name: given}))
        assert problems(answer) == [("400", f"/data/attributes/{name}", code)], (name, given)
    assert call("GET", path).json == before


TRUE = (True, "t", "T", "y", "Y", "yes", "Yes", "true", "True", "TRUE", "on", "ON", "1", 1)
FALSE = (False, "f", "F", "n", "N", "no", "No", "false", "False", "FALSE", "off", "OFF", "0", 0)


def test_booleans_come_in_many_spellings(town: Town, program_of: ProgramOf) -> None:
    call, row_id = program_of(town.alice), town.installation.id
    for given, shown in [(each, True) for each in TRUE] + [(each, False) for each in FALSE]:
        changed = document("Installation", row_id, is_public=given)
        answer = call("PATCH", f"installations/{row_id}/", changed)
        assert answer.json["data"]["attributes"]["is_public"] is shown, given
    for given, code in {"maybe": "invalid", 2: "invalid", None: "null", "": "invalid"}.items():
        changed = document("Installation", row_id, is_public=given)
        answer = call("PATCH", f"installations/{row_id}/", changed)
        assert problems(answer) == [("400", "/data/attributes/is_public", code)], given


def test_what_cannot_be_written_is_silently_ignored(town: Town, program_of: ProgramOf) -> None:
    call = program_of(town.alice)
    membership = membership_of(town.bob, town.cafe)
    changed = document("Membership", membership.id, user_name="mallory", role="O", shoe_size=43)
    answer = call("PATCH", f"memberships/{membership.id}/", changed)
    assert answer.status_code == 200
    expected = {"user_name": "bob", "organization_name": "Café Morgenrot", "role": "O"}
    assert answer.json["data"]["attributes"] == expected
    foreign = {"rooms": [("Room", town.ward.id)], "installations": [("Installation", 999)]}
    for type_, row in (("Site", town.site), ("Room", town.room), ("Node", town.node)):
        row_id = row.uuid if type_ == "Node" else row.id
        sent = document(type_, row_id, links=foreign)
        assert call("PATCH", f"{type_.lower()}s/{row_id}/", sent).status_code == 200, type_
    created = document("Organization", name="Kiosk", id="7", shoe_size=43)
    created["data"]["relationships"] = {"owner": {"data": None}, "sites": {"data": []}}
    assert call("POST", "organizations/", created).status_code == 201


def test_relationship_may_stand_among_the_attributes(town: Town, program_of: ProgramOf) -> None:
    link = identifier("Site", town.site.id)
    answer = program_of(town.alice)("POST", "rooms/", document("Room", name="Büro", site=link))
    assert answer.status_code == 201
    assert answer.json["data"]["relationships"]["site"]["data"] == link


def test_created_resource_names_its_address(town: Town, program_of: ProgramOf) -> None:
    call = program_of(town.alice)
    links = {"site": ("Site", town.site.id)}
    answer = call("POST", "rooms", document("Room", links=links, name="Büro"))
    data = answer.json["data"]
    assert answer.status_code == 201
    assert answer.headers["Location"] == data["links"]["self"] == f"{HOST}rooms/{data['id']}/"
    assert call("GET", f"rooms/{data['id']}/").json["data"] == data


def test_deleted_resource_leaves_an_empty_answer(town: Town, program_of: ProgramOf) -> None:
    call, row_id = program_of(town.alice), town.room.id
    answer = call("DELETE", f"rooms/{row_id}")
    assert (answer.status_code, answer.data) == (204, b"")
    assert problems(call("GET", f"rooms/{row_id}/")) == [("404", None, "not_found")]
    assert problems(call("DELETE", f"rooms/{row_id}/")) == [("404", None, "not_found")]


def test_links_name_the_host_and_the_scheme_of_the_request(
    town: Town, program_of: ProgramOf
) -> None:
    host = "https://clair.example.org:8443"
    answer = program_of(town.alice)("GET", "rooms/", base_url=host).json
    assert answer["links"]["first"].startswith(f"{host}/api/v1/rooms/?")
    assert answer["data"][0]["links"]["self"] == f"{host}/api/v1/rooms/{town.room.id}/"


def test_links_name_the_host_that_a_trusted_proxy_names(folder: Path) -> None:
    claim = {"X-Forwarded-Proto": "https", "X-Forwarded-Host": "clair.example.org"}
    for proxies, root in ((1, "https://clair.example.org/api/v1/"), (0, HOST)):
        app = make_app(f"sqlite:///{folder}/unused.sqlite", folder, TRUSTED_PROXIES=proxies)
        answer = app.test_client().get("/api/v1/", headers=claim)
        assert answer.json["data"]["rooms"] == f"{root}rooms/"


ORDERS: dict[str, Callable[[dict[str, Any]], Any]] = {
    "organizations/": lambda each: each["name"],
    "memberships/": lambda each: (each["role"], each["organization_name"]),
    "addresses/": lambda each: (each["city"], each["street1"]),
    "sites/": lambda each: each["name"],
    "rooms/": lambda each: each["name"],
    "installations/": lambda each: -each["from_timestamp_s"],
    "nodes/": lambda each: each["eui64"],
    "users/": lambda each: each["username"],
}


def test_collections_have_an_order_of_their_own(town: Town, program_of: ProgramOf) -> None:
    inventory.add_member(SYSTEM, town.clinic, town.alice, "O")
    inventory.update_room(SYSTEM, town.terrace, name="Balkon")
    inventory.update_installation(SYSTEM, town.shown, from_timestamp_s=1_780_000_000)
    db.session.commit()
    call = program_of(town.alice)
    for path, key in ORDERS.items():
        shown = [each["attributes"] for each in call("GET", path).json["data"]]
        assert len(shown) >= 2, path
        assert shown == sorted(shown, key=key), path
