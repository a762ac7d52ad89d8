"""Each attribute and each relationship is read as its type says, or named with the rule it breaks."""

from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from clair.blueprints.api import account_schemas, schemas
from clair.blueprints.api.schemas import Resource
from clair.models import Role

from blueprints.api.reading import FORMS, LINKS, MISSING, NODE, REQUIRED, RESOURCES, Reader, one
from blueprints.api.reading import document as doc
from conftest import make_app

ROW = {"row_id": "3", "partial": True}


@pytest.fixture(scope="module")
def reader(folder: Path) -> Reader:
    return Reader(make_app(f"sqlite:///{folder}/unused.sqlite", folder))


@pytest.mark.parametrize("schema", [*RESOURCES, *FORMS], ids=lambda schema: schema.__name__)
def test_whatever_is_required_suffices(reader: Reader, schema: type[Resource]) -> None:
    draft = reader.read(schema, doc(schema))
    assert set(REQUIRED[schema.type_]) <= set(draft.values)
    assert set(LINKS.get(schema.type_, {})) == set(draft.links)


@pytest.mark.parametrize("schema", [*RESOURCES, *FORMS], ids=lambda schema: schema.__name__)
def test_whatever_is_required_is_missed(reader: Reader, schema: type[Resource]) -> None:
    names = {f"attributes/{name}" for name in REQUIRED[schema.type_]}
    names |= {f"relationships/{name}" for name in LINKS.get(schema.type_, {})}
    names |= {"attributes/id"} if schema is schemas.Node else set()
    if names:
        assert reader.refuse(schema, {"data": {"type": schema.type_}}) == [
            (f"/data/{name}", "required", "400") for name in sorted(names)
        ]


@pytest.mark.parametrize(
    ("schema", "defaults"),
    [
        (schemas.Organization, {"description": None}),
        (schemas.Membership, {"role": Role.INSPECTOR}),
        (schemas.Address, {"street2": None, "latitude": None, "longitude": None}),
        (schemas.Installation, {"to_timestamp_s": None, "description": None, "is_public": False}),
        (schemas.Protocol, {"num_uplink_msgs": 1, "num_downlink_msgs": 1}),
        (account_schemas.Account, {"first_name": "", "last_name": ""}),
        (account_schemas.Token, {"scope": "write", "expires_s": None}),
    ],
    ids=lambda each: getattr(each, "__name__", ""),
)
def test_what_is_optional_has_a_default(
    reader: Reader, schema: type[Resource], defaults: dict[str, Any]
) -> None:
    assert reader.read(schema, doc(schema)).values == REQUIRED[schema.type_] | defaults
    if schema in RESOURCES:
        replaced = reader.read(schema, doc(schema, id="3"), row_id="3")
        assert replaced.values == REQUIRED[schema.type_] | defaults
        nothing = {"data": {"type": schema.type_, "id": "3"}}
        assert reader.read(schema, nothing, **ROW).values == {}


LONG = "x" * 51
WHOLE = [("5", 5), (5, 5), (5.0, 5), (" 5.00 ", 5), ("-5", -5), ("+5", 5), (None, None)]
VALUES: list[tuple[type[Resource], str, Any, Any]] = [
    *((schemas.Room, "max_occupancy", given, read) for given, read in WHOLE),
    (schemas.Room, "name", "  Gast\traum\n", "Gast\traum"),
    (schemas.Room, "name", 5, "5"),
    (schemas.Room, "name", 5.5, "5.5"),
    (schemas.Room, "name", "ß" * 50, "ß" * 50),
    (schemas.Room, "description", "", ""),
    (schemas.Room, "description", " ", ""),
    (schemas.Room, "description", None, None),
    (schemas.Room, "description", LONG * 1000, LONG * 1000),
    (schemas.Room, "size_sqm", 5, Decimal("5.0")),
    (schemas.Room, "size_sqm", "5", Decimal("5.0")),
    (schemas.Room, "size_sqm", " .5 ", Decimal("0.5")),
    (schemas.Room, "size_sqm", "1e2", Decimal("100.0")),
    (schemas.Room, "size_sqm", "-0", Decimal("0.0")),
    (schemas.Room, "size_sqm", -9999.9, Decimal("-9999.9")),
    (schemas.Room, "size_sqm", " ", None),
    (schemas.Address, "latitude", 52.516275, Decimal("52.516275")),
    (schemas.Address, "longitude", "-180", Decimal("-180.000000")),
    (schemas.Address, "street2", "", ""),
    (schemas.Installation, "from_timestamp_s", 0, 0),
    (schemas.Installation, "to_timestamp_s", 2**31 - 1, None),
    (schemas.Installation, "to_timestamp_s", str(2**31 - 2), 2**31 - 2),
    *((schemas.Installation, "is_public", yes, True) for yes in (True, "t", "YES", "on", 1, 1.0)),
    *((schemas.Installation, "is_public", no, False) for no in (False, "F", "no", "Off", "0", 0)),
    (schemas.Membership, "role", "O", Role.OWNER),
    (account_schemas.LoginView, "password", " secret ", " secret "),
    (account_schemas.LoginView, "email", "", ""),
    (account_schemas.PasswordResetView, "email", " a@b ", "a@b"),
    (account_schemas.Account, "username", "jörg.o+c@d-e_f", "jörg.o+c@d-e_f"),
]


