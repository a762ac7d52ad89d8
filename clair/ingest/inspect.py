"""Explains messages and payloads without storing anything: for people who look for a fault."""

import time
from collections.abc import Callable

from clair.errors import Invalid
from clair.identity import node_uuid
from clair.ingest.decoders import DECODERS
from clair.ingest.networks import NETWORKS
from clair.ingest.uplink import (
    ContentError,
    DataRate,
    DecodeError,
    Ignored,
    Reading,
    Uplink,
    unix_second,
)


def explain_message(
    network: str, family: str | Callable[[str], str | None], message: bytes, now_s: int
) -> dict[str, object]:
    """Explain a network's message: its samples, or why it is ignored, or what is wrong with it."""
    return explain(family, lambda: NETWORKS[network](message, now_s))


def explain_payload(
    family: str, payload: str, port: int, received_at: str | None, data_rate: DataRate | None
) -> dict[str, object]:
    """Explain a bare payload, given in hex digits; without an EUI there is no node."""
    try:
        content = bytes.fromhex(payload)
    except ValueError as error:
        raise Invalid("payload", "must be hex digits") from error
    uplink = Uplink("", "", port, content, read_instant(received_at), data_rate)
    return explain(family, lambda: uplink)


def explain(
    family: str | Callable[[str], str | None], read: Callable[[], Uplink]
) -> dict[str, object]:
    """Explain what a family's decoder makes of an uplink."""
    try:
        uplink = read()
        family = family if isinstance(family, str) else family(uplink.dev_eui) or ""
        if family not in DECODERS:
            raise ContentError("No sensor is registered with this EUI; name its family.")
        readings = DECODERS[family](uplink)
    except Ignored as reason:
        return {"ignored": reason.reason}
    except DecodeError as error:
        return {"error": {"kind": error.kind, "detail": error.detail}}
    node = str(node_uuid(family, uplink.dev_eui)) if uplink.dev_eui else None
    return {"node": node, "family": family, "samples": [as_sample(each) for each in readings]}


def read_instant(text: str | None) -> int:
    """Read Unix seconds or an RFC 3339 time; now, when nothing is said."""
    if text is None:
        return int(time.time())
    try:
        return int(text) if text.isdigit() and len(text) <= 11 else unix_second(text)
    except ValueError as error:
        raise Invalid("received-at", "must be Unix seconds or a time with its offset") from error


def as_sample(reading: Reading) -> dict[str, object]:
    """Show a reading with the quantities that it has."""
    values = {
        "timestamp_s": reading.timestamp_s,
        "co2_ppm": reading.co2_ppm,
        "temperature_celsius": reading.temperature_celsius,
        "rel_humidity_percent": reading.rel_humidity_percent,
    }
    return {name: value for name, value in values.items() if value is not None}
