"""The Things Stack, version 3: from a message of its application server to an `Uplink`.

The same JSON arrives over MQTT, in a webhook and, wrapped into `{"result": …}`, from the storage
integration. The stack leaves out every field that is empty, zero or false, so an absent field is
never an error in itself; a field of the wrong type always is. `decoded_payload` and the clocks of
gateways are left alone: the one keeps one reading of several, the others may be days off.
"""

import base64
from typing import TypeVar

import orjson

from clair.identity import parse_eui
from clair.ingest.uplink import (
    ContentError,
    DataRate,
    FormatError,
    Ignored,
    Uplink,
    unix_second,
)

T = TypeVar("T")
JSON_TYPES = {dict: "an object", str: "a text", int: "a whole number", bool: "true or false"}
OTHER_MESSAGES = (
    "downlink_ack",
    "downlink_failed",
    "downlink_nack",
    "downlink_queue_invalidated",
    "downlink_queued",
    "downlink_sent",
    "join_accept",
    "location_solved",
    "service_data",
    "uplink_normalized",
)
RATES_BY_INDEX = (
    DataRate.SF12BW125,
    DataRate.SF11BW125,
    DataRate.SF10BW125,
    DataRate.SF9BW125,
    DataRate.SF8BW125,
    DataRate.SF7BW125,
    DataRate.SF7BW250,
)
YEAR_2020_S = 1_577_836_800
DAY_S = 86_400


def parse(message: bytes, now_s: int) -> Uplink:
    """Read a message of The Things Stack, whatever its bytes."""
    outer = _load(message)
    frame = _find_frame(outer)
    device = _member(outer, "end_device_ids", dict) or {}
    return Uplink(
        dev_eui=_dev_eui(device),
        device_id=_member(device, "device_id", str) or "",
        f_port=_f_port(frame),
        payload=_payload(frame),
        received_at_s=_received_at_s(frame, outer, now_s),
        data_rate=_data_rate(_member(frame, "settings", dict) or {}),
        is_simulated=_member(outer, "simulated", bool) or False,
    )


def _load(message: bytes) -> dict[str, object]:
    try:
        document = orjson.loads(message)
    except orjson.JSONDecodeError as error:
        raise FormatError(f"the message is not JSON: {error}") from error
    if not isinstance(document, dict):
        raise FormatError("the message is not a JSON object")
    return _member(document, "result", dict) or document


def _member(parent: dict[str, object], name: str, kind: type[T]) -> T | None:
    """Get a field that is of this type or absent; null is absent, as in all JSON of protobuf."""
    value = parent.get(name)
    if value is None:
        return None
    # JSON's true is no number, although Python's is.
    if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        raise FormatError(f"{name} is not {JSON_TYPES[kind]}")
    return value


def _find_frame(outer: dict[str, object]) -> dict[str, object]:
    frame = _member(outer, "uplink_message", dict)
    if frame is not None:
        return frame
    for name in OTHER_MESSAGES:
        if name in outer:
            raise Ignored(f"a message of type {name}, not an uplink")
    raise FormatError("the message has no uplink_message")


def _dev_eui(device: dict[str, object]) -> str:
    text = _member(device, "dev_eui", str)
    if not text:
        raise Ignored("the device has no DevEUI, so that no node can be derived")
    try:
        return parse_eui(text)
    except ValueError as error:
        raise FormatError(f"dev_eui is wrong: {error}") from error


def _f_port(frame: dict[str, object]) -> int:
    f_port = _member(frame, "f_port", int) or 0
    if not 0 <= f_port <= 255:
        raise FormatError(f"f_port {f_port} is not within 0 and 255")
    return f_port


def _payload(frame: dict[str, object]) -> bytes:
    text = _member(frame, "frm_payload", str)
    if not text:
        raise Ignored("a frame without payload")
    try:
        return base64.b64decode(text, validate=True)
    except ValueError as error:
        raise FormatError(f"frm_payload is not base64: {error}") from error


def _received_at_s(frame: dict[str, object], outer: dict[str, object], now_s: int) -> int:
    """Take the time of the network server; simulated uplinks may carry the year 1 there."""
    for part in (frame, outer):
        second = _plausible_second(_member(part, "received_at", str) or "", now_s)
        if second is not None:
            return second
    raise ContentError("no received_at of the message is a plausible time")


def _plausible_second(text: str, now_s: int) -> int | None:
    try:
        second = unix_second(text)
    except ValueError:
        return None
    return second if YEAR_2020_S <= second <= now_s + DAY_S else None


def _data_rate(settings: dict[str, object]) -> DataRate | None:
    """Find the data rate, in its present form, else as an index, else say that it is unknown."""
    modulation = _member(settings, "data_rate", dict)
    index = _member(settings, "data_rate_index", int)
    lora = _member(modulation or {}, "lora", dict)
    if lora is not None:
        return DataRate.from_lora(
            _member(lora, "spreading_factor", int) or 0, _member(lora, "bandwidth", int) or 0
        )
    if index is not None:
        return RATES_BY_INDEX[index] if 0 <= index < len(RATES_BY_INDEX) else DataRate.UNSUPPORTED
    # Something that is not LoRa has been told, and that is not the same as nothing.
    return DataRate.UNSUPPORTED if modulation else None
