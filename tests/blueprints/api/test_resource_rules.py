"""What each resource demands when it is written: defaults, limits, unique names, what goes with it."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import func, select

from clair.extensions import db
from clair.models import (
    Address,
    Base,
    Installation,
    Membership,
    Node,
    Organization,
    Protocol,
    Room,
    Site,
    User,
)

from blueprints.api.speaking import Program, document, problems
from blueprints.api.town import Town, add_quantities
from conftest import NOW_S

ProgramOf = Callable[..., Program]
UUID = "6fbb3d55-c86b-e021-3ec3-b45425d5b1ba"
PATHS = {
    "Organization": "organizations/",
    "Membership": "memberships/",
    "Address": "addresses/",
    "Site": "sites/",
    "Room": "rooms/",
    "Installation": "installations/",
    "Node": "nodes/",
    "Protocol": "protocols/",
    "Model": "models/",
    "Quantity": "quantities/",
}


def count(model: type[Base]) -> int:
    """Count the rows of a table."""
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(model)) or 0


def drafts(town: Town) -> dict[str, dict[str, Any]]:
    """Write the smallest document of each type, for Alice or for the administrator."""
    here = ("Organization", town.cafe.id)
    spot = ("Address", town.site.address_id)
    place = {"room": ("Room", town.room.id), "node": ("Node", town.window.uuid)}
    kind = {"protocol": ("Protocol", town.node.protocol_id), "model": ("Model", town.node.model_id)}
    person = {"organization": here, "user": ("User", town.charlie.id)}
    texts = {"name": "X1", "trade_name": "X", "manufacturer": "Y", "sensor_type": "NDIR"}
    quantities = [("Quantity", each.id) for each in town.node.model.quantities]
    return {
        "Organization": document("Organization", name="Kiosk"),
        "Membership": document("Membership", links=person),
        "Address": document("Address", street1="Weg 1", zip="10115", city="Berlin"),
        "Site": document("Site", links={"address": spot, "operator": here}, name="Neubau"),
        "Room": document("Room", links={"site": ("Site", town.site.id)}, name="Büro"),
        "Installation": document("Installation", links=place, from_timestamp_s=NOW_S),
        "Node": document("Node", UUID, links=kind | {"owner": here}, eui64=EUI, alias="Fee"),
        "Protocol": document("Protocol", identifier="X_V1"),
        "Model": document("Model", links={"quantities": quantities}, **texts),
        "Quantity": document("Quantity", quantity="Licht", base_unit="lx"),
    }


EUI = "a81758fffe053c13"
DEFAULTS: dict[str, dict[str, object]] = {
    "Organization": {"name": "Kiosk", "description": None},
    "Membership": {"role": "I", "user_name": "charlie", "organization_name": "Café Morgenrot"},
    "Address": {
        "street1": "Weg 1",
        "street2": None,
        "zip": "10115",
        "city": "Berlin",
        "latitude": None,
        "longitude": None,
    },
    "Site": {"name": "Neubau", "description": None},
    "Room": {
        "name": "Büro",
        "description": None,
        "size_sqm": None,
        "height_m": None,
        "max_occupancy": None,
    },
    "Installation": {
        "from_timestamp_s": NOW_S,
        "to_timestamp_s": 2147483647,
        "description": None,
        "is_public": False,
        "image": None,
    },
    "Node": {"eui64": EUI, "alias": "Fee", "description": None},
    "Protocol": {"identifier": "X_V1", "num_uplink_msgs": 1, "num_downlink_msgs": 1},
    "Model": {"name": "X1", "trade_name": "X", "manufacturer": "Y", "sensor_type": "NDIR"},
    "Quantity": {"quantity": "Licht", "base_unit": "lx"},
}
REQUIRED = {
    "Organization": ["attributes/name"],
    "Membership": ["relationships/organization", "relationships/user"],
    "Address": ["attributes/city", "attributes/street1", "attributes/zip"],
    "Site": ["attributes/name", "relationships/address", "relationships/operator"],
    "Room": ["attributes/name", "relationships/site"],
    "Installation": [
        "attributes/from_timestamp_s",
        "relationships/node",
        "relationships/room",
    ],
    "Node": [
        "attributes/alias",
        "attributes/eui64",
        "attributes/id",
        "relationships/model",
        "relationships/owner",
        "relationships/protocol",
    ],
    "Protocol": ["attributes/identifier"],
    "Model": [
        "attributes/manufacturer",
        "attributes/name",
        "attributes/sensor_type",
        "attributes/trade_name",
        "relationships/quantities",
    ],
    "Quantity": ["attributes/base_unit", "attributes/quantity"],
}


@pytest.fixture
def writer(town: Town, program_of: ProgramOf) -> Program:
    """Alice, who administers the catalogue, too."""
    town.alice.is_admin = True
    add_quantities(town.node.model)
    return program_of(town.alice)


def test_smallest_document_creates_each_resource(town: Town, writer: Program) -> None:
    for type_, draft in drafts(town).items():
        answer = writer("POST", PATHS[type_], draft)
        assert answer.status_code == 201, (type_, answer.json)
        data = answer.json["data"]
        assert data["attributes"] == DEFAULTS[type_], type_
        for name, relationship in draft["data"].get("relationships", {}).items():
            assert data["relationships"][name]["data"] == relationship["data"], (type_, name)
        # What is computed stands in lists and alone, not in the answer to a change.
        shown = writer("GET", PATHS[type_] + data["id"] + "/").json["data"]
        assert shown["attributes"].items() >= data["attributes"].items(), type_


def test_everything_that_is_missing_is_named(town: Town, writer: Program) -> None:
    for type_, missing in REQUIRED.items():
        answer = writer("POST", PATHS[type_], {"data": {"type": type_}})
        expected = [("400", f"/data/{each}", "required") for each in missing]
        assert problems(answer) == expected, type_


def test_patch_changes_what_it_names_and_answers_with_all(town: Town, writer: Program) -> None:
    for type_, draft in drafts(town).items():
        created = writer("POST", PATHS[type_], draft).json["data"]
        path = f"{PATHS[type_]}{created['id']}/"
        empty = {"data": {"type": type_, "id": created["id"]}}
        answer = writer("PATCH", path, empty)
        assert (answer.status_code, answer.json["data"]) == (200, created), type_
        same = {"data": created}
        assert writer("PATCH", path, same).json["data"] == created, type_


LIMITS = {
    "Organization": {"name": 50},
    "Address": {"street1": 50, "street2": 50, "zip": 5, "city": 50},
    "Site": {"name": 50},
    "Room": {"name": 50},
    "Node": {"alias": 100},
    "Protocol": {"identifier": 30},
    "Model": {"name": 30, "trade_name": 30, "manufacturer": 30, "sensor_type": 100},
    "Quantity": {"quantity": 30, "base_unit": 30},
}


def test_texts_have_the_lengths_of_the_contract(town: Town, writer: Program) -> None:
    for type_, limits in LIMITS.items():
        draft = drafts(town)[type_]
        row_id = writer("POST", PATHS[type_], draft).json["data"]["id"]
        for name, longest in limits.items():
            path = f"{PATHS[type_]}{row_id}/"
            longest_text = document(type_, row_id, **{name: "ä" * longest})
            assert writer("PATCH", path, longest_text).status_code == 200, (type_, name)
            answer = writer("PATCH", path, document(type_, row_id, **{name: "ä" * (longest + 1)}))
            expected = ("400", f"/data/attributes/{name}", "max_length")
            assert problems(answer) == [expected], (type_, name)


OTHERS = [
    ("Membership", "role", "A", "invalid_choice"),
    ("Membership", "role", "o", "invalid_choice"),
    ("Membership", "role", "", "invalid_choice"),
    ("Membership", "role", None, "null"),
    ("Address", "latitude", "52.1234567", "max_decimal_places"),
    ("Address", "latitude", "1234.5", "max_whole_digits"),
    ("Address", "latitude", 1234567890, "max_digits"),
    ("Address", "latitude", 90.1, "max_value"),
    ("Address", "longitude", -180.5, "min_value"),
    ("Protocol", "num_uplink_msgs", -1, "min_value"),
    ("Protocol", "num_downlink_msgs", 2**31, "max_value"),
    ("Installation", "from_timestamp_s", -1, "min_value"),
    ("Installation", "from_timestamp_s", 2**31, "max_value"),
    ("Installation", "to_timestamp_s", -1, "min_value"),
    ("Installation", "to_timestamp_s", 2**31, "max_value"),
    ("Installation", "to_timestamp_s", None, "null"),
    ("Node", "eui64", "", "blank"),
    ("Node", "eui64", "no such thing", "invalid"),
    ("Node", "eui64", "0" * 33, "max_length"),
]


def test_other_limits_are_those_of_the_contract(town: Town, writer: Program) -> None:
    for type_, name, value, code in OTHERS:
        draft = drafts(town)[type_]
        draft["data"]["attributes"][name] = value
        answer = writer("POST", PATHS[type_], draft)
        expected = ("400", f"/data/attributes/{name}", code)
        assert problems(answer) == [expected], (type_, name, value)


def test_names_are_unique_where_the_contract_says_so(town: Town, writer: Program) -> None:
    pointers = {
        "Organization": "name",
        "Membership": "non_field_errors",
        "Site": "name",
        "Room": "name",
        "Node": "id",
        "Protocol": "identifier",
        "Model": "name",
        "Quantity": "quantity",
        "Installation": "from_timestamp_s",
    }
    for type_, pointer in pointers.items():
        draft = drafts(town)[type_]
        assert writer("POST", PATHS[type_], draft).status_code == 201, type_
        answer = writer("POST", PATHS[type_], draft)
        expected = ("400", f"/data/attributes/{pointer}", "unique")
        assert problems(answer) == [expected], type_
    assert writer("POST", "addresses/", drafts(town)["Address"]).status_code == 201


def test_what_is_in_use_cannot_be_deleted(town: Town, writer: Program) -> None:
    model = town.node.model
    for path in (
        f"addresses/{town.site.address_id}/",
        f"protocols/{town.node.protocol_id}/",
        f"models/{model.id}/",
        f"quantities/{model.quantities[0].id}/",
    ):
        assert problems(writer("DELETE", path)) == [("409", "/data", "conflict")], path
        assert writer("GET", path).status_code == 200, path


def test_deleting_takes_along_what_belongs_to_it_and_no_more(town: Town, writer: Program) -> None:
    everything: tuple[type[Base], ...] = (Organization, Membership, Site, Room, Node, Installation)
    steps = [
        (f"nodes/{town.window.uuid}/", {Node: 2, Installation: 2}),
        (f"rooms/{town.room.id}/", {Room: 2, Installation: 1, Node: 2}),
        (f"sites/{town.site.id}/", {Site: 1, Room: 1, Node: 2, Address: 1}),
        (f"organizations/{town.cafe.id}/", {Organization: 1, Membership: 1, Node: 1}),
    ]
    for path, left in steps:
        assert writer("DELETE", path).status_code == 204, path
        assert {model: count(model) for model in left} == left, path
    assert {count(model) for model in everything} == {1}
    assert (count(User), count(Protocol)) == (4, 2)


def test_founder_is_the_only_member_and_owns(town: Town, program_of: ProgramOf) -> None:
    call = program_of(town.charlie)
    created = call("POST", "organizations/", document("Organization", name="Kiosk")).json["data"]
    linked = [{"type": "User", "id": str(town.charlie.id)}]
    assert created["relationships"]["users"]["data"] == linked
    assert created["relationships"]["users"]["meta"] == {"count": 1}
    found = call("GET", f"organizations/{created['id']}/memberships/").json["data"]
    assert [each["attributes"]["role"] for each in found] == ["O"]
