"""The base of all tables: column types that say what they hold, and names for every constraint."""

from types import MappingProxyType
from typing import Annotated

from sqlalchemy import BigInteger, Integer, MetaData, SmallInteger, String, Text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

Seconds = Annotated[int, mapped_column(BigInteger)]
"""An instant in whole Unix seconds; 64 bit, so that nothing ends in 2038."""
Small = Annotated[int, mapped_column(SmallInteger)]
Count = Annotated[int, mapped_column(Integer)]
Name = Annotated[str, mapped_column(String(50))]
Label = Annotated[str, mapped_column(String(100))]
LongText = Annotated[str, mapped_column(Text)]


class Base(DeclarativeBase):
    """Tables of Clair; unnamed constraints get a name by convention, so that migrations find them."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


class Entity(Base):
    """A row that has a number of its own, unlike a sample; it is what the policy speaks of."""

    __abstract__ = True
    # Two who delete the same row at the same time both get what they wanted.
    __mapper_args__ = MappingProxyType({"confirm_deleted_rows": False})

    id: Mapped[int] = mapped_column(primary_key=True)
