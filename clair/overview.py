"""SQL for dashboards: a frozen row type for what a page shows, and one function that fills it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Row, func, select

from clair import access
from clair.access import Actor
from clair.analytics.current import Reading, judge
from clair.analytics.series import usual_interval_s
from clair.analytics.thresholds import Level
from clair.analytics.windows import DAY_S, MINUTE_S
from clair.extensions import db
from clair.models import (
    Address,
    Installation,
    Membership,
    Node,
    Organization,
    Protocol,
    Room,
    Sample,
    Site,
)

SPARK_S = 30 * MINUTE_S
SPARKS = DAY_S // SPARK_S
SEVERITY = [Level.UNACCEPTABLE, Level.ELEVATED, Level.NO_DATA, Level.GOOD]


@dataclass(frozen=True)
class Card:
    """An active installation on the overview; `sparkline` has 48 half-hour means, None for gaps."""

    installation_id: int
    room_id: int
    room: str
    site: str
    time_zone: str
    sensor: str
    reading: Reading
    sparkline: tuple[int | None, ...]


def organizations(actor: Actor) -> list[tuple[int, str]]:
    """List the organizations that the actor is a member of, as id and name."""
    statement = (
        select(Organization.id, Organization.name)
        .join(Membership)
        .where(Membership.user_id == actor.user_id)
        .order_by(Organization.name)
    )
    return [(row_id, name) for row_id, name in db.session.execute(statement)]


def cards(actor: Actor, organization_id: int, now_s: int) -> list[Card]:
    """Read a card for each active installation of an organization, worst air first."""
    newest = (
        select(Sample.timestamp_s)
        .where(
            Sample.node_id == Installation.node_id,
            Sample.timestamp_s >= Installation.from_timestamp_s,
            Sample.timestamp_s <= now_s,
        )
        .order_by(Sample.timestamp_s.desc())
        .limit(1)
        .correlate(Installation)
        .scalar_subquery()
    )
    statement = (
        access.visible(Installation, actor)
        .with_only_columns(
            Installation.id,
            Installation.room_id,
            Room.name.label("room"),
            Site.name.label("site"),
            Site.time_zone,
            Node.alias.label("sensor"),
            Sample.timestamp_s,
            Sample.co2_ppm,
        )
        .join(Room, Installation.room_id == Room.id)
        .join(Site, Room.site_id == Site.id)
        .join(Node, Installation.node_id == Node.id)
        .outerjoin(
            Sample, (Sample.node_id == Installation.node_id) & (Sample.timestamp_s == newest)
        )
        .where(Site.operator_id == organization_id, is_active(now_s))
    )
    rows = db.session.execute(statement).all()
    sparks = sparklines(organization_id, now_s)
    return sorted((card(row, sparks.get(row.id, []), now_s) for row in rows), key=urgency)


def urgency(card: Card) -> tuple[int, int, str, str]:
    """Rank a card: the worst level first, then the most CO2."""
    # In steps of 100 ppm: cards shall not change places with every breath.
    steps = round((card.reading.co2_ppm or 0) / 100)
    return SEVERITY.index(card.reading.level), -steps, card.site, card.room


def is_active(now_s: int) -> ColumnElement[bool]:
    """Say which installations are in force."""
    ended = func.coalesce(Installation.to_timestamp_s, now_s + 1)
    return (Installation.from_timestamp_s <= now_s) & (ended > now_s)


@dataclass(frozen=True)
class HalfHour:
    """The samples of a half hour: how many, their mean, and when the first and the last was taken."""

    index: int
    count: int
    mean_ppm: float
    first_s: int
    last_s: int


def sparklines(organization_id: int, now_s: int) -> dict[int, list[HalfHour]]:
    """Read the half hours of the last day that have samples, for each active installation."""
    since_s = now_s - now_s % SPARK_S - DAY_S + SPARK_S
    bucket = (Sample.timestamp_s - since_s) // SPARK_S
    statement = (
        select(
            Installation.id,
            bucket,
            func.count(),
            func.avg(Sample.co2_ppm),
            func.min(Sample.timestamp_s),
            func.max(Sample.timestamp_s),
        )
        .join(Room, Installation.room_id == Room.id)
        .join(Site, Room.site_id == Site.id)
        .join(Sample, Sample.node_id == Installation.node_id)
        .where(
            Site.operator_id == organization_id,
            is_active(now_s),
            Sample.timestamp_s >= since_s,
            Sample.timestamp_s >= Installation.from_timestamp_s,
            Sample.timestamp_s <= now_s,
        )
        .group_by(Installation.id, bucket)
        .order_by(Installation.id, bucket)
    )
    found: dict[int, list[HalfHour]] = {}
    for installation_id, index, count, mean, first_s, last_s in db.session.execute(statement):
        half_hour = HalfHour(index, count, float(mean), first_s, last_s)
        found.setdefault(installation_id, []).append(half_hour)
    return found


def times_of(half_hours: Sequence[HalfHour]) -> list[int]:
    """Tell when the samples were taken, those in the middle of a half hour at equal distances."""
    return [
        each.first_s + (each.last_s - each.first_s) * index // max(1, each.count - 1)
        for each in half_hours
        for index in range(each.count)
    ]


def card(row: Row[*tuple[Any, ...]], spark: Sequence[HalfHour], now_s: int) -> Card:
    """Put a card together."""
    means: list[int | None] = [None] * SPARKS
    for each in spark:
        means[each.index] = round(each.mean_ppm)
    interval_s = usual_interval_s(times_of(spark))
    return Card(
        installation_id=row.id,
        room_id=row.room_id,
        room=row.room,
        site=row.site,
        time_zone=row.time_zone,
        sensor=row.sensor,
        reading=judge(row.co2_ppm, row.timestamp_s, now_s, interval_s, means[-2]),
        sparkline=tuple(means),
    )


def nodes(now_s: int) -> list[dict[str, object]]:
    """List every node with its owner, the room it is in, and when it was last heard."""
    last_contact = (
        select(func.max(Sample.timestamp_s))
        .where(Sample.node_id == Node.id)
        .correlate(Node)
        .scalar_subquery()
    )
    in_force = (Installation.node_id == Node.id) & is_active(now_s)
    statement = (
        select(
            Node.uuid,
            Node.eui64,
            Node.alias,
            Protocol.family,
            Organization.name.label("owner"),
            Room.name.label("room"),
            last_contact.label("last_contact_s"),
        )
        .join(Protocol, Node.protocol_id == Protocol.id)
        .join(Organization, Node.owner_id == Organization.id)
        .outerjoin(Installation, in_force)
        .outerjoin(Room, Installation.room_id == Room.id)
        .order_by(Node.eui64)
    )
    return [dict(row) for row in db.session.execute(statement).mappings()]


def sites() -> list[dict[str, object]]:
    """List every site with its organization, its address, and how many rooms it has."""
    statement = (
        select(
            Site.id,
            Site.name,
            Organization.name.label("organization"),
            (Address.street1 + ", " + Address.zip + " " + Address.city).label("address"),
            Site.time_zone,
            func.count(Room.id).label("rooms"),
        )
        .join(Organization, Site.operator_id == Organization.id)
        .join(Address, Site.address_id == Address.id)
        .outerjoin(Room, Room.site_id == Site.id)
        .group_by(Site.id, Organization.id, Address.id)
        .order_by(Organization.name, Site.name)
    )
    return [dict(row) for row in db.session.execute(statement).mappings()]


def rooms(now_s: int) -> list[dict[str, object]]:
    """List every room with its site, its organization, and how many sensors it has now."""
    in_force = (Installation.room_id == Room.id) & is_active(now_s)
    statement = (
        select(
            Room.id,
            Room.name,
            Site.name.label("site"),
            Organization.name.label("organization"),
            func.count(Installation.id).label("sensors"),
        )
        .join(Site, Room.site_id == Site.id)
        .join(Organization, Site.operator_id == Organization.id)
        .outerjoin(Installation, in_force)
        .group_by(Room.id, Site.id, Organization.id)
        .order_by(Organization.name, Site.name, Room.name)
    )
    return [dict(row) for row in db.session.execute(statement).mappings()]
