"""Uplinks as The Things Stack sends them; what becomes of each can be looked up here."""

import base64
import json
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select

from clair.access import SYSTEM, Source
from clair.extensions import db
from clair.ingest.receive import Receipt, receive
from clair.ingest.sources import add_source
from clair.models import IngestSource, Node, QuarantinedUplink, Sample

from conftest import NOW_S

ERS = "02AA0000000E0003"
OY = "02AA00000000A005"
STRANGER = "02AA0000000000FF"
CO2_800 = "060320"
CO2_900 = "060384"


def uplink(
    eui: str = ERS, payload: str = CO2_800, *, at_s: int = NOW_S, port: int = 5, **extra: Any
) -> dict[str, Any]:
    """Make the message of The Things Stack that carries a payload."""
    message = {
        "end_device_ids": {"device_id": "invented", "dev_eui": eui},
        "received_at": datetime.fromtimestamp(at_s, UTC).isoformat(),
        "uplink_message": {
            "f_port": port,
            "frm_payload": base64.b64encode(bytes.fromhex(payload)).decode(),
            "settings": {
                "data_rate": {"lora": {"spreading_factor": 9, "bandwidth": 125_000}},
            },
        },
    }
    return message | extra


def encoded_uplink(eui: str, payload: str, **fields: Any) -> bytes:
    """Make the bytes of such a message."""
    return json.dumps(uplink(eui, payload, **fields)).encode()


def source(family: str | None = None) -> Source:
    """Give the source that knows a family, or none."""
    row = db.session.scalar(select(IngestSource).where(IngestSource.name == f"ttn-{family}"))
    if row is None:
        add_source(SYSTEM, f"ttn-{family}", "ttn", family)
        return source(family)
    return Source(row.id, row.name, row.network, row.family)


def take(*messages: bytes, family: str | None = None, **options: bool) -> Receipt:
    """Receive messages of that source, at NOW_S."""
    receipt = receive(source(family), messages, NOW_S, **options)
    db.session.commit()
    return receipt


def kept() -> list[QuarantinedUplink]:
    """List what was set aside, oldest first."""
    statement = select(QuarantinedUplink).order_by(QuarantinedUplink.id)
    return list(db.session.scalars(statement.execution_options(populate_existing=True)))


def reasons() -> set[str]:
    """Give the reasons why messages were set aside."""
    return {row.reason for row in kept()}


def co2_of(node: Node) -> list[int]:
    """List what is stored of a node, oldest first."""
    statement = select(Sample.co2_ppm).where(Sample.node_id == node.id).order_by(Sample.timestamp_s)
    return list(db.session.scalars(statement))
