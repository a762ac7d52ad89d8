"""Lets sensors measure: samples are put into the database as ingest does it."""

from collections.abc import Iterable
from typing import Any

from clair import inventory
from clair.access import SYSTEM
from clair.extensions import db
from clair.ingest.store import NewSample, Verdict, store_samples
from clair.models import Installation, Node, Organization, Site


def measure(node: Node, samples: Iterable[tuple[Any, ...]]) -> None:
    """Store samples of a node: (timestamp_s, co2_ppm), with temperature and humidity if given."""
    db.session.commit()
    verdicts = store_samples([NewSample(node.uuid, *each) for each in samples])
    assert set(verdicts) <= {Verdict.STORED}
    db.session.commit()


def install_another(
    site: Site, owner: Organization, name: str, from_timestamp_s: int, number: int = 0
) -> Installation:
    """Install one more sensor in a room of its own."""
    room = inventory.add_room(SYSTEM, site, name)
    eui = f"02AA00000000D{number:03X}"
    node, _ = inventory.register_node(SYSTEM, owner, eui, "clairchen", f"Sensor {name}")
    installation = inventory.install_node(SYSTEM, node, room, from_timestamp_s)
    db.session.commit()
    return installation
