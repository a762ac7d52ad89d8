"""Who belongs to an organization, who decides it, and what members learn of each other."""

from collections.abc import Callable

import pytest
from sqlalchemy import select
from werkzeug.test import TestResponse

from clair.extensions import db
from clair.models import Membership, Organization, User

from blueprints.api.speaking import Program, document, identifier, problems
from blueprints.api.town import Town, join, membership_of
from conftest import add_user

ProgramOf = Callable[..., Program]
FORBIDDEN = [("403", "/data", "permission_denied")]
CONFLICT = [("409", "/data", "conflict")]
NOT_FOUND = [("404", None, "not_found")]


def members_of(organization: Organization) -> dict[str, str]:
    """List the members with their roles, as they are in the database."""
    db.session.rollback()
    statement = select(User.username, Membership.role).join(Membership.user)
    rows = db.session.execute(statement.where(Membership.organization_id == organization.id))
    return {name: role for name, role in rows}


def ids_of(answer: TestResponse) -> list[str]:
    """List the ids of a collection."""
    return [each["id"] for each in answer.json["data"]]


def invitation(town: Town, user: User, **attributes: str) -> dict[str, object]:
    """Write the membership that Como posts: without a role."""
    links = {"organization": ("Organization", town.cafe.id), "user": ("User", user.id)}
    return document("Membership", links=links, **attributes)


def test_owner_adds_an_inspector_whom_she_found_by_the_whole_address(
    town: Town, program_of: ProgramOf
) -> None:
    call = program_of(town.alice)
    found = ids_of(call("GET", "users?filter[search]=charlie@example.org"))
    assert found == [str(town.charlie.id)]
    answer = call("POST", "memberships/", invitation(town, town.charlie))
    assert answer.status_code == 201
    assert answer.json["data"]["attributes"] == {
        "user_name": "charlie",
        "organization_name": "Café Morgenrot",
        "role": "I",
    }
    assert members_of(town.cafe) == {"alice": "O", "bob": "I", "charlie": "I"}
    assert program_of(town.charlie)("GET", f"rooms/{town.room.id}/").status_code == 200


def test_owner_may_add_another_owner(town: Town, program_of: ProgramOf) -> None:
    answer = program_of(town.alice)("POST", "memberships/", invitation(town, town.ada, role="O"))
    assert answer.json["data"]["attributes"]["role"] == "O"
    assert members_of(town.cafe)["ada"] == "O"


def test_only_owners_add_members(town: Town, program_of: ProgramOf) -> None:
    for who in (town.bob, town.charlie, town.ada):
        answer = program_of(who)("POST", "memberships/", invitation(town, town.charlie, role="O"))
        assert problems(answer) == FORBIDDEN, who.username
    answer = program_of(None)("POST", "memberships/", invitation(town, town.charlie))
    assert problems(answer) == [("401", "/data", "not_authenticated")]
    assert members_of(town.cafe) == {"alice": "O", "bob": "I"}


def test_nobody_is_a_member_twice(town: Town, program_of: ProgramOf) -> None:
    answer = program_of(town.alice)("POST", "memberships/", invitation(town, town.bob, role="O"))
    assert problems(answer) == [("400", "/data/attributes/non_field_errors", "unique")]
    assert members_of(town.cafe) == {"alice": "O", "bob": "I"}


def test_unknown_and_disabled_people_cannot_be_added(town: Town, program_of: ProgramOf) -> None:
    town.ada.is_active = False
    call, path = program_of(town.alice), f"organizations/{town.cafe.id}/relationships/users/"
    for row_id in (town.ada.id, 999_999):
        links = {"organization": ("Organization", town.cafe.id), "user": ("User", row_id)}
        answer = call("POST", "memberships/", document("Membership", links=links))
        expected = [("400", "/data/relationships/user", "does_not_exist")]
        assert problems(answer) == expected, row_id
        answer = call("POST", path, {"data": [identifier("User", row_id)]})
        assert problems(answer) == [("400", "/data", "does_not_exist")], row_id
    assert ids_of(call("GET", "users?filter[search]=ada@example.org")) == []
    assert members_of(town.cafe) == {"alice": "O", "bob": "I"}


