"""What was measured: samples, the sources they come from, and uplinks that could not be read."""

from sqlalchemy import CheckConstraint, ForeignKey, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from clair.models.base import Base, Count, Entity, LongText, Name, Seconds, Small
from clair.models.devices import Installation, Node


class Sample(Base):
    """What a node measured at an instant.

    By month of `timestamp_s` partitioned on PostgreSQL, without row ids on SQLite: the primary key
    is the one order in which samples are ever read. Temperatures are kept in tenths of a degree.
    """

    __tablename__ = "sample"
    __table_args__ = (
        CheckConstraint("co2_ppm BETWEEN 0 AND 10000", name="co2_ppm"),
        CheckConstraint("temperature_decidegrees BETWEEN -200 AND 400", name="temperature"),
        CheckConstraint("rel_humidity_percent BETWEEN 0 AND 100", name="rel_humidity"),
        CheckConstraint("measurement_status IN ('M', 'R', 'E')", name="measurement_status"),
        {
            "postgresql_partition_by": "RANGE (timestamp_s)",
            "sqlite_with_rowid": False,
        },
    )

    node_id: Mapped[int] = mapped_column(
        ForeignKey("node.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    timestamp_s: Mapped[Seconds] = mapped_column(primary_key=True, autoincrement=False)
    co2_ppm: Mapped[Small]
    temperature_decidegrees: Mapped[Small | None]
    rel_humidity_percent: Mapped[Small | None]
    measurement_status: Mapped[str] = mapped_column(String(1), default="M", server_default="M")


class DailyCount(Base):
    """How many samples a node has of a day in UTC: counting millions would take seconds.

    Written by the statement that stores the samples. `day` counts from 1970-01-01.
    """

    __tablename__ = "daily_count"

    node_id: Mapped[int] = mapped_column(
        ForeignKey("node.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    day: Mapped[Count] = mapped_column(primary_key=True, autoincrement=False)
    samples: Mapped[Count]


class IngestSource(Entity):
    """A forwarder or network that may deliver measurements; only the hash of its token is kept."""

    __tablename__ = "ingest_source"
    __table_args__ = (UniqueConstraint("name"), UniqueConstraint("token_hash"))

    name: Mapped[Name]
    network: Mapped[str] = mapped_column(String(20))
    family: Mapped[str | None] = mapped_column(String(20))
    token_hash: Mapped[str] = mapped_column(String(64))
    created_s: Mapped[Seconds]
    revoked_s: Mapped[Seconds | None]


class QuarantinedUplink(Entity):
    """A message that could not become samples, kept as it came, with the reason.

    The digest of the message makes a repeated message count up instead of piling up.
    """

    __tablename__ = "quarantined_uplink"
    __table_args__ = (UniqueConstraint("source_id", "digest"),)

    source_id: Mapped[int] = mapped_column(ForeignKey("ingest_source.id", ondelete="CASCADE"))
    node_id: Mapped[int | None] = mapped_column(
        ForeignKey("node.id", ondelete="CASCADE"), index=True
    )
    digest: Mapped[str] = mapped_column(String(64))
    message: Mapped[bytes] = mapped_column(LargeBinary)
    eui64: Mapped[str | None] = mapped_column(String(32))
    reason: Mapped[str] = mapped_column(String(20))
    detail: Mapped[LongText]
    received_s: Mapped[Seconds]
    times: Mapped[Count] = mapped_column(default=1)

    source: Mapped[IngestSource] = relationship()
    node: Mapped[Node | None] = relationship()


class StadtpulsSensor(Entity):
    """The sensor that the open-data platform Stadtpuls knows for an installation."""

    __tablename__ = "stadtpuls_sensor"
    __table_args__ = (UniqueConstraint("installation_id"), UniqueConstraint("sensor_id"))

    installation_id: Mapped[int] = mapped_column(ForeignKey("installation.id", ondelete="CASCADE"))
    sensor_id: Mapped[Count]
    created_s: Mapped[Seconds]

    installation: Mapped[Installation] = relationship()
