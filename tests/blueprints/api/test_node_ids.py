"""Nodes keep the identity that comes with them: whoever registers a node supplies it."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import func, select

from clair.extensions import db
from clair.models import Node

from blueprints.api.speaking import Program, document, problems
from blueprints.api.town import Town

ProgramOf = Callable[..., Program]
KNOWN = [
    ("a81758fffe052b0f", "9d02faee-4260-1377-22ec-936428b572ee"),
    ("a81758fffe053c13", "6fbb3d55-c86b-e021-3ec3-b45425d5b1ba"),
    ("003cb7ea62a7dcbb", "3b95a1b2-74e7-9e98-52c4-4acae441f0ae"),
    ("9876b600001193e0", "c727b2f8-8377-d4cb-0e95-ac03200b8c93"),
    ("fefffffffdff0000", "e9337ca8-b881-8571-179c-93106c8e455a"),
]
EUI, UUID = KNOWN[0]
BAD_IDS = {
    "": "invalid",
    "x": "invalid",
    "9d02faee": "invalid",
    f"{{{UUID}}}": "invalid",
    f"urn:uuid:{UUID}": "invalid",
    f"{UUID}0": "invalid",
    UUID[:-1] + "g": "invalid",
    f"{UUID}\0": "invalid",
    5: "invalid",
    True: "invalid",
}


def draft(town: Town, uuid: object, eui64: str = EUI, **attributes: Any) -> dict[str, Any]:
    """Write a node of the café."""
    links = {
        "protocol": ("Protocol", town.node.protocol_id),
        "model": ("Model", town.node.model_id),
        "owner": ("Organization", town.cafe.id),
    }
    node = document("Node", links=links, **{"eui64": eui64, "alias": "Fee"} | attributes)
    node["data"] |= {} if uuid is None else {"id": uuid}
    return node


def count_nodes() -> int:
    """Count the nodes."""
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(Node)) or 0


def test_ids_of_any_version_are_kept(town: Town, program_of: ProgramOf) -> None:
    call = program_of(town.alice)
    for eui, uuid in KNOWN:
        answer = call("POST", "nodes/", draft(town, uuid, eui))
        assert answer.status_code == 201, uuid
        assert answer.json["data"]["id"] == uuid
        assert answer.json["data"]["attributes"]["eui64"] == eui
        assert answer.headers["Location"] == f"http://localhost/api/v1/nodes/{uuid}/"
        assert call("GET", f"nodes/{uuid}/").status_code == 200


def test_ids_without_dashes_and_in_capitals_mean_the_same(
    town: Town, program_of: ProgramOf
) -> None:
    call = program_of(town.alice)
    for (eui, uuid), written in zip(
        KNOWN, (str.upper, lambda text: text.replace("-", "")), strict=False
    ):
        assert call("POST", "nodes/", draft(town, written(uuid), eui)).json["data"]["id"] == uuid
        answer = call("POST", "nodes/", draft(town, uuid, "0000000000000001"))
        assert problems(answer) == [("400", "/data/attributes/id", "unique")]


def test_id_is_needed_and_must_be_one(town: Town, program_of: ProgramOf) -> None:
    call, before = program_of(town.alice), count_nodes()
    answer = call("POST", "nodes/", draft(town, None))
    assert problems(answer) == [("400", "/data/attributes/id", "required")]
    for given, code in BAD_IDS.items():
        answer = call("POST", "nodes/", draft(town, given))
        assert problems(answer) == [("400", "/data/attributes/id", code)], given
    assert count_nodes() == before


def test_id_never_changes(town: Town, program_of: ProgramOf) -> None:
    call, path = program_of(town.alice), f"nodes/{town.node.uuid}/"
    answer = call("PATCH", path, document("Node", UUID, alias="Fee"))
    assert problems(answer) == [("409", "/data", "error")]
    # Compared as texts, as it always was.
    answer = call("PATCH", path, document("Node", town.node.uuid.hex, alias="Fee"))
    assert problems(answer) == [("409", "/data", "error")]
    answer = call("PATCH", path, document("Node", town.node.uuid, alias="Fee", id=UUID))
    assert answer.json["data"]["id"] == str(town.node.uuid)


def test_eui_belongs_to_one_node_in_whatever_capitals(town: Town, program_of: ProgramOf) -> None:
    call = program_of(town.alice)
    assert call("POST", "nodes/", draft(town, UUID, EUI)).status_code == 201
    for eui in (EUI, EUI.upper(), "A8:17:58:ff:fe:05:2b:0f", "A8-17-58-FF-FE-05-2B-0F"):
        answer = call("POST", "nodes/", draft(town, KNOWN[1][1], eui))
        assert problems(answer) == [("400", "/data/attributes/eui64", "unique")], eui
        changed = document("Node", town.node.uuid, eui64=eui)
        answer = call("PATCH", f"nodes/{town.node.uuid}/", changed)
        assert problems(answer) == [("400", "/data/attributes/eui64", "unique")], eui
    own = document("Node", UUID, eui64=EUI.upper())
    assert call("PATCH", f"nodes/{UUID}/", own).status_code == 200


def test_registration_names_everything_that_is_wrong(town: Town, program_of: ProgramOf) -> None:
    body = {"data": {"type": "Node", "attributes": {"eui64": ""}}}
    answer = program_of(town.alice)("POST", "nodes/", body)
    assert problems(answer) == [
        ("400", "/data/attributes/alias", "required"),
        ("400", "/data/attributes/eui64", "blank"),
        ("400", "/data/attributes/id", "required"),
        ("400", "/data/relationships/model", "required"),
        ("400", "/data/relationships/owner", "required"),
        ("400", "/data/relationships/protocol", "required"),
    ]


def test_node_refers_to_what_exists(town: Town, program_of: ProgramOf) -> None:
    call, before = program_of(town.alice), count_nodes()
    for name, type_ in (("protocol", "Protocol"), ("model", "Model"), ("owner", "Organization")):
        node = draft(town, UUID)
        node["data"]["relationships"][name]["data"] = {"type": type_, "id": "999999"}
        answer = call("POST", "nodes/", node)
        expected = [("400", f"/data/relationships/{name}", "does_not_exist")]
        assert problems(answer) == expected, name
    assert count_nodes() == before
