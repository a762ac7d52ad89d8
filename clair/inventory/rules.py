"""Rules that several commands share: lengths, unique names, and handing things over."""

import time
from collections.abc import Mapping

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, or_, select

from clair import access
from clair.access import Actor
from clair.errors import Invalid
from clair.extensions import db
from clair.models import Entity, Installation, Organization


class Mismatch(Invalid):
    """Values that do not go together, so that no single field is to blame."""

    def __init__(self, message: str, code: str = "invalid") -> None:
        super().__init__("non_field_errors", message, code)

    def __str__(self) -> str:
        """Say it at the command line, where it is no field's fault either."""
        return self.message


def change(row: Entity, changes: Mapping[str, object]) -> None:
    """Give a row its new values, and write them."""
    for name, value in changes.items():
        setattr(row, name, value)
    db.session.flush()


def check_name(name: str) -> None:
    """Refuse an empty or overlong name."""
    check_length("name", name, 50)


def check_length(field: str, text: str, longest: int) -> None:
    """Refuse a text that is blank or longer than its column."""
    if text.strip() and len(text) <= longest:
        return
    message = _("must have 1 to %(longest)d characters", longest=longest)
    raise Invalid(field, message, "max_length" if text.strip() else "blank")


def check_unique(
    field: str, message: str, row: Entity | None, model: type[Entity], *same: ColumnElement[bool]
) -> None:
    """Refuse a value that another row has already."""
    statement = select(model.id).where(*same)
    if row is not None:
        statement = statement.where(model.id != row.id)
    if db.session.scalar(statement.limit(1)) is not None:
        raise Invalid(field, message, "unique")


def hold(*organization_ids: int) -> None:
    """Let everybody wait who wants the same of these organizations, until this transaction ends.

    Two who ask "is there another owner?" at the same time would both hear yes.
    """
    statement = select(Organization.id).where(Organization.id.in_(organization_ids))
    # Rows that only refer to the organization need not wait; a fixed order avoids deadlocks.
    db.session.execute(statement.order_by(Organization.id).with_for_update(key_share=True)).all()


def check_transfer(
    actor: Actor, old_owner_id: int, new_owner: Organization, taken_along: ColumnElement[bool]
) -> None:
    """Refuse to hand something to an organization that is not the actor's, or while it is in use.

    `taken_along` says which installations go with it. Those of the past may: their samples stay
    where they are, and the measurements of one organization never run into a room of another.
    """
    if new_owner.id == old_owner_id:
        return
    access.require_parent(actor, new_owner)
    hold(old_owner_id, new_owner.id)
    is_unfinished = or_(
        Installation.to_timestamp_s.is_(None), Installation.to_timestamp_s > int(time.time())
    )
    if db.session.scalar(select(Installation.id).where(taken_along, is_unfinished).limit(1)):
        raise Mismatch(
            _("A sensor is installed or will be; end its installation before another owner comes.")
        )
