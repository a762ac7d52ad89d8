"""Everything that the predecessor knew is here afterwards, under the number it had."""

from decimal import Decimal
from itertools import permutations
from uuid import UUID

import pytest
from flask import Flask
from managair import dumps
from managair.dumps import (
    BEGIN_S,
    CATALOGUE,
    HASH,
    JOINED_S,
    LIBRARY,
    PEOPLE,
    PLACES,
    SENSORS,
    Take,
    contents,
)
from sqlalchemy import select

from clair import inventory
from clair.access import NOBODY, SYSTEM
from clair.errors import ClairError
from clair.extensions import db
from clair.identity import hash_token
from clair.managair.collected import Collected
from clair.managair.inventory import import_inventory
from clair.managair.summary import Outcome, Summary
from clair.models import (
    Address,
    ApiToken,
    Base,
    Entity,
    Installation,
    Membership,
    Model,
    Node,
    Organization,
    Protocol,
    Quantity,
    Role,
    Room,
    Site,
    StadtpulsSensor,
    User,
)

from conftest import NOW_S

CREATED, UNCHANGED, SKIPPED = Outcome
NUMBERS_OF_OURS = (
    "api_token.id",
    "node.id",
    "installation.node_id",
    "sample.node_id",
    "daily_count.node_id",
)
"""There, nodes and tokens had no numbers."""


def values(model: type[Base], key: int, *names: str) -> tuple[object, ...]:
    row = db.session.get_one(model, key)
    return tuple(getattr(row, name) for name in names)


def test_everything_is_created(take: Take) -> None:
    summary = take(LIBRARY)
    assert {model: dict(counts) for model, counts in summary.counts.items()} == {
        "account.emailaddress": {CREATED: 2},
        "auth.user": {CREATED: 3},
        "authtoken.token": {CREATED: 1},
        "core.address": {CREATED: 1},
        "core.membership": {CREATED: 2},
        "core.node": {CREATED: 2},
        "core.nodemodel": {CREATED: 1},
        "core.nodeprotocol": {CREATED: 1},
        "core.organization": {CREATED: 1},
        "core.quantity": {CREATED: 2},
        "core.room": {CREATED: 1},
        "core.roomnodeinstallation": {CREATED: 1},
        "core.sample": {CREATED: 12},
        "core.site": {CREATED: 1},
        "stadtpuls_integration.stadtpulsintegration": {CREATED: 1},
    }
    assert dict(summary.remarks) == {}


@pytest.mark.parametrize(
    ("model", "key", "expected"),
    [
        (
            User,
            3,
            {
                "username": "nele",
                "email": "nele@buecherei.example",
                "is_email_verified": True,
                "first_name": "Nele",
                "last_name": "Bücher",
                "password_hash": HASH,
                "language": None,
                "is_admin": False,
                "is_active": True,
                "created_s": JOINED_S + 3,
            },
        ),
        (User, 8, {"is_admin": True, "is_email_verified": True}),
        (Organization, 7, {"name": "Stadtbücherei", "description": ""}),
        (Membership, 21, {"organization_id": 7, "user_id": 3, "role": Role.OWNER}),
        (Membership, 22, {"organization_id": 7, "user_id": 5, "role": Role.INSPECTOR}),
        (
            Address,
            11,
            {
                "street1": "Am Speicher 4",
                "street2": None,
                "zip": "23552",
                "city": "Lübeck",
                "latitude": Decimal("53.871900"),
                "longitude": Decimal("10.682500"),
            },
        ),
        (
            Site,
            12,
            {
                "name": "Hauptstelle",
                "operator_id": 7,
                "address_id": 11,
                "time_zone": "Europe/Berlin",
            },
        ),
        (
            Room,
            13,
            {
                "name": "Lesesaal",
                "size_sqm": Decimal("88.5"),
                "height_m": Decimal("3.2"),
                "max_occupancy": 24,
                "site_id": 12,
            },
        ),
        (Quantity, 5, {"quantity": "Temperature", "base_unit": "°C"}),
        (
            Protocol,
            2,
            {
                "identifier": "ELSYSERSPROT_V01",
                "num_uplink_msgs": 1,
                "num_downlink_msgs": 0,
                "family": "ers",
            },
        ),
        (Model, 1, {"name": "ELSYS_ERS_CO2", "manufacturer": "ELSYS"}),
        (
            Installation,
            31,
            {
                "room_id": 13,
                "from_timestamp_s": BEGIN_S,
                "to_timestamp_s": None,
                "is_public": True,
                "image": None,
            },
        ),
        (
            StadtpulsSensor,
            41,
            {"installation_id": 31, "sensor_id": 907, "created_s": BEGIN_S + 60},
        ),
    ],
    ids=lambda value: value.__name__ if isinstance(value, type) else None,
)
def test_row_says_what_the_record_said(
    take: Take, model: type[Entity], key: int, expected: dict[str, object]
) -> None:
    take(LIBRARY)
    assert values(model, key, *expected) == tuple(expected.values())


