"""Nobody hangs anything of his below somebody else's, nor takes anything of theirs (S3)."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from clair.extensions import db
from clair.models import Installation, Membership, Node, Organization, Room, Site, User

from blueprints.api.attacking import BEGIN_S, END_S, Stage, add_samples, nothing_changes, set_stage
from blueprints.api.speaking import Program, document, identifier, problems
from blueprints.api.town import join, membership_of
from conftest import World

Links = dict[str, tuple[str, object]]
Move = tuple[str, str, object, Links]
"""The path and the type of what is moved, which one, and to where."""


@dataclass
class Side:
    """What one of the two neighbours has."""

    organization: Organization
    site: Site
    room: Room
    node: Node
    installation: Installation
    membership: Membership
    user: User


@pytest.fixture(params=[False, True], ids=["hidden", "shown"])
def stage(
    request: pytest.FixtureRequest, world: World, program_of: Callable[..., Program]
) -> Stage:
    """The town, where Bob is no more than an inspector of the café, but an owner of the clinic."""
    stage = set_stage(world, program_of, is_public=request.param)
    join(stage.town.bob, stage.town.clinic)
    return stage


def cafe(stage: Stage) -> Side:
    town = stage.town
    own = membership_of(town.alice, town.cafe)
    return Side(town.cafe, town.site, town.terrace, town.window, town.shown, own, town.alice)


def clinic(stage: Stage) -> Side:
    town = stage.town
    own = membership_of(town.charlie, town.clinic)
    return Side(town.clinic, town.house, town.ward, town.scale, town.hidden, own, town.charlie)


def moves(what: Side, to: Side) -> dict[str, Move]:
    """Write everything that puts something of one side below something of the other."""
    organization = ("Organization", to.organization.id)
    room, node = ("Room", to.room.id), ("Node", to.node.uuid)
    address = ("Address", to.site.address_id)
    installation = ("installations", "Installation", what.installation.id)
    site = ("sites", "Site", what.site.id)
    membership = ("memberships", "Membership", what.membership.id)
    return {
        "room to site": ("rooms", "Room", what.room.id, {"site": ("Site", to.site.id)}),
        "site to operator": (*site, {"operator": organization}),
        "site to address": (*site, {"address": address}),
        "site to both": (*site, {"operator": organization, "address": address}),
        "node to owner": ("nodes", "Node", what.node.uuid, {"owner": organization}),
        "installation to room": (*installation, {"room": room}),
        "installation to node": (*installation, {"node": node}),
        "installation to both": (*installation, {"room": room, "node": node}),
        "membership to organization": (*membership, {"organization": organization}),
        "membership to user": (*membership, {"user": ("User", to.user.id)}),
    }


PLANTED = {
    "room to site": 403,
    "site to operator": 403,
    "site to address": 400,
    "site to both": 403,
    "node to owner": 403,
    "installation to room": 400,
    "installation to node": 400,
    "installation to both": 403,
    "membership to organization": 400,
    "membership to user": 400,
}
"""How it is refused to put something of one's own below something of others."""


def tried(call: Program, wanted: dict[str, Move]) -> dict[str, set[int]]:
    """Try changes in both ways of writing them, and list how each is answered."""
    found: dict[str, set[int]] = {}
    for name, (path, type_, key, links) in wanted.items():
        among = {each: identifier(*to) for each, to in links.items()}
        # Old clients were allowed to write relationships among the attributes, too.
        bodies = (document(type_, key, links=links), document(type_, key, **among))
        answers = [call("PATCH", f"{path}/{key}/", body) for body in bodies]
        found[name] = {each.status_code for each in answers}
    return found


@pytest.mark.parametrize("who", ["stranger", "inspector"])
def test_nothing_of_ones_own_is_put_below_something_of_others(who: str, stage: Stage) -> None:
    expected = dict(PLANTED)
    if who == "inspector":
        expected["site to address"] = 403  # He sees the address, but it is the café's.
    elif not stage.town.shown.is_public:
        expected["site to both"] = 400  # A hidden address does not exist, whatever else is wrong.
    with nothing_changes():
        found = tried(stage.programs[who], moves(clinic(stage), cafe(stage)))
    assert found == {name: {status} for name, status in expected.items()}


@pytest.mark.parametrize("who", ["stranger", "inspector", "administrator", "reader", "nobody"])
def test_nothing_of_others_is_put_below_something_of_ones_own(who: str, stage: Stage) -> None:
    with nothing_changes():
        found = tried(stage.programs[who], moves(cafe(stage), clinic(stage)))
    expected = dict.fromkeys(PLANTED, 403 if stage.town.shown.is_public else 404)
    expected |= {name: 404 for name in PLANTED if name.startswith(("node", "membership"))}
    if (fixed := {"inspector": 403, "reader": 403, "nobody": 401}.get(who)) is not None:
        expected = dict.fromkeys(PLANTED, fixed)
    assert found == {name: {status} for name, status in expected.items()}


