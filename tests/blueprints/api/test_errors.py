"""Everything that can be wrong with a request: one row of the contract's table after the other."""

from collections.abc import Callable
from typing import Any

import orjson
import pytest

from clair.blueprints.errors import JSONAPI
from clair.models import User

from blueprints.api.speaking import ROOT, Program, document, identifier, problems
from blueprints.api.town import Town
from conftest import NOW_S, Browser

ProgramOf = Callable[..., Program]
UUID = "6fbb3d55-c86b-e021-3ec3-b45425d5b1ba"
Problem = tuple[str, str | None, str]


@pytest.fixture
def call(town: Town, program_of: ProgramOf) -> Program:
    """Let Alice speak."""
    return program_of(town.alice)


def at(name: str, code: str) -> list[Problem]:
    """Write the error of an attribute or, with a leading @, of a relationship."""
    kind = "relationships" if name.startswith("@") else "attributes"
    return [("400", f"/data/{kind}/{name.removeprefix('@')}", code)]


def general(status: str, code: str) -> list[Problem]:
    """Write an error that is about the whole request."""
    return [(status, "/data", code)]


ATTRIBUTES: list[tuple[str, dict[str, Any], str, str]] = [
    ("Room", {"name": ...}, "name", "required"),
    ("Room", {"name": "  "}, "name", "blank"),
    ("Room", {"name": None}, "name", "null"),
    ("Room", {"name": []}, "name", "invalid"),
    ("Membership", {"role": "A"}, "role", "invalid_choice"),
    ("Room", {"name": "Gastraum"}, "name", "unique"),
    ("Room", {"name": "x" * 51}, "name", "max_length"),
    ("Installation", {"from_timestamp_s": -1}, "from_timestamp_s", "min_value"),
    ("Installation", {"from_timestamp_s": 2**31}, "from_timestamp_s", "max_value"),
    ("Room", {"size_sqm": "123456"}, "size_sqm", "max_digits"),
    ("Room", {"size_sqm": "1.25"}, "size_sqm", "max_decimal_places"),
    ("Room", {"size_sqm": "12345"}, "size_sqm", "max_whole_digits"),
    ("Room", {"name": "a\0b"}, "name", "null_characters_not_allowed"),
    ("Node", {"id": ...}, "id", "required"),
    ("Node", {"id": "x"}, "id", "invalid"),
]
RELATIONSHIPS: list[tuple[object, str]] = [
    (..., "required"),
    (None, "null"),
    ({"data": None}, "null"),
    ({"data": {"type": "Site", "id": "999999"}}, "does_not_exist"),
    ({"data": {"type": "Site", "id": "9" * 40}}, "does_not_exist"),
    ({"data": {"type": "Site", "id": 10**18}}, "does_not_exist"),
    ({}, "incorrect_type"),
    ([], "incorrect_type"),
    ("3", "incorrect_type"),
    ({"data": "3"}, "incorrect_type"),
    ({"data": []}, "incorrect_type"),
    ({"data": [{"type": "Site", "id": "1"}]}, "incorrect_type"),
    ({"data": {"id": "3"}}, "incorrect_type"),
    ({"data": {"type": "Site", "id": {}}}, "incorrect_type"),
    ({"data": {"type": "Site", "id": True}}, "incorrect_type"),
    ({"data": {"type": "Site"}}, "missing_id"),
    ({"data": {"type": "Site", "id": "three"}}, "invalid"),
    ({"data": {"type": "Site", "id": "-1"}}, "invalid"),
]


def drafts(town: Town) -> dict[str, tuple[str, dict[str, Any]]]:
    """Write valid documents, to spoil one thing of each."""
    place = {"room": ("Room", town.room.id), "node": ("Node", town.window.uuid)}
    person = {"organization": ("Organization", town.cafe.id), "user": ("User", town.ada.id)}
    kind = {"protocol": ("Protocol", town.node.protocol_id), "model": ("Model", town.node.model_id)}
    kind["owner"] = ("Organization", town.cafe.id)
    node = document("Node", UUID, links=kind, eui64="a81758fffe053c13", alias="Fee")
    return {
        "Room": ("rooms/", document("Room", links={"site": ("Site", town.site.id)}, name="Büro")),
        "Membership": ("memberships/", document("Membership", links=person)),
        "Installation": (
            "installations/",
            document("Installation", links=place, from_timestamp_s=NOW_S),
        ),
        "Node": ("nodes/", node),
    }


def test_attributes_are_refused_with_their_place_and_code(town: Town, call: Program) -> None:
    for type_, changes, name, code in ATTRIBUTES:
        path, draft = drafts(town)[type_]
        part = draft["data"] if "id" in changes else draft["data"]["attributes"]
        part |= changes
        draft["data"] |= {key: value for key, value in part.items() if key == "id"}
        for each in (draft["data"], draft["data"]["attributes"]):
            for key in [key for key, value in each.items() if value is ...]:
                del each[key]
        assert problems(call("POST", path, draft)) == at(name, code), (type_, changes)


