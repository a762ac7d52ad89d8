"""Who is in a room by the local clock, and when its windows are open.

Each use of a room has its hours for each day of the week. How many come, and whether somebody opens
the windows, is diced once for each room, day and occasion.
"""

from collections.abc import Iterator, Sequence
from datetime import date
from enum import Enum
from typing import NamedTuple

from clair.demo.dice import roll

AIRING_EVERY_MIN = 45
AIRING_MIN = 10
AIRING_PER_H = 5.0
"""Air changes an hour with the windows wide open."""
DAY_MIN = 24 * 60


class Hours(NamedTuple):
    """A share of the people that a room is made for, from one minute of the day to another."""

    from_min: int
    to_min: int
    share: float


class Stretch(NamedTuple):
    """From a minute of the day on: how many people, and how many air changes an hour."""

    from_min: int
    people: float
    air_changes_per_h: float


def hours(*entries: tuple[str, str, float]) -> tuple[Hours, ...]:
    """Read hours as a door sign has them."""
    return tuple(Hours(_minute(begin), _minute(end), share) for begin, end, share in entries)


def _minute(clock: str) -> int:
    hour, minute = clock.split(":")
    return int(hour) * 60 + int(minute)


MORNING_LESSONS = hours(
    ("07:50", "08:45", 1), ("08:50", "09:35", 1), ("09:55", "10:40", 1), ("10:45", "11:30", 1)
)
LONG_DAY = MORNING_LESSONS + hours(("12:10", "12:55", 0.9), ("13:00", "13:45", 0.9))
SHORT_DAY = MORNING_LESSONS + hours(("11:45", "12:30", 0.9))
BREAKS = hours(
    ("07:20", "07:50", 0.7), ("09:35", "09:55", 1), ("11:30", "12:10", 0.9), ("13:45", "15:00", 0.4)
)
SPORTS = hours(("08:00", "09:35", 1), ("09:55", "11:30", 1), ("16:00", "20:00", 0.7))
CAFE = hours(
    ("08:30", "11:30", 0.5), ("11:30", "14:00", 0.8), ("14:00", "18:00", 0.7), ("18:00", "22:30", 1)
)
SIDE_ROOM = hours(("12:00", "14:00", 0.5), ("15:00", "17:30", 0.6), ("18:00", "22:30", 1))
# Dough gives off CO2 while it rests, too; the bakers come at night.
BAKERY = hours(("00:00", "01:00", 0.5), ("01:00", "07:30", 1), ("07:30", "24:00", 0.5))
WHOLE_DAY = hours(("07:45", "12:00", 1), ("14:00", "18:00", 0.9))
HALF_DAY = hours(("07:45", "12:30", 1))


class Use(Enum):
    """What a room is used for: its hours from Monday to Sunday."""

    CLASSROOM = (LONG_DAY, LONG_DAY, SHORT_DAY, LONG_DAY, SHORT_DAY, (), ())
    STAFF_ROOM = (BREAKS,) * 5 + ((), ())
    GYM = (SPORTS,) * 5 + (hours(("10:00", "16:00", 0.8)), ())
    CAFE = ((),) + (CAFE,) * 6
    SIDE_ROOM = ((),) + (SIDE_ROOM,) * 6
    BAKERY = (BAKERY,) * 7
    PRACTICE = (WHOLE_DAY, WHOLE_DAY, HALF_DAY, WHOLE_DAY, HALF_DAY, (), ())


class Habits(NamedTuple):
    """How a room is lived in: for what, by how many, how tight it is, how often it is aired."""

    use: Use
    people: int
    leak_per_h: float
    airing_chance: float


def stretches_of_day(seed: str, habits: Habits, day: date) -> list[Stretch]:
    """Cut a day into stretches in which neither the people nor the windows change."""
    present = [
        hours._replace(share=hours.share * (0.8 + 0.25 * roll(seed, day, "people", hours.from_min)))
        for hours in habits.use.value[day.weekday()]
    ]
    open_from = [
        minute
        for minute in _occasions(present)
        if roll(seed, day, "windows", minute) < habits.airing_chance
    ]
    limits = {0, *(limit for hours in present for limit in hours[:2])}
    limits |= {limit for minute in open_from for limit in (minute, minute + AIRING_MIN)}
    return [
        Stretch(
            minute,
            habits.people * sum(h.share for h in present if h.from_min <= minute < h.to_min),
            habits.leak_per_h
            + AIRING_PER_H * any(begin <= minute < begin + AIRING_MIN for begin in open_from),
        )
        for minute in sorted(limits)
        if minute < DAY_MIN
    ]


def _occasions(present: Sequence[Hours]) -> Iterator[int]:
    """Say when somebody may think of the windows: every 45 minutes, and when the people leave."""
    for from_min, to_min, _ in present:
        yield from range(from_min + AIRING_EVERY_MIN, to_min - AIRING_MIN, AIRING_EVERY_MIN)
        yield to_min
