"""Whether a room has earned the clean-air medal.

The rule, over all days of a slice, those without samples included:

1. Fewer than 60 % of the days are valid: there is not enough data to say.
2. A value of 2000 ppm or more on a valid day: no medal.
3. A valid day with an excess score of 150 ppm or more: no medal.
4. At least 30 % of the valid days exceed 1500 ppm at all (excess score > 0): no medal.
5. Otherwise: the medal.
"""

from collections.abc import Sequence

from clair.analytics.metrics import Day
from clair.analytics.thresholds import (
    BAD_AIR_PPM,
    EXCESS_DAYS_LIMIT,
    EXCESS_SCORE_LIMIT_PPM,
    VALID_DAYS_REQUIRED,
)


def clean_air_medal(days: Sequence[Day]) -> bool | None:
    """Decide over the medal from all days of a slice; None when too few of them are valid."""
    valid = [day for day in days if day.is_valid]
    # Divided, not multiplied: 3 / 10 is the 0.3 of the limit to the last bit.
    if not valid or len(valid) / len(days) < VALID_DAYS_REQUIRED:
        return None
    if max(day.max_co2_ppm or 0 for day in valid) >= BAD_AIR_PPM:
        return False
    scores_ppm = [day.excess_score or 0 for day in valid]
    if max(scores_ppm) >= EXCESS_SCORE_LIMIT_PPM:
        return False
    return sum(score_ppm > 0 for score_ppm in scores_ppm) / len(valid) < EXCESS_DAYS_LIMIT
