"""The invented places: organizations, rooms and sensors, as plain values.

The EUIs begin with 02: locally administered addresses, which no manufacturer gives to a device.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from clair.demo.air import Room
from clair.demo.timetable import Habits, Use
from clair.ingest.uplink import DataRate

PASSWORD = "demo-clair"  # noqa: S105 - of accounts that guard nothing
USERS = ("demo", "inspector", "admin")


@dataclass(frozen=True)
class Node:
    """A sensor in a room."""

    eui: str
    family: str
    data_rate: DataRate
    name: str
    max_occupancy: int
    air: Room
    is_public: bool = False
    is_silent: bool = False


@dataclass(frozen=True)
class Place:
    """An organization with one site."""

    name: str
    site: str
    street: str
    zip: str
    city: str
    nodes: tuple[Node, ...]


def node(
    sensor: tuple[int, str, DataRate],
    name: str,
    volume_m3: int,
    warmth_celsius: float,
    habits: Habits,
    **more: bool,
) -> Node:
    """Put a sensor (number, family, data rate) into a room, whose name makes its air its own."""
    number, family, data_rate = sensor
    air = Room(name, volume_m3, warmth_celsius, habits)
    eui = f"02AA0000DE{number:06}"
    return Node(eui, family, data_rate, name, habits.people, air, **more)


SCHOOL = (
    node((1, "clairchen", DataRate.SF9BW125), "Klasse 1a", 200, 20.5,
         Habits(Use.CLASSROOM, 22, 3.0, 0.95), is_public=True),
    node((2, "ers", DataRate.SF8BW125), "Klasse 3b", 200, 20.5,
         Habits(Use.CLASSROOM, 24, 1.0, 0.75), is_public=True),
    node((3, "clairchen", DataRate.SF10BW125), "Klasse 4c", 215, 20.5,
         Habits(Use.CLASSROOM, 26, 0.9, 0.1)),
    node((4, "oy1012", DataRate.SF9BW125), "Lehrerzimmer", 150, 21.5,
         Habits(Use.STAFF_ROOM, 12, 1.0, 0.4)),
    node((5, "ers", DataRate.SF7BW125), "Turnhalle", 2400, 18.0,
         Habits(Use.GYM, 56, 1.0, 0.3), is_silent=True),
)  # fmt: skip
CAFE = (
    node((6, "oy1012", DataRate.SF7BW125), "Gastraum", 300, 21.5,
         Habits(Use.CAFE, 35, 1.5, 0.3), is_public=True),
    node((7, "clairchen", DataRate.SF8BW125), "Nebenraum", 110, 21.0,
         Habits(Use.SIDE_ROOM, 18, 1.2, 0.1)),
    node((8, "ers", DataRate.SF10BW125), "Backstube", 90, 23.5,
         Habits(Use.BAKERY, 9, 1.0, 0.2)),
)  # fmt: skip
PRACTICE = (
    node((9, "ers", DataRate.SF9BW125), "Wartezimmer", 60, 21.5,
         Habits(Use.PRACTICE, 9, 1.2, 0.15), is_public=True),
    node((10, "oy1012", DataRate.SF10BW125), "Sprechzimmer", 50, 21.0,
         Habits(Use.PRACTICE, 2, 1.1, 0.9)),
    node((11, "clairchen", DataRate.SF9BW125), "Labor", 45, 20.5,
         Habits(Use.PRACTICE, 2, 1.4, 0.5)),
)  # fmt: skip
PLACES = (
    Place("Grundschule am Park", "Schulhaus", "Parkstraße 12", "13086", "Berlin", SCHOOL),
    Place("Café Morgenrot", "Café", "Lindenstraße 8", "14467", "Potsdam", CAFE),
    Place("Praxis Dr. Sommer", "Praxis", "Gartenstraße 21", "10115", "Berlin", PRACTICE),
)


def all_nodes() -> Iterator[Node]:
    """Go through the sensors of all places."""
    return (node for place in PLACES for node in place.nodes)
