"""What cannot be in a room is not stored, and what can be is kept."""

import pytest

from clair.ingest.limits import apply_limits
from clair.ingest.uplink import Reading


@pytest.mark.parametrize("co2_ppm", [0, 400, 10_000])
def test_possible_co2_is_kept(co2_ppm: int) -> None:
    assert apply_limits(Reading(0, co2_ppm, 20.0, 50)) == Reading(0, co2_ppm, 20.0, 50)


@pytest.mark.parametrize("co2_ppm", [-1, 10_001, 65_535])
def test_impossible_co2_drops_the_reading(co2_ppm: int) -> None:
    assert apply_limits(Reading(0, co2_ppm, 20.0, 50)) is None


@pytest.mark.parametrize(
    ("reported", "kept"),
    [(-20.1, None), (-20.0, -20.0), (0.0, 0.0), (40.0, 40.0), (40.1, None), (None, None)],
)
def test_impossible_temperature_is_dropped_alone(
    reported: float | None, kept: float | None
) -> None:
    assert apply_limits(Reading(0, 500, reported, 50)) == Reading(0, 500, kept, 50)


@pytest.mark.parametrize(
    ("reported", "kept"),
    [
        (-0.6, None),
        (-0.4, 0),
        (0.0, 0),
        (84.5, 84),
        (85.1, 85),
        (85.5, 86),
        (100.5, 100),
        (100.6, None),
        (384.5, None),
        (None, None),
    ],
)
def test_humidity_is_rounded_to_even_before_it_is_judged(
    reported: float | None, kept: int | None
) -> None:
    reading = apply_limits(Reading(0, 500, 20.0, reported))
    assert reading == Reading(0, 500, 20.0, kept)
    assert reading is not None
    assert isinstance(reading.rel_humidity_percent, int | None)
