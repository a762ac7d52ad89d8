"""Takes over the inventory: all of it, or nothing."""

from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from clair import access
from clair.access import Actor
from clair.errors import Conflict
from clair.extensions import db
from clair.managair import addresses, installations
from clair.managair.collected import INSTALLATION, Collected
from clair.managair.guards import plain
from clair.managair.kinds import KINDS
from clair.managair.summary import Summary
from clair.managair.writer import Writer, numbers_of
from clair.models import Node

ADVANCE = text("""
    SELECT setval(pg_get_serial_sequence(:name, 'id'), :largest)
    WHERE :largest > coalesce(
        pg_sequence_last_value(pg_get_serial_sequence(:name, 'id')::regclass), 0
    )
""")


def import_inventory(actor: Actor, collected: Collected, summary: Summary) -> dict[str, UUID]:
    """Create what is missing of the inventory; return the sensors that may get samples."""
    access.require_system(actor)
    give_away_numbers(collected)
    writer = Writer(collected, summary)
    try:
        for kind in KINDS:
            if kind.source == INSTALLATION:
                installations.settle(writer, kind)
            else:
                writer.settle(kind)
    except IntegrityError as error:
        raise Conflict(
            "Somebody else changed the inventory meanwhile, and nothing was imported; run it again."
        ) from error
    addresses.settle(writer)
    return find_nodes(writer)


def give_away_numbers(collected: Collected) -> None:
    """Move PostgreSQL's sequences past the numbers of the dump, before anybody else takes them."""
    if db.engine.dialect.name != "postgresql":
        return
    for kind in KINDS:
        if numbers := numbers_of(collected, kind):
            # In quotes, because a user is something else to PostgreSQL.
            name = f'"{kind.model.__tablename__}"'
            db.session.execute(ADVANCE, {"name": name, "largest": max(numbers)})


def find_nodes(writer: Writer) -> dict[str, UUID]:
    """Find the sensors that are here, but for those that the dump has and that were refused.

    Other files may have brought them before, or somebody has registered them: their identity comes
    from their EUI, so that it is the same device.
    """
    kept = writer.rows["core.node"]
    refused = {plain(key) for key in writer.collected.records["core.node"] if key not in kept}
    found = db.session.scalars(select(Node.uuid))
    return {uuid.hex: uuid for uuid in found if uuid.hex not in refused}
