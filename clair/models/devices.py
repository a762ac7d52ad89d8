"""What measures: quantities, protocols, models, nodes, and where nodes are installed."""

from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    String,
    Table,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import ExcludeConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from clair.models.base import Base, Count, Entity, Label, LongText, Seconds
from clair.models.people import Organization
from clair.models.places import Room

model_quantity = Table(
    "model_quantity",
    Base.metadata,
    Column("model_id", ForeignKey("model.id", ondelete="CASCADE"), primary_key=True),
    Column("quantity_id", ForeignKey("quantity.id", ondelete="CASCADE"), primary_key=True),
)


class Quantity(Entity):
    """What a sensor can measure, with its unit."""

    __tablename__ = "quantity"
    __table_args__ = (UniqueConstraint("quantity"),)

    quantity: Mapped[str] = mapped_column(String(30))
    base_unit: Mapped[str] = mapped_column(String(30))


class Protocol(Entity):
    """How a node speaks; `family` names the decoder of its payloads."""

    __tablename__ = "protocol"
    __table_args__ = (
        UniqueConstraint("identifier"),
        CheckConstraint("num_uplink_msgs >= 0 AND num_downlink_msgs >= 0", name="num_msgs"),
    )

    identifier: Mapped[str] = mapped_column(String(30))
    num_uplink_msgs: Mapped[Count] = mapped_column(default=1)
    num_downlink_msgs: Mapped[Count] = mapped_column(default=1)
    family: Mapped[str | None] = mapped_column(String(20))


class Model(Entity):
    """A kind of node as its manufacturer sells it."""

    __tablename__ = "model"
    __table_args__ = (UniqueConstraint("name"),)

    name: Mapped[str] = mapped_column(String(30))
    trade_name: Mapped[str] = mapped_column(String(30))
    manufacturer: Mapped[str] = mapped_column(String(30))
    sensor_type: Mapped[Label]

    quantities: Mapped[list[Quantity]] = relationship(secondary=model_quantity)


class Node(Entity):
    """A sensor device; `uuid` is its public identity, `id` the short key of its samples."""

    __tablename__ = "node"
    __table_args__ = (
        UniqueConstraint("uuid"),
        # The radio network writes an EUI in capitals, people as they like.
        Index("uq_node_eui64_upper", text("upper(eui64)"), unique=True),
    )

    uuid: Mapped[UUID]
    eui64: Mapped[str] = mapped_column(String(32))
    alias: Mapped[Label]
    description: Mapped[LongText | None]
    protocol_id: Mapped[int] = mapped_column(ForeignKey("protocol.id"), index=True)
    model_id: Mapped[int] = mapped_column(ForeignKey("model.id"), index=True)
    owner_id: Mapped[int] = mapped_column(
        ForeignKey("organization.id", ondelete="CASCADE"), index=True
    )

    protocol: Mapped[Protocol] = relationship()
    model: Mapped[Model] = relationship()
    owner: Mapped[Organization] = relationship()


class Installation(Entity):
    """A node in a room for [from_timestamp_s, to_timestamp_s); an open end is NULL."""

    __tablename__ = "installation"
    __table_args__ = (
        CheckConstraint("from_timestamp_s < to_timestamp_s", name="from_before_to"),
        UniqueConstraint("node_id", "from_timestamp_s"),
        ExcludeConstraint(
            ("node_id", "="),
            (text("int8range(from_timestamp_s, to_timestamp_s)"), "&&"),
            name="ex_installation_overlap",
            using="gist",
        ).ddl_if(dialect="postgresql"),
    )

    node_id: Mapped[int] = mapped_column(ForeignKey("node.id", ondelete="CASCADE"))
    room_id: Mapped[int] = mapped_column(ForeignKey("room.id", ondelete="CASCADE"), index=True)
    from_timestamp_s: Mapped[Seconds]
    to_timestamp_s: Mapped[Seconds | None]
    is_public: Mapped[bool] = mapped_column(default=False)
    description: Mapped[LongText | None]
    image: Mapped[Label | None]

    node: Mapped[Node] = relationship()
    room: Mapped[Room] = relationship()
