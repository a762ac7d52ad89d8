"""How a node is doing, told from when it was last heard."""

from enum import StrEnum

from clair.analytics.windows import HOUR_S


class Fidelity(StrEnum):
    """Whether a node still reports; the values are those on the wire."""

    UNKNOWN = "U"
    ALIVE = "E"
    MISSING = "M"
    DEAD = "D"


def classify(last_contact_s: int | None, now_s: int, lookback_s: int = 2 * HOUR_S) -> Fidelity:
    """Say how a node is doing: alive for one look-back, missing for another, then dead."""
    if last_contact_s is None:
        return Fidelity.UNKNOWN
    # A clock that is ahead makes the silence negative: such a node is alive.
    silence_s = now_s - last_contact_s
    if silence_s <= lookback_s:
        return Fidelity.ALIVE
    return Fidelity.MISSING if silence_s <= 2 * lookback_s else Fidelity.DEAD
