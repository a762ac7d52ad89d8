"""What stands in the way stays, and what cannot be kept is named with everything behind it."""

from typing import Any

import pytest
from managair import dumps
from managair.dumps import (
    BEGIN_S,
    CATALOGUE,
    LIBRARY,
    PEOPLE,
    PLACES,
    SENSOR,
    SENSORS,
    Record,
    Take,
    contents,
    email,
    organization,
    user,
)
from sqlalchemy import func, select

from clair import inventory
from clair.access import SYSTEM
from clair.extensions import db
from clair.managair.summary import Outcome, Summary
from clair.models import (
    Membership,
    Model,
    Node,
    Organization,
    Protocol,
    Quantity,
    Sample,
    User,
)

from conftest import World, add_user

CREATED, UNCHANGED, SKIPPED = Outcome


def skipped(summary: Summary) -> dict[str, int]:
    return {model: counts[SKIPPED] for model, counts in summary.counts.items() if counts[SKIPPED]}


@pytest.fixture
def bakery(take: Take) -> Organization:
    """Somebody else has the number of the library."""
    bakery = Organization(id=7, name="Bäckerei")
    db.session.add(bakery)
    db.session.commit()
    return bakery


def test_other_organization_is_not_overwritten(take: Take, bakery: Organization) -> None:
    summary = take(LIBRARY)
    assert db.session.scalars(select(Organization.name)).all() == ["Bäckerei"]
    assert db.session.scalars(select(Membership)).all() == []
    assert db.session.scalars(select(Node)).all() == []
    assert skipped(summary) == {
        "core.membership": 2,
        "core.node": 2,
        "core.organization": 1,
        "core.room": 1,
        "core.roomnodeinstallation": 1,
        "core.sample": 12,
        "core.site": 1,
        "stadtpuls_integration.stadtpulsintegration": 1,
    }
    reason = "its number belongs to something else here"
    remark = summary.remarks["core.organization", reason]
    assert remark.examples == ["7 “Stadtbücherei” – here 7 “Bäckerei”"]
    assert ("core.site", "its operator is not kept") in summary.remarks


def test_conflict_is_the_same_the_second_time(take: Take, bakery: Organization) -> None:
    first = take(LIBRARY)
    before = contents()
    second = take(LIBRARY)
    assert contents() == before
    assert skipped(first) == skipped(second)


def test_demo_in_the_way_stays(take: Take, world: World) -> None:
    before = contents()
    summary = take([organization(world.cafe.id, "Stadtbücherei"), user(world.alice.id, "nele")])
    assert contents() == before
    assert skipped(summary) == {"core.organization": 1, "auth.user": 1}


@pytest.mark.parametrize(
    ("name", "address", "reason"),
    [
        ("nele", "other@example.org", "its user name is taken here"),
        ("other", "NELE@Buecherei.example", "its e-mail address is taken here"),
    ],
    ids=["name", "address"],
)
def test_account_is_not_merged_with_that_of_somebody_else(
    take: Take, world: World, name: str, address: str, reason: str
) -> None:
    other = add_user(name)
    other.email = address
    db.session.commit()
    key = other.id
    summary = take([*PEOPLE[1:], *PLACES, user(30, "nele"), email(9, 30, "nele@buecherei.example")])
    assert summary.remarks["auth.user", reason].count == 1
    assert db.session.get_one(User, key).email == address
    assert db.session.get(User, 30) is None


def test_organization_keeps_its_name_for_itself(take: Take) -> None:
    db.session.add(Organization(id=99, name="Stadtbücherei"))
    db.session.commit()
    summary = take([organization(7, "Stadtbücherei")])
    assert skipped(summary) == {"core.organization": 1}
    assert ("core.organization", "its name is taken here") in summary.remarks


def test_catalogue_is_found_under_any_number(take: Take, world: World) -> None:
    """Whoever has registered a sensor by hand has entered its protocol and its model."""
    inventory.register_node(SYSTEM, world.cafe, "A81758FFFE000001", "ers", "Theke")
    db.session.add(Quantity(id=99, quantity="CO2", base_unit="PPM"))
    db.session.commit()
    protocol = db.session.scalars(select(Protocol).filter_by(family="ers")).one().id
    summary = take([*CATALOGUE, organization(70, "Stadtbücherei"), dumps.node(SENSOR, "00AA", 70)])
    assert summary.counts["core.nodeprotocol"] == {UNCHANGED: 1}
    assert summary.counts["core.quantity"] == {UNCHANGED: 1, CREATED: 1}
    assert db.session.scalars(select(Node.protocol_id).filter_by(eui64="00AA")).one() == protocol


def test_unknown_protocol_has_no_family(take: Take) -> None:
    take([dumps.record("core.nodeprotocol", 9, identifier="MORSE_V02")])
    protocol = db.session.get_one(Protocol, 9)
    assert (protocol.family, protocol.num_uplink_msgs, protocol.num_downlink_msgs) == (None, 1, 1)


def test_model_does_without_unknown_quantities(take: Take) -> None:
    summary = take([each for each in CATALOGUE if each["pk"] != 5])
    assert [each.quantity for each in db.session.get_one(Model, 1).quantities] == ["CO2"]
    assert [model for model, _ in summary.remarks] == ["core.nodemodel"]


