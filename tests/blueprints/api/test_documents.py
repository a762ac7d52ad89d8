"""A request document is taken apart before its values are read: no structure is taken on trust."""

from pathlib import Path
from typing import Any

import pytest
from flask import request
from werkzeug.exceptions import RequestEntityTooLarge

from clair.blueprints.api import account_schemas, schemas
from clair.blueprints.api.documents import Draft, load, read_attributes, read_linkage
from clair.blueprints.api.identifiers import MAX_LINKED
from clair.blueprints.api.schemas import attributes, links

from blueprints.api.reading import JSONAPI, MISSING, NODE, Reader, one
from blueprints.api.reading import document as doc
from conftest import make_app

PARSE_ERROR = [("/data", "parse_error", "400")]
MISMATCH = [("/data", "error", "409")]
UNSUPPORTED = [("/data", "unsupported_media_type", "415")]
ROW = {"row_id": "3", "partial": True}


@pytest.fixture(scope="module")
def reader(folder: Path) -> Reader:
    return Reader(make_app(f"sqlite:///{folder}/unused.sqlite", folder))


@pytest.mark.parametrize(
    "body",
    [
        b" ",
        b"{",
        b"\xff",
        b"NaN",
        b"null",
        b"[]",
        b"{}",
        b'{"data": "\\ud800"}',
        b'{"data": 1e999}',
        b"[" * 100_000,
        b'{"data":' * 100_000,
        {"data": None},
        {"data": []},
        {"data": "Room"},
        {"errors": []},
    ],
)
def test_body_without_a_resource_object_is_a_parse_error(reader: Reader, body: Any) -> None:
    assert reader.refuse(schemas.Room, body) == PARSE_ERROR


@pytest.mark.parametrize("member", ["attributes", "relationships"])
@pytest.mark.parametrize("given", ["", [], ["name"], 5, False])
def test_members_that_are_no_objects_are_a_parse_error(
    reader: Reader, member: str, given: Any
) -> None:
    assert reader.refuse(schemas.Room, doc(schemas.Room, **{member: given})) == PARSE_ERROR


@pytest.mark.parametrize("member", ["attributes", "relationships"])
def test_members_may_be_absent_or_null(reader: Reader, member: str) -> None:
    for given in (MISSING, None):
        body = doc(schemas.Room, id="3", **{member: given})
        assert isinstance(reader.read(schemas.Room, body, **ROW), Draft)


def test_empty_body_is_an_empty_document(reader: Reader) -> None:
    expected = [
        ("/data/attributes/name", "required", "400"),
        ("/data/relationships/site", "required", "400"),
    ]
    assert reader.refuse(schemas.Room, b"") == expected
    create = lambda: load(schemas.Room)  # noqa: E731
    assert reader.errors(create, b"", content_type=None) == expected


@pytest.mark.parametrize("type_", [MISSING, None, "room", "Site", 5, ["Room"], {"Room": 1}])
def test_other_type_is_a_mismatch(reader: Reader, type_: Any) -> None:
    assert reader.refuse(schemas.Room, doc(schemas.Room, type=type_)) == MISMATCH


def test_other_type_of_a_relationship_is_a_mismatch(reader: Reader) -> None:
    given = doc(schemas.Room, {"name": None}, {"site": one("Room")})
    assert reader.refuse(schemas.Room, given) == MISMATCH
    linkage = [{"type": "Quantity", "id": "3"}, {"type": ["Quantity"], "id": "3"}]
    given = doc(schemas.Model, None, {"quantities": {"data": linkage}})
    assert reader.refuse(schemas.Model, given) == MISMATCH


def test_change_needs_the_id_of_its_address(reader: Reader) -> None:
    for partial in (True, False):
        for id_ in ("3", 3):
            given = doc(schemas.Room, id=id_)
            draft = reader.read(schemas.Room, given, row_id="3", partial=partial)
            assert draft.values["name"] == "Gastraum"
        for id_ in (MISSING, None):
            given = doc(schemas.Room, id=id_)
            errors = reader.refuse(schemas.Room, given, row_id="3", partial=partial)
            assert errors == PARSE_ERROR
        for id_ in ("4", "03", "", 3.0, True, ["3"], {"3": 3}):
            given = doc(schemas.Room, id=id_)
            errors = reader.refuse(schemas.Room, given, row_id="3", partial=partial)
            assert errors == MISMATCH


