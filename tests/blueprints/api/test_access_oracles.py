"""What is hidden does not show in what can be asked about it: filters, searches, orders, counts."""

from collections.abc import Callable
from typing import Any

import pytest
from werkzeug.test import TestResponse

from clair.blueprints.api.resources import RESOURCES
from clair.extensions import db

from blueprints.api.attacking import Stage, keys, nothing_changes, set_stage
from blueprints.api.speaking import Program, document, problems
from blueprints.api.town import join
from conftest import World

OUTSIDE = ("nobody", "stranger", "administrator")
MISSING = {"nodes": "00000000-0000-0000-0000-00000000dead"}
MISSING |= dict.fromkeys(("fidelity", "node-timeseries"), MISSING["nodes"])
TERMS = {
    "sites": "Kastanienallee",
    "rooms": "Gastraum",
    "nodes": "02AA00000000C001",
    "users": "alice@example.or",
}
FILTERS = {
    "users": ["organization"],
    "memberships": ["organization", "user", "username"],
    "sites": ["organization"],
    "rooms": ["site", "organization"],
    "installations": ["organization", "site", "room", "node"],
    "nodes": ["organization"],
}


@pytest.fixture
def stage(world: World, program_of: Callable[..., Program]) -> Stage:
    """The town, whose café shows nothing."""
    return set_stage(world, program_of, is_public=False)


def bare(response: TestResponse) -> tuple[int, dict[str, Any]]:
    """Read an answer without the links, in which the question stands."""
    document = response.json if response.data else {}
    return response.status_code, {name: document[name] for name in document if name != "links"}


def ids(response: TestResponse) -> list[str]:
    """List which rows an answer shows."""
    return [each["id"] for each in response.json["data"]]


def asked_of(call: Program, method: str, resource: Any, key: object) -> dict[str, Any]:
    """Ask for a row and for all that belongs to it, or try to change it."""
    tails = ["", *(f"{name}/" for name in resource.relations), "relationships/users/"]
    body = None if method == "GET" else document(resource.type, key)
    return {tail: bare(call(method, f"{resource.path}/{key}/{tail}", body)) for tail in tails}


@pytest.mark.parametrize("who", OUTSIDE)
def test_hidden_row_is_not_told_from_a_missing_one(who: str, stage: Stage) -> None:
    call, named = stage.programs[who], keys(stage)
    hidden = [each for each in RESOURCES if each.path not in ("protocols", "models", "quantities")]
    with nothing_changes():
        for each in hidden:
            missing = MISSING.get(each.path, 999_999)
            for method in ("GET", "PATCH", "DELETE", "PUT"):
                found = asked_of(call, method, each, named[each.path])
                assert found == asked_of(call, method, each, missing), (method, each.path)


@pytest.mark.parametrize("who", OUTSIDE)
def test_filter_by_something_hidden_finds_what_a_missing_one_finds(who: str, stage: Stage) -> None:
    call, town = stage.programs[who], stage.town
    hidden = {
        "organization": town.cafe.id,
        "site": town.site.id,
        "room": town.terrace.id,
        "node": town.window.uuid,
        "user": town.alice.id,
        "username": "alice",
    }
    missing = {"node": MISSING["nodes"], "username": "nobody"}
    for path, names in FILTERS.items():
        for name in names:
            asked = [
                bare(call("GET", f"{path}/?filter[{name}]={value}"))
                for value in (hidden[name], missing.get(name, 999_999))
            ]
            assert asked[0] == asked[1], (path, name)


@pytest.mark.parametrize("who", OUTSIDE)
def test_search_finds_nothing_that_is_hidden(who: str, stage: Stage) -> None:
    nothing = {"page": 1, "pages": 1, "count": 0}
    for path, term in TERMS.items():
        response = stage.programs[who]("GET", f"{path}/?filter[search]={term}&page[size]=1")
        if response.status_code != 401:
            assert response.json["data"] == [], path
            assert response.json["meta"]["pagination"] == nothing, path
            assert response.json["links"]["next"] is None, path


