"""Addresses have no owner: their creator sees them first, then whoever has a site there."""

from collections.abc import Callable
from typing import Any

from blueprints.api.speaking import Program, document, problems
from blueprints.api.town import Town, join

ProgramOf = Callable[..., Program]
NOT_FOUND = [("404", None, "not_found")]
FORBIDDEN = [("403", "/data", "permission_denied")]
DRAFT = document("Address", street1="Weg 1", zip="10115", city="Berlin", latitude=52.5)


def site_draft(town: Town, address_id: object) -> dict[str, Any]:
    """Write a site of the café."""
    links = {"address": ("Address", address_id), "operator": ("Organization", town.cafe.id)}
    return document("Site", links=links, name="Neubau")


def test_new_address_is_its_creators_until_a_site_is_there(
    town: Town, program_of: ProgramOf
) -> None:
    alice, bob = program_of(town.alice), program_of(town.bob)
    row_id = alice("POST", "addresses/", DRAFT).json["data"]["id"]
    path = f"addresses/{row_id}/"
    assert alice("GET", path).json["data"]["attributes"]["latitude"] == "52.500000"
    assert problems(bob("GET", path)) == NOT_FOUND
    changed = document("Address", row_id, street2="Hof")
    assert alice("PATCH", path, changed).status_code == 200
    assert problems(bob("PATCH", path, changed)) == NOT_FOUND
    assert alice("POST", "sites/", site_draft(town, row_id)).status_code == 201
    assert bob("GET", path).status_code == 200
    assert problems(bob("PATCH", path, changed)) == FORBIDDEN


def test_unused_address_can_be_deleted_and_a_used_one_goes_with_its_last_site(
    town: Town, program_of: ProgramOf
) -> None:
    call = program_of(town.alice)
    first, second = (call("POST", "addresses/", DRAFT).json["data"]["id"] for _ in range(2))
    assert call("DELETE", f"addresses/{first}/").status_code == 204
    site = call("POST", "sites/", site_draft(town, second)).json["data"]["id"]
    assert problems(call("DELETE", f"addresses/{second}/")) == [("409", "/data", "conflict")]
    assert call("DELETE", f"sites/{site}/").status_code == 204
    assert problems(call("GET", f"addresses/{second}/")) == NOT_FOUND


def test_foreign_address_cannot_be_taken_nor_changed(town: Town, program_of: ProgramOf) -> None:
    call, foreign = program_of(town.alice), town.house.address_id
    refused = [("400", "/data/relationships/address", "does_not_exist")]
    assert problems(call("POST", "sites/", site_draft(town, foreign))) == refused
    moved = document("Site", town.site.id, links={"address": ("Address", foreign)})
    assert problems(call("PATCH", f"sites/{town.site.id}/", moved)) == refused
    join(town.alice, town.clinic)
    # Whoever owns both sites may change the address of both.
    assert call("PATCH", f"sites/{town.site.id}/", moved).status_code == 200
    changed = document("Address", foreign, street2="Hof")
    assert call("PATCH", f"addresses/{foreign}/", changed).status_code == 200
    answer = program_of(town.charlie)("PATCH", f"addresses/{foreign}/", changed)
    assert problems(answer) == FORBIDDEN


def test_address_of_a_public_site_is_shown_with_the_site_alone(
    town: Town, program_of: ProgramOf
) -> None:
    nobody, stranger = program_of(None), program_of(town.charlie)
    row_id = town.site.address_id
    for call in (nobody, stranger):
        assert call("GET", f"sites/{town.site.id}/address/").json["data"]["id"] == str(row_id)
        assert call("GET", f"sites/{town.site.id}/").json["included"][0]["id"] == str(row_id)
    assert nobody("GET", f"addresses/{row_id}/").status_code == 401
    assert problems(stranger("GET", f"addresses/{row_id}/")) == NOT_FOUND