def test_id_of_a_node_does_not_change(reader: Reader) -> None:
    for partial in (True, False):
        draft = reader.read(schemas.Node, doc(schemas.Node), row_id=NODE, partial=partial)
        assert "id" not in draft.values


def test_id_of_a_new_resource_is_ignored(reader: Reader) -> None:
    for id_ in ("3", 3, None, [[]], "x"):
        draft = reader.read(schemas.Room, doc(schemas.Room, id=id_))
        assert "id" not in draft.values
    draft = reader.read(schemas.Node, doc(schemas.Node, {"id": "x"}))
    assert str(draft.values["id"]) == NODE, "an attribute of that name means nothing"


def test_what_is_unknown_or_read_only_is_ignored(reader: Reader) -> None:
    given = doc(
        schemas.Installation,
        {
            "id": "7",
            "type": "x",
            "colour": [{}],
            "image": 5,
            "sample_count": "x",
            "timeseries": 3,
            "data": {},
            "_schema": 1,
            "room": MISSING,
        },
        {"colour": 5, "description": one("Text"), "id": one("Room"), "": None},
        links=5,
        meta=[],
    )
    given |= {"included": 5, "meta": [], "jsonapi": None}
    draft = reader.read(schemas.Installation, given)
    assert draft == reader.read(schemas.Installation, doc(schemas.Installation))
    assert set(draft.links) == {"room", "node"}


@pytest.mark.parametrize("given", [5, [], {"data": [{"type": "x"}]}, one("User"), None])
def test_relationships_that_only_link_are_ignored(reader: Reader, given: Any) -> None:
    for schema in (schemas.Organization, schemas.Site, schemas.Room, schemas.Node):
        readable = {name: given for name, link in links(schema).items() if link.dump_only}
        assert readable
        draft = reader.read(schema, doc(schema, None, readable))
        assert not set(draft.links) & set(readable)


def test_relationship_may_stand_among_the_attributes(reader: Reader) -> None:
    site = {"type": "Site", "id": "4"}
    given = doc(schemas.Room, {"site": site}, {"site": MISSING})
    assert reader.read(schemas.Room, given).links == {"site": "4"}
    both = doc(schemas.Room, {"site": site})
    assert reader.read(schemas.Room, both).links == {"site": "3"}
    for wrong, code in ((None, "null"), ("4", "incorrect_type")):
        given = doc(schemas.Room, {"site": wrong}, {"site": MISSING})
        expected = [("/data/relationships/site", code, "400")]
        assert reader.refuse(schemas.Room, given) == expected


def test_part_of_a_resource_is_read(reader: Reader) -> None:
    given = {"data": {"type": "Room", "id": "3", "attributes": {"max_occupancy": None}}}
    assert reader.read(schemas.Room, given, **ROW) == Draft({"max_occupancy": None}, {})
    given = doc(schemas.Room, {"name": " "}, {"site": {"data": None}}, id="3")
    assert reader.refuse(schemas.Room, given, **ROW) == [
        ("/data/attributes/name", "blank", "400"),
        ("/data/relationships/site", "null", "400"),
    ]


@pytest.mark.parametrize(
    "content_type", [JSONAPI, f"{JSONAPI}; charset=utf-8", f"{JSONAPI.upper()}; ext=x"]
)
def test_media_type_may_have_parameters(reader: Reader, content_type: str) -> None:
    read = lambda: load(schemas.Room)  # noqa: E731
    assert reader.call(read, doc(schemas.Room), content_type=content_type).links == {"site": "3"}


@pytest.mark.parametrize(
    "content_type",
    [
        None,
        "application/json",
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
    ],
)
def test_other_media_types_are_unsupported(reader: Reader, content_type: str | None) -> None:
    read = lambda: load(schemas.Room)  # noqa: E731
    assert reader.errors(read, doc(schemas.Room), content_type=content_type) == UNSUPPORTED