def test_relationships_are_refused_with_their_place_and_code(town: Town, call: Program) -> None:
    for given, code in RELATIONSHIPS:
        path, draft = drafts(town)["Room"]
        draft["data"]["relationships"] = {} if given is ... else {"site": given}
        assert problems(call("POST", path, draft)) == at("@site", code), given


def test_everything_that_is_wrong_is_named_in_order(call: Program) -> None:
    body = {"data": {"type": "Node", "id": "x", "attributes": {"eui64": "", "alias": 5 * [0]}}}
    places = ["alias", "eui64", "id", "@model", "@owner", "@protocol"]
    codes = ["invalid", "blank", "invalid", "required", "required", "required"]
    answer = call("POST", "nodes/", body)
    assert answer.status_code == 400
    expected = [at(name, code)[0] for name, code in zip(places, codes, strict=True)]
    assert problems(answer) == expected


BROKEN = [
    b"{",
    b"nonsense",
    b'{"data": }',
    b'{"data": {"type": "Room"},}',
    b"\xff\xfe\x00",
    b"\xef\xbb\xbf{}",
    b'{"data": {"type": "Room", "id": "\\ud800"}}',
    b'{"data": {"type": "Room", "attributes": {"size_sqm": NaN}}}',
    b"[" * 5000 + b"]" * 5000,
    b'{"a":' * 5000 + b"1" + b"}" * 5000,
    b"[]",
    b'"data"',
    b"null",
    b"{}",
    b'{"meta": {}}',
    b'{"data": null}',
    b'{"data": []}',
    b'{"data": "Room"}',
    b'{"data": {"type": "Room", "id": "1", "attributes": []}}',
    b'{"data": {"type": "Room", "id": "1", "relationships": "site"}}',
]


def test_bodies_that_are_no_documents_are_parse_errors(town: Town, call: Program) -> None:
    row_id = town.room.id
    for body in BROKEN:
        for method, path in (("POST", "rooms/"), ("PATCH", f"rooms/{row_id}/")):
            answer = call(method, path, data=body, content_type=JSONAPI)
            assert problems(answer) == general("400", "parse_error"), (method, body[:60])
    without_id = {"data": {"type": "Room", "attributes": {}}}
    answer = call("PATCH", f"rooms/{row_id}/", without_id)
    assert problems(answer) == general("400", "parse_error")
    answer = call("PATCH", f"rooms/{row_id}/", data=b"", content_type=JSONAPI)
    assert problems(answer) == general("400", "parse_error")


def test_linkage_is_refused_with_its_codes(town: Town, call: Program) -> None:
    path = f"organizations/{town.cafe.id}/relationships/users/"
    for data, expected in (
        ({}, at("non_field_errors", "not_a_list")),
        (None, at("non_field_errors", "not_a_list")),
        (identifier("User", town.ada.id), at("non_field_errors", "not_a_list")),
        ([identifier("User", 999_999)], general("400", "does_not_exist")),
        ([identifier("User", "x")], general("400", "does_not_exist")),
        ([identifier("Room", 1)], general("400", "incorrect_model_type")),
        ([{"type": "User"}], general("400", "parse_error")),
        ([{"id": "1"}], general("400", "parse_error")),
        ([None], general("400", "parse_error")),
        (["1"], general("400", "parse_error")),
        (
            [identifier("User", town.ada.id), identifier("User", 999_999)],
            general("400", "does_not_exist"),
        ),
    ):
        for method in ("POST", "DELETE"):
            assert problems(call(method, path, {"data": data})) == expected, (method, data)
    # Of the last one, the good half was not stored either.
    assert len(call("GET", path).json["data"]) == 2


def test_mismatches_are_conflicts(town: Town, call: Program) -> None:
    row_id, path = town.room.id, f"rooms/{town.room.id}/"
    other = document("Room", links={"site": ("Organization", town.cafe.id)}, name="Büro")
    for method, address, body in (
        ("POST", "rooms/", document("room", name="x")),
        ("POST", "rooms/", {"data": {"attributes": {"name": "x"}}}),
        ("POST", "rooms/", {"data": {"type": None}}),
        ("POST", "rooms/", other),
        ("PATCH", path, document("Site", row_id)),
        ("PATCH", path, document("Room", row_id + 1)),
        ("PATCH", path, document("Room", f"0{row_id}")),
        ("PATCH", path, document("Room", f" {row_id}")),
        ("PATCH", path, {"data": {"type": "Room", "id": [row_id]}}),
    ):
        assert problems(call(method, address, body)) == general("409", "error"), (method, body)


