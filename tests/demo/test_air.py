"""The invented air: within its limits, the same whenever asked, and like a room with people in it."""

from datetime import datetime
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clair.analytics.thresholds import Level, level_of
from clair.demo import air
from clair.demo.air import HIGHEST_PPM, LOWEST_PPM, ZONE, readings
from clair.demo.places import all_nodes

ROOMS = {node.name: node.air for node in all_nodes()}
HOUR_S = 3600

instants = st.integers(1_600_000_000, 2_200_000_000)
rooms = st.sampled_from(list(ROOMS.values()))


def local_s(year: int, month: int, day: int, hour: int = 0) -> int:
    return int(datetime(year, month, day, hour, tzinfo=ZONE).timestamp())


TUESDAY_S = local_s(2026, 11, 17)
SUNDAY_S = local_s(2026, 11, 22)


def co2_of(name: str, from_s: int, hours: int) -> list[int]:
    return [each.co2_ppm for each in readings(ROOMS[name], from_s, from_s + hours * HOUR_S, 300)]


@given(rooms, instants)
def test_air_is_air_that_people_can_live_in(room, instant_s):
    (reading,) = readings(room, instant_s, instant_s + 1, 60)

    assert reading.timestamp_s == instant_s
    assert LOWEST_PPM <= reading.co2_ppm <= HIGHEST_PPM
    assert 10 <= reading.temperature_celsius <= 32
    assert 15 <= reading.rel_humidity_percent <= 80


@given(rooms, instants)
def test_an_instant_has_one_value_whatever_was_asked_before(room, instant_s):
    before = readings(room, instant_s - 7200, instant_s + 1, 600)[-1]
    air._chain.cache_clear()

    assert readings(room, instant_s, instant_s + 1, 60) == [before]


@given(rooms, instants)
def test_co2_rises_and_falls_without_a_jump(room, instant_s):
    minutes = readings(room, instant_s, instant_s + 1800, 60)

    assert all(abs(a.co2_ppm - b.co2_ppm) < 350 for a, b in pairwise(minutes))


@pytest.mark.parametrize(
    "midnight_s",
    [TUESDAY_S, SUNDAY_S, local_s(2026, 3, 29), local_s(2026, 10, 25), local_s(2027, 1, 1)],
)
@pytest.mark.parametrize("name", ["Backstube", "Nebenraum", "Turnhalle"])
def test_a_day_goes_on_where_the_day_before_ended(name, midnight_s):
    before, after = readings(ROOMS[name], midnight_s - 1, midnight_s + 1, 1)

    assert abs(before.co2_ppm - after.co2_ppm) <= 20


def test_a_classroom_fills_in_the_morning_and_rests_at_night_and_on_sunday():
    assert max(co2_of("Klasse 4c", TUESDAY_S + 8 * HOUR_S, 4)) > 1500
    assert max(co2_of("Klasse 4c", TUESDAY_S + 1 * HOUR_S, 5)) < 500
    assert max(co2_of("Klasse 4c", SUNDAY_S, 24)) < 500


def test_opening_times_follow_the_local_clock_in_summer_and_winter():
    for monday_s in (local_s(2026, 7, 6), local_s(2026, 12, 7)):
        assert max(co2_of("Klasse 3b", monday_s + 6 * HOUR_S, 1)) < 500
        assert max(co2_of("Klasse 3b", monday_s + 8 * HOUR_S, 1)) > 800


def test_an_ordinary_day_shows_all_three_levels():
    worst = {
        name: level_of(max(co2_of(name, TUESDAY_S, 24))) for name in ("Sprechzimmer", "Gastraum")
    }

    assert worst == {"Sprechzimmer": Level.GOOD, "Gastraum": Level.ELEVATED}
    assert level_of(max(co2_of("Nebenraum", TUESDAY_S, 24))) is Level.UNACCEPTABLE