@pytest.mark.parametrize("who", OUTSIDE)
def test_counts_and_pages_say_nothing_of_what_is_hidden(who: str, stage: Stage) -> None:
    call = stage.programs[who]
    for each in RESOURCES:
        everything = call("GET", f"{each.path}/")
        if everything.status_code == 401:
            continue
        seen = len(everything.json["data"])
        assert everything.json["meta"]["pagination"]["count"] == seen, each.path
        first = call("GET", f"{each.path}/?page[size]=1")
        assert first.json["meta"]["pagination"]["count"] == seen, each.path
        beyond = call("GET", f"{each.path}/?page[size]=1&page[number]={max(seen, 1) + 1}")
        assert beyond.status_code == 404, each.path


def columns_of(resource: Any) -> set[str]:
    """List the columns of a table, whether the wire shows them or not."""
    return {column.key for column in resource.model.__mapper__.column_attrs}


def test_nothing_is_sorted_by_what_lists_do_not_show(stage: Stage) -> None:
    call = stage.programs["owner"]
    beyond = {"users.email", "owner.name", "user.password_hash", "operator.users"}
    for resource in RESOURCES:
        listed = call("GET", f"{resource.path}/").json["data"]
        assert listed
        shown = {"id"} | {name for row in listed for name in row["attributes"]}
        for name in sorted((columns_of(resource) | beyond) - shown):
            for direction in ("", "-"):
                response = call("GET", f"{resource.path}/?sort={direction}{name}")
                assert [each[0] for each in problems(response)] == ["400"], (resource.path, name)


def test_filters_that_nobody_offers_have_no_effect(stage: Stage) -> None:
    call = stage.programs["stranger"]
    beyond = {"users", "email", "user.email", "owner__name", "is_admin"}
    for resource in RESOURCES:
        everything = ids(call("GET", f"{resource.path}/"))
        for name in sorted((columns_of(resource) | beyond) - set(resource.filters)):
            response = call("GET", f"{resource.path}/?filter[{name}]=x")
            assert ids(response) == everything, (resource.path, name)


def test_organization_of_others_is_no_filter_for_fellows(stage: Stage) -> None:
    town = stage.town
    call = stage.programs["owner"]
    paths = [
        f"users/?filter[organization]={town.clinic.id}",
        f"users/?filter[organization]={town.clinic.id}&filter[search]=bob",
        f"memberships/?filter[organization]={town.clinic.id}",
        f"memberships/?filter[organization]={town.clinic.id}&filter[user]={town.bob.id}",
        f"organizations/{town.clinic.id}/users/",
        f"organizations/{town.clinic.id}/memberships/",
        f"users/{town.bob.id}/organizations/",
        f"users/{town.bob.id}/memberships/",
        f"users/{town.bob.id}/relationships/organizations/",
        f"users/{town.bob.id}/",
    ]
    before = [bare(call("GET", path)) for path in paths]
    join(town.bob, town.clinic)
    assert [bare(call("GET", path)) for path in paths] == before, "Bob is a member there, too"


def test_search_does_not_tell_who_belongs_to_another_organization(stage: Stage) -> None:
    town = stage.town
    call = stage.programs["owner"]
    search = "filter[search]=charlie@example.org"
    member = f"users/?filter[organization]={town.clinic.id}&{search}"
    stranger = f"users/?filter[organization]=999999&{search}"
    assert call("GET", member).json["data"] == call("GET", stranger).json["data"]
    for path in ("users", "memberships"):
        found = call("GET", f"organizations/{town.clinic.id}/{path}/?{search}")
        assert found.json["data"] == []


def test_public_room_tells_nothing_of_the_hidden_ones(stage: Stage) -> None:
    stage.town.shown.is_public = True
    db.session.commit()
    call, town = stage.programs["nobody"], stage.town
    for path in (
        f"rooms/?filter[site]={town.site.id}",
        f"rooms/?filter[organization]={town.cafe.id}",
        f"sites/{town.site.id}/rooms/",
        "rooms/",
    ):
        response = call("GET", f"{path}{'&' if '?' in path else '?'}page[size]=1&sort=-id")
        assert ids(response) == [str(town.terrace.id)], path
        assert response.json["meta"]["pagination"]["count"] == 1
    for path in (f"installations/?filter[site]={town.site.id}", "installations/"):
        assert ids(call("GET", path)) == [str(town.shown.id)]
