"""Clairchen, the self-built node: a header byte, then two bytes a sample, oldest first.

Header: two bits of version, three of message id, three of the number of samples minus one.
Sample: CO2 in steps of 20 ppm; five bits of whole degrees, three bits of humidity in steps of 10 %.
The device has no clock: the newest sample gets the time of reception, and the data rate tells how
far the others lie apart.
"""

import logging
from collections.abc import Sequence

from clair.ingest.uplink import ContentError, DataRate, FormatError, Reading, Uplink

log = logging.getLogger(__name__)

F_PORT = 1
MOST_SAMPLES = 8
# ceil(ceil(airtime * 86400 s / 30 s) / samples): the fair-use limit is 30 s of airtime a day. The
# firmware counts in steps of 5 s, so that its samples are up to 2 s further apart than said here.
INTERVALS_S = {
    DataRate.SF7BW250: 38,
    DataRate.SF7BW125: 75,
    DataRate.SF8BW125: 134,
    DataRate.SF9BW125: 178,
    DataRate.SF10BW125: 214,
    DataRate.SF11BW125: 534,
    DataRate.SF12BW125: 855,
}
SAMPLES_PER_MESSAGE = {
    DataRate.SF7BW250: 2,
    DataRate.SF7BW125: 2,
    DataRate.SF8BW125: 2,
    DataRate.SF9BW125: 3,
    DataRate.SF10BW125: 5,
    DataRate.SF11BW125: 4,
    DataRate.SF12BW125: 5,
}


def decode(uplink: Uplink) -> list[Reading]:
    """Read the samples of a message, oldest first."""
    samples = _split(uplink.payload)
    interval_s = _interval_s(uplink, len(samples))
    oldest_s = uplink.received_at_s - (len(samples) - 1) * interval_s
    return [
        Reading(
            timestamp_s=oldest_s + number * interval_s,
            co2_ppm=sample[0] * 20,
            temperature_celsius=sample[1] >> 3,
            rel_humidity_percent=(sample[1] & 0b111) * 10 + 10,
        )
        for number, sample in enumerate(samples)
    ]


def _split(payload: bytes) -> list[bytes]:
    """Check the header and cut the body into samples."""
    if not payload:
        raise FormatError("the payload is empty")
    header, body = payload[0], payload[1:]
    version, message_id, announced = header >> 6, header >> 3 & 0b111, (header & 0b111) + 1
    if version != 0:
        raise ContentError(f"unknown protocol version {version}")
    if message_id != 0:
        raise ContentError(f"unknown message id {message_id}")
    if len(body) % 2:
        raise FormatError("the last sample has one byte instead of two")
    # Happens when the data rate changes while samples wait in the device. Those were taken at the
    # former interval, which nobody knows here, so that their times would be invented.
    if len(body) != 2 * announced:
        raise ContentError(f"the header announces {announced} samples, {len(body) // 2} follow")
    return [body[start : start + 2] for start in range(0, len(body), 2)]


def _interval_s(uplink: Uplink, count: int) -> int:
    # No Clairchen sends at such a rate. Even a lone sample, which needs no interval, is refused:
    # the sender is not what the source says it is.
    if uplink.data_rate is DataRate.UNSUPPORTED:
        raise ContentError("no Clairchen sends at this data rate")
    if uplink.data_rate is None and count > 1:
        log.warning("uplink of %s without data rate: times assume SF9", uplink.dev_eui)
    return INTERVALS_S[uplink.data_rate or DataRate.SF9BW125]


def encode(readings: Sequence[Reading]) -> bytes:
    """Write samples, oldest first, clamped and rounded as the firmware does."""
    if not 1 <= len(readings) <= MOST_SAMPLES:
        raise ValueError(f"a message holds 1 to {MOST_SAMPLES} samples, not {len(readings)}")
    return bytes([len(readings) - 1]) + b"".join(_encode_sample(reading) for reading in readings)


def _encode_sample(reading: Reading) -> bytes:
    if reading.temperature_celsius is None or reading.rel_humidity_percent is None:
        raise ValueError("a Clairchen always reports temperature and humidity")
    co2 = (_clamp(reading.co2_ppm, 0, 5100) + 10) // 20
    temperature = int(_clamp(reading.temperature_celsius, 0, 31) + 0.5)
    humidity = int(_clamp(reading.rel_humidity_percent, 10, 80) + 5) // 10 - 1
    return bytes([int(co2), temperature << 3 | humidity])


def _clamp(value: float, lowest: int, highest: int) -> float:
    return max(lowest, min(value, highest))
