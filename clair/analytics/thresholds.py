"""When air is good, elevated or unacceptable, and when a value is too old to be shown as current."""

from enum import StrEnum

ELEVATED_FROM_PPM = 1000
UNACCEPTABLE_ABOVE_PPM = 2000
"""Guide values of the German Environment Agency for CO2 in indoor air (Bundesgesundheitsblatt 2008)."""

OUTDOOR_PPM = 400
STALE_AFTER_S = 30 * 60
STALE_AFTER_INTERVALS = 3

CLEAN_AIR_PPM = 1500
"""From here on the air of a room exceeds what the clean-air medal is given for."""

BAD_AIR_PPM = 2000
"""A single value as high as this costs the medal."""

EXCESS_SCORE_LIMIT_PPM = 150
"""A day whose air exceeds on average by this much, or more, costs the medal."""

EXCESS_DAYS_LIMIT = 0.3
"""So large a share of the valid days, exceeding by however little, costs the medal."""

VALID_DAYS_REQUIRED = 0.6
"""Nothing is said of a room when a smaller share of the days is valid."""

GRID_STEP_S = 10 * 60
MAX_GAP_S = 30 * 60
"""Samples further apart are not interpolated: what happened between them is unknown."""

MAX_DAY_GAP_S = 60 * 60
MAX_HOUR_GAP_S = 10 * 60
"""A valid day may lack an hour in all, and a valid hour one point of the grid."""


class Level(StrEnum):
    """How good the air is; every page shows it as colour, shape and word."""

    GOOD = "good"
    ELEVATED = "elevated"
    UNACCEPTABLE = "unacceptable"
    NO_DATA = "no-data"


def level_of(co2_ppm: float | None) -> Level:
    """Judge a CO2 concentration: below 1000 ppm, 1000 to 2000 ppm, above 2000 ppm."""
    if co2_ppm is None:
        return Level.NO_DATA
    if co2_ppm < ELEVATED_FROM_PPM:
        return Level.GOOD
    return Level.ELEVATED if co2_ppm <= UNACCEPTABLE_ABOVE_PPM else Level.UNACCEPTABLE


def stale_after_s(interval_s: float) -> int:
    """Say after which silence a value is no longer current: 30 minutes or three usual intervals."""
    return int(max(STALE_AFTER_S, STALE_AFTER_INTERVALS * interval_s))
