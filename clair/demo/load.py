"""Brings the invented places and their history into the database; again: only what misses."""

import os
import time
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path

from sqlalchemy import select

from clair import accounts, inventory
from clair.access import SYSTEM
from clair.demo import devices
from clair.demo.air import DAY_S, HOUR_S, ZONE
from clair.demo.dice import roll
from clair.demo.places import PASSWORD, PLACES, USERS, Node, Place, all_nodes
from clair.extensions import db
from clair.identity import node_uuid
from clair.ingest import sources
from clair.ingest.limits import apply_limits
from clair.ingest.store import NewSample, store_samples
from clair.models import Address, IngestSource, Installation, Organization, Role, Room, Site, User
from clair.models import Node as NodeRow

CHUNK = 5000
INSTALLED_DAYS_AGO = 365
SILENT_FOR_S = 4 * DAY_S
OUTAGE_CHANCE_A_DAY = 0.06
TOKEN_FILE = "demo-token"  # noqa: S105 - a file's name
SOURCE = "demo"


def load_places(now_s: int) -> None:
    """Make sure that users, organizations, rooms and sensors are there. The caller commits."""
    owner, inspector, _ = [find_or_create_user(name) for name in USERS]
    for place in PLACES:
        organization = find_or_create_organization(place, owner)
        inventory.add_member(SYSTEM, organization, inspector, Role.INSPECTOR)
        site = find_or_add_site(place, organization)
        for node in place.nodes:
            install(node, organization, find_or_add_room(node, site), now_s)


def find_or_create_user(name: str) -> User:
    """Make sure that a user is there; one who is keeps the password."""
    user = accounts.find_user(name)
    return user or accounts.create_user(
        SYSTEM, name, f"{name}@example.org", PASSWORD, is_admin=name == "admin"
    )


def find_or_create_organization(place: Place, owner: User) -> Organization:
    """Make sure that a place's organization is there."""
    found = db.session.scalar(select(Organization).where(Organization.name == place.name))
    return found or inventory.create_organization(SYSTEM, place.name, owner)


def find_or_add_site(place: Place, organization: Organization) -> Site:
    """Make sure that a place's site is there."""
    found = db.session.scalar(
        select(Site).where(Site.operator == organization, Site.name == place.site)
    )
    address = Address(street1=place.street, zip=place.zip, city=place.city)
    return found or inventory.add_site(SYSTEM, organization, place.site, address, ZONE.key)


def find_or_add_room(node: Node, site: Site) -> Room:
    """Make sure that the room of a sensor is there."""
    found = db.session.scalar(select(Room).where(Room.site == site, Room.name == node.name))
    return found or inventory.add_room(SYSTEM, site, node.name, node.max_occupancy)


def install(node: Node, organization: Organization, room: Room, now_s: int) -> None:
    """Make sure that a sensor is registered, and has been installed at some time."""
    row, _ = inventory.register_node(SYSTEM, organization, node.eui, node.family, node.name)
    if not is_installed(row):
        from_s = now_s - INSTALLED_DAYS_AGO * DAY_S
        inventory.install_node(SYSTEM, row, room, from_s, is_public=node.is_public)


def is_installed(row: NodeRow) -> bool:
    """Say whether a sensor has been installed at some time; it may have been moved since."""
    statement = select(Installation.id).where(Installation.node == row).limit(1)
    return db.session.scalar(statement) is not None


def load_history(days: int, now_s: int) -> Iterator[int]:
    """Store the history of all sensors in chunks, each committed; give the size of each."""
    for node in all_nodes():
        samples = history(node, now_s - days * DAY_S, now_s)
        while chunk := list(islice(samples, CHUNK)):
            store_samples(chunk)
            db.session.commit()
            yield len(chunk)


def count_history(days: int) -> int:
    """Say about how many samples a history has, for the progress bar."""
    return sum(days * DAY_S // devices.spacing_s(node)[1] for node in all_nodes())


def history(node: Node, from_s: int, now_s: int) -> Iterator[NewSample]:
    """Give what a sensor has sent in its own rhythm, as it would have been received."""
    to_s = now_s - SILENT_FOR_S if node.is_silent else now_s
    uuid = node_uuid(node.family, node.eui)
    for received_at_s in uplink_times(node, from_s, to_s):
        if not is_outage(node, received_at_s, now_s):
            for reading in filter(None, map(apply_limits, devices.sent(node, received_at_s))):
                humidity = reading.rel_humidity_percent
                yield NewSample(
                    uuid,
                    reading.timestamp_s,
                    reading.co2_ppm,
                    reading.temperature_celsius,
                    None if humidity is None else int(humidity),
                )


def uplink_times(node: Node, from_s: int, to_s: int) -> Iterable[int]:
    """Give the instants between two others at which a sensor has sent."""
    period_s = devices.period_s(node)
    return range(int(devices.next_uplink_s(node, from_s, period_s)), to_s + 1, period_s)


def is_outage(node: Node, instant_s: int, now_s: int) -> bool:
    """Say whether a sensor was out of order: on some days for some hours, but never of late."""
    day = instant_s // DAY_S
    if instant_s > now_s - DAY_S or roll(node.eui, day, "outage") >= OUTAGE_CHANCE_A_DAY:
        return False
    begin_s = day * DAY_S + roll(node.eui, day, "begin") * 14 * HOUR_S
    return begin_s <= instant_s < begin_s + (1 + 9 * roll(node.eui, day, "length")) * HOUR_S


def write_token(folder: Path) -> None:
    """Make sure that the forwarder of the demo has a token that is known here."""
    if is_loaded(folder):
        return
    # A token is told once. When the file or the database is another, it takes a new source.
    name = f"{SOURCE} {time.time_ns():x}" if has_source() else SOURCE
    token = sources.add_source(SYSTEM, name, "ttn")
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / TOKEN_FILE
    path.unlink(missing_ok=True)
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(token)


def is_loaded(folder: Path) -> bool:
    """Say whether the demo was loaded to the end: the forwarder's token comes last."""
    return (folder / TOKEN_FILE).exists() and has_source()


def has_source() -> bool:
    """Say whether this database has seen a forwarder of the demo before."""
    statement = select(IngestSource.id).where(IngestSource.name == SOURCE)
    return db.session.scalar(statement) is not None