def test_answers_about_who_asks(town: Town, program_of: ProgramOf) -> None:
    nobody, room = program_of(None), f"rooms/{town.terrace.id}/"
    draft = document("Room", town.terrace.id, name="Hof")
    for method, path, body in (
        ("GET", "nodes/", None),
        ("GET", "users/", None),
        ("GET", f"nodes/{town.window.uuid}/", None),
        ("POST", "organizations/", document("Organization", name="X")),
        ("PATCH", room, draft),
        ("DELETE", room, None),
    ):
        answer = nobody(method, path, body)
        assert problems(answer) == general("401", "not_authenticated"), (method, path)
        assert answer.headers["WWW-Authenticate"] == "Token"
    for value in ("Token", "Token ", "token x", f"Token {'0' * 40}", "Token ü", "Token a b"):
        answer = nobody("GET", room, headers={"Authorization": value})
        assert problems(answer) == general("401", "authentication_failed"), value
        assert answer.headers["WWW-Authenticate"] == "Token"
    for value in ("Bearer x", "Basic YTpi", "Tokens x", "", "   "):
        assert nobody("GET", room, headers={"Authorization": value}).status_code == 200, value
    answer = program_of(town.charlie)("PATCH", room, draft)
    assert problems(answer) == general("403", "permission_denied")


def test_sessions_need_a_token_against_forgery(
    town: Town, client_of: Callable[[User], Browser]
) -> None:
    client, path = client_of(town.alice), f"{ROOT}rooms/{town.room.id}/"
    body = orjson.dumps(document("Room", town.room.id, name="Hof"))
    for headers in ({}, {"X-CSRFToken": "x"}, {"X-CSRFToken": ""}):
        answer = client.patch(path, data=body, content_type=JSONAPI, headers=headers)
        assert problems(answer) == general("403", "permission_denied")
    assert client.get(path).json["data"]["attributes"]["name"] == "Gastraum"


def test_answers_about_what_is_not_there(town: Town, call: Program) -> None:
    for path in (
        "rooms/999999/",
        f"rooms/{town.ward.id}/",
        f"nodes/{UUID}/",
        f"memberships/{town.hidden.id + 100}/user/",
        f"rooms/{town.ward.id}/site/",
        f"installations/{town.hidden.id}/node/",
    ):
        answer = call("GET", path)
        assert problems(answer) == [("404", None, "not_found")], path
        assert set(answer.json["errors"][0]) == {"detail", "status", "code"}
    for path in ("rooms/?page[number]=99", f"rooms/{town.room.id}/nowhere/"):
        assert problems(call("GET", path)) == general("404", "not_found"), path


def test_answers_about_the_way_of_asking(town: Town, call: Program) -> None:
    room = f"rooms/{town.room.id}/"
    answer = call("PUT", room, document("Room", town.room.id))
    assert problems(answer) == general("405", "method_not_allowed")
    assert problems(call("GET", f"{room}?shoe=43")) == general("400", "invalid")
    for accept in ("application/json", "text/plain", "image/png"):
        for path in ("rooms/", room, f"sites/{town.site.id}/rooms/", ""):
            answer = call("GET", path, headers={"Accept": accept})
            assert problems(answer) == general("406", "not_acceptable"), (accept, path)
        answer = call("PATCH", room, document("Room", town.room.id), headers={"Accept": accept})
        assert problems(answer) == general("406", "not_acceptable"), accept
    answer = call("POST", "rooms/", data=b"{}", content_type="application/json")
    assert problems(answer) == general("415", "unsupported_media_type")


def test_every_error_has_the_members_of_the_contract(town: Town, call: Program) -> None:
    for answer in (
        call("POST", "nodes/", {"data": {"type": "Node"}}),
        call("GET", "rooms/?x=1"),
        call("PUT", "rooms/"),
        call("PATCH", f"rooms/{town.room.id}/", document("Site", 1)),
    ):
        assert set(answer.json) == {"errors"}
        for error in answer.json["errors"]:
            assert set(error) == {"detail", "status", "source", "code"}
            assert error["status"] == str(answer.status_code)
            assert set(error["source"]) <= {"pointer", "parameter"}


def test_permission_is_asked_before_a_change_is_read_and_after_a_new_one(
    town: Town, program_of: ProgramOf
) -> None:
    call, broken = program_of(town.bob), {"data": {"type": "Room", "attributes": {"name": ""}}}
    assert program_of(town.bob)("POST", "rooms/", broken).status_code == 400
    answer = call("PATCH", f"rooms/{town.room.id}/", broken)
    assert problems(answer) == general("403", "permission_denied")
    path, draft = drafts(town)["Room"]
    assert problems(call("POST", path, draft)) == general("403", "permission_denied")
