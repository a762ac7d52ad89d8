"""Installations: ended, published, moved, corrected; a node is never in two rooms at once."""

from collections.abc import Callable
from typing import Any

import pytest
from werkzeug.test import TestResponse

from clair import inventory
from clair.access import SYSTEM
from clair.extensions import db

from blueprints.api.speaking import Program, document, problems
from blueprints.api.town import BEGIN_S, END_S, Town, join
from conftest import NOW_S

ProgramOf = Callable[..., Program]
OPEN_END_S = 2147483647
MISMATCH = [("400", "/data/attributes/non_field_errors", "invalid")]


@pytest.fixture
def call(town: Town, program_of: ProgramOf) -> Program:
    """Let Alice speak."""
    return program_of(town.alice)


def install(call: Program, town: Town, from_s: int, to_s: int, **attributes: Any) -> TestResponse:
    """Install the node of the public installation in the café's other room."""
    links = {"room": ("Room", town.room.id), "node": ("Node", town.window.uuid)}
    times = {"from_timestamp_s": from_s, "to_timestamp_s": to_s}
    return call(
        "POST", "installations/", document("Installation", links=links, **times | attributes)
    )


def patch(call: Program, row_id: int, **attributes: Any) -> TestResponse:
    """Change attributes of an installation."""
    changed = document("Installation", row_id, **attributes)
    return call("PATCH", f"installations/{row_id}/", changed)


def timeline(town: Town) -> list[tuple[int, int | None, bool]]:
    """List when the café's first node is installed, and whether it shows its air."""
    db.session.rollback()
    rows = db.session.scalars(
        db.select(type(town.installation))
        .where(type(town.installation).node_id == town.node.id)
        .order_by("from_timestamp_s")
    )
    return [(each.from_timestamp_s, each.to_timestamp_s, each.is_public) for each in rows]


def test_installation_is_ended_by_its_end_alone(town: Town, call: Program) -> None:
    answer = patch(call, town.installation.id, to_timestamp_s=NOW_S)
    assert answer.status_code == 200
    data = answer.json["data"]
    assert data["attributes"]["to_timestamp_s"] == NOW_S
    assert data["attributes"]["from_timestamp_s"] == BEGIN_S
    assert set(data["relationships"]) == {"room", "node"}
    assert timeline(town) == [(BEGIN_S, NOW_S, False)]


def toggle(call: Program, town: Town, row_id: str, now_s: int, is_public: bool) -> TestResponse:
    """Do what Como does to publish a room's air from now on: end the old one, begin a new one."""
    old = call("GET", f"installations/{row_id}").json["data"]["attributes"]
    assert patch(call, int(row_id), to_timestamp_s=now_s).status_code == 200
    links = {"room": ("Room", town.room.id), "node": ("Node", town.node.uuid)}
    new = {"from_timestamp_s": now_s, "to_timestamp_s": old["to_timestamp_s"]}
    return call(
        "POST", "installations/", document("Installation", links=links, **new, is_public=is_public)
    )


def test_publicity_is_toggled_within_one_second(town: Town, call: Program) -> None:
    answer = toggle(call, town, str(town.installation.id), NOW_S, is_public=True)
    assert answer.status_code == 201
    assert timeline(town) == [(BEGIN_S, NOW_S, False), (NOW_S, None, True)]
    again = toggle(call, town, answer.json["data"]["id"], NOW_S + 1, is_public=False)
    assert again.status_code == 201
    assert timeline(town)[2:] == [(NOW_S + 1, None, False)]


def test_second_toggle_in_the_same_second_is_refused_and_does_no_harm(
    town: Town, call: Program
) -> None:
    row_id = toggle(call, town, str(town.installation.id), NOW_S, is_public=True).json["data"]["id"]
    before = timeline(town)
    ended = patch(call, int(row_id), to_timestamp_s=NOW_S)
    assert problems(ended) == [("400", "/data/attributes/to_timestamp_s", "invalid")]
    links = {"room": ("Room", town.room.id), "node": ("Node", town.node.uuid)}
    again = document("Installation", links=links, from_timestamp_s=NOW_S)
    expected = [("400", "/data/attributes/from_timestamp_s", "unique")]
    assert problems(call("POST", "installations/", again)) == expected
    assert timeline(town) == before


PERIODS = [
    (END_S, OPEN_END_S, 201),
    (END_S, END_S + 1, 201),
    (BEGIN_S - 1, BEGIN_S, 201),
    (0, BEGIN_S, 201),
    (END_S - 1, END_S, 400),
    (END_S - 1, OPEN_END_S, 400),
    (BEGIN_S - 1, BEGIN_S + 1, 400),
    (BEGIN_S + 1, BEGIN_S + 2, 400),
    (0, OPEN_END_S, 400),
]


def test_periods_of_a_node_may_touch_but_not_overlap(town: Town, call: Program) -> None:
    for from_s, to_s, status in PERIODS:
        answer = install(call, town, from_s, to_s)
        assert answer.status_code == status, (from_s, to_s)
        if status == 201:
            path = f"installations/{answer.json['data']['id']}/"
            assert call("DELETE", path).status_code == 204
        else:
            assert problems(answer) == MISMATCH, (from_s, to_s)


