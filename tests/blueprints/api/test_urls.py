"""Every address of the contract is there with its methods, with and without its last slash, and no other."""

from collections.abc import Callable
from typing import Any

import pytest

from clair.blueprints.errors import JSONAPI
from clair.extensions import db
from clair.models import Quantity, User

from blueprints.api.speaking import Program, document, problems
from blueprints.api.town import Town, membership_of
from conftest import Browser

ProgramOf = Callable[..., Program]
READ, CREATE, CHANGE = {"GET"}, {"GET", "POST"}, {"GET", "PATCH", "DELETE"}
METHODS = {
    "": READ,
    "organizations/": CREATE,
    "organizations/{organization}/": CHANGE,
    "memberships/": CREATE,
    "memberships/{membership}/": CHANGE,
    "users/": READ,
    "users/{user}/": READ,
    "sites/": CREATE,
    "sites/{site}/": CHANGE,
    "addresses/": CREATE,
    "addresses/{address}/": CHANGE,
    "rooms/": CREATE,
    "rooms/{room}/": CHANGE,
    "installations/": CREATE,
    "installations/{installation}/": CHANGE | {"PUT"},
    "installations/{installation}/image/": {"PUT"},
    "nodes/": CREATE,
    "nodes/{node}/": CHANGE,
    "protocols/": CREATE,
    "protocols/{protocol}/": CHANGE,
    "models/": CREATE,
    "models/{model}/": CHANGE,
    "quantities/": CREATE,
    "quantities/{quantity}/": CHANGE,
    "fidelity/": READ,
    "fidelity/{node}/": READ,
    "node-timeseries/": READ,
    "node-timeseries/{node}/": READ,
    "installation-timeseries/": READ,
    "installation-timeseries/{installation}/": READ,
    "organizations/{organization}/users/": READ,
    "organizations/{organization}/memberships/": READ,
    "organizations/{organization}/nodes/": READ,
    "organizations/{organization}/sites/": READ,
    "organizations/{organization}/relationships/users/": {"GET", "POST", "DELETE"},
    "users/{user}/organizations/": READ,
    "users/{user}/memberships/": READ,
    "users/{user}/relationships/organizations/": READ,
    "memberships/{membership}/user/": READ,
    "memberships/{membership}/organization/": READ,
    "sites/{site}/organization/": READ,
    "sites/{site}/operator/": READ,
    "sites/{site}/address/": READ,
    "sites/{site}/rooms/": READ,
    "rooms/{room}/site/": READ,
    "rooms/{room}/installations/": READ,
    "installations/{installation}/room/": READ,
    "installations/{installation}/node/": READ,
    "installations/{installation}/timeseries/": READ,
    "nodes/{node}/timeseries/": READ,
    "nodes/{node}/protocol/": READ,
    "nodes/{node}/model/": READ,
    "nodes/{node}/owner/": READ,
    "nodes/{node}/installations/": READ,
}
RESULTS = {
    "organizations/{organization}/users/": ["User", "User"],
    "organizations/{organization}/memberships/": ["Membership", "Membership"],
    "organizations/{organization}/nodes/": ["Node", "Node"],
    "organizations/{organization}/sites/": ["Site"],
    "users/{user}/organizations/": ["Organization"],
    "users/{user}/memberships/": ["Membership"],
    "users/{user}/relationships/organizations/": ["Organization"],
    "organizations/{organization}/relationships/users/": ["User", "User"],
    "sites/{site}/rooms/": ["Room", "Room"],
    "rooms/{room}/installations/": ["Installation"],
    "nodes/{node}/installations/": ["Installation"],
    "memberships/{membership}/user/": "User",
    "memberships/{membership}/organization/": "Organization",
    "sites/{site}/organization/": "Organization",
    "sites/{site}/operator/": "Organization",
    "sites/{site}/address/": "Address",
    "rooms/{room}/site/": "Site",
    "installations/{installation}/room/": "Room",
    "installations/{installation}/node/": "Node",
    "installations/{installation}/timeseries/": "Installation-Timeseries",
    "nodes/{node}/timeseries/": "Node-Timeseries",
    "nodes/{node}/protocol/": "Protocol",
    "nodes/{node}/model/": "Model",
    "nodes/{node}/owner/": "Organization",
}
PLAIN = ("users/{user}/organizations/", "users/{user}/memberships/", "nodes/{node}/installations/")
"""The lists that have no pages."""


@pytest.fixture
def ids(town: Town) -> dict[str, object]:
    """What stands in the addresses for the café's things."""
    quantity = Quantity(quantity="CO2", base_unit="PPM")
    db.session.add(quantity)
    db.session.commit()
    return {
        "organization": town.cafe.id,
        "membership": membership_of(town.alice, town.cafe).id,
        "user": town.alice.id,
        "site": town.site.id,
        "address": town.site.address_id,
        "room": town.room.id,
        "installation": town.installation.id,
        "node": town.node.uuid,
        "protocol": town.node.protocol_id,
        "model": town.node.model_id,
        "quantity": quantity.id,
    }


def test_every_address_offers_its_methods_and_no_other(
    town: Town, ids: dict[str, object], program_of: ProgramOf
) -> None:
    call = program_of(town.alice)
    for template, methods in METHODS.items():
        allowed = call("OPTIONS", template.format(**ids)).allow
        assert set(allowed) - {"HEAD", "OPTIONS"} == methods, template
        for method in {"GET", "POST", "PUT", "PATCH", "DELETE"} - methods:
            answer = call(method, template.format(**ids), document("Room"))
            assert problems(answer) == [("405", "/data", "method_not_allowed")], template
            assert set(answer.allow) - {"HEAD", "OPTIONS"} == methods, template


