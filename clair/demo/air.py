"""The air of an invented room at any instant: a pure function of room and time.

CO2 follows the mass balance of a well-mixed room of volume V with n air changes an hour, in which
people give off G cubic metres of CO2 an hour:

    dC/dt = G / V - n (C - C_outdoor)

While neither people nor windows change, it has the solution

    C(t) = C_settled + (C_begin - C_settled) exp(-n t),    C_settled = C_outdoor + G / (n V)

so that a day is a chain of such stretches, each beginning where the one before ended. The chain
begins a day early with outdoor air: a room of one air change an hour has forgotten that by then.
Temperature and humidity follow people and season; a little noise, a hash of room and second, stands
for the sensor.
"""

from bisect import bisect_right
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from math import cos, exp, pi
from typing import NamedTuple
from zoneinfo import ZoneInfo

from clair.demo.dice import roll
from clair.demo.timetable import Habits, Stretch, stretches_of_day
from clair.ingest.uplink import Reading

ZONE = ZoneInfo("Europe/Berlin")
OUTDOOR_PPM = 425.0
LOWEST_PPM, HIGHEST_PPM = 400, 3000
M3_PER_PERSON_H = 0.018
"""CO2 that a sitting adult gives off; Persily and de Jonge, Indoor Air 27 (2017), 868."""
HOUR_S, DAY_S, YEAR_S = 3600, 86_400, 365.25 * 86_400
COLDEST_S = 1_737_000_000
"""A middle of January."""


@dataclass(frozen=True)
class Room:
    """A room as its air feels it; `seed` makes its days its own."""

    seed: str
    volume_m3: int
    warmth_celsius: float
    habits: Habits


class Course(NamedTuple):
    """A stretch of CO2 that nears a settled value."""

    from_s: int
    begin_ppm: float
    settled_ppm: float
    air_changes_per_h: float

    def at(self, instant_s: float) -> float:
        """Give the concentration at an instant of the stretch."""
        passed_h = (instant_s - self.from_s) / HOUR_S
        rest = exp(-self.air_changes_per_h * passed_h)
        return self.settled_ppm + (self.begin_ppm - self.settled_ppm) * rest


def readings(room: Room, from_s: int, to_s: int, interval_s: int) -> list[Reading]:
    """Give what an ideal sensor would measure from one instant up to before another."""
    return [reading_at(room, instant_s) for instant_s in range(from_s, to_s, interval_s)]


def reading_at(room: Room, instant_s: int) -> Reading:
    """Give what an ideal sensor would measure at an instant."""
    local = datetime.fromtimestamp(instant_s, ZONE)
    chain = _chain(room, local.date())
    level_ppm = chain[bisect_right(chain, instant_s, key=_from_s) - 1].at(instant_s)
    crowd = min(max((level_ppm - OUTDOOR_PPM) / 1000, 0), 2.5)
    winter = cos(2 * pi * (instant_s - COLDEST_S) / YEAR_S)
    afternoon = cos(2 * pi * (local.hour + local.minute / 60 - 15) / 24)
    noise = 2 * roll(room.seed, instant_s) - 1
    celsius = room.warmth_celsius - 1.2 * winter + 0.7 * afternoon + 0.9 * crowd + 0.15 * noise
    percent = 44 - 9 * winter + 5 * crowd - 2 * afternoon + noise
    return Reading(
        timestamp_s=instant_s,
        co2_ppm=min(max(round(level_ppm + 9 * noise), LOWEST_PPM), HIGHEST_PPM),
        temperature_celsius=round(celsius, 1),
        rel_humidity_percent=round(percent, 1),
    )


def _from_s(course: Course) -> int:
    return course.from_s


@lru_cache(maxsize=256)
def _chain(room: Room, day: date) -> list[Course]:
    """Chain the stretches of a day to those of the day before."""
    chain: list[Course] = []
    for each in (day - timedelta(days=1), day):
        for stretch in stretches_of_day(room.seed, room.habits, each):
            from_s = _instant_s(each, stretch.from_min)
            # In the hour that a spring night has not, the clock would run back.
            from_s = max(from_s, chain[-1].from_s) if chain else from_s
            begin_ppm = chain[-1].at(from_s) if chain else OUTDOOR_PPM
            chain.append(_course(room, from_s, begin_ppm, stretch))
    return chain


def _course(room: Room, from_s: int, begin_ppm: float, stretch: Stretch) -> Course:
    n = stretch.air_changes_per_h
    excess_ppm = stretch.people * M3_PER_PERSON_H / (n * room.volume_m3) * 1e6
    return Course(from_s, begin_ppm, OUTDOOR_PPM + excess_ppm, n)


def _instant_s(day: date, minute: int) -> int:
    return int(datetime.combine(day, time(minute // 60, minute % 60), ZONE).timestamp())