def test_owner_changes_roles_and_inspectors_do_not(town: Town, program_of: ProgramOf) -> None:
    row_id = membership_of(town.bob, town.cafe).id
    path, promotion = f"memberships/{row_id}/", document("Membership", row_id, role="O")
    assert problems(program_of(town.bob)("PATCH", path, promotion)) == FORBIDDEN
    assert problems(program_of(town.charlie)("PATCH", path, promotion)) == NOT_FOUND
    assert members_of(town.cafe) == {"alice": "O", "bob": "I"}
    answer = program_of(town.alice)("PATCH", path, promotion)
    assert answer.json["data"]["attributes"]["role"] == "O"
    assert set(answer.json["data"]["relationships"]) == {"organization", "user"}
    assert members_of(town.cafe) == {"alice": "O", "bob": "O"}


def test_membership_never_becomes_another_ones(town: Town, program_of: ProgramOf) -> None:
    row_id, path = membership_of(town.bob, town.cafe).id, "memberships/{}/"
    for name, linked in {
        "organization": ("Organization", town.clinic.id),
        "user": ("User", town.charlie.id),
    }.items():
        moved = document("Membership", row_id, links={name: linked}, role="O")
        answer = program_of(town.alice)("PATCH", path.format(row_id), moved)
        assert problems(answer) == [("400", f"/data/relationships/{name}", "invalid")]
    same = {"organization": ("Organization", town.cafe.id), "user": ("User", town.bob.id)}
    kept = document("Membership", row_id, links=same, role="I")
    assert program_of(town.alice)("PATCH", path.format(row_id), kept).status_code == 200
    assert members_of(town.cafe) == {"alice": "O", "bob": "I"}
    assert members_of(town.clinic) == {"charlie": "O"}


def test_inspector_may_leave_and_removes_nobody_else(town: Town, program_of: ProgramOf) -> None:
    call = program_of(town.bob)
    alices = membership_of(town.alice, town.cafe).id
    bobs = membership_of(town.bob, town.cafe).id
    charlies = membership_of(town.charlie, town.clinic).id
    assert problems(call("DELETE", f"memberships/{alices}")) == FORBIDDEN
    assert problems(call("DELETE", f"memberships/{charlies}")) == NOT_FOUND
    assert call("DELETE", f"memberships/{bobs}").status_code == 204
    assert members_of(town.cafe) == {"alice": "O"}
    assert problems(call("GET", f"nodes/{town.node.uuid}/")) == NOT_FOUND


def test_owner_removes_an_inspector(town: Town, program_of: ProgramOf) -> None:
    bobs = membership_of(town.bob, town.cafe).id
    assert program_of(town.alice)("DELETE", f"memberships/{bobs}/").status_code == 204
    assert members_of(town.cafe) == {"alice": "O"}


def test_last_owner_stays_one(town: Town, program_of: ProgramOf) -> None:
    call, row_id = program_of(town.alice), membership_of(town.alice, town.cafe).id
    linkage = {"data": [identifier("User", town.alice.id)]}
    members = f"organizations/{town.cafe.id}/relationships/users/"
    attempts = [
        ("DELETE", f"memberships/{row_id}", None),
        ("PATCH", f"memberships/{row_id}/", document("Membership", row_id, role="I")),
        ("DELETE", members, linkage),
        ("DELETE", members, {"data": [*linkage["data"], identifier("User", town.bob.id)]}),
    ]
    for method, path, body in attempts:
        assert problems(call(method, path, body)) == CONFLICT, (method, path)
        assert members_of(town.cafe) == {"alice": "O", "bob": "I"}, (method, path)
    join(town.ada, town.cafe)
    assert call(*attempts[1]).status_code == 200
    assert members_of(town.cafe) == {"alice": "I", "ada": "O", "bob": "I"}