def test_sensor_of_another_organization_gets_no_foreign_samples(take: Take, world: World) -> None:
    """The café has registered the device that the library's dump speaks of."""
    node, _ = inventory.register_node(SYSTEM, world.cafe, "FEFFFFFFFDFF0000", "ers", "Theke")
    db.session.commit()
    assert str(node.uuid) == SENSOR
    summary = take(LIBRARY)
    reason = "it belongs to another organization here"
    assert summary.remarks["core.node", reason].count == 1
    assert db.session.scalar(select(func.count()).select_from(Sample)) == 0


def test_sensor_of_the_same_eui_in_another_case_is_named(take: Take) -> None:
    twin = dumps.node("00000000-0000-4000-8000-0000000000bb", "FEFFFFFFFDFF0000", 7)
    summary = take([*PLACES, *CATALOGUE, twin, *SENSORS[:1]])
    assert summary.counts["core.node"] == {CREATED: 1, SKIPPED: 1}
    assert ("core.node", "its EUI is taken here") in summary.remarks


def change(records: list[Record], model: str, **fields: Any) -> list[Record]:
    """Change the first record of a model."""
    index = [each["model"] for each in records].index(model)
    changed = records[index] | {"fields": records[index]["fields"] | fields}
    return [*records[:index], changed, *records[index + 1 :]]


@pytest.mark.parametrize(
    ("model", "fields", "reason"),
    [
        ("auth.user", {"username": None}, "its username is missing"),
        ("auth.user", {"username": "x" * 151}, "its username is longer than 150 characters"),
        ("auth.user", {"username": "a\0b"}, "its username contains a NUL character"),
        ("auth.user", {"is_superuser": "yes"}, "its is_superuser is neither true nor false"),
        ("auth.user", {"date_joined": "long ago"}, "its date_joined is no time"),
        ("auth.user", {"password": None}, "its password is missing"),
        ("core.organization", {"name": 5}, "its name is no text"),
        (
            "core.nodemodel",
            {"quantities": 99},
            "some of its quantities are not here, and are left out",
        ),
        ("core.room", {"size_sqm": "10000.0"}, "its size_sqm is out of range"),
        ("core.room", {"size_sqm": "Infinity"}, "its size_sqm is no number"),
        ("core.room", {"height_m": "high"}, "its height_m is no number"),
        (
            "core.room",
            {"max_occupancy": 2**31},
            "its max_occupancy is no whole number or too large",
        ),
        ("core.room", {"max_occupancy": 1.5}, "its max_occupancy is no whole number or too large"),
        ("core.room", {"site": None}, "its site is missing"),
        (
            "core.room",
            {"site": {}},
            "its site is not in the files; give all files of a dump at once",
        ),
        ("core.nodeprotocol", {"num_uplink_msgs": -1}, "its number of messages is negative"),
        (
            "core.roomnodeinstallation",
            {"from_timestamp_s": "x"},
            "its from_timestamp_s is no number",
        ),
    ],
    ids=lambda value: None if isinstance(value, dict) else str(value)[:30],
)
def test_unfit_value_is_named_and_hides_no_neighbour(
    take: Take, model: str, fields: dict[str, Any], reason: str
) -> None:
    summary = take(change(LIBRARY, model, **fields))
    assert summary.remarks[model, reason].count == 1
    assert summary.counts["core.quantity"] == {CREATED: 2}


@pytest.mark.parametrize("key", [0, -1, 2**31, True, 1.5, [1], None, "seven"])
def test_unfit_number_is_named(take: Take, key: object) -> None:
    summary = take([dumps.record("core.organization", key, name="Stadtbücherei")])
    assert skipped(summary) == {"core.organization": 1}
    assert len(summary.remarks) == 1


def test_unfit_identity_is_named(take: Take) -> None:
    summary = take([*PLACES, *CATALOGUE, dumps.node("no uuid", "00AA", 7)])
    assert summary.remarks["core.node", "its uuid is no UUID"].count == 1


def test_impossible_coordinates_are_left_out(take: Take) -> None:
    summary = take([dumps.address(1, latitude="91.0", longitude="-180.000001")])
    assert len(summary.remarks) == 2
    assert summary.counts["core.address"] == {CREATED: 1}


def test_record_that_comes_twice_counts_once(take: Take) -> None:
    summary = take([organization(7, "Stadtbücherei"), organization(7, "Bücherhalle")])
    assert summary.counts["core.organization"] == {CREATED: 1, SKIPPED: 1}
    assert db.session.get_one(Organization, 7).name == "Stadtbücherei"


def test_second_sensor_of_stadtpuls_is_named(take: Take) -> None:
    second = dumps.record(
        "stadtpuls_integration.stadtpulsintegration",
        42,
        installation=31,
        stadtpuls_sensor_id=908,
        inserted_s=BEGIN_S,
    )
    summary = take([*LIBRARY, second])
    reason = "its installation has another sensor of Stadtpuls already"
    assert summary.remarks[second["model"], reason].count == 1
