"""ELSYS ERS CO2 and ERS CO2 Lite: items of a type byte and a value, without lengths, big-endian.

The device queues readings and sends the newest first. It tells neither their times nor the period
between them: the number of readings stands for the period that a device with that queue is set to.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from clair.ingest.uplink import ContentError, FormatError, Ignored, Reading, Uplink

F_PORT = 5
INTERVALS_S = {2: 326, 3: 356, 4: 593, 5: 948}  # by the number of readings; one needs none

TEMPERATURE, HUMIDITY, CO2, SETTINGS_REPORT = 0x01, 0x02, 0x06, 0x3E


class Quantity(NamedTuple):
    """How a quantity is coded, and which of its codes are values."""

    name: str
    width: int
    is_signed: bool
    lowest: int
    highest: int


QUANTITIES = {
    TEMPERATURE: Quantity("temperature (in tenths of a degree)", 2, True, -32765, 32765),
    HUMIDITY: Quantity("humidity", 1, False, 0, 100),
    CO2: Quantity("CO2", 2, False, 0, 10_000),
}
# What else the vendor's sensors say; known by its width, to get past it.
OTHER_WIDTHS = {
    0x03: 3,  # acceleration
    0x04: 2,  # light
    0x05: 1,  # motion
    0x07: 2,  # battery
    0x08: 2,  # analog 1
    0x09: 6,  # position
    0x0A: 2,  # pulse count 1
    0x0B: 4,  # pulse count 1, absolute
    0x0C: 2,  # external temperature 1
    0x0D: 1,  # external digital 1
    0x0E: 2,  # distance
    0x0F: 1,  # motion by acceleration
    0x10: 4,  # infrared temperatures
    0x11: 1,  # occupancy
    0x12: 1,  # water leak
    0x13: 65,  # grid eye
    0x14: 4,  # pressure
    0x15: 2,  # sound
    0x16: 2,  # pulse count 2
    0x17: 4,  # pulse count 2, absolute
    0x18: 2,  # analog 2
    0x19: 2,  # external temperature 2
    0x1A: 1,  # external digital 2
    0x1B: 4,  # external analog
    0x1C: 2,  # volatile organic compounds
    0x3D: 4,  # debug
}
WIDTHS = OTHER_WIDTHS | {code: quantity.width for code, quantity in QUANTITIES.items()}

Item = tuple[int, int]  # type and raw value


def decode(uplink: Uplink) -> list[Reading]:
    """Read the readings of a message, oldest first."""
    if not uplink.payload:
        raise FormatError("the payload is empty")
    if uplink.payload[0] == SETTINGS_REPORT:
        raise Ignored("a settings report, not a measurement")
    groups = _group(list(_read_items(uplink.payload)))
    interval_s = INTERVALS_S.get(len(groups), 0)
    newest_first = [
        _reading(group, uplink.received_at_s - number * interval_s)
        for number, group in enumerate(groups)
    ]
    return newest_first[::-1]


def _read_items(payload: bytes) -> Iterator[Item]:
    position = 0
    while position < len(payload):
        code = payload[position]
        start, position = position + 1, position + 1 + _width(code)
        if position > len(payload):
            raise FormatError(f"the value of type 0x{code:02X} is cut short")
        if code in QUANTITIES:
            yield code, _raw_value(QUANTITIES[code], payload[start:position])


def _width(code: int) -> int:
    # The unit of time offsets is not documented, and devices are set up without them.
    if code >> 6:
        raise ContentError(f"item 0x{code:02X} carries a time offset, which is not supported")
    if code not in WIDTHS:
        raise ContentError(f"unknown type 0x{code:02X}")
    return WIDTHS[code]


def _raw_value(quantity: Quantity, value: bytes) -> int:
    raw = int.from_bytes(value, "big", signed=quantity.is_signed)
    if not quantity.lowest <= raw <= quantity.highest:
        raise ContentError(f"{quantity.name} cannot be {raw}")
    return raw


def _group(items: list[Item]) -> list[dict[int, int]]:
    """Share the items between readings that are all alike: CO2 alone, or with both others.

    A single reading may hold any combination: there is nothing to tell apart.
    """
    count = sum(code == CO2 for code, _ in items)
    if count != 1 and count not in INTERVALS_S:
        raise ContentError(f"{count} CO2 values, and an interval is known for 1 to 5 only")
    size = len(items) // count
    if count > 1 and size not in (1, 3):
        raise ContentError(f"{len(items)} values cannot be shared between {count} readings")
    # What is left over makes a group too many, which has no CO2 of its own.
    groups = [dict(items[start : start + size]) for start in range(0, len(items), size)]
    if any(len(group) != size or CO2 not in group for group in groups):
        raise ContentError("values are not ordered by reading, or repeated within one")
    return groups


def _reading(group: dict[int, int], timestamp_s: int) -> Reading:
    tenths = group.get(TEMPERATURE)
    return Reading(
        timestamp_s=timestamp_s,
        co2_ppm=group[CO2],
        temperature_celsius=None if tenths is None else tenths / 10,
        rel_humidity_percent=group.get(HUMIDITY),
    )


def encode(readings: Sequence[Reading]) -> bytes:
    """Write readings, given oldest first, newest first as the device does."""
    return b"".join(_encode_reading(reading) for reading in reversed(readings))


def _encode_reading(reading: Reading) -> bytes:
    encoded = b""
    if reading.temperature_celsius is not None:
        encoded += _encode_item(TEMPERATURE, round(reading.temperature_celsius * 10))
    if reading.rel_humidity_percent is not None:
        encoded += _encode_item(HUMIDITY, round(reading.rel_humidity_percent))
    return encoded + _encode_item(CO2, reading.co2_ppm)


def _encode_item(code: int, raw: int) -> bytes:
    quantity = QUANTITIES[code]
    return bytes([code]) + raw.to_bytes(quantity.width, "big", signed=quantity.is_signed)