def test_linkage_of_members_gains_and_loses_users(town: Town, program_of: ProgramOf) -> None:
    call, path = program_of(town.alice), f"organizations/{town.cafe.id}/relationships/users/"
    charlie, bob = identifier("User", town.charlie.id), identifier("User", town.bob.id)
    answer = call("POST", path, {"data": [charlie, bob, charlie]})
    assert answer.status_code == 200
    assert answer.json == {
        "data": [identifier("User", town.alice.id), bob, charlie],
        "links": {"self": f"http://localhost/api/v1/{path}"},
    }
    assert members_of(town.cafe) == {"alice": "O", "bob": "I", "charlie": "I"}
    for method, body in (
        ("POST", {"data": [charlie]}),
        ("POST", {"data": []}),
        ("DELETE", {"data": [identifier("User", town.ada.id)]}),
    ):
        assert (call(method, path, body).status_code, call(method, path, body).data) == (204, b"")
    answer = call("DELETE", path, {"data": [charlie, bob]})
    assert answer.json["data"] == [identifier("User", town.alice.id)]
    assert members_of(town.cafe) == {"alice": "O"}


def test_linkage_is_for_members_to_read_and_owners_to_change(
    town: Town, program_of: ProgramOf
) -> None:
    path = f"organizations/{town.cafe.id}/relationships/users/"
    body = {"data": [identifier("User", town.charlie.id)]}
    assert program_of(town.bob)("GET", path).status_code == 200
    for method in ("POST", "DELETE"):
        assert problems(program_of(town.bob)(method, path, body)) == FORBIDDEN
        # The organization is public, its list of members is not theirs to change.
        assert problems(program_of(town.charlie)(method, path, body)) == FORBIDDEN
        assert program_of(None)(method, path, body).status_code == 401
    assert members_of(town.cafe) == {"alice": "O", "bob": "I"}


@pytest.mark.parametrize("name", ["bob", "alice"])
def test_members_learn_names_and_address_of_fellows(
    town: Town, program_of: ProgramOf, name: str
) -> None:
    fellow = getattr(town, name)
    fellow.first_name, fellow.last_name = "Roberta", "Ruß"
    call = program_of(town.alice if name == "bob" else town.bob)
    assert call("GET", f"users/{fellow.id}").json["data"]["attributes"] == {
        "username": name,
        "email": f"{name}@example.org",
        "first_name": "Roberta",
        "last_name": "Ruß",
    }
    assert problems(call("GET", f"users/{town.charlie.id}/")) == NOT_FOUND


def test_fellows_learn_only_of_what_they_share(town: Town, program_of: ProgramOf) -> None:
    join(town.bob, town.clinic)
    call, base = program_of(town.alice), f"users/{town.bob.id}/"
    memberships = call("GET", f"{base}memberships").json["data"]
    shared = [each["attributes"]["organization_name"] for each in memberships]
    assert shared == ["Café Morgenrot"]
    organizations = [each["id"] for each in call("GET", f"{base}organizations/").json["data"]]
    assert organizations == [str(town.cafe.id)]
    linked = call("GET", f"{base}relationships/organizations/").json["data"]
    assert linked == [identifier("Organization", town.cafe.id)]
    own = program_of(town.bob)("GET", f"{base}memberships").json
    assert {each["attributes"]["organization_name"] for each in own["data"]} == {
        "Café Morgenrot",
        "Praxis nebenan",
    }
    assert set(own) == {"data"}


def test_a_full_address_finds_one_person(town: Town, program_of: ProgramOf) -> None:
    joanna, anna = add_user("joanna"), add_user("anna")
    join(joanna, town.cafe)
    join(anna, town.cafe)
    call = program_of(town.alice)
    assert ids_of(call("GET", "users?filter[search]=anna@example.org")) == [str(anna.id)]
    assert len(ids_of(call("GET", "users?filter[search]=anna"))) == 2
