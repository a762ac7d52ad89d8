"""Who belongs to what, and who may know of whom: members, owners, searches (S1, S2, S6, S12)."""

from collections.abc import Callable

import pytest
from flask import Flask

from clair.blueprints.api.resources import RESOURCES
from clair.extensions import db
from clair.models import User

from blueprints.api.attacking import Stage, keys, nothing_changes, set_stage
from blueprints.api.speaking import Program, document, identifier, problems
from blueprints.api.town import join, membership_of
from conftest import World, add_user

METHODS = ("GET", "POST", "PATCH", "PUT", "DELETE")
NAMED = {"auth_token", "groups", "emailaddress_set", "user_permissions", "tokens", "password"}
"""What the predecessor's relationship endpoints gave away."""
ADDRESSED = {"organizations/users", "users/organizations"}
CONFLICT = [("409", "/data", "conflict")]


@pytest.fixture(params=[False, True], ids=["hidden", "shown"])
def stage(
    request: pytest.FixtureRequest, world: World, program_of: Callable[..., Program]
) -> Stage:
    """The town, whose café hides or shows its terrace."""
    return set_stage(world, program_of, is_public=request.param)


def linkage(*users: object) -> dict[str, object]:
    return {"data": [identifier("User", each.id) for each in users]}  # type: ignore[attr-defined]


def test_no_other_relationship_has_an_address(app: Flask) -> None:
    addresses = {each.rule for each in app.url_map.iter_rules() if "relationships" in each.rule}
    assert addresses == {
        "/api/v1/organizations/<key>/relationships/users/",
        "/api/v1/users/<key>/relationships/organizations/",
    }


def test_unknown_relationships_are_neither_shown_nor_written(stage: Stage) -> None:
    call, named = stage.programs["owner"], keys(stage)
    known = {each.path: set(each.relations) | NAMED for each in RESOURCES}
    with nothing_changes():
        for path, names in known.items():
            for name in sorted(names):
                if f"{path}/{name}" not in ADDRESSED:
                    url = f"{path}/{named[path]}/relationships/{name}/"
                    assert call("GET", url).status_code == 404, url
                    assert call("POST", url, linkage(stage.town.bob)).status_code == 404, url
        for method in METHODS:
            url = f"users/{stage.town.bob.id}/relationships/auth_token/"
            assert call(method, url, linkage(stage.town.bob)).status_code == 404


@pytest.mark.parametrize("who", ["nobody", "stranger", "inspector", "administrator", "reader"])
def test_members_are_the_affair_of_owners(who: str, stage: Stage) -> None:
    town = stage.town
    path = f"organizations/{town.cafe.id}/relationships/users/"
    outside = 403 if town.shown.is_public else 404
    expected = {"nobody": 401, "inspector": 403, "reader": 403}.get(who, outside)
    attempts = ([town.charlie], [town.ada], [town.alice], [town.bob, stage.dora], [])
    with nothing_changes():
        for people in attempts:
            for method in ("POST", "DELETE", "PATCH"):
                response = stage.programs[who](method, path, linkage(*people))
                assert response.status_code == (405 if method == "PATCH" else expected)


@pytest.mark.parametrize("method", ["POST", "PATCH", "PUT", "DELETE"])
def test_organizations_of_a_user_are_not_written(method: str, stage: Stage) -> None:
    body = {"data": [identifier("Organization", stage.town.cafe.id)]}
    with nothing_changes():
        for who in ("stranger", "inspector", "owner"):
            for user in (stage.town.charlie, stage.town.bob, stage.town.alice):
                path = f"users/{user.id}/relationships/organizations/"
                assert stage.programs[who](method, path, body).status_code == 405


def test_inspector_makes_nobody_more_than_he_is(stage: Stage) -> None:
    town, call = stage.town, stage.programs["inspector"]
    own = membership_of(town.bob, town.cafe)
    with nothing_changes():
        for row in (own, stage.member, membership_of(town.alice, town.cafe)):
            for role in ("O", "I"):
                body = document("Membership", row.id, role=role)
                assert call("PATCH", f"memberships/{row.id}/", body).status_code == 403
        assert call("DELETE", f"memberships/{stage.member.id}/").status_code == 403
    assert call("DELETE", f"memberships/{own.id}/").status_code == 204
    assert call("GET", f"users/{stage.dora.id}/").status_code == 404


