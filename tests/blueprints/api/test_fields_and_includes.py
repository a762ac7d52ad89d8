"""What a document shows: fewer fields, and related resources, but nothing that is hidden."""

from collections.abc import Callable
from typing import Any

import pytest

from clair.models import User

from blueprints.api.speaking import Program, problems
from blueprints.api.town import Town, membership_of

ProgramOf = Callable[..., Program]
BAD_PARAMETER = [("400", "/data", "invalid")]
FIELDS = [
    ("Room", "rooms/{room}/", "name,site", {"name"}, {"site"}),
    ("Room", "rooms/{room}/", "max_occupancy", {"max_occupancy"}, set()),
    ("Room", "rooms/{room}/", "", set(), set()),
    ("Room", "rooms/{room}/", "nothing", set(), set()),
    ("Node", "nodes/{node}/", "alias,owner", {"alias"}, {"owner"}),
    ("Node", "nodes/{node}/", "sample_count", {"sample_count"}, set()),
    ("Installation", "installations/{installation}/", "is_public", {"is_public"}, set()),
    ("User", "users/{user}/", "email,memberships", {"email"}, {"memberships"}),
]


def test_only_the_fields_wanted_are_shown(town: Town, program_of: ProgramOf) -> None:
    call = program_of(town.alice)
    ids = {"room": town.room.id, "node": town.node.uuid, "user": town.alice.id}
    ids["installation"] = town.installation.id
    for type_, path, wanted, attributes, relationships in FIELDS:
        for address in (path, path.partition("/")[0] + "/"):
            if address == "users/":
                continue
            data = call("GET", f"{address.format(**ids)}?fields[{type_}]={wanted}").json["data"]
            for each in data if isinstance(data, list) else [data]:
                assert set(each["attributes"]) == attributes, (address, wanted)
                assert set(each.get("relationships", {})) == relationships, (address, wanted)
                assert ("relationships" in each) == bool(relationships), (address, wanted)
                assert set(each) >= {"type", "id", "links"}


def test_fields_are_cut_of_included_resources_too(town: Town, program_of: ProgramOf) -> None:
    call = program_of(town.alice)
    answer = call("GET", "sites/?fields[Address]=city&fields[Unknown]=x&fields[site]=name").json
    assert [each["attributes"] for each in answer["included"]] == [{"city": "Berlin"}]
    assert set(answer["data"][0]["attributes"]) == {"name", "description"}


def test_working_includes_are_those_of_the_contract(town: Town, program_of: ProgramOf) -> None:
    call = program_of(town.alice)
    membership = membership_of(town.alice, town.cafe).id
    for path, types in {
        "sites/": {"Address"},
        "sites/?include=": {"Address"},
        "sites/?include=operator": {"Organization"},
        "sites/?include=address,operator": {"Address", "Organization"},
        "sites/?include=operator.users": {"Organization", "User"},
        f"sites/{town.site.id}/": {"Address"},
        f"organizations/{town.cafe.id}/?include=users": {"User"},
        f"organizations/{town.cafe.id}/sites/": {"Address"},
        f"memberships/{membership}/?include=user,organization": {"User", "Organization"},
        "memberships/?include=organization.users": {"User", "Organization"},
        "installations/?include=node,room": {"Node", "Room"},
        f"installations/{town.installation.id}/?include=node": {"Node"},
        f"rooms/{town.room.id}/site/": {"Address"},
        f"rooms/{town.room.id}/": set(),
        "installations/?include=": set(),
    }.items():
        answer = call("GET", path).json
        assert {each["type"] for each in answer.get("included", [])} == types, path
        assert ("included" in answer) == bool(types), path


def test_included_resources_stand_once_and_without_what_is_computed(
    town: Town, program_of: ProgramOf
) -> None:
    included = program_of(town.alice)("GET", "installations/?include=node,room").json["included"]
    found = [(each["type"], each["id"]) for each in included]
    nodes = [("Node", str(each.uuid)) for each in (town.node, town.window)]
    rooms = [("Room", str(each.id)) for each in (town.room, town.terrace)]
    assert sorted(found) == sorted(nodes + rooms)
    node = next(each for each in included if each["type"] == "Node")
    assert set(node["attributes"]) == {"eui64", "alias", "description"}


@pytest.mark.parametrize("name", ["charlie", None])
def test_include_shows_strangers_nothing_that_is_hidden(
    town: Town, program_of: ProgramOf, name: str | None
) -> None:
    who: User | None = getattr(town, name) if name else None
    call = program_of(who)
    for path, types in {
        f"organizations/{town.cafe.id}/?include=users": set(),
        f"sites/{town.site.id}/?include=operator.users": {"Organization"},
        f"installations/{town.shown.id}/?include=node,room": {"Room"},
    }.items():
        answer = call("GET", path).json
        included: list[dict[str, Any]] = answer.get("included", [])
        assert {each["type"] for each in included} == types, path


def test_other_includes_are_refused(town: Town, program_of: ProgramOf) -> None:
    call = program_of(town.alice)
    for path in (
        "sites/?include=rooms",
        "sites/?include=address,nothing",
        "sites/?include=operator.memberships",
        "sites/?include=Address",
        f"sites/{town.site.id}/?include=address.city",
        "rooms/?include=site",
        f"nodes/{town.node.uuid}/?include=owner",
        "users/?include=organizations",
        "models/?include=quantities",
        "organizations/?include=sites",
        f"sites/{town.site.id}/rooms/?include=site",
    ):
        answer = call("GET", path)
        assert problems(answer) == BAD_PARAMETER, path
        assert answer.json["errors"][0]["source"]["parameter"] == "include", path