def replaced(stage: Stage, what: Side, links: Links) -> dict[str, Any]:
    here: Links = {"room": ("Room", what.room.id), "node": ("Node", what.node.uuid)}
    key = what.installation.id
    return document("Installation", key, links=here | links, from_timestamp_s=BEGIN_S)


@pytest.mark.parametrize("who", ["stranger", "inspector"])
def test_replacing_an_installation_moves_it_nowhere_either(who: str, stage: Stage) -> None:
    mine, theirs, call = clinic(stage), cafe(stage), stage.programs[who]
    for name in ("installation to room", "installation to node", "installation to both"):
        planted = replaced(stage, mine, moves(mine, theirs)[name][3])
        stolen = replaced(stage, theirs, moves(theirs, mine)[name][3])
        with nothing_changes():
            response = call("PUT", f"installations/{mine.installation.id}/", planted)
            assert response.status_code == PLANTED[name]
            response = call("PUT", f"installations/{theirs.installation.id}/", stolen)
            assert response.status_code in (403, 404)


def test_membership_stays_where_it_is_even_for_owners_of_both(stage: Stage) -> None:
    join(stage.town.alice, stage.town.clinic)
    theirs, mine = clinic(stage), cafe(stage)
    with nothing_changes():
        for move in ("membership to organization", "membership to user"):
            path, type_, key, links = moves(mine, theirs)[move]
            body = document(type_, key, links=links)
            response = stage.programs["owner"]("PATCH", f"{path}/{key}/", body)
            pointer = f"/data/relationships/{move.rpartition(' ')[2]}"
            assert problems(response) == [("400", pointer, "invalid")]


def test_owner_of_both_sides_moves_what_is_not_in_use(stage: Stage) -> None:
    join(stage.town.alice, stage.town.clinic)
    theirs, mine = clinic(stage), cafe(stage)
    for move in ("room to site", "node to owner"):
        path, type_, key, links = moves(mine, theirs)[move]
        body = document(type_, key, links=links)
        response = stage.programs["owner"]("PATCH", f"{path}/{key}/", body)
        assert response.status_code == 200, response.json
    db.session.expire_all()
    assert stage.town.terrace.site == stage.town.house
    assert stage.town.window.owner == stage.town.clinic


def test_moving_something_in_use_is_refused_to_owners_of_both_too(stage: Stage) -> None:
    join(stage.town.alice, stage.town.clinic)
    theirs, mine = clinic(stage), cafe(stage)
    mine.room, mine.node = stage.town.room, stage.town.node
    with nothing_changes():
        for move in ("room to site", "site to operator", "node to owner"):
            path, type_, key, links = moves(mine, theirs)[move]
            body = document(type_, key, links=links)
            response = stage.programs["owner"]("PATCH", f"{path}/{key}/", body)
            assert problems(response) == [("400", "/data/attributes/non_field_errors", "invalid")]


def test_new_owner_of_a_node_does_not_learn_where_it_was(stage: Stage) -> None:
    town = stage.town
    town.window.owner = town.clinic
    db.session.commit()
    links = {"room": ("Room", town.ward.id), "node": ("Node", town.window.uuid)}
    for begin_s in (BEGIN_S, BEGIN_S + 60):
        body = document("Installation", links=links, from_timestamp_s=begin_s)
        with nothing_changes():
            response = stage.programs["stranger"]("POST", "installations/", body)
        assert response.status_code == 400
        assert town.shown.is_public or "Terrasse" not in response.text


def test_former_owner_of_a_node_does_not_follow_it(stage: Stage) -> None:
    town, call = stage.town, stage.programs["owner"]
    town.window.owner = town.clinic
    db.session.commit()
    add_samples(town.window, (END_S + 60, 9871))
    path = f"installations/{town.shown.id}/"
    with nothing_changes():
        for change in (
            {"to_timestamp_s": END_S + 3600},
            {"to_timestamp_s": 2**31 - 1},
            {"from_timestamp_s": BEGIN_S - 3600},
        ):
            response = call("PATCH", path, document("Installation", town.shown.id, **change))
            assert problems(response) == [("400", "/data/attributes/non_field_errors", "invalid")]
    asked = "include_timeseries=1&filter[to]=2147483647"
    assert "9871" not in call("GET", f"{path}?{asked}").text
    assert call("GET", f"nodes/{town.window.uuid}/?{asked}").status_code == 404
