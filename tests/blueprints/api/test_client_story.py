"""What the old clients do, call by call: the Vue application, its widget, the registration script.

They send a JSON body with every GET, leave slashes out as they like, and follow what documents say.
"""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from clair.blueprints.errors import JSONAPI
from clair.extensions import db
from clair.models import User

from blueprints.api import recorded
from blueprints.api.browsing import Scripts
from blueprints.api.speaking import ROOT, document, identifier
from blueprints.api.town import BEGIN_S, END_S, Town
from conftest import NOW_S, PASSWORD, Browser
from measuring import measure

HOUR_S = 3600
ACCEPT = "application/vnd.api+json, application/json, text/plain, */*"
SAMPLE = {
    "id": BEGIN_S + HOUR_S,
    "timestamp_s": BEGIN_S + HOUR_S,
    "co2_ppm": 740,
    "temperature_celsius": "23.0",
    "rel_humidity_percent": 60,
    "measurement_status": "M",
}


class Vue(Scripts):
    """Speaks as jsonapi-vuex does: with its Accept header, and a body with every GET."""

    def __init__(self, app: Flask) -> None:
        super().__init__(app)
        self.browser.environ_base["HTTP_ACCEPT"] = ACCEPT

    def get(self, path: str) -> Any:
        """Get a document."""
        answer = self.browser.get(ROOT + path, data=b"{}", content_type=JSONAPI)
        assert (answer.status_code, answer.content_type) == (200, JSONAPI), path
        return answer.json

    def ids(self, path: str) -> list[str]:
        """Get a collection, and list the ids."""
        return [each["id"] for each in self.get(path)["data"]]

    def write(self, method: str, path: str, body: object, status: int) -> Any:
        """Create or change something, and take the representation into the store."""
        answer = self.call(method, path, body)
        assert answer.status_code == status, answer.json
        data = answer.json["data"]
        assert {"type", "id", "attributes", "links"} <= set(data)
        return data

    def drop(self, path: str) -> None:
        """Delete something."""
        answer = self.call("DELETE", path)
        assert (answer.status_code, answer.data) == (204, b"")


@pytest.fixture
def vue(app: Flask, town: Town) -> Vue:
    """A browser with the Vue application."""
    measure(town.node, [(BEGIN_S + HOUR_S, 740, 23.0, 60), (BEGIN_S + 2 * HOUR_S, 900, 23.0, 60)])
    measure(town.window, [(BEGIN_S + HOUR_S, 740, 23.0, 60)])
    return Vue(app)


def test_nobody_is_sent_to_the_log_in(vue: Vue) -> None:
    answer = vue.browser.get(f"{ROOT}auth/user", data=b"{}", content_type=JSONAPI)
    assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, "Token")


def test_client_walks_from_its_account_to_the_samples(town: Town, vue: Vue) -> None:
    key = vue.log_in().json["data"]["attributes"]["key"]
    assert len(key) == 40
    assert vue.cookie("csrftoken")
    assert vue.cookie("sessionid")
    own = vue.get("auth/user")["data"]["id"]
    assert own == str(town.alice.id)
    user = vue.get(f"users/{own}")["data"]
    assert (
        user["attributes"] | {"username": "alice", "email": "alice@example.org"}
        == user["attributes"]
    )
    membership = vue.get(f"users/{own}/memberships")["data"][0]
    assert membership["attributes"]["role"] == "O"
    cafe = membership["relationships"]["organization"]["data"]["id"]
    assert vue.get(f"organizations/{cafe}/")["data"] == recorded.organization(town)
    assert len(vue.ids(f"organizations/{cafe}/users/")) == 2
    assert len(vue.ids(f"memberships?filter[organization]={cafe}")) == 2
    sites = vue.get(f"sites?filter[organization]={cafe}")
    address = sites["data"][0]["relationships"]["address"]["data"]
    assert [identifier(each["type"], each["id"]) for each in sites["included"]] == [address]
    rooms = vue.get(f"rooms?filter[organization]={cafe}")["data"]
    assert {each["relationships"]["site"]["data"]["id"] for each in rooms} == {
        sites["data"][0]["id"]
    }
    nodes = vue.get(f"nodes?filter[organization]={cafe}")["data"]
    assert [each["attributes"]["alias"] for each in nodes] == ["Theke", "Fenster"]
    placed = vue.get(f"installations?filter[organization]={cafe}")["data"]
    links = [each["relationships"] for each in placed]
    assert {each["node"]["data"]["id"] for each in links} == {each["id"] for each in nodes}
    assert {each["room"]["data"]["id"] for each in links} == {each["id"] for each in rooms}
    for path in ("quantities", "protocols", "models"):
        assert isinstance(vue.get(path)["data"], list)


