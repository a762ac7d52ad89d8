"""What the café's resources look like on the wire, member by member."""

from typing import Any

from blueprints.api.speaking import identifier
from blueprints.api.town import BEGIN_S, END_S, Town, membership_of

Shown = dict[str, Any]
HOST = "http://localhost/api/v1/"


def to_one(self_url: str, name: str, type_: str, row_id: object) -> Shown:
    """Write a relationship to one resource."""
    return {"data": identifier(type_, row_id), "links": {"related": f"{self_url}{name}/"}}


def to_many(self_url: str, name: str) -> Shown:
    """Write a relationship that says no more than where it leads."""
    return {"links": {"related": f"{self_url}{name}/"}}


def organization(town: Town) -> Shown:
    """Show an organization."""
    url = f"{HOST}organizations/{town.cafe.id}/"
    members = [identifier("User", each.id) for each in (town.alice, town.bob)]
    linked = {"meta": {"count": 2}, "data": members}
    return {
        "type": "Organization",
        "id": str(town.cafe.id),
        "attributes": {"name": "Café Morgenrot", "description": None},
        "relationships": {
            "users": linked | to_many(url, "users"),
            "memberships": to_many(url, "memberships"),
            "sites": to_many(url, "sites"),
            "nodes": to_many(url, "nodes"),
        },
        "links": {"self": url},
    }


def membership(town: Town) -> Shown:
    """Show a membership."""
    row_id = membership_of(town.bob, town.cafe).id
    url = f"{HOST}memberships/{row_id}/"
    return {
        "type": "Membership",
        "id": str(row_id),
        "attributes": {"user_name": "bob", "organization_name": "Café Morgenrot", "role": "I"},
        "relationships": {
            "organization": to_one(url, "organization", "Organization", town.cafe.id),
            "user": to_one(url, "user", "User", town.bob.id),
        },
        "links": {"self": url},
    }


def user(town: Town) -> Shown:
    """Show a user."""
    url = f"{HOST}users/{town.bob.id}/"
    links = {"self": f"{url}relationships/organizations/", "related": f"{url}organizations/"}
    return {
        "type": "User",
        "id": str(town.bob.id),
        "attributes": {
            "username": "bob",
            "email": "bob@example.org",
            "first_name": "",
            "last_name": "",
        },
        "relationships": {
            "organizations": {"links": links},
            "memberships": to_many(url, "memberships"),
        },
        "links": {"self": url},
    }


def address(town: Town) -> Shown:
    """Show an address."""
    row_id = town.site.address_id
    return {
        "type": "Address",
        "id": str(row_id),
        "attributes": {
            "street1": "Kastanienallee 85",
            "street2": None,
            "zip": "10435",
            "city": "Berlin",
            "latitude": "52.541000",
            "longitude": "-13.400000",
        },
        "links": {"self": f"{HOST}addresses/{row_id}/"},
    }


def site(town: Town) -> Shown:
    """Show a site."""
    url = f"{HOST}sites/{town.site.id}/"
    return {
        "type": "Site",
        "id": str(town.site.id),
        "attributes": {"name": "Kastanienallee", "description": None},
        "relationships": {
            "address": to_one(url, "address", "Address", town.site.address_id),
            "operator": to_one(url, "organization", "Organization", town.cafe.id),
            "rooms": to_many(url, "rooms"),
        },
        "links": {"self": url},
    }


def room(town: Town) -> Shown:
    """Show a room."""
    url = f"{HOST}rooms/{town.terrace.id}/"
    return {
        "type": "Room",
        "id": str(town.terrace.id),
        "attributes": {
            "name": "Terrasse",
            "description": None,
            "size_sqm": "33.0",
            "height_m": "2.5",
            "max_occupancy": 12,
        },
        "relationships": {
            "site": to_one(url, "site", "Site", town.site.id),
            "installations": to_many(url, "installations"),
        },
        "links": {"self": url},
    }


def installation(town: Town) -> Shown:
    """Show an installation."""
    url = f"{HOST}installations/{town.shown.id}/"
    return {
        "type": "Installation",
        "id": str(town.shown.id),
        "attributes": {
            "from_timestamp_s": BEGIN_S,
            "to_timestamp_s": END_S,
            "description": "für alle sichtbar",
            "image": None,
            "is_public": True,
        },
        "relationships": {
            "room": to_one(url, "room", "Room", town.terrace.id),
            "node": to_one(url, "node", "Node", town.window.uuid),
        },
        "links": {"self": url},
    }


def node(town: Town) -> Shown:
    """Show a node."""
    url = f"{HOST}nodes/{town.node.uuid}/"
    return {
        "type": "Node",
        "id": str(town.node.uuid),
        "attributes": {"eui64": "02AA00000000C001", "alias": "Theke", "description": None},
        "relationships": {
            "protocol": to_one(url, "protocol", "Protocol", town.node.protocol_id),
            "model": to_one(url, "model", "Model", town.node.model_id),
            "owner": to_one(url, "owner", "Organization", town.cafe.id),
            "installations": to_many(url, "installations"),
        },
        "links": {"self": url},
    }


def protocol(town: Town) -> Shown:
    """Show a protocol."""
    row_id = town.node.protocol_id
    return {
        "type": "Protocol",
        "id": str(row_id),
        "attributes": {
            "identifier": "CLAIRCHENPROT_V01",
            "num_uplink_msgs": 1,
            "num_downlink_msgs": 0,
        },
        "links": {"self": f"{HOST}protocols/{row_id}/"},
    }


def model(town: Town) -> Shown:
    """Show a model."""
    row = town.node.model
    linked = [identifier("Quantity", each.id) for each in row.quantities]
    return {
        "type": "Model",
        "id": str(row.id),
        "attributes": {
            "name": "CLAIRCHEN_PROTOTYPE_01",
            "trade_name": "Clairchen Mark 1",
            "manufacturer": "Clairchen",
            "sensor_type": "Sensirion SCD30",
        },
        "relationships": {"quantities": {"data": linked, "meta": {"count": 2}}},
        "links": {"self": f"{HOST}models/{row.id}/"},
    }


def quantity(town: Town) -> Shown:
    """Show a quantity."""
    row_id = town.node.model.quantities[0].id
    return {
        "type": "Quantity",
        "id": str(row_id),
        "attributes": {"quantity": "CO2", "base_unit": "PPM"},
        "links": {"self": f"{HOST}quantities/{row_id}/"},
    }
