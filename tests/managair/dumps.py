"""Small dumps in the form of Django, about a library and its people who exist nowhere else."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from clair.extensions import db
from clair.managair.summary import Summary
from clair.models import Base

Record = dict[str, Any]
Take = Callable[..., Summary]

JOINED_S = 1_601_539_200
SENSOR = "e9337ca8-b881-8571-179c-93106c8e455a"
SPARE = "0123abcd-0000-4000-8000-00000000000a"
BEGIN_S = 1_602_000_000
OPEN_END_S = 2_147_483_647
HASH = "pbkdf2_sha256$216000$salt$aGFzaA=="
TOKEN = "0123456789abcdef0123456789abcdef01234567"


def record(kind: str, key: object, **fields: Any) -> Record:
    """A record as Django writes it."""
    return {"model": kind, "pk": key, "fields": fields}


def user(key: int, name: str, **fields: Any) -> Record:
    """A user; the address is confirmed by a record of its own."""
    given = {
        "password": HASH,
        "last_login": None,
        "is_superuser": False,
        "username": name,
        "first_name": name.title(),
        "last_name": "Bücher",
        "email": f"{name}@buecherei.example",
        "is_staff": False,
        "is_active": True,
        "date_joined": f"2020-10-01T08:00:{key:02}.250Z",
        "groups": [],
        "user_permissions": [],
    }
    return record("auth.user", key, **(given | fields))


def email(key: int, user: object, address: str, **fields: Any) -> Record:
    """A confirmed e-mail address."""
    given = {"user": user, "email": address, "verified": True, "primary": True}
    return record("account.emailaddress", key, **(given | fields))


def organization(key: int, name: str) -> Record:
    """An organization."""
    return record("core.organization", key, name=name, description="")


def membership(key: int, organization: int, user: object, role: str = "I") -> Record:
    """A membership."""
    return record("core.membership", key, role=role, user=user, organization=organization)


def address(key: int, **fields: Any) -> Record:
    """An address of an older dump, which knew no coordinates."""
    given = {"street1": "Am Speicher 4", "street2": None, "zip": "23552", "city": "Lübeck"}
    return record("core.address", key, **(given | fields))


def site(key: int, name: str, operator: int, address: int) -> Record:
    """A site."""
    return record("core.site", key, name=name, description="", operator=operator, address=address)


def room(key: int, name: str, site: int, **fields: Any) -> Record:
    """A room."""
    given = {
        "name": name,
        "description": "",
        "size_sqm": "88.5",
        "height_m": "3.2",
        "max_occupancy": 24,
        "site": site,
    }
    return record("core.room", key, **(given | fields))


def node(key: str, eui: str, owner: int, **fields: Any) -> Record:
    """A sensor."""
    given = {"eui64": eui, "alias": f"Sensor {eui[-4:]}", "protocol": 2, "model": 1, "owner": owner}
    return record("core.node", key, **(given | fields))


def installation(
    key: int, node: str, room: int, from_s: int, to_s: int = OPEN_END_S, **fields: Any
) -> Record:
    """An installation; older dumps do not say whether it is public."""
    given = {
        "node": node,
        "room": room,
        "from_timestamp_s": from_s,
        "to_timestamp_s": to_s,
        "description": "",
    }
    return record("core.roomnodeinstallation", key, **(given | fields))


def sample(node: str, timestamp_s: object, co2_ppm: object = 640, **fields: Any) -> Record:
    """A sample, as fixtures without keys hold it."""
    given = {
        "node": node,
        "timestamp_s": timestamp_s,
        "co2_ppm": co2_ppm,
        "temperature_celsius": "21.5",
        "rel_humidity_percent": 44,
        "measurement_status": "M",
    }
    return {"model": "core.sample", "fields": given | fields}


CATALOGUE = [
    record("core.quantity", 4, quantity="CO2", base_unit="PPM"),
    record("core.quantity", 5, quantity="Temperature", base_unit="°C"),
    record(
        "core.nodeprotocol",
        2,
        identifier="ELSYSERSPROT_V01",
        num_uplink_msgs=1,
        num_downlink_msgs=0,
    ),
    record(
        "core.nodemodel",
        1,
        name="ELSYS_ERS_CO2",
        trade_name="ERS CO2",
        manufacturer="ELSYS",
        sensor_type="NDIR",
        quantities=[4, 5],
    ),
]
PEOPLE = [
    user(3, "nele"),
    user(5, "ove"),
    user(8, "chefin", is_superuser=True, is_staff=True),
    email(1, 3, "nele@buecherei.example"),
    email(2, 5, "ove@buecherei.example"),
    record("authtoken.token", TOKEN, user=3, created="2021-02-03T04:05:06Z"),
]
PLACES = [
    organization(7, "Stadtbücherei"),
    membership(21, 7, 3, "O"),
    membership(22, 7, 5, "I"),
    address(11, latitude="53.871900", longitude="10.682500"),
    site(12, "Hauptstelle", 7, 11),
    room(13, "Lesesaal", 12),
]
SENSORS = [
    node(SENSOR, "fefffffffdff0000", 7),
    node(SPARE, "0A0B0C0D0E0F0102", 7, description="liegt im Schrank"),
    installation(31, SENSOR, 13, BEGIN_S, is_public=True),
    record(
        "stadtpuls_integration.stadtpulsintegration",
        41,
        installation=31,
        stadtpuls_sensor_id=907,
        inserted_s=BEGIN_S + 60,
    ),
]
SAMPLES = [sample(SENSOR, BEGIN_S + n * 300, 500 + n) for n in range(12)]
LIBRARY = [*PEOPLE, *PLACES, *CATALOGUE, *SENSORS, *SAMPLES]


def write(path: Path, records: list[Record]) -> Path:
    """Write a dump as `dumpdata --indent 4` does."""
    path.write_text(json.dumps(records, indent=4, ensure_ascii=False), encoding="utf-8")
    return path


def contents(*but: str) -> dict[str, list[str]]:
    """Write down all rows of all tables, but for some columns, so that nothing changes unseen."""
    db.session.rollback()
    return {
        name: sorted(
            repr([value for key, value in row.items() if f"{name}.{key}" not in but])
            for row in db.session.execute(table.select()).mappings()
        )
        for name, table in Base.metadata.tables.items()
    }
