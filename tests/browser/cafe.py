"""A café with four rooms: one with good air, one that needs air, one that is bad, one that is silent.

Alice owns it, Bob inspects it and owns a school without sensors, Charlie belongs nowhere.
"""

import math
from dataclasses import dataclass

from playwright.sync_api import Page
from sqlalchemy import insert

from clair import accounts, inventory
from clair.access import SYSTEM
from clair.extensions import db
from clair.models import Address, Organization, Role, Sample, Site

PASSWORD = "Frische Luft tut gut"
HOUR_S = 3600
EVERY_S = 300
SPAN_S = 48 * HOUR_S
SILENT_S = 3 * HOUR_S
OUTAGE_S = (9 * HOUR_S, 6 * HOUR_S)
"""The sensor of the good room was without power from nine to six hours ago."""

ROOMS = {
    "good": ("Küche", 640),
    "elevated": ("Gastraum", 1240),
    "unacceptable": ("Seminarraum", 2310),
    "silent": ("Lager", 780),
}


@dataclass(frozen=True)
class Cafe:
    """Where things are: the address of the server, and numbers of organizations and installations."""

    url: str
    organization_id: int
    empty_id: int
    installations: dict[str, int]

    def overview(self) -> str:
        """Give the path of the overview."""
        return f"/dashboard/{self.organization_id}/"

    def installation(self, name: str, query: str = "") -> str:
        """Give the path of a room's installation."""
        number = self.installations[name]
        return f"/dashboard/{self.organization_id}/installation/{number}/{query}"


def furnish(url: str, now_s: int) -> Cafe:
    """Fill an empty database."""
    alice, bob, _charlie = (
        accounts.create_user(SYSTEM, name, f"{name}@example.org", PASSWORD)
        for name in ("alice", "bob", "charlie")
    )
    cafe = inventory.create_organization(SYSTEM, "Café Morgenrot", alice)
    school = inventory.create_organization(SYSTEM, "Volkshochschule Prenzlauer Berg", bob)
    inventory.add_member(SYSTEM, cafe, bob, Role.INSPECTOR)
    site = open_site(cafe)
    installed = {
        name: install(site, number, name, now_s) for number, name in enumerate(ROOMS, start=1)
    }
    db.session.commit()
    return Cafe(url, cafe.id, school.id, installed)


def log_in(page: Page, user: str, password: str = PASSWORD) -> None:
    """Fill in the form and send it."""
    page.locator("#username").fill(user)
    page.locator("#password").fill(password)
    page.locator("main form button").click()


def open_site(organization: Organization) -> Site:
    """Give the café its building."""
    address = Address(street1="Kastanienallee 85", zip="10435", city="Berlin")
    return inventory.add_site(SYSTEM, organization, "Kastanienallee", address, "Europe/Berlin")


def install(site: Site, number: int, name: str, now_s: int) -> int:
    """Install a sensor that has measured for two days."""
    room_name, target_ppm = ROOMS[name]
    eui, alias = f"70B3D57ED00000{number:02X}", f"ERS {number}"
    node, _ = inventory.register_node(SYSTEM, site.operator, eui, "ers", alias)
    room = inventory.add_room(SYSTEM, site, room_name)
    begin_s = now_s - SPAN_S
    installation = inventory.install_node(SYSTEM, node, room, begin_s - HOUR_S)
    last_s = now_s - (SILENT_S if name == "silent" else 60)
    outage = range(now_s - OUTAGE_S[0], now_s - OUTAGE_S[1]) if name == "good" else range(0)
    times = [at_s for at_s in range(last_s, begin_s, -EVERY_S) if at_s not in outage]
    rows = [sample(node.id, at_s, target_ppm, now_s) for at_s in times]
    db.session.execute(insert(Sample), rows)
    return installation.id


def sample(node_id: int, at_s: int, target_ppm: int, now_s: int) -> dict[str, int]:
    """Make air that is used by day, rests at night, and comes to a wanted value in the end."""
    hour = (at_s / HOUR_S + 1) % 24
    use = math.sin((hour - 7) / 14 * math.pi) if 7 <= hour <= 21 else 0.0
    wave = math.sin(at_s / 2600) * 0.22 + math.sin(at_s / 700) * 0.05
    ppm = 430 + (target_ppm - 380) * 0.85 * use * (1 + wave) + 6 * math.sin(at_s / 900)
    # The last sample is a minute old, and has the wanted value at any time of the day.
    nearness = max(0.0, 1 - max(0, now_s - 60 - at_s) / (2 * HOUR_S)) ** 0.5
    return {
        "node_id": node_id,
        "timestamp_s": at_s,
        "co2_ppm": round(ppm + (target_ppm - ppm) * nearness),
        "temperature_decidegrees": round(205 + 25 * use + 4 * wave),
        "rel_humidity_percent": round(44 - 6 * use + 5 * wave),
    }