def test_client_draws_a_chart_and_exports_all_of_it(town: Town, vue: Vue) -> None:
    vue.log_in()
    row_id = town.installation.id
    query = f"include_timeseries=1&filter[from]={BEGIN_S}&filter[to]={BEGIN_S + HOUR_S}"
    shown = vue.get(f"installations/{row_id}?{query}")["data"]["attributes"]
    assert shown["timeseries"] == [SAMPLE]
    assert list(shown["timeseries"][0]) == list(SAMPLE), "the columns of the CSV file"
    everything = vue.get(f"installations/{row_id}?include_timeseries=1&filter[from]=0")["data"]
    assert [each["co2_ppm"] for each in everything["attributes"]["timeseries"]] == [740, 900]
    assert everything["attributes"]["latest_sample"]["co2_ppm"] == 900
    assert vue.get(f"installations/{row_id}/room")["data"]["id"] == str(town.room.id)
    assert vue.ids(f"nodes/{town.node.uuid}/installations/") == [str(row_id)]
    air = vue.get(f"rooms/{town.room.id}/airquality?include_histogram=True")["data"]
    assert air["type"] == "room-airquality"
    assert not air["attributes"]["clean_air_medal"]


def test_client_furnishes_an_organization_and_clears_it_again(town: Town, vue: Vue) -> None:
    vue.log_in()
    company = vue.write("POST", "organizations/", document("Organization", name="Kiosk"), 201)
    here = ("Organization", company["id"])
    found = vue.get("users?filter[search]=charlie@example.org")["data"]
    assert len(found) == 1
    member = {"organization": here, "user": ("User", found[0]["id"])}
    invited = vue.write("POST", "memberships/", document("Membership", links=member), 201)
    assert invited["attributes"]["role"] == "I"
    address = document("Address", street1="Weg 1", zip="10115", city="Berlin")
    spot = vue.write("POST", "addresses/", address, 201)
    place = {"address": ("Address", spot["id"]), "operator": here}
    site = vue.write("POST", "sites/", document("Site", links=place, name="Bude"), 201)
    links = {"site": ("Site", site["id"])}
    room = vue.write("POST", "rooms/", document("Room", links=links, name="Innen"), 201)
    for resource, changes in (
        (company, {"description": "offen"}),
        (invited, {"role": "O"}),
        (site, {"name": "Büdchen"}),
        (spot, {"street2": "Hof"}),
        (room, {"size_sqm": "4"}),
    ):
        path = resource["links"]["self"].partition(ROOT)[2]
        answer = vue.write(
            "PATCH", path, document(resource["type"], resource["id"], **changes), 200
        )
        expected = changes | ({"size_sqm": "4.0"} if "size_sqm" in changes else {})
        assert answer["attributes"] == resource["attributes"] | expected
        assert answer.get("relationships", {}).keys() == resource.get("relationships", {}).keys()
    assert vue.get(f"memberships/{invited['id']}/")["data"]["attributes"]["role"] == "O"
    vue.drop(f"rooms/{room['id']}")
    vue.drop(f"sites/{site['id']}")
    vue.drop(f"memberships/{invited['id']}")
    vue.drop(f"organizations/{company['id']}")
    assert vue.ids("organizations") == [str(town.cafe.id)]


