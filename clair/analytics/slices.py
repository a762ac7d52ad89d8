"""The stretches of time that the air of a room is judged over: whole local days.

A slice begins at a local midnight and ends before another one.
"""

from datetime import date, timedelta
from zoneinfo import ZoneInfo

from clair.analytics.windows import local_day, midnight_s

FIRST_YEAR = 1970
"""Unix time begins here, and so do time zones with whole minutes."""


def last_days(now_s: int, zone: ZoneInfo, days: int = 30) -> tuple[int, int]:
    """Give the last whole local days, from_s and to_s; today is never among them."""
    today = local_day(now_s, zone)
    return midnight_s(today - timedelta(days=days), zone), midnight_s(today, zone)


def month_slice(year: int, month: int, zone: ZoneInfo) -> tuple[int, int]:
    """Give a local month, from_s and to_s; raise ValueError for one that has never been measured."""
    if year < FIRST_YEAR:
        raise ValueError("year is out of range")
    following = date(year + month // 12, month % 12 + 1, 1)
    return midnight_s(date(year, month, 1), zone), midnight_s(following, zone)


def day_bounds(from_s: int, to_s: int, zone: ZoneInfo) -> list[tuple[int, int]]:
    """Cut a slice into its local days, each from its beginning to that of the next."""
    bounds = []
    day, start_s = local_day(from_s, zone), from_s
    while start_s < to_s:
        day += timedelta(days=1)
        end_s = min(midnight_s(day, zone), to_s)
        bounds.append((start_s, end_s))
        start_s = end_s
    return bounds
