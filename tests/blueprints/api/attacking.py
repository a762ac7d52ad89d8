"""What the attacks have in common: who attacks, with which documents, and that nothing has changed."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from typing import Any
from uuid import uuid4

from PIL import Image
from sqlalchemy import select
from werkzeug.test import TestResponse

from clair import inventory
from clair.access import SYSTEM
from clair.extensions import db
from clair.ingest.store import NewSample, store_samples
from clair.models import (
    Address,
    Base,
    Entity,
    Membership,
    Model,
    Node,
    Protocol,
    Quantity,
    Role,
    Scope,
    User,
)

from blueprints.api.speaking import Program, document
from blueprints.api.town import BEGIN_S, END_S, Town, build
from conftest import World, add_user

CAST = ("nobody", "stranger", "inspector", "owner", "administrator", "reader")
"""Who attacks the café: the reader has a token of the owner's that may only read."""
PARTS = {"street1": "Nebenweg 3", "zip": "10117", "city": "Berlin"}


@dataclass
class Stage:
    """The town with one more inspector of the café, Dora, and a program for each of the cast."""

    town: Town
    dora: User
    member: Membership
    spares: dict[str, Entity]
    addresses: dict[str, Address]
    programs: dict[str, Program]


def set_stage(world: World, program_of: Callable[..., Program], *, is_public: bool = True) -> Stage:
    """Build the town, whose café shows its terrace or hides it."""
    town = build(world)
    town.shown.is_public = is_public
    dora = add_user("dora")
    dora.first_name, dora.last_name = "Dorothea", "Dunkel"
    db.session.flush()
    member = inventory.add_member(SYSTEM, town.cafe, dora, Role.INSPECTOR)
    add_samples(town.window, (END_S - 3600, 640))
    spares: dict[str, Entity] = {
        "protocols": Protocol(identifier="UNUSED"),
        "models": Model(name="UNUSED", trade_name="-", manufacturer="-", sensor_type="-"),
        "quantities": Quantity(quantity="Noise", base_unit="dB"),
    }
    users = {
        "stranger": town.charlie,
        "inspector": town.bob,
        "owner": town.alice,
        "administrator": town.ada,
    }
    addresses = {name: Address(**PARTS, creator=user) for name, user in users.items()}
    db.session.add_all([*spares.values(), *addresses.values()])
    db.session.commit()
    programs = {name: program_of(user) for name, user in users.items()}
    programs |= {"nobody": program_of(None), "reader": program_of(town.alice, Scope.READ)}
    return Stage(town, dora, member, spares, addresses, programs)


def add_samples(node: Node, *samples: tuple[int, int]) -> None:
    """Store what a node has measured: instants and concentrations."""
    store_samples([NewSample(node.uuid, timestamp_s, ppm) for timestamp_s, ppm in samples])
    db.session.commit()


def keys(stage: Stage) -> dict[str, object]:
    """Name a row of the café of each resource, and what is public of it when something is."""
    town = stage.town
    return {
        "organizations": town.cafe.id,
        "memberships": stage.member.id,
        "users": stage.dora.id,
        "sites": town.site.id,
        "addresses": town.site.address_id,
        "rooms": town.terrace.id,
        "installations": town.shown.id,
        "nodes": town.window.uuid,
        "fidelity": town.window.uuid,
        "node-timeseries": town.window.uuid,
        "installation-timeseries": town.shown.id,
        **{path: row.id for path, row in stage.spares.items()},
    }


def creations(stage: Stage, who: str) -> dict[str, dict[str, Any]]:
    """Write what would put something new into the café."""
    town = stage.town
    address = stage.addresses.get(who, stage.addresses["owner"])
    node = {"eui64": "02AA0000000000FF", "alias": "Neu"}
    owner = ("Organization", town.cafe.id)
    device = {
        "protocol": ("Protocol", town.node.protocol_id),
        "model": ("Model", town.node.model_id),
    }
    model = {"name": "Neu", "trade_name": "Neu", "manufacturer": "-", "sensor_type": "-"}
    period = {"from_timestamp_s": END_S, "to_timestamp_s": END_S + 60}
    place = {"room": ("Room", town.terrace.id), "node": ("Node", town.window.uuid)}
    return {
        "organizations": document("Organization", name="Neu"),
        "memberships": document(
            "Membership", links={"organization": owner, "user": ("User", town.charlie.id)}
        ),
        "sites": document(
            "Site", links={"operator": owner, "address": ("Address", address.id)}, name="Neu"
        ),
        "addresses": document("Address", **PARTS),
        "rooms": document("Room", links={"site": ("Site", town.site.id)}, name="Neu"),
        "installations": document("Installation", links=place, **period),
        "nodes": document("Node", uuid4(), links={"owner": owner, **device}, **node),
        "protocols": document("Protocol", identifier="Neu"),
        "models": document("Model", links={"quantities": []}, **model),
        "quantities": document("Quantity", quantity="Neu", base_unit="-"),
    }


def changes(stage: Stage) -> dict[str, dict[str, Any]]:
    """Write what would change the rows that `keys` names."""
    wanted: dict[str, tuple[str, dict[str, Any]]] = {
        "organizations": ("Organization", {"description": "anders"}),
        "memberships": ("Membership", {"role": "O"}),
        "sites": ("Site", {"description": "anders"}),
        "addresses": ("Address", {"street2": "anders"}),
        "rooms": ("Room", {"description": "anders"}),
        "installations": ("Installation", {"description": "anders"}),
        "nodes": ("Node", {"description": "anders"}),
        "protocols": ("Protocol", {"num_uplink_msgs": 7}),
        "models": ("Model", {"trade_name": "anders"}),
        "quantities": ("Quantity", {"base_unit": "anders"}),
    }
    named = keys(stage)
    return {path: document(type_, named[path], **given) for path, (type_, given) in wanted.items()}


def replacement(stage: Stage) -> dict[str, Any]:
    """Write the café's terrace anew, with everything that an installation needs."""
    links = {
        "room": ("Room", stage.town.terrace.id),
        "node": ("Node", stage.town.window.uuid),
    }
    period = {"from_timestamp_s": BEGIN_S, "to_timestamp_s": END_S}
    return document("Installation", stage.town.shown.id, links=links, **period)


def picture() -> dict[str, Any]:
    """Make the form with which a picture is sent."""
    content = BytesIO()
    Image.new("RGB", (2, 2)).save(content, "PNG")
    content.seek(0)
    return {"data": {"image": (content, "x.png")}, "content_type": "multipart/form-data"}


def dump() -> dict[str, list[tuple[object, ...]]]:
    """Read all rows of all tables."""
    db.session.commit()
    rows = {
        table.name: sorted(map(tuple, db.session.execute(select(table))), key=repr)
        for table in Base.metadata.sorted_tables
    }
    db.session.commit()
    return rows


@contextmanager
def nothing_changes() -> Iterator[None]:
    """Compare all rows before and after an attack."""
    before = dump()
    yield
    assert dump() == before


def is_there(response: TestResponse, key: object) -> bool:
    """Say whether a collection lists a row."""
    return str(key) in {each["id"] for each in response.json["data"]}
