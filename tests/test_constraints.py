"""Every constraint of the database is known by the field that breaks it."""

from collections.abc import Callable, Iterator
from uuid import UUID

import pytest
from sqlalchemy import (
    CheckConstraint,
    Constraint,
    ForeignKeyConstraint,
    PrimaryKeyConstraint,
    select,
    update,
)
from sqlalchemy.exc import IntegrityError

from clair.extensions import db
from clair.ingest.store import NewSample, store_samples
from clair.models import (
    ApiToken,
    Base,
    IngestSource,
    Installation,
    Membership,
    Model,
    Node,
    Organization,
    Protocol,
    Quantity,
    QuarantinedUplink,
    Room,
    Site,
    StadtpulsSensor,
    User,
)
from clair.models.constraints import CONSTRAINT_FIELDS, UNIQUE, field_of

from conftest import NOW_S, World

UUIDS = [UUID(int=1), UUID(int=2)]


def user(name: str, email: str) -> User:
    return User(username=name, email=email, password_hash="-", created_s=0)


def source(name: str, token_hash: str) -> IngestSource:
    return IngestSource(name=name, network="ttn", token_hash=token_hash, created_s=0)


def node(world: World, uuid: UUID, eui64: str) -> Node:
    return Node(
        uuid=uuid,
        eui64=eui64,
        alias="-",
        protocol=world.node.protocol,
        model=world.node.model,
        owner=world.cafe,
    )


def message(world: World, source_id: int) -> QuarantinedUplink:
    return QuarantinedUplink(
        source_id=source_id,
        node=world.node,
        digest="0",
        message=b"",
        reason="format",
        detail="-",
        received_s=0,
    )


def span(world: World, from_s: int, to_s: int | None = None) -> Installation:
    return Installation(
        node=world.node, room=world.room, from_timestamp_s=from_s, to_timestamp_s=to_s
    )


# For each rule, how to make the first and the second row that break it together.
TWINS: dict[str, Callable[[World, int], Base]] = {
    "uq_api_token_token_hash": lambda world, n: ApiToken(
        user=world.alice, name=str(n), token_hash="0", created_s=0
    ),
    "uq_ingest_source_name": lambda world, n: source("ttn", str(n)),
    "uq_ingest_source_token_hash": lambda world, n: source(str(n), "0"),
    "uq_installation_node_id_from_timestamp_s": lambda world, n: span(world, 5, 9 - n),
    "uq_membership_organization_id_user_id": lambda world, n: Membership(
        organization_id=world.cafe.id, user_id=world.ada.id, role="IO"[n]
    ),
    "uq_model_name": lambda world, n: Model(
        name="ERS", trade_name=str(n), manufacturer="-", sensor_type="-"
    ),
    "uq_node_eui64_upper": lambda world, n: node(world, UUIDS[n], ["02aa", "02AA"][n]),
    "uq_node_uuid": lambda world, n: node(world, UUIDS[0], str(n)),
    "uq_organization_name": lambda world, n: Organization(name="Atelier"),
    "uq_protocol_identifier": lambda world, n: Protocol(identifier="NEU"),
    "uq_quantity_quantity": lambda world, n: Quantity(quantity="CO2", base_unit=str(n)),
    "uq_quarantined_uplink_source_id_digest": lambda world, n: message(world, 1),
    "uq_room_site_id_name": lambda world, n: Room(name="Saal", site=world.site),
    "uq_site_operator_id_name": lambda world, n: Site(
        name="Hof", operator=world.cafe, address=world.site.address
    ),
    "uq_stadtpuls_sensor_installation_id": lambda world, n: StadtpulsSensor(
        installation=world.installation, sensor_id=n, created_s=0
    ),
    "uq_stadtpuls_sensor_sensor_id": lambda world, n: StadtpulsSensor(
        installation=[world.installation, span(world, 5, 9)][n], sensor_id=7, created_s=0
    ),
    "uq_user_email_lower": lambda world, n: user(str(n), ["D@example.org", "d@EXAMPLE.org"][n]),
    "uq_user_username": lambda world, n: user("dora", f"{n}@example.org"),
}


def constraints(*kinds: type[Constraint]) -> Iterator[str]:
    for table in Base.metadata.tables.values():
        yield from (str(each.name) for each in table.constraints if isinstance(each, kinds))


def broken(row: Base) -> IntegrityError:
    db.session.add(row)
    with pytest.raises(IntegrityError) as error:
        db.session.flush()
    db.session.rollback()
    return error.value


def test_every_constraint_is_known() -> None:
    indexes = {
        str(index.name)
        for table in Base.metadata.tables.values()
        for index in table.indexes
        if index.unique
    }
    # What the checks hold is checked before, and a number of a row is nobody's choice.
    others = set(constraints(CheckConstraint, PrimaryKeyConstraint))
    known = set(CONSTRAINT_FIELDS) - {"ck_installation_from_before_to"}
    assert known == (set(constraints(Constraint)) | indexes) - others
    assert set(TWINS) == set(UNIQUE)


@pytest.mark.parametrize("name", TWINS)
def test_twin_is_told_by_its_field(world: World, name: str) -> None:
    if name.startswith("uq_quarantined"):
        db.session.add(source("ttn", "0"))
    db.session.add(TWINS[name](world, 0))
    db.session.flush()
    assert field_of(broken(TWINS[name](world, 1))) == (UNIQUE[name], "unique")


def test_time_that_ends_before_it_begins_is_told(world: World) -> None:
    assert field_of(broken(span(world, 9, 5))) == ("to_timestamp_s", "invalid")


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_overlap_is_told(world: World) -> None:
    assert field_of(broken(span(world, NOW_S))) == ("non_field_errors", "invalid")


def test_unknown_constraint_is_nobodys_fault(world: World) -> None:
    world.site.address.latitude = 99
    assert field_of(broken(world.site.address)) is None


@pytest.fixture
def full(world: World) -> None:
    """At least one row in each table that refers to another."""
    db.session.add(source("ttn", "0"))
    db.session.flush()
    db.session.add(message(world, 1))
    for name in ("uq_api_token_token_hash", "uq_stadtpuls_sensor_installation_id"):
        db.session.add(TWINS[name](world, 0))
    world.node.model.quantities = [Quantity(quantity="CO2", base_unit="ppm")]
    db.session.flush()
    store_samples([NewSample(world.node.uuid, NOW_S, 500)])
    db.session.commit()


LINKS = {
    str(each.name): (table, each.column_keys[0])
    for table in Base.metadata.sorted_tables
    for each in table.constraints
    if isinstance(each, ForeignKeyConstraint)
}


@pytest.mark.usefixtures("full")
@pytest.mark.parametrize("name", sorted(LINKS))
def test_missing_row_is_told_by_the_link(database: str, name: str) -> None:
    table, column = LINKS[name]
    keys = db.session.execute(select(*table.primary_key)).first()
    assert keys, "there is a row"
    one = [column == key for column, key in zip(table.primary_key, keys, strict=True)]
    with pytest.raises(IntegrityError) as error:
        db.session.execute(update(table).where(*one).values({column: 999_999}))
    db.session.rollback()
    # SQLite says no more than that something is missing; there, no race gets as far as this.
    wanted = (column.removesuffix("_id"), "does_not_exist") if database == "postgresql" else None
    assert field_of(error.value) == wanted


def test_deleting_what_is_in_use_is_no_missing_link(world: World) -> None:
    for row in (world.site.address, world.node.model, world.node.protocol):
        db.session.delete(row)
        with pytest.raises(IntegrityError) as error:
            db.session.flush()
        db.session.rollback()
        assert field_of(error.value) is None