@pytest.mark.parametrize(("schema", "name", "given", "expected"), VALUES)
def test_value_is_read(
    reader: Reader, schema: type[Resource], name: str, given: Any, expected: Any
) -> None:
    read = reader.read(schema, doc(schema, {name: given})).values[name]
    assert read == expected
    assert type(read) is type(expected)
    assert str(read) == str(expected), "decimals have their places"


BROKEN: list[tuple[type[Resource], str, Any, str]] = [
    (schemas.Room, "name", None, "null"),
    (schemas.Room, "name", " ", "blank"),
    (schemas.Room, "name", LONG, "max_length"),
    (schemas.Room, "name", "a\0", "null_characters_not_allowed"),
    *((schemas.Room, "name", given, "invalid") for given in (True, [], {}, ["a"])),
    *(
        (schemas.Room, "max_occupancy", given, "invalid")
        for given in (500.5, "500.5", "", "x", "1_0", "٥", "1e3", True, [5], {}, "9" * 5000)
    ),
    (schemas.Room, "max_occupancy", 2**31, "max_value"),
    (schemas.Room, "max_occupancy", 1e300, "max_value"),
    (schemas.Room, "max_occupancy", -(2**31) - 1, "min_value"),
    (schemas.Room, "max_occupancy", -(2**63), "min_value"),
    *(
        (schemas.Room, "size_sqm", given, "invalid")
        for given in ("NaN", "Infinity", "-inf", "x", "1_0", "٥", "1,5", False, [], {}, "1e99999")
    ),
    (schemas.Room, "size_sqm", 10000.1, "max_digits"),
    (schemas.Room, "size_sqm", "1e9999", "max_digits"),
    (schemas.Room, "size_sqm", "5.00", "max_decimal_places"),
    (schemas.Room, "size_sqm", 10000, "max_whole_digits"),
    (schemas.Room, "height_m", 100, "max_whole_digits"),
    (schemas.Address, "latitude", 1234.5, "max_whole_digits"),
    (schemas.Address, "latitude", 90.000001, "max_value"),
    (schemas.Address, "longitude", "-180.000001", "min_value"),
    (schemas.Address, "zip", 123456, "max_length"),
    (schemas.Installation, "from_timestamp_s", None, "null"),
    (schemas.Installation, "from_timestamp_s", -1, "min_value"),
    (schemas.Installation, "to_timestamp_s", None, "null"),
    (schemas.Installation, "to_timestamp_s", -1, "min_value"),
    (schemas.Installation, "to_timestamp_s", 2**31, "max_value"),
    (schemas.Installation, "is_public", None, "null"),
    *((schemas.Installation, "is_public", given, "invalid") for given in ("", "maybe", 2, [], {})),
    (schemas.Membership, "role", None, "null"),
    *((schemas.Membership, "role", given, "invalid_choice") for given in ("", "A", "o", 1, [], {})),
    (schemas.Protocol, "num_uplink_msgs", -1, "min_value"),
    (schemas.Protocol, "num_uplink_msgs", None, "null"),
    (account_schemas.LoginView, "password", "", "blank"),
    (account_schemas.PasswordResetView, "email", "alice", "invalid"),
    (account_schemas.Account, "username", "a b", "invalid"),
    (account_schemas.Account, "first_name", None, "null"),
    (account_schemas.Token, "scope", "admin", "invalid_choice"),
]


