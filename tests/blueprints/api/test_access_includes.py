"""What comes along with something else is no more than one may read by itself (S4)."""

from collections.abc import Callable

import pytest
from werkzeug.test import TestResponse

from clair.blueprints.api.resources import RESOURCES
from clair.extensions import db

from blueprints.api.attacking import CAST, Stage, keys, set_stage
from blueprints.api.speaking import ROOT, Program, problems
from blueprints.api.town import join
from conftest import World

PATHS = [(each.path, include) for each in RESOURCES for include in each.includes]
"""Every include that there is."""
NEVER = {
    "organizations": ["memberships", "sites", "nodes", "users.memberships", "users.organizations"],
    "memberships": ["user.memberships", "organization.nodes", "organization.memberships"],
    "users": ["memberships", "organizations", "organizations.users"],
    "sites": ["rooms", "operator.memberships", "operator.nodes", "operator.users.memberships"],
    "addresses": ["creator", "sites"],
    "rooms": ["site", "site.operator", "site.operator.users", "installations"],
    "installations": ["node.owner", "room.site", "room.site.operator.users", "node.installations"],
    "nodes": ["owner", "owner.users", "installations", "samples"],
    "fidelity": ["node", "node.owner"],
    "models": ["quantities"],
}


@pytest.fixture
def stage(world: World, program_of: Callable[..., Program]) -> Stage:
    """The town, whose café shows its terrace."""
    return set_stage(world, program_of)


def included(response: TestResponse) -> set[tuple[str, str]]:
    """List what came along: type and address."""
    assert response.status_code == 200, response.json
    return {(each["type"], each["links"]["self"]) for each in response.json.get("included", [])}


@pytest.mark.parametrize("who", CAST)
def test_what_is_included_can_be_read_by_itself(who: str, stage: Stage) -> None:
    call = stage.programs[who]
    checked = 0
    for path, include in PATHS:
        for where in (path, f"{path}/{keys(stage)[path]}/"):
            response = call("GET", f"{where}?include={include}")
            if response.status_code in (401, 404):
                continue
            for type_, url in included(response):
                if type_ == "Address":
                    continue  # Public with its site, but not by itself.
                direct = call("GET", url.partition(ROOT)[2])
                assert direct.status_code == 200, (where, include, url)
                checked += 1
    assert checked or who in ("nobody", "stranger", "administrator")


@pytest.mark.parametrize("who", ["nobody", "stranger", "administrator"])
@pytest.mark.parametrize(
    ("where", "include"),
    [
        ("organizations/{cafe}/", "users"),
        ("organizations/", "users"),
        ("sites/{site}/", "operator.users"),
        ("sites/", "operator.users,address,operator"),
        ("rooms/{room}/site/", "operator.users"),
        ("sites/{site}/operator/", "users"),
        ("sites/{site}/organization/", "users"),
        ("organizations/{cafe}/sites/", "operator.users"),
        ("installations/{installation}/", "node"),
        ("installations/", "node,room"),
        ("rooms/{room}/installations/", "node"),
    ],
)
def test_people_and_nodes_of_others_do_not_come_along(
    who: str, where: str, include: str, stage: Stage
) -> None:
    town = stage.town
    path = where.format(
        cafe=town.cafe.id, site=town.site.id, room=town.terrace.id, installation=town.shown.id
    )
    response = stage.programs[who]("GET", f"{path}?include={include}")
    assert response.status_code == 200
    assert response.json["data"]
    for name in ("alice", "bob", "dora", "Dorothea"):
        assert name not in response.text
    for secret in ("02AA00000000C003", "Fenster"):
        assert secret not in response.text
    foreign = {str(each.id) for each in (town.alice, town.bob, stage.dora)}
    foreign.add(str(town.window.uuid))
    shown = {(each["type"], each["id"]) for each in response.json.get("included", [])}
    assert not {key for type_, key in shown if type_ in ("User", "Node")} & foreign


def test_members_see_who_and_what_comes_along(stage: Stage) -> None:
    call = stage.programs["inspector"]
    assert "Dorothea" in call("GET", "organizations/?include=users").text
    assert "Dorothea" in call("GET", "sites/?include=operator.users").text
    assert "02AA00000000C003" in call("GET", "installations/?include=node").text


def test_node_that_went_to_another_organization_does_not_come_along(stage: Stage) -> None:
    stage.town.window.owner = stage.town.clinic
    db.session.commit()
    path = f"installations/{stage.town.shown.id}/"
    for who in ("nobody", "inspector", "owner", "reader", "administrator"):
        call = stage.programs[who]
        assert included(call("GET", f"{path}?include=node")) == set()
        assert call("GET", f"{path}node/").status_code == (401 if who == "nobody" else 404)
    assert len(included(stage.programs["stranger"]("GET", f"{path}?include=node"))) == 1


def test_fellow_comes_along_with_his_other_organization_only_for_its_members(stage: Stage) -> None:
    join(stage.town.bob, stage.town.clinic)
    call = stage.programs["owner"]
    for where in ("memberships/", f"users/{stage.town.bob.id}/memberships/"):
        response = call("GET", f"{where}?include=organization,organization.users")
        assert response.status_code == 200
        assert "Praxis nebenan" not in response.text
        assert "charlie" not in response.text


@pytest.mark.parametrize("path", NEVER)
def test_paths_that_lead_further_are_refused(path: str, stage: Stage) -> None:
    call = stage.programs["owner"]
    for include in NEVER[path]:
        for where in (path, f"{path}/{keys(stage)[path]}/"):
            response = call("GET", f"{where}?include={include}")
            assert [each[0] for each in problems(response)] == ["400"], (where, include)


@pytest.mark.parametrize("who", ["nobody", "stranger"])
def test_fields_bring_nothing_back_that_is_hidden(who: str, stage: Stage) -> None:
    call = stage.programs[who]
    everything = "email,first_name,last_name,password_hash,is_admin,username,memberships"
    wanted = f"fields[User]={everything}&fields[Node]=eui64,alias,owner&fields[Address]=creator"
    for path in ("organizations/?include=users", "sites/?include=operator.users,address"):
        text = call("GET", f"{path}&{wanted}").text
        assert "@example.org" not in text or who == "stranger"
        assert "alice" not in text
        assert '"creator"' not in text
    assert "02AA00000000C003" not in call("GET", f"installations/?include=node&{wanted}").text