def test_every_address_answers_with_and_without_its_last_slash(
    town: Town, ids: dict[str, object], program_of: ProgramOf
) -> None:
    call = program_of(town.alice)
    for template, methods in METHODS.items():
        path = template.format(**ids)
        if "GET" not in methods or not path:
            continue
        with_slash, without = call("GET", path), call("GET", path.rstrip("/"))
        assert (with_slash.status_code, without.status_code) == (200, 200), path
        assert with_slash.content_type == without.content_type == JSONAPI
        if "timeseries" not in path:
            assert steady(with_slash.json) == steady(without.json), path


def steady(part: Any) -> Any:
    """Leave out the instants of a document at which it was asked for."""
    if isinstance(part, list):
        return [steady(each) for each in part]
    if not isinstance(part, dict):
        return part
    passing = ("query_timestamp_s", "last_check_s", "to_timestamp_s")
    return {name: steady(each) for name, each in part.items() if name not in passing}


def test_head_is_a_get_without_its_body(
    town: Town, ids: dict[str, object], program_of: ProgramOf
) -> None:
    call = program_of(town.alice)
    for path in ("sites/", f"rooms/{ids['room']}/", f"nodes/{ids['node']}/installations/"):
        head = call("HEAD", path)
        assert (head.status_code, head.content_type, head.data) == (200, JSONAPI, b"")
        assert head.content_length == len(call("GET", path).data)


def test_every_related_address_leads_to_what_the_contract_says(
    town: Town, ids: dict[str, object], program_of: ProgramOf
) -> None:
    call = program_of(town.alice)
    for template, types in RESULTS.items():
        answer = call("GET", template.format(**ids)).json
        data = answer["data"]
        found = [each["type"] for each in data] if isinstance(data, list) else data["type"]
        assert found == types, template
        is_paged = isinstance(data, list) and "relationships" not in template
        assert ("meta" in answer) == (is_paged and template not in PLAIN), template
        assert ("first" in answer.get("links", {})) == ("meta" in answer), template


def test_lists_behind_something_unknown_or_hidden_are_empty(
    town: Town, program_of: ProgramOf
) -> None:
    paths = [
        "sites/999999999/rooms/",
        "rooms/999999999/installations/",
        f"sites/{town.house.id}/rooms/",
        f"rooms/{town.ward.id}/installations/",
        f"organizations/{town.clinic.id}/users/",
        f"organizations/{town.clinic.id}/memberships/",
        f"organizations/{town.clinic.id}/nodes/",
        f"organizations/{town.clinic.id}/sites/",
    ]
    call = program_of(town.alice)
    for path in paths:
        answer = call("GET", path)
        assert (answer.status_code, answer.json["data"]) == (200, []), path


UNKNOWN = [
    "nowhere/",
    "rooms/{room}/nowhere/",
    "rooms/{room}/site/operator/",
    "rooms/{room}/relationships/site/",
    "organizations/{organization}/relationships/nodes/",
    "organizations/{organization}/relationships/sites/",
    "organizations/{organization}/relationships/memberships/",
    "users/{user}/relationships/auth_token/",
    "users/{user}/relationships/memberships/",
    "users/{user}/relationships/password/",
    "models/{model}/quantities/",
    "nodes/{node}/fidelity/",
    "fidelity/{node}/node/",
    "auth/registration/",
    "auth/registration/verify-email/",
    "auth/token/verify/",
    "auth/token/refresh/",
]


def test_unknown_addresses_are_not_found_in_the_words_of_the_api(
    town: Town, ids: dict[str, object], program_of: ProgramOf
) -> None:
    call = program_of(town.alice)
    for path in (template.format(**ids) for template in UNKNOWN):
        for method in ("GET", "POST", "PATCH", "DELETE"):
            answer = call(method, path)
            assert problems(answer) == [("404", "/data", "not_found")], path


NO_IDS = ("x", "0", "-1", "1.5", "١", "%00", "9" * 10, "9" * 400)
WITH_IDS = (
    "organizations/{}/",
    "installations/{}/",
    "nodes/{}/",
    "fidelity/{}/",
    "organizations/{}/users/",
    "organizations/{}/relationships/users/",
    "users/{}/memberships/",
    "sites/{}/rooms/",
    "sites/{}/address/",
    "rooms/{}/installations/",
    "installations/{}/node/",
    "nodes/{}/installations/",
    "nodes/{}/timeseries/",
    "installation-timeseries/{}/",
)


def test_what_is_no_id_names_nothing(town: Town, program_of: ProgramOf) -> None:
    call = program_of(town.alice)
    for path in (template.format(given) for template in WITH_IDS for given in NO_IDS):
        answer = call("GET", path)
        if answer.status_code == 200:
            # A list that belongs to nothing is empty.
            assert ("/0/" in path, answer.json["data"]) == (True, []), path
        else:
            assert problems(answer) == [("404", None, "not_found")], path


def test_there_is_nothing_beside_the_api(town: Town, client_of: Callable[[User], Browser]) -> None:
    client = client_of(town.alice)
    for path in ("/api/", "/api", "/api/v2/", "/api/v1/%2e%2e/", "/api/v1.json"):
        answer = client.get(path)
        assert answer.status_code == 404, path
