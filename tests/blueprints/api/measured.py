"""Samples on the wire: what the tests of series put in, and how it must come out."""

from types import SimpleNamespace
from typing import Any

import pytest

from clair.blueprints.api import airquality, series, views
from clair.models import Node

from conftest import NOW_S
from measuring import measure

HOUR_S = 3600


def stop_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let it be NOW_S for those parts of the API that look at the clock."""
    for module in (airquality, series, views):
        monkeypatch.setattr(module, "time", SimpleNamespace(time=lambda: float(NOW_S)))


def sample(timestamp_s: int, co2_ppm: int = 740) -> dict[str, Any]:
    """Write the sample object of what `measure_at` has measured."""
    return {
        "id": timestamp_s,
        "timestamp_s": timestamp_s,
        "co2_ppm": co2_ppm,
        "temperature_celsius": "23.0",
        "rel_humidity_percent": 60,
        "measurement_status": "M",
    }


def measure_at(node: Node, *timestamps_s: int) -> None:
    """Let a node measure at some instants."""
    measure(node, [(timestamp_s, 740, 23.0, 60) for timestamp_s in timestamps_s])


def measure_hours(node: Node, hours: int = 5) -> list[int]:
    """Let a node measure each hour up to now and, with a wrong clock, one and two hours later."""
    timestamps_s = [NOW_S - n * HOUR_S for n in range(hours - 1, -1, -1)]
    measure_at(node, *timestamps_s, NOW_S + HOUR_S, NOW_S + 2 * HOUR_S)
    return timestamps_s
