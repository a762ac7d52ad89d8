"""The values of ingest: what a network heard, what a device measured, what can be wrong.

A network's message becomes one `Uplink`, a decoder turns that into `Reading`s. Nothing here
touches a clock, a database or a socket, so that recorded bytes are all that a test needs.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import ClassVar, Literal


class DataRate(Enum):
    """A LoRa data rate of the European band: spreading factor and bandwidth in Hz."""

    SF12BW125 = (12, 125_000)
    SF11BW125 = (11, 125_000)
    SF10BW125 = (10, 125_000)
    SF9BW125 = (9, 125_000)
    SF8BW125 = (8, 125_000)
    SF7BW125 = (7, 125_000)
    SF7BW250 = (7, 250_000)
    UNSUPPORTED = (0, 0)  # told, but none of the above: FSK, LR-FHSS, another bandwidth

    @classmethod
    def from_lora(cls, spreading_factor: int, bandwidth_hz: int) -> DataRate:
        """Find the data rate of a LoRa modulation."""
        try:
            return cls((spreading_factor, bandwidth_hz))
        except ValueError:
            return cls.UNSUPPORTED


@dataclass(frozen=True, slots=True)
class Uplink:
    """What a network tells about one frame of one device."""

    dev_eui: str  # 16 upper-case hex digits
    device_id: str  # the network's name for the device, for logs
    f_port: int
    payload: bytes
    received_at_s: int
    data_rate: DataRate | None  # None: the network did not tell
    is_simulated: bool = False  # made in the network's console, not by a device


@dataclass(frozen=True, slots=True)
class Reading:
    """What a device measured at one instant; None is "not reported", and zero is a value."""

    timestamp_s: int
    co2_ppm: int
    temperature_celsius: float | None = None
    rel_humidity_percent: float | None = None


class DecodeError(Exception):
    """A message or payload that cannot be used; it belongs into quarantine."""

    kind: ClassVar[Literal["format", "content"]]

    def __init__(self, detail: str) -> None:
        super().__init__(detail)
        self.detail = detail


class FormatError(DecodeError):
    """Parts are missing, left over, or of the wrong type."""

    kind = "format"


class ContentError(DecodeError):
    """The form is right, and the meaning is refused."""

    kind = "content"


class Ignored(Exception):
    """Nothing is wrong, and there is nothing to store."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def unix_second(text: str) -> int:
    """Turn an RFC 3339 time into the second that identifies a sample.

    Digits beyond the microsecond are cut, then the nearest second wins, the even one in a tie.
    Node and second identify a sample, so the live path and a backfill both have to ask here.
    """
    instant = datetime.fromisoformat(text)
    if instant.tzinfo is None:
        raise ValueError(f"{text!r} has no offset from UTC")
    return round(instant.timestamp())
