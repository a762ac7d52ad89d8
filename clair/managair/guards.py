"""Decides whether a row is the same thing as a record, and whether access may be given."""

from collections.abc import Callable

from sqlalchemy import select

from clair.extensions import db
from clair.managair.collected import Collected
from clair.managair.dump import Record
from clair.managair.kinds import Kind, Values
from clair.managair.shelf import Shelf
from clair.managair.values import Unfit
from clair.models import ApiToken, Entity, Membership, Node, Organization, User

Created = set[tuple[type[Entity], int]]
"""Model and number of what this import has created."""


def is_same(collected: Collected, kind: Kind, record: Record, row: Entity, known: Values) -> bool:
    """Say whether a row is what a record means, even if it was changed since it was imported."""
    if all(getattr(row, name) == known[name] for name in kind.same):
        return True
    # An organization that has another name is still the owner of its sensors.
    return kind.model is Organization and owns_a_sensor_of(collected, record, row)


def owns_a_sensor_of(collected: Collected, record: Record, row: Entity) -> bool:
    """Say whether an organization owns one of the sensors that a record of the dump owns."""
    nodes = collected.records["core.node"].values()
    theirs = {plain(node.key) for node in nodes if node.fields.get("owner") == record.key}
    ours = db.session.scalars(select(Node.uuid).where(Node.owner_id == row.id))
    return any(uuid.hex in theirs for uuid in ours)


def plain(key: object) -> str:
    """Write the key of a node without dashes, in small letters."""
    return str(key).replace("-", "").lower()


def guard_membership(created: Created, shelf: Shelf, values: Values) -> None:
    """Refuse to bring back who has left: an organization that has members here decides itself."""
    organization_id, user_id = values["organization_id"], values["user_id"]
    if {(Organization, organization_id), (User, user_id)} & created:
        return
    for row in shelf.by_number.values():
        is_older = (Membership, row.id) not in created
        if isinstance(row, Membership) and row.organization_id == organization_id and is_older:
            raise Unfit(
                "its organization has members here already, and who has left must not come back; "
                "see `flask organizations add-member`"
            )


def guard_token(created: Created, _shelf: Shelf, values: Values) -> None:
    """Refuse to bring back a token that was given up."""
    if (User, values["user_id"]) not in created:
        raise Unfit("its user was here before, and a token that was given up must not come back")


Guard = Callable[[Created, Shelf, Values], None]
GUARDS: dict[type[Entity], Guard] = {ApiToken: guard_token, Membership: guard_membership}
