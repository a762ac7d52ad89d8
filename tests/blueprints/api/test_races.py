"""Two requests at once: the second gets the answer that it would have got a moment later."""

from collections.abc import Callable
from functools import partial
from threading import Thread
from typing import Any

import pytest
from werkzeug.test import TestResponse

from clair import inventory
from clair.access import SYSTEM
from clair.extensions import db
from clair.identity import node_uuid
from clair.models import Address, Quantity

from blueprints.api.speaking import Program, document, identifier, problems
from blueprints.api.town import END_S, Town, join, membership_of

ProgramOf = Callable[..., Program]
Race = Callable[..., list[tuple[str, str | None, str]]]
EUI = "02AA00000000C00F"
NOT_FOUND = [("404", None, "not_found")]
DONE = [("204", None, "")]


@pytest.fixture
def race(town: Town, program_of: ProgramOf) -> Race:
    """Let Alice send a request while the test has changed something, but not yet committed it."""
    town.alice.is_admin = True
    call = program_of(town.alice)

    def run(
        change: Callable[[], object], method: str, path: str, body: object = None
    ) -> list[tuple[str, str | None, str]]:
        answers: list[TestResponse] = []
        db.session.commit()
        change()
        db.session.flush()
        thread = Thread(target=lambda: answers.append(call(method, path, body)))
        thread.start()
        thread.join(0.3)
        assert answers == [], "the request waits for the change"
        db.session.commit()
        thread.join(20)
        assert answers, "the request was answered"
        answer = answers[0]
        return problems(answer) if answer.data else [(str(answer.status_code), None, "")]

    return run


def error(name: str, code: str) -> list[tuple[str, str | None, str]]:
    """Write the error of an attribute or, with a leading @, of a relationship."""
    kind = "relationships" if name.startswith("@") else "attributes"
    return [("400", f"/data/{kind}/{name.removeprefix('@')}", code)]


def node_draft(town: Town, uuid: object, eui64: str) -> dict[str, Any]:
    """Write a node of the café."""
    kind = {"protocol": ("Protocol", town.node.protocol_id), "model": ("Model", town.node.model_id)}
    links = kind | {"owner": ("Organization", town.cafe.id)}
    return document("Node", uuid, links=links, eui64=eui64, alias="Fee")


def test_of_two_with_the_same_name_one_is_refused(town: Town, race: Race) -> None:
    site = {"site": ("Site", town.site.id)}
    place = {"address": ("Address", town.site.address_id)}
    place["operator"] = ("Organization", town.cafe.id)
    address = Address(street1="Weg 1", zip="10115", city="Berlin")
    room = document("Room", links=site, name="Büro")
    house = document("Site", links=place, name="Neubau")
    quantity = document("Quantity", quantity="Licht", base_unit="lx")
    unique = error("name", "unique")
    assert (
        race(lambda: inventory.add_room(SYSTEM, town.site, "Büro"), "POST", "rooms/", room)
        == unique
    )
    assert (
        race(
            lambda: inventory.add_site(SYSTEM, town.cafe, "Neubau", address),
            "POST",
            "sites/",
            house,
        )
        == unique
    )
    renamed = document("Room", town.room.id, name="Keller")
    change = partial(inventory.add_room, SYSTEM, town.site, "Keller")
    assert race(change, "PATCH", f"rooms/{town.room.id}/", renamed) == unique
    kiosk = document("Organization", name="Kiosk")
    change = partial(inventory.create_organization, SYSTEM, "Kiosk", town.ada)
    assert race(change, "POST", "organizations/", kiosk) == unique
    change = partial(db.session.add, Quantity(quantity="Licht", base_unit="lx"))
    assert race(change, "POST", "quantities/", quantity) == error("quantity", "unique")


def test_of_two_members_of_the_same_name_one_is_refused(town: Town, race: Race) -> None:
    links = {"organization": ("Organization", town.cafe.id), "user": ("User", town.ada.id)}
    draft = document("Membership", links=links)
    change = partial(inventory.add_member, SYSTEM, town.cafe, town.ada, "I")
    assert race(change, "POST", "memberships/", draft) == error("non_field_errors", "unique")


def test_of_two_registrations_of_a_node_one_is_refused(town: Town, race: Race) -> None:
    change = partial(inventory.register_node, SYSTEM, town.cafe, EUI, "ers", "Fee")
    draft = node_draft(town, node_uuid("ers", "02AA00000000C00E"), EUI.lower())
    assert race(change, "POST", "nodes/", draft) == error("eui64", "unique")
    other = "02AA00000000C00D"
    change = partial(inventory.register_node, SYSTEM, town.cafe, other, "ers", "Fee")
    draft = node_draft(town, node_uuid("ers", other), "02AA00000000C00C")
    assert race(change, "POST", "nodes/", draft) == error("id", "unique")


def test_of_two_overlapping_installations_one_is_refused(town: Town, race: Race) -> None:
    links = {"room": ("Room", town.room.id), "node": ("Node", town.window.uuid)}
    for at_s, refused in (
        (END_S, error("from_timestamp_s", "unique")),
        (END_S + 5, error("non_field_errors", "invalid")),
    ):
        draft = document("Installation", links=links, from_timestamp_s=at_s)
        change = partial(inventory.install_node, SYSTEM, town.window, town.terrace, END_S)
        assert race(change, "POST", "installations/", draft) == refused
        newest = max(db.session.query(type(town.shown)), key=lambda each: each.id)
        inventory.delete_installation(SYSTEM, newest)


def test_what_goes_meanwhile_cannot_be_referred_to(town: Town, race: Race) -> None:
    spare = inventory.add_site(
        SYSTEM, town.cafe, "Neubau", Address(street1="Weg", zip="1", city="B")
    )
    draft = document("Room", links={"site": ("Site", spare.id)}, name="Büro")
    gone = error("@site", "does_not_exist")
    assert race(lambda: inventory.delete_site(SYSTEM, spare), "POST", "rooms/", draft) == gone


def test_what_goes_meanwhile_is_not_found(town: Town, race: Race) -> None:
    for method, answers in (("PATCH", [NOT_FOUND]), ("DELETE", [NOT_FOUND, DONE])):
        room = inventory.add_room(SYSTEM, town.site, "Büro")
        path, body = f"rooms/{room.id}/", document("Room", room.id, name="Kontor")
        change = partial(inventory.delete_room, SYSTEM, room)
        assert race(change, method, path, body) in answers, method


def test_last_two_owners_do_not_both_leave(town: Town, race: Race) -> None:
    bobs = join(town.bob, town.cafe)
    own = membership_of(town.alice, town.cafe).id
    conflict = [("409", "/data", "conflict")]
    change = partial(inventory.delete_membership, SYSTEM, bobs)
    assert race(change, "DELETE", f"memberships/{own}") == conflict


def test_member_is_added_once_by_two_lists(town: Town, race: Race) -> None:
    path = f"organizations/{town.cafe.id}/relationships/users/"
    body = {"data": [identifier("User", town.ada.id)]}
    change = partial(inventory.add_members, SYSTEM, town.cafe, [town.ada])
    answer = race(change, "POST", path, body)
    assert answer in (DONE, error("non_field_errors", "unique"))
