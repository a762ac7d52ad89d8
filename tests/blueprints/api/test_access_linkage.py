"""New things are not hung below somebody else's, and nobody's attributes are set by surprise."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select

from clair.extensions import db
from clair.models import Address, Membership, Organization, User

from blueprints.api.attacking import (
    BEGIN_S,
    PARTS,
    Stage,
    creations,
    keys,
    nothing_changes,
    set_stage,
)
from blueprints.api.speaking import Program, document, problems
from blueprints.api.town import join
from conftest import World


@pytest.fixture(params=[False, True], ids=["hidden", "shown"])
def stage(
    request: pytest.FixtureRequest, world: World, program_of: Callable[..., Program]
) -> Stage:
    """The town, where Bob is no more than an inspector of the café, but an owner of the clinic."""
    stage = set_stage(world, program_of, is_public=request.param)
    join(stage.town.bob, stage.town.clinic)
    return stage


def installations(stage: Stage) -> dict[str, tuple[int, dict[str, Any]]]:
    """Write installations that mix the two sides, and how each is refused."""
    town = stage.town
    mine: dict[str, Any] = {"room": ("Room", town.ward.id), "node": ("Node", town.scale.uuid)}
    theirs: dict[str, Any] = {
        "room": ("Room", town.terrace.id),
        "node": ("Node", town.window.uuid),
    }
    mixed = {
        "foreign room": (400, mine | {"room": theirs["room"]}),
        "foreign node": (400, mine | {"node": theirs["node"]}),
        "both foreign": (403, theirs),
    }
    period = {"from_timestamp_s": BEGIN_S - 9, "to_timestamp_s": BEGIN_S - 1, "is_public": True}
    return {
        name: (status, document("Installation", links=links, **period))
        for name, (status, links) in mixed.items()
    }


@pytest.mark.parametrize("who", ["stranger", "inspector"])
@pytest.mark.parametrize("name", ["foreign room", "foreign node", "both foreign"])
def test_installation_does_not_reach_across_the_wall(who: str, name: str, stage: Stage) -> None:
    status, body = installations(stage)[name]
    with nothing_changes():
        response = stage.programs[who]("POST", "installations/", body)
    assert response.status_code == status
    assert "Terrasse" not in response.text
    assert "Fenster" not in response.text


@pytest.mark.parametrize("who", ["stranger", "inspector"])
def test_site_takes_no_foreign_address(who: str, stage: Stage) -> None:
    foreign = stage.town.site.address_id
    links = {"operator": ("Organization", stage.town.clinic.id), "address": ("Address", foreign)}
    with nothing_changes():
        response = stage.programs[who]("POST", "sites/", document("Site", links=links, name="Neu"))
    if who == "stranger":
        expected = [("400", "/data/relationships/address", "does_not_exist")]
    else:
        expected = [("403", "/data", "permission_denied")]
    assert problems(response) == expected
    assert stage.programs["stranger"]("GET", f"addresses/{foreign}/").status_code == 404


def test_address_that_waits_for_its_site_is_nobody_elses(stage: Stage) -> None:
    waiting = stage.addresses["owner"].id
    links = {"operator": ("Organization", stage.town.clinic.id), "address": ("Address", waiting)}
    body = document("Site", links=links, name="Neu")
    for who in ("stranger", "inspector", "administrator"):
        with nothing_changes():
            assert stage.programs[who]("POST", "sites/", body).status_code in (400, 403)
            change = document("Address", waiting, city="Aachen")
            path = f"addresses/{waiting}/"
            for method, given in (("GET", None), ("PATCH", change), ("DELETE", None)):
                assert stage.programs[who](method, path, given).status_code == 404


def test_address_of_two_organizations_is_changed_by_nobody_who_owns_one(stage: Stage) -> None:
    shared = db.session.get_one(Address, stage.town.site.address_id)
    stage.town.house.address = shared
    db.session.commit()
    change = document("Address", shared.id, city="Aachen")
    with nothing_changes():
        for who in ("stranger", "owner"):
            response = stage.programs[who]("PATCH", f"addresses/{shared.id}/", change)
            assert response.status_code == 403


@pytest.mark.parametrize(
    "users", [[], ["charlie"], ["alice", "charlie"], ["charlie", "charlie", "ada"]]
)
def test_members_are_not_written_with_their_organization(users: list[str], stage: Stage) -> None:
    linkage = [("User", getattr(stage.town, name).id) for name in users]
    links = {"users": linkage, "memberships": [("Membership", stage.member.id)]}
    change = document("Organization", stage.town.cafe.id, links=links)
    with nothing_changes():
        response = stage.programs["owner"]("PATCH", f"organizations/{stage.town.cafe.id}/", change)
        assert response.status_code == 200
    body = document("Organization", links=links, name="Neu")
    assert stage.programs["owner"]("POST", "organizations/", body).status_code == 201
    statement = select(Membership.user_id, Membership.role).join(Organization)
    found = db.session.execute(statement.where(Organization.name == "Neu")).all()
    assert [tuple(each) for each in found] == [(stage.town.alice.id, "O")]


SURPRISES = {
    "organizations": {"id": 7, "is_public": True, "owner": {"type": "User", "id": "3"}},
    "sites": {"time_zone": "Mars/Olympus", "operator_id": 2, "address_id": 1},
    "addresses": {"creator": {"type": "User", "id": "3"}, "creator_id": 3},
    "rooms": {"site_id": 2},
    "installations": {"image": "../secret.png", "room_id": 2, "node_id": 2, "sample_count": 5},
    "nodes": {"uuid": str(uuid4()), "owner_id": 2, "latest_sample": {"co2_ppm": 1}},
    "memberships": {"user_id": 3, "organization_id": 2, "user_name": "charlie"},
}


@pytest.mark.parametrize("path", SURPRISES)
def test_columns_that_are_not_on_the_wire_cannot_be_set(path: str, stage: Stage) -> None:
    types = {each: body["data"]["type"] for each, body in creations(stage, "owner").items()}
    key = keys(stage)[path]
    body = document(types[path], key, **SURPRISES[path])
    with nothing_changes():
        response = stage.programs["owner"]("PATCH", f"{path}/{key}/", body)
        assert response.status_code == 200, response.json


def test_account_does_not_raise_itself(stage: Stage) -> None:
    bob = stage.town.bob
    raised = {"is_admin": True, "is_active": False, "email": "ada@example.org", "pk": 1}
    hidden = {"password_hash": "x", "created_s": 0, "is_email_verified": False, "language": "x"}
    body = document("User", bob.id, **raised, **hidden)
    with nothing_changes():
        assert stage.programs["inspector"]("PATCH", "auth/user/", body).status_code == 200
        other = document("User", stage.town.alice.id, first_name="Mallory")
        assert stage.programs["inspector"]("PATCH", "auth/user/", other).status_code == 409
    assert db.session.get_one(User, bob.id).is_admin is False


@pytest.mark.parametrize("who", ["stranger", "inspector", "owner"])
def test_what_the_catalogue_has_in_use_is_deleted_by_nobody(who: str, stage: Stage) -> None:
    node = stage.town.node
    with nothing_changes():
        for path in (f"protocols/{node.protocol_id}/", f"models/{node.model_id}/"):
            assert stage.programs[who]("DELETE", path).status_code == 403
            response = stage.programs["administrator"]("DELETE", path)
            assert problems(response) == [("409", "/data", "conflict")]


def test_address_of_ones_own_is_usable_once(stage: Stage) -> None:
    response = stage.programs["stranger"]("POST", "addresses/", document("Address", **PARTS))
    address = response.json["data"]["id"]
    links = {"operator": ("Organization", stage.town.clinic.id), "address": ("Address", address)}
    body = document("Site", links=links, name="Neu")
    assert stage.programs["stranger"]("POST", "sites/", body).status_code == 201