def test_packed_body_is_unsupported(reader: Reader) -> None:
    read = lambda: load(schemas.Room)  # noqa: E731
    packed = {"Content-Encoding": "gzip"}
    assert reader.errors(read, doc(schemas.Room), headers=packed) == UNSUPPORTED
    plain = {"Content-Encoding": "identity"}
    assert reader.call(read, doc(schemas.Room), headers=plain).links == {"site": "3"}


def test_body_that_is_too_large_is_refused(reader: Reader) -> None:
    def read() -> None:
        request.max_content_length = 1000
        load(schemas.Room)

    with pytest.raises(RequestEntityTooLarge):
        reader.call(read, doc(schemas.Room, {"description": "x" * 1000}))


@pytest.mark.parametrize(
    ("type_", "ids", "expected"),
    [
        ("User", ["3", 4, "3"], ["3", "4"]),
        ("Node", [NODE.upper().replace("-", "")], [NODE]),
        ("User", [], []),
    ],
)
def test_linkage_is_read(reader: Reader, type_: str, ids: list[Any], expected: list[str]) -> None:
    body = {"data": [{"type": type_, "id": each} for each in ids]}
    assert reader.call(lambda: read_linkage(type_), body) == expected


NOT_A_LIST = [("/data/attributes/non_field_errors", "not_a_list", "400")]
DOES_NOT_EXIST = [("/data", "does_not_exist", "400")]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b"", NOT_A_LIST),
        ({"data": None}, NOT_A_LIST),
        (one("User"), NOT_A_LIST),
        ({}, PARSE_ERROR),
        (["3"], PARSE_ERROR),
        ({"data": ["3"]}, PARSE_ERROR),
        ({"data": [{"type": "User"}]}, PARSE_ERROR),
        ({"data": [{"id": "3"}]}, PARSE_ERROR),
        ({"data": [{"type": "Site", "id": "3"}]}, [("/data", "incorrect_model_type", "400")]),
        ({"data": [{"type": [[]], "id": "3"}]}, [("/data", "incorrect_model_type", "400")]),
        ({"data": [{"type": "User", "id": "x"}]}, DOES_NOT_EXIST),
        ({"data": [{"type": "User", "id": [[3]]}]}, DOES_NOT_EXIST),
        ({"data": [{"type": "User", "id": 10**18}]}, DOES_NOT_EXIST),
        (
            {"data": [{"type": "User", "id": each} for each in range(MAX_LINKED + 1)]},
            [("/data", "too_large", "413")],
        ),
    ],
)
def test_wrong_linkage_is_named(reader: Reader, body: Any, expected: Any) -> None:
    assert reader.errors(lambda: read_linkage("User"), body) == expected


def test_relationship_to_too_many_is_refused(reader: Reader) -> None:
    linkage = [{"type": "Quantity", "id": each} for each in range(MAX_LINKED + 1)]
    given = doc(schemas.Model, None, {"quantities": {"data": linkage}})
    assert reader.refuse(schemas.Model, given) == [("/data", "too_large", "413")]


def test_attributes_alone_are_read(reader: Reader) -> None:
    read = lambda: read_attributes(account_schemas.LoginView)  # noqa: E731
    body = doc(account_schemas.LoginView, {"username": " alice ", "key": "x"})
    expected = {"username": "alice", "email": "", "password": "secret"}
    assert reader.call(read, body) == expected
    assert reader.errors(read, doc(account_schemas.Token)) == MISMATCH
    change = lambda: read_attributes(account_schemas.Account, partial=True)  # noqa: E731
    given = {"data": {"type": "User", "attributes": {"first_name": "Alice", "email": "x"}}}
    assert reader.call(change, given) == {"first_name": "Alice"}


def test_schemas_list_what_the_wire_has_in_its_order() -> None:
    assert list(attributes(schemas.Membership)) == ["role", "user_name", "organization_name"]
    assert list(links(schemas.Node)) == ["protocol", "model", "owner", "installations"]
    assert account_schemas.Account.type_ == "User"
