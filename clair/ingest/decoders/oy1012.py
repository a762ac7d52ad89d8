"""Talkpool OY1012 and OY1210: one reading in five bytes on port 2.

Temperature and humidity are 12 bits each, in tenths above an offset; their lower four bits share
the third byte. CO2 follows as 16 bits. The spacing is irregular by design: the device also reports
when CO2 moves.
"""

from clair.ingest.uplink import ContentError, FormatError, Ignored, Reading, Uplink

F_PORT = 2
LENGTH = 5
CO2_FAILED = 0xFFFF
TEMPERATURE_OFFSET = 800
HUMIDITY_OFFSET = 250


def decode(uplink: Uplink) -> list[Reading]:
    """Read a measurement; on the other port the device talks about itself."""
    if uplink.f_port != F_PORT:
        raise Ignored(f"port {uplink.f_port} carries status and answers, not measurements")
    if len(uplink.payload) != LENGTH:
        raise FormatError(f"a measurement has {LENGTH} bytes, not {len(uplink.payload)}")
    temperature, humidity, low_bits = uplink.payload[:3]
    co2_ppm = int.from_bytes(uplink.payload[3:], "big")
    if co2_ppm == CO2_FAILED:
        raise ContentError("the device could not read its CO2 sensor")
    return [
        Reading(
            timestamp_s=uplink.received_at_s,
            co2_ppm=co2_ppm,
            temperature_celsius=((temperature << 4 | low_bits >> 4) - TEMPERATURE_OFFSET) / 10,
            rel_humidity_percent=((humidity << 4 | low_bits & 0xF) - HUMIDITY_OFFSET) / 10,
        )
    ]


def encode(reading: Reading) -> bytes:
    """Write a measurement as the device does."""
    if reading.temperature_celsius is None or reading.rel_humidity_percent is None:
        raise ValueError("an OY1012 always reports temperature and humidity")
    temperature = round(reading.temperature_celsius * 10) + TEMPERATURE_OFFSET
    humidity = round(reading.rel_humidity_percent * 10) + HUMIDITY_OFFSET
    low_bits = (temperature & 0xF) << 4 | humidity & 0xF
    return bytes([temperature >> 4, humidity >> 4, low_bits]) + reading.co2_ppm.to_bytes(2, "big")
