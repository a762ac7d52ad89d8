"""What a room can be like: the limits within which a reading is stored.

Decoders pass on whatever a device says. The bounds of temperature and humidity are those of the
sample table, which the predecessor had too; that of CO2 is also what ELSYS specifies its sensor
for, and twice what anybody should ever breathe.
"""

from dataclasses import replace

from clair.ingest.uplink import Reading

CO2_LIMITS_PPM = (0, 10_000)
TEMPERATURE_LIMITS_CELSIUS = (-20.0, 40.0)
HUMIDITY_LIMITS_PERCENT = (0, 100)


def apply_limits(reading: Reading) -> Reading | None:
    """Drop what is impossible: a quantity alone, or the whole reading if its CO2 is impossible.

    A sensor in the sun may well report 45 degrees, and its CO2 is still worth having.
    """
    if _within(reading.co2_ppm, CO2_LIMITS_PPM) is None:
        return None
    humidity = reading.rel_humidity_percent
    return replace(
        reading,
        temperature_celsius=_within(reading.temperature_celsius, TEMPERATURE_LIMITS_CELSIUS),
        # Rounded before it is judged (half to even): -0.4 % is a dry room, not a broken sensor.
        rel_humidity_percent=_within(
            None if humidity is None else round(humidity), HUMIDITY_LIMITS_PERCENT
        ),
    )


def _within(value: float | None, limits: tuple[float, float]) -> float | None:
    lowest, highest = limits
    return value if value is not None and lowest <= value <= highest else None
