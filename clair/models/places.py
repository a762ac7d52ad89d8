"""Where: addresses, sites, rooms."""

from decimal import Decimal

from sqlalchemy import CheckConstraint, ForeignKey, Numeric, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from clair.models.base import Entity, LongText, Name
from clair.models.people import Organization, User


class Address(Entity):
    """A postal address; sites may share one."""

    __tablename__ = "address"
    __table_args__ = (
        CheckConstraint("latitude BETWEEN -90 AND 90", name="latitude"),
        CheckConstraint("longitude BETWEEN -180 AND 180", name="longitude"),
    )

    street1: Mapped[Name]
    street2: Mapped[Name | None]
    zip: Mapped[str] = mapped_column(String(5))
    city: Mapped[Name]
    latitude: Mapped[Decimal | None] = mapped_column(Numeric(9, 6))
    longitude: Mapped[Decimal | None] = mapped_column(Numeric(9, 6))
    # Whoever enters an address sees it before a site has it.
    creator_id: Mapped[int | None] = mapped_column(
        ForeignKey("user.id", ondelete="SET NULL"), index=True
    )

    creator: Mapped[User | None] = relationship()


class Site(Entity):
    """A building or a part of one that an organization operates."""

    __tablename__ = "site"
    __table_args__ = (UniqueConstraint("operator_id", "name"),)

    name: Mapped[Name]
    description: Mapped[LongText | None]
    time_zone: Mapped[Name] = mapped_column(default="Europe/Berlin", server_default="Europe/Berlin")
    address_id: Mapped[int] = mapped_column(ForeignKey("address.id"), index=True)
    operator_id: Mapped[int] = mapped_column(ForeignKey("organization.id", ondelete="CASCADE"))

    address: Mapped[Address] = relationship()
    operator: Mapped[Organization] = relationship()


class Room(Entity):
    """A room whose air is watched."""

    __tablename__ = "room"
    __table_args__ = (UniqueConstraint("site_id", "name"),)

    name: Mapped[Name]
    description: Mapped[LongText | None]
    size_sqm: Mapped[Decimal | None] = mapped_column(Numeric(5, 1))
    height_m: Mapped[Decimal | None] = mapped_column(Numeric(3, 1))
    max_occupancy: Mapped[int | None]
    site_id: Mapped[int] = mapped_column(ForeignKey("site.id", ondelete="CASCADE"))

    site: Mapped[Site] = relationship()
