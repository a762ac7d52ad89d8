"""Silence decides how a node is doing."""

import pytest

from clair.analytics.fidelity import Fidelity, classify

NOON_S = 1_790_000_000
HOUR_S = 3600


@pytest.mark.parametrize(
    ("silence_s", "fidelity"),
    [
        (-HOUR_S, Fidelity.ALIVE),
        (0, Fidelity.ALIVE),
        (2 * HOUR_S, Fidelity.ALIVE),
        (2 * HOUR_S + 1, Fidelity.MISSING),
        (4 * HOUR_S, Fidelity.MISSING),
        (4 * HOUR_S + 1, Fidelity.DEAD),
        (NOON_S, Fidelity.DEAD),
    ],
)
def test_silence_decides_fidelity(silence_s: int, fidelity: Fidelity) -> None:
    assert classify(NOON_S, NOON_S + silence_s) is fidelity


def test_node_that_never_reported_is_unknown() -> None:
    assert classify(None, NOON_S) is Fidelity.UNKNOWN


def test_look_back_can_be_chosen() -> None:
    assert classify(NOON_S, NOON_S + 600, lookback_s=600) is Fidelity.ALIVE
    assert classify(NOON_S, NOON_S + 1200, lookback_s=600) is Fidelity.MISSING
    assert classify(NOON_S, NOON_S + 1201, lookback_s=600) is Fidelity.DEAD


def test_states_have_the_codes_of_the_api() -> None:
    assert [str(each) for each in Fidelity] == ["U", "E", "M", "D"]