def test_client_publishes_a_room_from_now_on_and_the_widget_shows_it(
    app: Flask, town: Town, vue: Vue
) -> None:
    vue.log_in()
    row_id, uuid = town.installation.id, town.node.uuid
    renamed = document("Node", uuid, alias="Tresen", description="links")
    assert vue.write("PATCH", f"nodes/{uuid}/", renamed, 200)["attributes"]["alias"] == "Tresen"
    ended = document("Installation", row_id, to_timestamp_s=BEGIN_S + 2 * HOUR_S)
    vue.write("PATCH", f"installations/{row_id}/", ended, 200)
    links = {"room": ("Room", town.room.id), "node": ("Node", uuid)}
    times = {"from_timestamp_s": BEGIN_S + 2 * HOUR_S, "to_timestamp_s": 2147483647}
    begun = document("Installation", links=links, **times, is_public=True)
    public = vue.write("POST", "installations/", begun, 201)
    widget = Vue(app)
    site = widget.get(f"sites/{town.site.id}")["data"]
    assert site["attributes"]["name"] == "Kastanienallee"
    assert str(town.room.id) in widget.ids(f"sites/{site['id']}/rooms")
    shown = widget.get(f"rooms/{town.room.id}/installations")["data"]
    assert [each["id"] for each in shown] == [public["id"]]
    attributes = shown[0]["attributes"]
    assert attributes["is_public"] is True
    assert attributes["from_timestamp_s"] == BEGIN_S + 2 * HOUR_S
    latest = attributes["latest_sample"]
    assert (latest["co2_ppm"], latest["timestamp_s"]) == (900, BEGIN_S + 2 * HOUR_S)
    query = "include_timeseries=1&filter[from]=0"
    series = widget.get(f"installations/{public['id']}?{query}")["data"]["attributes"]["timeseries"]
    # What was private stays private.
    assert [each["co2_ppm"] for each in series] == [900]


def test_client_logs_out_and_is_nobody(vue: Vue) -> None:
    key = vue.log_in().json["data"]["id"]
    assert vue.call("POST", "auth/logout/", {}).status_code == 200
    assert not vue.is_logged_in()
    assert vue.cookie("csrftoken") is None
    headers = {"Authorization": f"Token {key}"}
    assert vue.browser.get(f"{ROOT}nodes/", headers=headers).status_code == 401


def test_older_widget_finds_public_samples(app: Flask, town: Town, vue: Vue) -> None:
    anonymous = Vue(app)
    query = f"include_timeseries=1&filter[from]={BEGIN_S}&filter[to]={END_S}"
    shown = anonymous.get(f"installations/{town.shown.id}?{query}")["data"]
    assert shown["attributes"]["timeseries"] == [SAMPLE]
    vue.log_in()
    path = f"nodes/{town.window.uuid}/timeseries?filter[from]=0&filter[to]={NOW_S}"
    assert vue.get(path)["data"]["attributes"]["samples"] == [SAMPLE]
    assert vue.get(f"nodes/{town.window.uuid}")["data"]["attributes"]["sample_count"] == 1


def test_registration_script_uses_the_key_of_its_log_in(
    town: Town, client_of: Callable[[User | None], Browser]
) -> None:
    def send(path: str, body: dict[str, Any], **headers: str) -> TestResponse:
        # Another client each time: it keeps no cookies.
        client = client_of(None)
        return client.post(ROOT + path, json=body, content_type=JSONAPI, headers=headers)

    login = document("LoginView", username="alice@example.org", password=PASSWORD)
    key = send("auth/login/", login).json["data"]["id"]
    links = {
        "protocol": ("Protocol", town.node.protocol_id),
        "model": ("Model", town.node.model_id),
        "owner": ("Organization", town.cafe.id),
    }
    uuid = "6fbb3d55-c86b-e021-3ec3-b45425d5b1ba"
    node = document("Node", uuid, links=links, eui64="a81758fffe053c13", alias="Fee")
    answer = send("nodes/", node, Authorization=f"Token {key}")
    assert (answer.status_code, answer.json["data"]["id"]) == (201, uuid)
    db.session.rollback()