def test_period_cannot_be_stretched_over_another(town: Town, call: Program) -> None:
    later = int(install(call, town, END_S, OPEN_END_S).json["data"]["id"])
    assert problems(patch(call, town.shown.id, to_timestamp_s=END_S + 1)) == MISMATCH
    assert problems(patch(call, town.shown.id, to_timestamp_s=OPEN_END_S)) == MISMATCH
    assert problems(patch(call, later, from_timestamp_s=END_S - 1)) == MISMATCH
    same = [("400", "/data/attributes/from_timestamp_s", "unique")]
    assert problems(patch(call, later, from_timestamp_s=BEGIN_S)) == same
    assert patch(call, town.shown.id, to_timestamp_s=END_S - 5).status_code == 200
    assert patch(call, later, from_timestamp_s=END_S - 5).status_code == 200


def test_period_ends_after_it_begins(town: Town, call: Program) -> None:
    refused = [("400", "/data/attributes/to_timestamp_s", "invalid")]
    for to_s in (NOW_S, NOW_S - 1, 0):
        assert problems(install(call, town, NOW_S, to_s)) == refused, to_s
        times = {"from_timestamp_s": NOW_S, "to_timestamp_s": to_s}
        assert problems(patch(call, town.shown.id, **times)) == refused, to_s
    assert problems(patch(call, town.shown.id, from_timestamp_s=END_S)) == refused


def test_several_nodes_may_share_a_room(town: Town, call: Program) -> None:
    assert install(call, town, END_S, OPEN_END_S).status_code == 201
    found = call("GET", f"rooms/{town.room.id}/installations").json["data"]
    assert len(found) == 2


def test_node_and_room_belong_to_the_same_organization(town: Town, call: Program) -> None:
    hidden = {"room": ("Room", town.ward.id), "node": ("Node", town.scale.uuid)}
    own = {"room": ("Room", town.room.id), "node": ("Node", town.node.uuid)}
    for links, refused in (
        (own | {"room": hidden["room"]}, MISMATCH),
        (own | {"node": hidden["node"]}, MISMATCH),
        (hidden, [("403", "/data", "permission_denied")]),
    ):
        draft = document("Installation", links=links, from_timestamp_s=NOW_S)
        assert problems(call("POST", "installations/", draft)) == refused, links
    # Whoever owns both sides cannot bring them together either.
    join(town.alice, town.clinic)
    row_id = town.installation.id
    for name in ("room", "node"):
        moved = document("Installation", row_id, links={name: hidden[name]})
        assert problems(call("PATCH", f"installations/{row_id}/", moved)) == MISMATCH, name


def test_one_side_alone_can_be_changed(town: Town, call: Program) -> None:
    row_id, path = town.installation.id, f"installations/{town.installation.id}/"
    moved = document("Installation", row_id, links={"room": ("Room", town.terrace.id)})
    data = call("PATCH", path, moved).json["data"]
    assert data["relationships"]["room"]["data"]["id"] == str(town.terrace.id)
    assert data["relationships"]["node"]["data"]["id"] == str(town.node.uuid)
    spare, _ = inventory.register_node(SYSTEM, town.cafe, "02AA00000000C009", "ers", "Ersatz")
    db.session.commit()
    replaced = document("Installation", row_id, links={"node": ("Node", spare.uuid)})
    data = call("PATCH", path, replaced).json["data"]
    assert data["relationships"]["node"]["data"]["id"] == str(spare.uuid)
    assert data["relationships"]["room"]["data"]["id"] == str(town.terrace.id)
    same = document("Installation", row_id, links={"room": ("Room", town.terrace.id)})
    assert call("PATCH", path, same).status_code == 200


def test_put_replaces_everything(town: Town, call: Program) -> None:
    row_id, path = town.shown.id, f"installations/{town.shown.id}/"
    links = {"room": ("Room", town.terrace.id), "node": ("Node", town.window.uuid)}
    whole = document("Installation", row_id, links=links, from_timestamp_s=BEGIN_S + 5)
    data = call("PUT", path, whole).json["data"]
    assert data["id"] == str(row_id)
    assert data["attributes"] == {
        "from_timestamp_s": BEGIN_S + 5,
        "to_timestamp_s": OPEN_END_S,
        "description": None,
        "is_public": False,
        "image": None,
    }
    assert set(data["relationships"]) == {"room", "node"}


def test_put_needs_everything_that_a_new_one_needs(town: Town, call: Program) -> None:
    row_id, path = town.shown.id, f"installations/{town.shown.id}/"
    before = call("GET", path).json["data"]["attributes"]["description"]
    assert problems(call("PUT", path, document("Installation", row_id, description="neu"))) == [
        ("400", "/data/attributes/from_timestamp_s", "required"),
        ("400", "/data/relationships/node", "required"),
        ("400", "/data/relationships/room", "required"),
    ]
    assert call("GET", path).json["data"]["attributes"]["description"] == before
    answer = call("PUT", path, document("Installation", from_timestamp_s=5))
    assert problems(answer) == [("400", "/data", "parse_error")]


def test_deleted_installation_leaves_its_node(town: Town, call: Program) -> None:
    assert call("DELETE", f"installations/{town.installation.id}").status_code == 204
    assert call("GET", f"nodes/{town.node.uuid}").status_code == 200
    assert call("GET", f"nodes/{town.node.uuid}/installations").json == {"data": []}
