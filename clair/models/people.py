"""Who: users, organizations, and who belongs to which."""

from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text, true
from sqlalchemy.orm import Mapped, mapped_column, relationship

from clair.models.base import Entity, LongText, Name, Seconds


class Role(StrEnum):
    """What a member may do; the values are those on the wire."""

    OWNER = "O"
    INSPECTOR = "I"


class Scope(StrEnum):
    """What the holder of a token may do."""

    READ = "read"
    WRITE = "write"


class User(Entity):
    """A person who can log in."""

    __tablename__ = "user"
    __table_args__ = (
        UniqueConstraint("username"),
        # People log in with their address in any case; two accounts must not share one.
        Index("uq_user_email_lower", text("lower(email)"), unique=True),
    )

    username: Mapped[str] = mapped_column(String(150))
    email: Mapped[str] = mapped_column(String(254))
    is_email_verified: Mapped[bool] = mapped_column(default=True, server_default=true())
    first_name: Mapped[str] = mapped_column(String(150), default="")
    last_name: Mapped[str] = mapped_column(String(150), default="")
    password_hash: Mapped[str] = mapped_column(String(255))
    language: Mapped[str | None] = mapped_column(String(2))
    is_admin: Mapped[bool] = mapped_column(default=False)
    is_active: Mapped[bool] = mapped_column(default=True)
    created_s: Mapped[Seconds]

    memberships: Mapped[list["Membership"]] = relationship(
        back_populates="user", cascade="all, delete-orphan", passive_deletes=True
    )


class Organization(Entity):
    """The owner of sites and sensors: a school, a restaurant, a practice."""

    __tablename__ = "organization"
    __table_args__ = (UniqueConstraint("name"),)

    name: Mapped[Name]
    description: Mapped[LongText | None]

    memberships: Mapped[list["Membership"]] = relationship(
        back_populates="organization", cascade="all, delete-orphan", passive_deletes=True
    )


class Membership(Entity):
    """A user's role in an organization."""

    __tablename__ = "membership"
    __table_args__ = (
        UniqueConstraint("organization_id", "user_id"),
        CheckConstraint("role IN ('O', 'I')", name="role"),
    )

    organization_id: Mapped[int] = mapped_column(ForeignKey("organization.id", ondelete="CASCADE"))
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), index=True)
    role: Mapped[str] = mapped_column(String(1), default=Role.INSPECTOR)

    organization: Mapped[Organization] = relationship(back_populates="memberships")
    user: Mapped[User] = relationship(back_populates="memberships")


class ApiToken(Entity):
    """What a program logs in with instead of a user's password; only its hash is kept."""

    __tablename__ = "api_token"
    __table_args__ = (
        UniqueConstraint("token_hash"),
        CheckConstraint("scope IN ('read', 'write')", name="scope"),
    )

    user_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), index=True)
    name: Mapped[Name]
    scope: Mapped[str] = mapped_column(String(5), default=Scope.WRITE)
    token_hash: Mapped[str] = mapped_column(String(64))
    created_s: Mapped[Seconds]
    expires_s: Mapped[Seconds | None]

    user: Mapped[User] = relationship()
