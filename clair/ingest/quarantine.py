"""The quarantine: messages that could not become samples, kept as they came, with the reason."""

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from operator import itemgetter

from sqlalchemy import func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import joinedload

from clair import access
from clair.access import Actor, Source
from clair.errors import NotFound
from clair.extensions import db
from clair.models import Node, QuarantinedUplink


@dataclass(frozen=True)
class Rejected:
    """A message and why it was rejected: reason is format, content, unknown_node or conflict."""

    message: bytes
    reason: str
    detail: str
    eui: str | None


def keep(source: Source, rejected: Sequence[Rejected], now_s: int) -> None:
    """Keep messages; one that was sent before counts up."""
    if not rejected:
        return
    nodes = find_nodes({each.eui for each in rejected if each.eui})
    times = Counter(each.message for each in rejected)
    rows = {
        each.message: {
            "source_id": source.id,
            "node_id": nodes.get(each.eui or ""),
            "digest": hashlib.sha256(each.message).hexdigest(),
            "message": each.message,
            "eui64": each.eui,
            "reason": each.reason,
            "detail": each.detail,
            "received_s": now_s,
            "times": times[each.message],
        }
        for each in rejected
    }
    dialect = {"postgresql": postgresql, "sqlite": sqlite}[db.engine.dialect.name]
    statement = dialect.insert(QuarantinedUplink)
    db.session.execute(
        statement.on_conflict_do_update(
            index_elements=["source_id", "digest"],
            set_={
                "times": QuarantinedUplink.times + statement.excluded.times,
                "reason": statement.excluded.reason,
                "detail": statement.excluded.detail,
                "node_id": statement.excluded.node_id,
                "received_s": statement.excluded.received_s,
            },
        ),
        sorted(rows.values(), key=itemgetter("digest")),
    )


def find_nodes(euis: set[str]) -> dict[str, int]:
    """Find the nodes of EUIs, so that their owners see what went wrong."""
    if not euis:
        return {}
    eui64 = func.upper(Node.eui64)
    rows = db.session.execute(select(eui64, Node.id).where(eui64.in_(euis)))
    return {eui: node_id for eui, node_id in rows}


def waiting(actor: Actor, row_id: int | None = None) -> Sequence[QuarantinedUplink]:
    """List what waits in quarantine, oldest first, or one of it."""
    statement = access.visible(QuarantinedUplink, actor).options(
        joinedload(QuarantinedUplink.source)
    )
    if row_id is not None:
        statement = statement.where(QuarantinedUplink.id == row_id)
    rows = db.session.scalars(statement.order_by(QuarantinedUplink.id)).all()
    if row_id is not None and not rows:
        raise NotFound(f"There is no message {row_id} in quarantine.")
    return rows