def test_last_owner_neither_leaves_nor_steps_down(stage: Stage) -> None:
    town, call = stage.town, stage.programs["owner"]
    own = membership_of(town.alice, town.cafe)
    path = f"organizations/{town.cafe.id}/relationships/users/"
    demotion = document("Membership", own.id, role="I")
    with nothing_changes():
        assert problems(call("DELETE", f"memberships/{own.id}/")) == CONFLICT
        assert problems(call("PATCH", f"memberships/{own.id}/", demotion)) == CONFLICT
        assert problems(call("DELETE", path, linkage(town.alice))) == CONFLICT
        assert problems(call("DELETE", path, linkage(town.bob, town.alice))) == CONFLICT
    join(town.bob, town.cafe)
    with nothing_changes():
        assert problems(call("DELETE", path, linkage(town.alice, town.bob))) == CONFLICT
    assert call("PATCH", f"memberships/{own.id}/", demotion).status_code == 200
    with nothing_changes():
        body = document("Membership", own.id, role="O")
        assert call("PATCH", f"memberships/{own.id}/", body).status_code == 403


@pytest.mark.parametrize("order", [1, -1])
def test_owner_leaves_together_with_others(order: int, stage: Stage) -> None:
    town = stage.town
    join(stage.dora, town.cafe)
    path = f"organizations/{town.cafe.id}/relationships/users/"
    people = [town.alice, town.bob][::order]
    response = stage.programs["owner"]("DELETE", path, linkage(*people))
    assert response.status_code == 200, response.json
    assert response.json["data"] == [identifier("User", stage.dora.id)]


PARTS = ["", " ", "alic", "lice", "ALICE", "a", "alice@", "example.org", "alice@example.or"]
PATTERNS = ["%", "_lice", "alice@example.org%", "alice,", "alice bob", "alice@example.org,bob"]


def test_strangers_are_not_found_by_parts(stage: Stage) -> None:
    for text in (*PARTS, *PATTERNS):
        asked = {"filter[search]": text}
        answer = stage.programs["stranger"]("GET", "users/", query_string=asked).json
        assert {each["attributes"]["username"] for each in answer["data"]} <= {"charlie"}, text
        assert len(answer["data"]) == answer["meta"]["pagination"]["count"], text


@pytest.mark.parametrize("text", ["alice", "alice@example.org", "Alice@Example.ORG"])
def test_stranger_who_is_found_shows_no_more_than_her_user_name(text: str, stage: Stage) -> None:
    call = stage.programs["stranger"]
    asked = {
        "filter[search]": text,
        "fields[User]": "email,first_name,memberships,username",
        "sort": "-username",
    }
    found = call("GET", "users/", query_string=asked).json["data"]
    assert [each["attributes"] for each in found] == [{"username": "alice"}]
    assert "relationships" not in found[0]
    for tail in ("", "memberships/", "organizations/", "relationships/organizations/"):
        assert call("GET", f"users/{stage.town.alice.id}/{tail}").status_code == 404


def test_people_are_not_found_for_nobody(stage: Stage) -> None:
    response = stage.programs["nobody"]("GET", "users/?filter[search]=alice@example.org")
    assert response.status_code == 401


def test_disabled_people_are_not_found_by_strangers_and_do_not_act(stage: Stage) -> None:
    town = stage.town
    town.alice.is_active = False
    db.session.commit()
    call = stage.programs["stranger"]
    for text in ("alice", "alice@example.org"):
        assert call("GET", f"users/?filter[search]={text}").json["data"] == []
    links = {"organization": ("Organization", town.clinic.id), "user": ("User", town.alice.id)}
    linked = f"organizations/{town.clinic.id}/relationships/users/"
    with nothing_changes():
        response = call("POST", "memberships/", document("Membership", links=links))
        assert problems(response) == [("400", "/data/relationships/user", "does_not_exist")]
        response = call("POST", linked, linkage(town.alice))
        assert problems(response) == [("400", "/data", "does_not_exist")]
        for who in ("owner", "reader"):
            assert stage.programs[who]("GET", "organizations/").status_code == 401


def crowd() -> list[User]:
    """Thirty people whom nobody in the town knows."""
    people = [add_user(f"person{number}") for number in range(30)]
    db.session.commit()
    return people


def test_whoever_collects_people_by_their_numbers_is_stopped(stage: Stage) -> None:
    clinic, call, people = stage.town.clinic, stage.programs["stranger"], crowd()
    path = f"organizations/{clinic.id}/relationships/users/"
    statuses = [call("POST", path, linkage(each)).status_code for each in people]
    assert statuses == [200] * 20 + [429] * 10
    links = {"organization": ("Organization", clinic.id), "user": ("User", people[-1].id)}
    response = call("POST", "memberships/", document("Membership", links=links))
    assert response.status_code == 429
    assert int(response.headers["Retry-After"]) > 3000
    seen = call("GET", "organizations/?include=users").text
    assert sum(each.email in seen for each in people) == 20


def test_whoever_collects_people_all_at_once_gets_nobody(stage: Stage) -> None:
    clinic, call, people = stage.town.clinic, stage.programs["stranger"], crowd()
    with nothing_changes():
        path = f"organizations/{clinic.id}/relationships/users/"
        assert call("POST", path, linkage(*people)).status_code == 413
