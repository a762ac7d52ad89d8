"""A café with four rooms: one with good air, one that needs air, one that is bad, one that is silent."""

import math
import time
from dataclasses import dataclass

from sqlalchemy import insert

from clair import accounts, inventory
from clair.access import SYSTEM
from clair.extensions import db
from clair.models import Address, Organization, Sample, Site, User

PASSWORD = "Frische Luft tut gut"
HOUR_S = 3600
EVERY_S = 300
SPAN_S = 48 * HOUR_S
SILENT_S = 3 * HOUR_S
OUTAGE_S = (9 * HOUR_S, 6 * HOUR_S)
"""The sensor in the good room was without power from nine to six hours ago."""


@dataclass
class Cafe:
    """What the tests need to find their way: numbers of organizations and installations."""

    organization_id: int
    empty_id: int
    installations: dict[str, int]


def furnish(now_s: int | None = None) -> Cafe:
    """Fill an empty database."""
    now_s = now_s or int(time.time())
    alice, carol = (accounts.create_user(SYSTEM, name, f"{name}@example.org", PASSWORD) for name in ("alice", "carol"))
    accounts.create_user(SYSTEM, "bob", "bob@example.org", PASSWORD)
    cafe = inventory.create_organization(SYSTEM, "Café Morgenrot", alice)
    empty = inventory.create_organization(SYSTEM, "Volkshochschule Prenzlauer Berg", carol)
    inventory.add_member(SYSTEM, cafe, carol, inventory.Role.INSPECTOR)
    site = open_site(cafe)
    rooms = {"good": ("Küche", 640), "elevated": ("Gastraum", 1240), "unacceptable": ("Seminarraum", 2310), "silent": ("Lager", 780)}
    installed = {
        name: install(site, number, room, target_ppm, now_s, silent=name == "silent")
        for number, (name, (room, target_ppm)) in enumerate(rooms.items())
    }
    db.session.commit()
    return Cafe(cafe.id, empty.id, installed)


def open_site(organization: Organization) -> Site:
    address = Address(street1="Kastanienallee 85", zip="10435", city="Berlin")
    return inventory.add_site(SYSTEM, organization, "Kastanienallee", address, "Europe/Berlin")


def install(site: Site, number: int, room: str, target_ppm: int, now_s: int, *, silent: bool) -> int:
    """Install a sensor that measured for two days."""
    begin_s = now_s - SPAN_S
    node, _ = inventory.register_node(SYSTEM, site.operator, f"70B3D57ED00000{number:02X}", "ers", f"ers-{number}")
    installation = inventory.install_node(SYSTEM, node, inventory.add_room(SYSTEM, site, room), begin_s - HOUR_S)
    end_s = now_s - SILENT_S if silent else now_s
    outage = range(now_s - OUTAGE_S[0] + 1, now_s - OUTAGE_S[1]) if number == 0 else range(0)
    times = [at_s for at_s in range(end_s - 60, begin_s, -EVERY_S) if at_s not in outage]
    rows = [sample(node.id, at_s, target_ppm, now_s) for at_s in times]
    db.session.execute(insert(Sample), rows)
    return installation.id


def sample(node_id: int, at_s: int, target_ppm: int, now_s: int) -> dict[str, int]:
    """Make air that is used by day, rests at night, and comes to a wanted value in the last hour."""
    hour = (at_s / HOUR_S + 1) % 24
    use = max(0.0, math.sin((hour - 7) / 14 * math.pi)) if 7 <= hour <= 21 else 0.0
    wave = math.sin(at_s / 2600) * 0.22 + math.sin(at_s / 700) * 0.05
    ppm = 430 + (target_ppm - 380) * 0.85 * use * (1 + wave)
    nearness = max(0.0, 1 - (now_s - at_s) / (2 * HOUR_S)) ** 0.5
    return {
        "node_id": node_id,
        "timestamp_s": at_s,
        "co2_ppm": round(ppm + (target_ppm - ppm) * nearness),
        "temperature_decidegrees": round(205 + 25 * use + 4 * wave),
        "rel_humidity_percent": round(44 - 6 * use + 5 * wave),
    }


def find_user(name: str) -> User:
    user = accounts.find_user(name)
    assert user is not None
    return user