def test_model_keeps_its_quantities(take: Take) -> None:
    take(LIBRARY)
    assert [each.id for each in db.session.get_one(Model, 1).quantities] == [4, 5]


def test_node_keeps_its_identity_and_the_case_of_its_eui(take: Take) -> None:
    take(LIBRARY)
    nodes = db.session.execute(select(Node.uuid, Node.eui64, Node.alias).order_by(Node.eui64))
    assert [tuple(row) for row in nodes] == [
        (UUID(dumps.SPARE), "0A0B0C0D0E0F0102", "Sensor 0102"),
        (UUID(dumps.SENSOR), "fefffffffdff0000", "Sensor 0000"),
    ]
    assert db.session.get_one(Installation, 31).node.uuid == UUID(dumps.SENSOR)


def test_token_is_kept_as_a_hash_for_a_year(take: Take) -> None:
    summary = take(LIBRARY)
    token = db.session.scalars(select(ApiToken)).one()
    assert (token.user_id, token.name, token.scope) == (3, "Managair", "write")
    assert token.token_hash == hash_token(dumps.TOKEN)
    assert (token.created_s, token.expires_s) == (1_612_325_106, NOW_S + 365 * 86_400)
    assert dumps.TOKEN not in repr(vars(summary)) + repr(contents())


def test_order_of_files_and_of_records_is_no_matter(take: Take) -> None:
    parts = (PEOPLE, PLACES, [*CATALOGUE, *SENSORS, *dumps.SAMPLES])
    take(LIBRARY)
    expected = contents(*NUMBERS_OF_OURS)
    for order in permutations(parts):
        for table in reversed(Base.metadata.sorted_tables):
            db.session.execute(table.delete())
        take(*(list(reversed(part)) for part in order))
        assert contents(*NUMBERS_OF_OURS) == expected


def test_numbers_given_later_do_not_clash(take: Take) -> None:
    take(LIBRARY)
    nele = db.session.get_one(User, 3)
    later = inventory.create_organization(SYSTEM, "Schule am Wall", owner=nele)
    db.session.flush()
    assert later.id > 7
    assert max(db.session.scalars(select(Membership.id))) > 22


def test_numbers_given_before_are_not_given_again(take: Take) -> None:
    take([dumps.organization(70, "Turnhalle")])
    take([dumps.organization(9, "Schwimmhalle")])
    row = Organization(name="Eishalle")
    db.session.add(row)
    db.session.commit()
    assert row.id > 70


def test_only_the_system_imports(app: Flask) -> None:
    with pytest.raises(ClairError):
        import_inventory(NOBODY, Collected(NOW_S), Summary())


def test_what_has_no_place_here_is_counted_with_its_reason(take: Take) -> None:
    summary = take(
        [
            dumps.record("auth.group", 1, name="site_operators", permissions=[]),
            dumps.record("core.nodefidelity", dumps.SENSOR, fidelity="E"),
            dumps.record("core.nodefidelity", dumps.SPARE, fidelity="U"),
            dumps.record("stadtpuls_integration.other", 1, secret="x"),
            dumps.record("weather.station", 1, name="Dach"),
        ]
    )
    assert [counts[SKIPPED] for counts in summary.counts.values()] == [1, 2, 1, 1]
    assert {(model, remark.count) for (model, _), remark in summary.remarks.items()} == {
        ("auth.group", 1),
        ("core.nodefidelity", 2),
        ("stadtpuls_integration.other", 1),
        ("weather.station", 1),
    }
    assert ("core.nodefidelity", "it is worked out anew from the samples") in summary.remarks