@pytest.mark.parametrize(("schema", "name", "given", "code"), BROKEN)
def test_broken_rule_is_named(
    reader: Reader, schema: type[Resource], name: str, given: Any, code: str
) -> None:
    expected = [(f"/data/attributes/{name}", code, "400")]
    assert reader.refuse(schema, doc(schema, {name: given})) == expected


def test_every_broken_rule_is_named(reader: Reader) -> None:
    attributes = {"name": "\0" * 51, "size_sqm": "x", "max_occupancy": ""}
    given = doc(schemas.Room, attributes, {"site": {"data": None}})
    assert sorted(reader.refuse(schemas.Room, given)) == [
        ("/data/attributes/max_occupancy", "invalid", "400"),
        ("/data/attributes/name", "max_length", "400"),
        ("/data/attributes/name", "null_characters_not_allowed", "400"),
        ("/data/attributes/size_sqm", "invalid", "400"),
        ("/data/relationships/site", "null", "400"),
    ]


@pytest.mark.parametrize("given", [NODE, NODE.upper(), NODE.replace("-", "")])
def test_uuid_of_any_form_and_version_is_read(reader: Reader, given: str) -> None:
    node = doc(schemas.Node, id=given)
    assert reader.read(schemas.Node, node).values["id"] == UUID(NODE)
    installed = doc(schemas.Installation, None, {"node": one("Node", given)})
    assert reader.read(schemas.Installation, installed).links == {"room": "3", "node": NODE}


@pytest.mark.parametrize(
    ("given", "code"),
    [(None, "required"), (MISSING, "required"), ("x", "invalid"), (5, "invalid"), ([], "invalid")],
)
def test_node_needs_its_id(reader: Reader, given: Any, code: str) -> None:
    expected = [("/data/attributes/id", code, "400")]
    assert reader.refuse(schemas.Node, doc(schemas.Node, id=given)) == expected


@pytest.mark.parametrize(
    ("given", "code"),
    [
        (MISSING, "required"),
        (None, "null"),
        ({"data": None}, "null"),
        ({}, "incorrect_type"),
        ("3", "incorrect_type"),
        ({"data": "3"}, "incorrect_type"),
        ({"data": []}, "incorrect_type"),
        ({"data": {}}, "incorrect_type"),
        ({"data": {"id": "3"}}, "incorrect_type"),
        ({"data": {"type": "Site"}}, "missing_id"),
        (one("Site", None), "incorrect_type"),
        (one("Site", True), "incorrect_type"),
        (one("Site", [3]), "incorrect_type"),
        (one("Site", "x"), "invalid"),
        (one("Site", "٣"), "invalid"),
        (one("Site", -3), "invalid"),
        (one("Site", ""), "invalid"),
        (one("Site", "3" * 5000), "does_not_exist"),
        (one("Site", 10**18), "does_not_exist"),
    ],
)
def test_wrong_relationship_is_named(reader: Reader, given: Any, code: str) -> None:
    expected = [("/data/relationships/site", code, "400")]
    assert reader.refuse(schemas.Room, doc(schemas.Room, None, {"site": given})) == expected


def test_relationship_to_many_lists_each_once(reader: Reader) -> None:
    linkage = [{"type": "Quantity", "id": each} for each in ("3", 4, "3", "03")]
    given = doc(schemas.Model, None, {"quantities": {"data": linkage}})
    assert reader.read(schemas.Model, given).links == {"quantities": ["3", "4"]}


@pytest.mark.parametrize(
    ("linkage", "code"),
    [
        (None, "null"),
        ({"type": "Quantity", "id": "3"}, "incorrect_type"),
        (["3"], "incorrect_type"),
        ([{"type": "Quantity"}], "missing_id"),
        ([{"type": "Quantity", "id": "x"}], "invalid"),
    ],
)
def test_wrong_relationship_to_many_is_named(reader: Reader, linkage: Any, code: str) -> None:
    given = doc(schemas.Model, None, {"quantities": {"data": linkage}})
    expected = [("/data/relationships/quantities", code, "400")]
    assert reader.refuse(schemas.Model, given) == expected
